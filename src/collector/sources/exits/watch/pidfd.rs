//! Linux: a pidfd becomes readable when its process ends.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, epoll};
use rustix::process::{PidfdFlags, Resource, getrlimit, pidfd_open};

use super::Watch;
use crate::sys::process::as_pid;

/// A process that is held on to: its number is nobody else's in there.
pub(in super::super) type Held = OwnedFd;

/// So many ends are taken at once; there may be more.
const TAKEN: usize = 64;

/// Tells of the ends of processes.
#[derive(Debug)]
pub(in super::super) struct Kernel {
    /// Readable when one of them has ended.
    all: OwnedFd,
    /// Of as many processes it is asked: others of this program need files, too.
    room: usize,
}

impl Kernel {
    pub(in super::super) fn new() -> io::Result<Self> {
        let limit = getrlimit(Resource::Nofile).current;
        let room = limit.map_or(usize::MAX, |limit| usize::try_from(limit / 2).unwrap_or(0));
        Ok(Self {
            all: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            room,
        })
    }

    /// Watches one process more than `watched`.
    pub(in super::super) fn watch(&self, pid: u32, watched: usize) -> Watch {
        let opened = as_pid(pid)
            .filter(|_| watched < self.room)
            .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        let added = opened.filter(|fd| {
            let data = epoll::EventData::new_u64(u64::from(pid));
            epoll::add(&self.all, fd, data, epoll::EventFlags::IN).is_ok()
        });
        // Gone already is found at the next look, like any other end.
        added.map_or(Watch::Asked, Watch::Told)
    }

    #[allow(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
    pub(in super::super) fn as_poll_fd(&self) -> Option<PollFd<'_>> {
        Some(PollFd::new(&self.all, PollFlags::IN))
    }

    /// Those that have ended; does not wait.
    pub(in super::super) fn ended(&self) -> Vec<u32> {
        let mut events = Vec::with_capacity(TAKEN);
        let at_once = Timespec::try_from(Duration::ZERO).ok();
        let buffer = rustix::buffer::spare_capacity(&mut events);
        if epoll::wait(&self.all, buffer, at_once.as_ref()).is_err() {
            return Vec::new();
        }
        let pids = events.iter().map(|event| event.data.u64());
        pids.filter_map(|pid| u32::try_from(pid).ok()).collect()
    }
}
