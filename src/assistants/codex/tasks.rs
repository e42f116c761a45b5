//! Codex's own list: the last `update_plan` in the session's log,
//! `<config>/sessions/<year>/<month>/<day>/rollout-<moment>-<session>.jsonl`. Seen in version 0.169.0,
//! where the tool has to be switched on (`[tools.update_plan] enabled = true`) or belongs to the model.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;
use pane_patrol_sys::open::Opening;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::assistants::facets::TaskLists;
use crate::tasks::{Task, TaskSource, TaskStatus, TaskSummary, count};

/// How much of the log's end is looked through, in bytes; a plan that is older is not shown.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
struct Line {
    payload: Call,
}

#[derive(Deserialize)]
struct Call {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    /// JSON as text.
    arguments: String,
}

#[derive(Deserialize)]
struct Plan {
    plan: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    step: String,
    status: String,
}

/// The plans.
pub(crate) struct Plans;

impl TaskLists for Plans {
    fn read(&self, home: &Path, session: &str) -> Option<TaskSummary> {
        read(&log(home, session)?)
    }
}

/// The log of a session that is known by a time-ordered UUID: its folder is the day it began.
fn log(home: &Path, session: &str) -> Option<PathBuf> {
    let digits: String = session.chars().filter(|char| *char != '-').collect();
    let is_plain = session
        .chars()
        .all(|char| char.is_ascii_hexdigit() || char == '-');
    if !is_plain || digits.len() != 32 || !digits[12..].starts_with('7') {
        return None;
    }
    let millis = i64::from_str_radix(&digits[..12], 16).ok()?;
    let began = OffsetDateTime::from_unix_timestamp(millis / 1000).ok()?;
    // The day is that of the person's clock, which may be another one.
    let days = [0, -1, 1].map(|days| began.checked_add(Duration::days(days)));
    let ending = format!("-{session}.jsonl");
    days.into_iter().flatten().find_map(|day| {
        let month = u8::from(day.month());
        let folder = format!("sessions/{:04}/{month:02}/{:02}", day.year(), day.day());
        let entries = fs::read_dir(home.join(folder)).ok()?;
        let mut files = entries.flatten().map(|entry| entry.path());
        files.find(|file| {
            let name = file.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("rollout-") && name.ends_with(&ending))
        })
    })
}

/// The last plan of a log; `None` when there is none, or an empty one.
fn read(log: &Path) -> Option<TaskSummary> {
    let tail = tail(log)?;
    let mut ends = memmem::rfind_iter(&tail, b"\"update_plan\"");
    let plan = ends.find_map(|at| plan(line_around(&tail, at)))?;
    let tasks: Vec<Task> = (1..)
        .zip(plan.plan)
        .map(|(number, step): (u32, Step)| {
            let status = match step.status.as_str() {
                "completed" => TaskStatus::Done,
                "in_progress" => TaskStatus::InProgress,
                _ => TaskStatus::Pending,
            };
            count::task(number.to_string(), &step.step, status)
        })
        .collect();
    (!tasks.is_empty()).then(|| TaskSummary {
        path: Some(log.to_string_lossy().into_owned()),
        ..count::summary(TaskSource::Assistant, tasks)
    })
}

fn tail(log: &Path) -> Option<Vec<u8>> {
    let opened = Opening::to_read().regular(log).ok()?;
    opened.read_end(MAX_BYTES).ok()
}

fn line_around(bytes: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
    &bytes[start..end]
}

/// The plan of a line that is such a call: the words may stand anywhere else, too.
fn plan(line: &[u8]) -> Option<Plan> {
    let Line { payload } = serde_json::from_slice(line).ok()?;
    let is_plan = payload.kind == "function_call" && payload.name == "update_plan";
    is_plan.then(|| serde_json::from_str(&payload.arguments).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "01a1fe5b-433e-7720-896b-12dbf0e85d59";

    fn call(steps: &str) -> String {
        let arguments = serde_json::json!({"explanation": "e", "plan": []}).to_string();
        let arguments = arguments.replace("[]", &format!("[{steps}]"));
        let line = serde_json::json!({
            "timestamp": "2026-11-21T13:46:00.246Z", "ordinal": 9, "type": "response_item",
            "payload": {
                "type": "function_call", "status": "completed", "id": "fc_1",
                "name": "update_plan", "arguments": arguments, "call_id": "call_1",
            },
        });
        format!("{line}\n")
    }

    #[test]
    fn the_last_plan_of_the_sessions_log_is_counted() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(log(home.path(), SESSION), None);
        let folder = home.path().join("sessions/2026/11/21");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("rollout-2026-11-21T13-45-56-{SESSION}.jsonl"));
        fs::write(&file, "{\"type\":\"session_meta\",\"payload\":{}}\n").unwrap();
        assert_eq!(log(home.path(), SESSION).as_ref(), Some(&file));
        assert_eq!(read(&file), None);
        let text = call(r#"{"step":"old","status":"pending"}"#)
            + &call(
                r#"{"step":"look","status":"completed"},{"step":"work","status":"in_progress"},{"step":"test","status":"pending"}"#,
            )
            + "{\"type\":\"event_msg\",\"payload\":{\"message\":\"call \\\"update_plan\\\" again\"}}\n"
            + "{\"payload\":{\"name\":\"update_plan\",\"half";
        fs::write(&file, text).unwrap();
        let summary = read(&file).unwrap();
        assert_eq!((summary.total, summary.done, summary.pending), (3, 1, 1));
        assert_eq!(summary.active, ["work"]);
    }

    #[test]
    fn an_id_that_is_no_such_uuid_is_no_session() {
        for id in [
            "",
            "../../x",
            "01a1fe5b-433e-4720-896b-12dbf0e85d59",
            "é",
            "7",
        ] {
            assert_eq!(log(Path::new("/h"), id), None, "{id}");
        }
    }
}
