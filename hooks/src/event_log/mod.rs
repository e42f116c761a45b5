//! The event log: the opt-in log, one line an event. It is on when its file exists.
//!
//! Any number of processes append to it at once and none takes a lock: a line is one `write` to a
//! file opened for appending, so it stands in the file whole or not at all. Nothing here creates the
//! file, follows a link, waits or complains: a line that cannot be written is not written. Keeping
//! the file small is [`rotate`]'s work, done by whichever writer finds it too large.

mod limits;
pub mod rotate;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::Opening;
use rustix::process::{Resource, getrlimit};

use crate::event::Event;
pub use limits::{Limits, MIN_MAX_BYTES};

/// How far below the process's limit on file sizes the event log must stay: a write beyond that limit
/// is answered with a signal that kills, and other writers make the file longer meanwhile.
const FILE_SIZE_MARGIN: u64 = 1 << 20;

/// The event log's file, open for appending.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    file: File,
}

impl EventLog {
    /// Opens the event log at `path`. `None` when there is none, or something else in its place: a
    /// folder, a link, a pipe, a file that may not be written.
    pub fn open(path: &Path) -> Option<Self> {
        let file = open_regular(Opening::to_append(), path)?;
        Some(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Appends `event`, of which `line` is the text, as far as the log may have it; see [`EventLog::append`].
    pub fn append_event(&self, event: &Event, line: &[u8]) -> bool {
        if event.message.is_none() || self.keeps_messages() {
            return self.append(line);
        }
        let kept = event.without_message().encode();
        kept.is_ok_and(|line| self.append(&line))
    }

    /// Whether lines may hold messages. Looked up each time: the file that says so is small, and who has
    /// just said no is to be heard.
    pub fn keeps_messages(&self) -> bool {
        rotate::read_limits(&self.path).messages
    }

    /// Appends `line`, which has no line end, and afterwards rotates when it is time. Says whether
    /// the line is in the file. One that came in in part only, on a full disk, is ended if that can
    /// be done.
    pub fn append(&self, line: &[u8]) -> bool {
        let Ok(found) = self.file.metadata() else {
            return false;
        };
        let limit = getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX);
        if found.len().saturating_add(FILE_SIZE_MARGIN) > limit {
            return false;
        }
        let mut whole = Vec::with_capacity(line.len() + 1);
        whole.extend_from_slice(line);
        whole.push(b'\n');
        match (&self.file).write(&whole) {
            Ok(written) if written == whole.len() => {
                if found.len() + whole.len() as u64 >= MIN_MAX_BYTES {
                    rotate::rotate_if_full(&self.path, &self.file);
                }
                true
            }
            Ok(1..) => {
                let _ = (&self.file).write(b"\n");
                false
            }
            _ => false,
        }
    }
}

/// The name of the `number`th rotated file, counted from the youngest, 1.
pub fn rotated(log: &Path, number: u32) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// The file beside the event log that holds its [`Limits`], and is locked while files are renamed.
pub fn lock_path(log: &Path) -> PathBuf {
    log.with_extension("lock")
}

/// Opens a file as all of the event log's files are opened: `None` for what is no regular file, or a
/// link to one, and never a wait for whoever has the other end of a pipe.
pub fn open_regular(opening: Opening, path: &Path) -> Option<File> {
    let opened = opening.no_link().no_terminal().regular(path).ok()?;
    Some(opened.file)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn lines_are_appended_to_a_file_that_exists_and_to_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session-events.jsonl");
        assert!(EventLog::open(&path).is_none());
        assert!(!path.exists(), "nothing creates it");

        fs::write(&path, "").unwrap();
        for line in ["one", "two"] {
            assert!(EventLog::open(&path).unwrap().append(line.as_bytes()));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn what_it_may_not_have_is_left_out_from_the_next_line_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session-events.jsonl");
        fs::write(&path, "").unwrap();
        let told = r#"{"assistant":"a","state":"idle","target":"m:0.0","ts":"2026-02-27T10:00:00Z","message":"x"}"#;
        let event = Event::parse(told.as_bytes()).unwrap();
        let log = EventLog::open(&path).unwrap();
        for messages in [true, false] {
            let limits = Limits {
                messages,
                ..Limits::default()
            };
            rotate::write_limits(&path, limits).unwrap();
            assert!(log.append_event(&event, told.as_bytes()));
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], told);
        assert_eq!(
            Event::parse(lines[1].as_bytes()),
            Ok(event.without_message())
        );
    }

    #[test]
    fn a_folder_a_link_and_a_pipe_in_its_place_are_no_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session-events.jsonl");
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&path).unwrap();
        assert!(EventLog::open(&path).is_none());
        fs::remove_dir(&path).unwrap();

        fs::write(&elsewhere, "mine\n").unwrap();
        symlink(&elsewhere, &path).unwrap();
        assert!(EventLog::open(&path).is_none());
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine\n");
        fs::remove_file(&path).unwrap();

        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert!(EventLog::open(&path).is_none(), "nobody reads it");
        let _reader = open_pipe(&path);
        assert!(EventLog::open(&path).is_none(), "somebody reads it");
    }

    fn open_pipe(path: &Path) -> File {
        Opening::to_read().anything(path).unwrap()
    }
}
