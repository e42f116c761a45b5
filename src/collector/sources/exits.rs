//! Processes: whether one lives, since when, whose child it is, and word of its end or its stopping.
//!
//! On Linux the kernel says when a process ends (a pidfd becomes readable). Elsewhere, or where that
//! is refused, each process is looked at once a second while there are any.
//!
//! Nobody says when a process is stopped but to its parent: not its pidfd, and no file can be watched
//! for it. So on Linux one line of `/proc` is read for each process once a second (some ten
//! microseconds each), and nothing else is done then. Elsewhere that is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::sys::process::{as_pid, is_alive, stat};
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// How often a process is looked at for what the kernel does not tell; a little less than the second
/// within which it is to be known.
const LOOK_AGAIN: Duration = Duration::from_millis(900);

/// What became of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It has ended.
    Ended,
    /// It was stopped.
    Stopped,
    /// It goes on.
    GoesOn,
}

/// Starts a thread that tells of each process that ends while it is in the set that was sent last,
/// also of one that has ended already, and of each that is stopped or goes on. Ends with the sender.
pub(crate) fn watch_lives(
    tell: impl FnMut(u32, News) + Send + 'static,
) -> io::Result<Orders<BTreeSet<u32>>> {
    let (orders, inbox) = inbox()?;
    std::thread::Builder::new()
        .name("exits".into())
        .spawn(move || Lives::default().run(&inbox, tell))?;
    Ok(orders)
}

/// The processes of the last order, each with how its end is noticed.
#[derive(Debug, Default)]
struct Lives {
    watched: BTreeMap<u32, Watch>,
    /// Those that were stopped at the last look.
    stopped: BTreeSet<u32>,
    looked: Option<Instant>,
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

impl Lives {
    fn run(&mut self, inbox: &Inbox<BTreeSet<u32>>, mut tell: impl FnMut(u32, News)) {
        loop {
            for pid in self.wait(inbox) {
                self.watched.insert(pid, Watch::Reported);
                self.stopped.remove(&pid);
                tell(pid, News::Ended);
            }
            let mut taken = inbox.take();
            if taken.closed {
                return;
            }
            if let Some(pids) = taken.messages.pop() {
                self.watched.retain(|pid, _| pids.contains(pid));
                self.stopped.retain(|pid| pids.contains(pid));
                for pid in pids {
                    self.watched.entry(pid).or_insert_with(|| watch(pid));
                }
            }
            if self.time_left().is_some_and(|left| left.is_zero()) {
                self.look_who_is_stopped(&mut tell);
            }
        }
    }

    /// Waits for an order, the end of a process or the next look; gives those that have ended.
    fn wait(&self, inbox: &Inbox<BTreeSet<u32>>) -> Vec<u32> {
        let mut pids = Vec::new();
        let mut waiting = vec![PollFd::new(inbox, PollFlags::IN)];
        for (pid, watch) in &self.watched {
            if let Watch::Told(fd) = watch {
                pids.push(*pid);
                waiting.push(PollFd::new(fd, PollFlags::IN));
            }
        }
        let timeout = self
            .time_left()
            .and_then(|left| Timespec::try_from(left).ok());
        if poll(&mut waiting, timeout.as_ref()).is_err() {
            return Vec::new();
        }
        let told = waiting[1..]
            .iter()
            .zip(pids)
            .filter(|(fd, _)| !fd.revents().is_empty())
            .map(|(_, pid)| pid);
        let asked = self.watched.iter().filter_map(|(pid, watch)| {
            (matches!(watch, Watch::Asked) && !is_alive(*pid)).then_some(*pid)
        });
        told.chain(asked).collect()
    }

    /// How long until somebody has to be looked at; `None` while there is nobody.
    fn time_left(&self) -> Option<Duration> {
        let is_living = |watch: &Watch| !matches!(watch, Watch::Reported);
        self.watched.values().any(is_living).then(|| {
            let since = self.looked.map_or(LOOK_AGAIN, |at| at.elapsed());
            LOOK_AGAIN.saturating_sub(since)
        })
    }

    fn look_who_is_stopped(&mut self, tell: &mut impl FnMut(u32, News)) {
        self.looked = Some(Instant::now());
        for (pid, watch) in &self.watched {
            let is_stopped =
                !matches!(watch, Watch::Reported) && stat(*pid).is_some_and(|stat| stat.is_stopped);
            if is_stopped && self.stopped.insert(*pid) {
                tell(*pid, News::Stopped);
            } else if !is_stopped && self.stopped.remove(pid) {
                tell(*pid, News::GoesOn);
            }
        }
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_process_that_is_stopped_goes_on_or_ends_is_told_of_once_each() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let (told, news) = mpsc::channel();
        let orders = watch_lives(move |pid, what| {
            let _ = told.send((pid, what));
        })
        .unwrap();
        orders.send(BTreeSet::from([child.id()]));
        let next = || news.recv_timeout(PATIENCE).unwrap();
        let pid = Pid::from_child(&child);
        for (signal, what) in [
            (Signal::STOP, News::Stopped),
            (Signal::CONT, News::GoesOn),
            (Signal::STOP, News::Stopped),
            (Signal::KILL, News::Ended),
        ] {
            kill_process(pid, signal).unwrap();
            assert_eq!(next(), (child.id(), what));
        }
        child.wait().unwrap();
        drop(orders);
        assert!(news.recv_timeout(PATIENCE).is_err(), "nothing twice");
    }
}
