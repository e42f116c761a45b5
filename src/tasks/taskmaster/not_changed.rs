//! Why a list is left as it is, in words for the person who wanted it changed.

use std::io;
use std::path::PathBuf;

use pane_patrol_installer::{ApplyError, PlanError};
use thiserror::Error;

use super::list::Unfit;
use super::lock::NotLocked;

/// Why a list is as it was.
#[derive(Debug, Error)]
pub(crate) enum NotChanged {
    /// What is wanted means nothing.
    #[error("{0}")]
    Meaningless(&'static str),
    /// The file does not fit to it.
    #[error("{}: {why}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        why: Unfit,
    },
    /// There is none any more.
    #[error("there is no {} any more", path.display())]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("{} {why}", path.display())]
    NotRead {
        /// The file.
        path: PathBuf,
        /// Why, as the end of a sentence.
        why: String,
    },
    /// It cannot be read, or is not to be changed by us.
    #[error(transparent)]
    NotOurs(#[from] PlanError),
    /// It cannot be written.
    #[error(transparent)]
    NotWritten(#[from] ApplyError),
    /// Somebody else has locked it.
    #[error("{} is there: another program is at work on the list", path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// The lock, or the file that names the current tag, cannot be made.
    #[error("could not create {}: {source}", path.display())]
    NotMade {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others write all the time.
    #[error("other programs write {} over and over, and take the change back each time", path.display())]
    Contended {
        /// The file.
        path: PathBuf,
    },
}

impl From<NotLocked> for NotChanged {
    fn from(why: NotLocked) -> Self {
        match why {
            NotLocked::Held(path) => Self::Locked { path },
            NotLocked::Io(path, source) => Self::NotMade { path, source },
        }
    }
}
