//! A folder of our own with one session's socket in it. Zellij's program asks every socket of its folder before
//! it does anything, without an end; here there is but one to ask. And a name that means no session would make
//! one, or be answered as if all were well, where there are several; here it is the one that was meant.
//!
//! A link to the socket, not to its name: it leads to the same server however that session is called meanwhile.
//! The folder lies beside Zellij's own, because links reach no other file system.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pane_patrol_sys::private;

use crate::sys::process::lives;

/// What the folders are called, before the process that made them.
const BEFORE: &str = ".pane-patrol-";

/// What the session is called there.
pub(super) const NAME: &str = "s";

/// The longest path that a socket may have.
const LONGEST: usize = 107;

/// Such a folder, gone with this.
#[derive(Debug)]
pub(super) struct Alone(tempfile::TempDir);

impl Alone {
    /// With the socket at that path.
    ///
    /// # Errors
    /// The socket is gone, or no such folder can be made.
    pub(super) fn with(socket: &Path) -> io::Result<Self> {
        let absent = || io::Error::from(io::ErrorKind::NotFound);
        let sockets = socket.parent().ok_or_else(absent)?;
        let around = sockets.parent().ok_or_else(absent)?;
        let version = sockets.file_name().ok_or_else(absent)?;
        clear(around);
        let prefix = format!("{BEFORE}{}-", std::process::id());
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .rand_bytes(4)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(around)?;
        let inner = folder.path().join(version);
        private::make_folder(&inner)?;
        let link = inner.join(NAME);
        if link.as_os_str().len() > LONGEST {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        fs::hard_link(socket, link)?;
        Ok(Self(folder))
    }

    /// What Zellij is to take for the folder of all its sockets.
    pub(super) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// Takes away what processes have left that were ended in the middle of a call.
fn clear(around: &Path) {
    let entries = fs::read_dir(around).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path());
    for left in folders.filter(|folder| is_left_over(folder)) {
        // Another one has just done so.
        let _ = fs::remove_dir_all(left);
    }
}

fn is_left_over(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    let whose = name.and_then(|name| name.strip_prefix(BEFORE)?.split_once('-'));
    let whose = whose.and_then(|(pid, _)| pid.parse().ok());
    whose.is_some_and(|pid: u32| !lives(pid))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn one_socket_is_alone_in_a_folder_that_goes_with_its_handle_and_follows_a_rename() {
        let around = tempfile::tempdir_in("/tmp").unwrap();
        let sockets = around.path().join("contract_version_1");
        fs::create_dir(&sockets).unwrap();
        let (one, other) = (sockets.join("my work"), sockets.join("other"));
        let _listeners = [&one, &other].map(|path| UnixListener::bind(path).unwrap());
        let alone = Alone::with(&one).unwrap();
        fs::rename(&one, sockets.join("renamed")).unwrap();
        let inner = alone.folder().join("contract_version_1");
        let names: Vec<_> = fs::read_dir(&inner).unwrap().flatten().collect();
        assert_eq!(names.len(), 1);
        let linked = names[0].metadata().unwrap().ino();
        assert_eq!(linked, sockets.join("renamed").metadata().unwrap().ino());
        assert_eq!(alone.folder().metadata().unwrap().mode() & 0o077, 0);
        drop(alone);
        assert_eq!(
            fs::read_dir(around.path()).unwrap().count(),
            1,
            "nothing is left"
        );
        assert!(sockets.join("renamed").exists(), "the socket stays");
    }

    #[test]
    fn what_an_ended_process_has_left_is_taken_away_and_a_living_ones_stays() {
        let around = tempfile::tempdir_in("/tmp").unwrap();
        let sockets = around.path().join("contract_version_1");
        fs::create_dir(&sockets).unwrap();
        let _listener = UnixListener::bind(sockets.join("a")).unwrap();
        let own = std::process::id();
        let left = [format!("{BEFORE}4000000000-x"), format!("{BEFORE}{own}-x")];
        for name in &left {
            fs::create_dir(around.path().join(name)).unwrap();
        }
        drop(Alone::with(&sockets.join("a")).unwrap());
        let is_there = left.map(|name| around.path().join(name).exists());
        assert_eq!(is_there, [false, true]);
    }
}
