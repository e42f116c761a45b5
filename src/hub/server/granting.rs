//! What clients ask for is done here, or handed to whoever does it; and they are told what came of it.

use std::time::Instant;

use super::acting::{Asker, Begun, USED};
use super::command::{Command, What};
use super::connection::Client;
use super::event::{Event, Published, Said};
use super::order::{Done, Reply};
use super::publishers::Publishers;
use super::serving::Server;
use super::who::Handed;
use crate::diagnostics::{self, Part};
use crate::hub::protocol::{Act, ActResult, code};
use crate::state::PublisherWord;
use crate::sys::namespaces::Standing;

/// Said to whoever wants more than can be done, or than it has heard the results of.
const TOO_MUCH: &str = "too much is done at once";

/// Said to whoever has too much done, one after the other.
const TOO_OFTEN: &str =
    "too much was done with this right in the last minutes; try again in a while";

/// Said to whoever comes too late.
const ENDING: &str = "the collector ends";

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
            let speaks = matches!(
                what,
                What::Publish(_) | What::Heartbeat(_) | What::Complain(_)
            );
            if speaks && !self.claim(index) {
                return;
            }
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
                    self.note_mended(index, &said);
                    let reply = Reply {
                        client: self.clients[index].serial,
                        request_id: question.request_id,
                    };
                    let published = Published {
                        publisher: question.sender_id,
                        agent: self.clients[index].agent().map(str::to_owned),
                        said,
                        hearsay: self.clients[index].tells_hearsay(),
                        standing: self.clients[index].standing,
                        reply: Some(reply),
                        _ticket: ticket,
                    };
                    self.scribe.tell(Event::Published(Box::new(published)));
                }
            }
        }
    }

    /// Whether the client may speak under its name. One that is back is heard again, whatever it says.
    pub(super) fn claim(&mut self, index: usize) -> bool {
        self.displace_lesser(index);
        let client = &mut self.clients[index];
        let is_back = self.publishers.has_gone(client.name());
        let who = (client.serial, client.right());
        let is_its = self.publishers.claim(client.name(), who, Instant::now());
        if !is_its {
            let words = "another publisher has this `client_id`";
            client.refuse(&self.cache, code::DUPLICATE, words);
        } else if is_back {
            let name = client.name().to_owned();
            self.tell_of(name, PublisherWord::Heard);
        }
        is_its
    }

    /// Nobody keeps a name from whoever may more: the other one goes, and what it has said is forgotten.
    fn displace_lesser(&mut self, index: usize) {
        let client = &self.clients[index];
        let (name, right) = (client.name().to_owned(), client.right());
        let Some(other) = self.publishers.displace(&name, right) else {
            return;
        };
        let mut clients = self.clients.iter_mut();
        if let Some(other) = clients.find(|client| client.serial == other) {
            let words = "a publisher that may more has this `client_id`";
            other.refuse(&self.cache, code::DUPLICATE, words);
        }
        self.cache.forget_complaint(&name);
        self.trouble_at(&name, None);
        self.tell_of(name, PublisherWord::Forgotten);
    }

    /// Hands a decision to the hook that waits for it; whether there is one.
    pub(super) fn hand(&mut self, handed: &Handed) -> bool {
        let Some(index) = taker(&self.clients, &self.publishers, handed) else {
            return false;
        };
        self.clients[index].tell_decision(handed, &self.cache);
        true
    }

    /// Has something done about an agent; what came of it is told when it is known.
    pub(super) fn act(&mut self, index: usize, act: Act, request: Option<&str>) {
        let client = &mut self.clients[index];
        if !client.takes_what_it_is_told() {
            return client.say_error(&self.cache, code::BUSY, TOO_MUCH, false, request);
        }
        let id = act.act_id.clone();
        let asker = (client.serial, request.map(str::to_owned));
        match self.acting.begin(act, client.who(), asker) {
            Begun::Now => {}
            Begun::Known(result) => client.tell_result(&result, request, &self.cache),
            Begun::Used => {
                let result = ActResult::refused(&id, USED);
                client.tell_result(&result, request, &self.cache);
            }
            Begun::Busy => client.say_error(&self.cache, code::BUSY, TOO_MUCH, false, request),
            Begun::TooOften => client.say_error(&self.cache, code::BUSY, TOO_OFTEN, false, request),
            Begun::Ending => client.say_error(&self.cache, code::BUSY, ENDING, false, request),
        }
    }

    pub(super) fn tell_result(&mut self, result: Box<ActResult>) {
        let told = result.clone();
        let askers = self.acting.end(result);
        self.tell(&told, askers);
    }

    /// Tells those who wait for it what came of an act.
    pub(super) fn tell(&mut self, result: &ActResult, askers: Vec<Asker>) {
        for (serial, request) in askers {
            let mut clients = self.clients.iter_mut();
            if let Some(client) = clients.find(|client| client.serial == serial) {
                client.tell_result(result, request.as_deref(), &self.cache);
            }
        }
    }

    /// Tells the writer how it is with a publisher.
    pub(super) fn tell_of(&mut self, publisher: String, word: PublisherWord) {
        diagnostics::info(Part::Hub, || {
            let word = match word {
                PublisherWord::Heard => "is heard again",
                PublisherWord::Silent => "is silent",
                PublisherWord::Left => "has left",
                PublisherWord::Forgotten => "is forgotten",
            };
            format!("the publisher {publisher} {word}")
        });
        let message = Published {
            publisher,
            agent: None,
            said: Said::Word(word),
            hearsay: false,
            standing: Standing::Home,
            reply: None,
            _ticket: None,
        };
        self.scribe.tell(Event::Published(Box::new(message)));
    }
}

/// The hook that is told what was decided: of those that wait for it, one that runs where we do goes first.
fn taker(clients: &[Client], publishers: &Publishers, handed: &Handed) -> Option<usize> {
    let waiting = clients.iter().enumerate().filter(|(_, client)| {
        client.waits_for(handed) && !has_anothers_name(client, clients, publishers)
    });
    let first = waiting.min_by_key(|(_, client)| client.standing != Standing::Home);
    first.map(|(index, _)| index)
}

/// Whether a publisher that has come in another way speaks under the name of this client, which was let in by a
/// token: what is decided about that one's rows is told to nobody else.
fn has_anothers_name(client: &Client, clients: &[Client], publishers: &Publishers) -> bool {
    let speaks = publishers.connection_of(client.name());
    let speaker = clients.iter().find(|it| Some(it.serial) == speaks);
    client.is_relayed() && speaker.is_some_and(|speaker| !speaker.came_like(client))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use pane_patrol_hooks::approval::Verdict;

    use super::*;
    use crate::hub::protocol::Right;
    use crate::hub::server::connection::scene::{Scene, request_of};
    use crate::state::Row;

    #[test]
    fn of_several_hooks_that_wait_the_one_that_runs_where_we_do_goes_first() {
        let mut scene = Scene::new(1);
        let row = scene.row(0);
        let handed = handed(&row);
        let [elsewhere, unknown, home, later] = [
            Standing::Elsewhere,
            Standing::Unknown,
            Standing::Home,
            Standing::Home,
        ]
        .map(|standing| scene.waits(&row, standing, None, "hook-1"));
        let clients = [elsewhere, unknown, home, later];
        let publishers = Publishers::default();
        assert_eq!(taker(&clients, &publishers, &handed), Some(2));
        assert_eq!(taker(&clients[..2], &publishers, &handed), Some(0));
        assert_eq!(taker(&[], &publishers, &handed), None);
        let other = Handed {
            row: "another".to_owned(),
            ..handed
        };
        assert_eq!(taker(&clients, &publishers, &other), None);
    }

    #[test]
    fn a_token_gets_no_decision_by_calling_itself_as_an_own_publisher() {
        let mut scene = Scene::new(1);
        let row = scene.published(0, "wrap-1");
        let handed = handed(&row);
        let thief = scene.waits(&row, Standing::Unknown, Some(Right::Publish), "wrap-1");
        let own = scene.waits(&row, Standing::Home, None, "wrap-1");
        let its = scene.waits(&row, Standing::Unknown, Some(Right::Publish), "wrap-1");
        let now = Instant::now();
        let mut publishers = Publishers::default();
        assert!(publishers.claim("wrap-1", (own.serial, Right::Own), now));
        let clients = [thief, own, its];
        assert_eq!(taker(&clients, &publishers, &handed), Some(1));
        assert_eq!(
            taker(&clients[..1], &publishers, &handed),
            Some(0),
            "nobody speaks"
        );
        // Whoever speaks by the same token may wait on a connection of its own.
        let mut publishers = Publishers::default();
        let claimed = publishers.claim("wrap-1", (clients[2].serial, Right::Publish), now);
        assert!(claimed);
        let [thief, _, its] = clients;
        assert_eq!(taker(&[thief, its], &publishers, &handed), Some(0));
    }

    fn handed(row: &Row) -> Handed {
        Handed {
            row: row.id.clone(),
            instance_id: row.instance_id.clone(),
            request: request_of(row),
            verdict: Verdict::Allow,
        }
    }
}
