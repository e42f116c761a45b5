//! Changes and tasks that publishers have told of, instead of what the collector would find itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::git::DiffSummary;
use crate::state::{Row, RowKey};
use crate::tasks::TaskSummary;

/// The work that publishers have told of, by the ids of rows; it goes with its publisher. As long as
/// it is there the collector does not look itself.
#[derive(Debug, Default)]
pub(super) struct PublishedWork {
    rows: BTreeMap<String, Work>,
}

#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) diff: Option<Arc<DiffSummary>>,
    pub(super) tasks: Option<Arc<TaskSummary>>,
}

impl PublishedWork {
    /// The row with the sums, as long as its publisher speaks for it.
    pub(super) fn dressed(&mut self, mut row: Row) -> Row {
        if row.publisher.is_none() {
            self.rows.remove(&row.id);
        }
        if let Some(work) = self.rows.get(&row.id) {
            row.diff = work.diff.as_ref().map(|diff| Arc::new(diff.totals()));
            row.tasks = work.tasks.as_ref().map(|tasks| Arc::new(tasks.totals()));
        }
        row
    }

    /// Whether a publisher tells of this row's work.
    pub(super) fn tells_of(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    /// The row is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.rows.remove(id);
    }

    /// What is known of one row, to be changed.
    pub(super) fn of(&mut self, key: &RowKey) -> &mut Work {
        self.rows.entry(key.to_string()).or_default()
    }

    /// What is known of one row.
    pub(super) fn known(&self, key: &RowKey) -> Option<&Work> {
        self.rows.get(&key.to_string())
    }
}
