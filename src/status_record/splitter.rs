//! Finds records in a stream: cut anywhere, in order, with every byte of it given back.

use memchr::memmem;

use super::{LIMIT, MARK, Record};

const BEL: u8 = 0x07;
const ESC: u8 = 0x1b;

/// What a stream consists of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Bytes that are neither a record nor the query.
    Plain(&'a [u8]),
    /// A record.
    Record {
        /// As it was written.
        raw: &'a [u8],
        /// What it says; `None`: it breaks the grammar, and says nothing.
        record: Option<Record>,
    },
    /// A program asks whether records are wanted.
    Query {
        /// The question as it was written; the answer to it is these very bytes.
        raw: &'a [u8],
    },
}

/// Splits a stream into its pieces. It keeps back only what may be the beginning of a record, 4 kB at most.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    held: Vec<u8>,
}

/// What one more byte makes of what is held back.
enum Step {
    /// It may still become a record.
    More,
    /// It is one, or the query.
    Whole,
    /// It is neither, and the byte belongs to what follows.
    Neither,
}

impl Splitter {
    /// Takes the next bytes of the stream and gives out, in order, the pieces that are certain.
    pub(crate) fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = bytes;
        while let Some((&byte, behind)) = rest.split_first() {
            if self.held.is_empty() {
                rest = self.pass(rest, take);
                continue;
            }
            match step(&self.held, byte) {
                Step::More => self.held.push(byte),
                Step::Whole => {
                    self.held.push(byte);
                    take(whole(&self.held));
                    self.held.clear();
                }
                // Looked at again, with nothing held back or only the ESC that may begin the next record.
                Step::Neither => {
                    self.give_up(take);
                    continue;
                }
            }
            rest = behind;
        }
    }

    /// Whether bytes are held back because a record may begin with them.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives out what is held back, for a stream that has ended or does not go on for long: it is no record then.
    pub(crate) fn release(&mut self, take: &mut dyn FnMut(Piece<'_>)) {
        if self.holds() {
            take(Piece::Plain(&self.held));
            self.held.clear();
        }
    }

    /// Passes on what is before the next mark, and holds the mark, or as much of it as is there. What is behind.
    fn pass<'a>(&mut self, bytes: &'a [u8], take: &mut dyn FnMut(Piece<'_>)) -> &'a [u8] {
        let (plain, mark, behind) = if let Some(start) = memmem::find(bytes, MARK) {
            (&bytes[..start], MARK, &bytes[start + MARK.len()..])
        } else {
            let (plain, beginning) = bytes.split_at(bytes.len() - beginning_at_the_end(bytes));
            (plain, beginning, &[][..])
        };
        if !plain.is_empty() {
            take(Piece::Plain(plain));
        }
        self.held.extend_from_slice(mark);
        behind
    }

    fn give_up(&mut self, take: &mut dyn FnMut(Piece<'_>)) {
        let last_is_esc = self.held.len() > 1 && self.held.ends_with(&[ESC]);
        let plain = self.held.len() - usize::from(last_is_esc);
        take(Piece::Plain(&self.held[..plain]));
        self.held.drain(..plain);
    }
}

fn step(held: &[u8], byte: u8) -> Step {
    if held.len() < MARK.len() {
        return if byte == MARK[held.len()] {
            Step::More
        } else {
            Step::Neither
        };
    }
    let is_within = held.len() < LIMIT;
    match byte {
        b'\\' if held.ends_with(&[ESC]) && is_within => Step::Whole,
        _ if held.ends_with(&[ESC]) => Step::Neither,
        BEL if is_within => Step::Whole,
        // All that a record may hold can be printed; no other byte is waited behind.
        ESC | b' '..=b'~' if is_within => Step::More,
        _ => Step::Neither,
    }
}

/// How many bytes at the end could be the first of a mark.
fn beginning_at_the_end(bytes: &[u8]) -> usize {
    let longest = bytes.len().min(MARK.len() - 1);
    let begins = |length: &usize| bytes.ends_with(&MARK[..*length]);
    (1..=longest).rev().find(begins).unwrap_or(0)
}

fn whole(raw: &[u8]) -> Piece<'_> {
    let body = &raw[MARK.len()..];
    let body = body
        .strip_suffix(b"\x1b\\")
        .or_else(|| body.strip_suffix(&[BEL]))
        .unwrap_or(body);
    if body == b"?" {
        Piece::Query { raw }
    } else {
        Piece::Record {
            raw,
            record: Record::read(body),
        }
    }
}
