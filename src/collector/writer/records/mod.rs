//! Takes status records: what a program says of itself to its terminal, handed on by whoever reads that.
//!
//! A publisher may say of its own row whatever it likes, and so may the program in it. About any other row a
//! record is heard only where the row's own process is in front in its terminal and is called so; it is a
//! reading then, of a level, and makes, names and approves nothing; and what is new in it counts only once something
//! else says so, where anything does (`doubts`).

mod doubts;
mod own;

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::Writer;
use crate::assistants::status_record;
use crate::collector::belief::{Facts, Life};
use crate::collector::recorded::{Due, Spoken, Taken};
use crate::state::{Input, Level, Reading, Row, RowKey};
use crate::status_record::Word;
use crate::sys::namespaces::Standing;
use crate::sys::process::{descends, stat};

/// Why records are not taken.
const TOO_MANY: &str = "more than 20 status records in a second";
const NOT_ITS: &str =
    "a status record of a row that is not the publisher's, and it may tell of no other";
const NO_ROW: &str = "a status record of a pane without a row";
const OTHER_APP: &str = "a status record of another program than the row's";
const NOT_IN_FRONT: &str = "a status record while the row's program is not in front";
const UNBORNE: &str = "a status record that nothing else bears out";

impl Writer {
    /// Takes one record that has come just now.
    pub(super) fn take_record(&mut self, mut spoken: Spoken) {
        let now = self.clock.now();
        // Nobody has written anything in a time to come.
        spoken.record.written = spoken.record.written.min(now);
        let app = spoken.record.app.as_deref();
        let is_work = spoken.record.state == Word::Working;
        let blip = app.filter(|_| is_work).map(status_record::blip);
        match self.recorded.take(spoken, blip.unwrap_or_default(), now) {
            Taken::Now(spoken) => self.heed_record(spoken),
            Taken::Later => {}
            Taken::TooMany => self.drop_record(TOO_MANY),
        }
    }

    /// Takes those that have waited for long enough.
    pub(super) fn take_due_records(&mut self) {
        for due in self.recorded.take_due(self.clock.now()) {
            match due {
                Due::Last(spoken) => self.heed_record(spoken),
                Due::Untold(spoken) => self.apply_record(&spoken),
                Due::Unborne => self.drop_record(UNBORNE),
            }
        }
    }

    /// Lets a record count, at once or when something else says so too.
    fn heed_record(&mut self, spoken: Spoken) {
        match self.meant(&spoken) {
            Ok((key, level, row)) => {
                if let Some(spoken) = self.doubt(spoken, key, level, &row) {
                    self.apply_record(&spoken);
                }
            }
            Err(why) => {
                self.drop_record(why);
                // Its row may only be late.
                if why == NO_ROW && spoken.record.id.is_none() {
                    self.recorded.keep(spoken);
                }
            }
        }
    }

    fn apply_record(&mut self, spoken: &Spoken) {
        if let Err(why) = self.put_record(spoken) {
            self.drop_record(why);
        }
    }

    fn drop_record(&mut self, why: &'static str) {
        self.health.count(|health| &mut health.held_apart, why);
    }

    fn put_record(&mut self, spoken: &Spoken) -> Result<(), &'static str> {
        let (key, level, row) = self.meant(spoken)?;
        if self.is_own(spoken, &key, &row) {
            return self.put_own_record(spoken, &row);
        }
        // What is over or suspended is known by its process, and of its parts hooks tell.
        let Some(level) = level else { return Ok(()) };
        let reading = Box::new(reading_of(spoken, &row, level, self.clock.now()));
        let input = if self.table.is_unheard(&key) {
            Input::Glimpsed(reading)
        } else {
            Input::Reading(reading)
        };
        self.apply(input, self.clock.now());
        Ok(())
    }

    /// The row that a record is about, and which level it is of the whole of its program.
    ///
    /// # Errors
    /// It is not believed; says why.
    fn meant(&mut self, spoken: &Spoken) -> Result<(RowKey, Option<Level>, Row), &'static str> {
        let key = self.row_of_record(spoken).ok_or(NO_ROW)?;
        let row = self.table.row(&key).ok_or(NO_ROW)?;
        if !self.is_own(spoken, &key, &row) {
            self.bind(spoken, &row)?;
        }
        let level = status_record::level(spoken.record.state, spoken.record.kind);
        Ok((key, level.filter(|_| spoken.record.id.is_none()), row))
    }

    /// Whether the publisher's word is the state of that row: it is the publisher's, and no session file tells.
    fn is_own(&self, spoken: &Spoken, key: &RowKey, row: &Row) -> bool {
        let is_part = spoken.record.id.is_some();
        row.publisher.as_deref() == Some(&spoken.publisher)
            && (is_part || !self.table.has_session_file(key))
    }

    /// The row that a record is about: that of its pane, else the publisher's own, else that of its process.
    fn row_of_record(&self, spoken: &Spoken) -> Option<RowKey> {
        let record = &spoken.record;
        let sees = spoken.standing == Standing::Home && !spoken.hearsay;
        let in_pane = spoken.pane().filter(|key| self.table.has_row(key));
        let own = || {
            self.work_of(&spoken.publisher, record.agent_id.as_deref()?)
                .ok()
        };
        let by_process = || {
            let row = self.table.row_of_process(record.pid.filter(|_| sees)?)?;
            RowKey::named(&row.id).find(|key| self.table.has_row(key))
        };
        in_pane.or_else(own).or_else(by_process)
    }

    /// Whether the record is certainly that of the row's own process.
    fn bind(&mut self, spoken: &Spoken, row: &Row) -> Result<(), &'static str> {
        if spoken.hearsay || spoken.standing != Standing::Home {
            return Err(NOT_ITS);
        }
        if let Some(app) = &spoken.record.app {
            let known = status_record::of_app(app);
            let is_it = known.is_some_and(|known| known.row().name == row.assistant.as_str());
            is_it.then_some(()).ok_or(OTHER_APP)?;
        } else if spoken.record.state != Word::Clear {
            return Err(OTHER_APP);
        }
        let pid = row.pid.ok_or(NOT_IN_FRONT)?;
        let started = spoken.record.pid;
        let is_below = started.is_none_or(|started| descends(pid, started) == Some(true));
        let is_ours = self.ground.with(&self.table).life(pid) == Life::Ours;
        let in_front =
            stat(pid).is_some_and(|stat| stat.foreground == Some(stat.group) && !stat.is_stopped);
        (is_below && is_ours && in_front)
            .then_some(())
            .ok_or(NOT_IN_FRONT)
    }
}

fn reading_of(spoken: &Spoken, row: &Row, level: Level, now: Timestamp) -> Reading {
    let record = &spoken.record;
    Reading {
        assistant: row.assistant.clone(),
        level,
        written: record.written,
        seen: now,
        instance_id: row.instance_id.clone(),
        pid: row.pid,
        pane: row.server.clone().zip(row.pane),
        cwd: None,
        home: None,
        attended: true,
        detail: record.message.clone(),
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: true,
        terminal: None,
        background: None,
    }
}
