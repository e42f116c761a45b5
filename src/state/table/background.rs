//! Sessions that no pane shows: each has a row at the place that its process is, until a pane shows it.
//! Then the row is that pane's, and there are never two.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::marked::Key;
use crate::state::{Reading, RowKey};

/// A session whose pane has gone tells of itself within this time, if it goes on without one.
const GOES_ON_WITHIN: Duration = Duration::from_secs(5);

/// How many such sessions are remembered.
const REMEMBERED: usize = 16;

/// Rows of sessions that may go on without the pane that has shown them, each with when that has gone.
#[derive(Debug, Default)]
pub(super) struct LeftBehind(VecDeque<(Timestamp, Entry)>);

impl LeftBehind {
    /// A row has gone with its pane, or with the process that has shown the session there.
    pub(super) fn keep(&mut self, entry: Entry, at: Timestamp) {
        if !entry.witness.stands_in || entry.pane().is_none() {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((at, entry));
    }

    /// The row of the session that a reading is of, which goes on without a pane.
    fn take(&mut self, reading: &Reading, now: Timestamp) -> Option<Entry> {
        self.0.retain(|(at, _)| now.since(*at) <= GOES_ON_WITHIN);
        let is_it = |(_, entry): &(Timestamp, Entry)| {
            is_of(entry, reading) && entry.instance_id == reading.instance_id
        };
        let place = self.0.iter().position(is_it)?;
        self.0.remove(place).map(|(_, entry)| entry)
    }
}

impl Table {
    /// The place of the row that a reading may make: the pane that shows its session, else, where none
    /// does, its process.
    pub(super) fn place_of(&self, reading: &Reading) -> Option<RowKey> {
        let (server, place) = match (&reading.pane, &reading.background) {
            (Some((server, pane)), _) => (Some(server.clone()), Target::Pane(*pane)),
            (None, Some(_)) if self.is_in_front(reading) => return None,
            (None, Some(process)) => (None, process.clone()),
            (None, None) => return None,
        };
        reading.attended.then_some(RowKey { server, place })
    }

    /// Gives the row of a session that was in the background to the pane at `key`, which shows it now: with
    /// all that is known of it, unless the pane has a row that goes on. Whether the row is new there.
    pub(super) fn bring_to_front(
        &mut self,
        reading: &Reading,
        key: &RowKey,
        outcome: &mut Outcome,
    ) -> bool {
        let Some(behind) = self.row_behind(reading, key) else {
            return false;
        };
        if self.rows.contains_key(key) {
            self.take_out(&behind, outcome);
            return false;
        }
        let Some(mut entry) = self.rows.remove(&behind) else {
            return false;
        };
        entry.move_to(key);
        entry.target = self.target_of(key).unwrap_or_else(|| key.place.clone());
        entry.listed = self.is_listed(key);
        entry.shown_at = self.shown_at(key).map(Box::new);
        self.rows.insert(entry);
        outcome.removed.push((*behind).clone());
        true
    }

    /// Takes up the row of a session whose pane has just gone, and which goes on in the background at `key`;
    /// whether there was one.
    pub(super) fn leave_behind(&mut self, reading: &Reading, key: &RowKey, now: Timestamp) -> bool {
        if reading.background.is_none() || self.rows.contains_key(key) {
            return false;
        }
        let Some(mut entry) = self.left_behind.take(reading, now) else {
            return false;
        };
        entry.move_to(key);
        entry.target = key.place.clone();
        entry.listed = false;
        entry.shown_at = None;
        entry.in_view = None;
        // Its assistant keeps it when it ends, and may start it again by itself.
        entry.proved = None;
        self.rows.insert(entry);
        true
    }

    /// The row in the background that is of the session which `key` shows now.
    fn row_behind(&self, reading: &Reading, key: &RowKey) -> Option<Key> {
        let is_behind = |entry: &&Entry| is_of(entry, reading) && entry.is_in_background();
        let same = self.rows.of_session(reading.instance_id.as_ref());
        let mut behind = same.filter(is_behind).map(|entry| Arc::clone(&entry.key));
        behind.find(|behind| **behind != *key)
    }

    /// Whether the row of a pane shows the session.
    fn is_in_front(&self, reading: &Reading) -> bool {
        let mut same = self.rows.of_session(reading.instance_id.as_ref());
        same.any(|entry| is_of(entry, reading) && entry.pane().is_some())
    }
}

fn is_of(entry: &Entry, reading: &Reading) -> bool {
    entry.assistant == reading.assistant && entry.publisher.is_none()
}

impl Entry {
    /// From now on it is at that place, and whoever shows it there tells of it.
    fn move_to(&mut self, key: &RowKey) {
        self.key = Arc::new(key.clone());
        self.pid = None;
        self.stopped = None;
    }

    /// Whether it is of a session that no pane shows, by the word of its witness.
    fn is_in_background(&self) -> bool {
        self.witness.stands_in && self.key.place.is_in_background()
    }
}
