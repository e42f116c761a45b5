//! Which tools can be what waits, where nobody has said which one does.
//!
//! There are assistants that show one dialog at a time, and the others queue. The session file says `waiting` from the
//! first to the last of them and does not change between them; which one stands on the screen no
//! file tells, and neither the oldest nor the newest is a safe guess (both orders were measured). So
//! every tool that may be asked about is a candidate, until it is known to have been answered.

use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use crate::state::Request;
use crate::state::agent::{Answered, Tool};
use crate::state::requests::{OpenRequest, Which, bare};

/// A dialog opens at most this long after the start of its tool was reported.
pub(in crate::state) const OPENS_WITHIN: Duration = Duration::from_secs(2);

/// A tool that begins while a dialog waits and neither ends nor is seen to run for so long may have
/// joined the queue. Most tools end sooner, and a command is seen to run sooner.
const QUEUED_AFTER: Duration = Duration::from_millis(300);

/// While several may wait, it is looked this often whether one of them runs by now.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

/// Looks are never closer together, whatever the clocks say.
const AT_LEAST: Duration = Duration::from_millis(50);

/// That somebody says the assistant waits.
#[derive(Clone, Copy, Debug)]
pub(in crate::state) struct Wait {
    pub(in crate::state) state: State,
    /// Since when.
    pub(in crate::state) since: Timestamp,
    /// When that was seen to hold.
    pub(in crate::state) seen: Timestamp,
    pub(in crate::state) source: Source,
    /// A witness says so.
    pub(in crate::state) confirmed: bool,
}

impl Wait {
    /// Whether a tool that began at `began` can be what waits.
    pub(super) fn may_be_for(&self, began: Timestamp) -> bool {
        if began > self.since {
            self.seen.since(began) >= QUEUED_AFTER
        } else {
            self.since.since(began) <= OPENS_WITHIN
        }
    }
}

/// A tool, and the sub-agent that uses it.
type Used<'a> = (Option<&'a String>, &'a Tool);

impl Entry {
    /// Opens a request for each tool that `wait` can be about and that has none; whether there was
    /// such a tool.
    pub(in crate::state) fn add_candidates(&mut self, wait: Wait) -> bool {
        let mut is_news = false;
        for request in self.candidates(wait) {
            is_news |= self.requests.infer(request, wait.confirmed);
        }
        is_news
    }

    /// The tools that began shortly before `wait` or since, oldest first.
    pub(super) fn candidates(&self, wait: Wait) -> Vec<Request> {
        if !self.assistant.habits().queues_dialogs {
            return Vec::new();
        }
        let unanswered = self.unanswered_tools();
        let mut found: Vec<Used<'_>> = unanswered
            .filter(|(_, tool)| wait.may_be_for(tool.since))
            .collect();
        found.sort_by_key(|(_, tool)| tool.since);
        let is_asked = found.iter().any(|(_, tool)| tool.asks());
        let requests = found
            .into_iter()
            .map(|used| request_for(used, wait, is_asked));
        requests.collect()
    }

    /// The newest tool that has not been answered: another program's hook may have held its dialog
    /// back for long.
    pub(super) fn newest_unanswered(&self, wait: Wait) -> Option<Request> {
        let newest = self.unanswered_tools().max_by_key(|(_, tool)| tool.since)?;
        Some(request_for(newest, wait, newest.1.asks()))
    }

    /// How long from `now` until another look may tell which of several has been answered, or that a
    /// tool has joined the queue.
    pub(in crate::state) fn looks_at_queue_after(&self, now: Timestamp) -> Option<Duration> {
        let written = self.witness.wait()?.since;
        if !self.assistant.habits().queues_dialogs {
            return None;
        }
        let joins = self.unanswered_tools().filter(|(agent, tool)| {
            tool.since > written && !self.requests.holds(&which_of((*agent, tool)))
        });
        let joins = joins.map(|(_, tool)| tool.since.plus(QUEUED_AFTER).since(now).max(AT_LEAST));
        // A guess may be about a command that is allowed and about to begin.
        let is_fresh = now.since(written) <= OPENS_WITHIN;
        let is_guess = is_fresh && self.requests.iter().any(|open| open.inferred);
        let is_open = is_guess || self.requests.iter().count() > 1;
        joins.chain(is_open.then_some(LOOK_AGAIN)).min()
    }

    /// How long from `now` until the dialog of every request has opened, or was answered without one,
    /// of which no witness has said so yet.
    pub(in crate::state) fn opens_until(&self, now: Timestamp) -> Option<Duration> {
        let is_open = |request: &&OpenRequest| !request.confirmed && !request.inferred;
        let mut unseen = self.requests.iter().filter(is_open);
        let newest = unseen.by_ref().map(|open| open.request.since).max()?;
        let left = newest.plus(OPENS_WITHIN).since(now);
        (self.assistant.habits().queues_dialogs && !left.is_zero()).then_some(left)
    }

    /// Notes whether the tool of `request` was answered. What was told is not supposed otherwise.
    pub(in crate::state) fn mark_answered(&mut self, request: &Request, answered: Answered) {
        let Some(agent) = self.find_agent(request.agent_id.as_deref()) else {
            return;
        };
        let is_it = |tool: &&mut Tool| match (&tool.request_id, &request.request_id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => (&tool.name, &tool.message) == (&request.tool, &request.message),
        };
        let may_change = |tool: &&mut Tool| tool.answered != Answered::Told;
        let mut tools = agent.tools.iter_mut().filter(may_change);
        if let Some(tool) = tools.find(is_it) {
            tool.answered = answered;
        }
    }

    /// Every tool that has begun and not ended.
    pub(in crate::state) fn tools(&self) -> impl Iterator<Item = Used<'_>> {
        let subs = self.subs.iter().map(|(id, sub)| (Some(id), sub));
        let agents = std::iter::once((None, &self.main)).chain(subs);
        agents.flat_map(|(id, agent)| agent.tools.iter().map(move |tool| (id, tool)))
    }

    fn unanswered_tools(&self) -> impl Iterator<Item = Used<'_>> {
        self.tools()
            .filter(|used| !self.is_answered(*used) && !self.has_delegated(used.1))
    }

    /// Whether it was answered, also when that was heard before its start.
    fn is_answered(&self, used: Used<'_>) -> bool {
        let began = used.1.since;
        used.1.answered != Answered::No || self.requests.was_closed_since(&which_of(used), began)
    }

    /// Whether an agent has begun since that may work for this tool.
    fn has_delegated(&self, tool: &Tool) -> bool {
        let name = tool.name.as_deref();
        let delegates = name.is_some_and(|name| self.assistant.delegates_by(name));
        let works = self.subs.values().any(|sub| sub.last >= tool.since);
        delegates && (works || self.ended_sub_agents().any(|(_, at)| *at >= tool.since))
    }
}

fn request_for((agent, tool): Used<'_>, wait: Wait, a_question_is_asked: bool) -> Request {
    // What waits for input is a question where there is one, and else whatever there is.
    let is_input = tool.asks() || (wait.state == State::WaitingInput && !a_question_is_asked);
    Request {
        state: if is_input {
            State::WaitingInput
        } else {
            State::WaitingApproval
        },
        agent_id: agent.cloned(),
        request_id: tool.request_id.clone(),
        tool: tool.name.clone(),
        message: tool.message.clone(),
        since: wait.since.max(tool.since),
        ..bare(wait.state, wait.since, wait.source)
    }
}

fn which_of((agent, tool): Used<'_>) -> Which<'_> {
    Which {
        agent_id: agent.map(String::as_str),
        request_id: tool.request_id.as_deref(),
        tool: tool.name.as_deref(),
        message: tool.message.as_deref(),
    }
}
