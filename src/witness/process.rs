//! Processes: whether one lives, since when, whose child it is, and word of its end.
//!
//! On Linux the kernel says when a process ends (a pidfd becomes readable), so nothing is asked
//! while nothing happens. Elsewhere, or where that is refused, each process is looked at once a
//! second while there are any.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::ancestry;
use crate::inbox::{Inbox, Orders, inbox};
use crate::state::Row;

/// How often a process is looked at whose end the kernel does not tell.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The start of a process is known to this much, by clocks that may drift apart.
const START_SLACK: Duration = Duration::from_secs(2);

/// Starts a thread that calls `ended` once for each process that ends while it is in the set that
/// was sent last, also for one that has ended already. The thread ends with the sender.
pub(crate) fn watch_exits(
    ended: impl FnMut(u32) + Send + 'static,
) -> io::Result<Orders<BTreeSet<u32>>> {
    let (orders, inbox) = inbox()?;
    std::thread::Builder::new()
        .name("exits".into())
        .spawn(move || Exits::default().run(&inbox, ended))?;
    Ok(orders)
}

/// The processes of the last order, each with how its end is noticed.
#[derive(Debug, Default)]
struct Exits {
    watched: BTreeMap<u32, Watch>,
}

#[derive(Debug)]
enum Watch {
    /// Readable when the process ends.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no kernel tells"))]
    Told(OwnedFd),
    /// To be looked at.
    Asked,
    /// It has ended, and that was reported.
    Reported,
}

impl Exits {
    fn run(&mut self, inbox: &Inbox<BTreeSet<u32>>, mut ended: impl FnMut(u32)) {
        loop {
            for pid in self.wait(inbox) {
                self.watched.insert(pid, Watch::Reported);
                ended(pid);
            }
            let mut taken = inbox.take();
            if taken.closed {
                return;
            }
            if let Some(pids) = taken.messages.pop() {
                self.watched.retain(|pid, _| pids.contains(pid));
                for pid in pids {
                    self.watched.entry(pid).or_insert_with(|| watch(pid));
                }
            }
        }
    }

    /// Waits for an order or the end of a process; gives those that have ended.
    fn wait(&self, inbox: &Inbox<BTreeSet<u32>>) -> Vec<u32> {
        let mut pids = Vec::new();
        let mut waiting = vec![PollFd::new(inbox, PollFlags::IN)];
        for (pid, watch) in &self.watched {
            if let Watch::Told(fd) = watch {
                pids.push(*pid);
                waiting.push(PollFd::new(fd, PollFlags::IN));
            }
        }
        let asked = || {
            self.watched
                .iter()
                .filter(|(_, watch)| matches!(watch, Watch::Asked))
        };
        let timeout = asked()
            .next()
            .and_then(|_| Timespec::try_from(LOOK_AGAIN).ok());
        if poll(&mut waiting, timeout.as_ref()).is_err() {
            return Vec::new();
        }
        let told = waiting[1..]
            .iter()
            .zip(pids)
            .filter(|(fd, _)| !fd.revents().is_empty())
            .map(|(_, pid)| pid);
        told.chain(asked().map(|(pid, _)| *pid).filter(|pid| !is_alive(*pid)))
            .collect()
    }
}

#[cfg(target_os = "linux")]
fn watch(pid: u32) -> Watch {
    use rustix::process::{PidfdFlags, pidfd_open};
    let opened = as_pid(pid).map(|pid| pidfd_open(pid, PidfdFlags::empty()));
    match opened {
        Some(Ok(fd)) => Watch::Told(fd),
        // Gone already is found at the next look, like any other end.
        _ => Watch::Asked,
    }
}

#[cfg(not(target_os = "linux"))]
fn watch(_pid: u32) -> Watch {
    Watch::Asked
}

fn as_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Whether the process that has this number now began after `moment`, so that it is another one than
/// was known by it then. False where the system does not tell.
pub(crate) fn started_after(pid: u32, moment: Timestamp) -> bool {
    ancestry::stat(pid)
        .and_then(|stat| ancestry::started_at(stat.start))
        .is_some_and(|started| started > moment.plus(START_SLACK))
}

/// Whether the process of a row that was known before is not there any more, or its number another
/// one's.
pub(crate) fn has_ended(row: &Row) -> bool {
    row.pid
        .is_some_and(|pid| !is_alive(pid) || started_after(pid, row.ts))
}

/// Whether there is such a process, whoever it belongs to.
pub(crate) fn is_alive(pid: u32) -> bool {
    as_pid(pid).is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}
