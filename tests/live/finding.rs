//! What was found out about a row in one situation.

use std::fmt;
use std::time::Duration;

use super::load::Load;

/// What was found out in one situation, once.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    /// The row was right after this time, and stayed so.
    Right(Duration),
    /// The row became right, and stayed so, but later than it should, on a machine with too much to do.
    Late(Duration, Load),
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

    /// Of several findings about one situation the highest is kept.
    fn badness(&self) -> (u8, Duration) {
        match self {
            Self::Skipped(_) => (0, Duration::ZERO),
            Self::Right(after) => (1, *after),
            Self::Unknowable(_) => (2, Duration::ZERO),
            Self::Late(after, _) => (3, *after),
            Self::Wrong(_) | Self::Stuck(_) => (4, Duration::ZERO),
        }
    }

    /// Whether it is to be kept instead of `old`.
    pub(super) fn is_worse_than(&self, old: &Self) -> bool {
        self.badness() > old.badness()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right(after) => write!(f, "ok {} ms", after.as_millis()),
            Self::Late(after, load) => {
                write!(f, "late: right after {} ms, {load}", after.as_millis())
            }
            Self::Wrong(what) => write!(f, "WRONG: {what}"),
            Self::Unknowable(why) => write!(f, "cannot be known: {why}"),
            Self::Stuck(what) => write!(f, "NOT REACHED: {what}"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
        }
    }
}
