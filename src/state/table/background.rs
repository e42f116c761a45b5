//! Sessions that no pane and no terminal shows: each has a row at the place that its process is, until one shows it. Then
//! the row is that one's, of several the first one's, and as soon as that has gone it is its process's again: there is one
//! row all the time, and never two.

use std::sync::Arc;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::marked::Key;
use crate::state::{Reading, RowKey};

impl Table {
    /// The place of the row that a reading may make: the pane or terminal that shows its session, else, where none
    /// does, its process.
    pub(super) fn place_of(&self, reading: &Reading) -> Option<RowKey> {
        let behind = reading.background.clone();
        let behind = behind.filter(|_| !(reading.is_behind() && self.is_in_front(reading)));
        let behind = behind.map(|place| RowKey {
            server: None,
            place,
        });
        let place = reading.shown_at().or(behind);
        place.filter(|_| reading.attended)
    }

    /// Gives the row of a session that was in the background to the pane or terminal at `key`, which shows it now: with
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

    /// Leaves the row at `key` to the process that works for its session, if that goes on in the background without
    /// the pane, or the process, that has shown it there; whether it does.
    pub(super) fn leave_behind(&mut self, key: &RowKey, outcome: &mut Outcome) -> bool {
        let behind = self.rows.get(key).and_then(|entry| {
            if entry.is_in_background() {
                return None;
            }
            Some(RowKey {
                server: None,
                place: entry.witness.behind.as_deref()?.clone(),
            })
        });
        let Some(behind) = behind.filter(|behind| !self.rows.contains_key(behind)) else {
            return false;
        };
        let Some(mut entry) = self.take_out(key, outcome) else {
            return false;
        };
        entry.move_to(&behind);
        entry.pid = behind.place.process();
        entry.target = behind.place.clone();
        entry.listed = false;
        entry.shown_at = None;
        entry.in_view = None;
        entry.witness.behind = None;
        self.rows.insert(entry);
        outcome.changed.push(behind);
        true
    }

    /// Whether the row at `key` was of another session, which goes on without that pane.
    pub(super) fn shows_another(&self, reading: &Reading, key: &RowKey) -> bool {
        self.rows.get(key).is_some_and(|entry| {
            entry.witness.behind.is_some() && entry.instance_id != reading.instance_id
        })
    }

    /// Whether a reading is of a session that the row of another place shows already: a second one that shows it has
    /// none, and no more than one request is open.
    pub(super) fn is_shown_elsewhere(&mut self, reading: &Reading, outcome: &mut Outcome) -> bool {
        let Some(own) = reading.shown_at().filter(|_| reading.stands_in) else {
            return false;
        };
        let is_elsewhere = |entry: &Entry| {
            let is_in_front = !entry.is_in_background();
            let is_there = is_in_front && entry.pid.is_some() && *entry.key != own;
            is_there && is_of(entry, reading)
        };
        let mut same = self.rows.of_session(reading.instance_id.as_ref());
        let is_elsewhere = same.any(is_elsewhere);
        drop(same);
        let of_own = self.rows.get(&own);
        let is_its = of_own.is_some_and(|entry| entry.pid == reading.pid);
        let shows_it = of_own.is_some_and(|entry| entry.instance_id == reading.instance_id);
        if !is_elsewhere || shows_it {
            return false;
        }
        if is_its {
            self.take_out(&own, outcome);
        }
        true
    }

    /// The row in the background that is of the session which `key` shows now.
    fn row_behind(&self, reading: &Reading, key: &RowKey) -> Option<Key> {
        let is_behind = |entry: &&Entry| {
            is_of(entry, reading) && entry.witness.stands_in && entry.is_in_background()
        };
        let same = self.rows.of_session(reading.instance_id.as_ref());
        let mut behind = same.filter(is_behind).map(|entry| Arc::clone(&entry.key));
        behind.find(|behind| **behind != *key)
    }

    /// Whether the row of a pane or terminal shows the session.
    fn is_in_front(&self, reading: &Reading) -> bool {
        let mut same = self.rows.of_session(reading.instance_id.as_ref());
        same.any(|entry| is_of(entry, reading) && !entry.is_in_background())
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

    /// Whether nothing shows its session.
    fn is_in_background(&self) -> bool {
        self.key.place.is_in_background()
    }
}
