//! How a connection ends: what its client is told, and how long it is waited for.

use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, WebSocket};

use crate::hub::protocol::{ErrorPayload, NotLetIn, Voice, code, parse};

/// How long the client may take to close when it was asked to.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Longest reason of a close frame, in bytes.
const MAX_REASON_BYTES: usize = 123;

/// What the hub has not said.
#[derive(Debug)]
enum Last {
    /// An `error`: code and words.
    Error(&'static str, String),
    Refused(NotLetIn),
}

/// What the client is told at the end.
#[derive(Debug)]
pub(super) struct Farewell {
    /// The last message, where the hub has not said it.
    last: Option<Last>,
    code: CloseCode,
    reason: String,
}

impl Farewell {
    pub(super) fn error(code: &'static str, words: &str) -> Self {
        Self {
            last: Some(Last::Error(code, words.to_owned())),
            code: match code {
                code::TOO_LARGE => CloseCode::Size,
                code::NOBODY => CloseCode::Again,
                _ => CloseCode::Policy,
            },
            reason: format!("{code}: {words}"),
        }
    }

    /// A page was not let in.
    pub(super) fn refused(refused: NotLetIn) -> Self {
        Self {
            code: CloseCode::Policy,
            reason: refused.message.clone(),
            last: Some(Last::Refused(refused)),
        }
    }

    /// The hub has ended; `last_line` is the last thing it said.
    pub(super) fn of_hub(last_line: &[u8]) -> Self {
        let error = parse(last_line)
            .ok()
            .filter(|message| message.kind == "error")
            .and_then(|message| serde_json::from_value::<ErrorPayload>(message.payload).ok())
            .filter(|error| error.fatal);
        match error {
            Some(error) => Self {
                last: None,
                code: CloseCode::Policy,
                reason: format!("{}: {}", error.code, error.message),
            },
            None => Self {
                last: None,
                code: CloseCode::Away,
                reason: "the hub has closed".to_owned(),
            },
        }
    }

    /// Says it, and waits a little for the client to close; it may not read any more.
    pub(super) fn say(self, mut socket: WebSocket<TcpStream>, voice: &Voice, now: Timestamp) {
        let line = self.last.map(|last| match last {
            Last::Error(code, message) => voice.say("error", &fatal(code, message), None, now),
            Last::Refused(refused) => voice.say("refused", &refused, None, now),
        });
        if let Some(line) = line {
            let _ = socket.write(text_of(&line));
        }
        let mut reason = self.reason;
        while reason.len() > MAX_REASON_BYTES {
            reason.pop();
        }
        let frame = CloseFrame {
            code: self.code,
            reason: reason.into(),
        };
        let _ = socket.close(Some(frame));
        let deadline = Instant::now() + CLOSE_LIMIT;
        loop {
            let flushed = socket.flush();
            match socket.read() {
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(_) => {}
                Err(_) => return,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let interest = match flushed {
                Ok(()) => PollFlags::IN,
                Err(_) => PollFlags::IN | PollFlags::OUT,
            };
            let mut waiting = [PollFd::new(socket.get_ref(), interest)];
            let timeout = Timespec::try_from(left).ok();
            if left.is_zero() || timeout.is_none_or(|left| poll(&mut waiting, Some(&left)) == Ok(0))
            {
                return;
            }
        }
    }
}

fn fatal(code: &str, message: String) -> ErrorPayload {
    ErrorPayload {
        code: code.to_owned(),
        message,
        component: Some("hub".to_owned()),
        fatal: true,
        context: None,
        agent_id: None,
    }
}

/// A line without its end.
pub(super) fn text_of(line: &[u8]) -> Message {
    Message::text(String::from_utf8_lossy(line).trim_end())
}
