//! What becomes of the rows of a process that ends, is stopped, or goes on.

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table, keys};
use crate::state::RowKey;
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;

impl Table {
    pub(super) fn process_exited(&mut self, pid: u32, now: Timestamp, outcome: &mut Outcome) {
        // Without the process that it is named after there is no such place.
        let gone = self.rows.of_process(pid);
        let gone =
            keys(gone.filter(|entry| {
                entry.publisher.is_none() || entry.key.place.process() == Some(pid)
            }));
        self.remove_all(gone, now, outcome);
        self.end_living(pid, now, outcome);
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
        for key in keys(self.rows.of_process(pid).filter(|entry| is_news(entry))) {
            let Some(mut entry) = self.rows.get_mut(&key) else {
                continue;
            };
            entry.stopped = now_stopped;
            let what = if stopped {
                "its process was stopped"
            } else {
                "its process goes on"
            };
            let told = EvidenceDraft {
                at: now,
                source: Source::Witness,
                what: what.to_owned(),
                reason: None,
            };
            let state = entry.shown.state;
            told.note(&mut entry, Some(state));
            outcome.changed.push((*key).clone());
        }
    }
}
