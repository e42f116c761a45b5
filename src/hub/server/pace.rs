//! How often subscribers are told what is changed in an agent's folder: a program that writes many files
//! is no reason to send long lists all the time. What comes too soon is told when its time has come, as it
//! is then.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// One agent's changes are not told more often.
const LEAST: Duration = Duration::from_secs(2);

/// See the module; agents by their ids.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When each was told last, of those that were told a short time ago.
    told: BTreeMap<String, Instant>,
    /// Which are to be told, and when.
    due: BTreeMap<String, Instant>,
}

impl Pace {
    /// Whether the change may be told now; if not, it is due later.
    pub(super) fn may_tell(&mut self, id: &str, now: Instant) -> bool {
        if self.due.contains_key(id) {
            return false;
        }
        let next = self.told.get(id).map(|told| *told + LEAST);
        if let Some(next) = next.filter(|next| *next > now) {
            self.due.insert(id.to_owned(), next);
            return false;
        }
        self.told.insert(id.to_owned(), now);
        true
    }

    /// When the first of them is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due.values().min().copied()
    }

    /// Which are due now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<String> {
        self.told.retain(|_, told| *told + LEAST > now);
        let due = self.due.iter().filter(|(_, at)| **at <= now);
        let due: Vec<String> = due.map(|(id, _)| id.clone()).collect();
        for id in &due {
            self.due.remove(id);
            self.told.insert(id.clone(), now);
        }
        due
    }

    /// The agent is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.told.remove(id);
        self.due.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_changes_in_ten_seconds_are_told_at_most_every_two_and_the_last_one_is() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut told = Vec::new();
        for tick in 0..130 {
            let now = start + Duration::from_millis(tick * 100);
            let is_due = !pace.take_due(now).is_empty();
            if is_due || tick < 100 && pace.may_tell("a", now) {
                told.push(tick);
            }
        }
        assert!(told.windows(2).all(|two| two[1] - two[0] >= 20), "{told:?}");
        assert!(told.last().is_some_and(|last| *last >= 99), "{told:?}");
        assert!(pace.may_tell("b", start), "another one has its own");
        assert_eq!(pace.deadline(), None);
    }
}
