//! The place beside a dashboard: whose it is, where it is to be, and what is in it.

use std::sync::Arc;

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

impl Room {
    /// The least that a dashboard and the place beside it have, in columns or lines: with the line between
    /// them a terminal of 80 columns and 24 lines holds both, a multiplexer's own line included.
    pub(crate) const fn least(self) -> (u16, u16) {
        match self.direction {
            Direction::Right => (40, 39),
            Direction::Below => (11, 11),
        }
    }

    /// As many columns or lines have to be there.
    pub(crate) const fn needed(self) -> u16 {
        let (own, beside) = self.least();
        own + 1 + beside
    }

    /// What so large a screen lacks for both, and what to do.
    pub(crate) fn lacking(self, (columns, lines): (u16, u16)) -> Option<String> {
        let needed = self.needed();
        match self.direction {
            Direction::Right if columns < needed => Some(format!(
                "too narrow for the split: {columns} columns, {needed} are needed · make the window wider"
            )),
            Direction::Below if lines < needed => Some(format!(
                "too low for the split: {lines} lines, {needed} are needed · make the window higher"
            )),
            Direction::Right | Direction::Below => None,
        }
    }

    /// What the place has of so many columns or lines.
    pub(crate) fn share(self, whole: u16) -> u16 {
        let (own, beside) = self.least();
        let wanted = self.own.unwrap_or(whole / 3).max(own);
        let own = match whole.checked_sub(self.needed()) {
            Some(_) => wanted.min(whole - 1 - beside),
            // Somebody has made the window smaller since the place was opened.
            None => whole / 2,
        };
        whole.saturating_sub(own + 1).max(1)
    }
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
    /// Whether the dashboard draws what is shown itself, in room of its own; `None`: the pane itself is there.
    pub drawn: Option<Drawn>,
}

/// A place that the dashboard draws itself, because its multiplexer lends no panes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Where it is, and what the dashboard keeps.
    pub room: Room,
    /// Why nothing is shown.
    pub instead: Option<String>,
}

/// What a pane shows now, to be drawn beside the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// The pane, with its server.
    pub pane: (Server, PaneId),
    /// What it shows.
    pub image: Image,
}

/// What a pane shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// Its lines as its multiplexer prints them, with sequences for colours in them: text of anybody.
    Lines(Vec<String>),
    /// That is not to be had any more, for this reason.
    Nothing(String),
}

/// What a person types for a pane that is drawn beside the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Keys, as the bytes that a terminal sends for them.
    Keys(Vec<u8>),
    /// Text that was pasted at once.
    Paste(String),
}

/// Whom it is told what a pane beside the dashboard shows.
pub(crate) type Onlooker = Arc<dyn Fn(Mirrored) + Send + Sync>;
