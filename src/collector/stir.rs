//! A tmux server says by itself when its panes are moved, renamed or looked at: hooks of its own let go a
//! waiting tmux, and with that the panes are listed at once and not only when it is time to.
//!
//! The hooks have an index of their own beside the person's and only end the wait for a channel: where
//! nobody waits any more they do nothing. They go when nobody collects any more; those that a killed
//! collector leaves are taken up by the next one of the same runtime folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::lister::Order;
use crate::mux::tmux::{Belief, CALL_BUDGET, Call};
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// What changes where a pane is, or which one is in front. All of them together tell of nearly
/// everything; of what none tells, the next listing does.
const HOOKS: [&str; 8] = [
    "session-renamed",
    "client-session-changed",
    "client-attached",
    "session-window-changed",
    "window-linked",
    "window-unlinked",
    "window-pane-changed",
    "window-layout-changed",
];

/// However much moves, a wait does not begin sooner after the last one.
const SHORTEST: Duration = Duration::from_millis(100);

/// A server whose wait ends in failure is waited for again after this, twice it and so on.
const PAUSE: Duration = Duration::from_secs(1);

/// At most.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long a server may take to forget the hooks at the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// The thread that waits. Dropped, it ends, and the hooks with it.
#[derive(Debug)]
pub(super) struct Stirs {
    orders: Option<Orders<BTreeSet<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Stirs {
    /// Starts the thread, which tells `lister`; `runtime` is the folder that tells collectors apart.
    pub(super) fn start(belief: Belief, runtime: &Path, lister: Sender<Order>) -> io::Result<Self> {
        let (orders, inbox) = inbox()?;
        let waiter = Waiter {
            belief,
            mark: Mark::of(runtime),
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
    pub(super) fn watch(&self, sockets: BTreeSet<String>) {
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

/// What tells the hooks of one collector from those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark(u32);

impl Mark {
    fn of(runtime: &Path) -> Self {
        let bytes = runtime.as_os_str().as_encoded_bytes();
        let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        // Far behind every index that a person would use.
        Self(1_000_000 + hash % 1_000_000_000)
    }

    fn channel(self) -> String {
        format!("pane-patrol-{}", self.0)
    }

    /// All in one call: who listens on a socket is looked at before each.
    fn hooks(self) -> Option<Call> {
        let command = format!("wait-for -S {}", self.channel());
        let set = move |hook: &str| {
            let set = Call::new("set-hook").flag("-g");
            let set = set.operand(format!("{hook}[{}]", self.0));
            set.operand(&command)
        };
        HOOKS.into_iter().map(set).reduce(Call::then)
    }

    fn farewell(self) -> Option<Call> {
        let forget = move |hook: &str| {
            let forget = Call::new("set-hook").flag("-g").flag("-u");
            forget.operand(format!("{hook}[{}]", self.0))
        };
        HOOKS.into_iter().map(forget).reduce(Call::then)
    }
}

struct Waiter {
    belief: Belief,
    mark: Mark,
    lister: Sender<Order>,
    servers: BTreeMap<String, Waited>,
}

/// One server.
struct Waited {
    /// The tmux that waits; ended with this.
    child: Option<Waiting>,
    /// When the next one is started.
    due: Instant,
    /// How often in a row it ended in failure.
    failures: u32,
    has_hooks: bool,
}

struct Waiting {
    child: Child,
    since: Instant,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
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
                self.stirred(&socket);
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

    /// The sockets of those whose wait has ended; `None` when waiting was disturbed.
    fn wait(&self, inbox: &Inbox<BTreeSet<String>>) -> Option<Vec<String>> {
        let mut polled = vec![PollFd::new(inbox, PollFlags::IN)];
        let mut sockets = Vec::new();
        for (socket, server) in &self.servers {
            let stdout = server
                .child
                .as_ref()
                .and_then(|it| it.child.stdout.as_ref());
            if let Some(stdout) = stdout {
                polled.push(PollFd::new(stdout, PollFlags::IN));
                sockets.push(socket);
            }
        }
        let idle = self
            .servers
            .values()
            .filter(|server| server.child.is_none());
        let left = idle
            .map(|server| server.due.saturating_duration_since(Instant::now()))
            .min();
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        poll(&mut polled, left.as_ref()).ok()?;
        let ended = polled[1..].iter().zip(sockets);
        let ended = ended.filter(|(polled, _)| !polled.revents().is_empty());
        Some(ended.map(|(_, socket)| socket.clone()).collect())
    }

    /// A wait has ended: something has moved, or the server is no more.
    fn stirred(&mut self, socket: &str) {
        let Some(server) = self.servers.get_mut(socket) else {
            return;
        };
        let Some(mut waiting) = server.child.take() else {
            return;
        };
        let has_moved = waiting.child.wait().is_ok_and(|status| status.success());
        if has_moved {
            server.failures = 0;
            server.due = waiting.since + SHORTEST;
            let _ = self.lister.send(Order::Now(socket.to_owned()));
        } else {
            server.fail();
        }
    }

    fn start_waiting(&mut self, now: Instant) {
        let Self { belief, mark, .. } = self;
        for (socket, server) in &mut self.servers {
            if server.child.is_some() || server.due > now {
                continue;
            }
            let Ok(tmux) = belief.tmux(Path::new(socket)) else {
                server.fail();
                continue;
            };
            // Before the hooks: whatever they tell of, somebody waits.
            let channel = Call::new("wait-for").operand(mark.channel());
            match tmux.spawn(&channel) {
                Ok(child) => server.child = Some(Waiting { child, since: now }),
                Err(_) => server.fail(),
            }
            if !server.has_hooks {
                server.has_hooks = true;
                tell(belief, socket, mark.hooks(), CALL_BUDGET);
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
                tell(&self.belief, socket, self.mark.farewell(), FAREWELL);
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
                });
        }
    }
}

impl Waited {
    fn fail(&mut self) {
        self.child = None;
        self.has_hooks = false;
        let pause = PAUSE * 2_u32.saturating_pow(self.failures.min(8));
        self.failures += 1;
        self.due = Instant::now() + pause.min(LONGEST_PAUSE);
    }
}

/// Tells the server that, if it still is one that is believed. What it refuses, an old one for a hook that
/// it does not know, is left at that: the next listing tells the same.
fn tell(belief: &Belief, socket: &str, call: Option<Call>, budget: Duration) {
    if let (Ok(tmux), Some(call)) = (belief.tmux(Path::new(socket)), call) {
        let _ = tmux.with_budget(budget).run(&call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runtime_folder_has_hooks_of_its_own() {
        let one = Mark::of(Path::new("/run/user/1000/pane-patrol"));
        let other = Mark::of(Path::new("/tmp/pane-patrol-1000"));
        assert_ne!(one, other);
        let told = one.hooks().unwrap().to_string();
        let (index, channel) = (one.0, one.channel());
        let first = format!("set-hook -g -- session-renamed[{index}] wait-for -S {channel} ; ");
        assert!(told.starts_with(&first), "{told}");
        assert_eq!(told.matches(" ; ").count() + 1, HOOKS.len());
        let farewell = one.farewell().unwrap().to_string();
        let first = format!("set-hook -g -u -- session-renamed[{index}] ; ");
        assert!(farewell.starts_with(&first), "{farewell}");
    }

    #[test]
    fn a_server_that_fails_is_asked_less_and_less() {
        let mut server = Waited {
            child: None,
            due: Instant::now(),
            failures: 0,
            has_hooks: true,
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
