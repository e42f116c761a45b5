//! A publisher's connection to a hub, whichever way it goes: the socket of this machine, or WebSocket.

use std::fmt;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use tungstenite::WebSocket;

use super::connect::connect_to;
use super::error::HubError;
use super::web::{self, Remote, WebError};
use crate::hub::protocol::{Envelope, MAX_MESSAGE_BYTES, parse};
use crate::sys::namespaces::Standing;
use crate::sys::unix_socket;

/// How long the hub of this machine may take for one message.
const WRITE_BUDGET: Duration = Duration::from_millis(200);

/// Where a hub is looked for: first on this machine, then elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Where the socket is, and whose it must be; `None` where only another hub is meant.
    pub(crate) here: Option<(Places, u32)>,
    /// The hub over WebSocket.
    pub(crate) there: Option<Remote>,
}

/// Why there is no hub to talk to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// Not on this machine.
    #[error(transparent)]
    Here(#[from] HubError),
    /// Not over WebSocket.
    #[error("{address}: {source}")]
    There {
        /// Where it was looked for.
        address: String,
        /// Why not.
        source: WebError,
    },
    /// Nobody has said where one might be.
    #[error("nobody has said where one is")]
    Nowhere,
}

/// See the module.
pub(crate) enum Link {
    /// Over the socket; with what was heard since the last whole line.
    Socket(UnixStream, Vec<u8>),
    /// Over WebSocket.
    Web(Box<WebSocket<TcpStream>>),
}

impl Way {
    /// Connects, without having said anything.
    pub(crate) fn connect(&self) -> Result<Link, LinkError> {
        let here = self.here.as_ref().map(|(places, uid)| {
            let stream = connect_to(places, *uid)?;
            // Without a limit it would wait for a hub that hangs.
            let bounded = stream.set_write_timeout(Some(WRITE_BUDGET));
            bounded.map_err(|source| HubError::Io {
                path: places.hub_socket.clone(),
                source,
            })?;
            Ok(Link::Socket(stream, Vec::new()))
        });
        match (here, &self.there) {
            (Some(Ok(link)), _) => Ok(link),
            (_, Some(remote)) => match remote.connect() {
                Ok(socket) => Ok(Link::Web(Box::new(socket))),
                Err(source) => Err(LinkError::There {
                    address: remote.address.to_string(),
                    source,
                }),
            },
            (Some(Err(error)), None) => Err(LinkError::Here(error)),
            (None, None) => Err(LinkError::Nowhere),
        }
    }
}

impl Link {
    /// Whether whoever collects there sees the files that we see. What cannot be looked up is none of ours,
    /// as a collector outside of the container that we are in.
    pub(crate) fn sees_our_files(&self) -> bool {
        match self {
            Self::Socket(stream, _) => {
                unix_socket::peer(stream).is_none_or(|(_, pid)| Standing::of(pid) == Standing::Home)
            }
            Self::Web(_) => false,
        }
    }

    /// Says one message with its line end; whether that could be done.
    pub(crate) fn say(&mut self, message: &[u8]) -> bool {
        match self {
            Self::Socket(stream, _) => stream.write_all(message).is_ok(),
            Self::Web(socket) => web::say(socket, message.trim_ascii_end()),
        }
    }

    /// Takes what the hub has said, when there is something; `None` when it has gone. What cannot be read is
    /// passed over.
    pub(crate) fn hear(&mut self) -> Option<Vec<Envelope>> {
        let lines = match self {
            Self::Socket(stream, heard) => whole_lines(stream, heard)?,
            Self::Web(socket) => web::hear(socket)?,
        };
        Some(lines.iter().flat_map(|line| parse(line)).collect())
    }
}

/// The lines that have come, as far as they are whole; `None` when the stream has ended, or a line does not.
fn whole_lines(stream: &mut UnixStream, heard: &mut Vec<u8>) -> Option<Vec<Vec<u8>>> {
    let mut bytes = [0; 4096];
    let count = stream.read(&mut bytes).ok().filter(|count| *count > 0)?;
    heard.extend_from_slice(&bytes[..count]);
    let Some(end) = memchr::memrchr(b'\n', heard) else {
        return (heard.len() <= MAX_MESSAGE_BYTES).then(Vec::new);
    };
    let lines: Vec<u8> = heard.drain(..=end).collect();
    let lines = lines.split(|byte| *byte == b'\n');
    Some(
        lines
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect(),
    )
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Socket(stream, _) => stream.as_fd(),
            Self::Web(socket) => socket.get_ref().as_fd(),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Socket(..) => "its socket",
            Self::Web(_) => "WebSocket",
        })
    }
}
