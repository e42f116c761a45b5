//! The pane a report comes from: its target, and its stable id and server where they are known.

use crate::target::{PaneId, Server, Target};

/// Where a report comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `session:window.pane`, or `%N` when tmux could not be asked.
    pub target: Target,
    /// The stable id; `None` when the target was given by hand.
    pub pane: Option<PaneId>,
    /// The tmux server; `None` when it is not known.
    pub server: Option<Server>,
}
