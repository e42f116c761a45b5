//! Bytes from one terminal to the other, as they come.

use std::time::Instant;

use rustix::event::PollFlags;
use rustix::io::{Errno, read};
use signal_hook::consts::SIGHUP;

use super::super::between::Order;
use super::wait::Ready;
use super::{News, Relay};

/// So much is read at once, in bytes; a terminal rarely has more.
const CHUNK: usize = 16 * 1024;

impl<T: FnMut(News<'_>)> Relay<'_, T> {
    /// Hands on what there is, both ways.
    pub(super) fn move_on(&mut self, ready: &Ready) {
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

    /// There is nobody any more who sees or types anything. The program's own terminal goes, too.
    fn lose_terminal(&mut self) {
        self.inner = None;
        self.stream.to_terminal.clear();
        self.order(Order::Signal(SIGHUP));
    }
}
