//! OpenCode's todos, as our plugin in it writes them down: one file for each process,
//! `<state>/todos/<assistant>-<instance>.json`.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;
use serde::Deserialize;

use crate::tasks::{TaskSource, TaskStatus, TaskSummary, count, read_text};

/// Longest list that is read, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
struct Todo {
    content: String,
    status: String,
}

/// The list of one process; `None` for an id that could lead elsewhere.
pub(crate) fn file(folder: &Path, assistant: &Assistant, instance: &str) -> Option<PathBuf> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let is_name = !instance.is_empty() && instance.chars().all(is_plain);
    is_name.then(|| folder.join(format!("{assistant}-{instance}.json")))
}

/// Its todos; `None` when there are none. It is replaced as a whole, so what cannot be read is none.
pub(crate) fn read(file: &Path) -> Option<TaskSummary> {
    let todos: Vec<Todo> = serde_json::from_str(&read_text(file, MAX_BYTES).ok()?).ok()?;
    let tasks = (1..).zip(&todos).map(|(number, todo): (u32, &Todo)| {
        let status = match todo.status.as_str() {
            "completed" => TaskStatus::Done,
            "in_progress" => TaskStatus::InProgress,
            "cancelled" => TaskStatus::Cancelled,
            _ => TaskStatus::Pending,
        };
        count::task(number.to_string(), &todo.content, status)
    });
    (!todos.is_empty()).then(|| TaskSummary {
        path: Some(file.to_string_lossy().into_owned()),
        ..count::summary(TaskSource::Assistant, tasks.collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn todos_are_counted_and_no_id_leads_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let named = |id| file(folder.path(), &Assistant::OPENCODE, id);
        assert_eq!((named("../x"), named(""), named("a/b")), (None, None, None));
        let list = named("12-345").unwrap();
        assert_eq!(read(&list), None);
        let text = r#"[{"content":"look around","status":"completed"},{"content":"do the work","status":"in_progress"},{"content":"test it","status":"pending"},{"content":"no","status":"cancelled"}]"#;
        std::fs::write(&list, text).unwrap();
        let summary = read(&list).unwrap();
        assert_eq!((summary.total, summary.done, summary.pending), (3, 1, 1));
        assert_eq!(summary.active, ["do the work"]);
    }
}
