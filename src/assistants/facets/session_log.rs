//! The log that an assistant writes of each session, as it is followed.

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::{Opening, Regular};

use crate::state::{Level, Reading};

/// Whose log is followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Followed {
    /// Which assistant.
    pub(crate) assistant: Assistant,
    /// Its config folder.
    pub(crate) home: PathBuf,
    /// The session.
    pub(crate) instance_id: String,
    /// The assistant's process.
    pub(crate) pid: Option<u32>,
}

/// Where an assistant's logs are.
pub(crate) trait SessionLogs: Sync {
    /// The log of a session, of which nothing was read yet. `None` when its name is no plain one.
    fn of(&self, followed: &Followed) -> Option<Box<dyn SessionLog>>;
}

/// A log, read as it grows.
pub(crate) trait SessionLog: Debug + Send {
    /// Reads what was added; the level if it was written anew.
    fn read_on(&mut self) -> Option<(Level, Timestamp)>;

    /// The level that was read last.
    fn level(&self) -> Option<(Level, Timestamp)>;
}

/// As much of a log as is read at once, in bytes. Of a longer one the beginning is left out.
const MAX_BYTES: u64 = 512 * 1024;

/// What the lines of a log say together.
pub(crate) trait Story: Debug + Default + Send {
    /// Takes one line into account; one that cannot be read is none.
    fn take(&mut self, line: &[u8]) -> Option<()>;

    /// The level, and when it was written.
    fn level(&self) -> Option<(Level, Timestamp)>;
}

/// A log of lines, read as it grows.
#[derive(Debug)]
pub(crate) struct Told<S> {
    path: PathBuf,
    /// Device and inode: another file of that name is another log.
    file: Option<(u64, u64)>,
    /// How much of it was read, in bytes.
    read: u64,
    story: S,
}

impl<S: Story> Told<S> {
    /// The log there, of which nothing was read yet.
    pub(crate) fn of(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            read: 0,
            story: S::default(),
        }
    }

    fn read_lines(&mut self) -> Option<()> {
        let Regular { mut file, about } = Opening::to_read().regular(&self.path).ok()?;
        let identity = (about.dev(), about.ino());
        if self.file != Some(identity) || about.len() < self.read {
            self.file = Some(identity);
            self.read = 0;
            self.story = S::default();
        }
        let from = self.read.max(about.len().saturating_sub(MAX_BYTES));
        file.seek(SeekFrom::Start(from)).ok()?;
        let mut lines = BufReader::new(file.take(MAX_BYTES));
        let mut is_whole = from == self.read;
        self.read = from;
        let mut line = Vec::new();
        // Half a line is read again when it is whole.
        while lines.read_until(b'\n', &mut line).ok()? > 0 && line.ends_with(b"\n") {
            self.read += line.len() as u64;
            if std::mem::replace(&mut is_whole, true) {
                self.story.take(&line);
            }
            line.clear();
        }
        Some(())
    }
}

impl<S: Story> SessionLog for Told<S> {
    fn read_on(&mut self) -> Option<(Level, Timestamp)> {
        let before = self.story.level();
        self.read_lines()?;
        let level = self.story.level();
        level.filter(|_| level != before)
    }

    fn level(&self) -> Option<(Level, Timestamp)> {
        self.story.level()
    }
}

impl Followed {
    /// The reading of a level.
    pub(crate) fn reading(&self, (level, written): (Level, Timestamp), seen: Timestamp) -> Reading {
        Reading {
            assistant: self.assistant.clone(),
            level,
            written,
            seen,
            instance_id: Some(self.instance_id.clone()),
            pid: self.pid,
            pane: None,
            terminal: None,
            background: None,
            cwd: None,
            home: None,
            attended: true,
            detail: None,
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
            by_record: false,
        }
    }
}
