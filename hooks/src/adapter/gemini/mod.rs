//! Google's Gemini CLI: what is registered in its `settings.json`, and what its payloads mean.
//!
//! It waits for every hook and shows its dialogs only afterwards, so the table is short. An answer, a
//! denial and an interrupt fire nothing: they are read from the pane's title.

use std::io::BufRead;

use super::report::name;
use super::{
    Adapter, Call, Caller, Habits, Heard, Panes, Payload, Registration, Report, TimeoutUnit,
    ToolInput, Tools, summary,
};
use crate::event::{Assistant, Kind, State};

impl Assistant {
    /// Google's Gemini CLI.
    pub const GEMINI: Self = Self::known("gemini");
}

/// Gemini CLI.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::GEMINI,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Milliseconds,
    names_its_event: true,
    panes: Panes::Own,
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
    reading: &[
        "glob",
        "google_web_search",
        "grep_search",
        "list_directory",
        "read_file",
        "read_many_files",
        "search_file_content",
        "web_fetch",
    ],
    writing: &["edit", "replace", "write_file"],
    commands: &["run_shell_command"],
    asking: &["ask_user"],
    ..Tools::NONE
};

const HEADLESS: &[&str] = &["-p", "--prompt"];

/// The events that are registered. Model events fire for each piece of an answer, `PreCompress`
/// in every turn, and the start of a tool says nothing that its request or its end does not say,
/// except what a question is.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("SessionStart"),
    Registration::of("SessionEnd"),
    Registration::of("BeforeAgent"),
    Registration::of("AfterAgent"),
    Registration {
        matcher: Some("^ask_user$"),
        ..Registration::of("BeforeTool")
    },
    Registration::of("AfterTool"),
    Registration::of("Notification"),
];

/// Tools whose request is told as `edit`.
const EDIT_TOOLS: &[&str] = &["write_file", "replace", "edit", "smart_edit"];

/// What a turn answers that failed, or was stopped before its first word: the two look the same.
const NO_RESPONSE: &str = "[no response text]";

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
    Some(Report {
        tool: tool(payload),
        message: message(kind, payload),
        ..caller.report(payload, state, kind)
    })
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    Some(match payload.hook_event_name.as_str() {
        "SessionStart" => (State::Idle, Kind::SessionStarted),
        "SessionEnd" => (State::Idle, Kind::SessionEnded),
        "BeforeAgent" => (State::Running, Kind::TurnStarted),
        "AfterAgent" if payload.last_assistant_message == NO_RESPONSE => {
            (State::Error, Kind::TurnFailed)
        }
        "AfterAgent" => (State::Completed, Kind::TurnFinished),
        "BeforeTool" => (State::Running, Kind::ToolStarted),
        // Cut before its name it must not pass for the end of all.
        "AfterTool" if payload.tool_name.is_empty() => (State::Running, Kind::Note),
        "AfterTool" => (State::Running, Kind::ToolFinished),
        "Notification" if payload.notification_type == "ToolPermission" => {
            match payload.details.kind.as_str() {
                "ask_user" => (State::WaitingInput, Kind::InputRequested),
                _ => (State::WaitingApproval, Kind::ApprovalRequested),
            }
        }
        _ => return None,
    })
}

/// The tool by one name in its request and its end, so that the one closes the other.
fn tool(payload: &Payload) -> Option<String> {
    match (payload.hook_event_name.as_str(), &*payload.details.kind) {
        ("Notification", "exec") => Some("run_shell_command".to_owned()),
        ("Notification", "edit") => Some("edit".to_owned()),
        // What its start has said of it is known.
        ("Notification", _) => None,
        _ if EDIT_TOOLS.contains(&&*payload.tool_name) => Some("edit".to_owned()),
        _ => name(&payload.tool_name),
    }
}

fn message(kind: Kind, payload: &Payload) -> Option<String> {
    match payload.hook_event_name.as_str() {
        "SessionEnd" => summary::line(&payload.reason),
        "BeforeAgent" => summary::line(&summary::first_line(&payload.prompt)),
        "AfterAgent" if kind == Kind::TurnFailed => {
            Some("no answer: the model failed, or was stopped before its first word".to_owned())
        }
        "AfterAgent" => summary::of_answer(&payload.last_assistant_message),
        "BeforeTool" => summary::of_tool(&payload.tool_name, &payload.tool_input, &payload.cwd),
        "Notification" if kind == Kind::ApprovalRequested => request(payload),
        _ => None,
    }
}

fn request(payload: &Payload) -> Option<String> {
    let input = ToolInput {
        command: payload.details.command.clone(),
        path: payload.details.path.clone(),
        ..ToolInput::default()
    };
    summary::of_tool("", &input, &payload.cwd)
        .or_else(|| summary::line(&payload.details.title))
        .or_else(|| summary::line(&payload.message))
}
