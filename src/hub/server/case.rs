//! A request that waits at a hook, and what was decided about it for the person.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::hub::protocol::Right;
use crate::state::Request;

/// One request of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) row: String,
    pub(super) instance_id: Option<String>,
    pub(super) request: Request,
    /// Its paths are not ours: it was told where it runs, as in a container.
    pub(super) is_elsewhere: bool,
}

/// A decision that a rule made, or the person's trust in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// When.
    pub ts: Timestamp,
    /// `rule` or `trust`.
    pub by: &'static str,
    /// The rule's title.
    pub rule: Option<String>,
    /// Why, in one line.
    pub why: String,
    /// `approve`, `deny` or `ask`.
    pub decision: &'static str,
    /// `done`, `nothing` or `unknown`.
    pub outcome: &'static str,
    /// Why nothing was done, or what is not known.
    pub reason: Option<String>,
    /// The row's id.
    pub row: String,
    /// Where its pane was.
    pub target: String,
    /// Which assistant.
    pub assistant: String,
    /// Its session.
    pub instance_id: Option<String>,
    /// How often the row had changed.
    pub generation: u64,
    /// What was decided about.
    pub request: Request,
    /// What whoever waited for it may do.
    pub right: Right,
}

impl Ruled {
    /// The same with how it ended.
    #[must_use]
    pub fn ended(mut self: Box<Self>, outcome: &'static str, reason: Option<&str>) -> Box<Self> {
        self.outcome = outcome;
        self.reason = reason.map(str::to_owned);
        self
    }
}
