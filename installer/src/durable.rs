//! Single steps on the disk, each of which names itself and its file when it fails.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use pane_patrol_sys::replace::replace_on_disk;
pub(crate) use pane_patrol_sys::replace::sync_folder;
use rustix::fs::{FlockOperation, Gid, Uid};

use crate::attributes::{Attributes, Refused};
use crate::error::ApplyError;
use crate::target_file::Found;

type Done<T = ()> = Result<T, ApplyError>;

/// Turns the system's error into ours.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ApplyError {
    let path = path.to_owned();
    move |source| ApplyError::Io {
        action,
        path,
        source,
    }
}

/// Makes a folder that must not exist yet. Only the user may look into what we create: settings may
/// come to hold secrets.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    private::make_folder(path)
}

/// Makes `path` and the folders above it that are missing; gives those it made, outermost first.
pub(crate) fn make_folders(path: &Path) -> (Vec<PathBuf>, io::Result<()>) {
    let missing = path.ancestors().take_while(|ancestor| !ancestor.exists());
    let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
    missing.reverse();
    let mut made = Vec::new();
    for folder in missing {
        if let Err(error) = make_folder(&folder) {
            return (made, Err(error));
        }
        made.push(folder);
    }
    (made, Ok(()))
}

/// Writes a file that must not exist yet, and waits until the disk has it. What could not be
/// written whole is removed again.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    private::write_file_to_disk(path, bytes)
}

/// Replaces a file of our own, through a temporary one beside it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_on_disk(path, &path.with_extension("new"), bytes)
}

/// Gives the new `file`, which is `temporary`, the owner, group, attributes and mode of the old one.
/// Until the last step nobody has a right to it whom the old one does not give the same: it is
/// private until it has its own list, and a list is whole from its first moment.
pub(crate) fn dress(file: &File, temporary: &Path, old: &Found, real: &Path) -> Done {
    let fail = || io_error("set the mode of", temporary);
    let now = file.metadata().map_err(fail())?;
    if now.uid() != old.uid || now.gid() != old.gid {
        let (uid, gid) = (Uid::from_raw(old.uid), Gid::from_raw(old.gid));
        rustix::fs::fchown(file, Some(uid), Some(gid)).map_err(|error| fail()(error.into()))?;
    }
    let refused = |refused: Refused| ApplyError::Attribute {
        path: real.to_owned(),
        name: refused.name,
        source: refused.source,
    };
    old.attributes.put_on(file).map_err(refused)?;
    let mode = Permissions::from_mode(old.mode);
    file.set_permissions(mode).map_err(fail())?;
    old.attributes.check(file).map_err(refused)?;
    let flags = old.flags.put_on(file);
    flags.map_err(io_error(
        "set the flags (as `lsattr` shows them) of",
        temporary,
    ))?;
    file.sync_all().map_err(fail())
}

/// Takes from a file that we made what its folder has added to it: the list of who else may read.
pub(crate) fn undress(file: &File, temporary: &Path) -> Done {
    let refused = |refused: Refused| io_error("set the mode of", temporary)(refused.source);
    Attributes::default().put_on(file).map_err(refused)?;
    file.sync_all().map_err(io_error("write", temporary))
}

/// Removes a file; nothing to remove is fine.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes folders that are empty, innermost first; others stay.
pub(crate) fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// Held while one installer is at work; the system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    folder: File,
}

impl Lock {
    /// Takes the lock on `folder`, which must be the user's own. Never waits: whoever holds it may be
    /// stopped.
    pub(crate) fn take(folder: &Path, uid: u32) -> Done<Self> {
        let file = Opening::to_read().anything(folder);
        let file = file.map_err(io_error("open", folder))?;
        let owned = file.metadata().map_err(io_error("open", folder))?;
        if owned.uid() != uid {
            return Err(ApplyError::NotOurs {
                path: folder.to_owned(),
                owner: owned.uid(),
                uid,
            });
        }
        let busy = || ApplyError::Busy {
            path: folder.to_owned(),
        };
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => return Err(busy()),
            Err(error) => return Err(io_error("lock", folder)(error.into())),
        }
        // The folder may have been removed and made again by a run that failed just now.
        let there = fs::metadata(folder).map_err(|_| busy())?;
        if (there.dev(), there.ino()) != (owned.dev(), owned.ino()) {
            return Err(busy());
        }
        Ok(Self { folder: file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process that another thread is just starting shares the lock
        // until it has become its own program.
        let _ = rustix::fs::flock(&self.folder, FlockOperation::Unlock);
    }
}
