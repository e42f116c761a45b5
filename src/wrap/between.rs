//! What this process and the leader of the program's session say to each other, in frames of five bytes.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use super::End;

/// What the leader is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Start the program; whether its terminal is in front of the person.
    Begin { in_front: bool },
    /// Whether its terminal is in front has changed.
    Front { in_front: bool },
    /// Wake it.
    Continue { in_front: bool },
    /// This signal is for it.
    Signal(i32),
}

/// What the leader says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The session is there, and the program can be started.
    Ready,
    /// It has this process.
    Began(i32),
    /// It could not be started, for this reason of the system's.
    NotBegun(i32),
    /// This signal has stopped it.
    Stopped(i32),
    /// It runs again.
    Continued,
    /// It is over.
    Ended(End),
}

/// What can be said.
pub(super) trait Said: Sized {
    /// Which it is, and its number.
    fn frame(self) -> (u8, i32);
    /// The opposite; `None`: nothing that is said.
    fn of(kind: u8, number: i32) -> Option<Self>;
}

impl Said for Order {
    fn frame(self) -> (u8, i32) {
        match self {
            Self::Begin { in_front } => (0, in_front.into()),
            Self::Front { in_front } => (1, in_front.into()),
            Self::Continue { in_front } => (2, in_front.into()),
            Self::Signal(signal) => (3, signal),
        }
    }

    fn of(kind: u8, number: i32) -> Option<Self> {
        let in_front = number != 0;
        Some(match kind {
            0 => Self::Begin { in_front },
            1 => Self::Front { in_front },
            2 => Self::Continue { in_front },
            3 => Self::Signal(number),
            _ => return None,
        })
    }
}

impl Said for Word {
    fn frame(self) -> (u8, i32) {
        match self {
            Self::Ready => (0, 0),
            Self::Began(pid) => (1, pid),
            Self::NotBegun(errno) => (2, errno),
            Self::Stopped(signal) => (3, signal),
            Self::Continued => (4, 0),
            Self::Ended(End::Exited(status)) => (5, status),
            Self::Ended(End::Killed(signal)) => (6, signal),
        }
    }

    fn of(kind: u8, number: i32) -> Option<Self> {
        Some(match kind {
            0 => Self::Ready,
            1 => Self::Began(number),
            2 => Self::NotBegun(number),
            3 => Self::Stopped(number),
            4 => Self::Continued,
            5 => Self::Ended(End::Exited(number)),
            6 => Self::Ended(End::Killed(number)),
            _ => return None,
        })
    }
}

/// # Errors
/// The other one is gone.
pub(super) fn say(mut line: &UnixStream, said: impl Said) -> io::Result<()> {
    let (kind, number) = said.frame();
    let [a, b, c, d] = number.to_le_bytes();
    line.write_all(&[kind, a, b, c, d])
}

/// Waits for the next thing that is said.
///
/// # Errors
/// The other one is gone.
pub(super) fn hear<S: Said>(mut line: &UnixStream) -> io::Result<S> {
    let mut frame = [0; 5];
    line.read_exact(&mut frame)?;
    let [kind, number @ ..] = frame;
    S::of(kind, i32::from_le_bytes(number)).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_in_its_order_until_the_other_one_is_gone() {
        let (near, far) = UnixStream::pair().unwrap();
        let orders = [
            Order::Begin { in_front: true },
            Order::Front { in_front: false },
            Order::Continue { in_front: true },
            Order::Signal(15),
        ];
        let words = [
            Word::Ready,
            Word::Began(i32::MAX),
            Word::NotBegun(2),
            Word::Stopped(20),
            Word::Continued,
            Word::Ended(End::Exited(-1)),
            Word::Ended(End::Killed(9)),
        ];
        for order in orders {
            say(&near, order).unwrap();
        }
        for word in words {
            say(&far, word).unwrap();
        }
        assert_eq!(orders.map(|_| hear::<Order>(&far).unwrap()), orders);
        assert_eq!(words.map(|_| hear::<Word>(&near).unwrap()), words);
        drop(near);
        assert!(hear::<Order>(&far).is_err());
    }
}
