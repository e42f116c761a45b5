//! A hook that waits for a decision: which request it waits for, and whether that is still asked.

use std::time::{Duration, Instant};

use pane_patrol_hooks::approval::CompleteRequest;
use pane_patrol_hooks::event::{Event, Kind};

use super::case::Case;
use super::who::Handed;
use crate::state::{Request, Row};

/// Its event comes to the table by another way; by then the row must ask it.
const EVENT_LIMIT: Duration = Duration::from_secs(3);

/// See the module.
#[derive(Debug)]
pub(super) struct Waiter {
    event: Event,
    since: Instant,
    /// The row's id and the request in it, once the row has asked it.
    asked: Option<(String, Request)>,
    /// What rules are to judge, until they do.
    input: Option<CompleteRequest>,
    /// By which the rules' answer comes back.
    pub(super) ticket: Option<u64>,
    /// Whoever waits was let in by a token: only rows of the publisher of this name are its. What hooks or
    /// an assistant's own records tell of is decided at a hook of ours.
    only_of: Option<String>,
}

impl Waiter {
    /// `only_of`: the publisher whose rows alone may ask, where that is not any.
    pub(super) fn new(
        event: Event,
        input: Option<CompleteRequest>,
        only_of: Option<String>,
    ) -> Self {
        // Questions are the person's: nothing judges them.
        let is_ruled = event.kind != Some(Kind::InputRequested);
        let input = input.filter(|input| is_ruled && event.tool.as_ref() == Some(&input.tool));
        Self {
            event,
            input,
            ticket: None,
            only_of,
            since: Instant::now(),
            asked: None,
        }
    }

    /// Takes a row as it is now into account; false when its request is gone.
    pub(super) fn hear(&mut self, row: &Row) -> bool {
        match &self.asked {
            Some((id, _)) if *id != row.id => true,
            Some((_, request)) => {
                row.instance_id == self.event.instance_id
                    && row.waiting.contains(request)
                    && self.may_be_of(row)
            }
            None => {
                let request = row.waiting.iter().find(|request| self.is_for(row, request));
                self.asked = request.map(|request| (row.id.clone(), request.clone()));
                true
            }
        }
    }

    /// False when the row that is gone is the one that asked.
    pub(super) fn hear_gone(&self, row: &str) -> bool {
        self.asked.as_ref().is_none_or(|(id, _)| id != row)
    }

    /// When there is no use in waiting for its event any longer.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.asked.is_none().then_some(self.since + EVENT_LIMIT)
    }

    /// The request and its complete input, once, as soon as the row asks it.
    pub(super) fn take_unjudged(&mut self) -> Option<(Case, CompleteRequest)> {
        let (row, request) = self.asked.clone()?;
        let case = Case {
            row,
            instance_id: self.event.instance_id.clone(),
            request,
            is_elsewhere: self.event.pane.is_none() && self.event.target.process().is_none(),
        };
        Some((case, self.input.take()?))
    }

    /// Whether this is what was decided about.
    pub(super) fn takes(&self, handed: &Handed) -> bool {
        let Some((id, request)) = &self.asked else {
            return false;
        };
        *id == handed.row
            && *request == handed.request
            && self.event.instance_id == handed.instance_id
    }

    fn may_be_of(&self, row: &Row) -> bool {
        let only = self.only_of.as_deref();
        only.is_none_or(|only| row.publisher.as_deref() == Some(only))
    }

    fn is_for(&self, row: &Row, request: &Request) -> bool {
        let event = &self.event;
        let same_pane = row.pane == event.pane && row.server == event.server
            || event.pane.is_none() && row.has_address(&event.target);
        same_pane
            && self.may_be_of(row)
            && row.assistant == event.assistant
            && row.instance_id == event.instance_id
            && request.agent_id == event.agent_id
            && request.tool == event.tool
            && request.message == event.message
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn whoever_came_by_a_token_waits_for_rows_of_its_own_alone() {
        let asks = row(1, "claude", State::WaitingApproval, "a:0.0", 5).asks("Bash", "touch f");
        let state = State::WaitingApproval;
        let assistant = asks.assistant.clone();
        let mut event = Event::new(assistant, state, asks.target.clone(), asks.since);
        (event.pane, event.server) = (asks.pane, asks.server.clone());
        event.instance_id.clone_from(&asks.instance_id);
        (event.tool, event.message) = (Some("Bash".into()), Some("touch f".into()));
        let handed = Handed {
            row: asks.id.clone(),
            instance_id: asks.instance_id.clone(),
            request: asks.waiting[0].clone(),
            verdict: pane_patrol_hooks::approval::Verdict::Allow,
        };
        let takes = |only_of: Option<&str>, publisher: Option<&str>| {
            let mut waiter = Waiter::new(event.clone(), None, only_of.map(str::to_owned));
            let mut row = asks.clone();
            row.publisher = publisher.map(str::to_owned);
            waiter.hear(&row);
            waiter.takes(&handed)
        };
        assert!(takes(None, None), "a hook of ours");
        assert!(takes(Some("p"), Some("p")));
        assert!(!takes(Some("p"), None), "hooks tell of it");
        assert!(!takes(Some("p"), Some("q")), "another one's");
    }
}
