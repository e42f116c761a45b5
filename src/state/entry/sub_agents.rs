//! Sub-agents, which live under the row of their main agent.

use pane_patrol_hooks::adapter::Witness;
use pane_patrol_hooks::event::{Event, Kind, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;
use super::tools::request_of;
use crate::state::reason::Reason;

impl Entry {
    /// An assistant may go on to name a sub-agent that has ended in all that its main agent does next; it never
    /// takes one up again.
    pub(super) fn is_main_in_disguise(&self, id: &str, event: &Event) -> bool {
        let ended = self.sub_agent_ended(id);
        let is_own = matches!(
            event.event.as_deref(),
            Some("SubagentStart" | "SubagentStop")
        );
        event.assistant.habits().keeps_naming_sub_agents
            && !is_own
            && ended.is_some_and(|at| at < event.ts)
    }

    pub(super) fn apply_sub_event(&mut self, id: &str, event: &Event) -> Option<Reason> {
        let ended = self.sub_agent_ended(id);
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

    pub(super) fn end_sub(&mut self, id: &str, at: Timestamp) {
        self.subs.remove(id);
        // Its result starts a turn some 100 ms later; all that time the session file says busy. Of a title that says
        // nothing any more nobody tells.
        let is_told_later = self.assistant.habits().witness != Witness::Title;
        self.background = self.subs.is_empty() && is_told_later && self.witness.says_busy();
        self.requests.close_agent(Some(id), at);
        self.remember_end_of(id, at);
    }
}

pub(super) fn ends_agent(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TurnFinished | Kind::TurnFailed | Kind::Interrupted | Kind::SessionEnded
    )
}
