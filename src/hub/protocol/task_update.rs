//! `task_update`: one task of a list is added, changed or deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tasks::{MAX_ACTIVE, count_of};
use crate::tasks::{MAX_TASKS, Task, TaskState, TaskStatus, TaskSummary};

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum TaskAction {
    /// It is new.
    Add,
    /// It is another now.
    Update,
    /// It is no more in the list.
    Delete,
}

/// What is said of a task; of one that is deleted its id is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskWord {
    /// Its number or name in the list.
    pub id: String,
    /// What is to be done, in one line.
    #[serde(default)]
    pub title: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub status: Option<TaskStatus>,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Whether an agent is at it.
    #[serde(default)]
    pub active_agent: bool,
}

/// More changes than these at once are no updates: the list is another one, which its summary tells.
const MAX_UPDATES: usize = 20;

/// Payload of `task_update`: one task is new, another or gone. Of what a publisher says, and of what changes in a
/// list that is read here, subscribers get the `task_summary` as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskUpdate {
    /// The agent whose list it is.
    pub agent_id: String,
    /// Taskmaster's tag; empty where there are no tags.
    pub tag: String,
    /// What became of the task.
    pub action: TaskAction,
    /// The task.
    pub task: TaskWord,
}

impl TaskUpdate {
    /// The list with that done to it, and its sums.
    ///
    /// # Errors
    /// A task that is not deleted has no title or no status, or the list is another tag's.
    pub fn put_into(self, tasks: &TaskSummary) -> Result<TaskSummary, String> {
        let mut all = tasks.clone();
        let tag = Some(self.tag).filter(|tag| !tag.is_empty());
        if all.tag != tag {
            if !all.tasks.is_empty() || all.total > 0 {
                let of = all.tag.as_deref().unwrap_or("");
                return Err(format!("the list is that of the tag `{of}`"));
            }
            all.tag = tag;
        }
        let known = all.tasks.iter().position(|task| task.id == self.task.id);
        if let Some(before) = known.map(|index| all.tasks[index].status)
            && let Some(count) = count_of(&mut all, before)
        {
            *count = count.saturating_sub(1);
        }
        if self.action == TaskAction::Delete {
            if let Some(index) = known {
                all.tasks.remove(index);
            }
        } else {
            let before = known.map(|index| all.tasks[index].clone());
            let task = self.task.complete(before)?;
            // The sums count tasks that the list may have no place for.
            if let Some(count) = count_of(&mut all, task.status) {
                *count += 1;
            }
            match known {
                Some(index) => all.tasks[index] = task,
                None if all.tasks.len() < MAX_TASKS => all.tasks.push(task),
                None => {}
            }
        }
        all.state = TaskState::Ok;
        all.total = all.pending + all.in_progress + all.done + all.blocked;
        let is_active = |task: &&Task| task.status == TaskStatus::InProgress;
        let active = all.tasks.iter().filter(is_active);
        all.active = active
            .map(|task| task.title.clone())
            .take(MAX_ACTIVE)
            .collect();
        Ok(all)
    }
}

/// Which tasks are others in `after` than they were in `before`, parts of tasks among them; none where these are
/// no two moments of one list.
pub(crate) fn changes(before: &TaskSummary, after: &TaskSummary) -> Vec<(String, TaskAction)> {
    let is_list = |list: &TaskSummary| list.state == TaskState::Ok;
    if !is_list(before) || !is_list(after) || before.tag != after.tag {
        return Vec::new();
    }
    let (was, is) = (by_id(before), by_id(after));
    let gone = was.keys().filter(|id| !is.contains_key(*id));
    let gone = gone.map(|id| (*id, TaskAction::Delete));
    let other = is.iter().filter_map(|(id, task)| match was.get(id) {
        None => Some((*id, TaskAction::Add)),
        Some(known) => (!is_same(known, task)).then_some((*id, TaskAction::Update)),
    });
    let changed = gone
        .chain(other)
        .map(|(id, action)| (id.to_owned(), action));
    let changed: Vec<_> = changed.collect();
    if changed.len() > MAX_UPDATES {
        return Vec::new();
    }
    changed
}

/// A list's tasks and their parts.
fn by_id(list: &TaskSummary) -> BTreeMap<&str, &Task> {
    let tasks = list.tasks.iter();
    let all = tasks.flat_map(|task| std::iter::once(task).chain(&task.subtasks));
    all.map(|task| (task.id.as_str(), task)).collect()
}

/// Whether a task is as it was; its parts are tasks of their own.
fn is_same(one: &Task, other: &Task) -> bool {
    let alone = |task: &Task| Task {
        subtasks: Vec::new(),
        ..task.clone()
    };
    alone(one) == alone(other)
}

impl TaskUpdate {
    /// What is told of a task of that agent: as it is in its list now, or that it is not there any more.
    pub(crate) fn of(agent: &str, id: &str, action: TaskAction, list: &TaskSummary) -> Self {
        let task = by_id(list).get(id).copied();
        Self {
            agent_id: agent.to_owned(),
            tag: list.tag.clone().unwrap_or_default(),
            action: task.map_or(TaskAction::Delete, |_| action),
            task: TaskWord {
                id: id.to_owned(),
                title: task.map(|task| task.title.clone()),
                status: task.map(|task| task.status),
                priority: task.and_then(|task| task.priority.clone()),
                active_agent: task.is_some_and(|task| task.active_agent),
            },
        }
    }
}

impl TaskWord {
    fn complete(self, before: Option<Task>) -> Result<Task, String> {
        let known = before.as_ref();
        let title = self.title.or_else(|| known.map(|task| task.title.clone()));
        let status = self.status.or_else(|| known.map(|task| task.status));
        let (Some(title), Some(status)) = (title, status) else {
            return Err("a new task has a `title` and a `status`".to_owned());
        };
        let before = before.unwrap_or_else(|| Task::new("", "", status));
        Ok(Task {
            id: self.id,
            title,
            // Of another status than before it may not be the word any more.
            word: before.word.filter(|_| before.status == status),
            status,
            priority: self.priority.or(before.priority),
            active_agent: self.active_agent,
            dependencies: before.dependencies,
            subtasks: before.subtasks,
        })
    }
}
