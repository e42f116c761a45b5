//! One datagram to whoever listens. Every failure is a drop: the assistant must not suffer for it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_sys::child::wait_for;
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{SendFlags, send};

use crate::paths::Places;

/// Longest wait for a place in a full queue.
pub const SEND_BUDGET: Duration = Duration::from_millis(10);

/// The event socket, with somebody behind it.
#[derive(Debug)]
pub struct Listener(UnixDatagram);

impl Listener {
    /// Looks for a listener; `None` when nobody listens or its folder could be another user's.
    ///
    /// A socket that the user named is not checked: it may be shared with a container.
    pub fn find(places: &Places, uid: u32) -> Option<Self> {
        let is_trusted = places.events_socket_is_explicit || is_runtime_ours(places, uid);
        is_trusted
            .then(|| Self::at(&places.events_socket))
            .flatten()
    }

    /// The same where the socket itself stands in the folder: not a link to where somebody listens.
    pub fn stands(places: &Places, uid: u32) -> bool {
        let is_link =
            |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        !is_link(&places.events_socket) && Self::find(places, uid).is_some()
    }

    fn at(path: &Path) -> Option<Self> {
        let socket = UnixDatagram::unbound().ok()?;
        socket.connect(path).ok()?;
        Some(Self(socket))
    }

    /// Sends one event's bytes if that needs no wait; false when the queue is full.
    pub(crate) fn send_now(&self, bytes: &[u8]) -> bool {
        self.send(bytes) != Err(Errno::WOULDBLOCK)
    }

    /// Sends them when there is a place in the queue, waited for until `deadline` at most.
    pub fn send_later(&self, bytes: &[u8], deadline: Instant) {
        // Not by a timeout of the socket: the kernel rounds that up to its ticks, to 20 ms in places.
        if wait_for(&self.0, PollFlags::OUT, deadline) {
            let _ = self.send(bytes);
        }
    }

    /// Never waits; said with each send, which spares telling the socket so.
    fn send(&self, bytes: &[u8]) -> Result<(), Errno> {
        send(&self.0, bytes, SendFlags::DONTWAIT).map(drop)
    }
}

/// Whether the runtime folder and those above it that are pane-patrol's are real folders of `uid`
/// that nobody else can write to.
pub fn is_runtime_ours(places: &Places, uid: u32) -> bool {
    places.runtime_folders().iter().all(|folder| {
        fs::symlink_metadata(folder)
            .is_ok_and(|found| found.is_dir() && found.uid() == uid && found.mode() & 0o022 == 0)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::event::{Assistant, Event, State};
    use crate::paths::Environment;
    use crate::timestamp::Timestamp;

    fn places(runtime_dir: &Path) -> Places {
        Places::of(&Environment {
            runtime_dir: Some(runtime_dir.to_owned()),
            ..Environment::default()
        })
    }

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    #[test]
    fn only_a_folder_that_nobody_else_can_write_to_is_ours() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let uid = rustix::process::geteuid().as_raw();
        assert!(!is_runtime_ours(&places, uid), "it is not there");

        fs::create_dir(&places.runtime).unwrap();
        mode(&places.runtime, 0o700);
        assert!(is_runtime_ours(&places, uid));
        assert!(!is_runtime_ours(&places, uid + 1), "another owner");
        for writable in [0o770, 0o702, 0o777] {
            mode(&places.runtime, writable);
            assert!(!is_runtime_ours(&places, uid), "{writable:o}");
        }

        fs::remove_dir(&places.runtime).unwrap();
        symlink(root.path(), &places.runtime).unwrap();
        assert!(!is_runtime_ours(&places, uid), "a link");
    }

    #[test]
    fn a_listener_gets_what_is_sent_and_a_full_queue_drops_it() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let uid = rustix::process::geteuid().as_raw();
        fs::create_dir(&places.runtime).unwrap();
        mode(&places.runtime, 0o700);
        assert!(Listener::find(&places, uid).is_none());

        let receiver = UnixDatagram::bind(&places.events_socket).unwrap();
        let listener = Listener::find(&places, uid).unwrap();
        let target = "a:0.0".parse().unwrap();
        let event = Event::new(Assistant::CLAUDE, State::Idle, target, Timestamp::default());
        let mut full = 0;
        for _ in 0..100_000 {
            if full == 2 {
                break;
            }
            if !listener.send_now(&event.encode().unwrap()) {
                full += 1;
                listener.send_later(&event.encode().unwrap(), Instant::now());
            }
        }
        assert_eq!(full, 2, "a queue has an end");
        let mut bytes = [0; 2048];
        let length = receiver.recv(&mut bytes).unwrap();
        assert_eq!(Event::parse(&bytes[..length]), Ok(event));

        drop(receiver);
        assert!(
            Listener::find(&places, uid).is_none(),
            "a socket left behind"
        );
    }
}
