//! What passes between the program and the person's terminal: every byte as it is, but for status records and the
//! question whether they are wanted (OSC 7501).
//!
//! A program that asks is answered here, before the person's terminal hears of anything that was written behind the
//! question. That terminal is asked, too, once, where the program has asked or said the first record. If it answers,
//! records are passed on to it, and before them those that were said while it had not answered yet; its answer is
//! nothing that the program has asked for, and is taken out of what is typed, whenever it comes.

use std::time::{Duration, Instant};

use super::ground::Ground;
use super::queue::Queue;
use crate::status_record::{Piece, Record, Splitter};

/// Whether status records are wanted; the answer is the same.
const QUESTION: &[u8] = b"\x1b]7501;?\x07";

/// How long what may be the beginning of the answer waits for the rest of it.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a key that begins like the answer (Escape, Alt and a bracket) may be that, after the question.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);

/// So much of what was said is kept for an answer, in bytes; of more only the last record.
const KEPT: usize = 16 * 1024;

/// How long the end of a program waits for the answer, after the question: it is not for the shell.
const LAST_CALL: Duration = Duration::from_millis(100);

/// Both ways.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// What the person's terminal is to be given.
    pub(super) to_terminal: Queue,
    /// What the program is to be given.
    pub(super) to_program: Queue,
    written: Splitter,
    typed: Splitter,
    terminal: Terminal,
    /// What was said since the terminal was asked, and it has not been shown.
    kept: Vec<u8>,
    /// How far the terminal has come since then.
    ground: Ground,
    /// When what is held back of the typed is let go.
    let_go: Option<Instant>,
}

/// Whether the person's terminal wants records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Terminal {
    #[default]
    NotAsked,
    /// At this moment, and nothing is known yet.
    Asked(Instant),
    Wants,
}

impl Stream {
    /// Takes what the program has written. `asks`: whether the terminal may be asked; `told` hears of each record.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        asks: bool,
        now: Instant,
        told: &mut dyn FnMut(&Record),
    ) {
        let Self {
            to_terminal,
            to_program,
            written,
            terminal,
            kept,
            ground,
            ..
        } = self;
        written.feed(bytes, &mut |piece| match piece {
            Piece::Plain(raw) | Piece::Record { raw, record: None } => {
                ground.pass(raw);
                to_terminal.push(raw);
            }
            Piece::Query { raw } => {
                to_program.push(raw);
                terminal.ask(asks, to_terminal, now);
            }
            Piece::Record {
                raw,
                record: Some(record),
            } => {
                told(&record);
                terminal.ask(asks, to_terminal, now);
                if *terminal != Terminal::NotAsked {
                    keep(kept, raw);
                }
                // A record stands where something may.
                if *terminal == Terminal::Wants {
                    to_terminal.push(kept);
                    kept.clear();
                }
            }
        });
        self.show_kept();
    }

    /// Shows the terminal what was said before it had answered, where that breaks nothing that is being written.
    fn show_kept(&mut self) {
        if self.terminal == Terminal::Wants && self.ground.is_firm() {
            self.to_terminal.push(&self.kept);
            self.kept.clear();
        }
    }

    /// The program writes no more for now: what looked like the beginning of a record is none.
    pub(super) fn rest(&mut self) {
        let Self {
            to_terminal,
            written,
            ground,
            ..
        } = self;
        written.release(&mut |piece| {
            if let Piece::Plain(raw) = piece {
                ground.pass(raw);
                to_terminal.push(raw);
            }
        });
    }

    /// Takes what was typed, or said by the person's terminal.
    pub(super) fn take_typed(&mut self, bytes: &[u8], now: Instant) {
        let Terminal::Asked(asked) = self.terminal else {
            self.to_program.push(bytes);
            return;
        };
        let Self {
            to_program,
            typed,
            terminal,
            ..
        } = self;
        typed.feed(bytes, &mut |piece| match piece {
            Piece::Query { .. } => *terminal = Terminal::Wants,
            Piece::Plain(raw) | Piece::Record { raw, .. } => to_program.push(raw),
        });
        let is_key = [&b"\x1b"[..], b"\x1b]"].contains(&bytes);
        let is_answered = self.terminal == Terminal::Wants;
        self.show_kept();
        if is_answered || is_key && now > asked + ANSWERED_WITHIN {
            self.let_typed_go();
        } else {
            self.let_go = self.typed.holds().then(|| now + PATIENCE);
        }
    }

    /// When there is something to be let go.
    pub(super) fn lets_go_at(&self) -> Option<Instant> {
        self.let_go
    }

    /// What looked like the beginning of the answer was typed.
    pub(super) fn let_typed_go(&mut self) {
        let to_program = &mut self.to_program;
        self.typed.release(&mut |piece| {
            if let Piece::Plain(raw) = piece {
                to_program.push(raw);
            }
        });
        self.let_go = None;
    }

    /// Until when an answer may come that nobody else must get.
    pub(super) fn answered_by(&self) -> Option<Instant> {
        match self.terminal {
            Terminal::Asked(asked) => Some(asked + LAST_CALL),
            _ => None,
        }
    }
}

fn keep(kept: &mut Vec<u8>, record: &[u8]) {
    if kept.len() + record.len() > KEPT {
        kept.clear();
    }
    kept.extend_from_slice(record);
}

impl Terminal {
    fn ask(&mut self, may: bool, to_terminal: &mut Queue, now: Instant) {
        if may && *self == Self::NotAsked {
            to_terminal.push(QUESTION);
            *self = Self::Asked(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that has heard of one record, and what the terminal was asked.
    fn asked(now: Instant) -> Stream {
        let mut stream = Stream::default();
        let mut told = Vec::new();
        let record = b"\x1b]7501;state=idle:app=pi\x07";
        stream.write(record, true, now, &mut |record| told.push(record.clone()));
        assert_eq!((told.len(), told[0].app.as_deref()), (1, Some("pi")));
        assert_eq!(stream.to_terminal.bytes(), QUESTION);
        stream.to_terminal.clear();
        stream
    }

    #[test]
    fn a_terminal_is_asked_once_and_shown_records_when_it_answers() {
        let now = Instant::now();
        let mut stream = asked(now);
        let first = b"\x1b]7501;state=idle:app=pi\x07";
        let record = b"\x1b]7501;state=done:app=pi\x1b\\";
        stream.write(record, true, now, &mut |_| {});
        assert_eq!(stream.to_terminal.bytes(), b"");
        stream.take_typed(b"a\x1b]7501;?", now);
        stream.take_typed(b"\x1b\\b", now);
        assert_eq!(stream.to_program.bytes(), b"ab");
        let both = [&first[..], record].concat();
        assert_eq!(stream.to_terminal.bytes(), both, "in their order");
        stream.to_terminal.clear();
        assert_eq!(stream.answered_by(), None);
        stream.write(record, true, now, &mut |_| {});
        assert_eq!(stream.to_terminal.bytes(), record);
        // From now on nothing is looked at.
        stream.take_typed(QUESTION, now);
        assert_eq!(stream.to_program.bytes(), [b"ab", QUESTION].concat());
    }

    #[test]
    fn what_was_said_before_the_answer_stands_in_nothing_that_is_being_written() {
        let now = Instant::now();
        let mut stream = asked(now);
        stream.write(b"a\x1b[3", true, now, &mut |_| {});
        stream.take_typed(QUESTION, now);
        assert_eq!(stream.to_terminal.bytes(), b"a\x1b[3");
        stream.write(b"1mb", true, now, &mut |_| {});
        let shown = b"a\x1b[31mb\x1b]7501;state=idle:app=pi\x07";
        assert_eq!(stream.to_terminal.bytes(), shown);
    }

    #[test]
    fn no_more_is_kept_for_an_answer_than_is_likely() {
        let now = Instant::now();
        let mut stream = asked(now);
        let record = b"\x1b]7501;state=done:app=pi\x07";
        for _ in 0..10_000 {
            stream.write(record, true, now, &mut |_| {});
            assert!(stream.kept.len() <= KEPT);
        }
        stream.take_typed(QUESTION, now);
        assert!(stream.to_terminal.bytes().ends_with(record));
        assert!(stream.kept.is_empty());
    }

    #[test]
    fn one_that_may_not_be_asked_is_asked_when_it_may() {
        let mut stream = Stream::default();
        let now = Instant::now();
        let record = b"\x1b]7501;state=idle\x07x";
        stream.write(record, false, now, &mut |_| {});
        assert_eq!(stream.to_terminal.bytes(), b"x");
        stream.write(record, true, now, &mut |_| {});
        assert_eq!(stream.to_terminal.bytes(), [b"x", QUESTION, b"x"].concat());
    }

    #[test]
    fn what_breaks_the_grammar_is_no_record_and_passes() {
        let mut stream = Stream::default();
        let broken = b"\x1b]7501;state=no-such\x07";
        let now = Instant::now();
        stream.write(broken, true, now, &mut |_| panic!("it says nothing"));
        assert_eq!(stream.to_terminal.bytes(), broken);
    }

    #[test]
    fn a_key_waits_for_no_answer_once_that_is_unlikely() {
        let begin = Instant::now();
        let mut stream = asked(begin);
        stream.take_typed(b"\x1b", begin);
        assert_eq!(stream.to_program.bytes(), b"");
        assert_eq!(stream.lets_go_at(), Some(begin + PATIENCE));
        stream.let_typed_go();
        assert_eq!(stream.to_program.bytes(), b"\x1b");
        let later = begin + Duration::from_secs(2);
        stream.take_typed(b"\x1b]", later);
        assert_eq!(stream.to_program.bytes(), b"\x1b\x1b]");
        assert_eq!(stream.lets_go_at(), None);
    }
}
