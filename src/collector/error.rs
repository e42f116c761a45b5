//! Why this process cannot be the collector.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::sys::runtime_dir::RuntimeDirError;
use crate::sys::socket_file::SocketError;

/// Why this process cannot be the collector.
#[derive(Debug, Error)]
pub enum CollectorError {
    /// Another instance is, or the runtime folder is not ours.
    #[error(transparent)]
    RuntimeDir(#[from] RuntimeDirError),
    /// A socket cannot be had.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The system gives no threads.
    #[error("could not start the threads of {}", runtime.display())]
    Threads {
        /// The runtime folder.
        runtime: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
