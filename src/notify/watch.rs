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
use crate::state::update::Update;
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

/// Every row of which there was or will be something to tell.
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
    row: Option<Arc<Row>>,
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
    pub(super) fn hear(&mut self, update: Update) {
        match update {
            Update::Snapshot(rows) => {
                let there: BTreeSet<&str> = rows.iter().map(|row| &*row.id).collect();
                let gone = self.rows.keys().filter(|id| !there.contains(&***id));
                for id in gone.cloned().collect::<Vec<_>>() {
                    self.forget(&id);
                }
                for row in rows {
                    self.see(Arc::new(row));
                }
            }
            Update::Row(row) => self.see(row),
            Update::Gone(id) => self.forget(&id),
            Update::Diff(..)
            | Update::Tasks(..)
            | Update::Ended(_)
            | Update::Health(_)
            | Update::Role(_) => {}
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
        let is_empty = seen.matters.is_empty();
        if before != next {
            if let Some(before) = before {
                self.dues.remove(&(before, Arc::clone(id)));
            }
            self.dues.extend(next.map(|next| (next, Arc::clone(id))));
        }
        if is_empty {
            self.rows.remove(id);
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some((id, seen)) = self.rows.remove_entry(id)
            && let Some(due) = seen.due
        {
            self.dues.remove(&(due, id));
        }
    }

    fn see(&mut self, row: Arc<Row>) {
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
mod tests;
