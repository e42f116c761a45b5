//! A hook that waits for a decision: which request it waits for, and whether that is still asked.

use std::time::{Duration, Instant};

use pane_patrol_hooks::approval::CompleteRequest;
use pane_patrol_hooks::event::Event;

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
}

impl Waiter {
    pub(super) fn new(event: Event, input: Option<CompleteRequest>) -> Self {
        let input = input.filter(|input| event.tool.as_ref() == Some(&input.tool));
        Self {
            event,
            input,
            ticket: None,
            since: Instant::now(),
            asked: None,
        }
    }

    /// Takes a row as it is now into account; false when its request is gone.
    pub(super) fn hear(&mut self, row: &Row) -> bool {
        match &self.asked {
            Some((id, _)) if *id != row.id => true,
            Some((_, request)) => {
                row.instance_id == self.event.instance_id && row.waiting.contains(request)
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
            is_elsewhere: self.event.pane.is_none(),
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

    fn is_for(&self, row: &Row, request: &Request) -> bool {
        let event = &self.event;
        let same_pane = row.pane == event.pane && row.server == event.server
            || event.pane.is_none() && row.has_address(&event.target);
        same_pane
            && row.assistant == event.assistant
            && row.instance_id == event.instance_id
            && request.agent_id == event.agent_id
            && request.tool == event.tool
            && request.message == event.message
    }
}
