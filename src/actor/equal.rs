//! That a request was answered which wants just the same as the one that was meant: both have the same
//! dialog, and whichever of them the assistant shows first takes the key.

use crate::state::{Bound, Decision};
use crate::sys::shell;

/// One of several requests that want just the same was answered: another one than was meant, or nobody
/// knows yet which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equal {
    answered: Option<Box<Bound>>,
    words: String,
}

impl Equal {
    /// `answered`: the one in the place of `meant`, where that is known.
    pub(crate) fn of(meant: &Bound, answered: Option<&Bound>, decision: &Decision) -> Self {
        let done = match decision {
            Decision::Approve => "approved",
            Decision::Deny { .. } => "denied",
            Decision::Answer(_) => "answered",
        };
        let words = match answered {
            Some(other) => format!(
                "it was another request that asks just the same, {}, that was {done}, for its dialog \
                 was on the screen; {} still waits",
                name(other, "of another agent"),
                name(meant, "this one"),
            ),
            None => format!(
                "either this request or another that asks just the same was {done}, and nothing tells \
                 yet which; the other one may still wait"
            ),
        };
        Self {
            answered: answered.cloned().map(Box::new),
            words,
        }
    }

    /// That, in the words in which it was told.
    pub fn told(words: String) -> Self {
        Self {
            answered: None,
            words,
        }
    }

    /// The request that was answered, where it is known.
    pub fn answered(&self) -> Option<&Bound> {
        self.answered.as_deref()
    }

    /// What happened, for the person.
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// `--request ID`, as it is named on the command line.
fn name(bound: &Bound, nameless: &str) -> String {
    let id = bound.request.request_id.as_ref().or(bound.call.as_ref());
    id.map_or_else(
        || nameless.to_owned(),
        |id| format!("`--request {}`", shell::shown(id)),
    )
}
