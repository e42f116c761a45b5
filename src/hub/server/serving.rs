//! The hub's own thread: it waits in the kernel for all of its clients at once, and for nobody else.

use std::collections::BTreeMap;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::acting::Acting;
use super::approvals::Approvals;
use super::backpressure::Backpressure;
use super::cache::Cache;
use super::connection::Client;
use super::event::{Event, Scribe};
use super::names;
use super::order::{Done, Order};
use super::outbox::Item;
use super::pace::Pace;
use super::patch_requests::PatchRequests;
use super::patch_worker::Patches;
use super::publishers::Publishers;
use super::seats;
use crate::diagnostics::{self, Part};
use crate::hub::protocol::code;
use crate::state::update::Update;
use crate::sys::wake_channel::Inbox;

/// So long whoever acts is waited for in the end: to answer by keys, and to see what became of it, takes less.
const END_LIMIT: Duration = Duration::from_secs(6);

/// The hub, as its thread has it.
pub(super) struct Server {
    pub(super) cache: Cache,
    pub(super) uid: u32,
    pub(super) clients: Vec<Client>,
    pub(super) next_serial: u64,
    pub(super) publishers: Publishers,
    pub(super) backpressure: Backpressure,
    pub(super) patches: Patches,
    /// The patches that publishers were asked for.
    pub(super) patch_requests: PatchRequests,
    /// When whose changes may be told again.
    pub(super) pace: Pace,
    /// The agents of whose changes their publishers tell themselves, with what these call them.
    pub(super) tell_of_work: BTreeMap<String, String>,
    pub(super) accept_again_at: Option<Instant>,
    /// Set when it is to end: until then whoever acts is waited for.
    pub(super) ending: Option<Instant>,
    pub(super) approvals: Approvals,
    pub(super) acting: Acting,
    pub(super) scribe: Arc<dyn Scribe>,
}

impl Server {
    /// Serves until it is told that it is over.
    pub(super) fn run(&mut self, listener: &UnixListener, orders: &Inbox<Order>) {
        loop {
            let ready = self.wait(listener, orders);
            for order in orders.take().messages {
                match order {
                    Order::Update(update) => self.learn(update),
                    Order::NotTaken(reply, code, words) => self.pass_on(&reply, code, &words),
                    Order::TellsOfWork(id, called) => {
                        self.tell_of_work.insert(id, called);
                    }
                    Order::Patch(done) => self.deliver(&done),
                    Order::Acted(result) => self.tell_result(result),
                    Order::Row(id, answer) => {
                        let row = self.cache.row(&id).cloned().map(Box::new);
                        // Whoever asked may not wait any more.
                        let _ = answer.try_send(row);
                    }
                    Order::Ended(id, answer) => {
                        let session = self.cache.ended(&id).cloned().map(Box::new);
                        // The same.
                        let _ = answer.try_send(session);
                    }
                    Order::Hand(handed, answer) => {
                        // The same.
                        let _ = answer.try_send(self.hand(&handed));
                    }
                    // Commands are looked at below.
                    Order::CaughtUp => {}
                    Order::End => {
                        self.acting.close();
                        self.ending
                            .get_or_insert_with(|| Instant::now() + END_LIMIT);
                    }
                }
            }
            if self.is_over() {
                return self.say_bye();
            }
            for index in ready.clients {
                self.clients[index].receive(&self.cache);
                names::tell_apart(&mut self.clients, index);
                seats::seat(&mut self.clients, index, &self.cache);
                for what in self.clients[index].take_overstepped() {
                    let name = self.clients[index].name();
                    diagnostics::warn(Part::Hub, || format!("{name} may not: {what}"));
                    self.scribe.mention(Event::Refused(code::NOT_ALLOWED));
                    self.acting.note_overstep(what, self.clients[index].who());
                }
                self.note_life(index);
                self.grant(index);
            }
            for index in 0..self.clients.len() {
                self.grant(index);
                self.clients[index].release_if_late(&self.cache);
            }
            self.approvals.go_on(&mut self.clients, &self.cache);
            // What is due now is sent now: nothing else may happen for long.
            self.meet_deadlines();
            for client in &mut self.clients {
                client.send(&self.cache);
            }
            self.dismiss();
            if ready.listener {
                self.accept(listener);
            }
        }
    }

    fn is_over(&self) -> bool {
        let is_late = |until| self.acting.is_idle() || Instant::now() >= until;
        self.ending.is_some_and(is_late)
    }

    fn say_bye(&mut self) {
        for (result, askers) in self.acting.give_up() {
            self.tell(&result, askers);
        }
        for client in &mut self.clients {
            client.say_bye(&self.cache);
        }
    }

    fn wait(&self, listener: &UnixListener, orders: &Inbox<Order>) -> Ready {
        let now = Instant::now();
        let accepts = self.accept_again_at.is_none_or(|at| at <= now);
        let mut waiting = vec![PollFd::new(orders, PollFlags::IN)];
        if accepts {
            waiting.push(PollFd::new(listener, PollFlags::IN));
        }
        let first = waiting.len();
        let mut indices = Vec::with_capacity(self.clients.len());
        for (index, client) in self.clients.iter().enumerate() {
            if let Some(interest) = client.interest() {
                waiting.push(PollFd::new(client.stream(), interest));
                indices.push(index);
            }
        }
        let clients = first..waiting.len();
        waiting.extend(self.approvals.interest());
        let deadlines = self.clients.iter().filter_map(Client::deadline);
        let deadlines = deadlines.chain(self.approvals.deadline());
        let until = deadlines
            .chain(self.accept_again_at.filter(|_| !accepts))
            .chain(self.publishers.deadline())
            .chain(self.patch_requests.deadline())
            .chain(self.pace.deadline())
            .chain(self.ending)
            .min();
        let timeout =
            until.and_then(|until| Timespec::try_from(until.saturating_duration_since(now)).ok());
        if poll(&mut waiting, timeout.as_ref()).is_err() {
            return Ready::default();
        }
        let heard = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
        let clients = waiting[clients].iter().zip(indices);
        Ready {
            listener: accepts && !waiting[1].revents().is_empty(),
            clients: clients
                .filter(|(fd, _)| fd.revents().intersects(heard))
                .map(|(_, index)| index)
                .collect(),
        }
    }

    fn learn(&mut self, update: Update) {
        match &update {
            Update::Snapshot(rows) => {
                for name in rows.iter().filter_map(|row| row.publisher.as_deref()) {
                    self.publishers.inherit(name, Instant::now());
                }
            }
            Update::Row(row) => {
                if row.publisher.is_none() {
                    self.tell_of_work.remove(&row.id);
                }
                for client in &mut self.clients {
                    client.hear_of(row, &self.cache);
                }
                self.approvals.hear_of(row);
            }
            Update::Gone(id) => {
                self.tell_of_work.remove(id);
                self.pace.forget(id);
                for client in &mut self.clients {
                    client.hear_of_end(id, &self.cache);
                }
                self.approvals.hear_of_end(id);
            }
            _ => {}
        }
        for item in self.cache.learn(update) {
            let may_be_told = match &item {
                Item::Diff(id) => self.pace.may_tell(id, Instant::now()),
                _ => true,
            };
            if may_be_told {
                self.post(&item);
            }
        }
    }

    fn meet_deadlines(&mut self) {
        let now = Instant::now();
        for id in self.pace.take_due(now) {
            self.post(&Item::Diff(id));
        }
        for late in self.patch_requests.take_late(now) {
            self.deliver(&Done {
                client: late.client,
                request_id: late.request_id,
                result: Err("its publisher does not answer".to_owned()),
            });
        }
        if self.publishers.deadline().is_none_or(|due| due > now) {
            return;
        }
        for due in self.publishers.take_due(now) {
            self.tell_of(due.name, due.word);
            if let Some(serial) = due.ends {
                let cache = &self.cache;
                let clients = &mut self.clients;
                if let Some(client) = clients.iter_mut().find(|client| client.serial == serial) {
                    client.refuse(cache, code::SILENT, "nothing was heard for too long");
                }
            }
        }
    }
}

/// What may be done now without waiting.
#[derive(Debug, Default)]
struct Ready {
    listener: bool,
    /// By their place in the list.
    clients: Vec<usize>,
}
