//! Claude Code: what is registered in its `settings.json`, and what each of its payloads means.

mod caller;
mod payload;
mod summary;

pub use caller::Caller;
pub use payload::{Payload, ToolInput};

use std::path::PathBuf;

use super::report::{clean, name};
use super::{QUESTION_TOOLS, Registration, Report, Version};
use crate::event::{Kind, State};

/// The first version that knows the later events.
const LATER: Option<Version> = Some(Version(2, 1, 197));

/// The events that are registered, in the order in which they are written.
pub const REGISTRATIONS: &[Registration] = &[
    always("SessionStart"),
    always("SessionEnd"),
    always("UserPromptSubmit"),
    always("PreToolUse"),
    always("PostToolUse"),
    always("Notification"),
    always("Stop"),
    always("SubagentStart"),
    always("SubagentStop"),
    later("PostToolUseFailure"),
    later("StopFailure"),
    later("PostToolBatch"),
    later("PreCompact"),
    later("PostCompact"),
    later("Elicitation"),
    later("ElicitationResult"),
    Registration {
        event: "PermissionRequest",
        since: None,
        approvals_only: true,
        timeout_seconds: 3600,
    },
];

const fn always(event: &'static str) -> Registration {
    Registration {
        event,
        since: None,
        approvals_only: false,
        timeout_seconds: 5,
    }
}

const fn later(event: &'static str) -> Registration {
    Registration {
        event,
        since: LATER,
        approvals_only: false,
        timeout_seconds: 5,
    }
}

/// What `payload`, sent by `caller`, means. `None` for an event that means nothing to a row, for an
/// internal agent, and for a payload that is not Claude's.
pub fn report(payload: &Payload, caller: &Caller) -> Option<Report> {
    if payload.agent_type.as_deref() == Some("") || !caller.is_claude(payload) {
        return None;
    }
    let (state, kind) = meaning(payload)?;
    let about_tool = is_about_tool(kind, payload);
    Some(Report {
        state,
        kind,
        pid: caller.pid,
        instance_id: name(&payload.session_id),
        agent_id: payload.agent_id.as_deref().and_then(name),
        turn_id: name(&payload.prompt_id),
        request_id: name(&payload.tool_use_id).filter(|_| about_tool),
        event: name(&payload.hook_event_name),
        tool: name(&payload.tool_name).filter(|_| about_tool),
        message: message(kind, payload),
        cwd: clean(&payload.cwd),
        attended: caller.attended,
        home: config_folder(caller, payload),
    })
}

fn config_folder(caller: &Caller, payload: &Payload) -> Option<String> {
    let folder = caller.config_folder(payload).map(PathBuf::into_os_string)?;
    clean(folder.to_str()?)
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    let by_hand = payload.trigger == "manual";
    Some(match payload.hook_event_name.as_str() {
        // The turn that compacted goes on.
        "SessionStart" if payload.source == "compact" => (State::Running, Kind::Note),
        "SessionStart" => (State::Idle, Kind::SessionStarted),
        "SessionEnd" => (State::Idle, Kind::SessionEnded),
        "UserPromptSubmit" => (State::Running, Kind::TurnStarted),
        "PreToolUse" => (State::Running, Kind::ToolStarted),
        "PostToolUse" | "PostToolUseFailure" | "PermissionDenied" => tool_end(payload),
        "PostToolBatch" => (State::Running, Kind::ToolFinished),
        "PermissionRequest" => permission_request(payload),
        "Notification" => return notification(payload),
        "Stop" if payload.subagent_runs => (State::Running, Kind::TurnFinished),
        "Stop" => (State::Completed, Kind::TurnFinished),
        "StopFailure" => (State::Error, Kind::TurnFailed),
        "SubagentStart" if payload.agent_id.is_some() => (State::Running, Kind::TurnStarted),
        "SubagentStop" if payload.agent_id.is_some() => (State::Completed, Kind::TurnFinished),
        "PreCompact" if by_hand => (State::Running, Kind::TurnStarted),
        "PostCompact" if by_hand => (State::Idle, Kind::TurnFinished),
        "PreCompact" | "PostCompact" => (State::Running, Kind::Note),
        "Elicitation" => (State::WaitingInput, Kind::InputRequested),
        "ElicitationResult" => (State::Running, Kind::Answered),
        _ => return None,
    })
}

/// The end of a tool; a payload cut before it says which one must not pass for the end of a batch.
fn tool_end(payload: &Payload) -> (State, Kind) {
    if payload.tool_name.is_empty() && payload.tool_use_id.is_empty() {
        (State::Running, Kind::Note)
    } else {
        (State::Running, Kind::ToolFinished)
    }
}

fn permission_request(payload: &Payload) -> (State, Kind) {
    if QUESTION_TOOLS.contains(&payload.tool_name.as_str()) {
        (State::WaitingInput, Kind::InputRequested)
    } else {
        (State::WaitingApproval, Kind::ApprovalRequested)
    }
}

fn notification(payload: &Payload) -> Option<(State, Kind)> {
    match payload.notification_type.as_str() {
        "permission_prompt" | "agent_needs_input" => {
            Some((State::WaitingApproval, Kind::ApprovalRequested))
        }
        "elicitation_dialog" => Some((State::WaitingInput, Kind::InputRequested)),
        "elicitation_response" => Some((State::Running, Kind::Answered)),
        "idle_prompt" => Some((State::WaitingInput, Kind::PromptIdle)),
        _ => None,
    }
}

/// Whether the event is about one tool call. A notice and the end of a batch are not.
fn is_about_tool(kind: Kind, payload: &Payload) -> bool {
    let event = payload.hook_event_name.as_str();
    let kinds = [
        Kind::ToolStarted,
        Kind::ToolFinished,
        Kind::ApprovalRequested,
        Kind::InputRequested,
    ];
    kinds.contains(&kind) && !matches!(event, "Notification" | "PostToolBatch")
}

fn message(kind: Kind, payload: &Payload) -> Option<String> {
    match payload.hook_event_name.as_str() {
        "SessionEnd" => summary::line(&payload.reason),
        "UserPromptSubmit" => prompt(&payload.prompt),
        "PreToolUse" | "PermissionRequest" => {
            summary::of_tool(&payload.tool_name, &payload.tool_input, &payload.cwd)
        }
        // The other notices say only that there is something; the request has said what.
        "Notification" if payload.notification_type == "agent_needs_input" => {
            summary::line(&payload.message)
        }
        "Stop" | "SubagentStop" => summary::of_answer(&payload.last_assistant_message),
        "StopFailure" => failure(payload),
        "PreCompact" if kind == Kind::TurnStarted => Some("compacting".to_owned()),
        "Elicitation" => summary::line(&payload.message),
        _ => None,
    }
}

fn prompt(prompt: &str) -> Option<String> {
    if prompt.starts_with("<task-notification>") {
        Some("background task ended".to_owned())
    } else {
        summary::line(&summary::first_line(prompt))
    }
}

fn failure(payload: &Payload) -> Option<String> {
    let said = summary::of_answer(&payload.last_assistant_message);
    let details = said.or_else(|| summary::line(&payload.error_details));
    match (payload.error.as_str(), details) {
        ("", details) => details,
        (error, None) => summary::line(error),
        (error, Some(details)) => summary::line(&format!("{error}: {details}")),
    }
}

#[cfg(test)]
mod tests;
