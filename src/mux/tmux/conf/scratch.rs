//! The folder in which tmux is asked of files, which may hold what the person keeps to themselves: nobody
//! else looks into it, and what a killed process has left of it the next one takes away.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

/// How every such folder is called at first.
const PREFIX: &str = "pane-patrol-conf-";

/// The file that is locked as long as somebody needs the folder.
const OWNER: &str = "owner";

/// A folder without a lock begins just now, if it is no older.
const BEGINS_WITHIN: Duration = Duration::from_secs(60);

/// A folder that is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    _owner: File,
}

impl Scratch {
    /// A new one, after those that are left over were taken away.
    pub(super) fn make() -> io::Result<Self> {
        clear_left_over();
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        let new = folder.path().join("owner.new");
        let owner = private::make_file(&new)?;
        flock(&owner, FlockOperation::NonBlockingLockExclusive)?;
        std::fs::rename(new, folder.path().join(OWNER))?;
        Ok(Self {
            folder,
            _owner: owner,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Takes away what killed processes of this user have left.
pub(crate) fn clear_left_over() {
    let entries = std::fs::read_dir(std::env::temp_dir());
    for entry in entries.into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_named = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes());
        // Held until the folder is gone.
        if let Some(_claim) = (is_named && is_own(&folder))
            .then(|| claim(&folder))
            .flatten()
        {
            // What cannot be taken away now is looked at again the next time.
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

fn is_own(folder: &Path) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let about = folder.symlink_metadata();
    about.is_ok_and(|about| about.is_dir() && about.uid() == own)
}

/// A folder that is nobody else's any more, by its lock if it has one.
struct Claim(#[allow(dead_code, reason = "held")] Option<File>);

fn claim(folder: &Path) -> Option<Claim> {
    match Opening::to_update().no_link().anything(&folder.join(OWNER)) {
        Ok(owner) => {
            let locked = flock(&owner, FlockOperation::NonBlockingLockExclusive);
            locked.is_ok().then_some(Claim(Some(owner)))
        }
        Err(_) if begins(folder) => None,
        Err(_) => Some(Claim(None)),
    }
}

fn begins(folder: &Path) -> bool {
    let made = folder.metadata().and_then(|about| about.modified());
    let age = made.ok().and_then(|made| made.elapsed().ok());
    age.is_none_or(|age| age < BEGINS_WITHIN)
}
