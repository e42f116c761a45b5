//! Claude's own list: one file a task, `<config>/tasks/<session>/<number>.json`. Seen in version
//! 2.1.197, which writes them with its tools `TaskCreate` and `TaskUpdate`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::assistants::facets::TaskLists;
use crate::tasks::{Task, TaskSource, TaskState, TaskStatus, TaskSummary, count, read_text};

/// Longest task that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// How many tasks are read.
const MAX_FILES: usize = 2000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    id: String,
    subject: String,
    status: String,
    #[serde(default)]
    blocked_by: Vec<String>,
}

/// The files.
pub(crate) struct Files;

impl TaskLists for Files {
    fn read(&self, home: &Path, session: &str) -> Option<TaskSummary> {
        read(&folder(home, session)?)
    }

    fn folder(&self, home: &Path, session: &str) -> Option<PathBuf> {
        folder(home, session)
    }
}

/// Where the tasks of one session are; `None` for an id that could lead elsewhere.
fn folder(home: &Path, session: &str) -> Option<PathBuf> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let is_name = !session.is_empty() && session.chars().all(is_plain);
    is_name.then(|| home.join("tasks").join(session))
}

/// The tasks of a folder; `None` when there are none.
fn read(folder: &Path) -> Option<TaskSummary> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut kept = Vec::new();
    let files = entries.map(|entry| entry.path());
    for file in files.filter(|file| is_task(file)).take(MAX_FILES) {
        match read_task(&file) {
            Ok(task) => kept.push(task),
            // It was taken away since the folder was read.
            Err(_) if !file.exists() => {}
            Err(fault) => return Some(*fault),
        }
    }
    kept.sort_by_key(|task| (task.id.parse::<u64>().unwrap_or(u64::MAX), task.id.clone()));
    let tasks: Vec<Task> = kept.iter().map(|task| shown(task, &kept)).collect();
    let summary = TaskSummary {
        path: Some(folder.to_string_lossy().into_owned()),
        ..count::summary(TaskSource::Assistant, tasks)
    };
    (!summary.tasks.is_empty()).then_some(summary)
}

fn is_task(file: &Path) -> bool {
    let is_json = file.extension().is_some_and(|ending| ending == "json");
    let is_hidden = |name: &str| name.starts_with('.');
    is_json
        && !file
            .file_name()
            .and_then(|name| name.to_str())
            .is_none_or(is_hidden)
}

fn read_task(file: &Path) -> Result<Kept, Box<TaskSummary>> {
    let fault = |why: String, at: Option<(usize, usize)>| {
        Box::new(TaskSummary {
            state: TaskState::TasksMalformed,
            source: Some(TaskSource::Assistant),
            path: Some(file.to_string_lossy().into_owned()),
            line: at.map(|(line, _)| line as u64),
            column: at.map(|(_, column)| column as u64),
            why: Some(why),
            ..TaskSummary::default()
        })
    };
    let text = read_text(file, MAX_BYTES).map_err(|why| fault(why, None))?;
    serde_json::from_str(&text).map_err(|error| {
        let at = (error.line(), error.column());
        fault(words(&error), Some(at))
    })
}

/// An error's words without the place, which is told beside them.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn shown(task: &Kept, all: &[Kept]) -> Task {
    let is_open = |id: &String| {
        all.iter()
            .any(|other| other.id == *id && !is_over(&other.status))
    };
    let status = match task.status.as_str() {
        "completed" => TaskStatus::Done,
        "in_progress" => TaskStatus::InProgress,
        "cancelled" | "deleted" => TaskStatus::Cancelled,
        _ if task.blocked_by.iter().any(is_open) => TaskStatus::Blocked,
        _ => TaskStatus::Pending,
    };
    count::task(task.id.clone(), &task.subject, status)
}

fn is_over(status: &str) -> bool {
    matches!(status, "completed" | "cancelled" | "deleted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, id: &str, status: &str, blocked_by: &str) {
        let text = format!(
            r#"{{"id":"{id}","subject":"task {id}","description":"d","activeForm":"doing","status":"{status}","blocks":[],"blockedBy":[{blocked_by}]}}"#
        );
        fs::write(folder.join(format!("{id}.json")), text).unwrap();
    }

    #[test]
    fn the_tasks_of_a_session_are_counted_in_the_order_of_their_numbers() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path(), "2ba24b74-5ac6").unwrap();
        assert_eq!(read(&folder), None);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(".lock"), "").unwrap();
        assert_eq!(read(&folder), None, "an empty list is none");
        put(&folder, "10", "pending", r#""2""#);
        put(&folder, "2", "in_progress", "");
        put(&folder, "1", "completed", "");
        put(&folder, "3", "pending", r#""1""#);
        let summary = read(&folder).unwrap();
        let counts = (
            summary.total,
            summary.pending,
            summary.in_progress,
            summary.done,
            summary.blocked,
        );
        assert_eq!(counts, (4, 1, 1, 1, 1));
        assert_eq!(summary.active, ["task 2"]);
        let ids: Vec<&str> = summary.tasks.iter().map(|task| &*task.id).collect();
        assert_eq!(ids, ["1", "2", "3", "10"]);
    }

    #[test]
    fn a_task_that_is_half_written_is_told_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("1.json"), "{\n \"id\": ").unwrap();
        let summary = read(home.path()).unwrap();
        assert_eq!(
            (summary.state, summary.line),
            (TaskState::TasksMalformed, Some(2))
        );
        assert!(summary.path.unwrap().ends_with("/1.json"));
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_no_session() {
        for id in ["", "..", "../x", "/etc", "a/b", "."] {
            assert_eq!(folder(Path::new("/h"), id), None, "{id}");
        }
    }
}
