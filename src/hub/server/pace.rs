//! How often subscribers are told what is changed in an agent's folder: a program that writes many files
//! is no reason to send long lists all the time. What comes too soon is told when its time has come, as it
//! is then.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One agent's changes are not told more often.
const LEAST: Duration = Duration::from_secs(2);

/// See the module; agents by their ids. There may be very many of them, told of at the same time.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Those that were told a short time ago.
    agents: HashMap<Arc<str>, Told>,
    /// The same, by when they may be told again.
    waits: BTreeSet<(Instant, Arc<str>)>,
    /// Those of them that are to be told then.
    due: BTreeSet<(Instant, Arc<str>)>,
}

#[derive(Debug)]
struct Told {
    /// When it may be told again.
    again: Instant,
    /// And is to be.
    is_due: bool,
}

impl Pace {
    /// Whether the change may be told now; if not, it is due later.
    pub(super) fn may_tell(&mut self, id: &str, now: Instant) -> bool {
        let known = self.agents.get_key_value(id);
        let id = known.map_or_else(|| id.into(), |(id, _)| Arc::clone(id));
        if let Some(told) = self.agents.get_mut(&id)
            && (told.is_due || told.again > now)
        {
            told.is_due = true;
            self.due.insert((told.again, id));
            return false;
        }
        self.forget(&id);
        self.note(id, now);
        true
    }

    /// When the first of them is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Which are due now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<String> {
        let mut due = Vec::new();
        while let Some(first) = self.waits.first()
            && first.0 <= now
        {
            let id = Arc::clone(&first.1);
            if self.forget(&id) {
                due.push(id);
            }
        }
        due.sort_unstable();
        for id in &due {
            self.note(Arc::clone(id), now);
        }
        due.iter().map(ToString::to_string).collect()
    }

    /// It is told now.
    fn note(&mut self, id: Arc<str>, now: Instant) {
        let again = now + LEAST;
        self.waits.insert((again, Arc::clone(&id)));
        let is_due = false;
        self.agents.insert(id, Told { again, is_due });
    }

    /// The agent is gone, or nothing is in its way any more; whether it was to be told.
    pub(super) fn forget(&mut self, id: &str) -> bool {
        let Some((id, told)) = self.agents.remove_entry(id) else {
            return false;
        };
        let wait = (told.again, id);
        self.waits.remove(&wait);
        self.due.remove(&wait)
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
