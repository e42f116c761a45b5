//! When to look again, at what. Pure: moments come from outside.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What happens within this time is looked at together.
const DEBOUNCE: Duration = Duration::from_millis(200);

/// However much happens, this long is waited after each look.
const SHORTEST_PAUSE: Duration = Duration::from_millis(300);

/// A look that took long is followed by a pause this many times as long: a huge repository under
/// constant change takes no more than a tenth of a processor.
const PAUSE_FACTOR: u32 = 9;

/// Something that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The tasks of the row with this id.
    Tasks(String),
    /// The repository of this folder.
    Repository(PathBuf),
}

/// All subjects.
#[derive(Debug, Default)]
pub(super) struct Plan {
    subjects: BTreeMap<Subject, Timing>,
}

#[derive(Debug, Default)]
struct Timing {
    due: Option<Instant>,
    not_before: Option<Instant>,
}

impl Plan {
    /// Looks at these from now on, at new ones at once, and at no others.
    pub(super) fn follow(&mut self, subjects: impl IntoIterator<Item = Subject>, now: Instant) {
        let mut before = std::mem::take(&mut self.subjects);
        for subject in subjects {
            let known = before.remove(&subject);
            self.subjects.entry(subject).or_insert_with(|| {
                known.unwrap_or(Timing {
                    due: Some(now),
                    not_before: None,
                })
            });
        }
    }

    /// Something may have changed: it is looked at soon, once for all that changes until then.
    pub(super) fn touch(&mut self, subject: &Subject, now: Instant) {
        if let Some(timing) = self.subjects.get_mut(subject) {
            let soon = now + DEBOUNCE;
            let due = timing.not_before.map_or(soon, |moment| moment.max(soon));
            timing.due.get_or_insert(due);
        }
    }

    /// When something is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.subjects.values().filter_map(|timing| timing.due).min()
    }

    /// What is due longest.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Subject> {
        let due = self
            .subjects
            .iter_mut()
            .filter(|(_, timing)| timing.due.is_some_and(|due| due <= now))
            .min_by_key(|(_, timing)| timing.due)?;
        due.1.due = None;
        Some(due.0.clone())
    }

    /// It was looked at, between these two moments.
    pub(super) fn looked(&mut self, subject: &Subject, from: Instant, to: Instant) {
        if let Some(timing) = self.subjects.get_mut(subject) {
            let pause = (to.duration_since(from) * PAUSE_FACTOR).max(SHORTEST_PAUSE);
            timing.not_before = Some(to + pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(name: &str) -> Subject {
        Subject::Repository(name.into())
    }

    #[test]
    fn a_new_subject_is_looked_at_at_once_and_then_only_when_something_happened() {
        let (mut plan, start) = (Plan::default(), Instant::now());
        plan.follow([repository("a"), repository("a")], start);
        assert_eq!(plan.take_due(start), Some(repository("a")));
        plan.looked(&repository("a"), start, start);
        assert_eq!((plan.take_due(start), plan.next()), (None, None));
        plan.follow([repository("a")], start);
        assert_eq!(plan.next(), None, "it is known already");
    }

    #[test]
    fn a_burst_is_one_look() {
        let (mut plan, start) = (Plan::default(), Instant::now());
        plan.follow([repository("a")], start);
        plan.take_due(start);
        for n in 0..100 {
            plan.touch(&repository("a"), start + Duration::from_millis(n));
        }
        assert_eq!(plan.next(), Some(start + DEBOUNCE));
        assert!(plan.take_due(start + DEBOUNCE).is_some());
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn a_look_that_takes_long_is_not_repeated_soon_but_not_forgotten_either() {
        let (mut plan, start) = (Plan::default(), Instant::now());
        plan.follow([repository("a")], start);
        plan.take_due(start);
        let end = start + Duration::from_secs(2);
        plan.looked(&repository("a"), start, end);
        plan.touch(&repository("a"), end);
        assert_eq!(plan.next(), Some(end + Duration::from_secs(18)));
    }

    #[test]
    fn what_is_no_longer_followed_is_forgotten() {
        let (mut plan, start) = (Plan::default(), Instant::now());
        plan.follow([repository("a"), Subject::Tasks("r".into())], start);
        plan.follow([], start);
        plan.touch(&repository("a"), start);
        assert_eq!(plan.next(), None);
    }
}
