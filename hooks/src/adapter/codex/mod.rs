//! OpenAI's Codex CLI: what is registered in its `hooks.json`, and what each of its payloads means.
//!
//! Its hooks may be run by a server that all panes share, so neither the environment's pane nor the hook's
//! parent says which pane it is: see [`pane`]. The user trusts hooks by their position and exact
//! words, so rows of the table are only ever appended and never reordered.

mod about;
pub mod pane;

use std::io::BufRead;

use super::report::name;
use super::{
    Adapter, Call, Caller, Habits, Heard, Panes, Payload, Registration, Report, TimeoutUnit, Tools,
    summary,
};
use crate::event::{Assistant, Kind, State};

impl Assistant {
    /// OpenAI's Codex CLI.
    pub const CODEX: Self = Self::known("codex");
}

/// Codex CLI.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::CODEX,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Shared,
    habits: Habits::PLAIN,
    tools: TOOLS,
    answering: None,
    environment: &[],
    process_variable: None,
    parked_by: None,
    project_variable: None,
    hear,
};

const TOOLS: Tools = Tools {
    writing_several: &["apply_patch"],
    commands: &["Bash", "exec_command", "shell"],
    asking: &["request_user_input"],
    about: Some(about::about),
    ..Tools::NONE
};

/// What runs a task and ends: nobody sits in front of it.
const HEADLESS: &[&str] = &["exec", "e", "review", "mcp-server"];

/// The events that are registered. Not waited for, except: a session's start, its prompt and the
/// request to the model, which must not come after what they begin (a late request would pass for the
/// end of the tool that came of it); a tool's start, because the start of a tool *after* a request
/// for it is taken for the answer; a session's end, which is killed with its process if nobody waits.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("SessionStart"),
    Registration {
        timeout_seconds: 3,
        ..Registration::of("SessionEnd")
    },
    Registration::of("UserPromptSubmit"),
    Registration::of("PreModelRequest"),
    Registration::unawaited("PostModelRequest"),
    Registration::of("PreToolUse"),
    Registration::unawaited("PermissionRequest"),
    Registration::unawaited("PostToolUse"),
    Registration::unawaited("PreCompact"),
    Registration::unawaited("PostCompact"),
    Registration::unawaited("SubagentStart"),
    Registration::unawaited("SubagentStop"),
    Registration::unawaited("Stop"),
    Registration {
        timeout_seconds: 3,
        ..Registration::unawaited("Interrupt")
    },
];

fn hear(input: &mut dyn BufRead, call: &Call<'_>) -> Heard {
    let payload = Payload::read(input);
    Heard {
        report: report(&payload, &Caller::of(call, HEADLESS)),
        is_complete: payload.is_complete,
    }
}

/// What `payload` means. `None` for an event that means nothing to a row.
pub fn report(payload: &Payload, caller: &Caller) -> Option<Report> {
    let (state, kind) = meaning(payload)?;
    let mut report = caller.report(payload, state, kind);
    if is_about_tool(payload) {
        report.tool = name(&payload.tool_name);
        report.request_id = name(&payload.tool_use_id);
    }
    report.message = message(kind, payload);
    Some(report)
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    let by_hand = payload.trigger == "manual";
    let is_sub_agent = payload.agent_id.is_some();
    Some(match payload.hook_event_name.as_str() {
        "SessionStart" => (State::Idle, Kind::SessionStarted),
        "SessionEnd" => (State::Idle, Kind::SessionEnded),
        "UserPromptSubmit" => (State::Running, Kind::TurnStarted),
        "PostModelRequest" if payload.status == "failed" && !is_sub_agent => {
            (State::Error, Kind::TurnFailed)
        }
        // Asked for outside plan mode, a question is refused at once and no dialog opens; so its
        // start is only a tool's start, and the table waits for a sign of the dialog.
        "PreToolUse" => (State::Running, Kind::ToolStarted),
        "PermissionRequest" => (State::WaitingApproval, Kind::ApprovalRequested),
        "PostToolUse" if payload.tool_name.is_empty() && payload.tool_use_id.is_empty() => {
            (State::Running, Kind::Note)
        }
        // The model is asked again: every tool of the round before has ended, also one that was
        // refused without a word or patched a file, which fire no PostToolUse.
        "PostToolUse" | "PreModelRequest" => (State::Running, Kind::ToolFinished),
        "PreCompact" if by_hand => (State::Running, Kind::TurnStarted),
        "PostCompact" if by_hand => (State::Idle, Kind::TurnFinished),
        "PostModelRequest" | "PreCompact" | "PostCompact" => (State::Running, Kind::Note),
        "SubagentStart" if is_sub_agent => (State::Running, Kind::TurnStarted),
        "SubagentStop" if is_sub_agent => (State::Completed, Kind::TurnFinished),
        "Stop" => (State::Completed, Kind::TurnFinished),
        "Interrupt" => (State::Idle, Kind::Interrupted),
        _ => return None,
    })
}

fn is_about_tool(payload: &Payload) -> bool {
    ["PreToolUse", "PermissionRequest", "PostToolUse"].contains(&&*payload.hook_event_name)
}

fn message(kind: Kind, payload: &Payload) -> Option<String> {
    match payload.hook_event_name.as_str() {
        "SessionEnd" => summary::line(&payload.reason),
        "UserPromptSubmit" => summary::line(&summary::first_line(&payload.prompt)),
        "PreToolUse" | "PermissionRequest" => {
            summary::of_tool(&payload.tool_name, &payload.tool_input, &payload.cwd)
        }
        "PostModelRequest" if kind == Kind::TurnFailed => summary::line(&payload.error),
        "PreCompact" if kind == Kind::TurnStarted => Some("compacting".to_owned()),
        "Stop" | "SubagentStop" => summary::of_answer(&payload.last_assistant_message),
        _ => None,
    }
}
