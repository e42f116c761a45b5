//! Where a collector is found: the runtime folder and the lock in it, the sockets that it hears and
//! answers on, and the links that lead others to these.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use pane_patrol_hooks::paths::Places;

use super::contained::Container;
use super::error::CollectorError;
use super::link::Links;
use super::message::Message;
use super::sources::event_socket::EventSocket;
use crate::hub::protocol::Voice;
use crate::hub::server::{Hub, Workers};
use crate::sys::monotone_clock::Clock;
use crate::sys::runtime_dir::{Ownership, RuntimeDirError, make_private_folder};
use crate::sys::socket_file::{self, SocketError};

/// Where a collector is to be found, and by whom.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Where sockets and lock are.
    pub places: Places,
    /// The other standard places, where others may look for them.
    pub elsewhere: Option<Places>,
    /// The containers that have sockets of their own.
    pub containers: Vec<Container>,
    /// The user whose events count.
    pub uid: u32,
}

impl Doors {
    /// Makes and checks the runtime folder and takes the lock in it.
    pub(super) fn take_lock(&self) -> Result<Ownership, RuntimeDirError> {
        Ownership::take(&self.places, self.uid)
    }

    /// Hears events from now on, each container's on a socket in a folder of its own.
    pub(super) fn hear(
        &self,
        clock: &Arc<Clock>,
        output: &SyncSender<Message>,
    ) -> Result<Vec<EventSocket>, CollectorError> {
        let hear = |path: &Path, container| {
            let bound = socket_file::bind_datagrams(path)?;
            let (clock, output) = (Arc::clone(clock), output.clone());
            let heard = EventSocket::open(bound, container, self.uid, clock, output);
            heard.map_err(|source| refused("receive on", path, source))
        };
        let mut sockets = vec![hear(&self.places.events_socket, None)?];
        for container in &self.containers {
            let all = self.places.containers();
            make_private_folder(&all, self.uid)?;
            make_private_folder(&all.join(&container.name), self.uid)?;
            let path = container.socket(&self.places);
            sockets.push(hear(&path, Some(Arc::new(container.clone())))?);
        }
        Ok(sockets)
    }

    /// Answers clients of the hub from now on.
    pub(super) fn serve(&self, clock: &Arc<Clock>, workers: Workers) -> Result<Hub, SocketError> {
        let path = &self.places.hub_socket;
        let voice = Voice {
            session_id: self.places.session.clone(),
            sender_id: "collector".to_owned(),
        };
        let bound = socket_file::bind_listener(path)?;
        Hub::open(bound, voice, self.uid, Arc::clone(clock), workers)
            .map_err(|source| refused("listen on", path, source))
    }

    /// Leads those here who look in the other standard folder.
    pub(super) fn leave_links(&self) -> Links {
        Links::leave(self.elsewhere.as_ref(), &self.places, self.uid)
    }
}

fn refused(what: &'static str, path: &Path, source: io::Error) -> SocketError {
    SocketError::Io {
        what,
        path: path.to_owned(),
        source,
    }
}
