//! A connection to the server: JSON-RPC over WebSocket over its socket. Whatever it says or does not say, each
//! step has its end, and no more is kept than is bounded here.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thiserror::Error;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error as SocketError, Message, WebSocket};

/// How long each step may take: connecting, a question with its answer.
pub(super) const BUDGET: Duration = Duration::from_secs(2);

/// The longest message that is read, in bytes.
pub(super) const MAX_MESSAGE: usize = 1024 * 1024;

/// So much of what is told is kept, in bytes of its messages, while something else is waited for.
const MAX_KEPT: usize = 4 * MAX_MESSAGE;

/// How a server is gone that has not said so.
const LEFT: ProtocolError = ProtocolError::ResetWithoutClosingHandshake;

/// Whom the handshake names; nobody looks it up.
const ADDRESS: &str = "ws://localhost/";

/// Why nothing more is said there.
#[derive(Debug, Error)]
pub(super) enum Broken {
    /// It could not be said or heard.
    #[error("its server cannot be talked to: {0}")]
    Socket(#[from] SocketError),
    /// It does not answer.
    #[error("its server does not answer")]
    Silent,
    /// It has left.
    #[error("its server has closed the connection")]
    Closed,
    /// It says what is no such message, or more than is kept.
    #[error("its server says what is not understood")]
    Odd,
    /// It answers that it does not do that.
    #[error("its server refuses")]
    Refused,
}

/// See the module.
pub(super) struct Link {
    socket: WebSocket<Bounded>,
    /// The number of the last question.
    asked: u64,
    /// What was told while something else was waited for, the oldest first, and how long it is.
    told: VecDeque<(Value, usize)>,
    /// Nothing more is said or heard: after a fault nobody knows where a message begins.
    is_over: bool,
}

impl Link {
    /// Greets whoever listens at the other end; `None` where that is no WebSocket.
    pub(super) fn over(stream: UnixStream) -> Option<Self> {
        let until = Instant::now() + BUDGET;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let stream = Bounded { stream, until };
        let greeted = tungstenite::client::client_with_config(ADDRESS, stream, Some(limits));
        Some(Self {
            socket: greeted.ok()?.0,
            asked: 0,
            told: VecDeque::new(),
            is_over: false,
        })
    }

    /// What is answered to a question; what is told before that is kept for [`Self::hear`].
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Result<Value, Broken> {
        self.asked += 1;
        let id = self.asked;
        self.say(&json!({"id": id, "method": method, "params": params}))?;
        let until = Instant::now() + BUDGET;
        loop {
            let (mut message, length) = self.read(until)?.ok_or(Broken::Silent)?;
            if message.get("method").is_some() {
                self.keep(message, length)?;
            } else if message["id"] == id {
                let result = message.get_mut("result").map(Value::take);
                return result.ok_or(Broken::Refused);
            }
        }
    }

    /// Says something to which nothing is answered.
    pub(super) fn say(&mut self, message: &Value) -> Result<(), Broken> {
        if self.is_over {
            return Err(Broken::Closed);
        }
        self.socket.get_mut().until = Instant::now() + BUDGET;
        let said = self.socket.send(Message::text(message.to_string()));
        self.is_over = said.is_err();
        Ok(said?)
    }

    /// The next thing that is told, or asked of us; `None` when nothing comes until then.
    pub(super) fn hear(&mut self, until: Instant) -> Result<Option<Value>, Broken> {
        if let Some((message, _)) = self.told.pop_front() {
            return Ok(Some(message));
        }
        while let Some((message, _)) = self.read(until)? {
            if message.get("method").is_some() {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    fn keep(&mut self, message: Value, length: usize) -> Result<(), Broken> {
        let kept: usize = self.told.iter().map(|(_, length)| length).sum();
        if kept + length > MAX_KEPT {
            return Err(Broken::Odd);
        }
        self.told.push_back((message, length));
        Ok(())
    }

    /// The next message and its length; `None` when none comes until then.
    fn read(&mut self, until: Instant) -> Result<Option<(Value, usize)>, Broken> {
        if self.is_over {
            return Err(Broken::Closed);
        }
        let read = self.read_on(until);
        self.is_over = read.is_err();
        read
    }

    fn read_on(&mut self, until: Instant) -> Result<Option<(Value, usize)>, Broken> {
        self.socket.get_mut().until = until;
        while Instant::now() < until {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let message = serde_json::from_str(&text).map_err(|_| Broken::Odd)?;
                    return Ok(Some((message, text.len())));
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_))
                | Err(SocketError::ConnectionClosed | SocketError::Protocol(LEFT)) => {
                    return Err(Broken::Closed);
                }
                Ok(_) => return Err(Broken::Odd),
                Err(SocketError::Io(error)) if is_late(&error) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// A socket of which nothing is read and to which nothing is written after a moment, however little comes at a time.
struct Bounded {
    stream: UnixStream,
    until: Instant,
}

impl Bounded {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        (!left.is_zero())
            .then_some(Some(left))
            .ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Bounded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(bytes)
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
