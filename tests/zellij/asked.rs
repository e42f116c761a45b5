//! Questions to a session in its own protocol, over one connection. Its program, asked again and again, has it strike
//! off whoever is just being attached, and so has whoever connects for each question; and whoever is struck off, by the
//! program that a trial has just run, is never answered.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::PATIENCE;

pub(crate) const PANES: &[u8] = b"\x0b\0\0\0\x4a\x09\x0a\x05\x92\x06\x02\x30\x01\x20\x01";
pub(crate) const TABS: &[u8] = b"\x0b\0\0\0\x4a\x09\x0a\x05\xc2\x06\x02\x30\x01\x20\x01";
pub(crate) const CLIENTS: &[u8] = b"\x09\0\0\0\x4a\x07\x0a\x03\xb2\x05\x00\x20\x01";

/// What begins with its words, and with its last word to whoever is struck off.
const WORDS: u8 = 0x2a;
const LEAVE: u8 = 0x1a;

/// How long an answer may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// The connection, and those before it, which end with it.
#[derive(Default)]
pub(crate) struct Line(RefCell<Vec<UnixStream>>);

impl Line {
    /// Ends the connection.
    pub(crate) fn end(&self) {
        self.0.borrow_mut().clear();
    }

    /// What the session at that socket says; nothing where it is gone.
    pub(crate) fn ask(&self, socket: &Path, question: &[u8]) -> String {
        let mut streams = self.0.borrow_mut();
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(said) = streams.last().and_then(|last| answer(last, question).ok()) {
                return said;
            }
            match UnixStream::connect(socket) {
                Ok(stream) => streams.push(stream),
                Err(_) => break,
            }
        }
        String::new()
    }
}

fn answer(mut stream: &UnixStream, question: &[u8]) -> io::Result<String> {
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    stream.write_all(question)?;
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut message = vec![0; usize::try_from(u32::from_le_bytes(length)).expect("small")];
        stream.read_exact(&mut message)?;
        match message.first() {
            Some(&WORDS) => return Ok(lines_in(after_length(&message))),
            Some(&LEAVE) => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
    }
}

/// What stands behind a tag of one byte and a length.
fn after_length(bytes: &[u8]) -> &[u8] {
    let of_length = bytes[1..].iter().take_while(|byte| **byte > 127).count();
    &bytes[2 + of_length..]
}

/// All texts in a list of them, each with a tag and its length before it.
fn lines_in(mut bytes: &[u8]) -> String {
    let mut lines = String::new();
    while !bytes.is_empty() {
        let rest = after_length(bytes);
        let length = bytes[1..bytes.len() - rest.len()].iter().rev();
        let length = length.fold(0, |all, byte| all << 7 | usize::from(byte & 127));
        lines = lines + &String::from_utf8_lossy(&rest[..length]) + "\n";
        bytes = &rest[length..];
    }
    lines
}
