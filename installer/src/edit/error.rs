//! Why a settings file is left as it is.

use crate::json::document::SyntaxError;

/// Why a text cannot be edited, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EditError {
    pub(crate) offset: usize,
    pub(crate) reason: String,
    /// The field for which the assistant would drop the file, where that is the reason.
    pub(crate) field: Option<WrongField>,
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
