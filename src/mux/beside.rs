//! The place beside a dashboard: whose it is, where it is to be, and what is in it.

use pane_patrol_hooks::target::{PaneId, Server};
use serde::Deserialize;

/// A dashboard's process: its number and when it started, because numbers are given out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The process.
    pub pid: u32,
    /// Its start in the system's own unit; 0 where that is not told.
    pub start: u64,
}

/// A dashboard that wants an assistant's pane beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The server of its pane.
    pub server: Server,
    /// Its pane.
    pub pane: PaneId,
    /// Its process.
    pub owner: Owner,
    /// Where the place is to be.
    pub room: Room,
}

/// On which side of a dashboard the place is, and how much the dashboard keeps for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The side.
    pub direction: Direction,
    /// Columns of a dashboard with the place at its right, lines of one with the place below; `None`: a
    /// third of what both have.
    pub own: Option<u16>,
}

/// A side of a dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// At its right.
    #[default]
    Right,
    /// Below it.
    Below,
}

/// What is beside the dashboard now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Whether there is a place at all.
    pub is_open: bool,
    /// Whether there is none because somebody has closed it otherwise than in the dashboard: whatever is
    /// to be shown opens it anew.
    pub is_lost: bool,
    /// The pane that is shown there, with its server.
    pub shows: Option<(Server, PaneId)>,
    /// Counts the answers of one dashboard: a later one is the truer one.
    pub turn: u64,
    /// What the person should know, if anything.
    pub note: Option<String>,
}
