//! What is known of the changes and tasks of rows, and the patch that is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Model, Panel, Tasks};
use crate::git::{DiffSummary, FileChange};
use crate::state::Row;
use crate::tasks::{Task, TaskSummary};
use crate::tui::undone::NoPatch;

/// What is known of the work of rows, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    pub(crate) diffs: BTreeMap<String, Arc<DiffSummary>>,
    pub(crate) tasks: BTreeMap<String, Arc<TaskSummary>>,
    /// The row that was read by hand last, with the sums it had then.
    pub(crate) asked: Option<Sums>,
    pub(crate) patch: Option<OpenPatch>,
    /// The tabs tell of the folder that we run in, and not of the selected row.
    pub(crate) here: bool,
}

pub(crate) type Sums = (String, Option<Arc<DiffSummary>>, Option<Arc<TaskSummary>>);

/// The patch on the screen.
#[derive(Clone, Debug)]
pub(crate) struct OpenPatch {
    /// Whose, by its id.
    pub(crate) row: String,
    pub(crate) path: String,
    /// Its lines, or why there are none; `None` while it is being made.
    pub(crate) lines: Option<Result<Arc<Vec<String>>, NoPatch>>,
    /// The changes there when it was asked for.
    pub(crate) of: Option<Arc<DiffSummary>>,
}

impl Lists {
    /// All changes in the row's repository, as far as they are known.
    pub(crate) fn diff<'a>(&'a self, row: &'a Row) -> Option<&'a Arc<DiffSummary>> {
        self.diffs.get(&row.id).or(row.diff.as_ref())
    }

    /// All tasks of the row, as far as they are known.
    pub(crate) fn tasks<'a>(&'a self, row: &'a Row) -> Option<&'a Arc<TaskSummary>> {
        self.tasks.get(&row.id).or(row.tasks.as_ref())
    }

    /// Keeps what belongs to such rows.
    pub(super) fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        self.diffs.retain(|id, _| is_there(id));
        self.tasks.retain(|id, _| is_there(id));
    }

    /// A row that is gone has no work.
    pub(super) fn forget(&mut self, id: &str) {
        self.diffs.remove(id);
        self.tasks.remove(id);
    }

    /// Whether a list does not belong to the sums of the row, or is not there.
    pub(crate) fn are_behind(&self, row: &Row) -> bool {
        let diff = self.diffs.get(&row.id).map(|diff| diff.totals());
        let tasks = self.tasks.get(&row.id).map(|tasks| tasks.totals());
        row.diff.is_some() && diff.as_ref() != row.diff.as_deref()
            || row.tasks.is_some() && tasks.as_ref() != row.tasks.as_deref()
    }
}

/// The tasks that the tabs tell of, as far as they are known.
pub(crate) fn shown_tasks(model: &Model) -> Option<&TaskSummary> {
    model.subject()?.tasks.map(|tasks| &**tasks)
}

/// The same tasks with their parts, as they stand below one another.
pub(crate) fn tasks_in_order(model: &Model) -> Vec<&Task> {
    let tasks = shown_tasks(model).map_or(&[][..], |tasks| &tasks.tasks);
    let with_parts = tasks.iter();
    with_parts
        .flat_map(|task| std::iter::once(task).chain(&task.subtasks))
        .collect()
}

/// The chosen one of them.
pub(crate) fn chosen_task(model: &Model) -> Option<&Task> {
    let Panel::Work(Tasks {
        chosen: Some(id), ..
    }) = &model.panel
    else {
        return None;
    };
    let tasks = tasks_in_order(model).into_iter();
    tasks.into_iter().find(|task| task.id == *id)
}

/// The changes that the tabs tell of.
pub(crate) fn files(model: &Model) -> &[FileChange] {
    let diff = model.subject().and_then(|subject| subject.diff);
    diff.map_or(&[], |diff| diff.files.as_slice())
}
