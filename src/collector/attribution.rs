//! What is known of each row's changes and tasks, which events are a reason to look again, and which
//! assistant wrote which file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pane_patrol_hooks::event::{Event, Kind};

use crate::collector::sources::changes::Report;
use crate::git::DiffSummary;
use crate::state::Row;
use crate::tasks::TaskSummary;

/// How many files of one row are remembered.
const MAX_WRITTEN: usize = 2000;

/// Whether a file or a task may be another after this.
pub(super) fn may_have_written(event: &Event) -> bool {
    let only_looks = |tool: &str| event.assistant.only_looks(tool);
    event.kind == Some(Kind::ToolFinished) && !event.tool.as_deref().is_some_and(only_looks)
}

/// A summary in full, and its sums.
#[derive(Clone, Debug)]
struct Summary {
    all: Arc<DiffSummary>,
    sums: Arc<DiffSummary>,
}

impl Summary {
    fn new(all: Arc<DiffSummary>) -> Self {
        let sums = if all.files.is_empty() {
            Arc::clone(&all)
        } else {
            Arc::new(all.totals())
        };
        Self { all, sums }
    }
}

/// What is known of one row.
#[derive(Debug, Default)]
struct Work {
    /// As git tells it.
    diff: Option<Arc<DiffSummary>>,
    /// With who changed what, as it was told last.
    told: Option<Summary>,
    tasks: Option<Arc<TaskSummary>>,
    /// The files that its assistant said to have written.
    written: BTreeSet<PathBuf>,
}

/// What is known of all rows, by their ids.
#[derive(Debug, Default)]
pub(super) struct Works {
    rows: HashMap<Arc<str>, Work>,
    /// The rows in each repository, by its root.
    here: BTreeMap<Option<String>, BTreeSet<Arc<str>>>,
    /// The rows whose assistants have written each file.
    writers: BTreeMap<PathBuf, BTreeSet<Arc<str>>>,
}

impl Works {
    /// Keeps what is reported.
    pub(super) fn take(&mut self, report: &Report) {
        match report {
            Report::Same(_) => {}
            Report::Diff(ids, summary) => {
                for id in ids {
                    self.forget_diff(id);
                    let id = self.name_of(id);
                    self.work(&id).diff = Some(Arc::clone(summary));
                    self.forget_clean(&id, summary);
                    let here = self.here.entry(summary.root.clone()).or_default();
                    here.insert(id);
                }
                self.settle(ids);
            }
            Report::Tasks(id, summary) => {
                let totals = if summary.tasks.is_empty() {
                    Arc::clone(summary)
                } else {
                    Arc::new(summary.totals())
                };
                let id = self.name_of(id);
                self.work(&id).tasks = Some(totals);
            }
        }
    }

    /// The row's id, once for all that keep it.
    fn name_of(&self, id: &str) -> Arc<str> {
        let known = self.rows.get_key_value(id);
        known.map_or_else(|| id.into(), |(id, _)| Arc::clone(id))
    }

    fn work(&mut self, id: &Arc<str>) -> &mut Work {
        self.rows.entry(Arc::clone(id)).or_default()
    }

    /// Keeps that these files were written by the assistant of a row; the rows for which that
    /// changes what is to be told.
    pub(super) fn wrote(&mut self, id: &str, files: Vec<PathBuf>) -> Vec<String> {
        if files.is_empty() {
            return Vec::new();
        }
        let id = self.name_of(id);
        for file in &files {
            let writers = self.writers.entry(file.clone()).or_default();
            writers.insert(Arc::clone(&id));
        }
        let work = self.work(&id);
        let before = work.written.len();
        work.written.extend(files);
        let now = work.written.len();
        let surplus = now.saturating_sub(MAX_WRITTEN);
        let first: Vec<PathBuf> = work.written.iter().take(surplus).cloned().collect();
        let root = work.diff.as_ref().and_then(|diff| diff.root.clone());
        self.unwrite(&id, &first);
        if now.min(MAX_WRITTEN) == before {
            return Vec::new();
        }
        let here = self.here.get(&root).into_iter().flatten();
        let ids: Vec<Arc<str>> = here.cloned().collect();
        self.settle(&ids)
    }

    /// Forgets a row that is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.forget_diff(id);
        let written = self.rows.remove(id).unwrap_or_default().written;
        for file in &written {
            self.forget_writer(id, file);
        }
    }

    fn forget_diff(&mut self, id: &str) {
        let work = self.rows.get_mut(id);
        if let Some(diff) = work.and_then(|work| work.diff.take())
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
            if let Some(work) = self.rows.get_mut(id) {
                work.written.remove(file);
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
        let work = self.rows.get(&*row.id);
        let told = work.and_then(|work| work.told.as_ref());
        Row {
            diff: told.map(|told| Arc::clone(&told.sums)),
            tasks: work.and_then(|work| work.tasks.clone()),
            ..row
        }
    }

    /// All changes in the row's repository, with who wrote them.
    pub(super) fn diff(&self, id: &str) -> Option<Arc<DiffSummary>> {
        let told = self.rows.get(id)?.told.as_ref()?;
        Some(Arc::clone(&told.all))
    }

    /// Brings what is told of these rows into line with what is known; the rows where it changed.
    fn settle<Id: AsRef<str>>(&mut self, ids: &[Id]) -> Vec<String> {
        let mut changed = Vec::new();
        for id in ids.iter().map(AsRef::as_ref) {
            let diff = self.rows.get(id).and_then(|work| work.diff.as_ref());
            let Some(signed) = diff.map(|diff| self.signed(diff)) else {
                continue;
            };
            if self.diff(id).is_some_and(|told| *told == *signed) {
                continue;
            }
            let told = self.told_of_a_neighbour(&signed);
            let told = told.unwrap_or_else(|| Summary::new(signed));
            if let Some(work) = self.rows.get_mut(id) {
                work.told = Some(told);
            }
            changed.push(id.to_owned());
        }
        changed
    }

    /// What is told of another row of the same repository, if that is the same: there may be very many
    /// rows in one, and they share it.
    fn told_of_a_neighbour(&self, signed: &DiffSummary) -> Option<Summary> {
        let mut here = self.here.get(&signed.root)?.iter();
        let told = here.find_map(|id| self.rows.get(id)?.told.as_ref())?;
        (*told.all == *signed).then(|| told.clone())
    }

    /// The summary with who wrote what. Rows that are in the same repository see each other.
    fn signed(&self, diff: &Arc<DiffSummary>) -> Arc<DiffSummary> {
        let Some(root) = diff.root.as_deref().map(Path::new) else {
            return Arc::clone(diff);
        };
        if self.writers.is_empty() {
            return Arc::clone(diff);
        }
        let mut signed = DiffSummary::clone(diff);
        let mut shared = BTreeSet::new();
        for file in &mut signed.files {
            let path = root.join(&file.path);
            let wrote = self.writers.get(&path).into_iter().flatten();
            file.changed_by = wrote.map(ToString::to_string).collect();
            if file.changed_by.len() > 1 {
                shared.insert(path);
            }
        }
        signed.shared_files = shared.len() as u64;
        Arc::new(signed)
    }

    /// Who wrote a file does not matter any more when it is as the last commit has it.
    fn forget_clean(&mut self, id: &str, diff: &DiffSummary) {
        let written = self.rows.get(id).map(|work| &work.written);
        let (Some(root), Some(written)) = (&diff.root, written) else {
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
