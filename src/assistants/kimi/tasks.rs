//! Kimi Code's own list: what its tool for todos has stored last, as the log of its main agent has it (2.1.0).

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::log::main_of;
use crate::assistants::facets::TaskLists;
use crate::assistants::facets::log_backwards::newest;
use crate::tasks::{TaskSource, TaskStatus, TaskSummary, count};

#[derive(Deserialize)]
struct Todo {
    title: String,
    status: String,
}

/// The todos.
pub(super) struct Todos;

impl TaskLists for Todos {
    fn read(&self, home: &Path, session: &str) -> Option<TaskSummary> {
        let mut stored = newest(&main_of(home, session)?, &["\"tools.update_store\""])?;
        let is_list = |line: &Value| line["type"] == "tools.update_store" && line["key"] == "todo";
        let mut line = stored.find(is_list)?;
        let todos: Vec<Todo> = serde_json::from_value(line["value"].take()).ok()?;
        let tasks = (1..).zip(&todos).map(|(number, todo): (u32, &Todo)| {
            let status = match todo.status.as_str() {
                "done" => TaskStatus::Done,
                "in_progress" => TaskStatus::InProgress,
                _ => TaskStatus::Pending,
            };
            count::task(number.to_string(), &todo.title, status)
        });
        (!todos.is_empty()).then(|| count::summary(TaskSource::Assistant, tasks.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_was_stored_last_is_counted() {
        let home = tempfile::tempdir().unwrap();
        let agent = home.path().join("sessions/wd_p_1/session_1/agents/main");
        std::fs::create_dir_all(&agent).unwrap();
        assert_eq!(Todos.read(home.path(), "session_1"), None);
        let log = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/kimi/wire-subagents.jsonl"
        );
        let log = std::fs::read_to_string(log).unwrap();
        std::fs::write(agent.join("wire.jsonl"), &log).unwrap();
        let summary = Todos.read(home.path(), "session_1").unwrap();
        assert_eq!((summary.total, summary.done, summary.pending), (3, 1, 1));
        assert_eq!(summary.active, ["two"]);
        let emptied =
            r#"{"type":"tools.update_store","agentId":"main","key":"todo","value":[],"time":1}"#;
        std::fs::write(agent.join("wire.jsonl"), format!("{log}{emptied}\n")).unwrap();
        assert_eq!(Todos.read(home.path(), "session_1"), None);
    }
}
