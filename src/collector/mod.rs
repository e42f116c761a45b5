//! The collector: everything that tells something about assistants, into one table.
//!
//! A thread for each source sends into one bounded channel; one thread, the writer, takes from it and
//! is the only one that touches the table. Nothing waits for a reader, and nothing asks anybody
//! anything while there are no rows: the process then sleeps in the kernel.
//!
//! One instance collects, by holding the lock in the runtime folder. The others are subscribers of
//! its hub; [`join`] is both, whichever it can be at the moment. `pulse::follow` never collects: it is a
//! subscriber, and while there is nobody to be one of it has the sources look for it alone.
//!
//! May import: all below it: `config`, `actor`'s audit, `notify`, `hub`, `log`,
//! `assistants`, `mux`, `state`, `git`, `tasks`, `rules`, `sys`.

mod belief;

mod alone;
mod attribution;
mod bursts;
mod cache_sweeper;
mod contained;
mod counted;
mod doors;
mod error;
mod handover;
mod journal;
mod kinship;
mod link;
pub(crate) mod liveness;
mod membership;
mod message;
mod published_work;
mod pulse;
mod recorded;
mod setup;
mod signs;
pub(crate) mod sources;
mod workers;
mod writer;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::diagnostics::{self, Part};
use crate::notify;
use crate::state::update::Update;
use crate::sys::monotone_clock::Clock;
use crate::sys::runtime_dir::Ownership;
use handover::Handover;
use link::Links;

use crate::tap::World;
use cache_sweeper::Sweeper;
use message::Message;
use signs::PaneSigns;
use sources::Sources;
use sources::event_socket::EventSocket;
use sources::taps::Taps;
use writer::Writer;

pub(crate) use crate::sys::runtime_dir::RuntimeDirError;
pub(crate) use crate::sys::socket_file::SocketError;
pub use contained::Container;
pub use doors::Doors;
pub use error::CollectorError;
pub use journal::{EndedSetup, Setup as JournalSetup};
pub use membership::{Membership, join};
pub(crate) use pulse::{Project, follow};
pub use setup::{RulesSetup, Setup};
pub use sources::Setup as SourcesSetup;
pub use sources::taps::Setup as TapsSetup;

/// How many inputs may wait for the writer before their sources do.
const CHANNEL_LENGTH: usize = 1024;

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

    /// Whether it has ended without being asked to.
    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
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
    subscribers: Vec<Sender<Update>>,
    ended: impl FnOnce() + Send + 'static,
) -> Result<Running, CollectorError> {
    take_over(setup, &Handover::default(), subscribers, ended)
}

/// The same for an instance that has listened to the collector before.
fn take_over(
    setup: &Setup,
    handover: &Handover,
    mut subscribers: Vec<Sender<Update>>,
    ended: impl FnOnce() + Send + 'static,
) -> Result<Running, CollectorError> {
    let doors = &setup.doors;
    let ownership = doors.take_lock()?;
    let clock = Arc::new(Clock::new(setup.clock));
    let (messages, inbox) = sync_channel(CHANNEL_LENGTH);
    let events = doors.hear(&clock, &messages)?;
    let own_server = setup.sources.own_server();
    // While it is read, what happens waits in the socket and at the end of the event log.
    let mut recalled = journal::recall(&setup.journal, own_server.clone(), clock.now());
    let now = clock.now();
    recalled.table.adopt(&handover.rows(), now);
    recalled.take_up_unseen(&setup.journal, now);
    recalled.take_up_ended(now);
    let apart = belief::sift(&mut recalled.table, &setup.sources.reach, now);
    let hub = doors.serve(&clock, workers::of(setup, &clock, &messages))?;
    hub.publish(Update::Snapshot(recalled.table.rows()));
    let links = doors.leave_links();
    hub.publish(Update::Ended(recalled.table.ended_sessions().into()));
    diagnostics::info(Part::Collector, || {
        let (runtime, rows) = (doors.places.runtime.display(), recalled.table.rows().len());
        format!("collects from now on in {runtime}, with {rows} rows from before")
    });
    let threads = |source| CollectorError::Threads {
        runtime: doors.places.runtime.clone(),
        source,
    };
    let notices = start_notices(setup, handover.lost_at(), &messages);
    subscribers.extend(notices.map_err(threads)?);
    let world = World::of(&doors.places);
    let taps = Taps::start(setup.sources.reach.clone(), setup.taps.clone(), world);
    let (told, taps) = taps.map_err(threads)?;
    subscribers.push(told);
    let runtime = &doors.places.runtime;
    let signs = PaneSigns::start(runtime, setup.sources.reach.clone(), setup.signs);
    let (told, signs) = signs.map_err(threads)?.unzip();
    subscribers.extend(told);
    let tailer = recalled.tailer.take();
    let open = Some((hub, runtime.as_path()));
    let sources = Sources::start(&setup.sources, open, &clock, &messages, tailer);
    let sources = sources.map_err(threads)?;
    let tidy = Some(Sweeper::new(runtime.clone(), doors.uid));
    let looks = &setup.sources;
    let writer = Writer::new(
        looks,
        own_server,
        recalled,
        clock,
        sources,
        subscribers,
        tidy,
    );
    let collecting = Collecting {
        inbox,
        _links: links,
        _events: events,
        writer: writer.with_apart(&apart),
        _signs: signs,
        _taps: taps,
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
    _events: Vec<EventSocket>,
    writer: Writer,
    _signs: Option<PaneSigns>,
    _taps: Taps,
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
) -> io::Result<Option<Sender<Update>>> {
    let Some(notice) = setup.notice.clone() else {
        return Ok(None);
    };
    let output = output.clone();
    let trouble = move |trouble| {
        // Nobody listens any more: the thread is about to be told.
        let _ = output.send(Message::Trouble("notices".to_owned(), trouble));
    };
    notify::start(notice, taken_over_at, trouble).map(Some)
}
