//! A client that is a hook: it waits for a decision about one request, and goes with it.

use std::time::Instant;

use pane_patrol_hooks::approval::CompleteRequest;
use serde::Serialize;

use super::Client;
use crate::hub::server::cache::Cache;
use crate::hub::server::case::Case;
use crate::hub::server::waiter::Waiter;
use crate::hub::server::who::Handed;
use crate::state::Row;

impl Client {
    /// Whether a hook waits here for just this decision.
    pub(in crate::hub::server) fn waits_for(&self, handed: &Handed) -> bool {
        self.waiter
            .as_ref()
            .is_some_and(|waiter| waiter.takes(handed))
    }

    /// What the rules are still to judge, once.
    pub(in crate::hub::server) fn take_unjudged(&mut self) -> Option<(Case, CompleteRequest)> {
        self.waiter.as_mut()?.take_unjudged()
    }

    /// Notes under which number it is judged.
    pub(in crate::hub::server) fn take_ticket(&mut self, ticket: u64) {
        if let Some(waiter) = &mut self.waiter {
            waiter.ticket = Some(ticket);
        }
    }

    /// Whether this number's answer is awaited here.
    pub(in crate::hub::server) fn holds(&self, ticket: u64) -> bool {
        let waiter = self.waiter.as_ref();
        waiter.is_some_and(|waiter| waiter.ticket == Some(ticket))
    }

    /// A row as it is now: a hook whose request it does not ask any more is released.
    pub(in crate::hub::server) fn hear_of(&mut self, row: &Row, cache: &Cache) {
        let waiter = self.waiter.as_mut();
        if waiter.is_some_and(|waiter| !waiter.hear(row)) {
            self.release(cache);
        }
    }

    /// The row with this id is gone.
    pub(in crate::hub::server) fn hear_of_end(&mut self, id: &str, cache: &Cache) {
        let waiter = self.waiter.as_ref();
        if waiter.is_some_and(|waiter| !waiter.hear_gone(id)) {
            self.release(cache);
        }
    }

    /// A hook whose event never came to the table waits for nothing.
    pub(in crate::hub::server) fn release_if_late(&mut self, cache: &Cache) {
        let deadline = self.waiter.as_ref().and_then(Waiter::deadline);
        if deadline.is_some_and(|at| Instant::now() >= at) {
            self.release(cache);
        }
    }

    /// Lets the hook go without a decision.
    pub(in crate::hub::server) fn release(&mut self, cache: &Cache) {
        self.serve("released", &serde_json::json!({}), cache);
    }

    /// Gives the hook its decision, and lets it go.
    pub(in crate::hub::server) fn tell_decision(&mut self, handed: &Handed, cache: &Cache) {
        self.serve("decision", &handed.verdict, cache);
    }

    fn serve(&mut self, kind: &str, payload: &impl Serialize, cache: &Cache) {
        self.waiter = None;
        self.is_served = true;
        let said = cache.voice.say(kind, payload, None, cache.clock.now());
        self.push(&said, cache);
    }
}
