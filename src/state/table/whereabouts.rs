//! Panes that show another session than the one they began with, where no file tells of it: they have
//! no row, for any would be of something that is not on the screen.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;
use crate::state::marked::Key;
use crate::state::{Level, Reading};

/// How many such processes are remembered.
const REMEMBERED: usize = 64;

/// How often it is looked whether a session that is being moved has spoken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Table {
    /// The pane's session is being moved: the row is what it was until the session speaks again, or is
    /// not found.
    pub(super) fn keep_moving(&mut self, reading: &Reading, now: Timestamp, outcome: &mut Outcome) {
        let key = self.known_to(reading).map(|entry| Arc::clone(&entry.key));
        let Some(mut entry) = key.and_then(|key| self.rows.get_mut(&key)) else {
            return;
        };
        entry.witness.reread_at = Some(now.plus(LOOK_AGAIN));
        if !std::mem::replace(&mut entry.witness.is_moving, true) {
            let before = Some(entry.shown.state);
            EvidenceDraft::by_reading(reading, Some("it is what it was")).note(&mut entry, before);
            outcome.changed.push((*entry.key).clone());
        }
    }

    /// Remembers whether the pane of the reading's process shows a session that is known.
    pub(super) fn note_whereabouts(&mut self, reading: &Reading) {
        let Some(pid) = reading.pid else { return };
        self.away.retain(|away| *away != pid);
        if reading.level == Level::Elsewhere {
            if self.away.len() == REMEMBERED {
                self.away.pop_front();
            }
            self.away.push_back(pid);
        }
    }

    /// Takes the rows of that process away. Their sessions are not over: they may be shown again.
    pub(super) fn lose_sight(&mut self, reading: &Reading, outcome: &mut Outcome) {
        let is_its =
            |entry: &Entry| entry.assistant == reading.assistant && entry.pid == reading.pid;
        let rows = reading.pid.into_iter();
        let rows = rows.flat_map(|pid| self.rows.of_process(pid));
        let rows = rows.filter(|entry| is_its(entry));
        let keys: Vec<Key> = rows.map(|entry| Arc::clone(&entry.key)).collect();
        for key in keys {
            if !self.leave_behind(&key, outcome) {
                self.take_out(&key, outcome);
            }
        }
    }
}
