//! What the status records of an assistant do to its row, beside what any other reading does.
//!
//! A record comes at once, but anybody who can write to the terminal can have written it. So where the
//! assistant keeps a session file, that is read again and its word counts. Only a record tells how a turn has
//! ended of which no hook told.

use std::collections::BTreeSet;
use std::time::Duration;

use pane_patrol_hooks::adapter::Witness as Usual;
use pane_patrol_hooks::event::{Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use super::witness::{End, SETTLE_TIME, Seen, Settle};
use crate::state::reason::Reason;
use crate::state::requests::OpenRequest;
use crate::state::{Level, Reading};

/// A record that is older than a hook's event by more than this was overtaken by it.
const OVERTAKEN_AFTER: Duration = Duration::from_millis(250);

/// An end that was seen, and one that a record tells of, are the same within this time.
const SAME_END: Duration = Duration::from_secs(1);

/// A session file is written this long after the record at most, where the machine is busy (measured: 0.7 s).
const FILE_LAGS: Duration = Duration::from_secs(1);

impl Entry {
    /// Whether something else is believed than `reading`, which is a status record or comes beside one.
    pub(super) fn is_overruled(&self, reading: &Reading) -> Option<Reason> {
        let record = self.witness.latest.filter(|latest| latest.by_record);
        // A title lags behind, and says so.
        let lags = !reading.lag.is_zero();
        if record.is_some_and(|record| lags && reading.written < record.written) {
            return Some("older than its status record");
        }
        let is_old = reading.by_record && reading.written.plus(OVERTAKEN_AFTER) < self.last_event();
        is_old.then_some("older than what is known")
    }

    /// Whether a session file tells of the row.
    pub(in crate::state) fn has_file(&self) -> bool {
        let latest = self.witness.latest;
        self.assistant.habits().witness == Usual::SessionFile
            && latest.is_some_and(|latest| !latest.by_record)
    }

    /// Takes a record of a row that has a session file. `Some`: why it changed nothing by itself.
    pub(super) fn heed(&mut self, reading: &Reading, now: Timestamp) -> Option<Reason> {
        self.witness.reread_at = Some(now);
        let is_told = |told: &Seen| told.level == reading.level;
        if !self.witness.told.as_ref().is_some_and(is_told) {
            self.witness.told = Some(Seen::of(reading));
        }
        if let Some(settle) = &mut self.witness.settle
            && self.witness.told.is_some_and(Seen::explains_rest)
        {
            settle.due = now;
        }
        let end = End::told_by(reading);
        self.witness.told_end = end.clone().map(Box::new);
        match end {
            Some(end) if self.was_ended_by_file(&end) => {
                self.end_as_told(end);
                None
            }
            _ => Some("its session file is read again, and counts"),
        }
    }

    /// Whether a record has told in this turn that it is over without a result, which no hook will tell.
    pub(super) fn is_told_to_rest(&self) -> bool {
        let started = self.main.turn.started;
        let told = self.witness.told.filter(|told| told.written >= started);
        told.is_some_and(Seen::explains_rest)
    }

    /// Whether the file that says so was written before a record that says otherwise. Until when that may be.
    pub(super) fn lags_behind_record(&self, waits: &Reading) -> Option<Timestamp> {
        let told = self.witness.told.filter(|_| !waits.by_record)?;
        let until = told.written.plus(FILE_LAGS);
        let lags = told.level == Level::Busy && told.written > waits.written && waits.seen < until;
        lags.then_some(until)
    }

    /// Whether the file has shown that the turn is over, and nobody has told how it ended.
    fn was_ended_by_file(&self, end: &End) -> bool {
        let closed = self.main.turn.closed.filter(|_| !self.main.turn.open);
        let is_same = |closed: Timestamp| {
            closed.since(end.at) <= SAME_END && end.at.since(closed) <= SAME_END
        };
        let is_unexplained = self.main.kind == Some(Kind::Interrupted);
        is_unexplained && self.main.source == Source::Witness && closed.is_some_and(is_same)
    }

    /// The turn is over by the record's word, unless a hook says so in a moment.
    pub(super) fn over(
        &mut self,
        reading: &Reading,
        was_waiting: bool,
        now: Timestamp,
    ) -> Option<Reason> {
        let end = End::told_by(reading)?;
        let closed = was_waiting && self.close_by_end();
        if !self.is_at_work() {
            return (!closed).then_some("as was known");
        }
        self.witness.settle = Some(Box::new(Settle {
            due: reading.written.plus(SETTLE_TIME).max(now),
            written: reading.written,
            prompted: None,
            end: Some(end),
            by_record: true,
        }));
        (!closed).then_some("waits for the hook that explains it")
    }

    /// What had waited is over with the turn, also another agent's dialog, of whose answer no other record tells; but
    /// of several agents that ask, the dialog of one has gone and another's may be what is on the screen now.
    fn close_by_end(&mut self) -> bool {
        let asks = |open: &&OpenRequest| open.confirmed;
        let agents = self.requests.iter().filter(asks);
        let agents: BTreeSet<&Option<String>> = agents.map(|open| &open.request.agent_id).collect();
        let is_one = agents.len() == 1;
        self.requests
            .close_if(|open| open.confirmed && (is_one || open.request.agent_id.is_none()))
    }

    /// What asks works: that it had begun to may not have been said for itself.
    pub(super) fn begin_by_record(&mut self, reading: &Reading) {
        if reading.by_record && !self.main.turn.open {
            self.main.turn.open(None, reading.written);
            let kind = Some(Kind::TurnStarted);
            self.main.enter(State::Running, kind, Source::Witness);
            self.main.message = None;
        }
    }

    /// Whoever presses a key after the end of a turn, or after an error, has seen it.
    pub(super) fn seen_by_record(&mut self, reading: &Reading) -> bool {
        let closed = self.main.turn.closed;
        let is_later = closed.is_none_or(|closed| reading.written > closed);
        let is_open = self.has_open_work();
        let is_end = [State::Completed, State::Error].contains(&self.main.state);
        reading.by_record && is_later && !is_open && is_end && {
            self.main.state = State::Idle;
            true
        }
    }

    /// How the open turn has ended, if a record has told.
    pub(super) fn take_told_end(&mut self) -> Option<End> {
        let started = self.main.turn.started;
        let end = self.witness.told_end.take()?;
        (end.at >= started).then_some(*end)
    }

    /// The main agent's turn is over.
    pub(super) fn end_as_told(&mut self, end: End) {
        let doubt = self.doubt.take().and_then(|doubt| doubt.message);
        self.ending = None;
        self.witness.answered = None;
        self.requests.close_agent(None, end.at);
        self.main.suppose_end_of_turn(end.at);
        self.main.turn.failed = end.failed;
        let (state, kind) = if end.failed {
            (State::Error, Kind::TurnFailed)
        } else {
            (State::Completed, Kind::TurnFinished)
        };
        self.main.enter(state, Some(kind), Source::Witness);
        self.main.message = end.message.or(doubt.filter(|_| end.failed));
    }
}

impl Seen {
    fn explains_rest(self) -> bool {
        self.level == Level::Idle
    }
}

impl End {
    /// `None`: the reading is of no end.
    fn told_by(reading: &Reading) -> Option<Self> {
        let failed = match reading.level {
            Level::Done => false,
            Level::Failed => true,
            _ => return None,
        };
        Some(Self {
            failed,
            at: reading.written,
            message: reading.detail.clone(),
        })
    }
}
