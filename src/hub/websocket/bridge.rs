//! One WebSocket connection and its connection to the hub: text frames become lines and lines text
//! frames. What the client does not take stays with the hub, which deals with clients that do not read.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tungstenite::{Error, Message, WebSocket};

use super::farewell::{Farewell, text_of};
use super::proof::REVOKED;
use super::visits::Visit;
use crate::hub::protocol::{MAX_MESSAGE_BYTES, Voice, code};

/// Carries messages until one of the two ends. Without a hub the client is told so. `place` is given back before
/// a client is told good-bye.
pub(super) fn run(
    socket: WebSocket<TcpStream>,
    hub: Option<UnixStream>,
    voice: &Voice,
    clock: fn() -> Timestamp,
    place: &Visit,
) {
    let Some(hub) = hub.filter(|hub| hub.set_nonblocking(true).is_ok()) else {
        let words = "nobody collects";
        place.leaves(socket.get_ref());
        return Farewell::error(code::NOBODY, words).say(socket, voice, clock());
    };
    let mut bridge = Bridge {
        socket,
        hub,
        to_hub: Vec::new(),
        from_hub: Vec::new(),
        last_line: Vec::new(),
        is_flushed: true,
        may_have_more: false,
    };
    let farewell = bridge.carry();
    let farewell = if place.is_revoked() {
        Some(Farewell::error(code::REVOKED, REVOKED))
    } else {
        farewell
    };
    if let Some(farewell) = farewell {
        place.leaves(bridge.socket.get_ref());
        farewell.say(bridge.socket, voice, clock());
    }
}

struct Bridge {
    socket: WebSocket<TcpStream>,
    hub: UnixStream,
    /// A message that the hub has not taken yet.
    to_hub: Vec<u8>,
    /// The beginning of a line whose end has not come yet.
    from_hub: Vec<u8>,
    /// The last whole line of the hub, which says why it ended.
    last_line: Vec<u8>,
    /// The client has taken everything.
    is_flushed: bool,
    /// The client may have said more than was read.
    may_have_more: bool,
}

/// What one step came to.
enum Step {
    /// There is no more to do for now.
    Done,
    /// The connection is over; the client may be told why.
    Over(Option<Farewell>),
}

impl Bridge {
    fn carry(&mut self) -> Option<Farewell> {
        loop {
            for step in [Self::hear, Self::tell] {
                if let Step::Over(farewell) = step(self) {
                    return farewell;
                }
            }
            self.wait();
        }
    }

    /// Waits until something can go on.
    fn wait(&self) {
        let mut of_client = PollFlags::empty();
        let mut of_hub = PollFlags::empty();
        if self.to_hub.is_empty() {
            of_client |= PollFlags::IN;
        } else {
            of_hub |= PollFlags::OUT;
        }
        if self.is_flushed {
            of_hub |= PollFlags::IN;
        } else {
            of_client |= PollFlags::OUT;
        }
        let mut waiting = [
            PollFd::new(self.socket.get_ref(), of_client),
            PollFd::new(&self.hub, of_hub),
        ];
        let at_once = Timespec::default();
        let timeout = (self.may_have_more && self.to_hub.is_empty()).then_some(&at_once);
        // Interrupted, everything is tried again.
        let _ = poll(&mut waiting, timeout);
    }

    /// Takes one message of the client, and hands it on.
    fn hear(&mut self) -> Step {
        self.may_have_more = false;
        if !self.to_hub.is_empty() && !self.push() {
            return Step::Done;
        }
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                // A line end between JSON's words is white space; in a text it is not allowed anyway.
                let line = text.as_bytes().iter();
                self.to_hub
                    .extend(line.map(|byte| if *byte == b'\n' { b' ' } else { *byte }));
                self.to_hub.push(b'\n');
                self.push();
                self.may_have_more = true;
                Step::Done
            }
            Ok(Message::Binary(_)) => {
                let words = "a message is a text frame";
                Step::Over(Some(Farewell::error(code::BAD_JSON, words)))
            }
            Ok(_) => {
                self.may_have_more = true;
                self.is_flushed = false;
                Step::Done
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Step::Done,
            Err(Error::Capacity(_)) => {
                let words = format!("a message has at most {MAX_MESSAGE_BYTES} bytes");
                Step::Over(Some(Farewell::error(code::TOO_LARGE, &words)))
            }
            Err(Error::Utf8(_)) => Step::Over(Some(Farewell::error(code::BAD_JSON, "not UTF-8"))),
            Err(_) => Step::Over(None),
        }
    }

    /// Hands on what the client said; whether the hub has taken all of it.
    fn push(&mut self) -> bool {
        while !self.to_hub.is_empty() {
            match self.hub.write(&self.to_hub) {
                Ok(count) => drop(self.to_hub.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // It hears nothing any more, but what it said last is still to be read.
                Err(_) => self.to_hub.clear(),
            }
        }
        true
    }

    /// Takes what the hub says, once the client has taken what it said before.
    fn tell(&mut self) -> Step {
        if !self.is_flushed {
            match self.socket.flush() {
                Ok(()) => self.is_flushed = true,
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    return self.look_for_end();
                }
                Err(_) => return Step::Over(None),
            }
        }
        let mut bytes = [0; 16 * 1024];
        match self.hub.read(&mut bytes) {
            Ok(0) => Step::Over(Some(Farewell::of_hub(&self.last_line))),
            Ok(count) => self.pass_on(&bytes[..count]),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Step::Done
            }
            Err(_) => Step::Over(Some(Farewell::of_hub(&self.last_line))),
        }
    }

    /// A client that does not read is dropped by the hub; then it is no use waiting for it.
    fn look_for_end(&self) -> Step {
        let mut waiting = [PollFd::new(&self.hub, PollFlags::empty())];
        match poll(&mut waiting, Some(&Timespec::default())) {
            Ok(1) => Step::Over(Some(Farewell::of_hub(b""))),
            _ => Step::Done,
        }
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Step {
        self.from_hub.extend_from_slice(bytes);
        let Some(end) = memchr::memrchr(b'\n', &self.from_hub) else {
            return Step::Done;
        };
        let rest = self.from_hub.split_off(end + 1);
        let lines = std::mem::replace(&mut self.from_hub, rest);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            if self.socket.write(text_of(line)).is_err() {
                return Step::Over(None);
            }
            self.last_line.clear();
            self.last_line.extend_from_slice(line);
        }
        // Sent at once, or when the client takes it.
        self.is_flushed = false;
        match self.socket.flush() {
            Ok(()) => self.is_flushed = true,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return Step::Over(None),
        }
        Step::Done
    }
}
