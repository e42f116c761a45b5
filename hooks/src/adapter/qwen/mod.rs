//! Qwen Code: what is registered in its `settings.json`, and what each of its payloads means.
//!
//! Permission comes before the start of a tool, so the start is the answer. It says `idle_prompt` at
//! every end of work, at once, also of work that nothing else ends: an interrupt.

use std::io::BufRead;

use super::report::name;
use super::{
    Adapter, Call, Caller, Habits, Heard, Panes, Payload, Registration, Report, TimeoutUnit, Tools,
    is_question, summary,
};
use crate::event::{Assistant, Kind, State};

impl Assistant {
    /// Qwen Code.
    pub const QWEN: Self = Self::known("qwen");
}

/// Qwen Code.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::QWEN,
    registrations: REGISTRATIONS,
    unregistered: &[(
        "PostToolUseFailure",
        "the end of its batch or the idle notice follows at once",
    )],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Own,
    habits: Habits {
        keeps_naming_sub_agents: true,
        ..Habits::PLAIN
    },
    tools: TOOLS,
    answering: None,
    environment: &[],
    process_variable: None,
    parked_by: None,
    project_variable: None,
    hear,
};

const TOOLS: Tools = Tools {
    reading: &[
        "glob",
        "grep_search",
        "list_directory",
        "read_file",
        "read_many_files",
        "search_file_content",
        "web_fetch",
    ],
    writing: &["edit", "replace", "write_file"],
    commands: &["run_shell_command"],
    asking: &["ask_user_question"],
    failing: &["PostToolUseFailure"],
    ..Tools::NONE
};

const HEADLESS: &[&str] = &["-p", "--prompt"];

/// The events that are registered. All are waited for: of more than ten at once the rest is skipped,
/// and their order matters. `MessageDisplay` fires five times a second.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("SessionStart"),
    Registration::of("SessionEnd"),
    Registration::of("UserPromptSubmit"),
    Registration::of("PermissionRequest"),
    Registration::of("Notification"),
    Registration::of("PreToolUse"),
    Registration::of("PostToolUse"),
    Registration::of("PostToolBatch"),
    Registration::of("SubagentStart"),
    Registration::of("SubagentStop"),
    Registration::of("Stop"),
    Registration::of("StopFailure"),
];

fn hear(input: &mut dyn BufRead, call: &Call<'_>) -> Heard {
    let payload = Payload::read(input);
    let mut caller = Caller::of(call, HEADLESS);
    if is_run_by_helper(&payload, call.arguments) {
        caller.pid = None;
    }
    Heard {
        report: report(&payload, &caller),
        is_complete: payload.is_complete,
    }
}

/// Whether the hook's parent is not Qwen but a process that it started to look after this hook, and
/// that ends with it.
fn is_run_by_helper(payload: &Payload, arguments: &[String]) -> bool {
    payload.hook_event_name == "StopFailure" || arguments.iter().any(|word| word == "--eval")
}

/// What `payload` means. `None` for an event that means nothing to a row.
pub fn report(payload: &Payload, caller: &Caller) -> Option<Report> {
    let (state, kind) = meaning(payload)?;
    let mut report = caller.report(payload, state, kind);
    if is_about_tool(payload) {
        report.tool = name(&payload.tool_name);
        report.request_id = name(&payload.tool_use_id);
    }
    report.message = message(payload);
    Some(report)
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    let is_sub_agent = payload.agent_id.is_some();
    Some(match payload.hook_event_name.as_str() {
        "SessionStart" if payload.source == "compact" => (State::Running, Kind::Note),
        "SessionStart" => (State::Idle, Kind::SessionStarted),
        "SessionEnd" => (State::Idle, Kind::SessionEnded),
        // The results of tools go back to the model.
        "UserPromptSubmit" if payload.prompt.is_empty() => (State::Running, Kind::ToolFinished),
        "UserPromptSubmit" => (State::Running, Kind::TurnStarted),
        "PermissionRequest" => request(payload),
        "PreToolUse" => (State::Running, Kind::ToolStarted),
        "PostToolUse" | "PostToolUseFailure" if payload.tool_name.is_empty() => {
            (State::Running, Kind::Note)
        }
        // Refused: the turn is over.
        "PostToolBatch" if is_cancelled(payload) => (State::Idle, Kind::Interrupted),
        "PostToolUse" | "PostToolUseFailure" | "PostToolBatch" => {
            (State::Running, Kind::ToolFinished)
        }
        "SubagentStart" if is_sub_agent => (State::Running, Kind::TurnStarted),
        "SubagentStop" if is_sub_agent => (State::Completed, Kind::TurnFinished),
        "Stop" => (State::Completed, Kind::TurnFinished),
        "StopFailure" => (State::Error, Kind::TurnFailed),
        "Notification" => return notification(payload),
        _ => return None,
    })
}

fn request(payload: &Payload) -> (State, Kind) {
    if is_question(&payload.tool_name) {
        (State::WaitingInput, Kind::InputRequested)
    } else {
        (State::WaitingApproval, Kind::ApprovalRequested)
    }
}

fn notification(payload: &Payload) -> Option<(State, Kind)> {
    match payload.notification_type.as_str() {
        "permission_prompt" => Some((State::WaitingApproval, Kind::ApprovalRequested)),
        // Work has ended. The table knows whether something else has said how.
        "idle_prompt" => Some((State::Idle, Kind::Interrupted)),
        _ => None,
    }
}

fn is_cancelled(payload: &Payload) -> bool {
    payload.calls.all > 0 && payload.calls.cancelled == payload.calls.all
}

fn is_about_tool(payload: &Payload) -> bool {
    [
        "PermissionRequest",
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
    ]
    .contains(&&*payload.hook_event_name)
}

fn message(payload: &Payload) -> Option<String> {
    match payload.hook_event_name.as_str() {
        "SessionEnd" => summary::line(&payload.reason),
        "UserPromptSubmit" => summary::line(&summary::first_line(&payload.prompt)),
        "PermissionRequest" | "PreToolUse" => {
            summary::of_tool(&payload.tool_name, &payload.tool_input, &payload.cwd)
        }
        "Stop" | "SubagentStop" => summary::of_answer(&payload.last_assistant_message),
        "StopFailure" => summary::failure(payload),
        _ => None,
    }
}
