//! A server says by itself when its panes are moved, renamed or looked at, as far as its multiplexer can:
//! a process that waits for that ends, or prints a line and goes on, and with that the panes are listed at once
//! and not only when it is time to.
//!
//! What the server was asked for goes when nobody collects any more; what a killed collector leaves is
//! taken away by the next one that comes to the server, whatever its folder, and by those that are there
//! already once the server has stirred.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::hearing::{Heard, Hearing};
use super::panes::Order;
use crate::mux::{PATIENCE, Reach, Stirring};
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// However much moves, a wait does not begin sooner after the last one.
const SHORTEST: Duration = Duration::from_millis(100);

/// A server that stirs is asked anew when that was so long ago: another collector may have been killed
/// meanwhile, whose hooks stay with nobody to take them away.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// A server whose wait ends in failure is waited for again after this, twice it and so on.
const PAUSE: Duration = Duration::from_secs(1);

/// At most.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long a server may take to forget the hooks at the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// The thread that waits. Dropped, it ends, and the hooks with it.
#[derive(Debug)]
pub(in crate::collector) struct Stirs {
    orders: Option<Orders<BTreeSet<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Stirs {
    /// Starts the thread, which tells `lister`; `runtime` is the folder that tells collectors apart.
    pub(in crate::collector) fn start(
        reach: Reach,
        runtime: &Path,
        lister: Sender<Order>,
    ) -> io::Result<Self> {
        let (orders, inbox) = inbox()?;
        let waiter = Waiter {
            reach,
            mark: runtime.to_owned(),
            lister,
            servers: BTreeMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("stirs".into())
            .spawn(move || waiter.run(&inbox))?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
        })
    }

    /// From now on the servers on these sockets are the ones that matter.
    pub(in crate::collector) fn watch(&self, sockets: BTreeSet<String>) {
        if let Some(orders) = &self.orders {
            orders.send(sockets);
        }
    }
}

impl Drop for Stirs {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

struct Waiter {
    reach: Reach,
    /// The folder that tells collectors apart.
    mark: PathBuf,
    lister: Sender<Order>,
    servers: BTreeMap<String, Waited>,
}

/// One server.
struct Waited {
    /// The process that waits; ended with this.
    child: Option<RunningWait>,
    /// When the next one is started.
    due: Instant,
    /// How often in a row it ended in failure.
    failures: u32,
    has_hooks: bool,
    /// When it was asked for them.
    asked: Instant,
}

enum RunningWait {
    /// Its end tells.
    Once { child: Ended, since: Instant },
    /// Its lines tell.
    Lines(Hearing),
}

/// Ended with this.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl RunningWait {
    fn begun(stirring: Stirring, now: Instant) -> io::Result<Self> {
        Ok(match stirring {
            Stirring::Once(child) => Self::Once {
                child: Ended(child),
                since: now,
            },
            Stirring::Lines(lines) => Self::Lines(Hearing::to(lines, now)?),
        })
    }

    /// What becomes readable when it has told something.
    fn ears(&self, now: Instant) -> Vec<PollFd<'_>> {
        match self {
            Self::Once { child, .. } => {
                let stdout = child.0.stdout.iter();
                stdout.map(|it| PollFd::new(it, PollFlags::IN)).collect()
            }
            Self::Lines(hearing) => hearing.ears(now).collect(),
        }
    }
}

impl Waiter {
    fn run(mut self, inbox: &Inbox<BTreeSet<String>>) {
        loop {
            self.start_waiting(Instant::now());
            let Some(ready) = self.wait(inbox) else {
                continue;
            };
            for socket in ready {
                self.told(&socket);
            }
            let taken = inbox.take();
            if let Some(sockets) = taken.messages.into_iter().last() {
                self.watch(&sockets);
            }
            if taken.closed {
                self.watch(&BTreeSet::new());
                return;
            }
        }
    }

    /// The sockets of those who have told something, or may have; `None` when waiting was disturbed.
    fn wait(&self, inbox: &Inbox<BTreeSet<String>>) -> Option<Vec<String>> {
        let now = Instant::now();
        let mut polled = vec![PollFd::new(inbox, PollFlags::IN)];
        let mut sockets = Vec::new();
        for (socket, server) in &self.servers {
            for ear in server.child.iter().flat_map(|it| it.ears(now)) {
                polled.push(ear);
                sockets.push(socket);
            }
        }
        let left = self.servers.values().filter_map(|server| server.due(now));
        let left = left.map(|due| due.saturating_duration_since(now)).min();
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        poll(&mut polled, left.as_ref()).ok()?;
        let told = polled[1..].iter().zip(sockets);
        let told = told.filter(|(polled, _)| !polled.revents().is_empty());
        let told = told.map(|(_, socket)| socket);
        let now = Instant::now();
        let due = |server: &Waited| server.due(now).is_some_and(|due| due <= now);
        let due = self.servers.iter().filter(|(_, server)| due(server));
        let told: BTreeSet<&String> = told.chain(due.map(|(socket, _)| socket)).collect();
        Some(told.into_iter().cloned().collect())
    }

    fn told(&mut self, socket: &str) {
        let Some(server) = self.servers.get_mut(socket) else {
            return;
        };
        match server.child.take() {
            Some(RunningWait::Once { child, since }) => self.has_ended(socket, child, since),
            Some(RunningWait::Lines(hearing)) => self.has_spoken(socket, hearing),
            None => {}
        }
    }

    /// A wait has ended: something has moved, or the server is no more.
    fn has_ended(&mut self, socket: &str, mut child: Ended, since: Instant) {
        let Some(server) = self.servers.get_mut(socket) else {
            return;
        };
        let has_moved = child.0.wait().is_ok_and(|status| status.success());
        if has_moved {
            server.failures = 0;
            server.due = since + SHORTEST;
            let _ = self.lister.send(Order::Now(socket.to_owned()));
        } else {
            server.fail();
        }
    }

    /// Something has moved, or nobody tells any more.
    fn has_spoken(&mut self, socket: &str, mut hearing: Hearing) {
        let Some(server) = self.servers.get_mut(socket) else {
            return;
        };
        let was_heard = hearing.is_heard;
        let heard = hearing.hear(Instant::now());
        if heard == Heard::End {
            drop(hearing);
            server.fail();
        } else {
            if heard == Heard::Line {
                server.failures = 0;
            }
            server.child = Some(RunningWait::Lines(hearing));
        }
        let is_told = match heard {
            Heard::Nothing => return,
            Heard::Line => true,
            Heard::End => false,
        };
        if is_told != was_heard {
            let _ = self.lister.send(Order::Told(socket.to_owned(), is_told));
        }
        if is_told || was_heard {
            let _ = self.lister.send(Order::Now(socket.to_owned()));
        }
    }

    fn start_waiting(&mut self, now: Instant) {
        for (socket, server) in &mut self.servers {
            if server.child.is_some() || server.due > now {
                continue;
            }
            let socket = Path::new(socket);
            let mux = self.reach.at(socket);
            // Before it is asked to tell: whatever it tells of, somebody waits.
            let stirring = mux.wait_for_stir(socket, &self.mark).ok();
            let Some(waiting) = stirring.and_then(|it| RunningWait::begun(it, now).ok()) else {
                server.fail();
                continue;
            };
            server.child = Some(waiting);
            if !server.has_hooks || now.duration_since(server.asked) >= ASK_AGAIN {
                (server.has_hooks, server.asked) = (true, now);
                mux.ask_for_stirs(socket, &self.mark, PATIENCE);
            }
        }
    }

    fn watch(&mut self, sockets: &BTreeSet<String>) {
        let gone = self
            .servers
            .iter()
            .filter(|(socket, _)| !sockets.contains(*socket));
        for (socket, server) in gone {
            // A server that takes too long is left with hooks that do nothing.
            if server.has_hooks {
                let socket = Path::new(socket);
                let mux = self.reach.at(socket);
                mux.forgo_stirs(socket, &self.mark, FAREWELL);
            }
        }
        self.servers.retain(|socket, _| sockets.contains(socket));
        for socket in sockets {
            self.servers
                .entry(socket.clone())
                .or_insert_with(|| Waited {
                    child: None,
                    due: Instant::now(),
                    failures: 0,
                    has_hooks: false,
                    asked: Instant::now(),
                });
        }
    }
}

impl Waited {
    /// When there is something to do, whatever is told.
    fn due(&self, now: Instant) -> Option<Instant> {
        match &self.child {
            None => Some(self.due),
            Some(RunningWait::Once { .. }) => None,
            Some(RunningWait::Lines(hearing)) => hearing.due(now),
        }
    }

    fn fail(&mut self) {
        self.child = None;
        self.has_hooks = false;
        let pause = PAUSE * 2_u32.saturating_pow(self.failures.min(8));
        self.failures += 1;
        self.due = Instant::now() + pause.min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_is_asked_less_and_less() {
        let mut server = Waited {
            child: None,
            due: Instant::now(),
            failures: 0,
            has_hooks: true,
            asked: Instant::now(),
        };
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let now = Instant::now();
            server.fail();
            let pause = Duration::from_secs(seconds);
            assert!((now + pause..=Instant::now() + pause).contains(&server.due));
        }
        assert!(!server.has_hooks);
    }
}
