//! The hub: serves every row to whoever connects to `hub.sock`, in one thread that waits in the
//! kernel for all of its clients at once.
//!
//! What publishers say goes to the writer, which alone knows the table; how much of it may be on its way
//! is bounded ([`flow`]). What takes time is done elsewhere ([`patches`]).
//!
//! Nobody is waited for. What a client has not read yet is kept as "this row has changed", not as a
//! queue, so that a slow client gets the last state of each row and costs nothing; one that does not
//! read at all is dropped.

mod acting;
mod asked;
mod client;
mod flow;
mod judging;
mod owed;
mod pace;
mod patches;
mod publishers;
mod publishing;
mod seats;
mod waiting;
mod wish;
mod world;

use std::collections::BTreeSet;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::belief::Standing;
use super::{Message, judge};
use crate::act::acts;
use crate::act::who::Handed;
use crate::protocol::{Act, ActResult, Voice, code};
use crate::state::update::Feed;
use crate::state::{PublisherWord, Row};
use crate::sys::monotone_clock::Clock;
use crate::sys::socket_file::SocketFile;
use crate::sys::wake_channel::{Inbox, Orders, inbox};
use acting::{Acting, Begun, Desk};
use asked::Asked;
use client::{Client, Fate};
use flow::Flow;
use judging::Judging;
use owed::Item;
use pace::Pace;
use patches::{Done, Patches};
use publishers::Publishers;
use wish::{What, Wish};
use world::World;

pub(super) use patches::Patcher;
pub(super) use wish::{Published, Reply, Said};

/// Said to whoever asks for more patches than it takes.
const BUSY: &str = "too many patches are asked for at once";

/// When the system has no file descriptor left, the next connection is looked at after this time.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What the hub's thread is told.
#[derive(Debug)]
enum Order {
    /// Something to know.
    Feed(Feed),
    /// A publisher's message was not taken: code and words.
    NotTaken(Reply, &'static str, String),
    /// An act was carried out, or not.
    Acted(Box<ActResult>),
    /// Whoever carries one out wants to know how a row is.
    Row(String, SyncSender<Option<Box<Row>>>),
    /// The same has something for the hook that waits for it; whether one does.
    Hand(Box<Handed>, SyncSender<bool>),
    /// A patch is there, or why it is not.
    Patch(Box<Done>),
    /// The writer takes messages of publishers again.
    CaughtUp,
    /// It is over.
    End,
}

/// What the hub has done elsewhere than in its own thread.
pub(super) struct Hands {
    /// Requests that wait at a hook are judged by these.
    pub(super) rules: judge::Setup,
    /// Makes patches.
    pub(super) make_patch: Patcher,
    /// Acts for whoever may have that done.
    pub(super) actor: acts::Setup,
}

/// The running hub; it ends, and its socket file goes, when this is dropped.
#[derive(Debug)]
pub(super) struct Hub {
    orders: Arc<Orders<Order>>,
    thread: Option<JoinHandle<()>>,
    _file: SocketFile,
}

impl Hub {
    /// Serves whoever connects to the socket. Clients that are refused or dropped, and what publishers
    /// say, are reported to `output`.
    pub(super) fn open(
        (listener, file): (UnixListener, SocketFile),
        voice: Voice,
        uid: u32,
        clock: Arc<Clock>,
        hands: Hands,
        output: SyncSender<Message>,
    ) -> io::Result<Self> {
        let (orders, orders_in) = inbox()?;
        let orders = Arc::new(orders);
        let judging = judge::spawn(hands.rules, output.clone())?;
        let patches = Patches::start(hands.make_patch, Arc::clone(&orders))?;
        let orders_again = Arc::clone(&orders);
        let desk = Arc::new(Desk(Arc::clone(&orders)));
        let table = output.clone();
        let tell = move |input, at| table.send(Message::Input(input, at)).is_ok();
        let actor = hands.actor.actor(desk, Arc::clone(&clock), Box::new(tell));
        let mut server = Server {
            world: World::new(voice, clock),
            uid,
            clients: Vec::new(),
            next_serial: 0,
            publishers: Publishers::default(),
            flow: Flow::new(Arc::clone(&orders)),
            patches,
            asked: Asked::default(),
            pace: Pace::default(),
            tell_of_work: BTreeSet::new(),
            accept_again_at: None,
            judging: Judging::new(judging),
            acting: Acting::new(actor, orders_again),
            output,
        };
        let thread = std::thread::Builder::new()
            .name("hub".into())
            .spawn(move || server.run(&listener, &orders_in))?;
        Ok(Self {
            orders,
            thread: Some(thread),
            _file: file,
        })
    }

    /// Tells every subscriber; does not wait.
    pub(super) fn publish(&self, feed: Feed) {
        self.orders.send(Order::Feed(feed));
    }

    /// Tells a publisher that its message was not taken.
    pub(super) fn complain(&self, reply: Reply, code: &'static str, words: String) {
        self.orders.send(Order::NotTaken(reply, code, words));
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.orders.send(Order::End);
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

struct Server {
    world: World,
    uid: u32,
    clients: Vec<Client>,
    next_serial: u64,
    publishers: Publishers,
    flow: Flow,
    patches: Patches,
    /// The patches that publishers were asked for.
    asked: Asked,
    /// When whose changes may be told again.
    pace: Pace,
    /// The agents of whose changes their publishers tell themselves.
    tell_of_work: BTreeSet<String>,
    accept_again_at: Option<Instant>,
    judging: Judging,
    acting: Acting,
    output: SyncSender<Message>,
}

impl Server {
    fn run(&mut self, listener: &UnixListener, orders: &Inbox<Order>) {
        loop {
            let ready = self.wait(listener, orders);
            for order in orders.take().messages {
                match order {
                    Order::Feed(feed) => self.learn(feed),
                    Order::NotTaken(reply, code, words) => self.pass_on(&reply, code, &words),
                    Order::Patch(done) => self.deliver(&done),
                    Order::Acted(result) => self.tell_result(result),
                    Order::Row(id, answer) => {
                        let row = self.world.row(&id).cloned().map(Box::new);
                        // Whoever asked may not wait any more.
                        let _ = answer.try_send(row);
                    }
                    Order::Hand(handed, answer) => {
                        // The same.
                        let _ = answer.try_send(self.hand(&handed));
                    }
                    // Wishes are looked at below.
                    Order::CaughtUp => {}
                    Order::End => {
                        for client in &mut self.clients {
                            client.say_bye(&self.world);
                        }
                        return;
                    }
                }
            }
            for index in ready.clients {
                seats::offer(&mut self.clients, index);
                self.clients[index].receive(&self.world);
                seats::make_room(&mut self.clients, &self.world);
                if let Some(what) = self.clients[index].take_overstepped() {
                    report(&self.output, code::NOT_ALLOWED);
                    self.acting.note_overstep(what, self.clients[index].who());
                }
                self.note_life(index);
                self.grant(index);
            }
            for index in 0..self.clients.len() {
                self.grant(index);
                self.clients[index].release_if_late(&self.world);
            }
            self.judging.go_on(&mut self.clients, &self.world);
            // What is due now is sent now: nothing else may happen for long.
            self.meet_deadlines();
            for client in &mut self.clients {
                client.send(&self.world);
            }
            self.dismiss();
            if ready.listener {
                self.accept(listener);
            }
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
        waiting.extend(self.judging.interest());
        let deadlines = self.clients.iter().filter_map(Client::deadline);
        let deadlines = deadlines.chain(self.judging.deadline());
        let until = deadlines
            .chain(self.accept_again_at.filter(|_| !accepts))
            .chain(self.publishers.deadline())
            .chain(self.asked.deadline())
            .chain(self.pace.deadline())
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

    fn learn(&mut self, feed: Feed) {
        match &feed {
            Feed::Snapshot(rows) => {
                for name in rows.iter().filter_map(|row| row.publisher.as_deref()) {
                    self.publishers.inherit(name, Instant::now());
                }
            }
            Feed::Row(row) => {
                for client in &mut self.clients {
                    client.hear_of(row, &self.world);
                }
                self.judging.hear_of(row);
            }
            Feed::Gone(id) => {
                self.tell_of_work.remove(id);
                self.pace.forget(id);
                for client in &mut self.clients {
                    client.hear_of_end(id, &self.world);
                }
                self.judging.hear_of_end(id);
            }
            _ => {}
        }
        let Some(item) = self.world.learn(feed) else {
            return;
        };
        let may_be_told = match &item {
            Item::Diff(id) => self.pace.may_tell(id, Instant::now()),
            _ => true,
        };
        if may_be_told {
            self.owe(&item);
        }
    }

    fn pass_on(&mut self, reply: &Reply, code: &str, words: &str) {
        let clients = &mut self.clients;
        if let Some(client) = clients
            .iter_mut()
            .find(|client| client.serial == reply.client)
        {
            client.say_error(&self.world, code, words, false, reply.request_id.as_deref());
        }
    }

    fn deliver(&mut self, done: &Done) {
        let clients = &mut self.clients;
        if let Some(client) = clients
            .iter_mut()
            .find(|client| client.serial == done.client)
        {
            let patch = done.result.as_ref().map_err(String::as_str).cloned();
            client.tell_patch(patch, done.request_id.as_deref(), &self.world);
        }
    }

    /// A publisher that says anything is there.
    fn note_life(&mut self, index: usize) {
        let client = &self.clients[index];
        let name = client.name();
        if self.publishers.hear(name, client.serial, Instant::now()) {
            let name = name.to_owned();
            self.tell_of(name, PublisherWord::Heard);
        }
    }

    /// Grants what a client wishes, oldest first, as far as it can be granted now.
    fn grant(&mut self, index: usize) {
        while let Some(wish) = self.clients[index].first_wish() {
            let ticket = match &wish.what {
                What::Publish(_) => match self.flow.ticket() {
                    Some(ticket) => Some(ticket),
                    None => return,
                },
                _ => None,
            };
            let Some(Wish { what, question }) = self.clients[index].take_wish(&self.world) else {
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
                    // Nobody listens any more: the hub is about to end.
                    let _ = self.output.send(Message::Published(Box::new(published)));
                }
            }
        }
    }

    /// Whether the client may speak under its name.
    fn claim(&mut self, index: usize) -> bool {
        let client = &mut self.clients[index];
        let is_its = self
            .publishers
            .claim(client.name(), client.serial, Instant::now());
        if !is_its {
            let words = "another publisher with this `client_id` is connected";
            client.refuse(&self.world, code::DUPLICATE, words);
        }
        is_its
    }

    /// Hands a decision to the hook that waits for it; whether there is one.
    fn hand(&mut self, handed: &Handed) -> bool {
        let mut clients = self.clients.iter_mut();
        let waiting = clients.find(|client| client.waits_for(handed));
        let Some(client) = waiting else {
            return false;
        };
        client.tell_decision(handed, &self.world);
        true
    }

    /// Has something done about an agent; what came of it is told when it is known.
    fn act(&mut self, index: usize, act: Act, request: Option<&str>) {
        let client = &mut self.clients[index];
        if act
            .expires
            .is_some_and(|expires| expires <= self.world.clock.now())
        {
            let result = ActResult::refused(&act.act_id, "it has expired");
            return client.tell_result(&result, request, &self.world);
        }
        let asker = (client.serial, request.map(str::to_owned));
        match self.acting.begin(act, client.who(), asker) {
            Begun::Now => {}
            Begun::Known(result) => client.tell_result(&result, request, &self.world),
            Begun::Busy => {
                let words = "too much is done at once";
                client.say_error(&self.world, code::BUSY, words, false, request);
            }
        }
    }

    fn tell_result(&mut self, result: Box<ActResult>) {
        let told = result.clone();
        for (serial, request) in self.acting.end(result) {
            let mut clients = self.clients.iter_mut();
            if let Some(client) = clients.find(|client| client.serial == serial) {
                client.tell_result(&told, request.as_deref(), &self.world);
            }
        }
    }

    /// Tells the writer how it is with a publisher.
    fn tell_of(&mut self, publisher: String, word: PublisherWord) {
        let message = Published {
            publisher,
            agent: None,
            said: Said::Word(word),
            standing: Standing::Home,
            reply: None,
            _ticket: None,
        };
        // Nobody listens any more: the hub is about to end.
        let _ = self.output.send(Message::Published(Box::new(message)));
    }

    fn meet_deadlines(&mut self) {
        let now = Instant::now();
        for id in self.pace.take_due(now) {
            self.owe(&Item::Diff(id));
        }
        for late in self.asked.take_late(now) {
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
                let world = &self.world;
                let clients = &mut self.clients;
                if let Some(client) = clients.iter_mut().find(|client| client.serial == serial) {
                    client.refuse(world, code::SILENT, "nothing was heard for too long");
                }
            }
        }
    }

    /// Lets go of the clients that have left or have to.
    fn dismiss(&mut self) {
        let now = Instant::now();
        let mut gone = Vec::new();
        let output = &self.output;
        self.clients.retain_mut(|client| {
            match client.fate(now) {
                Fate::Stays => return true,
                Fate::Left => {}
                Fate::Dropped(reason) => report(output, reason),
            }
            gone.push((client.name().to_owned(), client.serial));
            false
        });
        for (name, serial) in gone {
            if self.publishers.leave(&name, serial, now) {
                self.world.forget_complaint(&name);
                self.trouble_at(&name, None);
                self.tell_of(name, PublisherWord::Left);
            }
        }
    }

    fn accept(&mut self, listener: &UnixListener) {
        // Not more at once than wait for a seat: each is heard before it is the oldest of these.
        for _ in 0..seats::UNPROVEN / 2 {
            match listener.accept() {
                Ok((stream, address)) => self.welcome(stream, !address.is_unnamed()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.accept_again_at = None;
                    return;
                }
                Err(_) => {
                    self.accept_again_at = Some(Instant::now() + ACCEPT_PAUSE);
                    return;
                }
            }
        }
    }

    /// Lets a connection wait for its hello. `is_relayed`: it carries what somebody else says.
    fn welcome(&mut self, stream: UnixStream, is_relayed: bool) {
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        let peer = peer(&stream);
        let standing = match peer {
            _ if is_relayed => Standing::Unknown,
            Some((_, pid)) => Standing::of(pid),
            None => Standing::Home,
        };
        let is_ours = peer.is_none_or(|(user, _)| user == self.uid || user == 0);
        self.next_serial += 1;
        let mut client = Client::new(self.next_serial, stream, standing, is_relayed);
        if !is_ours {
            client.refuse(
                &self.world,
                code::FOREIGN,
                "this hub belongs to another user",
            );
        }
        client.send(&self.world);
        self.clients.push(client);
        seats::make_room(&mut self.clients, &self.world);
        self.dismiss();
    }
}

/// What may be done now without waiting.
#[derive(Debug, Default)]
struct Ready {
    listener: bool,
    /// By their place in the list.
    clients: Vec<usize>,
}

/// A full channel means that the collector is busy; then the count matters less than the clients.
fn report(output: &SyncSender<Message>, reason: &'static str) {
    let _ = output.try_send(Message::Refused(reason));
}

/// The user and the process at the other end, as they were when it connected.
#[cfg(target_os = "linux")]
fn peer(stream: &UnixStream) -> Option<(u32, u32)> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    let peer = getsockopt(stream, PeerCredentials).ok()?;
    Some((peer.uid(), u32::try_from(peer.pid()).unwrap_or(0)))
}

/// Elsewhere the rights of the folder are the check.
#[cfg(not(target_os = "linux"))]
fn peer(_: &UnixStream) -> Option<(u32, u32)> {
    None
}
