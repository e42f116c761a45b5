//! macOS: a kqueue tells of processes by their numbers.

use std::io;
use std::sync::Arc;

use nix::libc::timespec;
use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
use rustix::event::{PollFd, PollFlags};

use super::Watch;

/// So many ends are taken at once; there may be more.
const TAKEN: usize = 64;

/// What one process is to tell.
fn event(pid: u32, flags: EvFlags) -> KEvent {
    KEvent::new(
        pid as usize,
        EventFilter::EVFILT_PROC,
        flags,
        FilterFlag::NOTE_EXIT,
        0,
        0,
    )
}

/// One process of whose end is told. Nobody asks any more when it is dropped, also not for what has
/// ended and was not yet told: its number may be another one's by then.
#[derive(Debug)]
pub(in super::super) struct Held {
    all: Arc<Kqueue>,
    pid: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        // It is gone already where its end was told.
        let _ = self
            .all
            .kevent(&[event(self.pid, EvFlags::EV_DELETE)], &mut [], None);
    }
}

/// Tells of the ends of processes.
#[derive(Debug)]
pub(in super::super) struct Kernel {
    /// Readable when one of them has ended.
    all: Arc<Kqueue>,
}

impl Kernel {
    pub(in super::super) fn new() -> io::Result<Self> {
        Ok(Self {
            all: Arc::new(Kqueue::new()?),
        })
    }

    /// Watches one process more. It takes none of the files that may be open, so it does not matter how
    /// many are watched.
    pub(in super::super) fn watch(&self, pid: u32, _watched: usize) -> Watch {
        let asked = event(pid, EvFlags::EV_ADD | EvFlags::EV_ONESHOT);
        // Gone already, or not to be told of, is found at the next look.
        match self.all.kevent(&[asked], &mut [], None) {
            Ok(_) => Watch::Told(Held {
                all: Arc::clone(&self.all),
                pid,
            }),
            Err(_) => Watch::Asked,
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
    pub(in super::super) fn as_poll_fd(&self) -> Option<PollFd<'_>> {
        Some(PollFd::new(&*self.all, PollFlags::IN))
    }

    /// Those that have ended; does not wait.
    pub(in super::super) fn ended(&self) -> Vec<u32> {
        let mut events = [event(0, EvFlags::empty()); TAKEN];
        let at_once = timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let Ok(count) = self.all.kevent(&[], &mut events, Some(at_once)) else {
            return Vec::new();
        };
        let pids = events.iter().take(count).map(KEvent::ident);
        pids.filter_map(|pid| u32::try_from(pid).ok()).collect()
    }
}
