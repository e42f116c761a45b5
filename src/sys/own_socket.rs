//! Connecting to the socket of a program of the same user, whose place somebody else has told: nothing is said
//! there before it is known whose it is.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::io::Errno;
use rustix::net::{SocketAddrUnix, SocketType};
use thiserror::Error;

use super::unix_socket::{peer, unix_socket};

/// Rights that others must not have.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Why nobody is connected to.
#[derive(Debug, Error)]
pub(crate) enum NotConnected {
    /// Nobody listens there.
    #[error("nobody listens there")]
    Nobody,
    /// What is there may be somebody else's; says why.
    #[error("its socket {0}")]
    NotOurs(&'static str),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Connects, without waiting, to the socket at `path` of the process `pid`, which must be this user's, in a folder
/// that nobody else may change.
///
/// # Errors
/// Nobody listens there, it may be another one's, or the system refuses.
pub(crate) fn connect(path: &Path, pid: u32) -> Result<UnixStream, NotConnected> {
    connect_if(path, &|listening| listening == pid)
}

/// The same where `is_meant` says that it is that process's.
///
/// # Errors
/// As above.
pub(crate) fn connect_if(
    path: &Path,
    is_meant: &dyn Fn(u32) -> bool,
) -> Result<UnixStream, NotConnected> {
    look(path, rustix::process::geteuid().as_raw())?;
    let stream = UnixStream::from(unix_socket(SocketType::STREAM)?);
    stream.set_nonblocking(true)?;
    let address = SocketAddrUnix::new(path).map_err(io::Error::from)?;
    match rustix::net::connect(&stream, &address) {
        Ok(()) => {}
        Err(Errno::NOENT | Errno::CONNREFUSED | Errno::AGAIN) => return Err(NotConnected::Nobody),
        Err(other) => return Err(NotConnected::Io(other.into())),
    }
    stream.set_nonblocking(false)?;
    // Where the system does not tell who listens, the rights of file and folder are the check.
    let is_its = |(uid, listening): (u32, u32)| {
        uid == rustix::process::geteuid().as_raw() && is_meant(listening)
    };
    match peer(&stream) {
        Some(peer) if !is_its(peer) => Err(NotConnected::NotOurs("is another process's")),
        None if cfg!(target_os = "linux") => {
            Err(NotConnected::NotOurs("does not tell whose it is"))
        }
        _ => Ok(stream),
    }
}

/// Whether what is there is a socket of that user, and its folder that user's alone.
fn look(path: &Path, uid: u32) -> Result<(), NotConnected> {
    let Ok(found) = path.symlink_metadata() else {
        return Err(NotConnected::Nobody);
    };
    let folder = path.parent().filter(|_| path.is_absolute());
    let folder = folder.and_then(|folder| folder.symlink_metadata().ok());
    let is_ours_alone = |folder: std::fs::Metadata| {
        folder.is_dir() && folder.uid() == uid && folder.mode() & WRITABLE_BY_OTHERS == 0
    };
    match () {
        () if !found.file_type().is_socket() => Err(NotConnected::NotOurs("is no socket")),
        () if found.uid() != uid => Err(NotConnected::NotOurs("belongs to another user")),
        () if !folder.is_some_and(is_ours_alone) => Err(NotConnected::NotOurs(
            "lies in a folder that others may change",
        )),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn why(path: &Path, pid: u32) -> String {
        connect(path, pid).map_or_else(|why| why.to_string(), |_| "connected".to_owned())
    }

    #[test]
    fn only_the_socket_of_that_very_process_in_a_folder_of_ones_own_is_connected_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let own = std::process::id();
        assert_eq!(why(&path, own), "nobody listens there");
        let listener = UnixListener::bind(&path).unwrap();
        assert_eq!(why(&path, own), "connected");
        #[cfg(target_os = "linux")]
        assert_eq!(why(&path, own + 1), "its socket is another process's");
        let linked = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &linked).unwrap();
        assert_eq!(why(&linked, own), "its socket is no socket");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o770)).unwrap();
        let others = "its socket lies in a folder that others may change";
        assert_eq!(why(&path, own), others);
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        crate::sys::unix_socket::close(listener);
        assert_eq!(why(&path, own), "nobody listens there");
    }

    #[test]
    fn another_users_socket_is_not_connected_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _listener = UnixListener::bind(&path).unwrap();
        let ours = rustix::process::geteuid().as_raw();
        assert!(look(&path, ours).is_ok());
        let foreign = look(&path, ours + 1).unwrap_err().to_string();
        assert_eq!(foreign, "its socket belongs to another user");
    }
}
