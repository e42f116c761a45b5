//! A request in full: what an assistant wants to do, whole, for the person who is to decide about it.
//!
//! An event carries one line of a request, and its beginning alone must not be approved. The rest is
//! kept by the assistants themselves; all of it is read when somebody looks and kept nowhere: no event and
//! no log ever holds it. [`parts`]: what a tool's input is made of, to be read.

pub(crate) mod parts;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use crate::state::{Bound, Written};
pub(crate) use parts::{Given, Part};

/// A request with its whole input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    /// The tool, by its assistant's name for it.
    pub tool: String,
    /// What that is given, as its assistant knows it.
    pub given: Given,
    /// What it is given.
    pub input: Value,
    /// The same with its fields in the order in which they were written, where that means something.
    pub written: Option<Written>,
    /// What it is given, to be read.
    pub parts: Vec<Part>,
    /// What the assistant may do unasked, in its own word: `default`, `plan`.
    pub mode: Option<String>,
}

impl Full {
    /// A call of `tool`, that is given such.
    pub fn of(tool: impl Into<String>, given: Given, input: Value) -> Self {
        Self {
            tool: tool.into(),
            given,
            parts: parts::of(given, &input, None),
            input,
            written: None,
            mode: None,
        }
    }

    /// The whole command or plan, if it is one.
    pub fn command(&self) -> Option<String> {
        self.given.command_in(&self.input)
    }

    /// The options of a question that one of them answers, in their order: its words, and what more is said of it.
    /// Empty for anything else: several questions, or several answers to one, are answered in its pane.
    pub(crate) fn options(&self) -> Vec<(String, Option<String>)> {
        match self.given {
            Given::Question => parts::options_in(&self.input),
            Given::Command | Given::Plan | Given::Edit | Given::Write => Vec::new(),
        }
    }
}

/// How much is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Whole(Box<Full>),
    /// What the row says is all there is.
    Said,
    /// No more than the row says, which is not all of it; says why.
    Beginning(String),
}

impl Known {
    /// Whether the person can see all of what they decide about.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Beginning(_))
    }

    /// The request in full, if it was found.
    pub fn full(&self) -> Option<&Full> {
        match self {
            Self::Whole(full) => Some(full),
            Self::Said | Self::Beginning(_) => None,
        }
    }
}

/// A call of a tool that has no result yet, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// The sub-agent whose call it is; `None`: the main agent's.
    pub agent_id: Option<String>,
    /// The call's own id.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// The command, the file, the question.
    pub message: Option<String>,
    /// When it was written down.
    pub at: Timestamp,
}

/// The calls of a session that have begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begun {
    /// The calls themselves, the oldest first.
    pub calls: Vec<Open>,
    /// No sub-agent works whose call is not written down yet.
    pub is_whole: bool,
}

/// Why all of a request is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It may be written down in a moment.
    NotYet(&'static str),
    /// There is nothing to wait for.
    Never(&'static str),
}

/// A name that cannot lead out of its folder.
pub(crate) fn plain(name: Option<&str>) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.filter(|name| !name.is_empty() && name.bytes().all(is_plain))
}

/// Whether the request's one line is all of it: a command that was not cut.
pub(crate) fn says_all(bound: &Bound) -> bool {
    let request = &bound.request;
    let tool = request.tool.as_deref();
    let message = request.message.as_deref();
    tool.is_some_and(|tool| bound.assistant.commands_by(tool))
        && message.is_some_and(|message| !message.ends_with('…'))
}
