//! Whether the event log is on, and what is wrong with it: hooks that cannot write say nothing, so it is
//! said here, with what to do about it.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::event_log::rotate::read_limits;
use rustix::fs::{Access, access, statvfs};

use super::files::Files;

/// How the event log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// There is no event log.
    Off,
    /// It is on; how many files it has and how many bytes they hold.
    On {
        /// Files, the one that is written included.
        files: usize,
        /// Bytes in all files.
        bytes: u64,
    },
    /// There is something, but it does not work as it should.
    Broken(Trouble),
}

/// What is wrong with the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Lower case, no full stop.
    pub why: String,
    /// What to do about it.
    pub fix: &'static str,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.why, self.fix)
    }
}

/// Looks at the event log.
pub(crate) fn condition(log: &Path) -> Condition {
    match trouble(log) {
        Ok(None) => {}
        Ok(Some(trouble)) => return Condition::Broken(trouble),
        Err(NoLog) => return Condition::Off,
    }
    let files = Files::open(log, &|_| false);
    let lengths: Vec<u64> = files
        .into_oldest_first()
        .map(|file| file.length())
        .collect();
    Condition::On {
        files: lengths.len(),
        bytes: lengths.iter().sum(),
    }
}

/// There is no event log: it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoLog;

/// Why hooks cannot write to the event log or cannot keep it small, if that is so.
///
/// # Errors
/// There is none.
pub(crate) fn trouble(log: &Path) -> Result<Option<Trouble>, NoLog> {
    const MOVE_AWAY: &str = "move it away, then run `pane-patrol mirror on`";
    let found = match fs::symlink_metadata(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(NoLog),
        Err(error) => {
            return Ok(Some(Trouble {
                why: error.to_string(),
                fix: "see that you can enter its folder",
            }));
        }
        Ok(found) => found,
    };
    let (why, fix) = if found.is_symlink() {
        ("it is a link, which hooks do not follow", MOVE_AWAY)
    } else if !found.is_file() {
        ("it is no regular file", MOVE_AWAY)
    } else if EventLog::open(log).is_none() {
        (
            "it may not be written",
            "give yourself the right to write it",
        )
    } else if statvfs(log).is_ok_and(|disk| disk.f_bavail == 0) {
        ("the disk is full", "make room on it")
    } else if !may_write_folder(log) {
        (
            "its folder may not be written, so it is logged but never rotated",
            "give yourself the right to write the folder",
        )
    } else if found.len() > 2 * read_limits(log).max_bytes {
        (
            "it is far larger than it should be: something stands in the way of a rotation",
            "look for what is no regular file beside it",
        )
    } else {
        return Ok(None);
    };
    Ok(Some(Trouble {
        why: why.to_owned(),
        fix,
    }))
}

fn may_write_folder(log: &Path) -> bool {
    let folder = log.parent();
    folder.is_none_or(|folder| access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn why(path: &Path) -> Option<String> {
        match condition(path) {
            Condition::Broken(trouble) => Some(trouble.to_string()),
            _ => None,
        }
    }

    #[test]
    fn what_stands_in_the_place_of_the_log_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.jsonl");
        assert_eq!(condition(&path), Condition::Off);
        fs::create_dir(&path).unwrap();
        let told = why(&path).unwrap();
        assert!(told.contains("no regular file; move it away"), "{told}");
        fs::remove_dir(&path).unwrap();
        symlink("/dev/null", &path).unwrap();
        let told = why(&path).unwrap();
        assert!(told.contains("it is a link"), "{told}");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "abc").unwrap();
        assert_eq!(condition(&path), Condition::On { files: 1, bytes: 3 });
    }

    #[test]
    fn a_file_that_is_never_rotated_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.jsonl");
        let file = fs::File::create(&path).unwrap();
        file.set_len(3 * read_limits(&path).max_bytes).unwrap();
        let told = why(&path).unwrap();
        assert!(told.contains("far larger"), "{told}");
    }
}
