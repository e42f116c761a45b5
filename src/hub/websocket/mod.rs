//! The hub over WebSocket, on request and on loopback only, for clients that cannot open a Unix socket; and the
//! page for phone and browser, which is one of these.
//!
//! It is no second hub: each connection, once it was let in (`door`), is a client of `hub.sock` like
//! any other, and only carries the same messages, one a text frame (`bridge`). So it makes no
//! difference to it which process collects.
//!
//! A request is read (`request`) and judged (`door`). A program shows a token (`token`), a page what proves its
//! device (`proof`), not too often in vain (`tries`). `visits` are the connections there are.
//!
//! May import: `protocol`, `devices`, `page`, `sys`, and the hooks' words.

mod bridge;
mod door;
mod farewell;
mod house;
mod post;
mod proof;
mod request;
mod revoked;
mod token;
mod tries;
mod visits;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use crate::hub::devices::Devices;
use crate::hub::protocol::{Right, Voice};
use crate::sys::wake_channel::{Orders, inbox};
use door::Door;
use house::House;
use post::Posted;
pub use post::listeners;
use revoked::Revocations;
use token::{Files, Tokens};
use tries::Tries;
use visits::Visits;

/// The first of the ports from which a session's own is taken, and how many there are.
const PORTS: (u16, u16) = (42000, 2000);

/// What a listener has to be told.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where to listen; a loopback address, port 0 for any free one.
    pub address: SocketAddr,
    /// Pages that may connect, for example `http://localhost:3000`.
    pub origins: Vec<String>,
    /// By which names clients may call the hub beside its own.
    pub sessions: Vec<String>,
    /// Where the hub and the tokens are.
    pub places: Places,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Why nobody can listen.
#[derive(Debug, Error)]
pub enum ListenError {
    /// Other machines could connect.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The system refused.
    #[error("could not {what}")]
    Io {
        /// What was tried, on what.
        what: String,
        /// Why not.
        source: io::Error,
    },
}

impl ListenError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A running listener. Dropped, nobody new is let in, and who is in is told that it is over.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    tokens: PathBuf,
    visits: Arc<Visits>,
    orders: Option<Orders<()>>,
    thread: Option<JoinHandle<()>>,
    _revocations: Option<Revocations>,
    _posted: Posted,
    /// Gone with this, whoever is still on the way in.
    _files: Files,
}

impl Listening {
    /// Where.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The file with the token that gives that right, of which clients must show one; that of the hub's
    /// owner is in none.
    pub fn token(&self, right: Right) -> PathBuf {
        token::path_in(&self.tokens, right)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
        self.visits.end();
    }
}

/// Where a session listens when nobody says where.
pub fn usual_address(session: &str) -> SocketAddr {
    let (first, count) = PORTS;
    // The remainder is less than `count`.
    let offset = u16::try_from(fnv1a32(session.as_bytes()) % u32::from(count)).unwrap_or(0);
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), first + offset)
}

fn fnv1a32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Listens. The runtime folder must exist.
///
/// # Errors
/// The address is not loopback or not free, or the token can neither be read nor made.
pub fn listen(setup: &Setup) -> Result<Listening, ListenError> {
    if !setup.address.ip().is_loopback() {
        return Err(ListenError::NotLoopback(setup.address));
    }
    let folder = setup.places.runtime.clone();
    let (tokens, files) = Tokens::open(&folder).map_err(|(path, error)| {
        ListenError::io(format!("use the token {}", path.display()))(error)
    })?;
    let listening = || format!("listen on {}", setup.address);
    let listener = TcpListener::bind(setup.address).map_err(ListenError::io(listening()))?;
    listener
        .set_nonblocking(true)
        .map_err(ListenError::io(listening()))?;
    let address = listener
        .local_addr()
        .map_err(ListenError::io(listening()))?;
    let (orders, orders_in) = inbox().map_err(ListenError::io(listening()))?;
    let posted = Posted::at(&folder, address).map_err(ListenError::io(format!(
        "say in {} where that is",
        folder.display()
    )))?;
    let visits = Arc::new(Visits::default());
    let devices = Devices::of(&setup.places);
    let revocations = devices.clone().map(|devices| {
        Revocations::heed(devices, Arc::clone(&visits)).map_err(ListenError::io(listening()))
    });
    let house = House {
        door: Door::new(tokens, setup.origins.clone(), address.port()),
        hub: setup.places.hub_socket.clone(),
        voice: Voice {
            session_id: setup.places.session.clone(),
            sender_id: "collector".to_owned(),
        },
        sessions: setup.sessions.clone(),
        clock: setup.clock,
        visits: Arc::clone(&visits),
        devices,
        tries: Tries::default(),
    };
    let house = Arc::new(house);
    let thread = std::thread::Builder::new()
        .name("listen".into())
        .spawn(move || house.run(&listener, &orders_in))
        .map_err(ListenError::io(listening()))?;
    Ok(Listening {
        address,
        tokens: folder,
        visits,
        orders: Some(orders),
        thread: Some(thread),
        _revocations: revocations.transpose()?,
        _posted: posted,
        _files: files,
    })
}

/// Whether somebody has listened there and was killed, and nobody does now.
pub fn was_cut_off(places: &Places) -> bool {
    token::are_left(&places.runtime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_port_of_its_own() {
        // The reference values of FNV-1a.
        assert_eq!(fnv1a32(b""), 0x811c_9dc5);
        assert_eq!(fnv1a32(b"foobar"), 0xbf9c_f968);
        assert_eq!(usual_address("default").to_string(), "127.0.0.1:42894");
        assert_ne!(usual_address("team"), usual_address("default"));
    }
}
