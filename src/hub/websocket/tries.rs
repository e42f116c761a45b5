//! How often somebody may be wrong: who shows wrong tokens and codes is answered late, and after some time with
//! nothing but that. Each user of the machine by themselves, so that one locks nobody else out, and all together.
//! A good token and a good code are let in at every moment, whatever was shown before them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many wrong ones of one user are looked at within [`SPAN`].
const AT_MOST: usize = 10;

/// And so many of all together.
const OF_ALL: usize = 50;

/// See [`AT_MOST`].
const SPAN: Duration = Duration::from_secs(60);

/// So long whoever was wrong waits for the answer.
pub(super) const LATE: Duration = Duration::from_secs(1);

/// Who was wrong: a user, where the system tells.
pub(super) type Source = Option<u32>;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Tries(Mutex<BTreeMap<Source, Vec<Instant>>>);

impl Tries {
    /// Whether that one is told no more of what it shows than that it was wrong too often.
    pub(super) fn is_locked(&self, source: Source, now: Instant) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, wrong| {
            wrong.retain(|at| now.saturating_duration_since(*at) < SPAN);
            !wrong.is_empty()
        });
        let own = tries.get(&source).map_or(0, Vec::len);
        let all = tries.values().map(Vec::len).sum::<usize>();
        own >= AT_MOST || all >= OF_ALL
    }

    /// That one was wrong. What it shows while it is locked out counts for nothing, and so locks nobody else out.
    pub(super) fn note_wrong(&self, source: Source, now: Instant) {
        if !self.is_locked(source, now) {
            let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tries.entry(source).or_default().push(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_wrong_too_often_is_locked_out_for_a_while_and_nobody_else_is() {
        let tries = Tries::default();
        let start = Instant::now();
        for _ in 0..AT_MOST {
            assert!(!tries.is_locked(Some(1), start));
            tries.note_wrong(Some(1), start);
        }
        assert!(tries.is_locked(Some(1), start));
        assert!(!tries.is_locked(Some(2), start));
        assert!(!tries.is_locked(Some(1), start + SPAN));
        // However often: it fills what there is for all together with no more than its own.
        for _ in 0..1000 {
            tries.note_wrong(Some(1), start);
        }
        assert!(!tries.is_locked(None, start));
    }

    #[test]
    fn many_who_are_wrong_are_too_many_together() {
        let tries = Tries::default();
        let start = Instant::now();
        for user in 0..100 {
            tries.note_wrong(Some(user), start);
        }
        assert!(tries.is_locked(Some(1000), start));
        assert!(!tries.is_locked(Some(1000), start + SPAN));
    }
}
