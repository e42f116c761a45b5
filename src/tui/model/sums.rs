//! What is changed in all repositories, each counted once, and how far all lists of tasks are: of
//! several rows with the same one, what was told last.

use std::collections::HashMap;
use std::sync::Arc;

use crate::git::DiffSummary;
use crate::state::Row;
use crate::tasks::TaskSummary;

/// Sums over all rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    repositories: HashMap<String, Shared<DiffSummary>>,
    lists: HashMap<Option<String>, Shared<TaskSummary>>,
    totals: Totals,
}

/// The sums themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
    pub(crate) files: u64,
    pub(crate) tasks: u64,
    pub(crate) tasks_done: u64,
}

/// What so many rows have in common.
#[derive(Clone, Debug)]
struct Shared<T> {
    rows: usize,
    last: Arc<T>,
}

impl Sums {
    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }

    /// A row is told of for the first time, has changed, or is gone.
    pub(super) fn change(&mut self, before: Option<&Row>, after: Option<&Row>) {
        let diffs = [before, after].map(|row| row.and_then(|row| row.diff.as_ref()));
        if diffs[0] != diffs[1] {
            let [before, after] = diffs.map(|diff| diff.and_then(|diff| repository(diff)));
            let (less, more) = share(&mut self.repositories, before, after);
            for diff in less {
                self.totals.additions -= diff.additions;
                self.totals.deletions -= diff.deletions;
                self.totals.files -= diff.file_count;
            }
            for diff in more {
                self.totals.additions += diff.additions;
                self.totals.deletions += diff.deletions;
                self.totals.files += diff.file_count;
            }
        }
        let tasks = [before, after].map(|row| row.and_then(|row| row.tasks.as_ref()));
        if tasks[0] != tasks[1] {
            // The list of a project is that of all its rows.
            let [before, after] = tasks.map(|tasks| tasks.map(|tasks| (tasks.path.clone(), tasks)));
            let (less, more) = share(&mut self.lists, before, after);
            for tasks in less {
                self.totals.tasks -= tasks.total;
                self.totals.tasks_done -= tasks.done;
            }
            for tasks in more {
                self.totals.tasks += tasks.total;
                self.totals.tasks_done += tasks.done;
            }
        }
    }
}

fn repository(diff: &Arc<DiffSummary>) -> Option<(String, &Arc<DiffSummary>)> {
    let root = diff.root.as_ref().filter(|_| diff.file_count > 0)?;
    Some((root.clone(), diff))
}

/// Brings what is shared into line with one row; what is to be taken off the sums and what is to be added.
fn share<K: std::hash::Hash + Eq, T>(
    shared: &mut HashMap<K, Shared<T>>,
    before: Option<(K, &Arc<T>)>,
    after: Option<(K, &Arc<T>)>,
) -> (Vec<Arc<T>>, Vec<Arc<T>>) {
    let (mut less, mut more) = (Vec::new(), Vec::new());
    if let Some((key, told)) = after {
        let last = Arc::clone(told);
        more.push(Arc::clone(&last));
        let known = shared.entry(key).or_insert_with(|| Shared {
            rows: 0,
            last: Arc::clone(&last),
        });
        if known.rows > 0 {
            less.push(std::mem::replace(&mut known.last, last));
        }
        known.rows += 1;
    }
    if let Some((key, _)) = before
        && let Some(known) = shared.get_mut(&key)
    {
        known.rows -= 1;
        if known.rows == 0 {
            less.extend(shared.remove(&key).map(|known| known.last));
        }
    }
    (less, more)
}
