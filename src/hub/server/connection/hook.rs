//! A client that is a hook: it waits for a decision about one request, and goes with it.

use std::time::Instant;

use pane_patrol_hooks::approval::Asked;
use serde::Serialize;

use super::Client;
use crate::hub::server::cache::World;
use crate::hub::server::case::Case;
use crate::hub::server::waiter::Waiting;
use crate::hub::server::who::Handed;
use crate::state::Row;

impl Client {
    /// Whether a hook waits here for just this decision.
    pub(in crate::hub::server) fn waits_for(&self, handed: &Handed) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|waiting| waiting.takes(handed))
    }

    /// What the rules are still to judge, once.
    pub(in crate::hub::server) fn take_unjudged(&mut self) -> Option<(Case, Asked)> {
        self.waiting.as_mut()?.take_unjudged()
    }

    /// Notes under which number it is judged.
    pub(in crate::hub::server) fn take_ticket(&mut self, ticket: u64) {
        if let Some(waiting) = &mut self.waiting {
            waiting.ticket = Some(ticket);
        }
    }

    /// Whether this number's answer is awaited here.
    pub(in crate::hub::server) fn holds(&self, ticket: u64) -> bool {
        let waiting = self.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.ticket == Some(ticket))
    }

    /// A row as it is now: a hook whose request it does not ask any more is released.
    pub(in crate::hub::server) fn hear_of(&mut self, row: &Row, world: &World) {
        let waiting = self.waiting.as_mut();
        if waiting.is_some_and(|waiting| !waiting.hear(row)) {
            self.release(world);
        }
    }

    /// The row with this id is gone.
    pub(in crate::hub::server) fn hear_of_end(&mut self, id: &str, world: &World) {
        let waiting = self.waiting.as_ref();
        if waiting.is_some_and(|waiting| !waiting.hear_gone(id)) {
            self.release(world);
        }
    }

    /// A hook whose event never came to the table waits for nothing.
    pub(in crate::hub::server) fn release_if_late(&mut self, world: &World) {
        let deadline = self.waiting.as_ref().and_then(Waiting::deadline);
        if deadline.is_some_and(|at| Instant::now() >= at) {
            self.release(world);
        }
    }

    /// Lets the hook go without a decision.
    pub(in crate::hub::server) fn release(&mut self, world: &World) {
        self.serve("released", &serde_json::json!({}), world);
    }

    /// Gives the hook its decision, and lets it go.
    pub(in crate::hub::server) fn tell_decision(&mut self, handed: &Handed, world: &World) {
        self.serve("decision", &handed.verdict, world);
    }

    fn serve(&mut self, kind: &str, payload: &impl Serialize, world: &World) {
        self.waiting = None;
        self.is_served = true;
        let said = world.voice.say(kind, payload, None, world.clock.now());
        self.push(&said, world);
    }
}
