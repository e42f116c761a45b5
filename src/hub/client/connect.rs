//! The way to the hub's socket.

use std::os::unix::net::UnixStream;
use std::path::Path;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::send::is_runtime_ours;
use rustix::io::Errno;
use rustix::net::{SocketAddrUnix, SocketType};

use super::error::HubError;
use crate::sys::unix_socket::unix_socket;

/// Connects to the hub of `places`, which must be `uid`'s, without saying anything yet.
pub(super) fn connect_to(places: &Places, uid: u32) -> Result<UnixStream, HubError> {
    if places.runtime.exists() && !is_runtime_ours(places, uid) {
        return Err(HubError::Untrusted {
            path: places.runtime.clone(),
        });
    }
    connect(&places.hub_socket)
}

/// Connects without waiting: a hub whose queue of connections is full does not answer anybody.
fn connect(path: &Path) -> Result<UnixStream, HubError> {
    let in_vain = |error: Errno| match error {
        Errno::NOENT | Errno::CONNREFUSED => HubError::Nobody {
            path: path.to_owned(),
        },
        Errno::AGAIN | Errno::INPROGRESS => HubError::Silent {
            path: path.to_owned(),
        },
        other => HubError::Io {
            path: path.to_owned(),
            source: other.into(),
        },
    };
    let io_error = |source| HubError::Io {
        path: path.to_owned(),
        source,
    };
    let stream = UnixStream::from(unix_socket(SocketType::STREAM).map_err(io_error)?);
    stream.set_nonblocking(true).map_err(io_error)?;
    let address = SocketAddrUnix::new(path).map_err(in_vain)?;
    rustix::net::connect(&stream, &address).map_err(in_vain)?;
    stream.set_nonblocking(false).map_err(io_error)?;
    Ok(stream)
}
