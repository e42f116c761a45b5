//! Why there is nothing to hear from the hub.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is nothing to hear from the hub.
#[derive(Debug, Error)]
pub enum HubError {
    /// No collector runs.
    #[error("nobody collects: no collector listens on {}", path.display())]
    Nobody {
        /// The hub's socket.
        path: PathBuf,
    },
    /// What stands in the collector's place may be another user's.
    #[error("the runtime folder {} is not ours alone", path.display())]
    Untrusted {
        /// The folder.
        path: PathBuf,
    },
    /// The collector in this process ends.
    #[error("the collector is ending")]
    Ending,
    /// The collector has ended, or let go of us, while we waited for its answer.
    #[error("the collector ended before it answered")]
    Gone,
    /// The collector hangs.
    #[error("the collector on {} does not answer", path.display())]
    Silent {
        /// The hub's socket.
        path: PathBuf,
    },
    /// The hub refused us.
    #[error("the collector refused: {message} ({code})")]
    Refused {
        /// One word.
        code: String,
        /// One line.
        message: String,
    },
    /// The hub said something that is no message of this version.
    #[error("the collector said what cannot be understood: {0}")]
    Unreadable(String),
    /// The connection broke.
    #[error("could not talk to the collector on {}: {source}", path.display())]
    Io {
        /// The hub's socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
