//! The thread that keeps the summaries of all rows: it looks again when it is told that a turn or a
//! tool has ended, and when files change; never just because time passes. Each repository is looked
//! at once for all rows in it. It reports what differs from before.

mod places;
mod plan;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Instant;

use crate::assistants::homes::Homes;
use crate::assistants::tasks::Owner;
use crate::diagnostics::{self, Part};
use crate::git::{DiffSummary, Git};
use crate::tasks::{TaskSummary, taskmaster};
use places::Residents;
pub(crate) use plan::Pace;
use plan::{Look, Plan, Subject};
use watch::{Spot, Watches};

/// What the thread is told. Rows are named by their ids.
#[derive(Debug)]
pub(crate) enum Order {
    /// This row's work is followed from now on.
    Follow(String, Owner),
    /// Not any more.
    Leave(String),
    /// This row's turn or tool has ended.
    Ended(String),
    /// Watched files have changed.
    Touched,
    /// It is over.
    Stop,
}

/// What the thread tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// What is changed in the repository of these rows.
    Diff(Vec<String>, Arc<DiffSummary>),
    /// How far the tasks of this row are.
    Tasks(String, Arc<TaskSummary>),
}

/// Gives orders to the thread, which ends with this.
#[derive(Debug)]
pub(crate) struct Handle(Sender<Order>);

impl Handle {
    /// Gives an order.
    pub(crate) fn order(&self, order: Order) {
        // Without the thread there are no summaries; everything else goes on.
        let _ = self.0.send(order);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.order(Order::Stop);
    }
}

/// Starts the thread. `report` says whether anybody still listens.
pub(crate) fn start_keeper(
    git: Git,
    homes: Homes,
    pace: Pace,
    report: impl FnMut(Report) -> bool + Send + 'static,
) -> io::Result<Handle> {
    let (orders, inbox) = mpsc::channel();
    let bell = orders.clone();
    let run = move || {
        let ring = move || {
            let _ = bell.send(Order::Touched);
        };
        Worker {
            git,
            homes,
            report,
            plan: Plan::new(pace),
            watches: Watches::new(ring),
            rows: HashMap::new(),
            in_folder: Residents::default(),
            in_repository: Residents::default(),
            repositories: BTreeMap::new(),
            last_tasks: Arc::default(),
        }
        .run(&inbox);
    };
    std::thread::Builder::new().name("work".into()).spawn(run)?;
    Ok(Handle(orders))
}

struct Worker<R> {
    git: Git,
    homes: Homes,
    report: R,
    plan: Plan,
    watches: Watches,
    /// Boxed: a map keeps places for more than it holds.
    rows: HashMap<Arc<str>, Box<Kept>>,
    /// The rows that work in each folder.
    in_folder: Residents,
    /// The rows in each repository, by the folder that stands for it.
    in_repository: Residents,
    /// The last summary of each repository, by the folder that stands for it.
    repositories: BTreeMap<Arc<Path>, Arc<DiffSummary>>,
    /// Those that were told last.
    last_tasks: Arc<TaskSummary>,
}

/// A row.
struct Kept {
    owner: Owner,
    /// The folder that stands for its repository.
    repository: Arc<Path>,
    tasks: Option<Arc<TaskSummary>>,
}

impl<R: FnMut(Report) -> bool> Worker<R> {
    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let order = match self.plan.next() {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let from = Instant::now();
            let Some(subject) = self.plan.take_due(from) else {
                continue;
            };
            let Some(look) = self.look(&subject) else {
                return;
            };
            self.plan.looked(&subject, look, from, Instant::now());
        }
    }

    fn take(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Follow(id, owner) => self.follow(&id, owner, now),
            Order::Leave(id) => self.leave(&id),
            Order::Ended(id) => {
                if let Some((id, row)) = self.rows.get_key_value(&*id) {
                    let repository = Subject::Repository(Arc::clone(&row.repository));
                    self.plan.touch(&repository, now);
                    self.plan.touch(&Subject::Tasks(Arc::clone(id)), now);
                }
            }
            Order::Touched => {
                for subject in self.watches.take_touched() {
                    self.touch(&subject, now);
                }
            }
            Order::Stop => {}
        }
    }

    fn touch(&mut self, subject: &Subject, now: Instant) {
        let Subject::Project(folder) = subject else {
            return self.plan.touch(subject, now);
        };
        // What has come may be a folder in which more is to come.
        self.watch_project(folder);
        for id in self.in_folder.at(folder) {
            self.plan.touch(&Subject::Tasks(Arc::clone(id)), now);
        }
    }

    fn watch_project(&mut self, folder: &Arc<Path>) {
        let names = taskmaster::names(folder).into_iter().map(Spot::Name);
        let subject = Subject::Project(Arc::clone(folder));
        self.watches.add(&subject, names.collect());
    }

    fn follow(&mut self, id: &str, mut owner: Owner, now: Instant) {
        let repository = self.in_repository.name(standing_for(&owner.folder));
        owner.folder = if owner.folder == repository {
            Arc::clone(&repository)
        } else {
            self.in_folder.name(&owner.folder)
        };
        if let Some(summary) = self.repositories.get(&repository) {
            let report = Report::Diff(vec![id.to_owned()], Arc::clone(summary));
            (self.report)(report);
        }
        let id = self.name_of(id);
        // First the watch: what is written between it and the look is seen.
        if self.in_folder.enter(&owner.folder, &id) {
            self.watch_project(&owner.folder);
        }
        let tasks = Subject::Tasks(Arc::clone(&id));
        self.plan.touch(&tasks, now);
        self.plan.add(tasks, now);
        let changes = Subject::Repository(Arc::clone(&repository));
        self.plan.add(changes, now);
        self.in_repository.enter(&repository, &id);
        let kept = Box::new(Kept {
            owner,
            repository,
            tasks: None,
        });
        let (folder, repository) = (Arc::clone(&kept.owner.folder), Arc::clone(&kept.repository));
        if let Some(before) = self.rows.insert(Arc::clone(&id), kept) {
            if before.owner.folder != folder {
                self.leave_folder(&id, &before.owner.folder);
            }
            if before.repository != repository {
                self.leave_repository(&id, &before.repository);
            }
        }
    }

    /// The row's id, once for all that keep it.
    fn name_of(&self, id: &str) -> Arc<str> {
        let known = self.rows.get_key_value(id);
        known.map_or_else(|| id.into(), |(id, _)| Arc::clone(id))
    }

    fn leave(&mut self, id: &str) {
        let Some((id, row)) = self.rows.remove_entry(id) else {
            return;
        };
        self.leave_folder(&id, &row.owner.folder);
        self.leave_repository(&id, &row.repository);
        self.forget(&Subject::Tasks(id));
    }

    fn leave_folder(&mut self, id: &str, folder: &Arc<Path>) {
        if self.in_folder.leave(folder, id) {
            self.forget(&Subject::Project(Arc::clone(folder)));
        }
    }

    fn leave_repository(&mut self, id: &str, folder: &Arc<Path>) {
        if self.in_repository.leave(folder, id) {
            self.repositories.remove(folder);
            self.forget(&Subject::Repository(Arc::clone(folder)));
        }
    }

    fn forget(&mut self, subject: &Subject) {
        self.plan.remove(subject);
        self.watches.set(subject, BTreeSet::new());
    }

    /// Looks at a subject; `None` if nobody listens any more.
    fn look(&mut self, subject: &Subject) -> Option<Look> {
        match subject {
            Subject::Repository(folder) => self.look_at_repository(subject, folder),
            Subject::Tasks(id) => self.look_at_tasks(subject, id).then_some(Look::Whole),
            // Its rows are looked at instead.
            Subject::Project(_) => Some(Look::Whole),
        }
    }

    fn look_at_repository(&mut self, subject: &Subject, folder: &Arc<Path>) -> Option<Look> {
        let survey = self.git.survey(folder);
        let look = match survey.folders {
            Some(folders) => {
                let folders = folders.into_iter().map(Spot::Folder);
                if self.watches.set(subject, folders.collect()) {
                    // What was written there between the look and the watch is seen in a second look.
                    self.plan.touch(subject, Instant::now());
                }
                Look::Whole
            }
            // What was watched before is still what may change.
            None => Look::Failed,
        };
        let known = self.repositories.get(folder);
        if known.is_some_and(|known| **known == survey.summary) {
            return Some(look);
        }
        let summary = Arc::new(survey.summary);
        self.repositories
            .insert(Arc::clone(folder), Arc::clone(&summary));
        let here = self.in_repository.at(folder);
        let ids = here.map(ToString::to_string).collect();
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

/// The folder that stands for the repository around `folder`, found without starting git: the
/// nearest one with a `.git`, else `folder` itself.
fn standing_for(folder: &Path) -> &Path {
    let mut above = folder.ancestors();
    let top = above.find(|folder| folder.join(".git").symlink_metadata().is_ok());
    top.unwrap_or(folder)
}
