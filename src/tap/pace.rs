//! How many records are passed on: no program writes as many as somebody can who only wants to be heard.

use std::time::{Duration, Instant};

/// So many are passed on of each second.
const MOST: u32 = 20;

/// The second that is counted.
const SPAN: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Pace {
    began: Option<Instant>,
    count: u32,
}

impl Pace {
    /// Whether one more may be passed on now.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if self.ends().is_none_or(|end| end <= now) {
            *self = Self {
                began: Some(now),
                count: 0,
            };
        }
        self.count += 1;
        self.count <= MOST
    }

    /// When one that was not allowed will be.
    pub(super) fn ends(&self) -> Option<Instant> {
        self.began.map(|began| began + SPAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_twenty_a_second() {
        let mut pace = Pace::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let allowed = (0..3000).filter(|millis| pace.allows(at(*millis))).count();
        assert_eq!(allowed, 60);
        assert_eq!(pace.ends(), Some(at(3000)));
    }
}
