//! The file of the maintainer's log: lines of several processes, each one write, and never more than two files of
//! a bounded size.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pane_patrol_hooks::text::{one_line, printable_line};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::{Opening, is_at};
use rustix::fs::{FlockOperation, flock};

use super::{Level, Part};

/// A file that has as many bytes becomes the old one, whose place the next takes.
const MAX_BYTES: u64 = 1 << 20;

/// Longest line's text, in characters.
const MAX_CHARS: usize = 500;

/// See the module.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    pub(super) level: Level,
    file: Mutex<File>,
}

impl Log {
    /// Opens the file at `path`, and makes it if it is not there.
    pub(super) fn open(path: &Path, level: Level) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            level,
            file: Mutex::new(open(path)?),
        })
    }

    /// Writes one line. What cannot be written is not: nobody could be told.
    pub(super) fn write(&self, level: Level, part: Part, what: &str) {
        let (now, pid) = (Timestamp::now(), std::process::id());
        let what = one_line(&printable_line(what), MAX_CHARS);
        let line = format!("{now} {level:<5} {part:<9} {pid} {what}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_at(&self.path, &file)
            && let Ok(other) = open(&self.path)
        {
            *file = other;
        }
        let _ = file.write_all(line.as_bytes());
        if file.metadata().is_ok_and(|found| found.len() >= MAX_BYTES) {
            self.rotate(&file);
        }
    }

    /// Gives the file its second name. Of several processes one does; the others find the next file by its name, and
    /// what one writes meanwhile stands in the old one.
    fn rotate(&self, file: &File) {
        // The lock is on the very file that gets another name: who has it looks again whether that has happened.
        if flock(file, FlockOperation::NonBlockingLockExclusive).is_ok() && is_at(&self.path, file)
        {
            let _ = fs::rename(&self.path, old(&self.path));
        }
        let _ = flock(file, FlockOperation::Unlock);
    }
}

fn open(path: &Path) -> io::Result<File> {
    let opening = Opening::to_append().no_terminal().or_make_private();
    Ok(opening.regular(path)?.file)
}

fn old(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_line_says_when_how_much_who_and_what_and_nothing_in_it_makes_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = Log::open(&path, Level::Info).unwrap();
        log.write(Level::Warn, Part::Hub, "x\n2026 error hub forged\u{1b}[31m");
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let words: Vec<&str> = text.split_whitespace().skip(1).take(3).collect();
        let pid = std::process::id().to_string();
        assert_eq!(words, ["warn", "hub", &pid]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn two_that_write_keep_two_files_of_a_bounded_size_and_every_line_of_the_last_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let logs = [0, 1].map(|_| Log::open(&path, Level::Info).unwrap());
        let line = "x".repeat(450);
        let count = 3 * MAX_BYTES / 490;
        for number in 0..count {
            let log = &logs[usize::try_from(number % 2).unwrap()];
            log.write(Level::Info, Part::Hub, &format!("{number} {line}"));
        }
        let texts = [old(&path), path].map(|path| fs::read_to_string(path).unwrap());
        for text in &texts {
            assert!(text.len() as u64 <= MAX_BYTES + 2 * 600, "{}", text.len());
        }
        let numbers: Vec<u64> = texts
            .iter()
            .flat_map(|text| text.lines())
            .map(|line| line.split_whitespace().nth(4).unwrap().parse().unwrap())
            .collect();
        let expected: Vec<u64> = (numbers[0]..count).collect();
        assert_eq!(numbers, expected);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_no_file_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Log::open(folder.path(), Level::Info).is_err());
        assert!(Log::open(&folder.path().join("none/log"), Level::Info).is_err());
    }
}
