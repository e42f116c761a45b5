//! The way to a hub over WebSocket: to a port of this machine, be it that another machine or a container
//! has forwarded it here. Other addresses are refused: what is said, the token first, would go over a network
//! for all to read.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use pane_patrol_sys::open::{OpenError, read_text};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use thiserror::Error;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::Request;
use tungstenite::http::HeaderValue;
use tungstenite::http::header::AUTHORIZATION;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error as SocketError, Message, Utf8Bytes, WebSocket};

use crate::hub::protocol::MAX_MESSAGE_BYTES;

/// How long the hub may take for each step of letting us in.
const GREETING_BUDGET: Duration = Duration::from_secs(2);

/// How long it may take for one message.
const WRITE_BUDGET: Duration = Duration::from_secs(2);

/// More of a token's file than this is not read, in bytes.
const MAX_TOKEN: u64 = 1024;

/// So many messages are heard before we have our say again.
const HEARD_AT_ONCE: usize = 64;

/// Where a hub listens for WebSocket.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    socket: SocketAddr,
    path: String,
    /// The one in the address itself, as programs need it that cannot set headers.
    token: Option<String>,
}

/// Why a text is no such address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum AddressError {
    /// Neither `host:port` nor `ws://host:port/ws`.
    #[error("`{0}` is no address such as `127.0.0.1:42894` or `ws://127.0.0.1:42894/ws`")]
    Malformed(String),
    /// Anybody on the way could read what is said.
    #[error(
        "`{0}` is not on this machine: what is said there, and the token, could be read on the way"
    )]
    NotLoopback(String),
}

/// Why a hub could not be reached.
#[derive(Debug, Error)]
pub(crate) enum WebError {
    /// The token cannot be read.
    #[error("could not read the token in {}: {source}", path.display())]
    Token {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: OpenError,
    },
    /// Nobody is there, or whoever is does not answer.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It was answered, with this status.
    #[error("refused with status {0}")]
    Refused(u16),
    /// What answered is no WebSocket.
    #[error("{0}")]
    Odd(String),
}

/// A hub over WebSocket, and the file with the token that it wants.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// Where.
    pub(crate) address: Address,
    /// Read each time: the token is made anew when whoever listened has ended.
    pub(crate) token: Option<PathBuf>,
}

impl Address {
    /// A port of this machine.
    pub(crate) fn at(socket: SocketAddr) -> Self {
        Self {
            socket,
            path: "/ws".to_owned(),
            token: None,
        }
    }

    /// Whether it holds the token itself.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // What may hold a token is not said again.
        let malformed =
            || AddressError::Malformed(text.split('?').next().unwrap_or_default().to_owned());
        let rest = match text.split_once("://") {
            Some(("ws", rest)) => rest,
            Some(_) => return Err(malformed()),
            None => text,
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (place, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/ws"),
        };
        let (host, port) = place.rsplit_once(':').ok_or_else(malformed)?;
        let port = port.parse().map_err(|_| malformed())?;
        let ip = match host {
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            "[::1]" => IpAddr::V6(Ipv6Addr::LOCALHOST),
            other => other
                .parse()
                .map_err(|_| AddressError::NotLoopback(other.to_owned()))?,
        };
        if !ip.is_loopback() {
            return Err(AddressError::NotLoopback(host.to_owned()));
        }
        let mut fields = query.split('&');
        let token = fields.find_map(|field| field.strip_prefix("token="));
        Ok(Self {
            socket: SocketAddr::new(ip, port),
            path: path.to_owned(),
            token: token.map(str::to_owned),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ws://{}{}", self.socket, self.path)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token is nobody's to read.
        fmt::Display::fmt(self, f)
    }
}

impl Remote {
    /// Connects and is let in.
    pub(super) fn connect(&self) -> Result<WebSocket<TcpStream>, WebError> {
        let request = self.request()?;
        let stream = TcpStream::connect_timeout(&self.address.socket, GREETING_BUDGET)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(GREETING_BUDGET))?;
        stream.set_write_timeout(Some(GREETING_BUDGET))?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let greeted = tungstenite::client::client_with_config(request, stream, Some(limits));
        let (socket, _) = greeted.map_err(|error| match error {
            HandshakeError::Failure(SocketError::Http(answer)) => {
                WebError::Refused(answer.into_parts().0.status.as_u16())
            }
            HandshakeError::Failure(SocketError::Io(error)) => WebError::Io(error),
            HandshakeError::Failure(error) => WebError::Odd(error.to_string()),
            HandshakeError::Interrupted(_) => WebError::Io(io::ErrorKind::TimedOut.into()),
        })?;
        socket.get_ref().set_nonblocking(true)?;
        Ok(socket)
    }

    fn request(&self) -> Result<Request, WebError> {
        let odd = |error: &dyn fmt::Display| WebError::Odd(error.to_string());
        let request = self.address.to_string().into_client_request();
        let mut request = request.map_err(|error| odd(&error))?;
        let token = match &self.token {
            Some(path) => Some(read_token(path.clone())?),
            None => self.address.token.clone(),
        };
        if let Some(token) = token {
            let mut bearer =
                HeaderValue::from_str(&format!("Bearer {token}")).map_err(|error| odd(&error))?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        Ok(request)
    }
}

fn read_token(path: PathBuf) -> Result<String, WebError> {
    match read_text(&path, MAX_TOKEN) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(source) => Err(WebError::Token { path, source }),
    }
}

/// Says one message, without its line end; whether the hub took it in time.
pub(super) fn say(socket: &mut WebSocket<TcpStream>, message: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(message) else {
        return false;
    };
    match socket.write(Message::Text(Utf8Bytes::from(text))) {
        Ok(()) => {}
        // It is kept, and sent with the rest.
        Err(SocketError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
        Err(_) => return false,
    }
    let deadline = Instant::now() + WRITE_BUDGET;
    loop {
        match socket.flush() {
            Ok(()) => return true,
            Err(SocketError::Io(error))
                if error.kind() == io::ErrorKind::WouldBlock
                    && takes_more(socket.get_ref(), deadline) => {}
            Err(_) => return false,
        }
    }
}

fn takes_more(stream: &TcpStream, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    let Ok(timeout) = Timespec::try_from(left) else {
        return false;
    };
    let mut waiting = [PollFd::new(stream, PollFlags::OUT)];
    !left.is_zero() && poll(&mut waiting, Some(&timeout)) != Ok(0)
}

/// The messages that have come, and whether there may be more of them; `None` when the connection is over.
pub(super) fn hear(socket: &mut WebSocket<TcpStream>) -> Option<Vec<Vec<u8>>> {
    let mut heard = Vec::new();
    while heard.len() < HEARD_AT_ONCE {
        match socket.read() {
            Ok(Message::Text(text)) => heard.push(text.as_bytes().to_vec()),
            Ok(_) => {}
            Err(SocketError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) if heard.is_empty() => return None,
            // What was said before the end still counts; the next look finds the end again.
            Err(_) => break,
        }
    }
    // A ping was answered in there; that it could not be sent shows soon enough.
    let _ = socket.flush();
    Some(heard)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, AddressError> {
        text.parse().map(|address: Address| address.to_string())
    }

    #[test]
    fn an_address_is_a_port_of_this_machine_however_it_is_written() {
        for (text, meant) in [
            ("127.0.0.1:42894", "ws://127.0.0.1:42894/ws"),
            ("localhost:1", "ws://127.0.0.1:1/ws"),
            ("[::1]:2", "ws://[::1]:2/ws"),
            ("ws://127.0.0.1:3/", "ws://127.0.0.1:3/"),
            ("ws://127.0.0.2:3/ws?token=abc", "ws://127.0.0.2:3/ws"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(meant), "{text}");
        }
        for text in [
            "10.0.0.1:1",
            "hub:1",
            "ws://evil.example:1/ws",
            "[fe80::1]:1",
        ] {
            let refused = read(text).unwrap_err();
            assert!(matches!(refused, AddressError::NotLoopback(_)), "{refused}");
        }
        for text in ["", "127.0.0.1", "wss://127.0.0.1:1/ws", "127.0.0.1:99999"] {
            let refused = read(text).unwrap_err();
            assert!(matches!(refused, AddressError::Malformed(_)), "{refused}");
        }
    }

    #[test]
    fn its_token_is_shown_to_the_hub_and_to_nobody_else() {
        let address: Address = "ws://127.0.0.1:3/ws?token=abc".parse().unwrap();
        assert!(!format!("{address:?} {address}").contains("abc"));
        let malformed: Result<Address, _> = "wss://127.0.0.1:3/ws?token=abc".parse();
        assert!(!malformed.unwrap_err().to_string().contains("abc"));
        let remote = Remote {
            address,
            token: None,
        };
        let request = remote.request().unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer abc");
        assert!(!format!("{request:?}").contains("abc"));
        assert_eq!(request.uri().query(), None);
    }
}
