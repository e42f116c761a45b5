//! Whose event it is, by processes: what was looked up of the process that an event names, and what
//! that means for the row of its pane.
//!
//! A pane's assistant starts other assistants, and a terminal or an editor that was started in a pane
//! hands its variables on. Both name that pane, and neither is what the person sees there.

use super::reason::{OUTSIDE, Reason};

/// What was looked up of the process that an event names. Nothing of it is known by default: then
/// nothing is asked of the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// Whether the process lives; `None`: unknown, or it names none.
    pub lives: Option<bool>,
    /// Where it runs.
    pub place: Place,
    /// How it stands to the process of the pane's row.
    pub relation: Relation,
}

/// Where a process runs, compared with the pane that it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// One of the two cannot be looked at, or that was not asked.
    #[default]
    Unknown,
    /// It is the pane's process or below it.
    Inside,
    /// It is not.
    Outside,
}

/// How a process stands to the process of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Relation {
    /// There is none, or one of the two cannot be looked at.
    #[default]
    Unknown,
    /// It is the same one.
    Same,
    /// It is strictly below it.
    Below,
    /// It is strictly above it.
    Above,
    /// Neither descends from the other.
    None,
}

impl Kin {
    /// Why an event with this process is none of that pane, if it is not.
    pub(crate) fn is_astray(self) -> Option<Reason> {
        match self.place {
            Place::Outside => Some(OUTSIDE),
            Place::Inside | Place::Unknown => None,
        }
    }
}
