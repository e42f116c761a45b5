//! Everything known of one row, and what each event does to it.
//!
//! Witness readings are handled in [`super::witnessed`]; which row an input belongs to is the
//! table's business.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use pane_patrol_hooks::adapter::QUESTION_TOOLS;
use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::agent::{Agent, Tool};
use super::requests::{OpenRequest, Requests, Which, bare, which};
use super::witnessed::Witness;
use super::{Evidence, Reading, Request, Row, RowKey};

/// `prompt_idle` makes a finished turn a wait for the person only after this long.
const PROMPT_IDLE_AFTER: Duration = Duration::from_secs(30);

/// A finished turn in view counts as seen after this long.
const LOOK_TIME: Duration = Duration::from_secs(2);

/// An error that the assistant may recover from is one after this long without another word.
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);

/// A tool that asks the person has opened its dialog by then, or was refused.
const DIALOG_OPENS_WITHIN: Duration = Duration::from_millis(300);

/// How many pieces of evidence a row keeps.
const EVIDENCE_KEPT: usize = 20;

/// How many sessions that this pane held before are remembered, and ended sub-agents.
const REMEMBERED: usize = 16;

/// Sub-agents of which no start was heard are kept up to this number.
const MAX_SUB_AGENTS: usize = 64;

/// Why an input left a row as it was.
pub(super) type Reason = &'static str;

/// One row's knowledge.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: RowKey,
    pub(super) assistant: Assistant,
    /// Where the pane is, by the last listing or else by the sender.
    pub(super) target: Target,
    /// A listing has shown the pane.
    pub(super) listed: bool,
    pub(super) instance_id: Option<String>,
    pub(super) retired: VecDeque<String>,
    pub(super) pid: Option<u32>,
    pub(super) attended: bool,
    pub(super) cwd: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) home: Option<String>,
    pub(super) main: Agent,
    pub(super) subs: BTreeMap<String, Agent>,
    ended_subs: VecDeque<(String, Timestamp)>,
    /// The last turn ended with sub-agents at work of which nothing else was heard.
    pub(super) background: bool,
    pub(super) requests: Requests,
    pub(super) witness: Witness,
    /// An error of which nobody has said whether it is the end of the turn.
    doubt: Option<Doubt>,
    /// When something was last heard of it, by our clock.
    pub(super) heard: Timestamp,
    /// The newest time stamp of its events and readings.
    pub(super) ts: Timestamp,
    /// The newest time stamp of its events, whichever agent sent them.
    last_event: Timestamp,
    pub(super) shown: Shown,
    generation: u64,
    evidence: VecDeque<Evidence>,
    /// How many pieces of evidence there were; part of what makes a row look different.
    pub(super) evidence_count: u64,
}

/// An error that waits for a sign that it was overcome.
#[derive(Clone, Debug)]
struct Doubt {
    at: Timestamp,
    message: Option<String>,
}

/// The part of a row that follows from the agents and requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) state: State,
    pub(super) kind: Option<Kind>,
    pub(super) source: Source,
    pub(super) since: Timestamp,
    tool: Option<String>,
    message: Option<String>,
    waiting: Vec<Request>,
    sub_agents: usize,
}

impl Entry {
    /// A row of which nothing is known but where it is and whose it is.
    pub(super) fn new(key: RowKey, target: Target, assistant: Assistant, now: Timestamp) -> Self {
        Self {
            key,
            assistant,
            target,
            listed: false,
            instance_id: None,
            retired: VecDeque::new(),
            pid: None,
            attended: true,
            cwd: None,
            branch: None,
            home: None,
            main: Agent::new(State::Idle),
            subs: BTreeMap::new(),
            ended_subs: VecDeque::new(),
            background: false,
            requests: Requests::default(),
            witness: Witness::default(),
            doubt: None,
            heard: now,
            ts: Timestamp::from_micros(i64::MIN),
            last_event: Timestamp::from_micros(i64::MIN),
            shown: Shown {
                state: State::Idle,
                kind: None,
                source: Source::Hook,
                since: now,
                tool: None,
                message: None,
                waiting: Vec::new(),
                sub_agents: 0,
            },
            generation: 0,
            evidence: VecDeque::new(),
            evidence_count: 0,
        }
    }

    /// The successor of this row: another session in the same pane, which remembers what was before.
    pub(super) fn successor(&mut self, assistant: Assistant, now: Timestamp) {
        let mut next = Self::new(self.key.clone(), self.target.clone(), assistant, now);
        next.listed = self.listed;
        next.retired = std::mem::take(&mut self.retired);
        if let Some(instance) = self.instance_id.take() {
            remember(&mut next.retired, instance);
        }
        next.evidence = std::mem::take(&mut self.evidence);
        next.evidence_count = self.evidence_count;
        next.generation = self.generation;
        next.shown = self.shown.clone();
        *self = next;
    }

    /// Lets one event of this row's own session work. `Some`: why it changed nothing.
    pub(super) fn apply_event(&mut self, event: &Event) -> Option<Reason> {
        self.learn(event);
        match &event.agent_id {
            Some(agent) => self.apply_sub_event(agent, event),
            None => self.apply_main_event(event),
        }
    }

    fn learn(&mut self, event: &Event) {
        let take = |slot: &mut Option<String>, value: &Option<String>| {
            if value.is_some() {
                slot.clone_from(value);
            }
        };
        take(&mut self.instance_id, &event.instance_id);
        take(&mut self.home, &event.home);
        if event.agent_id.is_none() {
            take(&mut self.cwd, &event.cwd);
        }
        self.pid = event.pid.or(self.pid);
        self.attended = event.attended;
        self.ts = self.ts.max(event.ts);
        self.last_event = self.last_event.max(event.ts);
    }

    /// Takes from a reading what no event has told yet.
    pub(super) fn learn_from_reading(&mut self, reading: &Reading) {
        fill(&mut self.instance_id, reading.instance_id.as_ref());
        fill(&mut self.cwd, reading.cwd.as_ref());
        fill(&mut self.home, reading.home.as_ref());
        self.pid = self.pid.or(reading.pid);
        self.attended = self.attended || reading.attended;
    }

    /// The newest time stamp of its events, whichever agent sent them.
    pub(super) fn last_event(&self) -> Timestamp {
        self.last_event
    }

    fn apply_main_event(&mut self, event: &Event) -> Option<Reason> {
        let late = event.ts < self.main.last;
        if !late && event.kind != Some(Kind::Note) {
            self.doubt = None;
        }
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
    fn state_report(&mut self, event: &Event, late: bool) -> Option<Reason> {
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
        None
    }

    fn session_started(&mut self, event: &Event) {
        self.clear_work(event.ts);
        self.main.enter(event.state, event.kind, event.source);
        self.main.message = None;
    }

    /// The session is over but its successor follows at once (`/clear`, resume).
    fn session_reset(&mut self, event: &Event) {
        self.session_started(event);
        self.main.state = State::Idle;
    }

    fn clear_work(&mut self, at: Timestamp) {
        self.main.close_turn(None, at);
        self.main.tools.clear();
        self.subs.clear();
        self.background = false;
        self.requests.clear();
        self.witness.settle = None;
    }

    fn turn_started(&mut self, event: &Event) {
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

    fn tool_started(&mut self, event: &Event, late: bool) -> Option<Reason> {
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
    fn describe_guess(&mut self, event: &Event) {
        if self.witness.says_waiting() {
            let state = self.waiting_state(event.tool.as_deref());
            self.requests.describe_bare(state, &which_of(event));
        }
    }

    /// Where permission comes before the start (Qwen), the start of the very tool is the answer.
    fn close_answered_by_start(&mut self, event: &Event) {
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

    fn requested(&mut self, event: &Event, late: bool) -> Option<Reason> {
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
    pub(super) fn infer(
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
        }
        if message.is_some() && (request.message.is_none() || source == Source::Hook) {
            request.message = message;
        }
        self.requests.infer(request, confirmed);
        self.settle_dialogs();
    }

    /// A dialog is open: no question is in doubt any more, also when the dialog is answered before
    /// its tool ends.
    fn settle_dialogs(&mut self) {
        for tool in &mut self.main.tools {
            tool.dialog_settled |= tool.asks();
        }
    }

    /// What kind of wait a request for `tool` is.
    fn waiting_state(&self, tool: Option<&str>) -> State {
        if tool.is_some_and(is_question) || self.witness.says_input() {
            State::WaitingInput
        } else {
            State::WaitingApproval
        }
    }

    /// The tool call that a permission request without an id of its own is about.
    fn tool_call_of(&self, event: &Event) -> Option<String> {
        self.agent(event.agent_id.as_deref())?
            .tools
            .iter()
            .rev()
            .find(|tool| tool.name == event.tool && tool.message == event.message)?
            .request_id
            .clone()
    }

    fn finished_or_answered(&mut self, event: &Event, late: bool) -> Option<Reason> {
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

    /// The agent of `event` works: its turn goes on or begins.
    fn work(&mut self, event: &Event) {
        let agent = self.agent_mut(event.agent_id.as_deref());
        agent.last = event.ts;
        agent.turn.open(event.turn_id.as_deref(), event.ts);
        agent.enter(State::Running, event.kind, event.source);
    }

    fn turn_over(&mut self, event: &Event, late: bool) -> Option<Reason> {
        let of_this_turn = self.main.turn.is_current(event.turn_id.as_deref());
        // Events of one turn may overtake each other; its end is its end all the same.
        if late && !of_this_turn {
            return Some("older than what is known");
        }
        if event.kind == Some(Kind::TurnFinished) && self.has_ended_otherwise(event) {
            return Some("that turn has failed or was interrupted");
        }
        let at = event.ts.max(self.main.last);
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
        None
    }

    /// Whether the turn of `event` has ended in another way, by the assistant's own word.
    fn has_ended_otherwise(&self, event: &Event) -> bool {
        let otherwise = [Some(Kind::TurnFailed), Some(Kind::Interrupted)];
        self.main.turn.is_over(event.turn_id.as_deref())
            && otherwise.contains(&self.main.kind)
            && self.main.source != Source::Witness
    }

    fn is_at_work(&self) -> bool {
        let asks = |open: &OpenRequest| open.request.agent_id.is_none();
        self.main.state == State::Running || self.main.turn.open || self.requests.iter().any(asks)
    }

    /// The person stopped the turn, or it ended without a word.
    pub(super) fn interrupted(&mut self, at: Timestamp, source: Source) {
        self.requests.close_agent(None, at);
        self.main.close_turn(None, at);
        self.main
            .enter(State::Idle, Some(Kind::Interrupted), source);
        self.main.message = None;
    }

    fn prompt_idle(&mut self, event: &Event) -> Option<Reason> {
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
        let message = self.main.message.take();
        self.main
            .enter(State::WaitingInput, event.kind, event.source);
        self.main.message = message.or_else(|| event.message.clone());
        None
    }

    /// When an error that nothing has overcome is believed, or a question's dialog must be open.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let doubt = self
            .doubt
            .as_ref()
            .map(|doubt| doubt.at.plus(RECOVERS_WITHIN));
        let dialog = self
            .unsettled_question()
            .map(|tool| tool.since.plus(DIALOG_OPENS_WITHIN));
        [doubt, dialog].into_iter().flatten().min()
    }

    /// Draws the conclusions that are due at `now`. Gives the moment that they are about, and why.
    pub(super) fn conclude(&mut self, now: Timestamp) -> Option<(Timestamp, Reason)> {
        if let Some(doubt) = self
            .doubt
            .take_if(|doubt| doubt.at.plus(RECOVERS_WITHIN) <= now)
        {
            self.requests.close_agent(None, doubt.at);
            self.main.close_turn(None, doubt.at);
            self.main.turn.failed = true;
            self.main
                .enter(State::Error, Some(Kind::TurnFailed), Source::Hook);
            self.main.message = doubt.message;
            return Some((doubt.at, "nothing has overcome the error"));
        }
        let since = self.unsettled_question()?.since;
        if since.plus(DIALOG_OPENS_WITHIN) > now {
            return None;
        }
        self.settle_dialogs();
        if self.witness.latest.is_some() {
            self.witness.reread_at = Some(now);
            return None;
        }
        self.infer(State::WaitingInput, since, Source::Hook, None, false);
        Some((since, "the question was not refused"))
    }

    /// A question that was put and neither refused nor seen on the screen yet.
    fn unsettled_question(&self) -> Option<&Tool> {
        let last = self.main.tools.last()?;
        let waits = last.asks() && !last.dialog_settled && self.requests.is_empty();
        Some(last).filter(|_| waits && self.attended)
    }

    fn note(&mut self, event: &Event) -> Reason {
        if event.state == State::Error && event.ts >= self.main.last && self.is_at_work() {
            self.doubt = Some(Doubt {
                at: event.ts,
                message: event.message.clone(),
            });
        }
        if self.main.kind.is_none() && self.evidence.is_empty() {
            self.main.enter(event.state, event.kind, event.source);
        }
        "a note"
    }

    fn apply_sub_event(&mut self, id: &str, event: &Event) -> Option<Reason> {
        let ended = self
            .ended_subs
            .iter()
            .find(|(ended, _)| ended == id)
            .map(|(_, at)| *at);
        let begins = matches!(
            event.kind,
            Some(
                Kind::TurnStarted
                    | Kind::ToolStarted
                    | Kind::ApprovalRequested
                    | Kind::InputRequested
            )
        );
        if ended.is_some_and(|at| event.ts <= at || !begins) {
            return Some("that sub-agent has ended");
        }
        if !begins && !self.subs.contains_key(id) && event.kind.is_some_and(ends_agent) {
            self.end_sub(id, event.ts);
            return None;
        }
        let late = self.subs.get(id).is_some_and(|sub| event.ts < sub.last);
        match event.kind {
            Some(Kind::TurnStarted) if late => return Some("older than what is known"),
            Some(Kind::TurnStarted) => {
                self.requests.close_agent(Some(id), event.ts);
                self.work(event);
            }
            Some(Kind::ToolStarted) => {
                self.agent_mut(Some(id)).start_tool(event);
                self.describe_guess(event);
                self.close_answered_by_start(event);
                if late {
                    return Some("older than what is known");
                }
                self.work(event);
            }
            Some(Kind::ApprovalRequested | Kind::InputRequested) => {
                return self.requested(event, late);
            }
            Some(Kind::Answered | Kind::ToolFinished) => {
                self.agent_mut(Some(id));
                return self.finished_or_answered(event, late);
            }
            Some(kind) if ends_agent(kind) => self.end_sub(id, event.ts),
            Some(_) => return Some("a note"),
            None => match event.state {
                State::Running => self.work(event),
                State::WaitingApproval | State::WaitingInput => {
                    self.requests.open(request_of(event, event.state));
                }
                _ => self.end_sub(id, event.ts),
            },
        }
        None
    }

    fn end_sub(&mut self, id: &str, at: Timestamp) {
        self.subs.remove(id);
        // Its result starts a turn some 100 ms later; all that time the session file says busy.
        self.background = self.subs.is_empty() && self.witness.says_busy();
        self.requests.close_agent(Some(id), at);
        if self.ended_subs.len() == REMEMBERED {
            self.ended_subs.pop_front();
        }
        self.ended_subs.retain(|(ended, _)| ended != id);
        self.ended_subs.push_back((id.to_owned(), at));
    }

    fn agent(&self, id: Option<&str>) -> Option<&Agent> {
        match id {
            Some(id) => self.subs.get(id),
            None => Some(&self.main),
        }
    }

    fn find_agent(&mut self, id: Option<&str>) -> Option<&mut Agent> {
        match id {
            Some(id) => self.subs.get_mut(id),
            None => Some(&mut self.main),
        }
    }

    /// The agent of that id; a sub-agent that was not known begins.
    fn agent_mut(&mut self, id: Option<&str>) -> &mut Agent {
        let Some(id) = id else { return &mut self.main };
        if self.subs.len() >= MAX_SUB_AGENTS && !self.subs.contains_key(id) {
            self.subs.pop_first();
        }
        self.subs
            .entry(id.to_owned())
            .or_insert_with(|| Agent::new(State::Running))
    }

    /// The person has the pane in view: what is finished is seen after a moment.
    pub(super) fn looked_at(&mut self, now: Timestamp) -> bool {
        let seen = self.shown.state == State::Completed && now.since(self.shown.since) >= LOOK_TIME;
        if seen {
            self.main.state = State::Idle;
        }
        seen
    }

    /// Whether anything but the clock proves that this row still stands for something.
    pub(super) fn has_proof_of_life(&self) -> bool {
        self.pid.is_some() || self.listed
    }

    /// Works out what is shown now. `cause`: when the thing happened that may have changed it.
    pub(super) fn refresh(&mut self, cause: Timestamp) -> bool {
        let next = self.work_out(cause);
        let changed = next != self.shown;
        if changed {
            self.generation += 1;
            self.shown = next;
        }
        changed
    }

    fn work_out(&self, cause: Timestamp) -> Shown {
        let waiting: Vec<Request> = self.requests.by_urgency().into_iter().cloned().collect();
        let sub_agents = self.subs.len().max(usize::from(self.background));
        let mut shown = Shown {
            state: self.main.state,
            kind: self.main.kind,
            source: self.main.source,
            since: cause,
            tool: None,
            message: self.main.message.clone(),
            waiting,
            sub_agents,
        };
        if let Some(request) = shown.waiting.first() {
            shown.state = request.state;
            shown.kind = Some(match request.state {
                State::WaitingInput => Kind::InputRequested,
                _ => Kind::ApprovalRequested,
            });
            shown.source = request.source;
            shown.since = request.since;
            shown.tool.clone_from(&request.tool);
            shown.message.clone_from(&request.message);
            return shown;
        }
        if self.main.state == State::Running || sub_agents > 0 {
            shown.state = State::Running;
            let mut busy = std::iter::once(&self.main).chain(self.subs.values());
            if let Some(tool) = busy.find_map(|agent| agent.tools.last()) {
                shown.tool.clone_from(&tool.name);
                shown.message.clone_from(&tool.message);
            }
        }
        if shown.state == self.shown.state && self.generation > 0 {
            shown.since = self.shown.since;
        }
        shown
    }

    /// Notes what was heard and what it changed.
    pub(super) fn note_evidence(&mut self, evidence: Evidence) {
        if self.evidence.len() == EVIDENCE_KEPT {
            self.evidence.pop_back();
        }
        self.evidence.push_front(evidence);
        self.evidence_count += 1;
    }

    /// The row as every reader gets it.
    pub(super) fn row(&self) -> Row {
        let Shown {
            state,
            kind,
            source,
            since,
            tool,
            message,
            waiting,
            sub_agents,
        } = self.shown.clone();
        Row {
            id: self.key.to_string(),
            assistant: self.assistant.clone(),
            state,
            kind,
            target: self.target.clone(),
            pane: self.pane(),
            server: self.key.server.clone(),
            instance_id: self.instance_id.clone(),
            pid: self.pid,
            since,
            ts: self.ts,
            tool,
            message,
            cwd: self.cwd.clone(),
            branch: self.branch.clone(),
            home: self.home.clone(),
            source,
            sub_agents,
            waiting,
            generation: self.generation,
            evidence: self.evidence.iter().cloned().collect(),
        }
    }

    /// The stable id of the pane, once it is known.
    pub(super) fn pane(&self) -> Option<PaneId> {
        match self.key.place {
            Target::Pane(pane) => Some(pane),
            Target::Address { .. } => None,
        }
    }

    pub(super) fn server(&self) -> Option<&Server> {
        self.key.server.as_ref()
    }
}

fn is_question(tool: &str) -> bool {
    QUESTION_TOOLS.contains(&tool)
}

impl Tool {
    fn asks(&self) -> bool {
        self.name.as_deref().is_some_and(is_question)
    }
}

fn fill(slot: &mut Option<String>, value: Option<&String>) {
    if slot.is_none() {
        *slot = value.cloned();
    }
}

fn ends_agent(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TurnFinished | Kind::TurnFailed | Kind::Interrupted | Kind::SessionEnded
    )
}

fn is_waiting(state: State) -> bool {
    matches!(state, State::WaitingApproval | State::WaitingInput)
}

fn request_of(event: &Event, state: State) -> Request {
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

fn same_request(a: &Request, b: &Request) -> bool {
    let (a, b) = (which(a), which(b));
    (a.request_id, a.tool, a.message) == (b.request_id, b.tool, b.message)
}

fn which_of(event: &Event) -> Which<'_> {
    Which {
        agent_id: event.agent_id.as_deref(),
        request_id: event.request_id.as_deref(),
        tool: event.tool.as_deref(),
        message: event.message.as_deref(),
    }
}

fn remember(ring: &mut VecDeque<String>, instance: String) {
    if ring.len() == REMEMBERED {
        ring.pop_front();
    }
    ring.push_back(instance);
}
