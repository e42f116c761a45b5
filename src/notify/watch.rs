//! Who is to be told of what, and when: rows and time in, notices out. Pure.
//!
//! A request is told of once, whatever becomes of its row meanwhile; a state without a request (a
//! finished or failed turn) once for each time it begins. What began before this watch did is not
//! told of: somebody has just opened a dashboard and sees it there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use time::UtcOffset;

use super::setting::{Channel, Settings};
use super::snooze::Snoozes;
use crate::state::update::Feed;
use crate::state::{Request, Row, fingerprint};

/// How many things that were told of are remembered for each row.
const MEMORY: usize = 64;

/// What was due just then has been told of.
const ONE_MICROSECOND: Duration = Duration::from_micros(1);

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// The row as it is when it is told of.
    pub(super) row: Row,
    /// What it waits for: that of the request, which need not be the row's most urgent one.
    pub(super) state: State,
    /// That request, which need not be the row's first one either.
    pub(super) request: Option<Request>,
    /// How to tell it.
    pub(super) channels: Vec<Channel>,
}

/// What a notice is about. Names stand there by their fingerprints: many are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subject {
    state: State,
    /// Which agent of which session.
    agent: u64,
    /// Nothing, when it is no request or has no id.
    request: Option<u64>,
    since: Timestamp,
}

impl Subject {
    fn of(row: &Row, request: &Request) -> Self {
        Self {
            state: request.state,
            agent: fingerprint(&(&row.instance_id, &request.agent_id)),
            request: request.request_id.as_ref().map(fingerprint),
            since: request.since,
        }
    }

    fn find_in(&self, row: &Row) -> Option<Request> {
        let is_it = |request: &&Request| self.is(&Self::of(row, request));
        row.waiting.iter().find(is_it).cloned()
    }

    /// A request may learn its id after it was first seen; then its beginning tells that it is the same.
    fn is(&self, other: &Self) -> bool {
        self.agent == other.agent
            && match (self.request, other.request) {
                (Some(one), Some(two)) => one == two,
                _ => self.since == other.since,
            }
    }
}

#[derive(Clone, Debug)]
struct Matter {
    subject: Subject,
    /// `None`: it is settled, told or not.
    due: Option<Timestamp>,
}

/// Every row, and what was and will be told of it.
#[derive(Debug)]
pub(super) struct Watch {
    settings: Settings,
    offset: UtcOffset,
    begun: Timestamp,
    rows: HashMap<Arc<str>, Seen>,
    /// When the first matter of each row is due, if one is.
    dues: BTreeSet<(Timestamp, Arc<str>)>,
}

/// A row, and what was and will be told of it.
#[derive(Debug, Default)]
struct Seen {
    /// As long as there is something to tell.
    row: Option<Box<Row>>,
    matters: Vec<Matter>,
    due: Option<Timestamp>,
}

impl Seen {
    /// When it is due. What is suspended cannot be answered before it goes on, and the person has
    /// stopped it.
    fn next(&self) -> Option<Timestamp> {
        self.row.as_ref().filter(|row| !row.suspended)?;
        self.matters.iter().filter_map(|matter| matter.due).min()
    }

    /// What is due is told of, or kept until `later`; gives the most urgent of what is told.
    fn take(&mut self, now: Timestamp, later: Option<Timestamp>) -> Option<Subject> {
        let mut told: Option<Subject> = None;
        let is_due = |matter: &&mut Matter| matter.due.is_some_and(|due| due <= now);
        for matter in self.matters.iter_mut().filter(is_due) {
            matter.due = later;
            let is_first = told.is_none_or(|other| urgency(&matter.subject) < urgency(&other));
            if later.is_none() && is_first {
                told = Some(matter.subject);
            }
        }
        told
    }
}

impl Watch {
    pub(super) fn new(settings: Settings, offset: UtcOffset, begun: Timestamp) -> Self {
        Self {
            settings,
            offset,
            begun,
            rows: HashMap::new(),
            dues: BTreeSet::new(),
        }
    }

    /// A watch that goes on from another one, which told of all that was due until `at`. What was
    /// kept back by a snooze then is not told of: it may have been told of before the snooze.
    pub(super) fn taken_over(settings: Settings, offset: UtcOffset, at: Timestamp) -> Self {
        let begun = at.minus(settings.delay()).plus(ONE_MICROSECOND);
        Self::new(settings, offset, begun)
    }

    /// Takes in what the collector says.
    pub(super) fn hear(&mut self, feed: Feed) {
        match feed {
            Feed::Snapshot(rows) => {
                let there: BTreeSet<&str> = rows.iter().map(|row| &*row.id).collect();
                let gone = self.rows.keys().filter(|id| !there.contains(&***id));
                for id in gone.cloned().collect::<Vec<_>>() {
                    self.forget(&id);
                }
                for row in rows {
                    self.see(Box::new(row));
                }
            }
            Feed::Row(row) => self.see(row),
            Feed::Gone(id) => self.forget(&id),
            Feed::Diff(..) | Feed::Tasks(..) | Feed::Health(_) | Feed::Role(_) => {}
        }
    }

    /// When something is due next.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.dues.first().map(|(due, _)| *due)
    }

    /// What is due: at most one notice for each row, about its most urgent matter. What is snoozed
    /// or falls into quiet hours waits for their end.
    pub(super) fn due(&mut self, now: Timestamp, snoozes: &Snoozes) -> Vec<Notice> {
        let quiet = self.settings.quiet_until(now, self.offset);
        let mut notices = Vec::new();
        let due = self.dues.iter().take_while(|(due, _)| *due <= now);
        let due: BTreeSet<Arc<str>> = due.map(|(_, id)| Arc::clone(id)).collect();
        for id in due {
            let later = quiet.max(snoozes.until(&id, now));
            let Some(seen) = self.rows.get_mut(&id) else {
                continue;
            };
            let told = seen.take(now, later).zip(seen.row.as_deref());
            notices.extend(told.map(|(subject, row)| Notice {
                request: subject.find_in(row),
                row: row.clone(),
                state: subject.state,
                channels: self.settings.channels(subject.state).to_vec(),
            }));
            self.plan(&id);
        }
        notices
    }

    /// Brings the plan into line with what is to be told of a row.
    fn plan(&mut self, id: &Arc<str>) {
        let Some(seen) = self.rows.get_mut(id) else {
            return;
        };
        let next = seen.next();
        let before = std::mem::replace(&mut seen.due, next);
        if seen.matters.iter().all(|matter| matter.due.is_none()) {
            seen.row = None;
        }
        if before != next {
            if let Some(before) = before {
                self.dues.remove(&(before, Arc::clone(id)));
            }
            self.dues.extend(next.map(|next| (next, Arc::clone(id))));
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some((id, seen)) = self.rows.remove_entry(id)
            && let Some(due) = seen.due
        {
            self.dues.remove(&(due, id));
        }
    }

    fn see(&mut self, row: Box<Row>) {
        let subjects = subjects(&row);
        let (begun, settings) = (self.begun, &self.settings);
        let id = match self.rows.get_key_value(&*row.id) {
            Some((id, _)) => Arc::clone(id),
            None => Arc::from(&*row.id),
        };
        let seen = self.rows.entry(Arc::clone(&id)).or_default();
        seen.row = Some(row);
        let matters = &mut seen.matters;
        // What is over before it was told of need not be told of; what was told of is remembered.
        matters.retain(|matter| {
            matter.due.is_none() || subjects.iter().any(|subject| subject.is(&matter.subject))
        });
        for subject in subjects {
            if let Some(matter) = matters
                .iter_mut()
                .find(|matter| matter.subject.is(&subject))
            {
                matter.subject.request = subject.request.or(matter.subject.request);
            } else if !settings.channels(subject.state).is_empty() {
                let due = (subject.since >= begun).then(|| subject.since.plus(settings.delay()));
                matters.reserve_exact(1);
                matters.push(Matter { subject, due });
            }
        }
        let forgotten = matters.len().saturating_sub(MEMORY);
        matters.drain(..forgotten);
        self.plan(&id);
    }
}

/// The state's place in the order of attention, then how long it lasts.
fn urgency(subject: &Subject) -> (u8, Timestamp) {
    let rank = match subject.state {
        State::WaitingApproval => 0,
        State::WaitingInput => 1,
        State::Error => 2,
        State::Completed | State::Running | State::Idle => 3,
    };
    (rank, subject.since)
}

/// What could be told of a row: its requests, else its state.
fn subjects(row: &Row) -> Vec<Subject> {
    if row.waiting.is_empty() {
        return vec![Subject {
            state: row.state,
            agent: fingerprint(&(&row.instance_id, None::<String>)),
            request: None,
            since: row.since,
        }];
    }
    let requests = row.waiting.iter();
    requests.map(|request| Subject::of(row, request)).collect()
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Source;

    use super::*;
    use crate::state::fixture::row;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn watch(settings: &str) -> Watch {
        let settings = toml::from_str(settings).unwrap();
        Watch::new(settings, UtcOffset::UTC, at(100))
    }

    /// Pane 1 in `state` since `since`, without a request.
    fn plain(state: State, since: i64) -> Row {
        let mut row = row(1, "claude", state, "shop:1.1", 0);
        row.since = at(since);
        row
    }

    fn asking(requests: &[(Option<&str>, i64)]) -> Row {
        let mut row = plain(State::WaitingApproval, requests[0].1);
        row.waiting = requests
            .iter()
            .map(|(id, since)| Request {
                state: State::WaitingApproval,
                request_id: id.map(str::to_owned),
                agent_id: None,
                tool: Some("Bash".to_owned()),
                message: None,
                since: at(*since),
                source: Source::Hook,
            })
            .collect();
        row
    }

    fn hear(watch: &mut Watch, row: &Row) {
        watch.hear(Feed::Row(Box::new(row.clone())));
    }

    fn told(watch: &mut Watch, now: i64) -> Vec<Option<String>> {
        let notices = watch.due(at(now), &Snoozes::default());
        notices
            .into_iter()
            .map(|notice| notice.request.and_then(|request| request.request_id))
            .collect()
    }

    #[test]
    fn a_request_is_told_of_after_the_delay_and_just_once() {
        let mut watch = watch("delay_seconds = 10");
        hear(&mut watch, &asking(&[(Some("a"), 200)]));
        assert_eq!(watch.next(), Some(at(210)));
        assert!(told(&mut watch, 209).is_empty());
        assert_eq!(told(&mut watch, 210), [Some("a".to_owned())]);
        hear(&mut watch, &asking(&[(Some("a"), 200)]));
        hear(&mut watch, &plain(State::Running, 220));
        hear(&mut watch, &asking(&[(Some("a"), 230)]));
        assert_eq!(watch.next(), None, "seen again is not asked again");
        hear(&mut watch, &asking(&[(Some("b"), 240)]));
        assert_eq!(told(&mut watch, 250), [Some("b".to_owned())]);
    }

    #[test]
    fn what_is_suspended_is_told_of_when_it_goes_on() {
        let mut watch = watch("delay_seconds = 10");
        let mut row = asking(&[(Some("a"), 200)]);
        row.suspended = true;
        hear(&mut watch, &row);
        assert_eq!(watch.next(), None);
        assert!(told(&mut watch, 300).is_empty());
        row.suspended = false;
        hear(&mut watch, &row);
        assert_eq!(watch.next(), Some(at(210)));
        assert_eq!(told(&mut watch, 300), [Some("a".to_owned())]);
        row.suspended = true;
        hear(&mut watch, &row);
        row.suspended = false;
        hear(&mut watch, &row);
        assert!(told(&mut watch, 400).is_empty(), "once");
    }

    #[test]
    fn a_request_that_learns_its_id_later_is_the_same_one() {
        let mut watch = watch("delay_seconds = 0");
        hear(&mut watch, &asking(&[(None, 200)]));
        assert_eq!(told(&mut watch, 200), [None]);
        hear(&mut watch, &asking(&[(Some("a"), 200)]));
        assert!(told(&mut watch, 201).is_empty());
        hear(&mut watch, &asking(&[(Some("a"), 202)]));
        assert!(told(&mut watch, 203).is_empty());
    }

    #[test]
    fn what_was_answered_in_time_and_what_is_older_than_the_watch_is_not_told_of() {
        let mut watch = watch("delay_seconds = 10");
        hear(&mut watch, &asking(&[(Some("a"), 200)]));
        hear(&mut watch, &plain(State::Running, 205));
        hear(&mut watch, &asking(&[(Some("old"), 99)]));
        assert_eq!(watch.next(), None);
        watch.hear(Feed::Gone(asking(&[(None, 1)]).id));
        assert!(told(&mut watch, 300).is_empty());
    }

    #[test]
    fn who_takes_over_tells_of_what_was_not_due_yet_and_of_nothing_twice() {
        let settings: Settings = toml::from_str("delay_seconds = 10").unwrap();
        let mut watch = Watch::taken_over(settings, UtcOffset::UTC, at(210));
        let rows = vec![asking(&[(Some("told"), 200), (Some("pending"), 201)])];
        watch.hear(Feed::Snapshot(rows));
        assert_eq!(watch.next(), Some(at(211)));
        assert_eq!(told(&mut watch, 211), [Some("pending".to_owned())]);
        assert!(told(&mut watch, 300).is_empty());
    }

    #[test]
    fn several_requests_of_one_row_are_one_notice() {
        let mut watch = watch("delay_seconds = 1");
        hear(&mut watch, &asking(&[(Some("a"), 200), (Some("b"), 201)]));
        assert_eq!(told(&mut watch, 202), [Some("a".to_owned())]);
        assert!(told(&mut watch, 300).is_empty());
    }

    #[test]
    fn a_second_request_is_told_of_in_its_own_words() {
        let mut watch = watch("delay_seconds = 0");
        hear(&mut watch, &asking(&[(Some("a"), 200)]));
        assert_eq!(told(&mut watch, 200), [Some("a".to_owned())]);
        hear(&mut watch, &asking(&[(Some("a"), 200), (None, 205)]));
        let second = watch.due(at(205), &Snoozes::default());
        let request = second[0].request.as_ref().unwrap();
        assert_eq!((&request.request_id, request.since), (&None, at(205)));
    }

    #[test]
    fn a_state_is_told_of_only_if_it_is_wanted_and_again_when_it_begins_again() {
        let mut watch = watch("delay_seconds = 0\ncompleted = ['tmux']");
        hear(&mut watch, &plain(State::Error, 200));
        assert_eq!(watch.next(), None);
        hear(&mut watch, &plain(State::Completed, 210));
        assert_eq!(
            watch.due(at(210), &Snoozes::default())[0].channels,
            [Channel::Tmux]
        );
        hear(&mut watch, &plain(State::Completed, 210));
        assert!(told(&mut watch, 211).is_empty());
        hear(&mut watch, &plain(State::Completed, 220));
        assert_eq!(told(&mut watch, 220), [None]);
    }

    #[test]
    fn snoozed_rows_and_quiet_hours_wait_and_are_told_of_at_their_end_if_still_open() {
        let mut rested = watch("delay_seconds = 0");
        let row = asking(&[(Some("a"), 200)]);
        hear(&mut rested, &row);
        let snoozes = Snoozes::default().with(&row.id, Some(at(260)), at(200));
        assert!(rested.due(at(200), &snoozes).is_empty());
        assert_eq!(rested.next(), Some(at(260)));
        assert_eq!(rested.due(at(260), &snoozes).len(), 1);
        let mut night = watch("delay_seconds = 0\nquiet = '00:00-00:05'");
        hear(&mut night, &row);
        assert!(told(&mut night, 299).is_empty());
        assert_eq!(night.next(), Some(at(300)));
        hear(&mut night, &plain(State::Running, 299));
        assert_eq!(night.next(), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_in_whatever_order_no_request_is_told_of_twice(
            steps in proptest::collection::vec((0_usize..5, 0_usize..4, 0_i64..20), 1..80),
        ) {
            let mut watch = watch("delay_seconds = 5");
            let (mut now, mut told) = (200, Vec::new());
            let ids = ["a", "b", "c", "d"];
            for (kind, which, passes) in steps {
                now += passes;
                match kind {
                    0 => hear(&mut watch, &plain(State::Running, now)),
                    1 => hear(&mut watch, &asking(&[(Some(ids[which]), now), (Some(ids[3 - which]), now)])),
                    _ => hear(&mut watch, &asking(&[(Some(ids[which]), now)])),
                }
                let snoozes = Snoozes::default();
                told.extend(watch.due(at(now), &snoozes).into_iter().map(|notice| notice.request.and_then(|request| request.request_id)));
            }
            let mut once = told.clone();
            once.sort();
            once.dedup();
            proptest::prop_assert_eq!(once.len(), told.len());
            proptest::prop_assert!(watch.next().is_none_or(|due| due > at(now) && due <= at(now).plus(Duration::from_secs(5))));
        }
    }
}
