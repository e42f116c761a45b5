//! How far an assistant's tasks are: by its own list where it keeps one in a file, else by
//! Taskmaster's list of the project. Its own is read and never written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pane_patrol_hooks::event::Assistant;
use thiserror::Error;

use super::facets::{TaskLists, todos};
use super::homes::Homes;
use super::of;
use crate::state::Row;
use crate::tasks::{TaskState, TaskSummary, taskmaster};

/// Why a list is not to be changed from here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum NotChangeable {
    /// The assistant keeps it.
    #[error("{0} keeps this list itself: it can be read here, and nobody but {0} changes it")]
    Own(Assistant),
    /// There is none.
    #[error(
        "there is no list that could be changed: no .taskmaster/tasks/tasks.json is in {} or above it",
        .0.display()
    )]
    Missing(PathBuf),
}

/// Whose tasks are meant. There may be very many: what is the same for all stands in the [`Homes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Which assistant.
    pub assistant: Assistant,
    /// Its config folder, when it is not the usual one.
    pub home: Option<Box<str>>,
    /// Its session.
    pub instance_id: Option<Box<str>>,
    /// The folder it works in.
    pub folder: Arc<Path>,
}

impl Owner {
    /// From what a row says of itself.
    pub(crate) fn new(
        assistant: &Assistant,
        home: Option<&str>,
        instance_id: Option<&str>,
        folder: &str,
    ) -> Self {
        Self {
            assistant: assistant.clone(),
            home: home.map(Box::from),
            instance_id: instance_id.map(Box::from),
            folder: Path::new(folder).into(),
        }
    }

    /// That of a row; `None` where nobody has told its folder.
    pub(crate) fn of_row(row: &Row) -> Option<Self> {
        Some(Self::new(
            &row.assistant,
            row.home.as_deref(),
            row.instance_id.as_deref(),
            row.cwd.as_deref()?,
        ))
    }

    /// Its tasks as they are now.
    pub(crate) fn tasks(&self, homes: &Homes) -> TaskSummary {
        let own = self.own_list(homes);
        let kept = own.or_else(|| {
            let file = taskmaster::find(&self.folder)?;
            Some(taskmaster::read(&file))
        });
        kept.unwrap_or(TaskSummary {
            state: TaskState::TasksMissing,
            ..TaskSummary::default()
        })
    }

    /// Taskmaster's list of the project, if that is what its tasks are read from.
    ///
    /// # Errors
    /// There is none, or the assistant keeps one itself, which nobody else writes.
    pub(crate) fn changeable(&self, homes: &Homes) -> Result<PathBuf, NotChangeable> {
        if self.own_list(homes).is_some() {
            return Err(NotChangeable::Own(self.assistant.clone()));
        }
        let list = taskmaster::find(&self.folder);
        list.ok_or_else(|| NotChangeable::Missing(self.folder.to_path_buf()))
    }

    /// The folders whose files make its own list, those that there are now. A log that is written all the time is
    /// none of them: what matters in it is told by an event as well.
    pub(crate) fn places(&self, homes: &Homes) -> Vec<PathBuf> {
        let own = self.list_folder(homes);
        let todos = self.todo_list(homes);
        let todos = todos.and_then(|file| file.parent().map(Path::to_owned));
        let folders = own.into_iter().chain(todos);
        folders.filter(|folder| folder.is_dir()).collect()
    }

    fn own_list(&self, homes: &Homes) -> Option<TaskSummary> {
        match self.lists() {
            Some(lists) => lists.read(&self.home(homes)?, self.instance_id.as_deref()?),
            None => todos::read(&self.todo_list(homes)?),
        }
    }

    fn home(&self, homes: &Homes) -> Option<PathBuf> {
        homes.of(&self.assistant, self.home.as_deref())
    }

    /// The assistant's own lists.
    fn lists(&self) -> Option<&'static dyn TaskLists> {
        of(&self.assistant)?.tasks()
    }

    fn list_folder(&self, homes: &Homes) -> Option<PathBuf> {
        let (home, session) = (self.home(homes)?, self.instance_id.as_deref()?);
        self.lists()?.folder(&home, session)
    }

    fn todo_list(&self, homes: &Homes) -> Option<PathBuf> {
        if self.lists().is_some() {
            return None;
        }
        todos::file(
            homes.todos()?,
            &self.assistant,
            self.instance_id.as_deref()?,
        )
    }
}
