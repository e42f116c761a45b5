//! What is told of the tasks of one assistant. Knows nothing of how it is found out.

use serde::{Deserialize, Serialize};

/// How many tasks a list holds at most; the counts count all.
pub(crate) const MAX_TASKS: usize = 200;

/// How many tags are told of at most.
pub(crate) const MAX_TAGS: usize = 50;

/// Whether a summary of tasks could be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TaskState {
    /// It was made.
    #[default]
    Ok,
    /// There is no list of tasks.
    TasksMissing,
    /// There is one that cannot be understood; `path`, `line`, `column` and `why` say where and why.
    TasksMalformed,
}

/// Who keeps the list of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TaskSource {
    /// The assistant itself.
    Assistant,
    /// `.taskmaster/tasks/tasks.json` of the project.
    Taskmaster,
}

/// How far the tasks of one assistant are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskSummary {
    /// Whether there is anything to tell.
    pub state: TaskState,
    /// Who keeps the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TaskSource>,
    /// The file it was read from, when it was a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where in that file the fault is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// See `line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What the fault is, in one line; of a list that was read: why it is not known which tag is the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Taskmaster's tag whose tasks these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// All of Taskmaster's tags by name; at most [`MAX_TAGS`]. A row carries none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How many tasks there are: the sum of the next four. A cancelled task counts nowhere.
    #[serde(default)]
    pub total: u64,
    /// Not begun.
    #[serde(default)]
    pub pending: u64,
    /// Worked on.
    #[serde(default)]
    pub in_progress: u64,
    /// Done.
    #[serde(default)]
    pub done: u64,
    /// Cannot go on.
    #[serde(default)]
    pub blocked: u64,
    /// The titles of the tasks in progress, one line each, at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<String>,
    /// The tasks in their order; at most [`MAX_TASKS`]. A row carries none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
}

impl TaskSummary {
    /// The same without its lists: what a row carries.
    #[must_use]
    pub fn totals(&self) -> Self {
        Self {
            tags: Vec::new(),
            tasks: Vec::new(),
            ..self.clone()
        }
    }
}

/// How far one task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TaskStatus {
    /// Not begun.
    Pending,
    /// Worked on, or under review.
    #[serde(alias = "in-progress", alias = "review")]
    InProgress,
    /// Done.
    Done,
    /// Waits for another task or for somebody.
    #[serde(alias = "deferred")]
    Blocked,
    /// Given up.
    Cancelled,
}

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Task {
    /// Its number or name in the list.
    pub id: String,
    /// What is to be done, in one line.
    pub title: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How much it matters, in the word of whoever keeps the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Whether an agent is at it, where whoever keeps the list tells.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub active_agent: bool,
    /// How far it is in the word of whoever keeps the list, where `status` has no word of its own for that:
    /// `review`, `deferred`, or one that only that list knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The tasks that have to be done before it, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// Its parts, at most [`MAX_TASKS`]; the sums do not count them. Their ids begin with its own: `3.1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtasks: Vec<Task>,
}

impl Task {
    /// One of which nothing more is known.
    pub fn new(id: impl Into<String>, title: impl Into<String>, status: TaskStatus) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            status,
            priority: None,
            active_agent: false,
            word: None,
            dependencies: Vec::new(),
            subtasks: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_on_the_wire_are_those_of_the_documentation() {
        let words = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        let tasks = [
            TaskState::Ok,
            TaskState::TasksMissing,
            TaskState::TasksMalformed,
        ];
        assert_eq!(
            tasks.map(|state| words(serde_json::to_value(state).unwrap())),
            ["ok", "tasks_missing", "tasks_malformed"]
        );
    }

    #[test]
    fn a_summary_of_another_program_needs_only_its_state() {
        let tasks: TaskSummary = serde_json::from_str(r#"{"state":"ok","done":3}"#).unwrap();
        assert_eq!((tasks.done, tasks.active.len()), (3, 0));
    }

    #[test]
    fn what_a_row_carries_has_the_sums_without_the_lists() {
        let task = Task::new("1", "a", TaskStatus::Done);
        let tasks = TaskSummary {
            done: 1,
            total: 1,
            tasks: vec![task],
            ..TaskSummary::default()
        };
        let totals = tasks.totals();
        assert_eq!((totals.done, totals.tasks.len()), (1, 0));
    }
}
