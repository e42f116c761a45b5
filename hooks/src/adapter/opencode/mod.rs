//! OpenCode, and Kilo, which took its plugins from it: our plugin, and what each event means that
//! the plugin passes on.
//!
//! Nothing is registered in a settings file: the plugin is one file of ours. It hands over the
//! assistant's own event, cut to what is read here, with a `pane_patrol` object beside it: which
//! process and pane, which sub-agent, and when. A turn is known by its session: sessions of one
//! process share a pane, and each has one turn at a time.

use std::io::BufRead;

use super::report::{clean, name};
use super::{
    Adapter, Call, Habits, Heard, Panes, Registration, Report, TimeoutUnit, ToolInput, Tools,
    summary,
};
use crate::event::{Assistant, Kind, State};
use crate::json_scanner::{Scan, Scanner};
use crate::timestamp::Timestamp;

impl Assistant {
    /// OpenCode.
    pub const OPENCODE: Self = Self::known("opencode");

    /// Kilo CLI, which took its plugins from OpenCode.
    pub const KILO: Self = Self::known("kilo");
}

/// OpenCode.
pub const ADAPTER: Adapter = Adapter {
    assistant: Assistant::OPENCODE,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Own,
    habits: HABITS,
    tools: TOOLS,
    answering: None,
    environment: &[],
    process_variable: None,
    parked_by: None,
    project_variable: None,
    hear,
};

/// Kilo: the same plugin in another folder.
pub const KILO: Adapter = Adapter {
    assistant: Assistant::KILO,
    registrations: REGISTRATIONS,
    unregistered: &[],
    timeout_unit: TimeoutUnit::Seconds,
    names_its_event: true,
    panes: Panes::Own,
    habits: HABITS,
    tools: TOOLS,
    answering: None,
    environment: &[],
    process_variable: None,
    parked_by: None,
    project_variable: None,
    hear,
};

const HABITS: Habits = Habits {
    turns_name_conversations: true,
    ..Habits::PLAIN
};

const TOOLS: Tools = Tools {
    reading: &["glob", "grep", "list", "read", "webfetch", "websearch"],
    writing: &["edit", "edit_file", "multiedit", "patch", "write"],
    writing_several: &["apply_patch"],
    commands: &["bash"],
    asking: &["question"],
    ..Tools::NONE
};

/// The events that the plugin passes on. Never `message.*`: some come after the end of a turn.
pub const REGISTRATIONS: &[Registration] = &[
    Registration::unawaited("plugin.init"),
    Registration::unawaited("session.status"),
    Registration::unawaited("session.idle"),
    Registration::unawaited("session.error"),
    Registration::unawaited("permission.asked"),
    Registration::unawaited("permission.replied"),
    Registration::unawaited("question.asked"),
    Registration::unawaited("question.replied"),
    Registration::unawaited("question.rejected"),
    Registration::of("dispose"),
];

const PLUGIN: &str = include_str!("../../../assets/opencode.js");

/// The plugin's file, for `assistant` to start `program` (an absolute path); `everywhere`: also where there
/// is no multiplexer. `None` when a path is no text that can stand in a file.
pub fn plugin(assistant: &Assistant, program: &str, everywhere: bool) -> Option<String> {
    let program = serde_json::to_string(program).ok()?;
    let assistant = serde_json::to_string(assistant.as_str()).ok()?;
    let plugin = PLUGIN.replacen("\"@PROGRAM@\"", &program, 1);
    let plugin = plugin.replacen("\"@ASSISTANT@\"", &assistant, 1);
    Some(plugin.replacen("\"@EVERYWHERE@\"", &everywhere.to_string(), 1))
}

fn hear(input: &mut dyn BufRead, _: &Call<'_>) -> Heard {
    let payload = Payload::read(input);
    Heard {
        report: report(&payload),
        is_complete: payload.is_complete,
    }
}

/// Longest id or word, in bytes. One more than an event takes, so that a cut one is not taken for a whole.
const NAME: usize = 257;
/// As much of a text as its one-line summary may need, in bytes.
const TEXT: usize = 4096;

/// What was read of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    kind: String,
    context: Context,
    id: String,
    request_id: String,
    session_id: String,
    status: String,
    reply: String,
    error: String,
    /// The words of a status or an error.
    message: String,
    /// What the assistant has said last in its turn.
    said: String,
    permission: String,
    pattern: String,
    input: ToolInput,
    is_complete: bool,
}

/// What the plugin adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Context {
    instance: String,
    agent: String,
    cwd: String,
    pid: String,
    at: String,
    headless: String,
}

impl Payload {
    /// Reads one event. An object that is cut short or broken gives the fields read so far.
    pub fn read(input: impl BufRead) -> Self {
        let mut payload = Self::default();
        let end = Scanner::new(input).object(|scanner, key| match key {
            "type" => take(scanner, &mut payload.kind, NAME),
            "pane_patrol" => payload.context.read(scanner),
            "properties" => scanner.object(|scanner, key| payload.take(scanner, key)),
            _ => scanner.skip(),
        });
        payload.is_complete = end.is_ok();
        payload
    }

    fn take<R: BufRead>(&mut self, scanner: &mut Scanner<R>, key: &str) -> Scan<()> {
        match key {
            "id" => take(scanner, &mut self.id, NAME),
            "requestID" => take(scanner, &mut self.request_id, NAME),
            "sessionID" => take(scanner, &mut self.session_id, NAME),
            "reply" => take(scanner, &mut self.reply, NAME),
            "said" => take(scanner, &mut self.said, TEXT),
            "permission" => take(scanner, &mut self.permission, NAME),
            "patterns" => scanner.array(|scanner| take(scanner, &mut self.pattern, TEXT)),
            "metadata" => self.read_metadata(scanner),
            "questions" => self.input.read_questions(scanner),
            "status" | "error" => scanner.object(|scanner, key| self.take_detail(scanner, key)),
            _ => scanner.skip(),
        }
    }

    fn take_detail<R: BufRead>(&mut self, scanner: &mut Scanner<R>, key: &str) -> Scan<()> {
        match key {
            "type" => take(scanner, &mut self.status, NAME),
            "name" => take(scanner, &mut self.error, NAME),
            "message" => take(scanner, &mut self.message, TEXT),
            "data" => scanner.object(|scanner, key| match key {
                "message" => take(scanner, &mut self.message, TEXT),
                _ => scanner.skip(),
            }),
            _ => scanner.skip(),
        }
    }

    fn read_metadata<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.object(|scanner, key| match key {
            "command" => take(scanner, &mut self.input.command, TEXT),
            "filepath" => take(scanner, &mut self.input.path, TEXT),
            _ => scanner.skip(),
        })
    }
}

impl Context {
    fn read<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.object(|scanner, key| {
            let field = match key {
                "instance" => &mut self.instance,
                "agent" => &mut self.agent,
                "cwd" => &mut self.cwd,
                "pid" => &mut self.pid,
                "at" => &mut self.at,
                "headless" => &mut self.headless,
                _ => return scanner.skip(),
            };
            take(scanner, field, TEXT)
        })
    }
}

fn take<R: BufRead>(scanner: &mut Scanner<R>, field: &mut String, max: usize) -> Scan<()> {
    *field = scanner.text(max)?.unwrap_or_default();
    Ok(())
}

/// What an event means. `None` for one that means nothing to a row.
pub fn report(payload: &Payload) -> Option<Report> {
    let (state, kind) = meaning(payload)?;
    let context = &payload.context;
    let request = [&payload.request_id, &payload.id];
    let is_about_request =
        payload.kind.starts_with("permission.") || payload.kind.starts_with("question.");
    Some(Report {
        pid: context.pid.parse().ok().filter(|pid| *pid > 1),
        instance_id: name(&context.instance),
        agent_id: name(&context.agent),
        turn_id: name(&payload.session_id),
        request_id: request
            .into_iter()
            .find_map(|id| name(id))
            .filter(|_| is_about_request),
        event: name(&payload.kind),
        tool: tool(payload),
        message: message(kind, payload),
        cwd: clean(&context.cwd),
        attended: context.headless.is_empty(),
        happened: context.at.parse().ok().map(Timestamp::from_micros),
        ..Report::new(state, kind)
    })
}

fn meaning(payload: &Payload) -> Option<(State, Kind)> {
    Some(match (payload.kind.as_str(), payload.status.as_str()) {
        ("plugin.init", _) => (State::Idle, Kind::SessionStarted),
        ("dispose", _) => (State::Idle, Kind::SessionEnded),
        ("session.status", "busy") => (State::Running, Kind::TurnStarted),
        ("session.idle", _) => (State::Completed, Kind::TurnFinished),
        ("session.error", _) if payload.error == "MessageAbortedError" => {
            (State::Idle, Kind::Interrupted)
        }
        // It may try again for minutes, and says so by being busy again.
        ("session.error", _) | ("session.status", "retry") => (State::Error, Kind::TurnFailed),
        ("permission.asked", _) => (State::WaitingApproval, Kind::ApprovalRequested),
        ("question.asked", _) => (State::WaitingInput, Kind::InputRequested),
        // Refused: the turn is over.
        ("permission.replied", _) if payload.reply == "reject" => (State::Idle, Kind::Interrupted),
        ("question.rejected", _) => (State::Idle, Kind::Interrupted),
        ("permission.replied" | "question.replied", _) => (State::Running, Kind::Answered),
        _ => return None,
    })
}

fn tool(payload: &Payload) -> Option<String> {
    match payload.kind.as_str() {
        "permission.asked" => name(&payload.permission),
        "question.asked" => Some("question".to_owned()),
        _ => None,
    }
}

fn message(kind: Kind, payload: &Payload) -> Option<String> {
    match kind {
        Kind::ApprovalRequested => {
            summary::of_tool(&payload.permission, &payload.input, &payload.context.cwd)
                .or_else(|| summary::line(&payload.pattern))
        }
        Kind::InputRequested => summary::of_tool("question", &payload.input, ""),
        Kind::TurnFailed if payload.status == "retry" => {
            summary::line(&format!("trying again: {}", payload.message))
        }
        Kind::TurnFailed => {
            summary::line(&payload.message).or_else(|| summary::line(&payload.error))
        }
        Kind::TurnFinished => summary::line(&payload.said),
        Kind::SessionEnded => Some("dispose".to_owned()),
        _ => None,
    }
}
