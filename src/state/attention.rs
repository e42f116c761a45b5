//! Which states a person must answer, and in what order rows are shown.

use std::cmp::Ordering;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Row;

/// The section of the dashboard that a row stands in, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Attention {
    /// Nothing goes on until the person answers.
    NeedsYou,
    /// A turn failed.
    Failed,
    /// A turn is over and nobody has looked.
    Done,
    /// It works.
    Working,
    /// Nothing is going on.
    Quiet,
}

impl From<State> for Attention {
    fn from(state: State) -> Self {
        match state {
            State::WaitingApproval | State::WaitingInput => Self::NeedsYou,
            State::Error => Self::Failed,
            State::Completed => Self::Done,
            State::Running => Self::Working,
            State::Idle => Self::Quiet,
        }
    }
}

/// Orders rows by attention, then the longest wait first, then by address, so that it is total.
pub(crate) fn urgency(a: &Row, b: &Row) -> Ordering {
    let (first, second) = (precedence(a), precedence(b));
    first
        .cmp(&second)
        .then_with(|| a.target.cmp(&b.target))
        .then_with(|| a.id.cmp(&b.id))
}

/// What orders nearly all rows, as [`urgency`] does.
pub(crate) fn precedence(row: &Row) -> (u8, Timestamp) {
    (rank(row.state), row.since)
}

fn rank(state: State) -> u8 {
    match state {
        State::WaitingApproval => 0,
        State::WaitingInput => 1,
        State::Error => 2,
        State::Completed => 3,
        State::Running => 4,
        State::Idle => 5,
    }
}
