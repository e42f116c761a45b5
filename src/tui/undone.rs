//! Why something that a dashboard was to have done was not, for the person who reads it there.

use thiserror::Error;

use crate::git::GitError;

/// Why nothing is done for a dashboard that only shows what was.
pub const ONLY_A_REPLAY: &str = "this is a replay; its panes are those of another time";

/// Why there is no patch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoPatch {
    /// Nothing is done for this dashboard.
    #[error("{ONLY_A_REPLAY}")]
    OnlyAReplay,
    /// Nobody has told where the row's assistant works.
    #[error("the folder is not known")]
    NoFolder,
    /// Git gave none.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Whoever sees the folder gave none; says why.
    #[error("{0}")]
    Elsewhere(String),
}

/// Why nothing was started, or is not shown where it was to be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotStarted {
    /// Nothing is done for this dashboard.
    #[error("{ONLY_A_REPLAY}")]
    OnlyAReplay,
    /// The settings cannot be used; says why.
    #[error("{0}")]
    Settings(String),
    /// The list that was chosen from is not that of the settings any more.
    #[error("the settings have changed")]
    OtherList,
    /// It can work neither where the row's assistant does nor where we are; says why.
    #[error("{0}")]
    NoFolder(String),
    /// Whoever starts it has refused, or could not be asked; says why.
    #[error("{0}")]
    Refused(String),
    /// It was started, and is not beside the dashboard; says why.
    #[error("{0}")]
    NotBeside(String),
}

/// Why something about a row is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unchanged {
    /// Nothing is done for this dashboard.
    #[error("{ONLY_A_REPLAY}")]
    OnlyAReplay,
    /// Whoever changes it has refused, or could not be asked; says why, and what to do.
    #[error("{0}")]
    Refused(String),
}

/// Why no install is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoOffer {
    /// Nothing is done for this dashboard.
    #[error("{ONLY_A_REPLAY}")]
    OnlyAReplay,
    /// Nobody is there to install for.
    #[error(
        "No assistant was found on PATH. \
         `pane-patrol install --assistant NAME` installs for one that is elsewhere."
    )]
    NoAssistant,
}
