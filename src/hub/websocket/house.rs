//! The thread that lets connections in, and what each of them is there for.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};

use super::bridge;
use super::door::{Door, Guest, limits};
use super::proof::{self, Judge};
use super::tries::{Source, Tries};
use super::visits::{Visit, Visits};
use crate::hub::devices::Devices;
use crate::hub::protocol::{Admit, MAX_MESSAGE_BYTES, Right, Voice};
use crate::sys::tcp_peer;
use crate::sys::wake_channel::Inbox;

/// When the system has no file descriptor left, the next connection is looked at after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Each connection has a thread, whose work needs little.
const STACK_BYTES: usize = 512 * 1024;

/// Lets connections in.
pub(super) struct House {
    pub(super) door: Door,
    pub(super) hub: PathBuf,
    pub(super) voice: Voice,
    /// By which names the hub may be called beside its own.
    pub(super) sessions: Vec<String>,
    pub(super) clock: fn() -> Timestamp,
    pub(super) visits: Arc<Visits>,
    /// `None` where there is no folder to keep any in.
    pub(super) devices: Option<Devices>,
    pub(super) tries: Tries,
}

impl House {
    pub(super) fn run(self: &Arc<Self>, listener: &TcpListener, orders: &Inbox<()>) {
        loop {
            let mut waiting = [
                PollFd::new(orders, PollFlags::IN),
                PollFd::new(listener, PollFlags::IN),
            ];
            // Interrupted, it looks again.
            let _ = poll(&mut waiting, None);
            if orders.take().closed {
                return;
            }
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => std::thread::sleep(ACCEPT_PAUSE),
            }
        }
    }

    fn welcome(self: &Arc<Self>, stream: TcpStream) {
        let Ok(handle) = stream.try_clone() else {
            return;
        };
        let source = tcp_peer::user_of(&stream);
        let place = self.visits.begin(handle, source);
        let house = Arc::clone(self);
        let visit = move || {
            house.serve(stream, source, &place);
            drop(place);
        };
        // Without a thread the connection is closed, which is all that can be said.
        let _ = std::thread::Builder::new()
            .name("websocket".into())
            .stack_size(STACK_BYTES)
            .spawn(visit);
    }

    fn serve(&self, stream: TcpStream, source: Source, place: &Visit) {
        let let_in = self.door.let_in(stream, || place.take_place());
        let Some((socket, guest)) = let_in else {
            return;
        };
        let (socket, admit) = match guest {
            Guest::Program(right) => (socket, self.admission(right, None)),
            Guest::Page => {
                let judge = Judge {
                    devices: self.devices.as_ref(),
                    tries: &self.tries,
                    source,
                    voice: &self.voice,
                    clock: self.clock,
                };
                let Some((mut socket, device)) = proof::judged(socket, &judge, place) else {
                    return;
                };
                socket.set_config(|config| *config = limits(*config, MAX_MESSAGE_BYTES));
                (socket, self.admission(device.right, Some(device.name)))
            }
        };
        // Without a hub the bridge says so.
        let hub = UnixStream::connect(&self.hub).ok();
        let hub = hub.filter(|hub| self.admit(hub, &admit));
        if let Some(hub) = &hub {
            place.talks_over(hub);
        }
        bridge::run(socket, hub, &self.voice, self.clock, place);
    }

    fn admission(&self, right: Right, device: Option<String>) -> Admit {
        Admit {
            right,
            sessions: self.sessions.clone(),
            device,
        }
    }

    /// Tells the hub what the client may do that talks through this connection; whether that could be said. It is
    /// the first thing that is said there: by it the hub knows that what it hears is not said by this process, but
    /// by somebody whose place in the system nobody can look up.
    fn admit(&self, mut hub: &UnixStream, admit: &Admit) -> bool {
        let line = self.voice.say("admit", admit, None, (self.clock)());
        hub.write_all(&line).is_ok()
    }
}
