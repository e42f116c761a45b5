//! From a list of tasks to its summary.

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};

use super::types::{MAX_TASKS, Task, TaskSource, TaskStatus, TaskSummary};

/// How many titles of tasks in progress are told.
const MAX_ACTIVE: usize = 10;

/// A task whose words may go on a screen.
pub(crate) fn task(id: String, title: &str, status: TaskStatus) -> Task {
    Task::new(id, one_line(title, MAX_MESSAGE_CHARS), status)
}

/// The sums of a list, with as much of the list as is told.
pub(crate) fn summary(source: TaskSource, mut tasks: Vec<Task>) -> TaskSummary {
    let count = |status| tasks.iter().filter(|task| task.status == status).count() as u64;
    let [pending, in_progress, done, blocked] = [
        TaskStatus::Pending,
        TaskStatus::InProgress,
        TaskStatus::Done,
        TaskStatus::Blocked,
    ]
    .map(count);
    let active = tasks
        .iter()
        .filter(|task| task.status == TaskStatus::InProgress);
    let active = active
        .map(|task| task.title.clone())
        .take(MAX_ACTIVE)
        .collect();
    tasks.truncate(MAX_TASKS);
    TaskSummary {
        source: Some(source),
        total: pending + in_progress + done + blocked,
        pending,
        in_progress,
        done,
        blocked,
        active,
        tasks,
        ..TaskSummary::default()
    }
}
