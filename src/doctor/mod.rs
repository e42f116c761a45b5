//! Why nothing is heard: one finding a link of the chain from the assistant to the dashboard, each
//! with what to do about it.
//!
//! The checks get what they look at as arguments; `commands::doctor` gathers it and prints.
//!
//! May import: all below the commands.

mod collecting;
mod event_log;
mod heard;
mod hooks;
mod next;
mod pipes;
mod places;
mod rules;
mod sessions;
mod unmatched;

use std::borrow::Cow;

use serde::Serialize;

pub(crate) use crate::assistants::running::{REPORTS_TO, Running, Session, Variables, running};
pub(crate) use collecting::{Listening, Test, collecting};
pub(crate) use event_log::event_log;
pub(crate) use heard::overlooked;
pub(crate) use hooks::Hooks;
pub(crate) use next::next_step;
pub(crate) use pipes::pipes;
pub(crate) use places::{multiplexers, runtime_folders, state_folder};
pub(crate) use rules::rules;
pub(crate) use sessions::sessions;
pub(crate) use unmatched::apart;

/// How one link of the chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// It works.
    Ok,
    /// It works, but not as well as it could.
    Warning,
    /// It does not work.
    Failure,
}

impl Verdict {
    /// The word that stands before a finding.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

/// What keeps an assistant from being heard, in one word for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// Nothing was ever written.
    NeverWritten,
    /// It was written, and is gone again.
    TakenOut,
    /// Only a part of it is there.
    Incomplete,
    /// The settings cannot be read.
    Unreadable,
    /// The person has switched hooks off.
    SwitchedOff,
    /// The person has not confirmed it.
    NotTrusted,
    /// It names a program that is not this one.
    OtherExecutable,
    /// It names a program that cannot be run.
    NoExecutable,
    /// Sessions run since before it was written.
    OlderThanInstall,
    /// Several sessions cannot be told apart.
    Ambiguous,
    /// All is in order, and nothing is heard.
    Silent,
    /// A witness shows a session, and none of its hooks has come.
    OnlySeen,
    /// An entry is of an older version of ours.
    Outdated,
}

/// What was found at one link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// The assistant it is about; `None`: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant: Option<&'static str>,
    /// What keeps it from being heard; `None`: nothing, or nothing of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
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
            assistant: None,
            condition: None,
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
            assistant: None,
            condition: None,
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
            assistant: None,
            condition: None,
            check: check.into(),
            verdict: Verdict::Failure,
            seen: seen.into(),
            fix: Some(fix.into()),
        }
    }

    /// The same, as what keeps an assistant from being heard.
    pub(crate) fn because(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }
}
