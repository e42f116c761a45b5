//! Why a settings file is left as it is.

use crate::json::document::SyntaxError;

/// Why a text cannot be edited, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EditError {
    pub(crate) offset: usize,
    pub(crate) reason: String,
    /// The field whose value is the reason, where that is one.
    pub(crate) field: Option<Unfit>,
}

/// What is wrong with the value of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The assistant drops the file for it.
    Dropped(WrongField),
    /// The assistant may bear it, but nothing of ours can stand there.
    NoRoom {
        /// The way to it, for example `hooks.Stop`.
        field: String,
        /// What it would have to be, with an article.
        expected: &'static str,
    },
}

/// A field with a value for which the assistant drops the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongField {
    /// The way to it, for example `hooks.PreToolUse[0].matcher`.
    pub(crate) field: String,
    /// What it should be, with an article.
    pub(crate) expected: String,
    /// The assistant, for people.
    pub(crate) title: &'static str,
    /// What it leaves out then.
    pub(crate) left_out: &'static str,
}

impl From<SyntaxError> for EditError {
    fn from(error: SyntaxError) -> Self {
        Self {
            offset: error.offset,
            reason: error.reason.to_owned(),
            field: None,
        }
    }
}
