//! Taskmaster's own lock of a file, taken as it takes it: whoever makes `FILE.lock` has it, its newer half as
//! a folder (npm's proper-lockfile), its older one as a file. One that nobody has touched for ten seconds was
//! left behind; whoever comes next takes it away. Of ours that is known at once: it has rights that no other has,
//! and the kernel's lock for as long as its process lives.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, Mode, fchmod, flock};

/// A lock of that age was left behind.
const STALE: Duration = Duration::from_secs(10);

/// How long is waited for whoever has it: Taskmaster has it for milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// The rights of a lock of ours: the bit means nothing where nobody else may write.
const OURS: u32 = 0o1700;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Which folder it is, where that could be looked at.
    inode: Option<u64>,
    /// Locked by the kernel, so that a kill gives it back.
    _folder: Option<File>,
}

/// Why it is not held.
#[derive(Debug)]
pub(super) enum NotLocked {
    /// Somebody else has it.
    Held(PathBuf),
    /// It cannot be made.
    Io(PathBuf, io::Error),
}

impl Lock {
    /// Takes the lock of `file`, by the name that Taskmaster knows the file by.
    pub(super) fn take(file: &Path) -> Result<Self, NotLocked> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let until = Instant::now() + PATIENCE;
        loop {
            match private::make_folder(&path) {
                Ok(()) => {
                    let (inode, folder) = (inode(&path), marked(&path));
                    return Ok(Self {
                        path,
                        inode,
                        _folder: folder,
                    });
                }
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(NotLocked::Io(path, error));
                }
                Err(_) if take_away_stale(&path) => {}
                Err(_) if Instant::now() >= until => return Err(NotLocked::Held(path)),
                Err(_) => sleep(PAUSE),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Who was stopped for so long that others took it for dead must not take away theirs.
        if self.inode.is_some() && self.inode == inode(&self.path) {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Marks a lock as ours, and holds it.
fn marked(path: &Path) -> Option<File> {
    let folder = held(path)?;
    // In this order: one with the mark that nobody holds was left behind.
    fchmod(&folder, Mode::from_raw_mode(OURS)).ok()?;
    Some(folder)
}

/// The folder there with the kernel's lock of it, unless somebody else has that.
fn held(path: &Path) -> Option<File> {
    let folder = File::open(path).ok()?;
    flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(folder)
}

/// Takes away one of ours whose process was killed, or says that it was not.
fn take_away_killed(path: &Path, there: &Metadata) -> bool {
    let is_ours = there.is_dir() && there.mode() & 0o7777 == OURS;
    let Some(folder) = is_ours.then(|| held(path)).flatten() else {
        return false;
    };
    // Whoever was faster may have taken it away, and made another one, before it was held here.
    let is_it = folder
        .metadata()
        .is_ok_and(|held| held.ino() == there.ino());
    is_it && inode(path) == Some(there.ino()) && fs::remove_dir(path).is_ok()
}

fn inode(path: &Path) -> Option<u64> {
    Some(path.symlink_metadata().ok()?.ino())
}

/// Takes away what was left behind, or says that it was not.
fn take_away_stale(path: &Path) -> bool {
    let Ok(there) = path.symlink_metadata() else {
        // It is gone.
        return true;
    };
    let remove = if there.is_dir() {
        fs::remove_dir
    } else {
        fs::remove_file
    };
    take_away_killed(path, &there) || (is_stale(&there) && remove(path).is_ok())
}

fn is_stale(there: &Metadata) -> bool {
    let age = there.modified().ok();
    let age = age.and_then(|then| SystemTime::now().duration_since(then).ok());
    age.is_some_and(|age| age > STALE)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_has_it_at_a_time_and_one_that_was_left_behind_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tasks.json");
        let path = folder.path().join("tasks.json.lock");
        let first = Lock::take(&file).unwrap();
        assert!(path.is_dir());
        let held = Lock::take(&file).unwrap_err();
        assert!(matches!(held, NotLocked::Held(held) if held == path));
        drop(first);
        assert!(!path.exists());
        let dead = Lock::take(&file).unwrap();
        fs::rename(&path, folder.path().join("taken away")).unwrap();
        fs::create_dir(&path).unwrap();
        drop(dead);
        assert!(path.exists(), "it is somebody else's by now");
        fs::remove_dir(&path).unwrap();
        let left = SystemTime::now() - Duration::from_secs(11);
        for is_folder in [true, false] {
            if is_folder {
                fs::create_dir(&path).unwrap();
            } else {
                fs::write(&path, "{\"pid\":1}").unwrap();
            }
            File::open(&path).unwrap().set_modified(left).unwrap();
            drop(Lock::take(&file).unwrap());
            assert!(!path.exists(), "it is given back");
        }
        // One of ours that no process holds: nobody waits for it.
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(OURS)).unwrap();
        drop(Lock::take(&file).unwrap());
        assert!(!path.exists());
        let nowhere = Lock::take(&folder.path().join("no/tasks.json")).unwrap_err();
        assert!(matches!(nowhere, NotLocked::Io(..)));
    }
}
