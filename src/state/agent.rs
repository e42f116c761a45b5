//! One agent of a row, the main one or a sub-agent: its turn and the tools it has started.

use std::collections::VecDeque;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::fingerprint;

/// How many closed turns and finished tools are remembered.
const REMEMBERED: usize = 32;

/// What is known of the answer to whether a tool may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// Nothing.
    No,
    /// It was given, as far as a witness can tell.
    Supposed,
    /// It was given.
    Told,
}

/// A tool that was started and has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tool {
    pub(super) request_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) message: Option<String>,
    pub(super) since: Timestamp,
    /// It is known whether a dialog of its own is open, or was.
    pub(super) dialog_settled: bool,
    /// The person, or whoever decides for them, has let it run or not.
    pub(super) answered: Answered,
}

/// What is known of one agent.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    /// Its own state; requests stand beside it.
    pub(super) state: State,
    /// Why.
    pub(super) kind: Option<Kind>,
    /// Who said so.
    pub(super) source: Source,
    /// The newest of its events.
    pub(super) last: Timestamp,
    /// The prompt, the last answer or the error, for a row without a running tool.
    pub(super) message: Option<String>,
    /// Unfinished tools, oldest first.
    pub(super) tools: Vec<Tool>,
    /// By their fingerprints.
    finished_tools: VecDeque<u64>,
    /// Its turn.
    pub(super) turn: Turn,
}

/// Whether a turn is going on, and which ones are over.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    /// A turn is going on.
    pub(super) open: bool,
    /// When it was opened.
    pub(super) started: Timestamp,
    /// When the last one was closed.
    pub(super) closed: Option<Timestamp>,
    id: Option<String>,
    /// By their fingerprints, the last one last.
    closed_ids: VecDeque<u64>,
    /// The last one failed.
    pub(super) failed: bool,
    /// Nothing but a busy level that is older than the end of the last turn says that one is going
    /// on: how that one ended.
    pub(super) in_doubt: Option<Box<Ended>>,
    /// Nothing but a busy level has told of it so far: how it was before.
    pub(super) supposed: Option<Box<Ended>>,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    state: State,
    kind: Option<Kind>,
    source: Source,
    message: Option<String>,
    /// Since when that was shown.
    pub(super) since: Timestamp,
}

impl Ended {
    /// Whether it is more than what nobody has told anything of.
    pub(super) fn was_told(&self) -> bool {
        self.kind.is_some()
    }
}

impl Agent {
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            kind: None,
            source: Source::Hook,
            last: Timestamp::from_micros(i64::MIN),
            message: None,
            tools: Vec::new(),
            finished_tools: VecDeque::new(),
            turn: Turn::default(),
        }
    }

    /// Takes the state of an event that is not older than what is known.
    pub(super) fn enter(&mut self, state: State, kind: Option<Kind>, source: Source) {
        self.state = state;
        self.kind = kind;
        self.source = source;
    }

    /// Notes a tool's start, unless its end is known already.
    pub(super) fn start_tool(&mut self, event: &Event) {
        let finished = event
            .request_id
            .as_ref()
            .is_some_and(|id| is_among(&self.finished_tools, id));
        let running = event.request_id.is_some()
            && self
                .tools
                .iter()
                .any(|tool| tool.request_id == event.request_id);
        if finished || running {
            return;
        }
        if self.tools.len() == REMEMBERED {
            self.tools.remove(0);
        }
        self.tools.reserve_exact(1);
        self.tools.push(Tool {
            request_id: event.request_id.clone(),
            name: event.tool.clone(),
            message: event.message.clone(),
            since: event.ts,
            dialog_settled: false,
            answered: Answered::No,
        });
    }

    /// Gives back the room of the tools that have ended: there are many rows, and most do nothing.
    pub(super) fn give_back(&mut self) {
        if self.tools.is_empty() {
            self.tools = Vec::new();
        }
    }

    /// Notes a tool's end: the same id, else the oldest of that name.
    pub(super) fn finish_tool(&mut self, event: &Event) {
        let by_id = event.request_id.as_ref().and_then(|id| {
            self.tools
                .iter()
                .position(|tool| tool.request_id.as_ref() == Some(id))
        });
        let by_name = || {
            self.tools.iter().position(|tool| {
                tool.name == event.tool && (tool.request_id.is_none() || event.request_id.is_none())
            })
        };
        if let Some(index) = by_id.or_else(by_name) {
            self.tools.remove(index);
        }
        if let Some(id) = &event.request_id {
            remember(&mut self.finished_tools, id);
        }
    }

    /// How it is now, and has been shown `since`.
    pub(super) fn ended(&self, since: Timestamp) -> Ended {
        Ended {
            state: self.state,
            kind: self.kind,
            source: self.source,
            message: self.message.clone(),
            since,
        }
    }

    /// The turn in doubt was none: everything is as it `ended`.
    pub(super) fn end_as_before(&mut self, ended: Ended, at: Timestamp) {
        self.close_turn(None, at);
        self.turn.failed = ended.kind == Some(Kind::TurnFailed);
        self.enter(ended.state, ended.kind, ended.source);
        self.message = ended.message;
    }

    /// Ends the turn at `at` by a word that its hooks may take back.
    pub(super) fn suppose_end_of_turn(&mut self, at: Timestamp) {
        self.tools.retain(|tool| tool.since > at);
        self.turn.id = None;
        self.turn.close(None, at);
    }

    /// Ends the turn at `at`: nothing of it runs any more.
    pub(super) fn close_turn(&mut self, id: Option<&str>, at: Timestamp) {
        self.tools.retain(|tool| tool.since > at);
        self.turn.close(id, at);
    }
}

impl Turn {
    /// Opens a turn, or goes on with the open one.
    pub(super) fn open(&mut self, id: Option<&str>, at: Timestamp) {
        self.in_doubt = None;
        self.supposed = None;
        if !self.open {
            self.open = true;
            self.started = at;
            self.id = None;
        }
        if let Some(id) = id {
            self.id = Some(id.to_owned());
        }
    }

    fn close(&mut self, id: Option<&str>, at: Timestamp) {
        for id in [self.id.take().as_deref(), id].into_iter().flatten() {
            remember(&mut self.closed_ids, id);
        }
        self.open = false;
        self.in_doubt = None;
        self.supposed = None;
        self.failed = false;
        self.closed = Some(at);
    }

    /// Whether `id` is a turn that has ended.
    pub(super) fn is_over(&self, id: Option<&str>) -> bool {
        !self.open && id.is_some_and(|id| is_among(&self.closed_ids, id))
    }

    /// Whether an event of turn `id` at `at` shows that the turn which failed was tried again.
    pub(super) fn is_tried_again(&self, id: Option<&str>, at: Timestamp) -> bool {
        self.failed
            && self.closed.is_some_and(|closed| at > closed)
            && id.is_some()
            && self.closed_ids.back().copied() == id.map(fingerprint)
    }

    /// Whether `id` is the turn that is going on.
    pub(super) fn is_current(&self, id: Option<&str>) -> bool {
        self.open && id.is_some() && self.id.as_deref() == id
    }

    /// Whether an event of turn `id` belongs to the open turn or proves a new one: what comes late
    /// from a turn that is over does neither. Without an id only a `beginning` proves a new turn.
    pub(super) fn admits(&self, id: Option<&str>, at: Timestamp, beginning: bool) -> bool {
        let over = id.is_some_and(|id| is_among(&self.closed_ids, id));
        match (self.open, self.closed) {
            (true, _) => !over || self.is_current(id),
            (false, None) => true,
            (false, Some(closed)) => at > closed && !over && (id.is_some() || beginning),
        }
    }
}

fn is_among(ring: &VecDeque<u64>, id: &str) -> bool {
    ring.contains(&fingerprint(id))
}

fn remember(ring: &mut VecDeque<u64>, id: &str) {
    let id = fingerprint(id);
    // The last one is the last that was heard of.
    ring.retain(|known| *known != id);
    if ring.len() == REMEMBERED {
        ring.pop_front();
    }
    ring.push_back(id);
}
