//! The messages about an assistant's work: what changed in its folder, and its tasks.
//!
//! A publisher that speaks for one agent only may leave `agent_id` out; the hub never does.

use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MAX_MESSAGE_BYTES, PAYLOAD_BYTES, Voice, is_false};
use crate::git::{DiffSummary, Patch, PatchRequest};
use crate::tasks::{MAX_TASKS, Task, TaskStatus, TaskSummary};

/// How many titles of tasks in progress a summary holds.
const MAX_ACTIVE: usize = 10;

/// Payload of `diff_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentDiff {
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// What is changed in its folder; at most [`crate::git::MAX_FILES`] files.
    pub diff: Arc<DiffSummary>,
}

/// Payload of `task_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentTasks {
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// Its tasks; at most [`crate::tasks::MAX_TASKS`] in the list.
    pub tasks: Arc<TaskSummary>,
}

/// Payload of `task_update`: one task is new or is another now. Subscribers get a `task_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskUpdate {
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The task as it is now.
    pub task: Task,
}

/// Payload of `request_patch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestPatch {
    /// The agent in whose folder the file is.
    pub agent_id: String,
    /// Which file, and how.
    #[serde(flatten)]
    pub request: PatchRequest,
}

/// Payload of `patch`: the answer, or the next part of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentPatch {
    /// The agent that was asked about.
    pub agent_id: String,
    /// The patch; its `text` goes on in the next message when `more` is true.
    #[serde(flatten)]
    pub patch: Patch,
    /// Whether the rest follows in another `patch`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub more: bool,
}

impl TaskUpdate {
    /// The list with this task in it, and its sums.
    pub fn put_into(self, tasks: &TaskSummary) -> TaskSummary {
        let mut all = tasks.clone();
        // The sums count tasks that the list may have no place for.
        if let Some(count) = count_of(&mut all, self.task.status) {
            *count += 1;
        }
        let known = all.tasks.iter().position(|task| task.id == self.task.id);
        if let Some(index) = known {
            let before = all.tasks[index].status;
            if let Some(count) = count_of(&mut all, before) {
                *count = count.saturating_sub(1);
            }
            all.tasks[index] = self.task;
        } else if all.tasks.len() < MAX_TASKS {
            all.tasks.push(self.task);
        }
        all.total = all.pending + all.in_progress + all.done + all.blocked;
        let active = all
            .tasks
            .iter()
            .filter(|task| task.status == TaskStatus::InProgress);
        all.active = active
            .map(|task| task.title.clone())
            .take(MAX_ACTIVE)
            .collect();
        all
    }
}

/// A cancelled task counts nowhere.
fn count_of(tasks: &mut TaskSummary, status: TaskStatus) -> Option<&mut u64> {
    match status {
        TaskStatus::Pending => Some(&mut tasks.pending),
        TaskStatus::InProgress => Some(&mut tasks.in_progress),
        TaskStatus::Done => Some(&mut tasks.done),
        TaskStatus::Blocked => Some(&mut tasks.blocked),
        TaskStatus::Cancelled => None,
    }
}

impl Voice {
    /// All changed files of one agent's folder; of a list too long for a message its beginning.
    pub fn say_diff(&self, agent: &str, diff: &Arc<DiffSummary>, now: Timestamp) -> Vec<u8> {
        let mut message = AgentDiff {
            agent_id: Some(agent.to_owned()),
            diff: Arc::clone(diff),
        };
        loop {
            let said = self.say("diff_summary", &message, None, now);
            let files = &mut Arc::make_mut(&mut message.diff).files;
            if said.len() <= MAX_MESSAGE_BYTES || files.is_empty() {
                return said;
            }
            files.truncate(files.len() / 2);
        }
    }

    /// All tasks of one agent; of a list too long for a message its beginning.
    pub fn say_tasks(&self, agent: &str, tasks: &Arc<TaskSummary>, now: Timestamp) -> Vec<u8> {
        let mut message = AgentTasks {
            agent_id: Some(agent.to_owned()),
            tasks: Arc::clone(tasks),
        };
        loop {
            let said = self.say("task_summary", &message, None, now);
            let list = &mut Arc::make_mut(&mut message.tasks).tasks;
            if said.len() <= MAX_MESSAGE_BYTES || list.is_empty() {
                return said;
            }
            list.truncate(list.len() / 2);
        }
    }

    /// A patch as one message, or as many as it takes.
    pub fn say_patch(
        &self,
        agent: &str,
        patch: &Patch,
        request: Option<&str>,
        now: Timestamp,
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = patch.text.as_str();
        loop {
            let (text, left) = rest.split_at(fitting(rest, PAYLOAD_BYTES / 2));
            let part = AgentPatch {
                agent_id: agent.to_owned(),
                patch: Patch {
                    text: text.to_owned(),
                    ..without_text(patch)
                },
                more: !left.is_empty(),
            };
            bytes.extend(self.say("patch", &part, request, now));
            if left.is_empty() {
                return bytes;
            }
            rest = left;
        }
    }
}

fn without_text(patch: &Patch) -> Patch {
    Patch {
        path: patch.path.clone(),
        renamed_from: patch.renamed_from.clone(),
        text: String::new(),
        ..*patch
    }
}

/// How many bytes of `text` take at most `limit` bytes when they are printed as JSON.
fn fitting(text: &str, limit: usize) -> usize {
    let mut printed = 0;
    for (at, character) in text.char_indices() {
        printed += match character {
            '"' | '\\' | '\n' | '\r' | '\t' => 2,
            '\0'..' ' => 6,
            other => other.len_utf8(),
        };
        if printed > limit {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::git::FileChange;

    fn voice() -> Voice {
        Voice {
            session_id: "default".into(),
            sender_id: "collector".into(),
        }
    }

    fn patch(text: &str) -> Patch {
        serde_json::from_value(serde_json::json!({"path": "a", "context": 3, "text": text}))
            .unwrap()
    }

    #[test]
    fn a_long_patch_comes_in_parts_that_join_to_the_same_text() {
        for text in [
            String::new(),
            "+line é\n".repeat(120_000),
            "\u{1}\"\\".repeat(200_000),
        ] {
            let said = voice().say_patch("a::%1", &patch(&text), Some("r"), Timestamp::default());
            let parts: Vec<AgentPatch> = said
                .split_inclusive(|byte| *byte == b'\n')
                .map(|line| {
                    assert!(line.len() <= MAX_MESSAGE_BYTES, "{}", line.len());
                    let message = parse(line).unwrap();
                    assert_eq!(message.request_id.as_deref(), Some("r"));
                    serde_json::from_value(message.payload).unwrap()
                })
                .collect();
            let joined: String = parts.iter().map(|part| part.patch.text.as_str()).collect();
            assert_eq!(joined, text);
            let last = parts.iter().position(|part| !part.more);
            assert_eq!(last, Some(parts.len() - 1));
        }
    }

    #[test]
    fn a_list_of_files_with_very_long_names_is_cut_to_fit_a_message() {
        let file = |n: usize| -> FileChange {
            let path = format!("{n}{}", "x".repeat(4000));
            serde_json::from_value(
                serde_json::json!({"path": path, "status": "unstaged", "change": "modified"}),
            )
            .unwrap()
        };
        let diff = Arc::new(DiffSummary {
            file_count: 500,
            files: (0..500).map(file).collect(),
            ..DiffSummary::default()
        });
        let said = voice().say_diff("a::%1", &diff, Timestamp::default());
        assert!(said.len() <= MAX_MESSAGE_BYTES);
        let heard: AgentDiff = serde_json::from_value(parse(&said).unwrap().payload).unwrap();
        assert_eq!((heard.diff.file_count, diff.files.len()), (500, 500));
        assert!(!heard.diff.files.is_empty());
    }

    #[test]
    fn an_updated_task_takes_its_place_in_the_list_and_the_sums() {
        let task = |id: &str, status: TaskStatus| Task {
            id: id.into(),
            title: format!("task {id}"),
            status,
        };
        let update = |task: Task, list: &TaskSummary| {
            TaskUpdate {
                agent_id: None,
                task,
            }
            .put_into(list)
        };
        let list = update(task("1", TaskStatus::Pending), &TaskSummary::default());
        let list = update(task("2", TaskStatus::InProgress), &list);
        let list = update(task("1", TaskStatus::Done), &list);
        assert_eq!(
            (list.total, list.done, list.in_progress, list.pending),
            (2, 1, 1, 0)
        );
        assert_eq!(list.active, ["task 2"]);
        assert_eq!(list.tasks.len(), 2);
    }
}
