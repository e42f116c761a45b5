//! What a subscriber knows of the collector it listens to, to go on from there when that one goes.

use std::collections::BTreeMap;

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::writer::silent::UNCOLLECTED;
use crate::state::update::Update;
use crate::state::{Present, Row};

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

    /// Its rows whose assistants are known by pane and process.
    pub(super) fn in_panes(&self) -> impl Iterator<Item = (Server, Present)> {
        self.rows.values().filter_map(|row| {
            let server = row.server.clone()?;
            let present = Present {
                assistant: row.assistant.clone(),
                pid: row.pid?,
                pane: (server.clone(), row.pane?),
                cwd: row.cwd.clone(),
                why: UNCOLLECTED.to_owned(),
            };
            Some((server, present))
        })
    }

    /// When it went.
    pub(super) fn lost_at(&self) -> Option<Timestamp> {
        self.lost_at
    }
}
