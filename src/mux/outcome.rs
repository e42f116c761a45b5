//! How it went: done, or one of the three ways in which something is not done.

use std::fmt;

use thiserror::Error;

/// What was asked for, done and looked at; or why not.
pub(crate) type Outcome<T> = Result<T, Undone>;

/// Why something is not done, or not known to be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Undone {
    /// What it was about is not there any more.
    #[error("{0}")]
    Gone(Gone),
    /// Nothing was done; says why.
    #[error("{0}")]
    Refused(String),
    /// The server is not believed to be one, and was not asked.
    #[error("{socket}: {why}")]
    NotBelieved {
        /// Its socket.
        socket: String,
        /// Why not.
        why: &'static str,
    },
    /// It may have been done or not, or how it is cannot be told; says why.
    #[error("{0}")]
    Unknown(String),
}

/// What is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The pane.
    Pane,
    /// The server with all its panes.
    Server,
    /// The server lives, but nobody can talk to it; says so, and what brings it back.
    OutOfReach(String),
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pane => f.write_str("the pane is gone"),
            Self::Server => f.write_str("its server is gone"),
            Self::OutOfReach(words) => f.write_str(words),
        }
    }
}

impl From<String> for Undone {
    fn from(why: String) -> Self {
        Self::Refused(why)
    }
}

impl From<&str> for Undone {
    fn from(why: &str) -> Self {
        Self::Refused(why.to_owned())
    }
}
