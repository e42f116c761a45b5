//! What an assistant can be in, and what was found out about its row there.

use std::fmt;
use std::time::Duration;

/// One column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Situation {
    Started,
    Running,
    Finished,
    Approval,
    Approved,
    Denied,
    Question,
    Dismissed,
    Interrupted,
    Stopped,
    Failed,
    SubAgent,
    Quit,
    Killed,
    Closed,
    Shared,
}

impl Situation {
    /// All of them, in the order of the table.
    pub(super) const ALL: [Self; 16] = [
        Self::Started,
        Self::Running,
        Self::Finished,
        Self::Approval,
        Self::Approved,
        Self::Denied,
        Self::Question,
        Self::Dismissed,
        Self::Interrupted,
        Self::Stopped,
        Self::Failed,
        Self::SubAgent,
        Self::Quit,
        Self::Killed,
        Self::Closed,
        Self::Shared,
    ];

    /// Its name for `--situation`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Approval => "approval",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Question => "question",
            Self::Dismissed => "dismissed",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::SubAgent => "sub-agent",
            Self::Quit => "quit",
            Self::Killed => "killed",
            Self::Closed => "closed",
            Self::Shared => "shared",
        }
    }

    /// What it is, for a person who reads the table.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Started => "opened, nothing asked yet",
            Self::Running => "answering",
            Self::Finished => "the answer is complete",
            Self::Approval => "asks for permission to run a command",
            Self::Approved => "permitted, and the command still runs",
            Self::Denied => "the permission was refused",
            Self::Question => "asks a question",
            Self::Dismissed => "the question was dismissed",
            Self::Interrupted => "stopped by the person while answering",
            Self::Stopped => "stopped by the person while a command ran",
            Self::Failed => "the model's server refused",
            Self::SubAgent => "a sub-agent asks for permission",
            Self::Quit => "left by its own command",
            Self::Killed => "killed with SIGKILL, the pane lives on",
            Self::Closed => "its pane was closed in the middle of an answer",
            Self::Shared => "two of them, one server, each row on its own pane",
        }
    }
}

/// What was found out in one situation.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    /// The row was right after this time, and stayed so.
    Right(Duration),
    /// The row was wrong: what it showed.
    Wrong(String),
    /// The assistant does not tell: why. The row showed no more than is known.
    Unknowable(&'static str),
    /// The assistant could not be brought there: what was waited for.
    Stuck(String),
    /// Not tried: why.
    Skipped(String),
}

impl Finding {
    /// Whether the suite fails because of it.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Wrong(_) | Self::Stuck(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right(after) => write!(f, "ok {} ms", after.as_millis()),
            Self::Wrong(what) => write!(f, "WRONG: {what}"),
            Self::Unknowable(why) => write!(f, "cannot be known: {why}"),
            Self::Stuck(what) => write!(f, "NOT REACHED: {what}"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
        }
    }
}
