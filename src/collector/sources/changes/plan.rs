//! When to look again, at what. Pure: moments come from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How soon after a change it is looked, and how often at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// What happens within this time is looked at together.
    debounce: Duration,
    /// However much happens, this long is waited after each look at a repository.
    pause: Duration,
}

impl Pace {
    /// For a list on a screen.
    pub(crate) const SHOWN: Self = Self {
        debounce: Duration::from_millis(200),
        pause: SHORTEST_PAUSE,
    };

    /// For what is told to a hub, as its protocol has it.
    pub(crate) const TOLD: Self = Self {
        debounce: Duration::from_millis(500),
        pause: Duration::from_secs(2),
    };
}

/// However much happens, this long is waited after each look at tasks.
const SHORTEST_PAUSE: Duration = Duration::from_millis(300);

/// A look that took long is followed by a pause this many times as long: a huge repository under
/// constant change takes no more than a tenth of a processor.
const PAUSE_FACTOR: u32 = 9;

/// Looks at tasks are short and there may be one for each of many rows: all of them together take no
/// more than a fiftieth.
const TASKS_PAUSE_FACTOR: u32 = 49;

/// They are added up until the pause after them is as long.
const SHORTEST_REST: Duration = Duration::from_millis(20);

/// After a look that failed it is looked again after this long, and after each one more that failed after
/// twice as long as the time before, until [`MOST_DOUBLINGS`]: what is wrong with a repository may last.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const MOST_DOUBLINGS: u32 = 6;

/// How a look went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Whole,
    /// What there is to know could not be found out this time.
    Failed,
}

/// Something that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The tasks of the row with this id.
    Tasks(Arc<str>),
    /// The project's list around this folder: all rows that work there look at their tasks when it moves.
    Project(Arc<Path>),
    /// The repository of this folder.
    Repository(Arc<Path>),
}

/// All subjects, and which are due.
#[derive(Debug)]
pub(super) struct Plan {
    pace: Pace,
    subjects: BTreeMap<Arc<Subject>, Timing>,
    due: BTreeSet<(Instant, Arc<Subject>)>,
    /// How long tasks were looked at since the last rest.
    busy: Duration,
    rests_until: Option<Instant>,
}

#[derive(Debug, Default)]
struct Timing {
    due: Option<Instant>,
    not_before: Option<Instant>,
    /// How many looks have failed since the last whole one.
    failures: u32,
}

impl Plan {
    /// Nothing so far.
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            subjects: BTreeMap::new(),
            due: BTreeSet::new(),
            busy: Duration::ZERO,
            rests_until: None,
        }
    }

    /// Looks at it from now on, and at once if it is new.
    pub(super) fn add(&mut self, subject: Subject, now: Instant) {
        if !self.subjects.contains_key(&subject) {
            let subject = Arc::new(subject);
            self.due.insert((now, Arc::clone(&subject)));
            let timing = Timing {
                due: Some(now),
                ..Timing::default()
            };
            self.subjects.insert(subject, timing);
        }
    }

    /// Does not look at it any more.
    pub(super) fn remove(&mut self, subject: &Subject) {
        if let Some((subject, timing)) = self.subjects.remove_entry(subject)
            && let Some(due) = timing.due
        {
            self.due.remove(&(due, subject));
        }
    }

    /// Something may have changed: it is looked at soon, once for all that changes until then.
    pub(super) fn touch(&mut self, subject: &Subject, now: Instant) {
        self.look_after(subject, self.pace.debounce, now);
    }

    /// It is looked at after this long, or sooner if it was to be.
    fn look_after(&mut self, subject: &Subject, wait: Duration, now: Instant) {
        let Some((subject, _)) = self.subjects.get_key_value(subject) else {
            return;
        };
        let subject = Arc::clone(subject);
        let Some(timing) = self.subjects.get_mut(&subject) else {
            return;
        };
        let due = timing
            .not_before
            .map_or(now + wait, |moment| moment.max(now + wait));
        match timing.due {
            Some(sooner) if sooner <= due => return,
            Some(later) => {
                self.due.remove(&(later, Arc::clone(&subject)));
            }
            None => {}
        }
        timing.due = Some(due);
        self.due.insert((due, subject));
    }

    /// When something is due.
    pub(super) fn next(&self) -> Option<Instant> {
        let (due, _) = self.due.first()?;
        Some(self.rests_until.map_or(*due, |rest| rest.max(*due)))
    }

    /// What is due longest.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Subject> {
        self.next().filter(|due| *due <= now)?;
        let (_, subject) = self.due.pop_first()?;
        if let Some(timing) = self.subjects.get_mut(&subject) {
            timing.due = None;
        }
        Some((*subject).clone())
    }

    /// It was looked at until `to`, and that took so much.
    pub(super) fn looked(&mut self, subject: &Subject, look: Look, took: Duration, to: Instant) {
        let mut retry = None;
        if let Some(timing) = self.subjects.get_mut(subject) {
            let shortest = match subject {
                Subject::Tasks(_) | Subject::Project(_) => SHORTEST_PAUSE,
                Subject::Repository(_) => self.pace.pause,
            };
            let pause = (took * PAUSE_FACTOR).max(shortest);
            timing.not_before = Some(to + pause);
            timing.failures = match look {
                Look::Whole => 0,
                Look::Failed => {
                    retry = Some(FIRST_RETRY * 2_u32.pow(timing.failures.min(MOST_DOUBLINGS)));
                    timing.failures + 1
                }
            };
        }
        if let Some(wait) = retry {
            self.look_after(subject, wait, to);
        }
        if let Subject::Tasks(_) = subject {
            self.rest(took, to);
        }
    }

    /// See [`TASKS_PAUSE_FACTOR`].
    fn rest(&mut self, took: Duration, to: Instant) {
        self.busy += took;
        let rest = self.busy * TASKS_PAUSE_FACTOR;
        if rest >= SHORTEST_REST {
            self.busy = Duration::ZERO;
            self.rests_until = Some(to + rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(name: &str) -> Subject {
        Subject::Repository(Path::new(name).into())
    }

    #[test]
    fn a_new_subject_is_looked_at_at_once_and_then_only_when_something_happened() {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        plan.add(repository("a"), start);
        plan.add(repository("a"), start);
        assert_eq!(plan.take_due(start), Some(repository("a")));
        plan.looked(&repository("a"), Look::Whole, Duration::ZERO, start);
        assert_eq!((plan.take_due(start), plan.next()), (None, None));
        plan.add(repository("a"), start);
        assert_eq!(plan.next(), None, "it is known already");
    }

    #[test]
    fn a_burst_is_one_look() {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        plan.add(repository("a"), start);
        plan.take_due(start);
        for n in 0..100 {
            plan.touch(&repository("a"), start + Duration::from_millis(n));
        }
        assert_eq!(plan.next(), Some(start + Pace::SHOWN.debounce));
        assert!(plan.take_due(start + Pace::SHOWN.debounce).is_some());
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn a_look_that_takes_long_is_not_repeated_soon_but_not_forgotten_either() {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        plan.add(repository("a"), start);
        plan.take_due(start);
        let end = start + Duration::from_secs(2);
        plan.looked(&repository("a"), Look::Whole, Duration::from_secs(2), end);
        plan.touch(&repository("a"), end);
        assert_eq!(plan.next(), Some(end + Duration::from_secs(18)));
    }

    #[test]
    fn the_tasks_of_many_rows_leave_the_processor_to_others() {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        for row in 0..100 {
            plan.add(Subject::Tasks(format!("{row:03}").into()), start);
        }
        let (mut now, mut looked) = (start, 0);
        while now < start + Duration::from_millis(500) {
            match plan.take_due(now) {
                Some(subject) => {
                    let to = now + Duration::from_millis(1);
                    plan.looked(&subject, Look::Whole, to - now, to);
                    (now, looked) = (to, looked + 1);
                }
                None => now = plan.next().unwrap(),
            }
        }
        assert!((10..=13).contains(&looked), "{looked}");
    }

    #[test]
    fn what_is_no_longer_followed_is_forgotten() {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        for subject in [repository("a"), Subject::Tasks("r".into())] {
            plan.add(subject.clone(), start);
            plan.remove(&subject);
        }
        plan.touch(&repository("a"), start);
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn what_could_not_be_looked_at_is_looked_at_again_less_and_less_often_and_at_once_when_it_moves()
     {
        let (mut plan, start) = (Plan::new(Pace::SHOWN), Instant::now());
        plan.add(repository("a"), start);
        let mut now = start;
        for pause in [1, 2, 4, 8, 16, 32, 64, 64] {
            assert_eq!(plan.take_due(now), Some(repository("a")));
            plan.looked(&repository("a"), Look::Failed, Duration::ZERO, now);
            now += Duration::from_secs(pause);
            assert_eq!(plan.next(), Some(now));
        }
        assert_eq!(plan.take_due(now), Some(repository("a")));
        plan.looked(&repository("a"), Look::Failed, Duration::ZERO, now);
        plan.touch(&repository("a"), now);
        now += SHORTEST_PAUSE;
        assert_eq!(plan.take_due(now), Some(repository("a")));
        plan.looked(&repository("a"), Look::Whole, Duration::ZERO, now);
        assert_eq!((plan.take_due(now), plan.next()), (None, None));
    }
}
