//! What a witness reading does to a row. A reading is a level: it says what is, not what happened.
//!
//! Hooks have holes (an answer, an interrupt and a kill fire nothing), readings lag or lead them by
//! some 50 ms. So a reading never undoes what a later hook said, an idle level waits a moment for
//! the hook that explains it, and where level and hooks stay at odds the file is read again.

use std::time::Duration;

use pane_patrol_hooks::event::{Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::witness::{SETTLE_TIME, Seen, Settle};
use super::{Entry, OPENS_WITHIN};
use crate::state::agent::Answered;
use crate::state::reason::Reason;
use crate::state::requests::OpenRequest;
use crate::state::{Level, Reading};

/// A level that was read this long after a hook event is no leftover from before it.
const SETTLED_AFTER: Duration = Duration::from_millis(250);

/// When level and hooks disagree, the file is read again after this time.
const REREAD_AFTER: Duration = Duration::from_millis(400);

/// A turn whose start is not followed by a busy level has this long to begin.
const TURN_BEGINS_WITHIN: Duration = Duration::from_millis(1500);

impl Entry {
    /// Takes a level into account. `Some`: why it changed nothing.
    pub(in crate::state) fn apply_reading(
        &mut self,
        reading: &Reading,
        now: Timestamp,
    ) -> Option<Reason> {
        if self
            .witness
            .latest
            .is_some_and(|latest| latest.read > reading.seen)
        {
            return Some("an older reading");
        }
        if let Some(reason) = self.is_overruled(reading) {
            return Some(reason);
        }
        if reading.by_record && self.has_file() {
            return self.heed(reading, now);
        }
        let was_waiting = self.witness.says_waiting();
        self.witness.is_moving = false;
        self.witness.latest = Some(Seen::of(reading));
        self.ts = self.ts.max(reading.written);
        match reading.level {
            Level::Busy => {
                // It was not busy in between.
                if self.ended_before(reading.written) {
                    self.finish_ending(reading.seen);
                }
                self.busy(reading)
            }
            Level::WaitingApproval | Level::WaitingInput => self.waiting(reading),
            Level::Idle => {
                let ended = self.finish_ending(reading.seen) || self.seen_by_record(reading);
                let reason = self.idle(reading, now);
                (!ended).then_some(reason)
            }
            Level::Done | Level::Failed => self.over(reading, was_waiting, now),
            Level::Menu => self.menu(reading),
            // The table keeps or removes the row.
            Level::Moved | Level::Elsewhere => Some("another session is shown"),
        }
    }

    /// The person is there and reads a menu. A busy level before it of which no hook told was that of
    /// the command which opens it.
    fn menu(&mut self, reading: &Reading) -> Option<Reason> {
        let ended = self.finish_ending(reading.seen);
        if let Some(before) = self.main.turn.supposed.take() {
            self.end_as_before(*before, reading.written);
            return None;
        }
        (!ended).then_some("a menu asks for nothing")
    }

    fn waiting(&mut self, reading: &Reading) -> Option<Reason> {
        self.witness.settle = None;
        let wait = self.witness.wait()?;
        if !self.requests.is_empty() {
            self.requests.confirm();
            let is_news = self.add_candidates(wait);
            return (!is_news).then_some("that request is open");
        }
        if let Some(until) = self.lags_behind_record(reading) {
            self.witness.reread_at = Some(until);
            return Some("older than its status record");
        }
        // A level that lags may be a leftover of a dialog that was just answered.
        let said = if reading.lag.is_zero() {
            reading.seen
        } else {
            reading.written
        };
        if said < self.last_event() {
            return Some("older than what is known");
        }
        self.infer(wait, reading.detail.clone());
        self.begin_by_record(reading);
        None
    }

    fn busy(&mut self, reading: &Reading) -> Option<Reason> {
        self.witness.settle = None;
        // Written after the request, or seen after `waiting` was: it was answered. Read well after an
        // inferred one was opened: the notice that opened it came when it had been answered already.
        // While dialogs queue the level stays `waiting`, so a busy one means that all which were there
        // have been answered. What was reported just before it may be about to ask.
        let lasting = reading.seen.since(reading.written) >= SETTLED_AFTER;
        let mut answered: Vec<OpenRequest> = self
            .requests
            .iter()
            .filter(|open| {
                let age = reading.seen.since(open.request.since);
                let never_was = open.inferred && age >= SETTLED_AFTER + reading.lag;
                let is_main = open.request.agent_id.is_none();
                let is_late = self.assistant.habits().queues_dialogs && age >= OPENS_WITHIN;
                let is_newer = reading.written > open.request.since && is_main;
                open.confirmed || is_newer || never_was || is_late
            })
            .cloned()
            .collect();
        if !lasting && self.assistant.habits().queues_dialogs {
            let is_old = |open: &OpenRequest| {
                let age = reading.written.since(open.request.since);
                age >= SETTLED_AFTER || (open.inferred && open.confirmed)
            };
            let old = answered.iter().filter(|open| is_old(open)).count();
            answered.sort_by_key(|open| !is_old(open));
            answered.truncate(old.max(1));
        } else if !lasting {
            answered.truncate(1);
        }
        let closed = self.requests.close_if(|open| answered.contains(open));
        for open in answered.iter().filter(|open| open.confirmed) {
            self.mark_answered(&open.request, Answered::Supposed);
        }
        if closed {
            let requests = answered.into_iter().map(|open| open.request);
            let answered = (requests.collect(), reading.seen);
            self.witness.answered = Some(Box::new(answered));
        }
        let working = self.main.state == State::Running || !self.subs.is_empty() || self.background;
        let after_last_turn = self.main.turn.closed.is_none_or(|closed| {
            reading.written > closed || reading.seen.since(closed) >= SETTLED_AFTER
        });
        if !working && after_last_turn {
            let began = self
                .main
                .turn
                .closed
                .map_or(reading.written, |closed| reading.written.max(closed));
            let outlasts = began > reading.written;
            let ended_now = self.borne_out_at(reading.seen);
            let before = Box::new(self.main.ended(ended_now.unwrap_or(self.shown.since)));
            self.main.turn.open(None, began);
            self.main.turn.in_doubt = outlasts.then(|| before.clone());
            self.main.turn.supposed = Some(before);
            self.main
                .enter(State::Running, Some(Kind::TurnStarted), Source::Witness);
            self.main.message = None;
            return None;
        }
        // It was written anew: a turn of its own after all.
        if reading.written > self.main.turn.started {
            self.main.turn.in_doubt = None;
        }
        if closed { None } else { Some("as was known") }
    }

    fn idle(&mut self, reading: &Reading, now: Timestamp) -> Reason {
        if !self.has_open_work() {
            return "as was known";
        }
        // That a program runs is all that its publisher has told; what it does its own file says.
        let is_begun_only = self.publisher.is_some() && self.main.source == Source::Emit;
        let begins_until = self.main.turn.started.plus(TURN_BEGINS_WITHIN);
        let leftover = reading.written < self.main.turn.started && reading.seen < begins_until;
        if self.main.turn.open && leftover && !is_begun_only {
            // Where it is not written again, it was no leftover.
            if !reading.by_record {
                self.witness.reread_at.get_or_insert(begins_until);
            }
            return "older than the turn";
        }
        let due = if reading.by_record {
            reading.written.plus(SETTLE_TIME).max(now)
        } else if is_begun_only || self.is_told_to_rest() {
            now
        } else {
            now.plus(SETTLE_TIME)
        };
        let settle = Settle {
            due,
            written: reading.written.max(self.main.turn.started),
            prompted: reading.prompted,
            end: None,
            by_record: reading.by_record,
        };
        self.witness.settle.get_or_insert_with(|| Box::new(settle));
        "waits for the hook that explains it"
    }

    pub(super) fn has_open_work(&self) -> bool {
        self.main.state == State::Running
            || !self.subs.is_empty()
            || self.background
            || !self.requests.is_empty()
    }

    /// Nothing explained the idle level: the turn was interrupted, and its requests are gone.
    /// Says whether anything was settled.
    pub(in crate::state) fn settle(&mut self, now: Timestamp) -> Option<Timestamp> {
        let settle = self.witness.settle.take_if(|settle| settle.due <= now)?;
        let running = self.main.state == State::Running || self.main.turn.open;
        if let Some(end) = settle.end {
            if self.is_at_work() {
                self.end_as_told(end);
            }
            return Some(settle.written);
        }
        self.requests
            .close_if(|open| open.request.since <= settle.written);
        self.subs.clear();
        self.background = false;
        let told = self.take_told_end();
        match told.filter(|_| running) {
            Some(end) => self.end_as_told(end),
            // A record would have told of any other end.
            None if running && settle.by_record => {
                self.witness.answered = None;
                self.interrupted(settle.written, Source::Witness);
            }
            None if running => self.end_unheard(settle.written, settle.prompted),
            None => {}
        }
        Some(settle.written)
    }

    /// Plans to look again while dialogs queue.
    pub(in crate::state) fn plan_look_at_queue(&mut self, now: Timestamp) {
        let wait = if self.witness.says_busy() {
            self.opens_until(now)
        } else {
            self.looks_at_queue_after(now)
        };
        if let Some(at) = wait.map(|wait| now.plus(wait)) {
            let planned = self.witness.reread_at.map_or(at, |planned| planned.min(at));
            self.witness.reread_at = Some(planned);
        }
    }

    /// Plans to read the file again when what is shown does not fit the last level.
    pub(in crate::state) fn plan_reread(&mut self, now: Timestamp) {
        let Some(latest) = self.witness.latest else {
            return;
        };
        let wait = match (self.shown.state, latest.level) {
            (State::Running, Level::Idle) => Some(TURN_BEGINS_WITHIN),
            (State::Running, Level::Busy) if self.background => Some(REREAD_AFTER),
            (State::Running, Level::Busy) => self.looks_at_end_after(now),
            (State::Running, Level::WaitingApproval | Level::WaitingInput)
            | (
                State::Completed | State::Error | State::Idle,
                Level::Busy | Level::WaitingApproval | Level::WaitingInput,
            ) => Some(REREAD_AFTER),
            (State::WaitingApproval | State::WaitingInput, Level::Busy | Level::Idle)
                if self
                    .requests
                    .iter()
                    .any(|open| open.inferred || open.confirmed) =>
            {
                Some(REREAD_AFTER)
            }
            _ => None,
        };
        self.witness.reread_at = wait.map(|wait| now.plus(wait));
        self.plan_look_at_queue(now);
    }

    /// Whether the file should be read again now.
    pub(in crate::state) fn take_reread(&mut self, now: Timestamp) -> bool {
        let due = self.witness.reread_at.is_some_and(|at| at <= now);
        if due {
            self.witness.reread_at = None;
        }
        due
    }
}
