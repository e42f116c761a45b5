//! The state table: `apply(input, now)` and the rules it keeps.

use std::time::Duration;

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Input, Row, RowKey};

/// What the table has to be told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a row without any proof of life is kept after the last event.
    pub ttl: Duration,
    /// The server of events that name none.
    pub own_server: Option<Server>,
}

/// What one input changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are new or look different now.
    pub changed: Vec<RowKey>,
    /// Rows that are gone.
    pub removed: Vec<RowKey>,
    /// Processes whose session file should be read again now.
    pub reread: Vec<u32>,
    /// The event or reading fitted no row and was held apart; says why.
    pub held_apart: Option<&'static str>,
}

/// Every row, and what is needed to keep it true.
#[derive(Debug)]
pub struct Table {
    settings: Settings,
}

impl Table {
    /// An empty table.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Takes one input into account. `now` never goes back.
    pub fn apply(&mut self, input: Input, now: Timestamp) -> Outcome {
        let _ = (&self.settings, input, now);
        Outcome::default()
    }

    /// When [`Input::Tick`] is wanted next, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// One row as it is shown.
    pub fn row(&self, key: &RowKey) -> Option<Row> {
        let _ = key;
        None
    }

    /// All rows in the order of attention.
    pub fn rows(&self) -> Vec<Row> {
        Vec::new()
    }
}
