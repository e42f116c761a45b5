//! What somebody wants changed in a list, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Mark;

/// Longest title that is taken, in characters: what is shown of one, too.
const MAX_TITLE: usize = 200;

/// A change of a list. Tasks are named as the list shows them: `3`, and `3.1` for a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TaskChange {
    /// A task is so far.
    Set {
        /// Which.
        id: String,
        /// How far.
        status: Mark,
        /// In the list of this tag; else in that of the current one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// One more, at the end, not begun.
    Add {
        /// What is to be done: one line of at most 200 characters.
        title: String,
        /// As for `set`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// A task has another title.
    Edit {
        /// Which.
        id: String,
        /// The title, as for `add`.
        title: String,
        /// As for `set`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    /// Another tag is the current one.
    Tag {
        /// Which.
        name: String,
    },
}

/// In one line, for the record.
impl fmt::Display for TaskChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { id, status, .. } => write!(f, "set {id} {}", status.word()),
            Self::Add { title, .. } => write!(f, "add {title}"),
            Self::Edit { id, title, .. } => write!(f, "edit {id} {title}"),
            Self::Tag { name } => write!(f, "tag {name}"),
        }
    }
}

impl TaskChange {
    /// What is wrong with it, whatever the list is.
    pub(super) fn objection(&self) -> Option<&'static str> {
        let (Self::Add { title, .. } | Self::Edit { title, .. }) = self else {
            return None;
        };
        if title.trim().is_empty() {
            return Some("a task has a title");
        }
        if title.chars().any(char::is_control) {
            return Some("a title is one line without control characters");
        }
        (title.chars().count() > MAX_TITLE).then_some("the title is longer than 200 characters")
    }
}
