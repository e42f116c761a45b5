//! The event socket: a thread that only receives. Datagrams of other users are not even parsed.
//!
//! Linux queues few datagrams for a Unix socket, and hooks never wait, so everything that takes time
//! happens behind the channel. One thing cannot wait: where a sender runs is looked at first of all,
//! because hooks end as soon as they have sent.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use pane_patrol_hooks::event::{Event, EventError, MAX_EVENT_BYTES};
use rustix::event::{PollFd, PollFlags, poll};

use crate::collector::Message;
use crate::collector::contained::Container;
use crate::sys::monotone_clock::Clock;
use crate::sys::namespaces::Standing;
use crate::sys::socket_file::SocketFile;
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// Asked for as the socket's queue, in bytes. The system may give less.
const QUEUE_BYTES: usize = 4 * 1024 * 1024;

/// The receiving thread; it ends, and its socket file goes, when this is stopped.
#[derive(Debug)]
pub(in crate::collector) struct EventSocket {
    stop: Option<Orders<()>>,
    thread: Option<JoinHandle<()>>,
    _file: SocketFile,
}

impl EventSocket {
    /// Sends what it hears on the socket to `output`; `container`: whose socket it is.
    pub(in crate::collector) fn open(
        (socket, file): (UnixDatagram, SocketFile),
        container: Option<Arc<Container>>,
        uid: u32,
        clock: Arc<Clock>,
        output: SyncSender<Message>,
    ) -> io::Result<Self> {
        // A smaller queue still works; the system's limit is the system's word.
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, QUEUE_BYTES);
        let (stop, stopped) = inbox()?;
        let thread = std::thread::Builder::new()
            .name("events".into())
            .spawn(move || {
                let container = container.as_ref();
                receive(&socket, container, uid, &clock, &output, &stopped);
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
            _file: file,
        })
    }
}

impl Drop for EventSocket {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

/// Receives until nobody wants to hear it any more.
fn receive(
    socket: &UnixDatagram,
    container: Option<&Arc<Container>>,
    uid: u32,
    clock: &Clock,
    output: &SyncSender<Message>,
    stopped: &Inbox<()>,
) {
    // One more than allowed, so that too long a datagram is seen to be too long.
    let mut bytes = [0; MAX_EVENT_BYTES + 1];
    loop {
        let mut waiting = [
            PollFd::new(socket, PollFlags::IN),
            PollFd::new(stopped, PollFlags::IN),
        ];
        if poll(&mut waiting, None).is_err() {
            continue;
        }
        if !waiting[1].revents().is_empty() && stopped.take().closed {
            return;
        }
        if waiting[0].revents().is_empty() {
            continue;
        }
        if let Ok((length, sender)) = credentials::receive(socket, &mut bytes) {
            let message = judge(&bytes[..length], sender, uid, clock);
            if output.send(by(container, message)).is_err() {
                return;
            }
        }
    }
}

/// A container's event is that container's.
fn by(container: Option<&Arc<Container>>, message: Message) -> Message {
    match (container, message) {
        (Some(container), Message::Heard(event, _, at)) => {
            Message::Contained(Arc::clone(container), event, at)
        }
        (_, message) => message,
    }
}

/// What a datagram is, by who sent it and what it says.
fn judge(bytes: &[u8], sender: Sender, uid: u32, clock: &Clock) -> Message {
    let standing = match sender {
        Sender::User(sender, _) if sender != uid && sender != 0 => return Message::Foreign,
        Sender::Unknown => return Message::Rejected("no credentials"),
        Sender::User(_, standing) => standing,
        Sender::Unchecked => Standing::Home,
    };
    match Event::parse(bytes) {
        Ok(event) => Message::Heard(Box::new(event), standing, clock.now()),
        Err(error) => Message::Rejected(EventError::reason(&error)),
    }
}

/// Who sent a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each system knows two of the three")]
enum Sender {
    /// This user, says the kernel, and it runs there.
    User(u32, Standing),
    /// The kernel should have said but did not.
    Unknown,
    /// This system does not say; the folder's rights are the check.
    Unchecked,
}

#[cfg(target_os = "linux")]
mod credentials {
    use std::io::{self, IoSliceMut};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixDatagram;

    // rustix reads a sender's pid as a number that is never zero, but it is zero for a sender in a
    // pid namespace that we cannot see into; nix takes what the kernel gives.
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, UnixCredentials, recvmsg};

    use super::{Sender, Standing};

    pub(in crate::collector) fn receive(
        socket: &UnixDatagram,
        bytes: &mut [u8],
    ) -> io::Result<(usize, Sender)> {
        let mut slices = [IoSliceMut::new(bytes)];
        // Room for credentials and nothing else, so that no file descriptor can be slipped in.
        let mut control = nix::cmsg_space!(UnixCredentials);
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC;
        let message = recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags)?;
        let sender = message
            .cmsgs()
            .into_iter()
            .flatten()
            .find_map(|control| match control {
                ControlMessageOwned::ScmCredentials(credentials) => {
                    let pid = u32::try_from(credentials.pid()).unwrap_or(0);
                    Some(Sender::User(credentials.uid(), Standing::of(pid)))
                }
                _ => None,
            });
        Ok((message.bytes, sender.unwrap_or(Sender::Unknown)))
    }
}

#[cfg(not(target_os = "linux"))]
mod credentials {
    use std::io;
    use std::os::unix::net::UnixDatagram;

    use rustix::net::{RecvFlags, recv};

    use super::Sender;

    pub(in crate::collector) fn receive(
        socket: &UnixDatagram,
        bytes: &mut [u8],
    ) -> io::Result<(usize, Sender)> {
        let (length, _) = recv(socket, bytes, RecvFlags::DONTWAIT)?;
        Ok((length, Sender::Unchecked))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::time::Duration;

    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;
    use crate::sys::socket_file::bind_datagrams;

    const EVENT: &[u8] =
        br#"{"assistant":"claude","state":"idle","target":"a:0.0","ts":"2026-02-27T10:00:00Z"}"#;

    fn open(path: &Path) -> (EventSocket, Receiver<Message>) {
        let (sender, receiver) = sync_channel(64);
        let clock = Arc::new(Clock::new(Timestamp::now));
        let uid = rustix::process::geteuid().as_raw();
        let socket =
            EventSocket::open(bind_datagrams(path).unwrap(), None, uid, clock, sender).unwrap();
        (socket, receiver)
    }

    fn next(receiver: &Receiver<Message>) -> String {
        let message = receiver.recv_timeout(Duration::from_secs(60)).unwrap();
        match message {
            Message::Heard(event, _, _) => event.target.to_string(),
            Message::Rejected(reason) => reason.to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn datagrams_become_events_or_are_rejected_for_a_reason() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("e.sock");
        let (socket, receiver) = open(&path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sender = UnixDatagram::unbound().unwrap();
        for datagram in [EVENT, b"", b"{", &[b' '; 4096], &[0xff]] {
            sender.send_to(datagram, &path).unwrap();
        }
        let heard: Vec<String> = (0..5).map(|_| next(&receiver)).collect();
        assert_eq!(
            heard,
            ["a:0.0", "malformed", "malformed", "oversized", "not UTF-8"]
        );
        drop(socket);
        assert!(!path.exists(), "the socket goes with its thread");
    }

    #[test]
    fn only_our_own_and_the_superusers_events_count() {
        let clock = Clock::new(Timestamp::now);
        let judged = |sender| judge(EVENT, sender, 1000, &clock);
        let user = |uid| judged(Sender::User(uid, Standing::Home));
        assert!(matches!(user(1000), Message::Heard(..)));
        assert!(matches!(user(0), Message::Heard(..)));
        assert!(matches!(user(1001), Message::Foreign));
        assert!(matches!(judged(Sender::Unknown), Message::Rejected(_)));
    }
}
