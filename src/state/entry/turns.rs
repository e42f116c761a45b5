//! Sessions and turns of the main agent: what begins, goes on and ends.

use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::tools::{request_of, same_request};
use super::{Entry, PendingError};
use crate::state::reason::Reason;
use crate::state::requests::OpenRequest;

/// `prompt_idle` makes a finished turn a wait for the person only after this long.
const PROMPT_IDLE_AFTER: Duration = Duration::from_secs(30);

impl Entry {
    pub(super) fn apply_main_event(&mut self, event: &Event) -> Option<Reason> {
        let late = event.ts < self.main.last;
        if !late && event.kind != Some(Kind::Note) {
            self.doubt = None;
        }
        self.take_back_ending(event);
        let Some(kind) = event.kind else {
            return self.state_report(event, late);
        };
        match kind {
            Kind::SessionStarted | Kind::TurnStarted | Kind::Interrupted | Kind::PromptIdle
                if late =>
            {
                return Some("older than what is known");
            }
            Kind::SessionStarted => self.session_started(event),
            Kind::TurnStarted => self.turn_started(event),
            Kind::ToolStarted => return self.tool_started(event, late),
            Kind::ApprovalRequested | Kind::InputRequested => return self.requested(event, late),
            Kind::Answered | Kind::ToolFinished => return self.finished_or_answered(event, late),
            Kind::TurnFinished | Kind::TurnFailed => return self.turn_over(event, late),
            Kind::Interrupted if !self.is_at_work() => return Some("nothing was going on"),
            Kind::Interrupted => {
                self.subs.clear();
                self.background = false;
                self.interrupted(event.ts, event.source);
            }
            Kind::PromptIdle => return self.prompt_idle(event),
            Kind::SessionEnded => self.session_reset(event),
            Kind::Note => return Some(self.note(event)),
        }
        self.main.last = event.ts;
        None
    }

    /// An event without a `kind` says all there is about the agent: its state.
    pub(super) fn state_report(&mut self, event: &Event, late: bool) -> Option<Reason> {
        if late {
            return Some("older than what is known");
        }
        self.main.last = event.ts;
        let asked = is_waiting(event.state).then(|| request_of(event, event.state));
        self.requests.close_if(|open| {
            open.request.agent_id.is_none()
                && asked
                    .as_ref()
                    .is_none_or(|asked| !same_request(&open.request, asked))
        });
        if let Some(request) = asked {
            self.requests.open(request);
            return None;
        }
        match event.state {
            State::Running => self.main.turn.open(event.turn_id.as_deref(), event.ts),
            _ => self.main.close_turn(event.turn_id.as_deref(), event.ts),
        }
        self.main.enter(event.state, None, event.source);
        self.main.message.clone_from(&event.message);
        if event.state == State::Completed {
            self.has_said(event);
        }
        None
    }

    pub(super) fn session_started(&mut self, event: &Event) {
        self.clear_work(event.ts);
        self.main.enter(event.state, event.kind, event.source);
        self.main.message = None;
        self.recap = None;
    }

    /// The session is over but its successor follows at once (`/clear`, resume).
    pub(super) fn session_reset(&mut self, event: &Event) {
        self.session_started(event);
        self.main.state = State::Idle;
    }

    pub(super) fn clear_work(&mut self, at: Timestamp) {
        self.main.close_turn(None, at);
        self.main.tools.clear();
        self.subs.clear();
        self.background = false;
        self.requests.clear();
        self.witness.settle = None;
        self.ending = None;
    }

    pub(super) fn turn_started(&mut self, event: &Event) {
        let queued = self.main.turn.is_current(event.turn_id.as_deref());
        if !queued {
            self.requests.close_agent(None, event.ts);
            self.main.close_turn(None, event.ts);
            self.background = false;
        }
        self.main.turn.open(event.turn_id.as_deref(), event.ts);
        self.main.enter(State::Running, event.kind, event.source);
        if !queued || event.message.is_some() {
            self.main.message.clone_from(&event.message);
        }
        self.witness.settle = None;
    }

    /// The agent of `event` works: its turn goes on or begins.
    pub(super) fn work(&mut self, event: &Event) {
        let agent = self.agent_mut(event.agent_id.as_deref());
        agent.last = event.ts;
        agent.turn.open(event.turn_id.as_deref(), event.ts);
        agent.enter(State::Running, event.kind, event.source);
    }

    pub(super) fn turn_over(&mut self, event: &Event, late: bool) -> Option<Reason> {
        let of_this_turn = self.main.turn.is_current(event.turn_id.as_deref());
        // Events of one turn may overtake each other; its end is its end all the same.
        if late && !of_this_turn {
            return Some("older than what is known");
        }
        if event.kind == Some(Kind::TurnFinished) && self.has_ended_otherwise(event) {
            return Some("that turn has failed or was interrupted");
        }
        if self.may_go_on(event) {
            return Some(self.suppose_ending(event));
        }
        self.end_turn(event);
        None
    }

    /// The turn is over, as `event` says.
    pub(super) fn end_turn(&mut self, event: &Event) {
        let at = event.ts.max(self.main.last);
        self.ending = None;
        self.requests.close_agent(None, at);
        self.main.close_turn(event.turn_id.as_deref(), at);
        self.main.turn.failed = event.kind == Some(Kind::TurnFailed);
        self.main.last = at;
        self.background = event.kind == Some(Kind::TurnFinished) && event.state == State::Running;
        let state = match (event.kind, event.state) {
            (Some(Kind::TurnFailed), _) => State::Error,
            (_, State::Idle) => State::Idle,
            _ => State::Completed,
        };
        self.main.enter(state, event.kind, event.source);
        self.main.message.clone_from(&event.message);
        // A compaction by hand says what it has kept, and an error is no word of the assistant's.
        if event.kind == Some(Kind::TurnFinished) && event.state != State::Idle {
            self.has_said(event);
        }
    }

    /// A turn is finished with these words, of which nobody has seen anything.
    fn has_said(&mut self, event: &Event) {
        self.looked = false;
        self.recap = event.message.as_deref().map(Box::from);
    }

    /// Whether the turn of `event` has ended in another way, by the assistant's own word.
    pub(super) fn has_ended_otherwise(&self, event: &Event) -> bool {
        let otherwise = [Some(Kind::TurnFailed), Some(Kind::Interrupted)];
        self.main.turn.is_over(event.turn_id.as_deref())
            && otherwise.contains(&self.main.kind)
            && self.main.source != Source::Witness
    }

    pub(super) fn is_at_work(&self) -> bool {
        let asks = |open: &OpenRequest| open.request.agent_id.is_none();
        self.main.state == State::Running || self.main.turn.open || self.requests.iter().any(asks)
    }

    /// The person stopped the turn, or it ended without a word.
    pub(in crate::state) fn interrupted(&mut self, at: Timestamp, source: Source) {
        self.ending = None;
        self.requests.close_agent(None, at);
        self.main.close_turn(None, at);
        self.main
            .enter(State::Idle, Some(Kind::Interrupted), source);
        self.main.message = None;
    }

    pub(super) fn prompt_idle(&mut self, event: &Event) -> Option<Reason> {
        let fresh =
            self.main.kind.is_none() && self.main.turn.closed.is_none() && !self.main.turn.open;
        let long_done = self.main.state == State::Completed
            && self
                .main
                .turn
                .closed
                .is_some_and(|closed| event.ts.since(closed) >= PROMPT_IDLE_AFTER);
        if !fresh && !long_done {
            return Some("it only follows a turn that ended half a minute before");
        }
        self.main.last = event.ts;
        // Of a session in which nothing was done there is nothing to be seen.
        self.looked = fresh;
        let message = self.main.message.take();
        self.main
            .enter(State::WaitingInput, event.kind, event.source);
        self.main.message = message.or_else(|| event.message.clone());
        None
    }

    pub(super) fn note(&mut self, event: &Event) -> Reason {
        if event.state == State::Error && event.ts >= self.main.last && self.is_at_work() {
            self.doubt = Some(Box::new(PendingError {
                at: event.ts,
                message: event.message.clone(),
            }));
        }
        if self.main.kind.is_none() && self.evidence.is_empty() {
            self.main.enter(event.state, event.kind, event.source);
        }
        "a note"
    }
}

pub(super) fn is_waiting(state: State) -> bool {
    matches!(state, State::WaitingApproval | State::WaitingInput)
}
