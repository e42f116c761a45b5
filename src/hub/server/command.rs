//! What a client wants of somebody else than its own connection: the table, a hook that waits, git.

use std::sync::Arc;

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, has_control, one_line};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::Said;
use crate::git::MAX_FILES;
use crate::hub::protocol::{
    Act, AgentDiff, AgentPatch, AgentTasks, Envelope, ErrorPayload, Heartbeat, MAX_PROMPT_BYTES,
    Report, RequestPatch,
};
use crate::state::MAX_TEXT_BYTES;
use crate::tasks::MAX_TASKS;

/// Longest id of an act, in bytes.
const MAX_ACT_ID: usize = 128;

/// Longest act, in bytes: what it was is known for a while.
const MAX_ACT_BYTES: usize = 16 * 1024;

/// The same where it brings a text: each line end and each mark of it may take two.
const MAX_SEND_BYTES: usize = MAX_ACT_BYTES + 2 * MAX_PROMPT_BYTES;

/// Longest code of a publisher's error, and name of the part that says so, in characters.
const MAX_CODE_CHARS: usize = 64;

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
            let diff: AgentDiff = read(&message.payload)?;
            limit(diff.files.len(), MAX_FILES, "files")?;
            let agent = diff.agent_id.clone();
            What::Publish(Said::Diff(agent, Arc::new(diff.into_summary())))
        }
        "task_summary" => {
            let tasks: AgentTasks = read(&message.payload)?;
            limit(
                tasks.tasks.len().max(tasks.active_tasks.len()),
                MAX_TASKS,
                "tasks",
            )?;
            let agent = tasks.agent_id.clone();
            What::Publish(Said::Tasks(agent, Arc::new(tasks.into_summary())))
        }
        "task_update" => What::Publish(Said::Task(read(&message.payload)?)),
        "status_record" => What::Publish(Said::Record(Box::new(read(&message.payload)?))),
        "heartbeat" => What::Heartbeat(read(&message.payload)?),
        "error" => What::Complain(Box::new(complaint_of(payload())?)),
        "diff_patch_request" => What::Patch(read(&message.payload)?),
        // A patch holds whatever its file does; who draws it has to see to that.
        "diff_patch_response" => What::Patched(Box::new(plain(payload())?)),
        // What it is about is compared with what the table has, which may hold anything.
        "act" => {
            let most = match message.payload.get("act") {
                Some(act) if act == "send" => MAX_SEND_BYTES,
                _ => MAX_ACT_BYTES,
            };
            if size(&message.payload) > most {
                return Err(format!("an act has at most {most} bytes"));
            }
            // A number would be taken for the place of a word in a list that is nobody's business.
            if message
                .payload
                .get("act")
                .is_some_and(|act| !act.is_string())
            {
                return Err("`act` is a word".to_owned());
            }
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
    if payload.get("state").is_none() {
        check(payload)?;
    }
    Report::read(payload)
}

/// What a publisher says is wrong, as much of it as is worth telling.
fn complaint_of(payload: Value) -> Result<ErrorPayload, String> {
    let mut complaint: ErrorPayload = plain(payload)?;
    complaint.code = one_line(&complaint.code, MAX_CODE_CHARS);
    complaint.message = one_line(&complaint.message, MAX_MESSAGE_CHARS);
    let component = complaint.component.as_deref();
    complaint.component = component.map(|component| one_line(component, MAX_CODE_CHARS));
    let context = complaint.context.as_ref();
    if context.is_some_and(|context| check(context).is_err() || size(context) > MAX_TEXT_BYTES) {
        complaint.context = None;
    }
    Ok(complaint)
}

/// Its bytes as they are printed.
fn size(value: &Value) -> usize {
    value.to_string().len()
}

/// A payload whose texts may be drawn.
pub(super) fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, String> {
    check(payload)?;
    plain(payload.clone())
}

/// Whether all texts are such as may become a row's.
fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) if has_control(text) => Err("a control character".to_owned()),
        Value::String(text) if text.len() > MAX_TEXT_BYTES => {
            let length = text.len();
            let words = format!("a text has at most {MAX_TEXT_BYTES} bytes, not {length}");
            Err(words)
        }
        Value::Array(values) => values.iter().try_for_each(check),
        Value::Object(fields) => fields.values().try_for_each(check),
        _ => Ok(()),
    }
}

fn plain<T: DeserializeOwned>(payload: Value) -> Result<T, String> {
    serde_json::from_value(payload).map_err(|error| error.to_string())
}

fn limit(count: usize, most: usize, what: &str) -> Result<(), String> {
    if count > most {
        return Err(format!("a list has at most {most} {what}, not {count}"));
    }
    Ok(())
}
