//! Plays records into a table as they came when they were written down.
//!
//! The clock of a played log is the time of its records: between two of them every deadline of the
//! table is met when it was due, and not at the next record.

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Record;
use super::notes::Notes;
use crate::state::{Input, Kin, Outcome, Settings, Table};

/// What is told of each step: the table after it, what it changed, and when.
pub type Teller<'a> = dyn FnMut(&Table, &Outcome, Timestamp) + 'a;

/// What is known now of the process of an event that is played, beside the process of its row.
pub type LookUp = fn(&Event, Option<u32>) -> Kin;

/// A table that is being filled from the log.
#[derive(Debug)]
pub struct Player {
    table: Table,
    own_server: Option<Server>,
    /// No record counts as later than this: a clock may have been wrong.
    latest: Timestamp,
    now: Timestamp,
    look_up: Option<LookUp>,
    notes: Notes,
}

impl Player {
    /// A player with an empty table. `latest` is the time at which the log is read.
    pub fn new(mut settings: Settings, latest: Timestamp) -> Self {
        // The server of an event is that of its time; the table's own may be another one later.
        let own_server = settings.own_server.take();
        let mut table = Table::new(settings);
        table.suspend_expiry();
        Self {
            table,
            own_server,
            latest,
            now: Timestamp::from_micros(i64::MIN),
            look_up: None,
            notes: Notes::default(),
        }
    }

    /// From now on takes events for what whoever collected has taken them for.
    pub fn heed(&mut self, notes: Notes) {
        self.notes = notes;
    }

    /// The same for a log of which much may be going on still: looks up whose event each one is.
    #[must_use]
    pub fn looking_up(self, look_up: LookUp) -> Self {
        Self {
            look_up: Some(look_up),
            ..self
        }
    }

    /// The table as it is now.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Plays one record.
    pub fn play(&mut self, mut record: Record, told: &mut Teller<'_>) {
        let at = record.event.ts.min(self.latest).max(self.now);
        self.pass_time(at, told);
        let (why, placed) = if record.is_ours() {
            (None, None)
        } else {
            self.notes.of(&record.event)
        };
        let placed = placed.cloned().or_else(|| record.places());
        if let Some((server, pane)) = placed {
            let address = &record.event.target;
            let outcome = self.table.recall_place(&server, pane, address, at);
            told(&self.table, &outcome, at);
        }
        if let Some(why) = why {
            let outcome = self.table.recall_apart(&record.event, why, at);
            self.now = at;
            told(&self.table, &outcome, at);
            return;
        }
        if record.event.server.is_none() && !record.is_ours() {
            record.event.server.clone_from(&self.own_server);
        }
        let input = match (record.into_input(), self.look_up) {
            (Input::Event(event), Some(look_up)) => {
                let row = self.table.process_at(&self.table.key_of(&event));
                let kin = look_up(&event, row);
                Input::Reported { event, kin }
            }
            (input, _) => input,
        };
        self.apply(input, at, told);
    }

    /// Meets every deadline up to `until`.
    pub fn pass_time(&mut self, until: Timestamp, told: &mut Teller<'_>) {
        while let Some(due) = self.table.next_deadline().filter(|due| *due <= until) {
            self.apply(Input::Tick, due.max(self.now), told);
            if self.table.next_deadline() == Some(due) {
                break;
            }
        }
    }

    /// The table, to be gone on with at `now`.
    pub fn finish(mut self, now: Timestamp) -> Table {
        self.pass_time(now, &mut |_, _, _| {});
        self.table.resume_expiry(now);
        self.table
    }

    fn apply(&mut self, input: Input, at: Timestamp, told: &mut Teller<'_>) {
        self.now = at;
        let outcome = self.table.apply(input, at);
        told(&self.table, &outcome, at);
    }
}
