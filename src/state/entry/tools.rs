//! Tools and the requests about them: who asks the person for what, and what answers it.

use std::time::Duration;

use pane_patrol_hooks::adapter;
use pane_patrol_hooks::event::{Event, Kind, Source, State};

use super::{Entry, OPENS_WITHIN, Wait};
use crate::state::Request;
use crate::state::agent::{Answered, Tool};
use crate::state::reason::Reason;
use crate::state::requests::{Which, bare, which};

/// A dialog that is known before its tool is that of a tool which began until then: its start is
/// reported a while before it asks.
const DESCRIBED_WITHIN: Duration = Duration::from_millis(250);

impl Entry {
    pub(super) fn tool_started(&mut self, event: &Event, late: bool) -> Option<Reason> {
        if !self
            .main
            .turn
            .admits(event.turn_id.as_deref(), event.ts, true)
        {
            return Some("its turn is over");
        }
        self.main.start_tool(event);
        self.describe_guess(event);
        self.close_answered_by_start(event);
        if late {
            return Some("older than what is known");
        }
        self.work(event);
        None
    }

    /// A request that was inferred a moment before its tool's start arrived gets its description; what
    /// may wait beside others is one more.
    pub(super) fn describe_guess(&mut self, event: &Event) {
        let Some(wait) = self.witness.wait() else {
            return;
        };
        let state = self.waiting_state(event.tool.as_deref());
        // A question is nothing but its dialog, however late its hook could say so.
        let within = match &event.tool {
            Some(tool) if is_question(tool) => OPENS_WITHIN,
            _ => DESCRIBED_WITHIN,
        };
        let is_early = event.ts <= wait.since.plus(within);
        let is_it = is_early && self.requests.describe_bare(state, &which_of(event));
        if !is_it && !self.requests.is_empty() {
            self.add_candidates(wait);
        }
    }

    /// Where permission comes before the start, the start of the very tool is the answer.
    pub(super) fn close_answered_by_start(&mut self, event: &Event) {
        let answered = self.requests.close_if(|open| {
            !open.inferred
                && open.request.since < event.ts
                && open.request.agent_id == event.agent_id
                && open.request.tool.is_some()
                && open.request.tool == event.tool
                && open.request.message == event.message
        });
        if answered && let Some(tool) = self.agent_mut(event.agent_id.as_deref()).tools.last_mut() {
            tool.dialog_settled = true;
        }
    }

    pub(super) fn requested(&mut self, event: &Event, late: bool) -> Option<Reason> {
        let state = if event.kind == Some(Kind::InputRequested) {
            State::WaitingInput
        } else {
            State::WaitingApproval
        };
        let notice = event.tool.is_none() && event.request_id.is_none();
        let agent = event.agent_id.as_deref();
        let turn = self.agent(agent).map(|agent| &agent.turn);
        if turn.is_some_and(|turn| turn.closed.is_some_and(|closed| closed >= event.ts)) {
            return Some("its turn was closed later");
        }
        if !notice
            && turn.is_some_and(|turn| !turn.admits(event.turn_id.as_deref(), event.ts, true))
        {
            return Some("its turn is over");
        }
        if self.requests.was_closed_since(&which_of(event), event.ts) {
            return Some("answered already");
        }
        if notice {
            let wait = Wait {
                state,
                since: event.ts,
                seen: event.ts,
                source: event.source,
                confirmed: false,
            };
            self.infer(wait, event.message.clone());
        } else {
            let mut request = request_of(event, state);
            if request.request_id.is_none() {
                request.request_id = self.tool_call_of(event);
            }
            self.requests.open(request);
            if self.assistant.habits().queues_dialogs && self.witness.says_waiting() {
                // Its dialog joins the queue, of which the file says no more than this.
                self.requests.confirm();
            }
            self.settle_dialogs();
        }
        if late {
            return None;
        }
        let work = self.agent_mut(agent);
        work.last = event.ts;
        if !notice {
            work.turn.open(event.turn_id.as_deref(), event.ts);
            work.enter(State::Running, event.kind, event.source);
        }
        None
    }

    /// Opens the requests that a notice or a reading can be about, unless one is open: of the tools
    /// that may wait, else of the newest one, else what little is told.
    pub(in crate::state) fn infer(&mut self, wait: Wait, message: Option<String>) {
        if !self.requests.is_empty() {
            return;
        }
        let mut requests = self.candidates(wait);
        if requests.is_empty() && self.was_answered_just_before(wait) {
            requests = self.take_wrongly_answered(wait);
        }
        if requests.is_empty() {
            requests.extend(self.newest_unanswered(wait));
        }
        if requests.is_empty() {
            requests = self.take_wrongly_answered(wait);
        }
        if requests.is_empty() {
            requests.push(bare(wait.state, wait.since, wait.source));
        }
        if let ([request], Some(message)) = (&mut requests[..], message)
            && (request.message.is_none() || wait.source == Source::Hook)
        {
            request.message = Some(message);
        }
        for request in requests {
            self.requests.infer(request, wait.confirmed);
        }
        self.settle_dialogs();
    }

    /// Whether a busy level has closed requests whose dialogs may only be opening now.
    fn was_answered_just_before(&self, wait: Wait) -> bool {
        let answered = self.witness.answered.as_ref();
        answered.is_some_and(|answered| {
            let mut requests = answered.0.iter();
            requests.any(|request| wait.may_be_for(request.since))
        })
    }

    /// The requests that a busy level closed before their dialogs were seen, because another hook was
    /// waited for or the level came late: nothing has been heard of their agents since.
    fn take_wrongly_answered(&mut self, wait: Wait) -> Vec<Request> {
        let Some(answered) = self.witness.answered.take() else {
            return Vec::new();
        };
        let (requests, closed) = *answered;
        let is_silent = |request: &Request| {
            let agent = self.agent(request.agent_id.as_deref());
            let is_told = self
                .requests
                .was_closed_since(&which(request), request.since);
            // What names no tool says nothing that this wait does not say itself.
            let is_named = request.tool.is_some();
            is_named && agent.is_some_and(|agent| agent.last <= closed) && !is_told
        };
        let requests: Vec<Request> = requests.into_iter().filter(is_silent).collect();
        for request in &requests {
            self.mark_answered(request, Answered::No);
        }
        let again = |request| Request {
            since: wait.since,
            source: wait.source,
            ..request
        };
        requests.into_iter().map(again).collect()
    }

    /// A dialog is open: no question is in doubt any more, also when the dialog is answered before
    /// its tool ends.
    pub(super) fn settle_dialogs(&mut self) {
        for tool in &mut self.main.tools {
            tool.dialog_settled |= tool.asks();
        }
    }

    /// What kind of wait a request for `tool` is.
    pub(super) fn waiting_state(&self, tool: Option<&str>) -> State {
        if tool.is_some_and(is_question) || self.witness.says_input() {
            State::WaitingInput
        } else {
            State::WaitingApproval
        }
    }

    /// The tool call that a permission request without an id of its own is about.
    pub(super) fn tool_call_of(&self, event: &Event) -> Option<String> {
        self.agent(event.agent_id.as_deref())?
            .tools
            .iter()
            .rev()
            .find(|tool| tool.name == event.tool && tool.message == event.message)?
            .request_id
            .clone()
    }

    pub(super) fn finished_or_answered(&mut self, event: &Event, late: bool) -> Option<Reason> {
        let agent_id = event.agent_id.as_deref();
        let batch = event.kind == Some(Kind::ToolFinished)
            && event.tool.is_none()
            && event.request_id.is_none();
        if batch {
            self.requests.close_agent(agent_id, event.ts);
        } else {
            self.requests.close_one(&which_of(event), event.ts);
        }
        if event.kind == Some(Kind::Answered) {
            self.mark_answered(&request_of(event, event.state), Answered::Told);
        }
        let Some(agent) = self.find_agent(agent_id) else {
            return Some("its agent has ended");
        };
        if batch {
            agent.tools.retain(|tool| tool.since > event.ts);
        } else if event.kind == Some(Kind::ToolFinished) {
            agent.finish_tool(event);
        }
        let id = event.turn_id.as_deref();
        if batch && agent.turn.is_tried_again(id, event.ts) {
            agent.message = None;
        } else if !agent.turn.admits(id, event.ts, false) {
            return Some("its turn is over");
        }
        if late {
            return Some("older than what is known");
        }
        self.work(event);
        None
    }
}

impl Tool {
    pub(super) fn asks(&self) -> bool {
        self.name.as_deref().is_some_and(is_question)
    }
}

pub(super) fn is_question(tool: &str) -> bool {
    adapter::is_question(tool)
}

pub(super) fn request_of(event: &Event, state: State) -> Request {
    Request {
        state,
        request_id: event.request_id.clone(),
        agent_id: event.agent_id.clone(),
        tool: event.tool.clone(),
        message: event.message.clone(),
        since: event.ts,
        source: event.source,
    }
}

pub(super) fn same_request(a: &Request, b: &Request) -> bool {
    let (a, b) = (which(a), which(b));
    (a.request_id, a.tool, a.message) == (b.request_id, b.tool, b.message)
}

pub(super) fn which_of(event: &Event) -> Which<'_> {
    Which {
        agent_id: event.agent_id.as_deref(),
        request_id: event.request_id.as_deref(),
        tool: event.tool.as_deref(),
        message: event.message.as_deref(),
    }
}
