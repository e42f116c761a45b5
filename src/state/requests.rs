//! The open requests of one row, and a short memory of closed ones.
//!
//! Requests have a life of their own: events may arrive out of order, so an opening that comes late
//! counts unless its closing is already known, and a closing that comes early is remembered.

use std::collections::VecDeque;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Request, fingerprint};

/// How many closings are remembered: more than one batch of tools can hold.
const REMEMBERED_CLOSINGS: usize = 64;

/// One open request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenRequest {
    /// What a reader of the row sees of it.
    pub(super) request: Request,
    /// Opened by a notice or a reading, its tool and ids taken from the newest unfinished tool.
    pub(super) inferred: bool,
    /// A witness said `waiting` while it was open.
    pub(super) confirmed: bool,
}

/// What closed. Texts stand there by their fingerprints, 0 where there was none: many are remembered.
#[derive(Clone, Copy, Debug)]
struct Closing {
    agent_and_tool: u64,
    request_id: u64,
    message: u64,
    at: Timestamp,
}

/// What identifies a request that is opened or closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which<'a> {
    pub(super) agent_id: Option<&'a str>,
    pub(super) request_id: Option<&'a str>,
    pub(super) tool: Option<&'a str>,
    pub(super) message: Option<&'a str>,
}

impl Which<'_> {
    fn agent_and_tool(&self) -> u64 {
        fingerprint(&(self.agent_id, self.tool))
    }
}

fn mark(text: Option<&str>) -> u64 {
    text.map_or(0, |text| fingerprint(text).max(1))
}

/// The open requests of one row, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    open: Vec<OpenRequest>,
    closings: VecDeque<Closing>,
}

impl Requests {
    /// Most rows have none, and the others one.
    fn push(&mut self, open: OpenRequest) {
        self.open.reserve_exact(1);
        self.open.push(open);
    }

    /// Gives back the room of those that are closed.
    pub(super) fn give_back(&mut self) {
        if self.open.is_empty() {
            self.open = Vec::new();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &OpenRequest> {
        self.open.iter()
    }

    /// All, most urgent first: approval before input, then the oldest.
    pub(super) fn by_urgency(&self) -> Vec<&Request> {
        let mut requests: Vec<&Request> = self.open.iter().map(|open| &open.request).collect();
        requests.sort_by_key(|request| (request.state != State::WaitingApproval, request.since));
        requests
    }

    /// Opens a request that its sender described. One that is open already, by its id or by
    /// (agent, tool, input), is only confirmed; one that was inferred takes the better description.
    pub(super) fn open(&mut self, request: Request) {
        if let Some(known) = self.open.iter_mut().find(|open| open.is(&which(&request))) {
            known.inferred = false;
            known.request.state = request.state;
            fill(&mut known.request.request_id, request.request_id);
            fill(&mut known.request.message, request.message);
            return;
        }
        // Dialogs of one agent come one after the other; another agent's may wait as well.
        if let Some(guess) = self.open.iter_mut().find(|open| open.is_guess_of(&request)) {
            let since = guess.request.since.min(request.since);
            let request_id = if guess.request.tool == request.tool
                && guess.request.agent_id == request.agent_id
            {
                request
                    .request_id
                    .or_else(|| guess.request.request_id.take())
            } else {
                request.request_id
            };
            guess.request = Request {
                request_id,
                since,
                ..request
            };
            guess.inferred = false;
            return;
        }
        self.push(OpenRequest {
            request,
            inferred: false,
            confirmed: false,
        });
    }

    /// Takes over a request that another collector had open.
    pub(super) fn take_up(&mut self, request: Request) {
        let is_guess = request.source == Source::Witness;
        self.push(OpenRequest {
            request,
            inferred: is_guess,
            confirmed: is_guess,
        });
    }

    /// Opens a request that nobody described, unless it is open; whether that was so.
    pub(super) fn infer(&mut self, request: Request, confirmed: bool) -> bool {
        let is_new = !self.holds(&which(&request));
        if is_new {
            self.push(OpenRequest {
                request,
                inferred: true,
                confirmed,
            });
        }
        is_new
    }

    /// Whether this request is open. A guess may say something else about a tool without an id than
    /// the tool does.
    pub(super) fn holds(&self, which: &Which<'_>) -> bool {
        let is_guessed = |open: &OpenRequest| {
            open.inferred
                && which.request_id.is_none()
                && open.request.agent_id.as_deref() == which.agent_id
                && open.request.tool.as_deref() == which.tool
        };
        let mut open = self.open.iter();
        open.any(|open| open.is(which) || is_guessed(open))
    }

    /// Describes a request that was inferred before the start of its tool was heard of; whether there
    /// was one.
    pub(super) fn describe_bare(&mut self, state: State, described: &Which<'_>) -> bool {
        let bare = self
            .open
            .iter_mut()
            .find(|open| open.inferred && open.request.tool.is_none());
        if let Some(open) = bare {
            open.request.state = state;
            open.request.agent_id = described.agent_id.map(str::to_owned);
            open.request.request_id = described.request_id.map(str::to_owned);
            open.request.tool = described.tool.map(str::to_owned);
            open.request.message = described.message.map(str::to_owned);
            return true;
        }
        false
    }

    /// A witness says `waiting`: all that is open is real.
    pub(super) fn confirm(&mut self) {
        for open in &mut self.open {
            open.confirmed = true;
        }
    }

    /// Closes one: the same id, else the same input where that is told, else the oldest of that agent
    /// and tool; never one that has another id. Remembers the closing, so that an opening which arrives
    /// later but is older stays closed.
    pub(super) fn close_one(&mut self, closed: &Which<'_>, at: Timestamp) {
        let by_id = || {
            let id = closed.request_id?;
            self.open
                .iter()
                .position(|open| open.request.request_id.as_deref() == Some(id))
        };
        let by_tool = || {
            self.open.iter().position(|open| {
                let request = &open.request;
                request.agent_id.as_deref() == closed.agent_id
                    && (closed.tool.is_none()
                        || request.tool.is_none()
                        || request.tool.as_deref() == closed.tool)
                    && !open.is_seen_but_unknown()
                    && (closed.request_id.is_none() || request.request_id.is_none())
                    && request.since <= at
            })
        };
        let by_input = || {
            closed.message?;
            self.open.iter().position(|open| {
                let request = &open.request;
                request.agent_id.as_deref() == closed.agent_id
                    && request.tool.as_deref() == closed.tool
                    && request.message.as_deref() == closed.message
                    && (closed.request_id.is_none() || request.request_id.is_none())
                    && request.since <= at
            })
        };
        if let Some(index) = by_id().or_else(by_input).or_else(by_tool) {
            self.open.remove(index);
        }
        if self.closings.len() == REMEMBERED_CLOSINGS {
            self.closings.pop_front();
        }
        self.closings.push_back(Closing {
            agent_and_tool: closed.agent_and_tool(),
            request_id: mark(closed.request_id),
            message: mark(closed.message),
            at,
        });
    }

    /// Closes all of one agent that were open at `at`; not what may be another agent's.
    pub(super) fn close_agent(&mut self, agent_id: Option<&str>, at: Timestamp) {
        self.open.retain(|open| {
            open.request.agent_id.as_deref() != agent_id
                || open.request.since > at
                || open.is_seen_but_unknown()
        });
    }

    /// Closes those for which `gone` holds; says whether there were any.
    pub(super) fn close_if(&mut self, gone: impl Fn(&OpenRequest) -> bool) -> bool {
        let before = self.open.len();
        self.open.retain(|open| !gone(open));
        self.open.len() < before
    }

    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    /// Whether this request was closed at `opened` or later.
    pub(super) fn was_closed_since(&self, opened: &Which<'_>, at: Timestamp) -> bool {
        let agent_and_tool = opened.agent_and_tool();
        let (request_id, message) = (mark(opened.request_id), mark(opened.message));
        self.closings.iter().any(|closing| {
            closing.at >= at
                && match (request_id, closing.request_id) {
                    (1.., 1..) => request_id == closing.request_id,
                    _ => {
                        closing.agent_and_tool == agent_and_tool
                            && [0, message].contains(&closing.message)
                    }
                }
        })
    }
}

impl OpenRequest {
    /// Whether `described` may be what this was taken for: nothing is known of it, or it is a guess
    /// about the same agent.
    fn is_guess_of(&self, described: &Request) -> bool {
        let is_bare = self.request.tool.is_none();
        self.inferred && (is_bare || self.request.agent_id == described.agent_id)
    }

    /// A witness says that somebody waits, and nothing is known of whom: only the witness takes that
    /// back.
    fn is_seen_but_unknown(&self) -> bool {
        self.inferred && self.confirmed && self.request.tool.is_none()
    }

    fn is(&self, other: &Which<'_>) -> bool {
        match (self.request.request_id.as_deref(), other.request_id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => {
                self.request.agent_id.as_deref() == other.agent_id
                    && self.request.tool.as_deref() == other.tool
                    && self.request.message.as_deref() == other.message
            }
        }
    }
}

pub(super) fn which(request: &Request) -> Which<'_> {
    Which {
        agent_id: request.agent_id.as_deref(),
        request_id: request.request_id.as_deref(),
        tool: request.tool.as_deref(),
        message: request.message.as_deref(),
    }
}

/// The request of a notice: nothing but who reported it and when.
pub(super) fn bare(state: State, since: Timestamp, source: Source) -> Request {
    Request {
        state,
        request_id: None,
        agent_id: None,
        tool: None,
        message: None,
        since,
        source,
    }
}

fn fill(slot: &mut Option<String>, value: Option<String>) {
    if value.is_some() {
        *slot = value;
    }
}
