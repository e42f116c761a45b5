//! What is waited for: the leader, signals, and as much of both terminals as can be taken and given.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{News, Relay};

/// How often it is looked whether we are in front again: no shell says so of a job that runs.
const BEAT: Duration = Duration::from_millis(200);

/// Which files have something for us.
pub(super) struct Ready {
    pub(super) line: bool,
    pub(super) signals: bool,
    pub(super) outer: PollFlags,
    pub(super) inner: PollFlags,
}

impl<T: FnMut(News<'_>)> Relay<'_, T> {
    pub(super) fn wait(&self) -> Ready {
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
            // What it says of itself is of nobody before it is known that it has begun.
            let is_read = self.pid != 0 && self.stream.to_terminal.is_empty();
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

    /// Whether all that the program has written is on the person's terminal.
    pub(super) fn is_at_rest(&mut self) -> bool {
        let has_more = self.left > 0 && self.inner.as_ref().is_some_and(is_readable);
        if !has_more {
            self.stream.rest();
        }
        !has_more && self.stream.to_terminal.is_empty()
    }

    /// Whether no answer of the terminal's can come any more that nobody else must get.
    pub(super) fn is_answered(&self) -> bool {
        let until = self.stream.answered_by().filter(|_| self.in_front);
        until.is_none_or(|until| Instant::now() >= until)
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
