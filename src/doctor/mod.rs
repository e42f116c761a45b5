//! Why nothing is heard: one finding a link of the chain from the assistant to the dashboard, each
//! with what to do about it.
//!
//! The checks get what they look at as arguments; `commands::doctor` gathers it and prints.

mod collecting;
mod hooks;
mod places;
mod running;
mod sessions;
mod trust;

use std::borrow::Cow;

use serde::Serialize;

pub use collecting::{Listening, collecting, test_event};
pub use hooks::Hooks;
pub use places::{runtime_folders, state_folder, tmux};
pub use running::running;
pub use sessions::sessions;
pub use trust::untrusted;

/// How one link of the chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It works.
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// It does not work.
    Failure,
}

impl Verdict {
    /// The word that stands before a finding.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

/// What was found at one link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The link, in one or two words.
    pub check: Cow<'static, str>,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen; lower case, no full stop.
    pub seen: String,
    /// What to do; `None` when there is nothing to do.
    pub fix: Option<String>,
}

impl Finding {
    pub(crate) fn ok(check: impl Into<Cow<'static, str>>, seen: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            verdict: Verdict::Ok,
            seen: seen.into(),
            fix: None,
        }
    }

    pub(crate) fn warning(
        check: impl Into<Cow<'static, str>>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            check: check.into(),
            verdict: Verdict::Warning,
            seen: seen.into(),
            fix: Some(fix.into()),
        }
    }

    pub(crate) fn failure(
        check: impl Into<Cow<'static, str>>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            check: check.into(),
            verdict: Verdict::Failure,
            seen: seen.into(),
            fix: Some(fix.into()),
        }
    }
}
