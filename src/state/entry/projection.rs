//! What a row shows, worked out from its agents and requests.

use pane_patrol_hooks::event::{Kind, Source, State};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use crate::state::row::one_of;
use crate::state::{Request, Row};

/// The part of a row that follows from the agents and requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::state) struct Projection {
    pub(in crate::state) state: State,
    pub(in crate::state) kind: Option<Kind>,
    pub(in crate::state) source: Source,
    pub(in crate::state) since: Timestamp,
    pub(super) tool: Option<String>,
    pub(super) message: Option<String>,
    pub(super) waiting: Vec<Request>,
    pub(super) sub_agents: usize,
}

impl Projection {
    /// Whether anything is asked.
    pub(in crate::state) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl Entry {
    /// Works out what is shown now. `cause`: when the thing happened that may have changed it.
    pub(in crate::state) fn refresh(&mut self, cause: Timestamp) -> bool {
        self.requests.give_back();
        self.main.give_back();
        let mut next = self.work_out(cause);
        if let Some(since) = self.stands_since.take()
            && next.state == self.main.state
            && next.waiting.is_empty()
        {
            next.since = since;
        }
        let changed = next != self.shown;
        if changed {
            self.generation += 1;
            self.shown = next;
        }
        changed
    }

    pub(super) fn work_out(&self, cause: Timestamp) -> Projection {
        let waiting: Vec<Request> = self.requests.by_urgency().into_iter().cloned().collect();
        let sub_agents = self.subs.len().max(usize::from(self.background));
        let mut shown = Projection {
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
            if let Some(count) = one_of(&self.assistant, &shown.waiting) {
                (shown.tool, shown.message) = summary(&shown.waiting, count);
            }
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

    /// The row as every reader gets it.
    pub(in crate::state) fn row(&self) -> Row {
        let Projection {
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
            shown_at: self.shown_at.as_deref().cloned(),
            terminal: None,
            pane: self.pane(),
            server: self.key.server.clone(),
            instance_id: self.instance_id.clone(),
            conversation: self.conversation.as_deref().map(str::to_owned),
            pid: self.pid,
            since,
            ts: self.ts,
            tool,
            message,
            unseen: self.is_unseen(),
            recap: self.recap.as_deref().map(str::to_owned),
            called: self.label.as_deref().map(str::to_owned),
            cwd: self.cwd.clone(),
            branch: self.branch.clone(),
            diff: None,
            tasks: None,
            facts: None,
            conflicts: Vec::new(),
            trusted_until: self.trusted_until(),
            home: self.home.clone(),
            source,
            publisher: self.publisher.as_ref().map(|its| its.name.clone()),
            offline: self.publisher.as_ref().is_some_and(|its| its.is_away),
            suspended: self.stopped.is_some() && self.stopped == self.pid,
            silent: self.is_mute(),
            hearsay: self.hearsay,
            sub_agents,
            waiting,
            generation: self.generation,
            evidence: self.evidence.iter().cloned().collect(),
        }
    }
}

/// The tool of all `count` requests, if it is the same, and a line that claims none of them.
fn summary(waiting: &[Request], count: usize) -> (Option<String>, Option<String>) {
    let first = waiting.first().and_then(|request| request.tool.clone());
    let same = first.filter(|_| {
        waiting
            .iter()
            .all(|request| request.tool == waiting[0].tool)
    });
    let room = MAX_MESSAGE_CHARS / count;
    let line = |request: &Request| {
        let tool = request.tool.as_deref().filter(|_| same.is_none());
        let words: Vec<&str> = tool.into_iter().chain(request.message.as_deref()).collect();
        let words = one_line(&words.join(": "), room);
        if words.is_empty() {
            "?".to_owned()
        } else {
            words
        }
    };
    let lines: Vec<String> = waiting.iter().map(line).collect();
    let message = format!("one of {count}: {}", lines.join(" · "));
    (same, Some(one_line(&message, MAX_MESSAGE_CHARS)))
}
