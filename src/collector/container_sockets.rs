//! The sockets of all containers that have one of their own.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::error::CollectorError;
use super::sources::event_socket::EventSocket;
use super::{Message, Setup};
use crate::sys::monotone_clock::Clock;
use crate::sys::runtime_dir::make_private_folder;

/// The sockets of all containers; they go when this is dropped.
#[derive(Debug)]
pub(super) struct ContainerSockets {
    _sockets: Vec<EventSocket>,
}

impl ContainerSockets {
    /// Makes a folder and a socket for each.
    pub(super) fn open(
        setup: &Setup,
        clock: &Arc<Clock>,
        output: &SyncSender<Message>,
    ) -> Result<Self, CollectorError> {
        let mut sockets = Vec::new();
        for container in &setup.containers {
            let path = container.socket(&setup.places);
            let folders = [
                setup.places.containers(),
                setup.places.containers().join(&container.name),
            ];
            for folder in folders {
                make_private_folder(&folder, setup.uid)?;
            }
            sockets.push(EventSocket::open(
                &path,
                Some(Arc::new(container.clone())),
                setup.uid,
                Arc::clone(clock),
                output.clone(),
            )?);
        }
        Ok(Self { _sockets: sockets })
    }
}
