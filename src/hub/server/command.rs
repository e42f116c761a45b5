//! What a client wants of somebody else than its own connection: the table, a hook that waits, git.

use std::sync::Arc;

use pane_patrol_hooks::text::has_control;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::Said;
use crate::git::MAX_FILES;
use crate::hub::protocol::{
    Act, AgentDiff, AgentPatch, AgentTasks, Envelope, ErrorPayload, Heartbeat, Report, RequestPatch,
};
use crate::tasks::MAX_TASKS;

/// Longest id of an act, in bytes.
const MAX_ACT_ID: usize = 128;

/// One command, with the message that gave it.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) what: What,
    pub(super) question: Envelope,
}

/// See [`Command`].
#[derive(Debug)]
pub(super) enum What {
    /// Have something done about an agent.
    Act(Box<Act>),
    /// Tell the table.
    Publish(Said),
    /// Make a patch.
    Patch(RequestPatch),
    /// Hand on the patch that the hub has asked a publisher for.
    Patched(Box<AgentPatch>),
    /// Tell subscribers that a publisher's agent lives.
    Heartbeat(Heartbeat),
    /// Tell subscribers what is wrong at a publisher.
    Complain(Box<ErrorPayload>),
}

/// What the message is for; `Ok(None)`: it is of no such type. The error says what is wrong with the payload.
pub(super) fn command_of(message: &Envelope) -> Result<Option<What>, String> {
    let payload = || message.payload.clone();
    Ok(Some(match message.kind.as_str() {
        "agent_status" => What::Publish(Said::Report(Box::new(report_of(&message.payload)?))),
        "diff_summary" => {
            let diff: AgentDiff = read(payload())?;
            limit(diff.files.len(), MAX_FILES, "files")?;
            let agent = diff.agent_id.clone();
            What::Publish(Said::Diff(agent, Arc::new(diff.into_summary())))
        }
        "task_summary" => {
            let tasks: AgentTasks = read(payload())?;
            limit(
                tasks.tasks.len().max(tasks.active_tasks.len()),
                MAX_TASKS,
                "tasks",
            )?;
            let agent = tasks.agent_id.clone();
            What::Publish(Said::Tasks(agent, Arc::new(tasks.into_summary())))
        }
        "task_update" => What::Publish(Said::Task(read(payload())?)),
        "heartbeat" => What::Heartbeat(read(payload())?),
        "error" => What::Complain(Box::new(read(payload())?)),
        "diff_patch_request" => What::Patch(read(payload())?),
        // A patch holds whatever its file does; who draws it has to see to that.
        "diff_patch_response" => What::Patched(Box::new(plain(payload())?)),
        // What it is about is compared with what the table has, which may hold anything.
        "act" => {
            let act: Act = plain(payload())?;
            let length = act.act_id.len();
            if !(1..=MAX_ACT_ID).contains(&length) || has_control(&act.act_id) {
                return Err(format!("`act_id` is one line of 1 to {MAX_ACT_ID} bytes"));
            }
            if act.agent_id.is_empty() && act.what.is_about_an_agent() {
                return Err("missing field `agent_id`".to_owned());
            }
            What::Act(Box::new(act))
        }
        _ => return Ok(None),
    }))
}

fn report_of(payload: &Value) -> Result<Report, String> {
    // An event says itself which texts it does not take.
    if payload.get("state").is_none() && holds_control(payload) {
        return Err("a control character".to_owned());
    }
    Report::read(payload)
}

/// A payload whose texts may be drawn.
fn read<T: DeserializeOwned>(payload: Value) -> Result<T, String> {
    if holds_control(&payload) {
        return Err("a control character".to_owned());
    }
    plain(payload)
}

fn plain<T: DeserializeOwned>(payload: Value) -> Result<T, String> {
    serde_json::from_value(payload).map_err(|error| error.to_string())
}

fn holds_control(value: &Value) -> bool {
    match value {
        Value::String(text) => has_control(text),
        Value::Array(values) => values.iter().any(holds_control),
        Value::Object(fields) => fields.values().any(holds_control),
        _ => false,
    }
}

fn limit(count: usize, most: usize, what: &str) -> Result<(), String> {
    if count > most {
        return Err(format!("a list has at most {most} {what}, not {count}"));
    }
    Ok(())
}
