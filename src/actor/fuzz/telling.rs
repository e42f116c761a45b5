//! What can be known of a world: by its screen, its transcripts, its hooks and its processes.

use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::text::told_line;

use super::{OpenRequest, Scenery, screens};
use crate::state::{Bound, Request};

impl Scenery {
    /// Whether other agents are at work.
    pub(super) fn has_company(&self) -> bool {
        let has_agents = self.all.iter().any(|asked| asked.agent.is_some());
        self.assistant == "claude" && (self.is_old || has_agents)
    }

    /// What the transcripts hold without a result.
    pub(super) fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        let is_open = |asked: &&OpenRequest| {
            let waits = self.asked.iter().chain(&self.queued);
            let mut waits = waits.map(|asked| asked.id);
            waits.any(|id| id == asked.id) || self.running.contains(&asked.id)
        };
        let open = self.all.iter().filter(is_open);
        let open = open.filter(|asked| self.assistant == "claude" && asked.written <= self.now);
        let call = |asked: &OpenRequest| {
            let sibling = bound.sibling(&self.request(asked));
            Bound {
                call: Some(asked.id.to_string()),
                ..self.in_full(sibling)
            }
        };
        open.map(call).collect()
    }

    pub(super) fn request(&self, asked: &OpenRequest) -> Request {
        // The dialog of a long one opens later than its call is made.
        let age = Duration::from_secs(if asked.words.len() > 1_000 { 60 } else { 0 });
        Request {
            state: if asked.is_question {
                State::WaitingInput
            } else {
                State::WaitingApproval
            },
            request_id: Some(asked.id.to_string()),
            agent_id: asked.agent.map(|agent| agent.to_string()),
            tool: Some("Bash".to_owned()),
            message: Some(told_line(asked.words, 200)),
            since: self.now.minus(age),
            source: Source::Hook,
        }
    }

    pub(super) fn screen(&self) -> String {
        match self.forged.as_ref().or(self.asked.as_ref()) {
            Some(asked) => screens::dialog(self, asked),
            None => screens::nothing(),
        }
    }

    /// What tmux and the processes tell of the pane.
    pub(super) fn unfit(&self) -> Option<&'static str> {
        (self.in_mode || self.synchronized || self.forged.is_some()).then_some("it is busy")
    }

    /// Only Claude's transcript holds a request while it is open.
    pub(super) fn in_full(&self, mut bound: Bound) -> Bound {
        let is_it = |asked: &&OpenRequest| Some(asked.id.to_string()) == bound.request.request_id;
        let known = self.all.iter().find(is_it);
        let known = known.filter(|asked| self.assistant == "claude" && !asked.is_question);
        if let Some(asked) = known {
            bound.command = Some(asked.words.to_owned());
            bound.input = Some(asked.input());
        }
        bound
    }
}
