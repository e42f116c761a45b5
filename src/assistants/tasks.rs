//! How far an assistant's tasks are: by its own list where it keeps one in a file, else by
//! Taskmaster's list of the project. Files are read and never written.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::paths::Places;

use super::claude::tasks as claude;
use super::codex::tasks as codex;
use super::facets::todos;
use crate::tasks::taskmaster;
use crate::tasks::{TaskState, TaskSummary};

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

/// The assistants' config folders where a row names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Homes {
    /// Claude's.
    pub claude: Option<PathBuf>,
    /// Codex's.
    pub codex: Option<PathBuf>,
    /// Where our plugins in other assistants write their lists down.
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
        let usual = match assistant {
            claude if *claude == Assistant::CLAUDE => homes.claude.as_deref(),
            codex if *codex == Assistant::CODEX => homes.codex.as_deref(),
            _ => None,
        };
        Self {
            assistant: assistant.clone(),
            home: home.map(Path::new).or(usual).map(Path::to_owned),
            instance_id: instance_id.map(str::to_owned),
            folder: PathBuf::from(folder),
            todos: homes.todos.clone(),
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
        let own = self.claude_list().filter(|folder| folder.is_dir());
        let folder = |file: PathBuf| file.parent().map(Path::to_owned);
        let kept = [self.todo_list(), taskmaster::find(&self.folder)];
        let kept = kept.into_iter().flatten().filter_map(folder);
        own.into_iter()
            .chain(kept.filter(|folder| folder.is_dir()))
            .collect()
    }

    fn own_list(&self) -> Option<TaskSummary> {
        match &self.assistant {
            claude if *claude == Assistant::CLAUDE => claude::read(&self.claude_list()?),
            codex if *codex == Assistant::CODEX => {
                let (home, session) = (self.home.as_deref()?, self.instance_id.as_deref()?);
                codex::read(&codex::log(home, session)?)
            }
            _ => todos::read(&self.todo_list()?),
        }
    }

    fn todo_list(&self) -> Option<PathBuf> {
        if [Assistant::CLAUDE, Assistant::CODEX].contains(&self.assistant) {
            return None;
        }
        todos::file(
            self.todos.as_deref()?,
            &self.assistant,
            self.instance_id.as_deref()?,
        )
    }

    fn claude_list(&self) -> Option<PathBuf> {
        if self.assistant != Assistant::CLAUDE {
            return None;
        }
        claude::folder(self.home.as_deref()?, self.instance_id.as_deref()?)
    }
}

/// Where our plugins write lists down.
pub fn todo_folder(places: &Places) -> Option<PathBuf> {
    places.state.as_ref().map(|state| state.join("todos"))
}
