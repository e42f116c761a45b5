//! `tasks`: how far the tasks of an assistant are, read at this moment.

use std::fmt::Write as _;

use super::diff::folder_of;
use super::explain::row_of;
use super::{Surroundings, plain};
use crate::cli::TasksArgs;
use crate::error::CommandResult;
use crate::messages;
use crate::work::task::Owner;
use crate::work::{TaskSource, TaskState, TaskStatus, TaskSummary};

/// Prints the sums and the list.
pub(super) fn run(surroundings: &Surroundings, arguments: &TasksArgs) -> CommandResult {
    let row = row_of(surroundings, &arguments.target)?;
    let claude_home = surroundings.environment.home.as_ref();
    let owner = Owner::new(
        &row.assistant,
        row.home.as_deref(),
        row.instance_id.as_deref(),
        folder_of(&row)?,
        claude_home.map(|home| home.join(".claude")).as_deref(),
    );
    let summary = owner.tasks();
    if arguments.json {
        return plain::print_json(&summary);
    }
    messages::result(&table(&row.target.to_string(), &summary));
    Ok(())
}

fn table(target: &str, summary: &TaskSummary) -> String {
    let about = match summary.state {
        TaskState::Ok => about(summary),
        TaskState::TasksMissing => "no list of tasks".to_owned(),
        TaskState::TasksMalformed => fault(summary),
    };
    let mut text = format!("{target}  {}\n", plain::line(&about));
    for task in &summary.tasks {
        let status = match task.status {
            TaskStatus::Pending => "pending",
            TaskStatus::InProgress => "in progress",
            TaskStatus::Done => "done",
            TaskStatus::Blocked => "blocked",
            TaskStatus::Cancelled => "cancelled",
        };
        let id = plain::line(&task.id);
        let _ = writeln!(
            text,
            "  {status:<11}  {id:>3}  {}",
            plain::line(&task.title)
        );
    }
    text
}

fn about(summary: &TaskSummary) -> String {
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
    text
}

/// Where the list is at fault, and why, as compilers put it.
fn fault(summary: &TaskSummary) -> String {
    let mut place = summary.path.clone().unwrap_or_default();
    for number in [summary.line, summary.column].into_iter().flatten() {
        let _ = write!(place, ":{number}");
    }
    let why = summary.why.as_deref().unwrap_or("it is not known why");
    format!("the list of tasks is malformed: {place}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Task;

    #[test]
    fn a_list_is_told_with_its_sums_and_a_fault_with_its_place() {
        let task = Task {
            id: "2".to_owned(),
            title: "write it".to_owned(),
            status: TaskStatus::InProgress,
        };
        let summary = TaskSummary {
            source: Some(TaskSource::Taskmaster),
            tag: Some("master".to_owned()),
            total: 7,
            done: 3,
            in_progress: 1,
            pending: 3,
            tasks: vec![task],
            ..TaskSummary::default()
        };
        assert_eq!(
            table("a:0.0", &summary),
            "a:0.0  3/7 done, 1 in progress, 3 pending  (Taskmaster, tag master)\n  in progress    2  write it\n"
        );
        let summary = TaskSummary {
            state: TaskState::TasksMalformed,
            path: Some("/p/tasks.json".to_owned()),
            line: Some(3),
            column: Some(7),
            why: Some("expected a comma".to_owned()),
            ..TaskSummary::default()
        };
        assert_eq!(
            table("a:0.0", &summary),
            "a:0.0  the list of tasks is malformed: /p/tasks.json:3:7: expected a comma\n"
        );
    }
}
