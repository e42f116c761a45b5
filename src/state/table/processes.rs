//! What becomes of the rows of a process that ends, is stopped, or goes on.

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::RowKey;
use crate::state::entry::Entry;
use crate::state::evidence::Told;

impl Table {
    pub(super) fn process_exited(&mut self, pid: u32, now: Timestamp, outcome: &mut Outcome) {
        let is_its = |entry: &Entry| entry.pid == Some(pid);
        let is_there = |entry: &Entry| entry.key.place.process() == Some(pid);
        // Without the process that it is named after there is no such place.
        self.remove_if(now, outcome, |entry| {
            is_its(entry) && entry.publisher.is_none() || is_there(entry)
        });
        self.published_exited(pid, outcome);
    }

    /// The process of the row that an event is about.
    pub(crate) fn process_at(&self, key: &RowKey) -> Option<u32> {
        self.rows.get(key)?.pid
    }

    pub(super) fn stopped(
        &mut self,
        pid: u32,
        stopped: bool,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let now_stopped = stopped.then_some(pid);
        let is_news = |entry: &Entry| entry.pid == Some(pid) && entry.stopped != now_stopped;
        for (key, entry) in self.rows.iter_mut().filter(|(_, entry)| is_news(entry)) {
            entry.stopped = now_stopped;
            let what = if stopped {
                "its process was stopped"
            } else {
                "its process goes on"
            };
            let told = Told {
                at: now,
                source: Source::Witness,
                what: what.to_owned(),
                reason: None,
            };
            let state = entry.shown.state;
            told.note(entry, Some(state));
            outcome.changed.push(key.clone());
        }
    }
}
