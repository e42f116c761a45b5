//! The leader of the program's session: this executable once more, in the terminal that `wrap` made.
//!
//! A program that leads its session itself cannot be stopped: the system lets Ctrl-Z do nothing where no shell
//! could wake what it stops. So one is there, as small as can be. It gives the program a group and the terminal as
//! a shell would, waits for it, and says what becomes of it to whoever has made the terminal, who holds the other
//! end of its stdin. When that one is gone without a word, it was killed: the program hears it as when a terminal
//! goes, and the person's terminal is made what it was before.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;

use nix::sys::signal::{SigSet, Signal as AnySignal};
use pane_patrol_bare::begins_in_front;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, ioctl_tiocsctty, kill_process_group, setsid, waitpid,
};
use rustix::termios::{
    OptionalActions, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetpgrp,
    tcsetwinsize,
};
use signal_hook::consts::{SIGCHLD, SIGTTIN, SIGTTOU};

use super::between::{Order, Word, hear, say};
use super::{end_of, outer, signals};
use crate::sys::child::persons;
use crate::sys::wake_channel::Inbox;

/// The first word after our own name where we are one.
pub const LEADER: &str = "wrap-leader";

/// Leads the session in which the program of these words runs, until both are over.
///
/// # Errors
/// There is no terminal or nobody to tell; the program was not started then.
pub(crate) fn lead(words: impl Iterator<Item = OsString>) -> io::Result<()> {
    signals::release_stops();
    held().thread_block()?;
    // In `ps` nobody would know it by the file that it was started from.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::set_name(c"pane-patrol");
    let line = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let inner = io::stdout().as_fd().try_clone_to_owned()?;
    let outer = Outer::open()?;
    tcsetattr(&inner, OptionalActions::Now, &outer.modes)?;
    tcsetwinsize(&inner, tcgetwinsize(&outer.terminal)?)?;
    setsid()?;
    ioctl_tiocsctty(&inner)?;
    let changes = signals::watch(&[SIGCHLD])?;
    say(&line, Word::Ready)?;
    let Order::Begin { in_front } = hear(&line)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    match start(words, &inner, in_front) {
        Ok(pid) => Leader::begin(line, inner, outer, pid, in_front)?.follow(&changes),
        Err(error) => say(&line, Word::NotBegun(error.raw_os_error().unwrap_or(0))),
    }
}

/// Starts the program in a group of its own, which has the terminal from the beginning where that is in front.
fn start(
    mut words: impl Iterator<Item = OsString>,
    inner: &OwnedFd,
    in_front: bool,
) -> io::Result<Pid> {
    let mut command = persons(words.next().unwrap_or_default());
    command.args(words);
    command.stdin(inner.try_clone()?).stdout(inner.try_clone()?);
    if in_front {
        let held: Vec<i32> = held().iter().map(|signal| signal as i32).collect();
        begins_in_front(&mut command, &held);
    } else {
        command.process_group(0);
        held().thread_unblock()?;
    }
    let child = command.spawn();
    held().thread_block()?;
    Ok(Pid::from_child(&child?))
}

/// What must not stop or end us: that we give the terminal away from behind, and that the terminal is gone, which is
/// told by the one who made it. The program hears both.
fn held() -> SigSet {
    let held = [AnySignal::SIGTTOU, AnySignal::SIGHUP];
    held.into_iter().collect()
}

/// The person's terminal, as it was when we were started.
struct Outer {
    terminal: OwnedFd,
    modes: Termios,
}

impl Outer {
    /// As long as we are in its session.
    fn open() -> io::Result<Self> {
        let terminal = crate::sys::terminal::own()?;
        let modes = tcgetattr(&terminal)?;
        Ok(Self { terminal, modes })
    }

    /// Puts back what somebody who was killed has left behind, if nobody else has done it yet.
    fn put_back(&self) {
        let left = tcgetattr(&self.terminal).is_ok_and(|now| outer::is_raw(&now, &self.modes));
        if left {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.modes);
        }
    }
}

struct Leader {
    line: UnixStream,
    inner: OwnedFd,
    outer: Outer,
    /// The program, which leads its group.
    pid: Pid,
    in_front: bool,
    is_stopped: bool,
    has_ended: bool,
}

impl Leader {
    fn begin(
        line: UnixStream,
        inner: OwnedFd,
        outer: Outer,
        pid: Pid,
        in_front: bool,
    ) -> io::Result<Self> {
        let leader = Self {
            line,
            inner,
            outer,
            pid,
            in_front,
            is_stopped: false,
            has_ended: false,
        };
        leader.hand_terminal_over();
        say(&leader.line, Word::Began(pid.as_raw_nonzero().get()))?;
        Ok(leader)
    }

    /// Until there is nobody to tell any more.
    fn follow(mut self, changes: &Inbox<i32>) -> io::Result<()> {
        loop {
            self.look()?;
            let mut waiting = [
                PollFd::new(changes, PollFlags::IN),
                PollFd::new(&self.line, PollFlags::IN),
            ];
            // Interrupted, it looks again.
            let _ = poll(&mut waiting, None);
            let is_told = !waiting[1].revents().is_empty();
            changes.take();
            if is_told {
                let Ok(order) = hear(&self.line) else {
                    self.be_left();
                    return Ok(());
                };
                self.obey(order);
            }
        }
    }

    /// Says what has become of the program.
    fn look(&mut self) -> io::Result<()> {
        let options = WaitOptions::UNTRACED | WaitOptions::CONTINUED | WaitOptions::NOHANG;
        while !self.has_ended
            && let Some((_, status)) = waitpid(Some(self.pid), options)?
        {
            if let Some(end) = end_of(status) {
                self.has_ended = true;
                // What it has left in its group would end with us: the system takes whoever is in front along.
                let _ = tcsetpgrp(&self.inner, getpid());
                say(&self.line, Word::Ended(end))?;
            } else if let Some(signal) = status.stopping_signal() {
                if self.asked_too_early(signal) {
                    self.send(Signal::CONT);
                } else {
                    self.is_stopped = true;
                    say(&self.line, Word::Stopped(signal))?;
                }
            } else if status.continued() && std::mem::take(&mut self.is_stopped) {
                say(&self.line, Word::Continued)?;
            }
        }
        Ok(())
    }

    /// Whether it wanted the terminal in the moment before it got it.
    fn asked_too_early(&self, signal: i32) -> bool {
        [SIGTTIN, SIGTTOU].contains(&signal)
            && self.in_front
            && tcgetpgrp(&self.inner) == Ok(self.pid)
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Front { in_front } => {
                self.in_front = in_front;
                self.hand_terminal_over();
            }
            // It has begun.
            Order::Begin { .. } => {}
            Order::Continue { in_front } => {
                self.in_front = in_front;
                self.hand_terminal_over();
                self.send(Signal::CONT);
            }
            Order::Signal(signal) => {
                if let Some(signal) = Signal::from_named_raw(signal) {
                    self.send(signal);
                }
            }
        }
    }

    /// In front the terminal is the program's; else nobody's, so that a program which reads is stopped as it would
    /// be behind a shell.
    fn hand_terminal_over(&self) {
        let group = if self.in_front { self.pid } else { getpid() };
        // Without it the program stops when it reads, and the person sees why.
        let _ = tcsetpgrp(&self.inner, group);
    }

    fn send(&self, signal: Signal) {
        if !self.has_ended {
            let _ = kill_process_group(self.pid, signal);
        }
    }

    /// Nobody is there to whom the terminal belongs.
    fn be_left(&self) {
        if self.has_ended {
            return;
        }
        if self.in_front && !self.is_stopped {
            self.outer.put_back();
        }
        self.send(Signal::HUP);
        self.send(Signal::CONT);
    }
}
