//! What a subscriber knows of the collector it listens to, to go on from there when that one goes.

use std::collections::BTreeMap;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;
use crate::state::update::Update;

/// The rows of another collector, as it told them last.
#[derive(Clone, Debug, Default)]
pub(super) struct Handover {
    rows: BTreeMap<String, Row>,
    /// When that collector was found gone; `None` while it is there, or was never heard.
    lost_at: Option<Timestamp>,
}

impl Handover {
    /// Takes in what the other collector tells.
    pub(super) fn hear(&mut self, update: &Update) {
        match update {
            Update::Snapshot(rows) => {
                self.lost_at = None;
                let by_id = |row: &Row| (row.id.clone(), row.clone());
                self.rows = rows.iter().map(by_id).collect();
            }
            Update::Row(row) => {
                self.rows.insert(row.id.clone(), (**row).clone());
            }
            Update::Gone(id) => {
                self.rows.remove(id);
            }
            Update::Diff(..)
            | Update::Tasks(..)
            | Update::Ended(_)
            | Update::Health(_)
            | Update::Role(_) => {}
        }
    }

    /// The other collector has gone.
    pub(super) fn lose(&mut self, at: Timestamp) {
        self.lost_at = Some(at);
    }

    /// Its rows.
    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
    }

    /// When it went.
    pub(super) fn lost_at(&self) -> Option<Timestamp> {
        self.lost_at
    }
}
