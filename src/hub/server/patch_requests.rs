//! Patches that publishers were asked for: who wants them, and until when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::hub::protocol::{AgentPatch, RequestPatch};

/// A publisher answers within this time.
const LIMIT: Duration = Duration::from_secs(5);

/// Who wants a patch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The serial number of the client's connection.
    pub(super) client: u64,
    /// Given back with the answer.
    pub(super) request_id: Option<String>,
    /// The agent, by its id.
    pub(super) agent: String,
    publisher: u64,
    /// What its publisher calls the agent.
    called: String,
    path: String,
    until: Instant,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct PatchRequests {
    open: BTreeMap<String, Wanted>,
    last: u64,
}

impl PatchRequests {
    /// Notes that `publisher` is asked, who calls the agent so, for what `client` wants; by what its answer is
    /// known.
    pub(super) fn ask(
        &mut self,
        wanted: &RequestPatch,
        called: &str,
        (client, request_id): (u64, Option<&str>),
        publisher: u64,
    ) -> String {
        // By the words of whoever asks, unless another one uses the same.
        let own = request_id.filter(|own| !self.open.contains_key(*own));
        let ticket = own.map_or_else(|| self.free_ticket(), str::to_owned);
        let wanted = Wanted {
            client,
            request_id: request_id.map(str::to_owned),
            agent: wanted.agent_id.clone(),
            publisher,
            called: called.to_owned(),
            path: wanted.path.clone(),
            until: Instant::now() + LIMIT,
        };
        self.open.insert(ticket.clone(), wanted);
        ticket
    }

    /// One that nobody uses, whatever clients call their requests.
    fn free_ticket(&mut self) -> String {
        loop {
            self.last += 1;
            let ticket = format!("patch-{}", self.last);
            if !self.open.contains_key(&ticket) {
                return ticket;
            }
        }
    }

    /// Who wants what `publisher` has answered; `None` when it was asked for something else.
    pub(super) fn take(
        &mut self,
        ticket: Option<&str>,
        publisher: u64,
        answer: &AgentPatch,
    ) -> Option<Wanted> {
        let is_meant = |wanted: &Wanted| {
            wanted.publisher == publisher
                && wanted.called == answer.agent_id
                && wanted.path == answer.path
        };
        // An answer need not repeat by what it was asked.
        let is_named = |known: &str| ticket.is_none_or(|ticket| ticket == known);
        let mut open = self.open.iter();
        let (ticket, _) = open.find(|(known, wanted)| is_named(known) && is_meant(wanted))?;
        let ticket = ticket.clone();
        self.open.remove(&ticket)
    }

    /// When the first of them is late.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.open.values().map(|wanted| wanted.until).min()
    }

    /// Who waits in vain.
    pub(super) fn take_late(&mut self, now: Instant) -> Vec<Wanted> {
        let open = std::mem::take(&mut self.open);
        let (late, open) = open
            .into_iter()
            .partition(|(_, wanted)| wanted.until <= now);
        self.open = open;
        let late: BTreeMap<String, Wanted> = late;
        late.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_place_whatever_others_call_theirs() {
        let wanted = RequestPatch {
            agent_id: "a".to_owned(),
            path: "f".to_owned(),
            context_lines: 3,
            include_untracked: true,
            request_id: None,
            change: None,
        };
        let mut requests = PatchRequests::default();
        for name in ["patch-2", "patch-2", "patch-4", "patch-4"] {
            requests.ask(&wanted, "a", (1, Some(name)), 7);
        }
        assert_eq!(requests.open.len(), 4);
    }
}
