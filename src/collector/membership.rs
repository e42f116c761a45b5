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
    let (update, receiver) = mpsc::channel();
    let (signals, inbox) = mpsc::channel();
    let connection = Connection::default();
    let member = Member {
        setup,
        update,
        signals: signals.clone(),
        inbox,
        has_left: Cell::new(false),
        connection: Arc::clone(&connection),
        handover: RefCell::default(),
    };
    let thread = std::thread::Builder::new()
        .name("member".into())
        .spawn(move || member.run())?;
    let membership = Membership {
        signals,
        connection,
        thread: Some(thread),
    };
    Ok((receiver, membership))
}

struct Member {
    setup: Setup,
    update: Sender<Update>,
    signals: Sender<Signal>,
    inbox: Receiver<Signal>,
    has_left: Cell<bool>,
    connection: Connection,
    /// What the collector that we listened to said last.
    handover: RefCell<Handover>,
}

impl Member {
    fn run(&self) {
        let mut tries = 0;
        let mut told = None;
        loop {
            let signals = self.signals.clone();
            let ended = move || {
                // A member that has left no longer cares.
                let _ = signals.send(Signal::Ended);
            };
            let handover = self.handover.borrow().clone();
            let why = match take_over(&self.setup, &handover, vec![self.update.clone()], ended) {
                Ok(running) => {
                    // From now on the table knows better.
                    self.handover.take();
                    self.collect_until_left(running);
                    if self.has_left.get() {
                        return;
                    }
                    let why = "the collector ended unexpectedly".to_owned();
                    self.tell(Update::Role(Role::Nobody(why)));
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
                self.tell(Update::Role(Role::Nobody(why.clone())));
                told = Some(why);
            }
            let pause = if tries > QUICK_TRIES {
                SLOW_RETRY
            } else {
                RETRY
            };
            if self.has_left_after(pause) {
                return;
            }
        }
    }

    fn collect_until_left(&self, running: Running) {
        self.has_left.set(self.inbox.recv() != Ok(Signal::Ended));
        running.stop();
    }

    /// Passes on what the owner's hub tells, until it ends.
    fn subscribe(&self) -> Result<(), HubError> {
        let mut client = HubClient::subscribe(
            &self.setup.doors.places,
            self.setup.doors.uid,
            "dashboard",
            self.setup.clock,
        )?;
        *lock(&self.connection) = client.try_clone_stream();
        // Whoever leaves from now on finds the stream; who has left already is seen here.
        if self.has_left_after(Duration::ZERO) {
            return Ok(());
        }
        self.tell(Update::Role(Role::Subscriber));
        while let Ok(Some(update)) = client.next_update() {
            self.handover.borrow_mut().hear(&update);
            self.tell(update);
        }
        self.handover.borrow_mut().lose((self.setup.clock)());
        *lock(&self.connection) = None;
        Ok(())
    }

    fn has_left_after(&self, pause: Duration) -> bool {
        if self.inbox.recv_timeout(pause) == Ok(Signal::Leave) {
            self.has_left.set(true);
        }
        self.has_left.get()
    }

    fn tell(&self, update: Update) {
        // A dashboard that no longer listens is about to leave.
        let _ = self.update.send(update);
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
