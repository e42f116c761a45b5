//! Which rows there are, where they work, and what has to be looked at when something happens.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::places::Residents;
use super::plan::{Pace, Plan, Subject};
use super::watch::Watches;
use super::way::Spot;
use super::{Order, Report};
use crate::assistants::homes::Homes;
use crate::assistants::tasks::Owner;
use crate::git::{DiffSummary, Git, top_of};
use crate::tasks::{TaskSummary, taskmaster};

/// Who keeps the summaries, in its thread.
pub(super) struct Worker<R> {
    pub(super) git: Git,
    pub(super) homes: Homes,
    pub(super) report: R,
    pub(super) plan: Plan,
    pub(super) watches: Watches,
    /// Boxed: a map keeps places for more than it holds.
    pub(super) rows: HashMap<Arc<str>, Box<Kept>>,
    /// The rows that work in each folder.
    in_folder: Residents,
    /// The rows in each repository, by the folder that stands for it.
    pub(super) in_repository: Residents,
    /// The last summary of each repository, by the folder that stands for it.
    pub(super) repositories: BTreeMap<Arc<Path>, Arc<DiffSummary>>,
    /// Those that were told last.
    pub(super) last_tasks: Arc<TaskSummary>,
}

/// A row.
pub(super) struct Kept {
    pub(super) owner: Owner,
    /// The folder that stands for its repository.
    repository: Arc<Path>,
    pub(super) tasks: Option<Arc<TaskSummary>>,
}

impl<R: FnMut(Report) -> bool> Worker<R> {
    /// One without rows.
    pub(super) fn new(git: Git, homes: Homes, report: R, pace: Pace, watches: Watches) -> Self {
        Self {
            git,
            homes,
            report,
            plan: Plan::new(pace),
            watches,
            rows: HashMap::new(),
            in_folder: Residents::default(),
            in_repository: Residents::default(),
            repositories: BTreeMap::new(),
            last_tasks: Arc::default(),
        }
    }

    /// Works until it is told to stop, or nobody listens any more.
    pub(super) fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let due = [self.plan.next(), self.watches.next_look()];
            let order = match due.into_iter().flatten().min() {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.watches.look(Instant::now()) {
                self.take(Order::Touched);
            }
            let from = Instant::now();
            let Some(subject) = self.plan.take_due(from) else {
                continue;
            };
            let worked = own_time();
            let Some(look) = self.look(&subject) else {
                return;
            };
            let to = Instant::now();
            let took = match subject {
                // Others look for us, and it is not known how long they were let run.
                Subject::Repository(_) => to.duration_since(from),
                Subject::Tasks(_) | Subject::Project(_) => own_time().saturating_sub(worked),
            };
            self.plan.looked(&subject, look, took, to);
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
        self.watches.set(&subject, names.collect());
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
}

/// How long this thread was let run. While it is not, it takes nothing from anybody, and owes no rest for it.
fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The folder that stands for the repository around `folder`, found without starting git: the
/// nearest one with a `.git`, else `folder` itself.
fn standing_for(folder: &Path) -> &Path {
    top_of(folder).unwrap_or(folder)
}
