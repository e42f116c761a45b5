//! A look at a repository or at tasks, and what it tells.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::Report;
use super::plan::{Look, Subject};
use super::way::Spot;
use super::worker::Worker;
use crate::diagnostics::{self, Part};

impl<R: FnMut(Report) -> bool> Worker<R> {
    /// Looks at a subject; `None` if nobody listens any more.
    pub(super) fn look(&mut self, subject: &Subject) -> Option<Look> {
        match subject {
            Subject::Repository(folder) => self.look_at_repository(subject, folder),
            Subject::Tasks(id) => self.look_at_tasks(subject, id).then_some(Look::Whole),
            // Its rows are looked at instead.
            Subject::Project(_) => Some(Look::Whole),
        }
    }

    fn look_at_repository(&mut self, subject: &Subject, folder: &Arc<Path>) -> Option<Look> {
        let survey = self.git.survey(folder);
        let names = names_of_git(folder).into_iter().map(Spot::Name);
        let (look, is_new) = match survey.folders {
            Some(folders) => {
                let folders = folders.into_iter().map(Spot::Folder);
                let is_new = self.watches.set(subject, names.chain(folders).collect());
                (Look::Whole, is_new)
            }
            // What was watched before is still what may change.
            None => (Look::Failed, self.watches.add(subject, names)),
        };
        if is_new {
            // What was written there between the look and the watch is seen in a second look.
            self.plan.touch(subject, Instant::now());
        }
        let here = self.in_repository.at(folder);
        let ids = here.map(ToString::to_string).collect();
        let known = self.repositories.get(folder);
        if known.is_some_and(|known| **known == survey.summary) {
            return (self.report)(Report::Same(ids)).then_some(look);
        }
        let summary = Arc::new(survey.summary);
        self.repositories
            .insert(Arc::clone(folder), Arc::clone(&summary));
        (self.report)(Report::Diff(ids, summary)).then_some(look)
    }

    fn look_at_tasks(&mut self, subject: &Subject, id: &str) -> bool {
        let Some(row) = self.rows.get_mut(id) else {
            return true;
        };
        // First the watch: what is written between the two is seen.
        let places = row.owner.places(&self.homes);
        let places = places.into_iter().map(Spot::Folder);
        self.watches.set(subject, places.collect());
        let tasks = diagnostics::timed(
            Part::File,
            || format!("the list of tasks of {}", row.owner.folder.display()),
            || row.owner.tasks(&self.homes),
        );
        if row.tasks.as_deref() == Some(&tasks) {
            return true;
        }
        // Most rows have none, and share that.
        if *self.last_tasks != tasks {
            self.last_tasks = Arc::new(tasks);
        }
        let tasks = Arc::clone(&self.last_tasks);
        row.tasks = Some(Arc::clone(&tasks));
        (self.report)(Report::Tasks(id.to_owned(), tasks))
    }
}

/// Every name by which a repository around `folder` comes and goes, up to the one that there is.
fn names_of_git(folder: &Path) -> Vec<PathBuf> {
    let names = folder.ancestors().map(|folder| folder.join(".git"));
    let mut is_outside = true;
    let is_asked = |name: &PathBuf| mem::replace(&mut is_outside, name.symlink_metadata().is_err());
    names.take_while(is_asked).collect()
}
