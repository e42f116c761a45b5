//! What clients ask for is done here, or handed to whoever does it; and they are told what came of it.

use std::time::Instant;

use super::acting::Begun;
use super::command::{Command, What};
use super::event::{Event, Published, Said};
use super::order::{Done, Reply};
use super::serving::Server;
use super::who::Handed;
use crate::hub::protocol::{Act, ActResult, code};
use crate::state::PublisherWord;
use crate::sys::namespaces::Standing;

impl Server {
    pub(super) fn pass_on(&mut self, reply: &Reply, code: &str, words: &str) {
        let clients = &mut self.clients;
        if let Some(client) = clients
            .iter_mut()
            .find(|client| client.serial == reply.client)
        {
            client.say_error(&self.cache, code, words, false, reply.request_id.as_deref());
        }
    }

    pub(super) fn deliver(&mut self, done: &Done) {
        let clients = &mut self.clients;
        if let Some(client) = clients
            .iter_mut()
            .find(|client| client.serial == done.client)
        {
            let patch = done.result.as_ref().map_err(String::as_str).cloned();
            client.tell_patch(patch, done.request_id.as_deref(), &self.cache);
        }
    }

    /// A publisher that says anything is there.
    pub(super) fn note_life(&mut self, index: usize) {
        let client = &self.clients[index];
        let name = client.name();
        if self.publishers.hear(name, client.serial, Instant::now()) {
            let name = name.to_owned();
            self.tell_of(name, PublisherWord::Heard);
        }
    }

    /// Grants what a client commands, oldest first, as far as that can be granted now.
    pub(super) fn grant(&mut self, index: usize) {
        while let Some(command) = self.clients[index].first_command() {
            let ticket = match &command.what {
                What::Publish(_) => match self.backpressure.ticket() {
                    Some(ticket) => Some(ticket),
                    None => return,
                },
                _ => None,
            };
            let Some(Command { what, question }) = self.clients[index].take_command(&self.cache)
            else {
                return;
            };
            match what {
                What::Act(act) => self.act(index, *act, question.request_id.as_deref()),
                What::Patch(request) => {
                    let id = question.request_id.or_else(|| request.request_id.clone());
                    self.order_patch(index, &request, id);
                }
                What::Patched(patch) => self.hand_on(index, *patch, &question),
                What::Heartbeat(beat) => self.hear_heartbeat(index, beat, &question),
                What::Complain(complaint) => self.hear_complaint(index, *complaint, &question),
                What::Publish(said) => {
                    if !self.claim(index) {
                        return;
                    }
                    if let Said::Diff(agent, _) = &said
                        && self.speaks_for(index, agent)
                    {
                        self.tell_of_work.insert(agent.clone());
                    }
                    let reply = Reply {
                        client: self.clients[index].serial,
                        request_id: question.request_id,
                    };
                    let published = Published {
                        publisher: question.sender_id,
                        agent: self.clients[index].agent().map(str::to_owned),
                        said,
                        standing: self.clients[index].standing,
                        reply: Some(reply),
                        _ticket: ticket,
                    };
                    self.scribe.tell(Event::Published(Box::new(published)));
                }
            }
        }
    }

    /// Whether the client may speak under its name.
    pub(super) fn claim(&mut self, index: usize) -> bool {
        let client = &mut self.clients[index];
        let is_its = self
            .publishers
            .claim(client.name(), client.serial, Instant::now());
        if !is_its {
            let words = "another publisher with this `client_id` is connected";
            client.refuse(&self.cache, code::DUPLICATE, words);
        }
        is_its
    }

    /// Hands a decision to the hook that waits for it; whether there is one.
    pub(super) fn hand(&mut self, handed: &Handed) -> bool {
        let mut clients = self.clients.iter_mut();
        let waiting = clients.find(|client| client.waits_for(handed));
        let Some(client) = waiting else {
            return false;
        };
        client.tell_decision(handed, &self.cache);
        true
    }

    /// Has something done about an agent; what came of it is told when it is known.
    pub(super) fn act(&mut self, index: usize, act: Act, request: Option<&str>) {
        let client = &mut self.clients[index];
        if act
            .expires
            .is_some_and(|expires| expires <= self.cache.clock.now())
        {
            let result = ActResult::refused(&act.act_id, "it has expired");
            return client.tell_result(&result, request, &self.cache);
        }
        let asker = (client.serial, request.map(str::to_owned));
        match self.acting.begin(act, client.who(), asker) {
            Begun::Now => {}
            Begun::Known(result) => client.tell_result(&result, request, &self.cache),
            Begun::Busy => {
                let words = "too much is done at once";
                client.say_error(&self.cache, code::BUSY, words, false, request);
            }
        }
    }

    pub(super) fn tell_result(&mut self, result: Box<ActResult>) {
        let told = result.clone();
        for (serial, request) in self.acting.end(result) {
            let mut clients = self.clients.iter_mut();
            if let Some(client) = clients.find(|client| client.serial == serial) {
                client.tell_result(&told, request.as_deref(), &self.cache);
            }
        }
    }

    /// Tells the writer how it is with a publisher.
    pub(super) fn tell_of(&mut self, publisher: String, word: PublisherWord) {
        let message = Published {
            publisher,
            agent: None,
            said: Said::Word(word),
            standing: Standing::Home,
            reply: None,
            _ticket: None,
        };
        self.scribe.tell(Event::Published(Box::new(message)));
    }
}
