//! `task_summary` and `task_update`: an agent's tasks, in the shape that every client knows and with what
//! more is known.

use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SAID_BYTES, Voice};
use crate::tasks::{Task, TaskSource, TaskState, TaskStatus, TaskSummary};

/// How many tasks in progress a summary holds.
pub(super) const MAX_ACTIVE: usize = 10;

/// How many tasks there are of each kind. A cancelled one counts nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// The sum of the other four.
    pub total: u64,
    /// Not begun.
    pub pending: u64,
    /// Worked on.
    pub in_progress: u64,
    /// Done.
    pub done: u64,
    /// Cannot go on.
    pub blocked: u64,
}

/// One of the tasks that are worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActiveTask {
    /// Its number or name in the list; empty where only its title is known.
    pub id: String,
    /// What is to be done, in one line.
    pub title: String,
    /// How far it is.
    pub status: TaskStatus,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Whether an agent is at it.
    #[serde(default)]
    pub active_agent: bool,
}

/// Why there is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TasksFault {
    /// There is none.
    TasksMissing,
    /// It cannot be understood.
    TasksMalformed,
}

/// The same with words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TasksError {
    /// For programs.
    pub code: TasksFault,
    /// For people.
    #[serde(default)]
    pub message: String,
}

/// Payload of `task_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentTasks {
    /// The agent.
    pub agent_id: String,
    /// Taskmaster's tag whose tasks these are; empty where there are no tags.
    pub tag: String,
    /// How many there are.
    pub counts: Counts,
    /// All of Taskmaster's tags by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Those that are worked on, at most ten.
    #[serde(default)]
    pub active_tasks: Vec<ActiveTask>,
    /// Why there is no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TasksError>,
    /// All tasks in their order, at most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// Who keeps the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<TaskSource>,
    /// The file it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where in that file the fault is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// See `line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
}

impl AgentTasks {
    /// What is told of that agent's tasks.
    pub fn of(agent: &str, tasks: &TaskSummary) -> Self {
        let fault = match tasks.state {
            TaskState::Ok => None,
            TaskState::TasksMissing => Some((TasksFault::TasksMissing, "there is no list")),
            TaskState::TasksMalformed => {
                Some((TasksFault::TasksMalformed, "it cannot be understood"))
            }
        };
        let message = |usual: &str| tasks.why.clone().unwrap_or_else(|| usual.to_owned());
        Self {
            agent_id: agent.to_owned(),
            tag: tasks.tag.clone().unwrap_or_default(),
            tags: tasks.tags.clone(),
            counts: Counts {
                total: tasks.total,
                pending: tasks.pending,
                in_progress: tasks.in_progress,
                done: tasks.done,
                blocked: tasks.blocked,
            },
            active_tasks: active(tasks),
            error: fault.map(|(code, usual)| TasksError {
                code,
                message: message(usual),
            }),
            tasks: tasks.tasks.clone(),
            source: tasks.source,
            path: tasks.path.clone(),
            line: tasks.line,
            column: tasks.column,
        }
    }

    /// The same in the words of our own. Of a client that tells no list its active tasks are it.
    pub fn into_summary(self) -> TaskSummary {
        let active = self.active_tasks.iter().map(|task| task.title.clone());
        let active = active.take(MAX_ACTIVE).collect();
        let tasks = if self.tasks.is_empty() {
            self.active_tasks.into_iter().map(Task::from).collect()
        } else {
            self.tasks
        };
        TaskSummary {
            state: match self.error.as_ref().map(|error| error.code) {
                None => TaskState::Ok,
                Some(TasksFault::TasksMissing) => TaskState::TasksMissing,
                Some(TasksFault::TasksMalformed) => TaskState::TasksMalformed,
            },
            source: self.source,
            path: self.path,
            line: self.line,
            column: self.column,
            why: self.error.map(|error| error.message),
            tag: Some(self.tag).filter(|tag| !tag.is_empty()),
            tags: self.tags,
            total: self.counts.total,
            pending: self.counts.pending,
            in_progress: self.counts.in_progress,
            done: self.counts.done,
            blocked: self.counts.blocked,
            active,
            tasks,
        }
    }
}

impl From<ActiveTask> for Task {
    fn from(task: ActiveTask) -> Self {
        Self {
            priority: task.priority,
            active_agent: task.active_agent,
            ..Self::new(task.id, task.title, task.status)
        }
    }
}

/// The tasks that are worked on, as far as they are in the list.
fn active(tasks: &TaskSummary) -> Vec<ActiveTask> {
    let mut listed: Vec<&Task> = tasks.tasks.iter().collect();
    let mut find = |title: &String| {
        let place = listed.iter().position(|task| task.title == *title)?;
        Some(listed.remove(place))
    };
    let is_its_own = tasks.source == Some(TaskSource::Assistant);
    let titles = tasks.active.iter();
    let active = titles.map(|title| match find(title) {
        Some(task) => ActiveTask {
            id: task.id.clone(),
            title: task.title.clone(),
            status: task.status,
            priority: task.priority.clone(),
            active_agent: task.active_agent || is_its_own,
        },
        None => ActiveTask {
            id: String::new(),
            title: title.clone(),
            status: TaskStatus::InProgress,
            priority: None,
            active_agent: is_its_own,
        },
    });
    active.collect()
}

/// A cancelled task counts nowhere.
pub(super) fn count_of(tasks: &mut TaskSummary, status: TaskStatus) -> Option<&mut u64> {
    match status {
        TaskStatus::Pending => Some(&mut tasks.pending),
        TaskStatus::InProgress => Some(&mut tasks.in_progress),
        TaskStatus::Done => Some(&mut tasks.done),
        TaskStatus::Blocked => Some(&mut tasks.blocked),
        TaskStatus::Cancelled => None,
    }
}

impl Voice {
    /// All tasks of one agent; of a list too long for a message its beginning.
    pub fn say_tasks(&self, agent: &str, tasks: &Arc<TaskSummary>, now: Timestamp) -> Vec<u8> {
        let mut message = AgentTasks::of(agent, tasks);
        loop {
            let said = self.print("task_summary", &message, None, now);
            if said.len() <= SAID_BYTES {
                return said;
            }
            if message.tasks.is_empty() {
                return self.say("task_summary", &message, None, now);
            }
            message.tasks.truncate(message.tasks.len() / 2);
        }
    }
}

#[cfg(test)]
#[path = "tasks_tests.rs"]
mod tests;
