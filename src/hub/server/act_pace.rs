//! How fast those may have something done that are not the hub's owner: each act leaves lines in the audit, and
//! whoever may little is not to fill that within hours.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::hub::protocol::Right;

/// So many acts of one right may come at once.
const AT_ONCE: u32 = 120;

/// Beyond that one comes so often.
const EVERY: Duration = Duration::from_secs(2);

/// By right, until when what was done is paid for.
#[derive(Debug, Default)]
pub(super) struct ActPace(BTreeMap<Right, Instant>);

impl ActPace {
    /// Whether one more may be done now for that right; if so, it is counted.
    pub(super) fn allows(&mut self, right: Right, now: Instant) -> bool {
        if right == Right::Own {
            return true;
        }
        let paid = self.0.entry(right).or_insert(now);
        let from = (*paid).max(now);
        let is_allowed = from.saturating_duration_since(now) < EVERY * AT_ONCE;
        if is_allowed {
            *paid = from + EVERY;
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesser_right_has_so_many_things_done_at_once_and_then_one_every_two_seconds() {
        let mut pace = ActPace::default();
        let start = Instant::now();
        let mut done = |right, seconds| {
            let now = start + Duration::from_secs(seconds);
            (0..1000).filter(|_| pace.allows(right, now)).count()
        };
        assert_eq!(done(Right::Answer, 0), 120);
        assert_eq!(done(Right::Manage, 0), 120, "each right has its own");
        assert_eq!(done(Right::Own, 0), 1000);
        assert_eq!(done(Right::Answer, 10), 5);
        assert_eq!(done(Right::Answer, 3600), 120);
    }
}
