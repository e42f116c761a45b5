//! `tasks`: how far the tasks of an assistant are, read at this moment, or told by whoever sees them;
//! `change_task` has them changed.

use std::fmt::Write as _;

use pane_patrol_hooks::text::printable_line;

use super::work::no_folder;
use super::{Context, change_task, rows, work};
use crate::assistants::tasks::Owner;
use crate::cli::TasksArgs;
use crate::error::CommandResult;
use crate::messages;
use crate::tasks::{Task, TaskSummary, words};

/// Prints the sums and the list.
pub(super) fn run(context: &Context, arguments: &TasksArgs) -> CommandResult {
    let row = rows::to_read(context, "tasks")?.row(&arguments.target)?;
    if let Some(wanted) = &arguments.change {
        return change_task::run(context, &row, wanted, arguments.json);
    }
    let owner = Owner::of_row(&row).ok_or_else(|| no_folder(&row))?;
    let summary = work::tasks(context, &row, &owner);
    let summary = summary.map_err(|error| rows::nobody(&error))?;
    if arguments.json {
        return messages::json(&summary);
    }
    messages::result(&table(&row.target.shown(), &summary));
    Ok(())
}

fn table(target: &str, summary: &TaskSummary) -> String {
    let mut text = format!("{target}  {}\n", words::tasks(summary));
    for task in &summary.tasks {
        line(&mut text, task, &summary.tasks);
        for part in &task.subtasks {
            line(&mut text, part, &summary.tasks);
        }
    }
    text
}

/// A task of `all` in one line.
fn line(text: &mut String, task: &Task, all: &[Task]) {
    let (id, title) = (printable_line(&task.id), printable_line(&task.title));
    let status = words::status(task);
    let _ = write!(text, "  {status:<11}  {id:>3}  {title}");
    let more = words::more(task, all);
    if !more.is_empty() {
        let _ = write!(text, "  ({more})");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::{TaskSource, TaskState, TaskStatus};

    #[test]
    fn a_list_is_told_with_its_sums_and_a_fault_with_its_place() {
        let task = Task::new("2", "write it", TaskStatus::InProgress);
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
