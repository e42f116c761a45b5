//! What is refused is written down as well, but by bounds: whoever may little and asks for much fills no file,
//! and pushes out of it nothing that was carried out. So is what rules make of what such a one asks, apart from that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::hub::protocol::Right;

/// So many refusals of one right are written down in a [`SPAN`].
const MOST: usize = 20;

/// A bound is for that long.
const SPAN: Duration = Duration::from_secs(60);

/// What was refused lately. The owner's are all written down.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<Right, Lately>>);

/// Of one right.
#[derive(Debug)]
struct Lately {
    since: Instant,
    kinds: BTreeSet<String>,
    left_out: u64,
}

impl Refusals {
    /// Whether one of that kind is written down: then, how many were not since the last one that was. Of each kind
    /// one is in a while.
    pub(crate) fn admit(&self, right: Right, kind: String, now: Instant) -> Option<u64> {
        if right == Right::Own {
            return Some(0);
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = all.entry(right).or_insert_with(|| Lately {
            since: now,
            kinds: BTreeSet::new(),
            left_out: 0,
        });
        if now.saturating_duration_since(lately.since) >= SPAN {
            lately.since = now;
            lately.kinds.clear();
        }
        if lately.kinds.len() >= MOST || !lately.kinds.insert(kind) {
            lately.left_out += 1;
            return None;
        }
        Some(std::mem::take(&mut lately.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_right_so_many_kinds_are_written_down_in_a_minute_and_the_others_counted() {
        let refusals = Refusals::default();
        let start = Instant::now();
        let admit = |right, kind: &str, seconds| {
            refusals.admit(right, kind.to_owned(), start + Duration::from_secs(seconds))
        };
        assert_eq!(admit(Right::Answer, "a", 0), Some(0));
        for _ in 0..1000 {
            assert_eq!(admit(Right::Answer, "a", 1), None);
        }
        assert_eq!(admit(Right::Answer, "b", 2), Some(1000));
        let written =
            (0..1000).filter(|number| admit(Right::Answer, &number.to_string(), 3).is_some());
        assert_eq!(written.count(), MOST - 2);
        assert_eq!(
            admit(Right::Read, "a", 3),
            Some(0),
            "each right has its own"
        );
        assert_eq!(admit(Right::Own, "a", 3), Some(0));
        assert_eq!(
            admit(Right::Own, "a", 3),
            Some(0),
            "the owner's are all written down"
        );
        assert_eq!(admit(Right::Answer, "a", 60), Some(1000 - 18));
    }
}
