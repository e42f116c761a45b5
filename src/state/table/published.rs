//! Rows that a client of the hub speaks for: its word is their proof of life, and its silence shows.
//!
//! A row belongs to whoever tells of it. What hooks or a witness tell of is no publisher's: a hook's event
//! takes a row back, and a publisher's word about such a row changes nothing.

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::publisher::Publisher;
use crate::state::{Kin, PublisherWord, RowKey};

/// Why a publisher is not heard about a row.
const HOOKS_TELL: &str = "hooks or the assistant's own records tell of that pane";

/// One client cannot fill the table.
const MAX_AGENTS_OF_ONE: usize = 64;

/// Nor can many that come and go: so many agents of publishers that have left stay, the last ones.
const MAX_LEFT: usize = 256;

impl Table {
    /// The rows that `publisher` speaks for.
    pub fn rows_of(&self, publisher: &str) -> Vec<RowKey> {
        let entries = self.rows.of_publisher(publisher);
        entries.map(|entry| (*entry.key).clone()).collect()
    }

    /// An event that came over the hub; `hearsay`: by somebody who may only publish.
    pub(super) fn published(
        &mut self,
        (publisher, hearsay): (String, bool),
        event: Event,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let is_its = |row: &Entry| row.is_of(&publisher);
        let key = self.key_of(&event);
        if self.hooks_tell_of_address(&key) {
            outcome.held_apart = Some(HOOKS_TELL);
            return;
        }
        if let Some(row) = self.rows.get(&key).filter(|row| !is_its(row)) {
            let yields = row.hearsay && !hearsay;
            if row.publisher.as_ref().is_some_and(|its| !its.is_away) && !yields {
                outcome.held_apart = Some("another publisher tells of that agent");
                return;
            }
            if row.is_told_of_by_hooks() {
                outcome.held_apart = Some(HOOKS_TELL);
                return;
            }
        }
        if !self.rows.get(&key).is_some_and(is_its)
            && self.rows.of_publisher(&publisher).count() >= MAX_AGENTS_OF_ONE
        {
            outcome.held_apart = Some("a publisher with too many agents");
            return;
        }
        let told = Told::by(&event);
        self.event(&key, event, Kin::default(), now, outcome);
        if outcome.held_apart.is_some() {
            return;
        }
        if let Some(mut entry) = self.rows.get_mut(&key) {
            let pid = told.pid;
            entry.be_told(told, hearsay);
            // It says which process its word is about; none is an answer too.
            entry.pid = pid;
            entry.publisher = Some(Box::new(Publisher::here(publisher)));
            outcome.changed.push(key);
        }
    }

    /// Whether hooks or a witness tell of a pane that a server lists at the address, where it is one of which it
    /// is not known on which server it is.
    fn hooks_tell_of_address(&self, key: &RowKey) -> bool {
        if !matches!(key.place, Target::Address { .. }) {
            return false;
        }
        let mut listed = self.panes_at(&key.place);
        listed.any(|key| self.rows.get(&key).is_some_and(Entry::is_told_of_by_hooks))
    }

    /// The same as it was written down.
    pub(super) fn hearsay(&mut self, event: Event, now: Timestamp, outcome: &mut Outcome) {
        let key = self.key_of(&event);
        self.event(&key, event, Kin::default(), now, outcome);
        if outcome.held_apart.is_none()
            && !outcome.again
            && let Some(mut entry) = self.rows.get_mut(&key)
        {
            entry.hearsay = true;
        }
    }

    /// What the hub says of a publisher itself.
    pub(super) fn publisher(
        &mut self,
        publisher: &str,
        word: PublisherWord,
        of: Option<&RowKey>,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let mut meant = self.rows_of(publisher);
        meant.retain(|key| of.is_none_or(|of| of == key));
        for key in meant.clone() {
            if word == PublisherWord::Forgotten {
                // Nobody has said that its session is over: it may come back.
                self.take_out(&key, outcome);
                continue;
            }
            let entry = self.rows.get_mut(&key);
            if entry.is_some_and(|mut entry| entry.take_word(word, now)) {
                outcome.changed.push(key.clone());
                if word == PublisherWord::Left {
                    self.note_left(key, outcome);
                }
            }
        }
        self.end_unexplained(meant, outcome);
    }

    /// Notes an agent whose publisher has left; of too many the one whose did first goes.
    fn note_left(&mut self, key: RowKey, outcome: &mut Outcome) {
        self.left.retain(|known| *known != key);
        self.left.push_back(key);
        while self.left.len() > MAX_LEFT {
            let Some(first) = self.left.pop_front() else {
                return;
            };
            let row = self.rows.get(&first);
            if row.is_some_and(|row| !row.has_proof_of_life() && !row.is_told_of_by_hooks()) {
                self.take_out(&first, outcome);
            }
        }
    }

    /// The process of published rows has ended. How it ended is for their publishers to say.
    pub(super) fn published_exited(&mut self, pid: u32, outcome: &mut Outcome) {
        let its = self.rows.of_process(pid);
        let its = its.filter(|entry| entry.pid == Some(pid));
        let its: Vec<RowKey> = its.map(|entry| (*entry.key).clone()).collect();
        for key in &its {
            if let Some(mut entry) = self.rows.get_mut(key) {
                entry.pid = None;
                if let Some(publisher) = &mut entry.publisher {
                    publisher.outlived = true;
                }
            }
            outcome.changed.push(key.clone());
        }
        self.end_unexplained(its, outcome);
    }

    /// Takes away those of these rows whose process has ended in the middle of its work, and whose publisher, which was
    /// killed itself or hangs, does not say how. Whoever comes back with a word makes its row again.
    fn end_unexplained(&mut self, rows: Vec<RowKey>, outcome: &mut Outcome) {
        for key in rows {
            let row = self.rows.get(&key);
            if row.is_some_and(Entry::ends_unexplained) {
                self.take_out(&key, outcome);
            }
        }
    }
}

/// What an event tells that nobody is believed in who may only publish.
pub(in crate::state) struct Told {
    pid: Option<u32>,
    cwd: Option<String>,
    home: Option<String>,
}

impl Told {
    pub(in crate::state) fn by(event: &Event) -> Self {
        Self {
            pid: event.pid,
            cwd: event.cwd.clone(),
            home: event.home.clone(),
        }
    }
}

impl Entry {
    /// Of what was hearsay nothing stays once somebody else tells of it.
    fn be_told(&mut self, told: Told, hearsay: bool) {
        if self.hearsay && !hearsay {
            (self.pid, self.cwd, self.home) = (told.pid, told.cwd, told.home);
        }
        self.hearsay = hearsay;
    }

    /// Whether anybody but scripts and publishers has told of it.
    fn is_told_of_by_hooks(&self) -> bool {
        self.publisher.is_none() && self.silent.is_none() && self.shown.source != Source::Emit
    }

    pub(in crate::state) fn is_of(&self, publisher: &str) -> bool {
        let own = self.publisher.as_ref();
        own.is_some_and(|own| own.name == publisher)
    }

    /// Whether that changed the row.
    fn take_word(&mut self, word: PublisherWord, now: Timestamp) -> bool {
        let is_busy = self.is_busy();
        let Some(publisher) = &mut self.publisher else {
            return false;
        };
        let was_away = publisher.is_away;
        publisher.is_away = word != PublisherWord::Heard;
        let changed = publisher.is_away != was_away;
        match word {
            PublisherWord::Heard => self.heard = now,
            // What it has finished stays finished without it.
            PublisherWord::Left if !is_busy => {
                self.heard = now;
                self.publisher = None;
                return true;
            }
            PublisherWord::Left | PublisherWord::Silent | PublisherWord::Forgotten => {}
        }
        changed
    }

    fn is_busy(&self) -> bool {
        let busy = [State::Running, State::WaitingApproval, State::WaitingInput];
        busy.contains(&self.shown.state)
    }

    fn ends_unexplained(&self) -> bool {
        let publisher = self.publisher.as_ref();
        publisher.is_some_and(|publisher| publisher.is_away && publisher.outlived) && self.is_busy()
    }

    /// Whether a publisher or a container tells of it.
    pub(in crate::state) fn is_spoken_for(&self) -> bool {
        self.publisher.is_some() || self.container.is_some() || self.hearsay
    }

    /// Whether the program has said of itself that it works, and nobody else has told anything.
    pub(in crate::state) fn works_by_its_word(&self) -> bool {
        let said = self.main.kind.is_none() && self.main.source == Source::Emit;
        let by_publisher = said && self.publisher.is_some();
        let by_record =
            self.silent.is_some() && self.witness.latest.is_some_and(|latest| latest.by_record);
        (by_publisher || by_record) && self.main.state == State::Running
    }

    /// It has begun to work before a hook told of its session, as some do that begin one with the first prompt.
    pub(in crate::state) fn begins_at_work(&mut self, at: Timestamp) {
        self.main.turn.open(None, at);
        let kind = Some(Kind::TurnStarted);
        self.main.enter(State::Running, kind, Source::Witness);
        self.refresh(at);
    }

    /// Somebody else than a publisher or a container has told of it.
    pub(in crate::state) fn take_back(&mut self, told: Told) {
        self.be_told(told, false);
        self.publisher = None;
        self.container = None;
    }
}
