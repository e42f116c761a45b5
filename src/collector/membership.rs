//! Being part of it, one way or the other: the collector if nobody else is, else a subscriber of
//! whoever is; and the collector again when that one goes.

use std::cell::{Cell, RefCell};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::handover::Handover;
use super::{CollectorError, Running, RuntimeDirError, Setup, take_over};
use crate::diagnostics::{self, Part};
use crate::hub::client::{HubClient, HubError};
use crate::state::update::{Role, Update};

/// How long to wait before the next try to become one or the other.
const RETRY: Duration = Duration::from_millis(100);

/// The same after many tries that led to nothing.
const SLOW_RETRY: Duration = Duration::from_secs(1);

/// How many quick tries there are.
const QUICK_TRIES: u32 = 20;

/// Membership of the instances of one session. Dropped, it is left, and sockets and lock, if they
/// were ours, are released.
#[derive(Debug)]
pub struct Membership {
    signals: Sender<Signal>,
    connection: Connection,
    thread: Option<JoinHandle<()>>,
}

/// What makes the thread stop collecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// The membership ends.
    Leave,
    /// The collector in this process has ended without being asked to.
    Ended,
}

/// The stream that the thread reads from, to be able to end that from outside.
type Connection = Arc<Mutex<Option<UnixStream>>>;

impl Membership {
    /// Leaves and waits until all is released.
    pub fn leave(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // The thread may have ended by itself.
        let _ = self.signals.send(Signal::Leave);
        if let Some(stream) = lock(&self.connection).as_ref() {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.end();
    }
}

/// Becomes the collector or a subscriber, and stays one of both until the membership ends. Each
/// change is told with [`Update::Role`], followed by a [`Update::Snapshot`] when there are rows to know.
///
/// # Errors
/// The system gives no thread.
pub fn join(setup: Setup) -> std::io::Result<(Receiver<Update>, Membership)> {
    begin(move |seat| {
        let handover = RefCell::default();
        Member {
            setup,
            seat,
            handover,
        }
        .run();
    })
}

/// Has a thread work from a seat of its own, until the membership ends.
pub(super) fn begin(
    work: impl FnOnce(Seat) + Send + 'static,
) -> std::io::Result<(Receiver<Update>, Membership)> {
    let (update, receiver) = mpsc::channel();
    let (signals, inbox) = mpsc::channel();
    let connection = Connection::default();
    let seat = Seat {
        update,
        signals: signals.clone(),
        inbox,
        has_left: Cell::new(false),
        connection: Arc::clone(&connection),
    };
    let thread = std::thread::Builder::new()
        .name("member".into())
        .spawn(move || work(seat))?;
    let membership = Membership {
        signals,
        connection,
        thread: Some(thread),
    };
    Ok((receiver, membership))
}

/// From where the thread of a membership is heard, and told that it is over.
pub(super) struct Seat {
    pub(super) update: Sender<Update>,
    signals: Sender<Signal>,
    inbox: Receiver<Signal>,
    has_left: Cell<bool>,
    connection: Connection,
}

impl Seat {
    /// Connects to the hub of whoever collects; whoever ends the membership ends the connection.
    pub(super) fn subscribe(&self, setup: &Setup) -> Result<HubClient, HubError> {
        let doors = &setup.doors;
        let client = HubClient::subscribe(&doors.places, doors.uid, "dashboard", setup.clock)?;
        *lock(&self.connection) = client.try_clone_stream();
        Ok(client)
    }

    /// Passes on what the hub tells, until it ends; `hear` learns it first.
    pub(super) fn pass_on(&self, client: &mut HubClient, mut hear: impl FnMut(&Update)) {
        while let Ok(Some(update)) = client.next_update() {
            hear(&update);
            self.tell(update);
        }
        self.let_go();
    }

    /// Nobody is listened to any more.
    pub(super) fn let_go(&self) {
        diagnostics::warn(Part::Collector, || "the other collector is gone".to_owned());
        *lock(&self.connection) = None;
    }

    /// Waits so long for the end of the membership; whether it has come.
    pub(super) fn has_left_after(&self, pause: Duration) -> bool {
        if self.inbox.recv_timeout(pause) == Ok(Signal::Leave) {
            self.has_left.set(true);
        }
        self.has_left.get()
    }

    pub(super) fn tell(&self, update: Update) {
        if let Update::Role(role) = &update {
            note(role);
        }
        // A dashboard that no longer listens is about to leave.
        let _ = self.update.send(update);
    }
}

struct Member {
    setup: Setup,
    seat: Seat,
    /// What the collector that we listened to said last.
    handover: RefCell<Handover>,
}

impl Member {
    fn run(&self) {
        let mut tries = 0;
        let mut told = None;
        loop {
            let signals = self.seat.signals.clone();
            let ended = move || {
                // A member that has left no longer cares.
                let _ = signals.send(Signal::Ended);
            };
            let handover = self.handover.borrow().clone();
            let subscribers = vec![self.seat.update.clone()];
            let why = match take_over(&self.setup, &handover, subscribers, ended) {
                Ok(running) => {
                    // From now on the table knows better.
                    self.handover.take();
                    self.collect_until_left(running);
                    if self.seat.has_left.get() {
                        return;
                    }
                    let why = "the collector ended unexpectedly".to_owned();
                    self.seat.tell(Update::Role(Role::Nobody(why)));
                    None
                }
                Err(CollectorError::RuntimeDir(RuntimeDirError::Taken { .. })) => {
                    match self.subscribe() {
                        Ok(()) => {
                            (tries, told) = (0, None);
                            None
                        }
                        Err(error) => Some(error.to_string()),
                    }
                }
                Err(error) => Some(with_causes(&error)),
            };
            tries += 1;
            // The first failures may be a change of owner that is still going on.
            if let Some(why) = why.filter(|_| tries > 5)
                && told.as_ref() != Some(&why)
            {
                self.seat.tell(Update::Role(Role::Nobody(why.clone())));
                told = Some(why);
            }
            let pause = if tries > QUICK_TRIES {
                SLOW_RETRY
            } else {
                RETRY
            };
            if self.seat.has_left_after(pause) {
                return;
            }
        }
    }

    fn collect_until_left(&self, running: Running) {
        let signal = self.seat.inbox.recv();
        self.seat.has_left.set(signal != Ok(Signal::Ended));
        running.stop();
    }

    /// Passes on what the owner's hub tells, until it ends.
    fn subscribe(&self) -> Result<(), HubError> {
        let mut client = self.seat.subscribe(&self.setup)?;
        // Whoever leaves from now on finds the stream; who has left already is seen here.
        if self.seat.has_left_after(Duration::ZERO) {
            return Ok(());
        }
        self.seat.tell(Update::Role(Role::Subscriber));
        let hear = |update: &Update| self.handover.borrow_mut().hear(update);
        self.seat.pass_on(&mut client, hear);
        self.handover.borrow_mut().lose((self.setup.clock)());
        Ok(())
    }
}

fn note(role: &Role) {
    match role {
        // Told where it begins, also without a membership.
        Role::Collector => {}
        Role::Alone(why) => {
            diagnostics::info(Part::Collector, || format!("looks alone: {why}"));
        }
        Role::Subscriber | Role::Follower => {
            diagnostics::info(Part::Collector, || {
                "listens to another collector".to_owned()
            });
        }
        Role::Nobody(why) => {
            diagnostics::error(Part::Collector, || format!("nobody collects: {why}"));
        }
    }
}

fn lock(connection: &Connection) -> std::sync::MutexGuard<'_, Option<UnixStream>> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with_causes(error: &CollectorError) -> String {
    use std::error::Error;
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
