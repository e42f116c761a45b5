//! What is known of each row's changes and tasks, and which events are a reason to look again.

use std::collections::BTreeMap;
use std::sync::Arc;

use pane_patrol_hooks::event::{Event, Kind};

use crate::state::Row;
use crate::work::keeper::Report;
use crate::work::{DiffSummary, TaskSummary};

/// Tools that only read, by the names that the assistants give them, in lower case.
const READING_TOOLS: [&str; 16] = [
    "glob",
    "google_web_search",
    "grep",
    "grep_search",
    "list",
    "list_directory",
    "ls",
    "read",
    "read_file",
    "read_many_files",
    "search_file_content",
    "toolsearch",
    "view",
    "web_fetch",
    "webfetch",
    "websearch",
];

/// Whether a file or a task may be another after this.
pub(super) fn may_have_written(event: &Event) -> bool {
    let reads = |tool: &str| READING_TOOLS.contains(&&*tool.to_ascii_lowercase());
    event.kind == Some(Kind::ToolFinished) && !event.tool.as_deref().is_some_and(reads)
}

/// The sums of all rows, by their ids.
#[derive(Debug, Default)]
pub(super) struct Works {
    diffs: BTreeMap<String, Arc<DiffSummary>>,
    tasks: BTreeMap<String, Arc<TaskSummary>>,
}

impl Works {
    /// Keeps what is reported.
    pub(super) fn take(&mut self, report: &Report) {
        match report {
            Report::Diff(ids, summary) => {
                let totals = Arc::new(summary.totals());
                for id in ids {
                    self.diffs.insert(id.clone(), Arc::clone(&totals));
                }
            }
            Report::Tasks(id, summary) => {
                self.tasks.insert(id.clone(), Arc::new(summary.totals()));
            }
        }
    }

    /// Forgets a row that is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.diffs.remove(id);
        self.tasks.remove(id);
    }

    /// The row with what is known of its work.
    pub(super) fn dressed(&self, row: Row) -> Row {
        Row {
            diff: self.diffs.get(&row.id).cloned(),
            tasks: self.tasks.get(&row.id).cloned(),
            ..row
        }
    }
}
