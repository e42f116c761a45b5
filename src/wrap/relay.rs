//! Between the person's terminal and the program's: hands every byte through as soon as there is one and no sooner
//! than it is taken, and keeps both sides what they would be if there were one terminal.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::termios::tcsetwinsize;
use signal_hook::consts::{SIGHUP, SIGSTOP};

use super::between::{Order, Word, hear, say};
use super::inner::Inner;
use super::outer::Outer;
use super::signals::{self, OF_TERMINAL, PASSED_ON};
use super::stream::Stream;
use super::{End, News, Turn, has_shell};
use crate::sys::wake_channel::Inbox;

/// So much is read at once, in bytes; a terminal rarely has more.
const CHUNK: usize = 16 * 1024;

/// More than a terminal holds, in bytes: what comes behind it was written by others than the program that is over.
const REST: usize = 256 * 1024;

/// How often it is looked whether we are in front again: no shell says so of a job that runs.
const BEAT: Duration = Duration::from_millis(200);

/// What is done once everything that the program has written is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    End(End),
    Stop(i32),
}

/// Runs the program of these words in a terminal of its own, to its end. `asks`: whether the person's terminal may be
/// asked for what not every terminal knows. `None`: there can be no such terminal, and nothing was started.
///
/// # Errors
/// The program cannot be started; nothing was told then.
pub(super) fn run<T: FnMut(News<'_>)>(
    words: &[OsString],
    asks: bool,
    tell: &mut T,
) -> Option<io::Result<End>> {
    let outer = Outer::open()?;
    let inner = Inner::start(words).ok()?;
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
    inner: Option<std::os::fd::OwnedFd>,
    line: std::os::unix::net::UnixStream,
    signals: Inbox<i32>,
    stream: Stream,
    /// Whether the person's terminal may be asked.
    asks: bool,
    /// Whether the person's keys are the program's.
    in_front: bool,
    pid: u32,
    then: Option<Then>,
    /// How much of what is written is handed on before that.
    left: usize,
    tell: &'t mut T,
}

/// Which files have something for us.
struct Ready {
    line: bool,
    signals: bool,
    outer: PollFlags,
    inner: PollFlags,
}

impl<T: FnMut(News<'_>)> Relay<'_, T> {
    fn follow(mut self) -> io::Result<End> {
        self.in_front = self.outer.is_ours();
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

    /// Whether all that the program has written is on the person's terminal.
    fn is_at_rest(&mut self) -> bool {
        let has_more = self.left > 0 && self.inner.as_ref().is_some_and(is_readable);
        if !has_more {
            self.stream.rest();
        }
        !has_more && self.stream.to_terminal.is_empty()
    }

    /// Whether no answer of the terminal's can come any more that nobody else must get.
    fn is_answered(&self) -> bool {
        let until = self.stream.answered_by().filter(|_| self.in_front);
        until.is_none_or(|until| Instant::now() >= until)
    }

    fn wait(&self) -> Ready {
        let now = Instant::now();
        let is_gone = self.inner.is_none();
        let beat = (!self.in_front && !is_gone).then(|| now + BEAT);
        let is_last = self.then.is_some() && self.in_front;
        let answered = self.stream.answered_by().filter(|_| is_last);
        let until = [beat, answered, self.stream.lets_go_at()];
        let until = until.into_iter().flatten().min();
        let left = until.map(|until| until.saturating_duration_since(now));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut waiting = vec![
            PollFd::new(&self.line, PollFlags::IN),
            PollFd::new(&self.signals, PollFlags::IN),
        ];
        if let Some(inner) = &self.inner {
            let is_read = self.in_front && self.stream.to_program.is_empty();
            let outer = wanted(is_read, !self.stream.to_terminal.is_empty());
            let is_read = self.stream.to_terminal.is_empty();
            let inner_wants = wanted(is_read, !self.stream.to_program.is_empty());
            waiting.push(PollFd::new(&self.outer, outer));
            waiting.push(PollFd::new(inner, inner_wants));
        }
        // Interrupted, it looks again.
        let _ = poll(&mut waiting, left.as_ref());
        let found = |at: usize| waiting.get(at).map_or(PollFlags::empty(), PollFd::revents);
        Ready {
            line: !found(0).is_empty(),
            signals: !found(1).is_empty(),
            outer: found(2),
            inner: found(3),
        }
    }

    /// Hands on what there is, both ways.
    fn move_on(&mut self, ready: &Ready) {
        let now = Instant::now();
        if !self.in_front && self.inner.is_some() {
            // No shell says so of a job that runs.
            self.fit_again();
        }
        if self.stream.lets_go_at().is_some_and(|until| now >= until) {
            self.stream.let_typed_go();
        }
        if ready
            .outer
            .intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR)
        {
            self.read_outer(now);
        }
        if ready.inner.contains(PollFlags::IN) {
            self.read_inner(now);
        }
        let Some(inner) = &self.inner else {
            self.stream.to_terminal.clear();
            return;
        };
        // The answer to the program's question before anything that was written behind it.
        let _ = self.stream.to_program.write_to(inner);
        if self.stream.to_terminal.write_to(&self.outer).is_err() {
            self.lose_terminal();
        }
    }

    fn read_outer(&mut self, now: Instant) {
        if !self.outer.is_ours() {
            self.fit_again();
            if !self.outer.is_gone() {
                return;
            }
        }
        let mut chunk = [0; CHUNK];
        match read(&self.outer, &mut chunk) {
            Ok(count) if count > 0 => self.stream.take_typed(&chunk[..count], now),
            Err(Errno::AGAIN | Errno::INTR) => {}
            _ => self.lose_terminal(),
        }
    }

    fn read_inner(&mut self, now: Instant) {
        let mut chunk = [0; CHUNK];
        let Some(Ok(count)) = self.inner.as_ref().map(|inner| read(inner, &mut chunk)) else {
            return;
        };
        if self.then.is_some() {
            self.left = self.left.saturating_sub(count);
        }
        let tell = &mut *self.tell;
        let told = &mut |record: &_| tell(News::Record(record));
        // What is answered while the shell is in front would be the shell's.
        let asks = self.asks && self.in_front;
        self.stream.write(&chunk[..count], asks, now, told);
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

    /// Makes the program's terminal as large as the person's, and that raw, where it is in front.
    fn fit(&mut self) -> io::Result<()> {
        if let Some(inner) = self.inner.as_ref().filter(|_| self.in_front) {
            self.outer.make_raw()?;
            tcsetwinsize(inner, self.outer.size()?)?;
        }
        Ok(())
    }

    /// The same, once it may be another than before.
    fn fit_again(&mut self) {
        let in_front = self.outer.is_ours();
        if in_front != self.in_front {
            self.in_front = in_front;
            self.order(Order::Front { in_front });
        }
        // Where the terminal has gone, reading it tells.
        let _ = self.fit();
    }

    /// There is nobody any more who sees or types anything. The program's own terminal goes, too.
    fn lose_terminal(&mut self) {
        self.inner = None;
        self.stream.to_terminal.clear();
        self.order(Order::Signal(SIGHUP));
    }

    fn order(&self, order: Order) {
        // If the leader is gone, its line says so.
        let _ = say(&self.line, order);
    }
}

fn wanted(reads: bool, writes: bool) -> PollFlags {
    let mut wanted = PollFlags::empty();
    wanted.set(PollFlags::IN, reads);
    wanted.set(PollFlags::OUT, writes);
    wanted
}

/// Whether there is something to read at once.
fn is_readable(file: &impl AsFd) -> bool {
    let mut looked = [PollFd::new(file, PollFlags::IN)];
    poll(&mut looked, Some(&Timespec::default())).is_ok()
        && looked[0].revents().contains(PollFlags::IN)
}
