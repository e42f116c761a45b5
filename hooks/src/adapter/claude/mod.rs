//! Claude Code: what is registered in its `settings.json`, and what each of its payloads means.

mod about;
mod answering;
mod caller;

pub use super::payload::Payload;
pub use caller::Caller;

use std::io::BufRead;
use std::path::PathBuf;

use super::report::{clean, name};
use super::{
    Adapter, Call, Habits, Heard, Panes, Registration, Report, TimeoutUnit, Tools, Version,
    Witness, is_question, summary,
};
use crate::event::{Assistant, Kind, State};

/// The first version that knows the later events.
const LATER: Option<Version> = Some(Version(2, 1, 197));

impl Assistant {
    /// Claude Code.
    pub const CLAUDE: Self = Self::known("claude");
}

/// Claude Code.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::CLAUDE,
    registrations: REGISTRATIONS,
    unregistered: &[(
        "PermissionDenied",
        "the end of the tool's batch says the same",
    )],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Own,
    habits: Habits {
        witness: Witness::SessionFile,
        queues_dialogs: true,
        ends_after_its_hooks: true,
        ..Habits::PLAIN
    },
    tools: TOOLS,
    answering: Some(answering::ANSWERING),
    environment: &[("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")],
    process_variable: Some("CLAUDE_PID"),
    parked_by: Some("CLAUDE_JOB_DIR"),
    project_variable: Some("CLAUDE_PROJECT_DIR"),
    hear,
};

const TOOLS: Tools = Tools {
    reading: &[
        "Glob",
        "Grep",
        "LS",
        "Read",
        "ToolSearch",
        "WebFetch",
        "WebSearch",
    ],
    writing: &["Edit", "MultiEdit", "NotebookEdit", "Write"],
    commands: &["Bash"],
    shell: Some("Bash"),
    asking: &["AskUserQuestion"],
    planning: &["ExitPlanMode"],
    delegating: &["Agent", "Task"],
    about: Some(about::about),
    failing: &["PostToolUseFailure", "PermissionDenied"],
    ..Tools::NONE
};

/// The events that are registered, in the order in which they are written. All are synchronous:
/// asynchronous ones arrive out of order.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("SessionStart"),
    Registration::of("SessionEnd"),
    Registration::of("UserPromptSubmit"),
    Registration::of("PreToolUse"),
    Registration::of("PostToolUse"),
    Registration::of("Notification"),
    Registration::of("Stop"),
    Registration::of("SubagentStart"),
    Registration::of("SubagentStop"),
    later("PostToolUseFailure"),
    later("StopFailure"),
    later("PostToolBatch"),
    later("PreCompact"),
    later("PostCompact"),
    later("Elicitation"),
    later("ElicitationResult"),
    Registration {
        approvals_only: true,
        timeout_seconds: 3600,
        ..Registration::of("PermissionRequest")
    },
];

const fn later(event: &'static str) -> Registration {
    Registration {
        since: LATER,
        ..Registration::of(event)
    }
}

fn hear(input: &mut dyn BufRead, call: &Call<'_>) -> Heard {
    let caller = Caller::read(call.get, call.any_name, call.parent);
    let payload = Payload::read(input);
    Heard {
        report: report(&payload, &caller),
        is_complete: payload.is_complete,
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
        turn_id: name(&payload.turn_id),
        request_id: name(&payload.tool_use_id).filter(|_| about_tool),
        event: name(&payload.hook_event_name),
        tool: name(&payload.tool_name).filter(|_| about_tool),
        message: message(kind, payload),
        cwd: clean(&payload.cwd),
        attended: caller.attended,
        home: config_folder(caller, payload),
        happened: None,
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
    if is_question(&payload.tool_name) {
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
        "StopFailure" => summary::failure(payload),
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

#[cfg(test)]
mod tests;
