//! Kimi Code: what is registered in its `config.toml`, and what each of its payloads means.
//!
//! A request comes after the start of its tool and tells its answer itself. A sub-agent works and asks in
//! the name of its session, and the end of its work reads like that of the session's: its log tells.
//!
//! One event that a version does not know, and it runs none of the hooks: nothing is registered that some
//! version lacks, unless the one that is there is known to have it.

use std::io::BufRead;

use super::report::name;
use super::{
    Adapter, Call, Caller, Habits, Heard, Panes, Payload, Registration, Report, TimeoutUnit, Tools,
    Version, Witness, is_question, summary,
};
use crate::event::{Assistant, Kind, State};

impl Assistant {
    /// Kimi Code.
    pub const KIMI: Self = Self::known("kimi");
}

/// Kimi Code.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::KIMI,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Own,
    habits: Habits {
        witness: Witness::SessionLog,
        ends_after_its_hooks: true,
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
        "FetchURL",
        "Glob",
        "Grep",
        "Read",
        "ReadMediaFile",
        "WebSearch",
    ],
    writing: &["Edit", "Write"],
    commands: &["Bash"],
    asking: &["AskUserQuestion"],
    planning: &["ExitPlanMode"],
    delegating: &["Agent"],
    ..Tools::NONE
};

/// The first of its versions that is known to tell of an interrupt.
const INTERRUPT: Version = Version(0, 20, 0);

/// The events that are registered. A prompt, a tool's start and an end wait for their hooks; whatever is
/// told of a tool's end may be lost, for it ends such hooks with the turn.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("SessionStart"),
    Registration::of("SessionEnd"),
    Registration::of("UserPromptSubmit"),
    Registration::of("PreToolUse"),
    Registration::of("PermissionRequest"),
    Registration::of("PermissionResult"),
    Registration::of("PostToolUse"),
    Registration::of("PostToolUseFailure"),
    Registration::of("Stop"),
    Registration::of("StopFailure"),
    Registration {
        since: Some(INTERRUPT),
        ..Registration::of("Interrupt")
    },
];

fn hear(input: &mut dyn BufRead, call: &Call<'_>) -> Heard {
    let payload = Payload::read(input);
    let mut caller = Caller::of(call, &[]);
    // Its arguments are gone: it writes its own name over them.
    caller.attended = (call.has_terminal)() != Some(false);
    Heard {
        report: report(&payload, &caller),
        is_complete: payload.is_complete,
    }
}

/// What `payload` means. `None` for an event that means nothing to a row.
pub fn report(payload: &Payload, caller: &Caller) -> Option<Report> {
    let (state, kind) = meaning(payload)?;
    let mut report = caller.report(payload, state, kind);
    // It names the agent with some requests and with nothing else, and not the one that has ended.
    report.agent_id = None;
    if is_about_tool(payload) {
        report.tool = name(&payload.tool_name);
        report.request_id = name(&payload.tool_call_id);
    }
    report.message = message(payload);
    Some(report)
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    Some(match payload.hook_event_name.as_str() {
        "SessionStart" => (State::Idle, Kind::SessionStarted),
        "SessionEnd" => (State::Idle, Kind::SessionEnded),
        "UserPromptSubmit" => (State::Running, Kind::TurnStarted),
        // Nothing else tells that it asks a question.
        "PreToolUse" if is_question(&payload.tool_name) => {
            (State::WaitingInput, Kind::InputRequested)
        }
        "PreToolUse" => (State::Running, Kind::ToolStarted),
        "PermissionRequest" => (State::WaitingApproval, Kind::ApprovalRequested),
        "PermissionResult" => (State::Running, Kind::Answered),
        "PostToolUse" | "PostToolUseFailure" => (State::Running, Kind::ToolFinished),
        "Stop" => (State::Completed, Kind::TurnFinished),
        "StopFailure" => (State::Error, Kind::TurnFailed),
        "Interrupt" => (State::Idle, Kind::Interrupted),
        _ => return None,
    })
}

fn is_about_tool(payload: &Payload) -> bool {
    let event = payload.hook_event_name.as_str();
    event.starts_with("Permission") || event.starts_with("PreTool") || event.starts_with("PostTool")
}

fn message(payload: &Payload) -> Option<String> {
    match payload.hook_event_name.as_str() {
        "SessionEnd" => summary::line(&payload.reason),
        "UserPromptSubmit" => summary::line(&summary::first_line(&payload.prompt)),
        "PreToolUse" | "PermissionRequest" => {
            let mut input = payload.tool_input.clone();
            if input.plan.is_empty() {
                input.plan.clone_from(&payload.details.plan);
            }
            summary::of_tool(&payload.tool_name, &input, &payload.cwd)
        }
        "StopFailure" => summary::failure(payload),
        _ => None,
    }
}
