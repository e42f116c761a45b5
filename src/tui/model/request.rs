//! The request that the person has before them, and what is known of it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Model;
use super::seen::REACTION;
use crate::actor::{Bound, Decision, Digest};
use crate::assistants::request::Known;
use crate::state::{Request, Row, Unasked};

/// The request that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenRequest {
    pub(crate) bound: Bound,
    /// `None` while it is being read.
    pub(crate) known: Option<Known>,
    /// When it took another one's place by itself.
    pub(crate) replaced: Option<Timestamp>,
}

/// An answer that waits for a second word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Confirm {
    pub(crate) bound: Bound,
    pub(crate) decision: Decision,
    /// Of what is known of it.
    pub(crate) digest: Digest,
    /// Why it is asked for.
    pub(crate) why: String,
}

/// The request of `row` that is shown in full and answered: the one the person has chosen, else the
/// most urgent one.
pub(crate) fn in_front<'a>(model: &Model, row: &'a Row) -> Option<&'a Request> {
    let chosen = model.chosen.as_ref();
    let is_chosen = |request: &&Request| Some(*request) == chosen;
    let found = row.waiting.iter().find(is_chosen);
    found.or(row.waiting.first())
}

/// The same, to be answered. The error says why it cannot be.
pub(crate) fn chosen(model: &Model, row: &Row) -> Result<Bound, Unasked> {
    let request = in_front(model, row).ok_or(Unasked::Nothing)?;
    Bound::to_request(row, request)
}

/// Whether `bound` has only just taken another request's place on the screen.
pub(crate) fn has_just_come(model: &Model, bound: &Bound, now: Timestamp) -> bool {
    let asked = model.asked.as_ref();
    asked
        .filter(|asked| asked.bound.is_same(bound))
        .and_then(|asked| asked.replaced)
        .is_some_and(|since| now.since(since) < REACTION)
}
