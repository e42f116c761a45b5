//! Rotation of the event log, without a moment in which a line is lost.
//!
//! The name exists all the time: the full file gets a second name, `.1`, and then an empty file is
//! renamed over the first. Whoever had opened the full one still writes to it, and so to `.1`. A
//! process killed in between leaves a name too many or a gap, and the next rotation goes on from
//! there. Only one process rotates; who finds the lock taken leaves it to the other.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::{Opening, is_at};
use pane_patrol_sys::replace::{begin, finish};
use rustix::fs::{FlockOperation, flock};

use super::{Limits, lock_path, open_regular, rotated};

/// Rotates the event log if `file` is still the one that is written and has reached its limit.
/// Every failure leaves the event log as it is: too long a file is better than a line lost.
pub(super) fn rotate_if_full(log: &Path, file: &File) {
    let Some(lock) = open_lock(log) else {
        return;
    };
    let limits = Limits::read(&lock);
    let is_full = |file: &File| {
        file.metadata()
            .is_ok_and(|found| found.len() >= limits.max_bytes)
    };
    if !is_full(file) || flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        return;
    }
    if is_at(log, file) {
        let _ = rotate(log, limits.max_files);
    }
}

/// Writes the limits that all writers keep to, and makes the lock file when there is none.
///
/// # Errors
/// The file cannot be made or written, or something that is no file has its name.
pub fn write_limits(log: &Path, limits: Limits) -> io::Result<()> {
    let mut lock = open_lock(log).ok_or_else(no_lock)?;
    if Limits::read(&lock) == limits && lock.metadata()?.len() > 0 {
        return Ok(());
    }
    // One write of the new text, then the rest of the old one: a reader in between sees the new
    // values first, and a value is taken where it stands first.
    let text = limits.to_string();
    io::Seek::rewind(&mut lock)?;
    lock.write_all(text.as_bytes())?;
    lock.set_len(text.len() as u64)
}

/// The limits that writers keep to.
pub fn read_limits(log: &Path) -> Limits {
    open_regular(Opening::to_read(), &lock_path(log))
        .map_or_else(Limits::default, |lock| Limits::read(&lock))
}

/// Rotates the event log whatever its size.
///
/// # Errors
/// The lock file cannot be opened, or a file cannot be made or renamed.
pub fn rotate_now(log: &Path) -> io::Result<()> {
    let lock = wait_for_lock(log)?;
    rotate(log, Limits::read(&lock).max_files)
}

/// Takes the event log's name away: its lines stand in `.1` afterwards, as after any rotation.
/// Gives false when there was no event log. Writers that have it open still write to it.
///
/// # Errors
/// The lock file cannot be opened, a file cannot be renamed, or the event log is no regular file.
pub fn put_away(log: &Path) -> io::Result<bool> {
    let lock = wait_for_lock(log)?;
    let found = match fs::symlink_metadata(log) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if found.len() > 0 {
        // One more than a rotation would leave: switching it off forgets nothing.
        link_to_first(log, Limits::read(&lock).max_files + 1)?;
    }
    fs::remove_file(log)?;
    Ok(true)
}

fn open_lock(log: &Path) -> Option<File> {
    open_regular(Opening::to_update().or_make_private(), &lock_path(log))
}

fn wait_for_lock(log: &Path) -> io::Result<File> {
    let lock = open_lock(log).ok_or_else(no_lock)?;
    flock(&lock, FlockOperation::LockExclusive)?;
    Ok(lock)
}

fn no_lock() -> io::Error {
    io::Error::other("its lock file cannot be written, or is no regular file")
}

fn rotate(log: &Path, max_files: u32) -> io::Result<()> {
    // First what needs room on the disk: nothing is renamed before the new file is there.
    let fresh = make_fresh(log)?;
    finish(link_to_first(log, max_files), &fresh, log)
}

/// An empty file of ours beside the event log. One left behind by a rotation that was killed is
/// removed: we hold the lock.
fn make_fresh(log: &Path) -> io::Result<PathBuf> {
    let fresh = log.with_extension("new");
    begin(&fresh).map(|_| fresh)
}

/// Gives the event log its second name `.1`, after moving the older files on.
fn link_to_first(log: &Path, max_files: u32) -> io::Result<()> {
    let first = rotated(log, 1);
    if same_file(log, &first) {
        return Ok(());
    }
    let last = max_files - 1;
    let gap = (1..=last).find(|number| fs::symlink_metadata(rotated(log, *number)).is_err());
    for number in (1..gap.unwrap_or(last)).rev() {
        fs::rename(rotated(log, number), rotated(log, number + 1))?;
    }
    if gap.is_none() && last == 1 {
        fs::remove_file(&first)?;
    }
    forget_beyond(log, max_files);
    fs::hard_link(log, &first)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::symlink_metadata(a), fs::symlink_metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

/// Removes what an earlier, larger limit has left.
fn forget_beyond(log: &Path, max_files: u32) {
    let mut number = max_files;
    while fs::remove_file(rotated(log, number)).is_ok() {
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::{EventLog, MIN_MAX_BYTES};
    use super::*;

    const LINE: &[u8] = &[b'x'; 1023];

    fn log_in(folder: &Path, max_files: u32) -> PathBuf {
        let path = folder.join("session-events.jsonl");
        fs::write(&path, "").unwrap();
        let limits = Limits {
            max_bytes: MIN_MAX_BYTES,
            max_files,
            messages: true,
        };
        write_limits(&path, limits).unwrap();
        assert_eq!(read_limits(&path), limits);
        path
    }

    fn fill(path: &Path, lines: usize) {
        for _ in 0..lines {
            EventLog::open(path).unwrap().append(LINE);
        }
    }

    fn lengths(path: &Path) -> Vec<u64> {
        let files = std::iter::once(path.to_owned()).chain((1..9).map(|n| rotated(path, n)));
        files
            .map_while(|file| Some(fs::metadata(file).ok()?.len()))
            .collect()
    }

    #[test]
    fn a_full_file_becomes_the_first_and_the_oldest_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 3);
        fill(&path, 63);
        assert_eq!(lengths(&path), [63 << 10]);
        fill(&path, 1);
        assert_eq!(lengths(&path), [0, 64 << 10]);
        fill(&path, 64 * 5 + 2);
        assert_eq!(lengths(&path), [2 << 10, 64 << 10, 64 << 10]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        write_limits(
            &path,
            Limits {
                max_bytes: MIN_MAX_BYTES,
                max_files: 2,
                messages: true,
            },
        )
        .unwrap();
        fill(&path, 64);
        // A program that another test starts at this moment holds the lock, too, until it runs: then the
        // next line is the one that rotates.
        for _ in 0..1000 {
            if lengths(&path).len() == 2 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            fill(&path, 1);
        }
        assert_eq!(lengths(&path).len(), 2, "a smaller limit is kept to");
    }

    #[test]
    fn a_rotation_that_was_killed_half_way_is_finished_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 4);
        fill(&path, 63);
        // Killed between the second name and the new file.
        fs::hard_link(&path, rotated(&path, 1)).unwrap();
        fs::write(path.with_extension("new"), "").unwrap();
        fill(&path, 1);
        assert_eq!(lengths(&path), [0, 64 << 10]);
        // Killed while the older ones were moved on.
        fs::rename(rotated(&path, 1), rotated(&path, 2)).unwrap();
        fill(&path, 64);
        assert_eq!(lengths(&path), [0, 64 << 10, 64 << 10]);
    }

    #[test]
    fn a_busy_lock_is_left_to_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 3);
        let lock = open_lock(&path).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        fill(&path, 70);
        assert_eq!(lengths(&path), [70 << 10]);
        // For everybody: a program that another test starts just now has a copy of it until it runs.
        flock(&lock, FlockOperation::Unlock).unwrap();
        fill(&path, 1);
        assert_eq!(lengths(&path), [0, 71 << 10]);
    }

    #[test]
    fn what_stands_in_the_way_of_a_rotation_is_left_and_no_line_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 3);
        fs::create_dir(path.with_extension("new")).unwrap();
        fill(&path, 66);
        assert_eq!(lengths(&path), [66 << 10]);
    }

    #[test]
    fn a_straggler_writes_to_the_file_it_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 3);
        let straggler = EventLog::open(&path).unwrap();
        fill(&path, 64);
        straggler.append(LINE);
        assert_eq!(lengths(&path), [0, 65 << 10]);
    }

    #[test]
    fn a_log_that_is_put_away_is_the_first_rotated_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path(), 3);
        fill(&path, 3);
        assert!(put_away(&path).unwrap());
        assert!(!path.exists());
        assert_eq!(fs::metadata(rotated(&path, 1)).unwrap().len(), 3 << 10);
        assert!(!put_away(&path).unwrap());
    }
}
