//! Between the person's terminal and the program's: hands every byte through as soon as there is one and no sooner
//! than it is taken, and keeps both sides what they would be if there were one terminal.

mod flow;
mod front;
mod wait;

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::termios::{Termios, tcgetattr};
use signal_hook::consts::{SIGHUP, SIGSTOP};

use super::between::{Order, Word, hear, say};
use super::inner::Inner;
use super::outer::Outer;
use super::signals::{self, OF_TERMINAL, PASSED_ON};
use super::stream::Stream;
use super::{End, News, Program, Turn, has_shell};
use crate::sys::wake_channel::Inbox;

/// More than a terminal holds, in bytes: what comes behind it was written by others than the program that is over.
const REST: usize = 256 * 1024;

/// What is done once everything that the program has written is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    End(End),
    Stop(i32),
}

/// Runs the program in a terminal of its own, to its end. `asks`: whether the person's terminal may be
/// asked for what not every terminal knows. `None`: there can be no such terminal, and nothing was started.
///
/// # Errors
/// The program cannot be started; nothing was told then.
pub(super) fn run<T: FnMut(News<'_>)>(
    program: Program<'_>,
    asks: bool,
    tell: &mut T,
) -> Option<io::Result<End>> {
    let outer = Outer::open()?;
    let inner = Inner::start(program).ok()?;
    // Before the program is there: what is sent to us from then on is for it.
    let signals = signals::watch(&[&PASSED_ON[..], &OF_TERMINAL].concat()).ok()?;
    let relay = Relay {
        outer,
        inner: Some(inner.terminal),
        line: inner.line,
        signals,
        stream: Stream::default(),
        asks,
        in_front: false,
        begun: None,
        pid: 0,
        then: None,
        left: REST,
        tell,
    };
    Some(relay.follow())
}

struct Relay<'t, T> {
    outer: Outer,
    /// Our side of the program's terminal, until the person's is gone.
    inner: Option<OwnedFd>,
    line: UnixStream,
    signals: Inbox<i32>,
    stream: Stream,
    /// Whether the person's terminal may be asked.
    asks: bool,
    /// Whether the person's keys are the program's.
    in_front: bool,
    /// The modes of the program's terminal where it has begun behind the shell, whose own line had the person's then:
    /// until it is in front for the first time.
    begun: Option<Termios>,
    pid: u32,
    then: Option<Then>,
    /// How much of what is written is handed on before that.
    left: usize,
    tell: &'t mut T,
}

impl<T: FnMut(News<'_>)> Relay<'_, T> {
    fn follow(mut self) -> io::Result<End> {
        self.in_front = self.outer.is_ours();
        let inner = self.inner.as_ref().filter(|_| !self.in_front);
        self.begun = inner.and_then(|inner| tcgetattr(inner).ok());
        self.fit()?;
        let in_front = self.in_front;
        say(&self.line, Order::Begin { in_front })?;
        loop {
            match self
                .then
                .filter(|_| self.is_at_rest() && self.is_answered())
            {
                Some(Then::End(end)) => {
                    self.outer.put_back();
                    (self.tell)(News::Turn(Turn::Ended(end)));
                    return Ok(end);
                }
                Some(Then::Stop(signal)) => self.stop(signal),
                _ => {}
            }
            let ready = self.wait();
            if ready.signals {
                self.heed();
            }
            if ready.line {
                self.hear()?;
            }
            self.move_on(&ready);
        }
    }

    /// Heeds what was sent to us.
    fn heed(&mut self) {
        for signal in self.signals.take().messages {
            if OF_TERMINAL.contains(&signal) {
                self.fit_again();
            } else if matches!(self.then, Some(Then::End(_))) {
                // The program is over: it means us, who wait for the terminal.
                self.left = 0;
                self.stream.to_terminal.clear();
            } else {
                self.order(Order::Signal(signal));
            }
        }
    }

    /// Hears what has become of the program.
    fn hear(&mut self) -> io::Result<()> {
        let word = match hear(&self.line) {
            Ok(word) => word,
            Err(_) if matches!(self.then, Some(Then::End(_))) => return Ok(()),
            // Somebody has killed the leader, and with it the program's terminal is gone.
            Err(_) => Word::Ended(End::Killed(SIGHUP)),
        };
        match word {
            Word::Ready => {}
            Word::Began(pid) => {
                self.pid = pid.unsigned_abs();
                (self.tell)(News::Turn(Turn::Running { pid: self.pid }));
            }
            Word::NotBegun(errno) => return Err(io::Error::from_raw_os_error(errno)),
            Word::Stopped(signal) => self.come_to(Then::Stop(signal)),
            Word::Continued => {
                if matches!(self.then, Some(Then::Stop(_))) {
                    self.then = None;
                }
                (self.tell)(News::Turn(Turn::Running { pid: self.pid }));
            }
            Word::Ended(end) => self.come_to(Then::End(end)),
        }
        Ok(())
    }

    fn come_to(&mut self, then: Then) {
        self.then = Some(then);
        self.left = REST;
    }

    /// Stops with the program, until somebody wakes us.
    fn stop(&mut self, signal: i32) {
        self.then = None;
        if has_shell() {
            (self.tell)(News::Turn(Turn::Stopped));
            self.outer.put_back();
            match signal {
                SIGSTOP => signals::stop(signal),
                _ => signals::stop_group(signal),
            }
            self.in_front = self.outer.is_ours();
            // It is told below.
            let _ = self.fit();
        } else if signal == SIGSTOP {
            // Whoever has stopped it can only wake it itself.
            (self.tell)(News::Turn(Turn::Stopped));
            return;
        }
        let in_front = self.in_front;
        self.order(Order::Continue { in_front });
    }

    fn order(&self, order: Order) {
        // If the leader is gone, its line says so.
        let _ = say(&self.line, order);
    }
}
