//! Keeps a flood out of the log: who is refused a thousand times a second would else push everything else out of
//! its two files.

use std::time::{Duration, Instant};

/// So many lines of one part are written within this time.
const MOST: (u32, Duration) = (200, Duration::from_secs(10));

/// The lines of one part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brake {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// It is written, after a word on those that were left out before it.
    Written {
        /// How many.
        left_out: u64,
    },
    /// It is the first one that is left out: that is said in its place.
    Instead,
    /// It is left out.
    LeftOut,
}

impl Brake {
    /// Nothing was written.
    pub(super) const NEW: Self = Self {
        since: None,
        lines: 0,
        left_out: 0,
    };

    /// What becomes of a line now.
    pub(super) fn pass(&mut self, now: Instant) -> Pass {
        let (most, span) = MOST;
        let is_over = |since: Instant| now.saturating_duration_since(since) >= span;
        if self.since.is_none_or(is_over) {
            let left_out = std::mem::take(&mut self.left_out);
            (self.since, self.lines) = (Some(now), 1);
            return Pass::Written { left_out };
        }
        if self.lines < most {
            self.lines += 1;
            return Pass::Written { left_out: 0 };
        }
        self.left_out += 1;
        if self.left_out == 1 {
            Pass::Instead
        } else {
            Pass::LeftOut
        }
    }
}

/// What is said of lines that are left out from now on.
pub(super) fn begins() -> String {
    let (most, span) = MOST;
    format!(
        "more than {most} lines within {} s: the others are left out",
        span.as_secs()
    )
}

/// What is said of those that were.
pub(super) fn were(left_out: u64) -> String {
    format!("{left_out} lines were left out before this one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_off_and_counted_and_what_comes_after_it_is_written() {
        let (mut brake, begin) = (Brake::NEW, Instant::now());
        let mut passes = Vec::new();
        for _ in 0..1000 {
            passes.push(brake.pass(begin));
        }
        let written = Pass::Written { left_out: 0 };
        let count = |pass| passes.iter().filter(|other| **other == pass).count();
        assert_eq!(passes[..200], [written; 200]);
        assert_eq!(passes[200], Pass::Instead);
        assert_eq!((count(Pass::Instead), count(Pass::LeftOut)), (1, 799));
        let later = begin + Duration::from_secs(10);
        assert_eq!(brake.pass(later), Pass::Written { left_out: 800 });
        assert_eq!(brake.pass(later), written);
    }
}
