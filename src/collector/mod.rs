//! The collector: everything that tells something about assistants, into one table.
//!
//! A thread for each source sends into one bounded channel; one thread, the writer, takes from it and
//! is the only one that touches the table. Nothing waits for a reader, and nothing asks anybody
//! anything while there are no rows: the process then sleeps in the kernel.
//!
//! One instance collects, by holding the lock in the runtime folder. The others are subscribers of
//! its hub; [`join`] is both, whichever it can be at the moment.
//!
//! May import: all below it: `config`, `act`'s audit, `notify`, `protocol`, `hub_client`, `log`,
//! `assistants`, `mux`, `state`, `git`, `tasks`, `rules`, `sys`.

mod belief;

mod attribution;
mod cache_sweeper;
mod contained;
mod container_sockets;
mod error;
mod handover;
mod hub;
mod journal;
mod judge;
mod kinship;
mod link;
pub(crate) mod liveness;
mod membership;
mod published_work;
pub(crate) mod sources;
mod writer;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::event_log::Limits;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::homes::Homes;
use crate::collector::sources::exits::News;
use crate::collector::sources::session_files;
use crate::git::Git;
use crate::log::tailer::Tailer;
use crate::mux::{PATIENCE, Reach};
use crate::notify;
use crate::protocol::Voice;
use crate::state::update::Feed;
use crate::state::{Command, Input};
use crate::sys::monotone_clock::Clock;
use crate::sys::runtime_dir::Ownership;
use belief::Standing;
use container_sockets::ContainerSockets;
use handover::Heritage;
use hub::Hub;
use link::Links;

use sources::event_socket::EventSocket;
use sources::stirs::Stirs;
use sources::unheard::Unheard;
use writer::Writer;

pub use crate::sys::runtime_dir::{RuntimeDirError, make_runtime_folder};
pub use crate::sys::socket_file::SocketError;
pub use contained::Container;
pub use error::CollectorError;
pub use judge::Setup as JudgeSetup;
pub use membership::{Membership, join};

/// How many inputs may wait for the writer before their sources do.
const CHANNEL_LENGTH: usize = 1024;

/// What a collector has to be told; read from the environment by whoever starts it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where sockets and lock are.
    pub places: Places,
    /// The other standard places, where others may look for them.
    pub elsewhere: Option<Places>,
    /// The containers that have sockets of their own.
    pub containers: Vec<Container>,
    /// The user whose events count.
    pub uid: u32,
    /// The tmux server of events that name none, as far as it is known.
    pub own_server: Option<Server>,
    /// Which multiplexers are asked, and with what.
    pub reach: Reach,
    /// Where assistants keep their files.
    pub homes: Homes,
    /// How long a row without any proof of life is kept.
    pub ttl: Duration,
    /// Whether assistants have a row that have not reported.
    pub silent: bool,
    /// When the mirror is rotated, and how many files are kept.
    pub mirror_limits: Limits,
    /// How much of the mirror's end is read at the start, in bytes.
    pub rebuild_bytes: u64,
    /// How old that may be.
    pub rebuild_window: Duration,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
    /// How the person is told that a row needs them; `None`: not at all.
    pub notice: Option<notify::Setup>,
    /// By what requests are judged that wait at a hook.
    pub rules: JudgeSetup,
}

/// What the sources tell the writer.
#[derive(Debug)]
enum Message {
    /// Something for the table, and when it came; no event.
    Input(Input, Timestamp),
    /// An event came as a datagram: where its sender runs, and when it came.
    Heard(Box<Event>, Standing, Timestamp),
    /// The same by the socket of a container.
    Contained(Arc<Container>, Box<Event>, Timestamp),
    /// An event stood in the mirror; it may have come as a datagram too.
    Mirrored(Box<Event>, Timestamp),
    /// An assistant's own record tells what its hooks would have told, and when that was read.
    Witnessed(Box<Event>, Timestamp),
    /// A line of the mirror was no event; the reason.
    Unreadable(&'static str),
    /// A datagram was rejected; the reason.
    Rejected(&'static str),
    /// A datagram of another user.
    Foreign,
    /// A publisher said something of an agent of its own, or is there no more.
    Published(Box<hub::Published>),
    /// A client of the hub was refused or dropped; the reason.
    Refused(&'static str),
    /// A tmux server was asked for its panes.
    Listed {
        /// Its socket.
        socket: String,
        /// What came of it.
        answer: sources::panes::Answer,
    },
    /// The commands that the assistant with this process runs, and when that was looked up.
    Commands(u32, Vec<Command>, Timestamp),
    /// What an assistant has begun of which no hook was heard.
    Unheard(Vec<Event>),
    /// All known assistants that run in panes, other than those that were told last.
    Present(Vec<(Server, sources::present::Found)>),
    /// A witness wants a listing of the server on this socket.
    Locate(String),
    /// An assistant's changes or tasks are others than before.
    Work(sources::changes::Report),
    /// Something does not work (or, with `None`, works again), by what it is about.
    Trouble(String, Option<String>),
    /// It is over.
    Stop,
}

/// A running collector. Dropped, it stops, and its sockets and the lock are released.
#[derive(Debug)]
pub struct Running {
    messages: SyncSender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops it and waits until its places are free.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Becomes the collector, if nobody else is, and feeds `subscribers` until it is stopped. Calls
/// `ended` when it has ended, however that came.
///
/// # Errors
/// Another instance collects, a folder or socket is not ours, or the system refuses.
pub fn collect(
    setup: &Setup,
    subscribers: Vec<Sender<Feed>>,
    ended: impl FnOnce() + Send + 'static,
) -> Result<Running, CollectorError> {
    take_over(setup, &Heritage::default(), subscribers, ended)
}

/// The same for an instance that has listened to the collector before.
fn take_over(
    setup: &Setup,
    heritage: &Heritage,
    mut subscribers: Vec<Sender<Feed>>,
    ended: impl FnOnce() + Send + 'static,
) -> Result<Running, CollectorError> {
    let places = &setup.places;
    let ownership = Ownership::take(places, setup.uid)?;
    let clock = Arc::new(Clock::new(setup.clock));
    let (messages, inbox) = sync_channel(CHANNEL_LENGTH);
    let events = EventSocket::open(
        &places.events_socket,
        None,
        setup.uid,
        Arc::clone(&clock),
        messages.clone(),
    )?;
    let containers = ContainerSockets::open(setup, &clock, &messages)?;
    let own_server = own_server(setup);
    // While it is read, what happens waits in the socket and at the end of the mirror.
    let mut recalled = journal::recall(setup, own_server.clone(), clock.now());
    recalled.table.adopt(&heritage.rows(), clock.now());
    let apart = belief::sift(&mut recalled.table, &setup.reach.belief, clock.now());
    let hub = Hub::open(
        &places.hub_socket,
        voice(places),
        setup.uid,
        Arc::clone(&clock),
        (setup.rules.clone(), places.decisions()),
        messages.clone(),
        patcher(),
    )?;
    hub.publish(Feed::Snapshot(recalled.table.rows()));
    let threads = |source| CollectorError::Threads {
        runtime: places.runtime.clone(),
        source,
    };
    subscribers.extend(start_notices(setup, heritage.lost_at(), &messages).map_err(threads)?);
    let (table, memory) = (recalled.table, recalled.memory);
    let sources =
        Sources::start(setup, &clock, &messages, hub, recalled.tailer).map_err(threads)?;
    let collecting = Collecting {
        inbox,
        _links: Links::leave(setup.elsewhere.as_ref(), places, setup.uid),
        _events: (events, containers),
        writer: Writer::new(
            own_server,
            setup,
            clock,
            sources,
            subscribers,
            table,
            memory,
        )
        .with_apart(&apart),
        _ownership: ownership,
        _ended: Ended(Some(ended)),
    };
    let thread = std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || collecting.run())
        .map_err(threads)?;
    Ok(Running {
        messages,
        thread: Some(thread),
    })
}

/// All that ends with the writer's thread, also when that panics, in this order: first the inbox,
/// because sources that wait to be heard must not be waited for; the lock when the sockets are gone.
struct Collecting<E: FnOnce()> {
    inbox: Receiver<Message>,
    _links: Links,
    _events: (EventSocket, ContainerSockets),
    writer: Writer,
    _ownership: Ownership,
    _ended: Ended<E>,
}

impl<E: FnOnce()> Collecting<E> {
    /// Works until it is told to stop. A method, so that a thread takes the whole of it.
    fn run(mut self) {
        self.writer.run(&self.inbox);
    }
}

/// Calls its function when it is dropped.
struct Ended<E: FnOnce()>(Option<E>);

impl<E: FnOnce()> Drop for Ended<E> {
    fn drop(&mut self) {
        if let Some(ended) = self.0.take() {
            ended();
        }
    }
}

fn start_notices(
    setup: &Setup,
    taken_over_at: Option<Timestamp>,
    output: &SyncSender<Message>,
) -> io::Result<Option<Sender<Feed>>> {
    let Some(notice) = setup.notice.clone() else {
        return Ok(None);
    };
    let output = output.clone();
    let trouble = move |trouble| {
        // Nobody listens any more: the thread is about to be told.
        let _ = output.send(Message::Trouble("notices".to_owned(), trouble));
    };
    notify::spawn(notice, taken_over_at, trouble).map(Some)
}

fn patcher() -> hub::Patcher {
    let git = Git::default();
    Box::new(move |folder, request| {
        git.patch(folder, request)
            .map_err(|error| error.to_string())
    })
}

fn voice(places: &Places) -> Voice {
    Voice {
        session_id: places.session.clone(),
        sender_id: "collector".to_owned(),
    }
}

/// The server of events that name none: that of our pane, else the default one if it runs.
fn own_server(setup: &Setup) -> Option<Server> {
    setup.own_server.clone().or_else(|| {
        let own = &setup.reach.own_socket;
        let list = setup.reach.own().list(own, PATIENCE).ok()?;
        Some(Server {
            socket: own.to_string_lossy().into_owned(),
            pid: list.server_pid,
        })
    })
}

/// The threads that the writer gives orders to. They end with this.
struct Sources {
    hub: Hub,
    lister: Sender<sources::panes::Order>,
    stirs: Stirs,
    unheard: Unheard,
    branches: Sender<String>,
    exits: crate::sys::wake_channel::Orders<std::collections::BTreeSet<u32>>,
    witness: session_files::Handle,
    work: sources::changes::Handle,
    /// Told which servers to look for assistants on, where that is wanted.
    silent: Option<Sender<Vec<Server>>>,
    /// Held for its thread, which ends with it.
    _tail: Option<sources::event_log::Tail>,
}

impl Sources {
    fn start(
        setup: &Setup,
        clock: &Arc<Clock>,
        output: &SyncSender<Message>,
        hub: Hub,
        tailer: Option<Tailer>,
    ) -> io::Result<Self> {
        let (exit_clock, exit_output) = (Arc::clone(clock), output.clone());
        let exits = sources::exits::watch_lives(move |pid, news| {
            let input = match news {
                News::Ended => Input::ProcessExited { pid },
                News::Stopped => Input::Stopped { pid, stopped: true },
                News::GoesOn => Input::Stopped {
                    pid,
                    stopped: false,
                },
            };
            // Nobody listens any more: the thread is about to be told.
            let _ = exit_output.send(Message::Input(input, exit_clock.now()));
        })?;
        let lister = sources::panes::spawn(setup.reach.clone(), Arc::clone(clock), output.clone())?;
        let stirs = Stirs::start(setup.reach.clone(), &setup.places.runtime, lister.clone())?;
        Ok(Self {
            hub,
            lister,
            stirs,
            unheard: Unheard::start(setup.homes.clone(), output.clone())?,
            branches: sources::branch::spawn(Arc::clone(clock), output.clone())?,
            exits,
            witness: start_witness(setup, clock, output.clone())?,
            work: start_work(output.clone())?,
            silent: setup
                .silent
                .then(|| sources::silent::spawn(setup.reach.own_socket.clone(), output.clone()))
                .transpose()?,
            _tail: tailer
                .map(|tailer| sources::event_log::spawn(tailer, Arc::clone(clock), output.clone()))
                .transpose()?,
        })
    }
}

fn start_work(output: SyncSender<Message>) -> io::Result<sources::changes::Handle> {
    sources::changes::spawn(Git::default(), move |report| {
        output.send(Message::Work(report)).is_ok()
    })
}

fn start_witness(
    setup: &Setup,
    clock: &Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<session_files::Handle> {
    let setting = session_files::Setting {
        homes: setup.homes.clone(),
        own_socket: setup.reach.own_socket.to_string_lossy().into_owned(),
    };
    let (now, seen) = (Arc::clone(clock), Arc::clone(clock));
    let report = move |report| {
        let message = match report {
            session_files::Report::Reading(reading) => {
                Message::Input(Input::Reading(reading), seen.now())
            }
            session_files::Report::Event(event) => Message::Witnessed(event, seen.now()),
            session_files::Report::Commands(pid, commands) => {
                Message::Commands(pid, commands, seen.now())
            }
            session_files::Report::Locate(socket) => Message::Locate(socket),
            session_files::Report::Trouble(folder, trouble) => {
                Message::Trouble(subject_of(&folder), trouble)
            }
        };
        // Nobody listens any more: the thread is about to be told.
        let _ = output.send(message);
    };
    session_files::spawn(setting, move || now.now(), report)
}

fn subject_of(folder: &Path) -> String {
    format!("session files in {}", folder.display())
}
