//! Who collects: the one that holds the lock in the runtime folder, which must be ours alone.
//!
//! A lock is held by a process, not by a file that somebody has to clean up: after a crash it is
//! free, and the next instance takes over what lies there.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::paths::Places;
use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

use crate::sys::process::is_alive;

/// Rights that others must not have on the runtime folder.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// How long the lock of a collector that was killed may be held by a program that it was just starting.
const DYING: Duration = Duration::from_millis(500);

/// How often the lock is tried meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Why the folder or its lock is not to be had.
#[derive(Debug, Error)]
pub enum RuntimeDirError {
    /// Another instance holds the lock.
    #[error("another instance collects already{}", by(*.pid))]
    Taken {
        /// Its process, as far as it wrote it down.
        pid: Option<u32>,
    },
    /// The runtime folder is not ours alone.
    #[error("the runtime folder {} {why}", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
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

fn by(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl RuntimeDirError {
    fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}

/// The right to collect; given up when dropped.
#[derive(Debug)]
pub(crate) struct Ownership {
    _lock: File,
}

/// Makes the runtime folder, if there is none, and checks that it is ours alone.
///
/// # Errors
/// It is not, or the system refuses.
pub(crate) fn make_runtime_folder(places: &Places, uid: u32) -> Result<(), RuntimeDirError> {
    for folder in places.runtime_folders() {
        make_private_folder(folder, uid)?;
    }
    Ok(())
}

impl Ownership {
    /// Makes and checks the runtime folder and takes the lock in it.
    pub(crate) fn take(places: &Places, uid: u32) -> Result<Self, RuntimeDirError> {
        make_runtime_folder(places, uid)?;
        let mut lock = open_lock(&places.lock)?;
        let start = Instant::now();
        while let Err(error) = flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(RuntimeDirError::io("lock", &places.lock)(error.into()));
            }
            let pid = read_pid(&mut lock);
            let has_died = pid.is_some_and(|pid| !is_alive(pid));
            if !has_died || start.elapsed() > DYING {
                return Err(RuntimeDirError::Taken { pid });
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        write_pid(&mut lock).map_err(RuntimeDirError::io("write", &places.lock))?;
        Ok(Self { _lock: lock })
    }
}

pub(crate) fn make_private_folder(path: &Path, uid: u32) -> Result<(), RuntimeDirError> {
    match private::make_folder(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(RuntimeDirError::io("make the runtime folder", path)(error));
        }
        _ => {}
    }
    check_private_folder(path, uid)
}

/// Refuses a folder that another user made or can write to, and a link in its place.
fn check_private_folder(path: &Path, uid: u32) -> Result<(), RuntimeDirError> {
    let found = path
        .symlink_metadata()
        .map_err(RuntimeDirError::io("look at the runtime folder", path))?;
    let rights = found.mode() & 0o777;
    let why = if found.is_symlink() {
        "is a symbolic link".to_owned()
    } else if !found.is_dir() {
        "is not a folder".to_owned()
    } else if found.uid() != uid {
        format!("belongs to user {}", found.uid())
    } else if rights & WRITABLE_BY_OTHERS != 0 {
        format!("can be written to by others (mode {rights:04o})")
    } else {
        return Ok(());
    };
    Err(RuntimeDirError::NotOurs {
        path: path.to_owned(),
        why,
    })
}

fn open_lock(path: &Path) -> Result<File, RuntimeDirError> {
    let opening = Opening::to_update().no_link().may_wait().or_make_private();
    opening
        .anything(path)
        .map_err(RuntimeDirError::io("open", path))
}

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(format!("{}\n", std::process::id()).as_bytes())
}

fn read_pid(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.rewind().ok()?;
    lock.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn ours() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    #[test]
    fn a_folder_is_made_private() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new");
        make_private_folder(&path, ours()).unwrap();
        let mode = fs::metadata(&path).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o700);
        make_private_folder(&path, ours()).unwrap();
    }

    #[test]
    fn a_folder_of_others_a_link_and_a_file_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("planted");
        let refusal = |uid| check_private_folder(&path, uid).unwrap_err().to_string();

        fs::create_dir(&path).unwrap();
        assert!(refusal(ours() + 1).contains("belongs to user"));
        fs::set_permissions(&path, PermissionsExt::from_mode(0o770)).unwrap();
        assert!(refusal(ours()).contains("mode 0770"));
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink(root.path(), &path).unwrap();
        assert!(refusal(ours()).contains("symbolic link"));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert!(refusal(ours()).contains("not a folder"));
    }
}
