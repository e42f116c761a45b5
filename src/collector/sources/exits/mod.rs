//! Processes: whether one lives, since when, whose child it is, and word of its end or its stopping.
//!
//! On Linux (a pidfd becomes readable) and macOS (a kqueue tells) the kernel says when a process ends.
//! Elsewhere, or where that is refused, each process is looked at once a second while there are any.
//!
//! Nobody says when a process is stopped but to its parent: not its pidfd, and no file can be watched
//! for it. So on Linux one line of `/proc` is read for each process once a second (some ten
//! microseconds each), of a limited number at a time, and nothing else is done then. Elsewhere that is
//! not known.

mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::collector::counted::Changes;
use crate::sys::process::{is_alive, stat};
use crate::sys::wake_channel::{Inbox, Orders, inbox};
use watch::{Kernel, Watch};

/// How often a process is looked at for what the kernel does not tell; a little less than the second
/// within which it is to be known.
const LOOK_AGAIN: Duration = Duration::from_millis(900);

/// So many processes are looked at each time; where there are more, they take turns.
const LOOKS: usize = 256;

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

/// Starts a thread that tells of each process that ends between its coming and its going by what is
/// sent, also of one that has ended already, and of each that is stopped or goes on. Ends with the sender.
pub(crate) fn watch_lives(
    tell: impl FnMut(u32, News) + Send + 'static,
) -> io::Result<Orders<Changes<u32>>> {
    let (orders, inbox) = inbox()?;
    let mut lives = Lives::new(Kernel::new()?);
    std::thread::Builder::new()
        .name("exits".into())
        .spawn(move || lives.run(&inbox, tell))?;
    Ok(orders)
}

/// The processes that matter, each with how its end is noticed.
#[derive(Debug)]
struct Lives {
    kernel: Kernel,
    watched: BTreeMap<u32, Watch>,
    /// Those of whose ends nobody tells.
    asked: BTreeSet<u32>,
    /// Those that were stopped at the last look.
    stopped: BTreeSet<u32>,
    looked: Option<Instant>,
    /// The first whose turn it is at the next look.
    next: u32,
}

impl Lives {
    fn new(kernel: Kernel) -> Self {
        Self {
            kernel,
            watched: BTreeMap::new(),
            asked: BTreeSet::new(),
            stopped: BTreeSet::new(),
            looked: None,
            next: 0,
        }
    }

    fn run(&mut self, inbox: &Inbox<Changes<u32>>, mut tell: impl FnMut(u32, News)) {
        loop {
            for pid in self.wait(inbox) {
                if let Some(watch) = self.watched.get_mut(&pid) {
                    *watch = Watch::Reported;
                    self.asked.remove(&pid);
                    self.stopped.remove(&pid);
                    tell(pid, News::Ended);
                }
            }
            let taken = inbox.take();
            if taken.closed {
                return;
            }
            for pids in taken.messages {
                self.take(&pids);
            }
            if self.time_left().is_some_and(|left| left.is_zero()) {
                self.look_who_is_stopped(&mut tell);
            }
        }
    }

    fn take(&mut self, pids: &Changes<u32>) {
        for pid in &pids.gone {
            self.watched.remove(pid);
            self.asked.remove(pid);
            self.stopped.remove(pid);
        }
        for pid in &pids.come {
            let watch = self.kernel.watch(*pid, self.watched.len());
            if matches!(watch, Watch::Asked) {
                self.asked.insert(*pid);
            }
            self.watched.insert(*pid, watch);
        }
    }

    /// Waits for an order, the end of a process or the next look; gives those that have ended.
    fn wait(&self, inbox: &Inbox<Changes<u32>>) -> Vec<u32> {
        let mut waiting = vec![PollFd::new(inbox, PollFlags::IN)];
        waiting.extend(self.kernel.as_poll_fd());
        let timeout = self
            .time_left()
            .and_then(|left| Timespec::try_from(left).ok());
        if poll(&mut waiting, timeout.as_ref()).is_err() {
            return Vec::new();
        }
        let mut ended = self.kernel.ended();
        if self.time_left().is_some_and(|left| left.is_zero()) {
            ended.extend(self.asked.iter().filter(|pid| !is_alive(**pid)));
        }
        ended
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
        let from = self.watched.range(self.next..);
        let all = from.chain(self.watched.range(..self.next));
        let mut turns = all.take(LOOKS + 1).map(|(pid, watch)| {
            let may_stop = !matches!(watch, Watch::Reported);
            (*pid, may_stop)
        });
        let now: Vec<(u32, bool)> = turns.by_ref().take(LOOKS).collect();
        self.next = turns.next().map_or(0, |(pid, _)| pid);
        for (pid, may_stop) in now {
            let is_stopped = may_stop && stat(pid).is_some_and(|stat| stat.is_stopped);
            if is_stopped && self.stopped.insert(pid) {
                tell(pid, News::Stopped);
            } else if !is_stopped && self.stopped.remove(&pid) {
                tell(pid, News::GoesOn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn the_end_of_a_process_is_told_of_once_also_where_it_was_before_it_was_asked_for() {
        let (told, news) = mpsc::channel();
        let orders = watch_lives(move |pid, what| {
            let _ = told.send((pid, what));
        })
        .unwrap();
        let ask = |come: &[u32], gone: &[u32]| {
            orders.send(Changes {
                come: come.to_vec(),
                gone: gone.to_vec(),
            });
        };
        let sleep = || Command::new("sleep").arg("1000").spawn().unwrap();
        let (mut left_out, mut ends, mut ended) = (sleep(), sleep(), sleep());
        ended.kill().unwrap();
        ended.wait().unwrap();
        ask(&[left_out.id(), ends.id(), ended.id()], &[]);
        ask(&[], &[left_out.id()]);
        let next = || news.recv_timeout(PATIENCE).unwrap();
        assert_eq!(next(), (ended.id(), News::Ended));
        for child in [&mut left_out, &mut ends] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert_eq!(next(), (ends.id(), News::Ended));
        drop(orders);
        assert!(news.recv_timeout(PATIENCE).is_err(), "nobody else");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_is_stopped_goes_on_or_ends_is_told_of_once_each() {
        use rustix::process::{Pid, Signal, kill_process};
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let (told, news) = mpsc::channel();
        let orders = watch_lives(move |pid, what| {
            let _ = told.send((pid, what));
        })
        .unwrap();
        orders.send(Changes {
            come: vec![child.id()],
            gone: Vec::new(),
        });
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
