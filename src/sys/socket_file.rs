//! Sockets with a name in a folder: bound in place of a dead one, private from their first moment, and
//! removed with their handle.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::net::{SocketAddrUnix, SocketType};
use thiserror::Error;

use crate::sys::unix_socket::unix_socket;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 128;

/// Why a socket cannot be had.
#[derive(Debug, Error)]
pub enum SocketError {
    /// Something else stands where the socket belongs.
    #[error("{} {why}", path.display())]
    Occupied {
        /// The socket's path.
        path: PathBuf,
        /// What is there.
        why: &'static str,
    },
    /// The system refused.
    #[error("could not {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl SocketError {
    fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}

/// A socket file that is removed with its handle, if it is still the same one.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            identity: identity(path)?,
        })
    }
}

/// Device and inode of whatever is at `path`.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = path.symlink_metadata()?;
    Ok((found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|found| found == self.identity) {
            // Left behind it does no harm: the next collector takes it over.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Binds a socket of `kind` at `path`, mode 0600 from its first moment, in place of a dead one.
///
/// Only whoever holds the lock may call this.
fn bind(path: &Path, kind: SocketType) -> Result<(OwnedFd, SocketFile), SocketError> {
    remove_dead_socket(path, kind)?;
    let failed = |what| move |error: rustix::io::Errno| SocketError::io(what, path)(error.into());
    let socket = unix_socket(kind).map_err(SocketError::io("make a socket for", path))?;
    #[cfg(target_os = "linux")]
    {
        // Before bind: no datagram can come in without its sender's identity,
        rustix::net::sockopt::set_socket_passcred(&socket, true)
            .map_err(failed("ask for credentials on"))?;
        // and nobody can open the file with the rights that the umask would leave.
        rustix::fs::fchmod(&socket, Mode::RUSR | Mode::WUSR).map_err(failed("protect"))?;
    }
    let address = SocketAddrUnix::new(path).map_err(failed("use as a socket's path"))?;
    rustix::net::bind(&socket, &address).map_err(failed("listen on"))?;
    let file = SocketFile::of(path).map_err(SocketError::io("look at", path))?;
    rustix::fs::chmod(path, Mode::RUSR | Mode::WUSR).map_err(failed("protect"))?;
    Ok((socket, file))
}

/// Binds a socket for datagrams at `path`.
pub(crate) fn bind_datagrams(path: &Path) -> Result<(UnixDatagram, SocketFile), SocketError> {
    let (socket, file) = bind(path, SocketType::DGRAM)?;
    Ok((socket.into(), file))
}

/// Listens at `path`; the listener does not wait.
pub(crate) fn bind_listener(path: &Path) -> Result<(UnixListener, SocketFile), SocketError> {
    let (socket, file) = bind(path, SocketType::STREAM)?;
    let failed = SocketError::io("listen on", path);
    let listen = || -> io::Result<UnixListener> {
        rustix::net::listen(&socket, BACKLOG)?;
        let listener = UnixListener::from(socket);
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    Ok((listen().map_err(failed)?, file))
}

/// Makes room at `path`: a socket that nobody listens on is removed, and a link to one, as a collector
/// leaves it in the other standard folder; anything else stays.
fn remove_dead_socket(path: &Path, kind: SocketType) -> Result<(), SocketError> {
    let occupied = |why| SocketError::Occupied {
        path: path.to_owned(),
        why,
    };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(SocketError::io("look at", path)(error)),
        Ok(found) if !found.file_type().is_socket() && !found.is_symlink() => {
            return Err(occupied("exists and is not a socket"));
        }
        Ok(_) => {}
    }
    if is_live(path, kind) {
        return Err(occupied("belongs to another program that listens on it"));
    }
    std::fs::remove_file(path).map_err(SocketError::io("remove the dead socket", path))
}

fn is_live(path: &Path, kind: SocketType) -> bool {
    if kind == SocketType::DGRAM {
        let probe = UnixDatagram::unbound();
        probe.is_ok_and(|probe| probe.connect(path).is_ok())
    } else {
        UnixStream::connect(path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use std::fs;

    use super::*;

    #[test]
    fn a_dead_socket_is_taken_over_and_anything_else_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("e.sock");
        drop(UnixDatagram::bind(&path).unwrap());
        // A program that another test starts at this moment has it, too, until it runs.
        let end = Instant::now() + Duration::from_secs(30);
        let held = loop {
            match bind(&path, SocketType::DGRAM) {
                Ok(held) => break held,
                Err(error) => assert!(Instant::now() < end, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let refused = bind(&path, SocketType::DGRAM).unwrap_err().to_string();
        assert!(refused.contains("another program"), "{refused}");

        fs::remove_file(&path).unwrap();
        fs::write(&path, "mine").unwrap();
        let refused = bind(&path, SocketType::DGRAM).unwrap_err().to_string();
        assert!(refused.contains("not a socket"), "{refused}");
        drop(held);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
