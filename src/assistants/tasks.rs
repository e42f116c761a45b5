//! How far an assistant's tasks are: by its own list where it keeps one in a file, else by
//! Taskmaster's list of the project. Files are read and never written.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;

use super::facets::{TaskLists, todos};
use super::homes::Homes;
use super::of;
use crate::tasks::{TaskState, TaskSummary, taskmaster};

/// Whose tasks are meant, and where they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Which assistant.
    pub assistant: Assistant,
    /// Its config folder.
    pub home: Option<PathBuf>,
    /// Its session.
    pub instance_id: Option<String>,
    /// The folder it works in.
    pub folder: PathBuf,
    /// Where our plugins write lists down.
    pub todos: Option<PathBuf>,
}

impl Owner {
    /// From what a row says of itself.
    pub fn new(
        assistant: &Assistant,
        home: Option<&str>,
        instance_id: Option<&str>,
        folder: &str,
        homes: &Homes,
    ) -> Self {
        Self {
            assistant: assistant.clone(),
            home: homes.of(assistant, home),
            instance_id: instance_id.map(str::to_owned),
            folder: PathBuf::from(folder),
            todos: homes.todos().map(Path::to_owned),
        }
    }

    /// Its tasks as they are now.
    pub fn tasks(&self) -> TaskSummary {
        let own = self.own_list();
        let kept = own.or_else(|| {
            let file = taskmaster::find(&self.folder)?;
            Some(taskmaster::read(&file))
        });
        kept.unwrap_or(TaskSummary {
            state: TaskState::TasksMissing,
            ..TaskSummary::default()
        })
    }

    /// The folders whose files make the summary, those that there are now. A log that is written all
    /// the time is none of them: what matters in it is told by an event as well.
    pub fn places(&self) -> Vec<PathBuf> {
        let own = self.list_folder().filter(|folder| folder.is_dir());
        let folder = |file: PathBuf| file.parent().map(Path::to_owned);
        let kept = [self.todo_list(), taskmaster::find(&self.folder)];
        let kept = kept.into_iter().flatten().filter_map(folder);
        own.into_iter()
            .chain(kept.filter(|folder| folder.is_dir()))
            .collect()
    }

    fn own_list(&self) -> Option<TaskSummary> {
        match self.lists() {
            Some(lists) => lists.read(self.home.as_deref()?, self.instance_id.as_deref()?),
            None => todos::read(&self.todo_list()?),
        }
    }

    /// The assistant's own lists.
    fn lists(&self) -> Option<&'static dyn TaskLists> {
        of(&self.assistant)?.tasks()
    }

    fn list_folder(&self) -> Option<PathBuf> {
        let (home, session) = (self.home.as_deref()?, self.instance_id.as_deref()?);
        self.lists()?.folder(home, session)
    }

    fn todo_list(&self) -> Option<PathBuf> {
        if self.lists().is_some() {
            return None;
        }
        todos::file(
            self.todos.as_deref()?,
            &self.assistant,
            self.instance_id.as_deref()?,
        )
    }
}
