//! The state table: `apply(input, now)` finds the row an input is about and lets it work there.
//!
//! Pure: no clock, no file, no environment. What an event means for its row stands in
//! [`super::entry`], what a witness reading means in `entry::readings`; here stands which rows
//! there are, each file below does the work of one kind of input, and `ended` remembers the sessions
//! that are over.

mod addresses;
mod background;
mod deadlines;
mod ended;
mod events;
mod handover;
mod lookups;
mod panes;
mod processes;
mod published;
mod readings;
mod silent;
mod whereabouts;
mod within_reach;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::dedup::Dedup;
use super::entry::Entry;
use super::marked::Key;
use super::rows::Rows;
use super::unmatched::{AllUnmatched, Unmatched};
use super::{Input, Kin, Row, RowKey, urgency};
use addresses::Addresses;
pub use deadlines::REBUILD_GRACE;
use ended::Ended;
pub(crate) use handover::Unseen;
pub(crate) use within_reach::MOST_ENDED;
use within_reach::WithinReach;

/// What the table has to be told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a row without any proof of life is kept after the last event.
    pub ttl: Duration,
    /// The server of events that name none.
    pub own_server: Option<Server>,
}

/// What one input changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are new or look different now.
    pub changed: Vec<RowKey>,
    /// Rows that are gone.
    pub removed: Vec<RowKey>,
    /// Of those the ones that have ended without a word: nothing was heard of them for long, or their
    /// pane has a row that is known better.
    pub expired: Vec<RowKey>,
    /// Rows that were known by their addresses only, and are known by their panes now.
    pub found: Vec<RowKey>,
    /// Those of them that were not only given another key, as they were shown last.
    pub ended: Vec<Row>,
    /// Rows whose finished turn was seen just now, in a listing.
    pub looked_at: Vec<RowKey>,
    /// Rows whose panes stand elsewhere in their windows now, or in other ones.
    pub rearranged: Vec<RowKey>,
    /// The ended sessions that are within reach are others than before.
    pub other_ended: bool,
    /// The sessions that would be within reach if they ended now are others than before.
    pub other_living: bool,
    /// Processes whose session file should be read again now.
    pub reread: Vec<u32>,
    /// The event had been delivered before, in the other way.
    pub again: bool,
    /// The event or reading fitted no row and was held apart; says why.
    pub held_apart: Option<&'static str>,
}

/// Every row, and what is needed to keep it true.
#[derive(Debug)]
pub struct Table {
    settings: Settings,
    pub(super) rows: Rows,
    listings: BTreeMap<Server, Addresses>,
    /// The only server whose listings say where events belong that name none.
    own_socket: Option<String>,
    /// The last servers that were listed, the newest last.
    seen: VecDeque<Server>,
    /// Those that live while another one listens on their socket.
    lost: BTreeSet<Server>,
    pub(super) apart: AllUnmatched,
    ended: VecDeque<Ended>,
    /// Processes whose panes show another session, of which nothing is known.
    away: VecDeque<u32>,
    /// Assistants that run in panes and have reported, by pane and process.
    reported: BTreeSet<(RowKey, u32)>,
    delivered: Dedup,
    /// Agents whose publishers have left, the last one last.
    left: VecDeque<RowKey>,
    within_reach: WithinReach,
}

impl Outcome {
    /// Whether the row with this id has ended without a word.
    pub fn has_expired(&self, id: &str) -> bool {
        self.expired.iter().any(|key| key.to_string() == id)
    }
}

impl Table {
    /// An empty table.
    pub fn new(settings: Settings) -> Self {
        Self {
            rows: Rows::new(settings.ttl),
            within_reach: WithinReach::default(),
            settings,
            listings: BTreeMap::new(),
            own_socket: None,
            seen: VecDeque::new(),
            lost: BTreeSet::new(),
            apart: AllUnmatched::default(),
            ended: VecDeque::new(),
            away: VecDeque::new(),
            reported: BTreeSet::new(),
            delivered: Dedup::default(),
            left: VecDeque::new(),
        }
    }

    /// Says on which socket the server listens that events belong to which name none: from now on no
    /// other one's listing shows where they come from.
    pub fn set_own_socket(&mut self, socket: String) {
        self.own_socket = Some(socket);
    }

    /// Says which servers live on `socket` without listening there any more: their rows stay, and are
    /// told of.
    pub fn set_lost(&mut self, socket: &str, lost: BTreeSet<Server>) {
        self.lost.retain(|server| server.socket != socket);
        self.lost.extend(lost);
    }

    /// What fitted no row, alike ones together, the last one first. Not all of it for ever.
    pub fn apart(&self) -> Vec<Unmatched> {
        self.apart.newest_first()
    }

    pub(super) fn entry(&self, key: &RowKey) -> Option<&Entry> {
        self.rows.get(key)
    }

    /// Takes one input into account. `now` never goes back.
    pub fn apply(&mut self, input: Input, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        self.meet_deadlines(now, &mut outcome);
        match input {
            Input::Event(event) => self.report(*event, Kin::default(), now, &mut outcome),
            Input::Reported { event, kin } => self.report(*event, kin, now, &mut outcome),
            Input::Published {
                publisher,
                event,
                hearsay,
            } => {
                self.published((publisher, hearsay), *event, now, &mut outcome);
            }
            Input::Hearsay(event) => self.hearsay(*event, now, &mut outcome),
            Input::Contained { container, event } => {
                self.contained(container, *event, now, &mut outcome);
            }
            Input::Publisher {
                publisher,
                word,
                of,
            } => {
                self.publisher(&publisher, word, of.as_ref(), now, &mut outcome);
            }
            Input::Reading(reading) => self.reading(&reading.bounded(), now, &mut outcome),
            Input::Glimpsed(reading) => self.glimpsed(&reading.bounded(), &mut outcome),
            Input::Present { server, present } => {
                self.present(&server, &present, now, &mut outcome);
            }
            Input::Listing(listing) => self.listing(listing, now, &mut outcome),
            Input::LookedAt { server, pane } => self.looked_at(server, pane, now, &mut outcome),
            Input::ServerGone { socket } => {
                let lost = std::mem::take(&mut self.lost);
                let is_gone = |server: &Server| server.socket == socket && !lost.contains(server);
                self.listings.retain(|server, _| !is_gone(server));
                let there = self.rows.on_socket(&socket);
                let gone = keys(there.filter(|entry| entry.server().is_some_and(is_gone)));
                self.remove_all(gone, now, &mut outcome);
                self.lost = lost;
            }
            Input::ProcessExited { pid } => self.process_exited(pid, now, &mut outcome),
            Input::Stopped { pid, stopped } => self.stopped(pid, stopped, now, &mut outcome),
            Input::Branch { cwd, branch } => self.branch(&cwd, branch.as_ref(), &mut outcome),
            Input::Trust {
                row,
                instance_id,
                until,
            } => self.trust(&row, instance_id, until, &mut outcome),
            Input::Resumed {
                assistant,
                instance_id,
                place,
            } => self.resumed((&assistant, &instance_id), place, now, &mut outcome),
            Input::ServerSeen { server, has_ended } => {
                self.server_seen(&server, has_ended, &mut outcome);
            }
            Input::Tick => {}
        }
        self.look_within_reach(now, &mut outcome);
        #[cfg(test)]
        self.rows.assert_in_line();
        outcome
    }

    /// Removes the rows that `is_gone` is true of. Not by their process, whose number may be another
    /// row's by now.
    pub fn remove_rows(&mut self, is_gone: impl Fn(&Row) -> bool, now: Timestamp) -> Outcome {
        let mut outcome = Outcome::default();
        let gone = keys(self.rows.values().filter(|entry| is_gone(&entry.row())));
        self.remove_all(gone, now, &mut outcome);
        self.look_within_reach(now, &mut outcome);
        outcome
    }

    /// Whether there is a row of that key.
    pub fn has_row(&self, key: &RowKey) -> bool {
        self.rows.contains_key(key)
    }

    /// One row as it is shown.
    pub fn row(&self, key: &RowKey) -> Option<Row> {
        self.rows.get(key).map(Entry::row)
    }

    /// All rows in the order of attention.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.rows.values().map(Entry::row).collect();
        rows.sort_by(urgency);
        rows
    }

    /// The key, as the row itself has it, if there is one: not once more for each who keeps it.
    pub fn shared_key(&self, key: &RowKey) -> Arc<RowKey> {
        let known = self.rows.get(key).map(|entry| &entry.key);
        known.map_or_else(|| Arc::new(key.clone()), Arc::clone)
    }

    /// What every row is known by.
    pub fn keys(&self) -> Vec<RowKey> {
        self.rows.keys().map(|key| (**key).clone()).collect()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn branch(&mut self, cwd: &str, branch: Option<&String>, outcome: &mut Outcome) {
        for key in self.rows.on_another_branch(cwd, branch) {
            if let Some(mut entry) = self.rows.get_mut(&key) {
                entry.branch = branch.cloned();
                outcome.changed.push((*key).clone());
            }
        }
    }

    fn trust(
        &mut self,
        row: &str,
        instance_id: String,
        until: Option<Timestamp>,
        outcome: &mut Outcome,
    ) {
        if let Some(key) = self.key_of_id(row)
            && let Some(mut entry) = self.rows.get_mut(&key)
            && entry.trust(instance_id, until)
        {
            outcome.changed.push((*key).clone());
        }
    }

    /// The key of the row with this id.
    fn key_of_id(&self, id: &str) -> Option<Key> {
        let agent = Target::agent(id).map(|place| RowKey {
            server: None,
            place,
        });
        let rows = agent.into_iter().chain(RowKey::named(id));
        let mut known = rows.filter_map(|key| self.rows.get(&key));
        known.next().map(|entry| Arc::clone(&entry.key))
    }

    /// Removes rows whose sessions are over.
    fn remove_all(&mut self, gone: Vec<Key>, now: Timestamp, outcome: &mut Outcome) {
        for key in gone {
            self.remove_row(&key, now, outcome);
        }
    }

    fn remove_row(&mut self, key: &RowKey, at: Timestamp, outcome: &mut Outcome) {
        if self.leave_behind(key, outcome) {
            return;
        }
        let Some(entry) = self.take_out(key, outcome) else {
            return;
        };
        self.keep_within_reach(&entry, at, outcome);
        let instance = entry.instance_id.as_ref();
        self.remember_end(key, &entry.assistant, instance, entry.pid, at);
    }

    /// Takes a row away, and tells what it was.
    fn take_out(&mut self, key: &RowKey, outcome: &mut Outcome) -> Option<Entry> {
        let entry = self.rows.remove(key)?;
        outcome.removed.push(key.clone());
        outcome.ended.push(entry.row());
        Some(entry)
    }
}

/// The keys of these rows.
fn keys<'a>(rows: impl Iterator<Item = &'a Entry>) -> Vec<Key> {
    rows.map(|entry| Arc::clone(&entry.key)).collect()
}
