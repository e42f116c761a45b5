//! What an assistant shows in the title of its pane.

use std::time::Duration;

use crate::state::Level;

/// How an assistant uses its title.
#[derive(Debug)]
pub(crate) struct Title {
    /// What a title says that begins with no blank; `None`: nothing, it may be the person's own. It does
    /// not tell a question from a request for permission.
    pub(crate) level: fn(&str) -> Option<Level>,
    /// It shows anything at most this long after the hook that told of it; `None`: as usual.
    pub(crate) lag: Option<Duration>,
    /// Nothing else tells of an answer.
    pub(crate) tells_answers: bool,
    /// Nothing else tells of the end of a turn that was stopped.
    pub(crate) tells_ends: bool,
}
