//! GitHub's Copilot CLI: what is registered in a file of ours below its hooks folder, and what its
//! payloads mean. They do not name their event, so the registered command does.
//!
//! The hooks that decide about a tool are left alone: it takes any trouble with them for a denial.
//! Its notices come when a dialog is really there, and nobody waits for them. An answer, a denial and
//! an interrupt fire nothing: they are read from its session log.

use std::io::BufRead;
use std::path::Path;

use super::report::{clean, name};
use super::{
    Adapter, Call, Caller, Habits, Heard, Panes, Payload, Registration, Report, TimeoutUnit, Tools,
    Witness, summary,
};
use crate::event::{Assistant, Kind, State};

impl Assistant {
    /// GitHub's Copilot CLI.
    pub const COPILOT: Self = Self::known("copilot");
}

/// Copilot CLI.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::COPILOT,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: false,
    panes: Panes::Own,
    habits: Habits {
        witness: Witness::SessionLog,
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
    reading: &["glob", "grep", "read", "view", "web_fetch"],
    writing: &["create", "edit", "write"],
    writing_several: &["apply_patch"],
    commands: &["bash", "shell"],
    asking: &["ask_user"],
    failing: &["postToolUseFailure"],
    ..Tools::NONE
};

const HEADLESS: &[&str] = &["-p", "--prompt"];

/// The events that are registered. Sub-agents are part of the turn that waits for them.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::of("sessionStart"),
    Registration::of("sessionEnd"),
    Registration::of("userPromptSubmitted"),
    Registration::of("postToolUse"),
    Registration::of("postToolUseFailure"),
    Registration::of("agentStop"),
    Registration::of("errorOccurred"),
    Registration::of("notification"),
];

/// How a permission notice begins, and the tool it is about by the name that tells its end.
const REQUESTS: &[(&str, &str)] = &[("Run command: ", "bash"), ("Edit file: ", "edit")];
const EDIT_TOOLS: &[&str] = &["create", "edit", "str_replace_editor", "apply_patch"];

fn hear(input: &mut dyn BufRead, call: &Call<'_>) -> Heard {
    let payload = Payload::read(input);
    let get = |name: &str| (call.get)(name)?.into_string().ok();
    let caller = Caller {
        home: config_folder(
            &payload,
            get("COPILOT_HOME").as_deref(),
            get("HOME").as_deref(),
        ),
        ..Caller::of(call, HEADLESS)
    };
    Heard {
        report: report(call.event.unwrap_or_default(), &payload, &caller),
        is_complete: payload.is_complete,
    }
}

/// Its config folder, when it is not the default one.
fn config_folder(payload: &Payload, told: Option<&str>, home: Option<&str>) -> Option<String> {
    // <config>/session-state/<session>/events.jsonl
    let of_log = Path::new(&payload.transcript_path).ancestors().nth(3);
    let folder = told.map(Path::new).or(of_log)?;
    let is_default = home.is_some_and(|home| Path::new(home).join(".copilot") == folder);
    clean(folder.to_str()?).filter(|_| folder.is_absolute() && !is_default)
}

/// What `payload` of `event` means. `None` for an event that means nothing to a row, and for one of
/// a sub-agent.
pub fn report(event: &str, payload: &Payload, caller: &Caller) -> Option<Report> {
    if payload.parent_agent_id.is_some() {
        return None;
    }
    let (state, kind) = meaning(event, payload)?;
    let mut report = caller.report(payload, state, kind);
    report.event = Some(event.to_owned());
    report.agent_id = None;
    if !names_session(event) {
        report.instance_id = None;
    }
    (report.tool, report.message) = about(event, payload);
    Some(report)
}

/// Whether the event's session is the one in the pane for certain. A sub-agent's notices and tools
/// may bear another id, which must not be taken for a new session.
fn names_session(event: &str) -> bool {
    [
        "sessionStart",
        "sessionEnd",
        "userPromptSubmitted",
        "agentStop",
    ]
    .contains(&event)
}

fn meaning(event: &str, payload: &Payload) -> Option<(State, Kind)> {
    Some(match event {
        "sessionStart" => (State::Idle, Kind::SessionStarted),
        "sessionEnd" => (State::Idle, Kind::SessionEnded),
        "userPromptSubmitted" => (State::Running, Kind::TurnStarted),
        "postToolUse" | "postToolUseFailure" if payload.tool_name.is_empty() => {
            (State::Running, Kind::Note)
        }
        "postToolUse" | "postToolUseFailure" => (State::Running, Kind::ToolFinished),
        "agentStop" => (State::Completed, Kind::TurnFinished),
        // It always says that it will try again, and never that it has given up.
        "errorOccurred" => (State::Error, Kind::Note),
        "notification" => match payload.notification_type.as_str() {
            "permission_prompt" => (State::WaitingApproval, Kind::ApprovalRequested),
            "elicitation_dialog" => (State::WaitingInput, Kind::InputRequested),
            _ => return None,
        },
        _ => return None,
    })
}

/// The tool an event is about, and its one line for the person.
fn about(event: &str, payload: &Payload) -> (Option<String>, Option<String>) {
    match event {
        "sessionEnd" => (None, summary::line(&payload.reason)),
        "userPromptSubmitted" => {
            let prompt = summary::first_line(&payload.prompt);
            (None, summary::line(&prompt))
        }
        "notification" if payload.notification_type == "elicitation_dialog" => {
            (Some("ask_user".to_owned()), summary::line(&payload.message))
        }
        "notification" => request(payload),
        "postToolUse" | "postToolUseFailure" => {
            let input = &payload.tool_input;
            let tool = tool(&payload.tool_name);
            // Its question was not told by the notice; everything else was.
            let told = (tool.as_deref() != Some("ask_user"))
                .then(|| summary::of_tool(&payload.tool_name, input, &payload.cwd));
            (tool, told.flatten())
        }
        "errorOccurred" => (None, summary::line(&error(&payload.error))),
        _ => (None, None),
    }
}

/// The words of an error, which may be an answer of the model's server, put in as it came.
fn error(told: &str) -> String {
    let answer: Option<serde_json::Value> = serde_json::from_str(told).ok();
    let words = answer
        .as_ref()
        .and_then(|answer| answer["message"].as_str());
    words.unwrap_or(told).to_owned()
}

fn request(payload: &Payload) -> (Option<String>, Option<String>) {
    let known = REQUESTS
        .iter()
        .find_map(|(start, tool)| Some((payload.message.strip_prefix(start)?, *tool)));
    let Some((what, tool)) = known else {
        return (None, summary::line(&payload.message));
    };
    let folder = format!("{}/", payload.cwd);
    let what = what.strip_prefix(&folder).unwrap_or(what);
    (
        Some(tool.to_owned()),
        summary::line(&summary::first_line(what)),
    )
}

/// The tool by one name in its request and its end.
fn tool(told: &str) -> Option<String> {
    if EDIT_TOOLS.contains(&told) {
        return Some("edit".to_owned());
    }
    name(told)
}
