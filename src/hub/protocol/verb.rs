//! What can be decided about a request.

use serde::{Deserialize, Serialize};

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Verb {
    /// Yes, this once.
    Approve,
    /// No.
    Deny,
    /// One of a question's options.
    Answer,
}

impl Verb {
    /// One word for the record.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Answer => "answer",
        }
    }
}
