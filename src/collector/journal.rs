//! What the collector remembers through the event log: at its start it reads the end of it, and then
//! writes down what no hook reports, for whoever starts after it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Event, State};
use pane_patrol_hooks::event_log::{EventLog, Limits, rotate};
use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::private;

use super::kinship;
use super::liveness::{has_ended_since, server_has_ended};
use crate::log::Record;
use crate::log::condition::trouble;
use crate::log::player::Player;
use crate::log::recent::{self, Bounds};
use crate::log::sessions::{self, Sessions};
use crate::log::tailer::Tailer;
use crate::log::unseen::{self, Book};
use crate::state::{Level, LivingSession, Outcome, Reading, Row, RowKey, Settings, Table};

/// How often the event log's condition is looked at, while events come.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// A level that has not changed anything within this time of the last news of its row will not.
const EFFECT_WITHIN: Duration = Duration::from_secs(10);

/// Where the event log is, and how much of it counts.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whether anything is written: the limits of the log, and what no hook reports.
    pub writes: bool,
    /// The event log; without a place for one nothing is recalled.
    pub log: Option<PathBuf>,
    /// When the event log is rotated, and how many files are kept.
    pub limits: Limits,
    /// How much of the event log's end is read at the start, in bytes.
    pub rebuild_bytes: u64,
    /// How old that may be.
    pub rebuild_window: Duration,
    /// How long a row without any proof of life is kept.
    pub ttl: Duration,
    /// The sessions that are over.
    pub ended: EndedSetup,
    /// Where the ends of turns are kept that nobody has looked at; `None`: only while this collector is there.
    pub unseen: Option<PathBuf>,
}

/// What is kept of sessions that are over.
#[derive(Clone, Debug, Default)]
pub struct EndedSetup {
    /// Where; `None`: only while this collector is there.
    pub file: Option<PathBuf>,
    /// For how long; zero: nothing is.
    pub keep: Duration,
    /// Whether what they said last is written down.
    pub with_words: bool,
}

/// What was recalled, and how to go on.
pub(super) struct Recalled {
    pub(super) table: Table,
    pub(super) memory: Journal,
    /// Behind what was read; without a place for an event log there is none.
    pub(super) tailer: Option<Tailer>,
}

/// Reads the end of the event log into a table.
pub(super) fn recall(setup: &Setup, own_server: Option<Server>, now: Timestamp) -> Recalled {
    let settings = Settings {
        ttl: setup.ttl,
        own_server,
    };
    let mut player = Player::new(settings, now).looking_up(kinship::recalled);
    let path = setup.log.clone();
    let bounds = Bounds {
        bytes: setup.rebuild_bytes,
        begin: now.minus(setup.rebuild_window),
    };
    let tailer = path.as_ref().map(|log| {
        if setup.writes && trouble(log) == Ok(None) {
            // Writers go on with the old limits, or those that every program has.
            let _ = rotate::write_limits(log, setup.limits);
        }
        recent::play(log, bounds, Instant::now(), &mut player).0
    });
    Recalled {
        table: player.finish(now),
        memory: Journal {
            writes: setup.writes,
            path: path.filter(|_| setup.writes),
            looked_at: None,
            levels: BTreeMap::new(),
            ended: setup.ended.clone(),
            unseen: Book::new(
                setup.unseen.clone().filter(|_| setup.writes),
                setup.limits.messages,
            ),
        },
        tailer,
    }
}

impl Recalled {
    /// Takes up what rested unseen by `setup`, whatever else is known of it, and goes on writing that down.
    pub(super) fn take_up_unseen(&mut self, setup: &Setup, now: Timestamp) {
        let rows = setup.unseen.as_deref().map(unseen::read);
        self.table
            .recall_unseen(rows.unwrap_or_default(), has_ended_since, now);
        // What is wrong with the file is told when the next turn ends.
        let _ = self.memory.unseen.begin(&self.table);
    }

    /// Takes up the sessions that are over; those that live are known before.
    pub(super) fn take_up_ended(&mut self, now: Timestamp) {
        self.table.set_keep_ended(self.memory.ended.keep);
        let file = self.memory.ended.file.as_deref();
        let read = file.map(sessions::read).unwrap_or_default();
        let is_gone = |it: &LivingSession| has_ended_since(it.pid, it.lives.ended);
        self.table
            .recall_ended(read.ended.clone(), server_has_ended, now);
        self.table
            .recall_living(read.living.clone(), is_gone, server_has_ended, now);
        if known_of(&self.table) != read {
            // What is wrong with the file is told when the next one ends.
            let _ = self.memory.note_sessions(&self.table);
        }
    }
}

fn known_of(table: &Table) -> Sessions {
    Sessions {
        ended: table.ended_sessions(),
        living: table.living_sessions().to_vec(),
        nonsense: 0,
    }
}

/// Whether a level says of an assistant what its row shows.
fn agrees(level: Level, state: State) -> bool {
    match level {
        Level::Busy => state == State::Running,
        Level::WaitingApproval | Level::WaitingInput => {
            matches!(state, State::WaitingApproval | State::WaitingInput)
        }
        Level::Idle => matches!(state, State::Idle | State::Completed | State::Error),
        Level::Done => state == State::Completed,
        Level::Failed => state == State::Error,
        Level::Menu | Level::Moved => true,
        Level::Elsewhere => false,
    }
}

/// The writing side.
#[derive(Debug)]
pub(super) struct Journal {
    writes: bool,
    path: Option<PathBuf>,
    looked_at: Option<Instant>,
    /// The last level of each row that was written down.
    levels: BTreeMap<RowKey, Level>,
    ended: EndedSetup,
    unseen: Book,
}

impl Journal {
    /// Writes down a reading that may have had an effect on the table. The same level is read again
    /// and again, several times a second while there is doubt; what only says once more what was
    /// known is left out.
    pub(super) fn note_reading(&mut self, reading: &Reading, outcome: &Outcome, table: &Table) {
        let Some((key, row)) = table.row_about(reading) else {
            return;
        };
        let is_known = self.levels.get(&key) == Some(&reading.level);
        let last_news = row.evidence.first().map(|evidence| evidence.at);
        let is_settled = last_news.is_some_and(|at| reading.seen.since(at) > EFFECT_WITHIN);
        let is_in_doubt = !agrees(reading.level, row.state) && !is_settled;
        if is_known && outcome.changed.is_empty() && !is_in_doubt {
            return;
        }
        self.levels.insert(key, reading.level);
        if let Some(record) = Record::of_reading(reading, Some(row.target)) {
            self.note(&record);
        }
    }

    /// Writes down what somebody said at the hub who may only publish.
    pub(super) fn note_hearsay(&mut self, event: Event) {
        self.note(&Record::of_hearsay(event));
    }

    /// Writes down what a publisher said, which has no other way into the log.
    pub(super) fn note_event(&mut self, event: Event) {
        self.note(&Record::from(event));
    }

    /// Writes down that an event was held apart which its sender has logged, or is about to.
    pub(super) fn note_apart(&mut self, event: &Event, why: &str, now: Timestamp) {
        if let Some(record) = Record::of_apart(event, why, now) {
            self.note(&record);
        }
    }

    /// Writes down that an event which names an address only belonged to a row of that pane.
    pub(super) fn note_place(&mut self, event: &Event, key: &RowKey, now: Timestamp) {
        if let (Some(server), Target::Pane(pane)) = (&key.server, &key.place)
            && let Some(record) = Record::of_place(event, (server.clone(), *pane), now)
        {
            self.note(&record);
        }
    }

    /// Writes down that rows which were known by their addresses only are in panes.
    pub(super) fn note_found(&mut self, found: &[Row], now: Timestamp) {
        for row in found {
            self.note(&Record::of_found(row, now));
        }
    }

    /// Writes down that a row has ended which no event has ended.
    pub(super) fn note_end(&mut self, row: &Row, has_expired: bool, now: Timestamp) {
        // A row whose pane was not known only gets another key when it becomes known.
        let is_in_pane = row.server.is_some() && row.pane.is_some();
        if !row.silent && (is_in_pane || has_expired) {
            self.note(&Record::of_end(row, now));
        }
        self.levels.remove(&RowKey {
            server: row.server.clone(),
            place: row.pane.map_or_else(|| row.target.clone(), Target::Pane),
        });
    }

    /// Writes down which sessions are over and within reach, and which live.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub(super) fn note_sessions(&self, table: &Table) -> Result<(), String> {
        let Some(file) = self.ended.file.as_ref().filter(|_| self.writes) else {
            return Ok(());
        };
        let sessions = known_of(table);
        let folder = file.parent().map_or(Ok(()), private::make_folders);
        let written = folder.and_then(|()| sessions::write(file, &sessions, self.ended.with_words));
        written.map_err(|error| format!("could not write {}: {error}", file.display()))
    }

    /// Writes down which turns are over and not seen, where that has changed.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub(super) fn note_unseen(
        &mut self,
        outcome: &Outcome,
        table: &Table,
    ) -> Option<Result<(), String>> {
        self.unseen.follow(outcome, table)
    }

    /// Writes down that a person has looked at finished turns.
    pub(super) fn note_looks(&mut self, outcome: &Outcome, table: &Table, now: Timestamp) {
        for row in outcome.looked_at.iter().filter_map(|key| table.row(key)) {
            self.note(&Record::of_look(&row, now));
        }
    }

    /// Whether it is time to look again what is wrong with the event log.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let is_fresh = |at: Instant| now.saturating_duration_since(at) < LOOK_PAUSE;
        let is_due = !self.looked_at.is_some_and(is_fresh);
        if is_due {
            self.looked_at = Some(now);
        }
        is_due
    }

    /// What is wrong with the event log, if anything is.
    pub(super) fn trouble(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        let trouble = trouble(path).unwrap_or_default()?;
        Some(format!("the event log {}: {trouble}", path.display()))
    }

    fn note(&self, record: &Record) {
        let Some(log) = self.path.as_deref().and_then(EventLog::open) else {
            return;
        };
        if let Ok(line) = record.kept(log.keeps_messages()).encode() {
            // What is wrong with it is told elsewhere.
            let _ = log.append(&line);
        }
    }
}
