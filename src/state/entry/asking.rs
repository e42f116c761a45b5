//! Tools and the requests about them: who asks the person for what, and what answers it.

use pane_patrol_hooks::adapter::QUESTION_TOOLS;
use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Entry, Reason};
use crate::state::Request;
use crate::state::agent::Tool;
use crate::state::requests::{Which, bare, which};

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

    /// A request that was inferred a moment before its tool's start arrived gets its description.
    pub(super) fn describe_guess(&mut self, event: &Event) {
        if self.witness.says_waiting() {
            let state = self.waiting_state(event.tool.as_deref());
            self.requests.describe_bare(state, &which_of(event));
        }
    }

    /// Where permission comes before the start (Qwen), the start of the very tool is the answer.
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
            self.infer(state, event.ts, event.source, event.message.clone(), false);
        } else {
            let mut request = request_of(event, state);
            if request.request_id.is_none() {
                request.request_id = self.tool_call_of(event);
            }
            self.requests.open(request);
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

    /// Opens a request for a notice or a reading, described by the newest unfinished tool.
    pub(in crate::state) fn infer(
        &mut self,
        state: State,
        since: Timestamp,
        source: Source,
        message: Option<String>,
        confirmed: bool,
    ) {
        let mut request = bare(state, since, source);
        let agents = std::iter::once((None, &self.main))
            .chain(self.subs.iter().map(|(id, sub)| (Some(id), sub)));
        let newest = agents
            .filter_map(|(id, agent)| Some((id, agent.tools.last()?)))
            .max_by_key(|(_, tool)| tool.since);
        if let Some((agent, tool)) = newest {
            request.agent_id = agent.cloned();
            request.request_id.clone_from(&tool.request_id);
            request.tool.clone_from(&tool.name);
            request.message.clone_from(&tool.message);
            if self.waiting_state(tool.name.as_deref()) == State::WaitingInput {
                request.state = State::WaitingInput;
            }
        } else if let Some(before) = self.take_wrongly_answered() {
            request = Request {
                since,
                source,
                ..before
            };
        }
        if message.is_some() && (request.message.is_none() || source == Source::Hook) {
            request.message = message;
        }
        self.requests.infer(request, confirmed);
        self.settle_dialogs();
    }

    /// The request that a busy level closed before its dialog was seen, because another hook was waited
    /// for or the level came late: nothing has been heard of its agent since.
    fn take_wrongly_answered(&mut self) -> Option<Request> {
        let (request, closed) = self.witness.answered.take()?;
        let agent = self.agent(request.agent_id.as_deref())?;
        (agent.last <= closed).then_some(request)
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
    QUESTION_TOOLS.contains(&tool)
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
