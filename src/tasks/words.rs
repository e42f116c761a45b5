//! How far tasks are, in words. Pure text; words of others are made harmless for a terminal.

use std::fmt::Write as _;

use pane_patrol_hooks::text::printable_line;

use super::Mark;
use super::types::{Task, TaskSource, TaskState, TaskStatus, TaskSummary};

/// How far tasks are, or why that cannot be told, in one line.
pub(crate) fn tasks(summary: &TaskSummary) -> String {
    let text = match summary.state {
        TaskState::Ok => list(summary),
        TaskState::TasksMissing => "no list of tasks".to_owned(),
        TaskState::TasksMalformed => fault(summary),
    };
    printable_line(&text)
}

fn list(summary: &TaskSummary) -> String {
    let mut text = format!("{}/{} done", summary.done, summary.total);
    for (count, word) in [
        (summary.in_progress, "in progress"),
        (summary.pending, "pending"),
        (summary.blocked, "blocked"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {word}");
        }
    }
    match (summary.source, &summary.tag) {
        (Some(TaskSource::Taskmaster), Some(tag)) => {
            let _ = write!(text, "  (Taskmaster, tag {tag})");
        }
        (Some(TaskSource::Taskmaster), None) => text.push_str("  (Taskmaster)"),
        (Some(TaskSource::Assistant) | None, _) => {}
    }
    // Which tag is the current one is not known.
    if let Some(why) = &summary.why {
        let _ = write!(text, "; {why}");
    }
    text
}

/// Where the list is at fault, and why, as compilers put it.
fn fault(summary: &TaskSummary) -> String {
    let mut place = summary.path.clone().unwrap_or_default();
    for number in [summary.line, summary.column].into_iter().flatten() {
        let _ = write!(place, ":{number}");
    }
    let why = summary.why.as_deref().unwrap_or("nobody knows why");
    format!("the list of tasks is malformed: {place}: {why}")
}

/// How far a task is, in the word of its list where that says more.
pub(crate) fn status(task: &Task) -> String {
    if let Some(word) = &task.word {
        return printable_line(word);
    }
    let word = match task.status {
        TaskStatus::Pending => "pending",
        TaskStatus::InProgress => "in progress",
        TaskStatus::Done => "done",
        TaskStatus::Blocked => "blocked",
        TaskStatus::Cancelled => "cancelled",
    };
    word.to_owned()
}

/// How far a task is to be, as it is offered.
pub(crate) fn mark(mark: Mark) -> String {
    mark.word().replace('-', " ")
}

/// What stands behind a task's title: how much it matters, unless that is as usual, and what has to be done
/// before it and is not, of `all` tasks of its list; empty where there is nothing to say.
pub(crate) fn more(task: &Task, all: &[Task]) -> String {
    let mut said = Vec::new();
    let priority = task.priority.as_deref().filter(|word| *word != "medium");
    said.extend(priority.map(printable_line));
    let known = all
        .iter()
        .flat_map(|task| std::iter::once(task).chain(&task.subtasks));
    let has_ended = |id: &str| {
        let before = known.clone().find(|other| other.id == *id);
        before.is_some_and(is_over)
    };
    let awaited = task.dependencies.iter().filter(|id| !has_ended(id));
    let awaited: Vec<String> = awaited.map(|id| printable_line(id)).collect();
    if !is_over(task) && !awaited.is_empty() {
        said.push(format!("after {}", awaited.join(", ")));
    }
    said.join(", ")
}

fn is_over(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Done | TaskStatus::Cancelled)
}
