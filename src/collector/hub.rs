//! The hub: serves every row to whoever connects to `hub.sock`, in one thread that waits in the
//! kernel for all of its clients at once.
//!
//! Nobody is waited for. What a client has not read yet is kept as "this row has changed", not as a
//! queue, so that a slow client gets the last state of each row and costs nothing; one that does not
//! read at all is dropped.

mod client;
mod judging;
mod waiting;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Assistant;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::SocketType;

use super::clock::Clock;
use super::ownership::CollectorError;
use super::socket::{SocketFile, bind};
use super::{Message, judge};
use crate::feed::{Feed, Health};
use crate::inbox::{Inbox, Orders, inbox};
use crate::protocol::{Voice, code};
use crate::state::{Row, urgency};
use client::{Client, Fate};
use judging::Judging;

/// More clients than this are refused.
const MAX_CLIENTS: usize = 64;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 64;

/// When the system has no file descriptor left, the next connection is looked at after this time.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The running hub; it ends, and its socket file goes, when this is dropped.
#[derive(Debug)]
pub(super) struct Hub {
    orders: Option<Orders<Feed>>,
    thread: Option<JoinHandle<()>>,
    _file: SocketFile,
}

impl Hub {
    /// Listens at `path`. Clients that are refused or dropped are reported to `output`.
    pub(super) fn open(
        path: &Path,
        voice: Voice,
        uid: u32,
        clock: Arc<Clock>,
        rules: (judge::Setup, Option<PathBuf>),
        output: SyncSender<Message>,
    ) -> Result<Self, CollectorError> {
        let (socket, file) = bind(path, SocketType::STREAM)?;
        let failed = |source: io::Error| CollectorError::io("listen on", path)(source);
        rustix::net::listen(&socket, BACKLOG).map_err(|error| failed(error.into()))?;
        let listener = UnixListener::from(socket);
        listener.set_nonblocking(true).map_err(failed)?;
        let (orders, orders_in) = inbox().map_err(failed)?;
        let judging = judge::spawn(rules.0, rules.1, output.clone()).map_err(failed)?;
        let mut server = Server {
            world: World {
                voice,
                clock,
                rows: BTreeMap::new(),
                health: Health::default(),
            },
            uid,
            clients: Vec::new(),
            accept_again_at: None,
            judging: Judging::new(judging),
            output,
        };
        let thread = std::thread::Builder::new()
            .name("hub".into())
            .spawn(move || server.run(&listener, &orders_in))
            .map_err(failed)?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
            _file: file,
        })
    }

    /// Tells every subscriber; does not wait.
    pub(super) fn publish(&self, feed: Feed) {
        if let Some(orders) = &self.orders {
            orders.send(feed);
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

/// What clients are told about.
#[derive(Debug)]
struct World {
    voice: Voice,
    clock: Arc<Clock>,
    rows: BTreeMap<String, Row>,
    health: Health,
}

impl World {
    fn snapshot(&self) -> Vec<u8> {
        let mut rows: Vec<Row> = self.rows.values().cloned().collect();
        rows.sort_by(urgency);
        self.voice.say_snapshot(&rows, self.clock.now())
    }
}

struct Server {
    world: World,
    uid: u32,
    clients: Vec<Client>,
    accept_again_at: Option<Instant>,
    judging: Judging,
    output: SyncSender<Message>,
}

impl Server {
    fn run(&mut self, listener: &UnixListener, orders: &Inbox<Feed>) {
        loop {
            let ready = self.wait(listener, orders);
            let taken = orders.take();
            if taken.closed {
                return;
            }
            for feed in taken.messages {
                self.learn(feed);
            }
            for (client, events) in self.clients.iter_mut().zip(&ready.clients) {
                if events.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
                    client.receive(&self.world);
                }
            }
            self.settle_decisions();
            self.settle_trusts();
            self.judging.go_on(&mut self.clients, &self.world);
            for client in &mut self.clients {
                client.send(&self.world);
            }
            self.dismiss();
            if ready.listener {
                self.accept(listener);
            }
        }
    }

    fn wait(&self, listener: &UnixListener, orders: &Inbox<Feed>) -> Ready {
        let now = Instant::now();
        let accepts = self.accept_again_at.is_none_or(|at| at <= now);
        let mut waiting = vec![
            PollFd::new(orders, PollFlags::IN),
            PollFd::new(
                listener,
                if accepts {
                    PollFlags::IN
                } else {
                    PollFlags::empty()
                },
            ),
        ];
        for client in &self.clients {
            waiting.push(PollFd::new(client.stream(), client.interest()));
        }
        let clients = 2..waiting.len();
        waiting.extend(self.judging.interest());
        let deadlines = self.clients.iter().filter_map(Client::deadline);
        let deadlines = deadlines.chain(self.judging.deadline());
        let until = deadlines
            .chain(self.accept_again_at.filter(|_| !accepts))
            .min();
        let timeout =
            until.and_then(|until| Timespec::try_from(until.saturating_duration_since(now)).ok());
        if poll(&mut waiting, timeout.as_ref()).is_err() {
            return Ready::default();
        }
        Ready {
            listener: accepts && !waiting[1].revents().is_empty(),
            clients: waiting[clients].iter().map(PollFd::revents).collect(),
        }
    }

    fn learn(&mut self, feed: Feed) {
        match feed {
            Feed::Row(row) => {
                for client in &mut self.clients {
                    client.hear_of(&row, &self.world);
                }
                self.judging.hear_of(&row);
                self.clients
                    .iter_mut()
                    .for_each(|client| client.owe(&row.id));
                self.world.rows.insert(row.id.clone(), *row);
            }
            Feed::Gone(id) => {
                for client in &mut self.clients {
                    client.owe(&id);
                    client.hear_of_end(&id, &self.world);
                }
                self.judging.hear_of_end(&id);
                self.world.rows.remove(&id);
            }
            Feed::Health(health) => {
                self.clients.iter_mut().for_each(Client::owe_health);
                self.world.health = health;
            }
            // Only at the start, before anybody is here.
            Feed::Snapshot(rows) => {
                self.world.rows = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
            }
            // Who collects is plain to whoever asks here; whole lists are asked for.
            Feed::Role(_) | Feed::Diff(..) | Feed::Tasks(..) => {}
        }
    }

    /// Hands decisions to the hooks that wait for them, and says whether there was one.
    fn settle_decisions(&mut self) {
        for index in 0..self.clients.len() {
            while let Some((decide, question)) = self.clients[index].take_decision() {
                let waiting = self
                    .clients
                    .iter_mut()
                    .find(|client| client.waits_for(&decide));
                let taken = waiting.is_some();
                if let Some(client) = waiting {
                    client.tell_decision(&decide, &self.world);
                }
                self.clients[index].tell_result(taken, &question, &self.world);
            }
        }
        for client in &mut self.clients {
            client.release_if_late(&self.world);
        }
    }

    /// Has the table trust those rows that are what the person means, and says whether they are.
    fn settle_trusts(&mut self) {
        for client in &mut self.clients {
            while let Some((trust, question)) = client.take_trust() {
                let row = self.world.rows.get(&trust.row);
                let is_it = row.is_some_and(|row| {
                    row.instance_id.as_ref() == Some(&trust.instance_id)
                        && row.assistant == Assistant::CLAUDE
                });
                let now = self.world.clock.now();
                let message = Message::Input(trust.input(now), now);
                let taken = is_it && self.output.try_send(message).is_ok();
                client.tell_result(taken, &question, &self.world);
            }
        }
    }

    /// Lets go of the clients that have left or have to.
    fn dismiss(&mut self) {
        let output = &self.output;
        let now = Instant::now();
        self.clients.retain_mut(|client| match client.fate(now) {
            Fate::Stays => true,
            Fate::Left => false,
            Fate::Dropped(reason) => {
                report(output, reason);
                false
            }
        });
    }

    fn accept(&mut self, listener: &UnixListener) {
        loop {
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
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

    fn welcome(&mut self, stream: UnixStream) {
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        let is_ours = peer_uid(&stream).is_none_or(|peer| peer == self.uid || peer == 0);
        let mut client = Client::new(stream);
        if !is_ours {
            client.refuse(
                &self.world,
                code::FOREIGN,
                "this hub belongs to another user",
            );
        } else if self.clients.len() >= MAX_CLIENTS {
            client.refuse(
                &self.world,
                code::TOO_MANY,
                "the hub has all the clients it takes",
            );
        }
        client.send(&self.world);
        self.clients.push(client);
        self.dismiss();
    }
}

/// What may be done now without waiting.
#[derive(Debug, Default)]
struct Ready {
    listener: bool,
    clients: Vec<PollFlags>,
}

/// A full channel means that the collector is busy; then the count matters less than the clients.
fn report(output: &SyncSender<Message>, reason: &'static str) {
    let _ = output.try_send(Message::Refused(reason));
}

#[cfg(target_os = "linux")]
fn peer_uid(stream: &UnixStream) -> Option<u32> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    getsockopt(stream, PeerCredentials)
        .ok()
        .map(|peer| peer.uid())
}

/// Elsewhere the rights of the folder are the check.
#[cfg(not(target_os = "linux"))]
fn peer_uid(_: &UnixStream) -> Option<u32> {
    None
}
