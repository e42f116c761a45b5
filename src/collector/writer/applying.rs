//! Lets the table work on an input, and does what follows from it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Writer;
use super::interests::has_session_file;
use crate::collector::attribution;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::state::{Input, Outcome, Row};

impl Writer {
    /// Lets the table work; whether it knew the event already.
    pub(super) fn apply(&mut self, input: Input, at: Timestamp) -> bool {
        self.apply_and_tell(input, at).again
    }

    /// The same; everything that it changed.
    pub(super) fn apply_and_tell(&mut self, input: Input, at: Timestamp) -> Outcome {
        // Sources overtake each other by microseconds; for the table time never goes back.
        self.now = self.now.max(at);
        let reading = match &input {
            Input::Reading(reading) => Some(reading.clone()),
            _ => None,
        };
        let is_event = matches!(
            input,
            Input::Event(_)
                | Input::Reported { .. }
                | Input::Published { .. }
                | Input::Hearsay(_)
                | Input::Contained { .. }
        );
        let (may_have_written, written) = match &input {
            Input::Event(event)
            | Input::Reported { event, .. }
            | Input::Published {
                event,
                hearsay: false,
                ..
            } => {
                let files = self.writing.take(event);
                let written = (!files.is_empty()).then(|| (self.table.key_of(event), files));
                (attribution::may_have_written(event), written)
            }
            _ => (false, None),
        };
        let outcome = self.table.apply(input, self.now);
        self.count_apart(&outcome);
        let found = outcome.found.iter();
        let found: Vec<Row> = found.filter_map(|key| self.table.row(key)).collect();
        self.memory.note_found(&found, self.now);
        for row in &outcome.ended {
            if let Some(pid) = row.pid.filter(|_| has_session_file(row)) {
                self.sources.witness.order(WitnessOrder::Left(pid));
            }
            // What an event ends it tells itself, in the log as well.
            let has_expired = outcome.has_expired(&row.id);
            if has_expired || !is_event {
                self.memory.note_end(row, has_expired, self.now);
            }
        }
        self.follow(&outcome);
        if let Some(reading) = reading {
            self.memory.note_reading(&reading, &outcome, &self.table);
        }
        self.memory.note_looks(&outcome, &self.table, self.now);
        if may_have_written {
            let is_news = !outcome.again && outcome.held_apart.is_none();
            self.look_at_work(&outcome, written.filter(|_| is_news));
        }
        for pid in &outcome.reread {
            self.reread(*pid);
        }
        outcome
    }

    pub(super) fn count_apart(&mut self, outcome: &Outcome) {
        if let Some(reason) = outcome.held_apart {
            self.health.count(|health| &mut health.held_apart, reason);
            self.health.counts.apart = self.table.apart();
        }
    }
}
