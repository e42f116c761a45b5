//! What is known of each row's changes and tasks, which events are a reason to look again, and which
//! assistant wrote which file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::text::unmarked;

use crate::collector::sources::changes::Report;
use crate::git::DiffSummary;
use crate::state::Row;
use crate::tasks::TaskSummary;

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

/// Tools whose events name the files that they write, likewise.
const WRITING_TOOLS: [&str; 10] = [
    "apply_patch",
    "create",
    "edit",
    "edit_file",
    "multiedit",
    "notebookedit",
    "patch",
    "replace",
    "write",
    "write_file",
];

/// How many files of one row are remembered.
const MAX_WRITTEN: usize = 2000;

/// Whether a file or a task may be another after this.
pub(super) fn may_have_written(event: &Event) -> bool {
    event.kind == Some(Kind::ToolFinished) && !is_one_of(event, &READING_TOOLS)
}

/// The files that a tool has written, by its own words, as paths that start at `/`.
pub(super) fn written_by(event: &Event) -> Vec<PathBuf> {
    let (Some(message), Some(folder)) = (&event.message, &event.cwd) else {
        return Vec::new();
    };
    // A name that was cut is none.
    if event.kind != Some(Kind::ToolFinished)
        || !is_one_of(event, &WRITING_TOOLS)
        || message.ends_with('…')
    {
        return Vec::new();
    }
    let message = unmarked(message);
    let names = match event.tool.as_deref() {
        Some("apply_patch") => message.split(", ").collect(),
        _ => vec![&*message],
    };
    let plain = |path: PathBuf| {
        let is_plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        path.components().all(is_plain).then_some(path)
    };
    let path = |name: &str| plain(Path::new(folder).join(name));
    names.into_iter().filter_map(path).collect()
}

fn is_one_of(event: &Event, tools: &[&str]) -> bool {
    let tool = event.tool.as_deref().map(str::to_ascii_lowercase);
    tool.is_some_and(|tool| tools.contains(&&*tool))
}

/// What is known of all rows, by their ids.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// As git tells it.
    diffs: HashMap<String, Arc<DiffSummary>>,
    /// With who changed what, as it was told last: in full, and the sums.
    told: HashMap<String, (Arc<DiffSummary>, Arc<DiffSummary>)>,
    tasks: HashMap<String, Arc<TaskSummary>>,
    /// The rows in each repository, by its root.
    here: BTreeMap<Option<String>, BTreeSet<String>>,
    /// The files that each row's assistant said to have written.
    written: HashMap<String, BTreeSet<PathBuf>>,
    /// The rows whose assistants have written each file.
    writers: BTreeMap<PathBuf, BTreeSet<String>>,
}

impl Works {
    /// Keeps what is reported.
    pub(super) fn take(&mut self, report: &Report) {
        match report {
            Report::Diff(ids, summary) => {
                for id in ids {
                    self.forget_diff(id);
                    self.diffs.insert(id.clone(), Arc::clone(summary));
                    let here = self.here.entry(summary.root.clone()).or_default();
                    here.insert(id.clone());
                    self.forget_clean(id, summary);
                }
                self.settle(ids);
            }
            Report::Tasks(id, summary) => {
                let totals = if summary.tasks.is_empty() {
                    Arc::clone(summary)
                } else {
                    Arc::new(summary.totals())
                };
                self.tasks.insert(id.clone(), totals);
            }
        }
    }

    /// Keeps that these files were written by the assistant of a row; the rows for which that
    /// changes what is to be told.
    pub(super) fn wrote(&mut self, id: &str, files: Vec<PathBuf>) -> Vec<String> {
        if files.is_empty() {
            return Vec::new();
        }
        let written = self.written.entry(id.to_owned()).or_default();
        let before = written.len();
        for file in files {
            let writers = self.writers.entry(file.clone()).or_default();
            writers.insert(id.to_owned());
            written.insert(file);
        }
        let now = written.len();
        let first: Vec<PathBuf> = written
            .iter()
            .take(now.saturating_sub(MAX_WRITTEN))
            .cloned()
            .collect();
        self.unwrite(id, &first);
        if now.min(MAX_WRITTEN) == before {
            return Vec::new();
        }
        let root = self.diffs.get(id).and_then(|diff| diff.root.clone());
        let here = self.here.get(&root).into_iter().flatten();
        let ids: Vec<String> = here.cloned().collect();
        self.settle(&ids)
    }

    /// Forgets a row that is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.forget_diff(id);
        self.told.remove(id);
        self.tasks.remove(id);
        let written = self.written.remove(id).unwrap_or_default();
        for file in &written {
            self.forget_writer(id, file);
        }
    }

    fn forget_diff(&mut self, id: &str) {
        if let Some(diff) = self.diffs.remove(id)
            && let Some(here) = self.here.get_mut(&diff.root)
        {
            here.remove(id);
            if here.is_empty() {
                self.here.remove(&diff.root);
            }
        }
    }

    /// Forgets that the row's assistant has written these files.
    fn unwrite(&mut self, id: &str, files: &[PathBuf]) {
        for file in files {
            if let Some(written) = self.written.get_mut(id) {
                written.remove(file);
            }
            self.forget_writer(id, file);
        }
    }

    fn forget_writer(&mut self, id: &str, file: &Path) {
        if let Some(writers) = self.writers.get_mut(file) {
            writers.remove(id);
            if writers.is_empty() {
                self.writers.remove(file);
            }
        }
    }

    /// The row with what is known of its work.
    pub(super) fn dressed(&self, row: Row) -> Row {
        Row {
            diff: self.told.get(&row.id).map(|(_, sums)| Arc::clone(sums)),
            tasks: self.tasks.get(&row.id).cloned(),
            ..row
        }
    }

    /// All changes in the row's repository, with who wrote them.
    pub(super) fn diff(&self, id: &str) -> Option<Arc<DiffSummary>> {
        self.told.get(id).map(|(all, _)| Arc::clone(all))
    }

    /// Brings what is told of these rows into line with what is known; the rows where it changed.
    fn settle(&mut self, ids: &[String]) -> Vec<String> {
        let mut changed = Vec::new();
        for id in ids {
            let Some(diff) = self.diffs.get(id) else {
                continue;
            };
            let signed = self.signed(diff);
            if self.told.get(id).is_some_and(|(told, _)| **told == *signed) {
                continue;
            }
            let sums = Arc::new(signed.totals());
            self.told.insert(id.clone(), (signed, sums));
            changed.push(id.clone());
        }
        changed
    }

    /// The summary with who wrote what. Rows that are in the same repository see each other.
    fn signed(&self, diff: &Arc<DiffSummary>) -> Arc<DiffSummary> {
        let Some(root) = diff.root.as_deref().map(Path::new) else {
            return Arc::clone(diff);
        };
        let mut signed = DiffSummary::clone(diff);
        let mut shared = BTreeSet::new();
        for file in &mut signed.files {
            let path = root.join(&file.path);
            let wrote = self.writers.get(&path).into_iter().flatten();
            file.changed_by = wrote.cloned().collect();
            if file.changed_by.len() > 1 {
                shared.insert(path);
            }
        }
        signed.shared_files = shared.len() as u64;
        Arc::new(signed)
    }

    /// Who wrote a file does not matter any more when it is as the last commit has it.
    fn forget_clean(&mut self, id: &str, diff: &DiffSummary) {
        let (Some(root), Some(written)) = (&diff.root, self.written.get(id)) else {
            return;
        };
        // A list that was cut does not say what is clean.
        if diff.files.len() < crate::git::MAX_FILES {
            let changed = diff
                .files
                .iter()
                .map(|file| Path::new(root).join(&file.path));
            let changed: BTreeSet<PathBuf> = changed.collect();
            let is_clean = |path: &&PathBuf| !changed.contains(*path) && path.starts_with(root);
            let clean: Vec<PathBuf> = written.iter().filter(is_clean).cloned().collect();
            self.unwrite(id, &clean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{Change, FileChange, FileStatus};

    fn event(tool: &str, message: &str) -> Event {
        let text = format!(
            r#"{{"assistant":"a","state":"running","kind":"tool_finished","target":"a:0.0","ts":"2026-11-21T12:00:00Z","tool":"{tool}","message":"{message}","cwd":"/p/sub"}}"#
        );
        Event::parse(text.as_bytes()).unwrap()
    }

    fn changed(paths: &[&str]) -> Arc<DiffSummary> {
        let file = |path: &&str| FileChange {
            path: (*path).to_owned(),
            status: FileStatus::Unstaged,
            change: Change::Modified,
            additions: Some(1),
            deletions: Some(0),
            binary: false,
            submodule: false,
            renamed_from: None,
            changed_by: Vec::new(),
        };
        Arc::new(DiffSummary {
            root: Some("/p".to_owned()),
            files: paths.iter().map(file).collect(),
            ..DiffSummary::default()
        })
    }

    #[test]
    fn the_files_that_a_tool_names_are_those_it_wrote() {
        let written = |tool, message| written_by(&event(tool, message));
        assert_eq!(written("Edit", "a b.rs"), [Path::new("/p/sub/a b.rs")]);
        assert_eq!(written("Write", "/p/c"), [Path::new("/p/c")]);
        let both = [Path::new("/p/sub/x"), Path::new("/p/sub/y")];
        assert_eq!(written("apply_patch", "x, y"), both);
        for (tool, message) in [
            ("Read", "x"),
            ("Bash", "rm x"),
            ("Edit", "x…"),
            ("Edit", "../x"),
        ] {
            assert!(written(tool, message).is_empty(), "{tool} {message}");
        }
    }

    #[test]
    fn a_file_that_two_assistants_wrote_is_marked_until_it_is_clean() {
        let mut works = Works::default();
        let both = vec!["a".to_owned(), "b".to_owned()];
        works.take(&Report::Diff(both.clone(), changed(&["x", "y"])));
        assert_eq!(works.wrote("a", vec!["/p/x".into(), "/p/y".into()]), both);
        assert_eq!(works.diff("b").unwrap().shared_files, 0);
        assert_eq!(works.wrote("b", vec!["/p/x".into()]), both);
        assert!(
            works.wrote("b", vec!["/p/x".into()]).is_empty(),
            "nothing is new"
        );
        let told = works.diff("a").unwrap();
        assert_eq!(told.shared_files, 1);
        assert_eq!(told.files[0].changed_by, both);
        assert_eq!(told.files[1].changed_by, ["a"]);
        works.take(&Report::Diff(both.clone(), changed(&["y"])));
        works.take(&Report::Diff(both, changed(&["x"])));
        assert_eq!(works.diff("a").unwrap().files[0].changed_by, [""; 0]);
    }
}
