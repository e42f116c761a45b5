//! What the collector remembers through the mirror: at its start it reads the end of it, and then
//! writes down what no hook reports, for whoever starts after it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mirror::{Mirror, rotate};
use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Setup;
use crate::log::files::trouble;
use crate::log::player::Player;
use crate::log::tailer::{Start, Tailer};
use crate::log::{Record, fault};
use crate::state::{Level, Outcome, Reading, Row, RowKey, Settings, Table};
use crate::witness::process;

/// How often the mirror's condition is looked at, while events come.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// What was recalled, and how to go on.
pub(super) struct Recalled {
    pub(super) table: Table,
    pub(super) memory: Memory,
    /// Behind what was read; without a place for a mirror there is none.
    pub(super) tailer: Option<Tailer>,
}

/// Reads the end of the mirror into a table.
pub(super) fn recall(setup: &Setup, own_server: Option<Server>, now: Timestamp) -> Recalled {
    let settings = Settings {
        ttl: setup.ttl,
        own_server,
    };
    let mut player = Player::new(settings, now);
    let path = setup.places.mirror();
    let begin = now.minus(setup.rebuild_window);
    let tailer = path.as_ref().map(|mirror| {
        if trouble(mirror) == Ok(None) {
            // Writers go on with the old limits, or those that every program has.
            let _ = rotate::write_limits(mirror, setup.mirror_limits);
        }
        let start = Instant::now();
        let mut tailer = Tailer::open(mirror, Start::Tail(setup.rebuild_bytes), start);
        let _ = tailer.poll(start, &mut |line| {
            if let Some((record, _)) = fault::read(line.content).record
                && record.event.ts >= begin
            {
                player.play(record, &mut |_, _, _| {});
            }
            ControlFlow::Continue(())
        });
        tailer
    });
    Recalled {
        table: player.finish(now),
        memory: Memory {
            path,
            looked_at: None,
            last_busy: BTreeMap::new(),
        },
        tailer,
    }
}

/// Whether the process of a recalled row is not there any more, or its number another one's.
pub(super) fn is_gone(row: &Row) -> bool {
    row.pid
        .is_some_and(|pid| !process::is_alive(pid) || process::started_after(pid, row.ts))
}

/// The writing side.
#[derive(Debug)]
pub(super) struct Memory {
    path: Option<PathBuf>,
    looked_at: Option<Instant>,
    /// The last busy level of each process that was written down, by when the assistant wrote it.
    last_busy: BTreeMap<u32, Timestamp>,
}

impl Memory {
    /// Writes down a reading. A busy level that only says again what was known is left out: while
    /// sub-agents work, it is read several times a second.
    pub(super) fn note_reading(
        &mut self,
        reading: &Reading,
        outcome: &Outcome,
        rows: &BTreeMap<RowKey, Row>,
    ) {
        if let Some(pid) = reading.pid {
            let is_known = self.last_busy.get(&pid) == Some(&reading.written);
            if reading.level == Level::Busy {
                if is_known && outcome.changed.is_empty() {
                    return;
                }
                self.last_busy.insert(pid, reading.written);
            } else {
                self.last_busy.remove(&pid);
            }
        }
        let row = rows.values().find(|row| {
            let same_process = row.pid.is_some() && row.pid == reading.pid;
            same_process || row.instance_id.is_some() && row.instance_id == reading.instance_id
        });
        if let Some(record) = Record::of_reading(reading, row.map(|row| row.target.clone())) {
            self.note(&record);
        }
    }

    /// Writes down that rows ended which no event has ended. `rows` as they were before.
    pub(super) fn note_ends(
        &mut self,
        outcome: &Outcome,
        rows: &BTreeMap<RowKey, Row>,
        now: Timestamp,
    ) {
        // A row whose pane was not known only gets another key when it becomes known.
        let ended = outcome
            .removed
            .iter()
            .filter(|key| key.server.is_some() && matches!(key.place, Target::Pane(_)));
        for row in ended.filter_map(|key| rows.get(key)) {
            self.note(&Record::of_end(row, now));
            if let Some(pid) = row.pid {
                self.last_busy.remove(&pid);
            }
        }
    }

    /// Writes down that a person has looked at finished turns.
    pub(super) fn note_looks(
        &mut self,
        outcome: &Outcome,
        rows: &BTreeMap<RowKey, Row>,
        now: Timestamp,
    ) {
        for row in outcome.looked_at.iter().filter_map(|key| rows.get(key)) {
            self.note(&Record::of_look(row, now));
        }
    }

    /// Whether it is time to look again what is wrong with the mirror.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let is_fresh = |at: Instant| now.saturating_duration_since(at) < LOOK_PAUSE;
        let is_due = !self.looked_at.is_some_and(is_fresh);
        if is_due {
            self.looked_at = Some(now);
        }
        is_due
    }

    /// What is wrong with the mirror, if anything is.
    pub(super) fn trouble(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        let why = trouble(path).unwrap_or_default()?;
        Some(format!("nothing is logged to {}: {why}", path.display()))
    }

    fn note(&self, record: &Record) {
        let mirror = self.path.as_deref().and_then(Mirror::open);
        if let (Some(mirror), Ok(line)) = (mirror, record.encode()) {
            // What is wrong with it is told elsewhere.
            let _ = mirror.append(&line);
        }
    }
}
