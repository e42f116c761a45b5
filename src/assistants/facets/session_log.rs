//! The log that an assistant writes of each session, as it is followed.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::timestamp::Timestamp;

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
