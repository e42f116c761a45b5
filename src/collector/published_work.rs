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
    /// What publishers call their agents: by the publisher and the name.
    names: BTreeMap<(String, String), RowKey>,
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
            let told = row.diff.as_ref().and_then(|diff| diff.branch.clone());
            row.branch = told.or(row.branch);
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
        self.names.retain(|_, key| key.to_string() != id);
    }

    /// A publisher calls that row so.
    pub(super) fn name(&mut self, publisher: &str, name: String, key: RowKey) {
        self.names.insert((publisher.to_owned(), name), key);
    }

    /// The row that a publisher calls so.
    pub(super) fn named(&self, publisher: &str, name: &str) -> Option<&RowKey> {
        self.names.get(&(publisher.to_owned(), name.to_owned()))
    }

    /// The rows that others than this publisher call so, each with whose it is.
    pub(super) fn named_by_others<'n>(
        &'n self,
        name: &'n str,
        publisher: &'n str,
    ) -> impl Iterator<Item = (&'n str, &'n RowKey)> {
        let names = self.names.iter();
        let names = names.filter(move |((whose, known), _)| known == name && whose != publisher);
        names.map(|((whose, _), key)| (whose.as_str(), key))
    }

    /// The publisher is not coming back.
    pub(super) fn forget_names_of(&mut self, publisher: &str) {
        self.names.retain(|(whose, _), _| whose != publisher);
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
