//! What Codex asks, in its rollouts: `<config>/sessions/<year>/<month>/<day>/rollout-…-<session>.jsonl`.
//! The call is written there while its dialog is open (0.169.0). An undocumented format: what is not
//! found, or found twice, is not known.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_sys::open::Opening;
use serde_json::Value;

use super::Codex;
use crate::assistants::facets::Facets as _;
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::request::{Full, Missing, parts, plain};
use crate::state::{Bound, Request, Written};

/// Said when the call is not in the rollout.
const NOT_THERE: Missing = Missing::NotYet("its rollout does not hold it");

/// So much of a rollout's beginning is read, in bytes: its first line holds all that the model is told at first.
const MAX_BEGINNING: u64 = 1024 * 1024;

/// Years, months and days: as deep as rollouts lie.
const DEPTH: usize = 3;

/// A call of a tool that has no result yet.
pub(super) struct Call {
    /// Its id.
    pub(super) id: String,
    /// The tool as hooks name it.
    tool: String,
    /// What that is given.
    pub(super) input: Value,
    /// The same with its fields in their order, where that means something.
    written: Option<Written>,
    /// What may be done unasked.
    mode: Option<String>,
}

/// The program that has begun a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Screen {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
}

/// The request as the rollout has it.
pub(crate) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
    let config = bound.home.as_deref().map(Path::new).or(config);
    let config = config.ok_or(Missing::Never("Codex's folder is not known"))?;
    let call = call(bound, config).ok_or(NOT_THERE)?;
    let full = Full::of(call.tool.as_str(), Codex.given(&call.tool), call.input);
    Ok(Full {
        parts: parts::in_order(full.parts, call.written.as_ref()),
        written: call.written,
        mode: call.mode,
        ..full
    })
}

/// The call that is asked about, as the rollout below the config folder has it; `None` also where it may be one of
/// several.
pub(super) fn call(bound: &Bound, config: &Path) -> Option<Call> {
    let words = [
        "\"function_call\"",
        "\"function_call_output\"",
        "\"turn_context\"",
    ];
    let lines = tail::lines(&of_session(bound.instance_id.as_deref(), config)?, &words)?;
    let payloads = || lines.iter().map(|line| &line["payload"]);
    let is_answered = |id: &Value| payloads().any(|payload| is_output_of(payload, id));
    let mut calls = payloads()
        .filter(|payload| payload["type"] == "function_call" && !is_answered(&payload["call_id"]))
        .filter_map(|payload| Some((payload, asked(payload, &bound.request)?)));
    let (Some((call, (tool, input))), None) = (calls.next(), calls.next()) else {
        return None;
    };
    let mode = payloads().find_map(|payload| payload["approval_policy"].as_str());
    Some(Call {
        id: call["call_id"].as_str()?.to_owned(),
        written: written(call, &tool, &input),
        mode: mode.map(str::to_owned),
        tool,
        input,
    })
}

/// What the call of that id was given in the end, where that is JSON.
pub(super) fn output(session: Option<&str>, call: &str, config: &Path) -> Option<Value> {
    let lines = tail::lines(&of_session(session, config)?, &["\"function_call_output\""])?;
    let mut payloads = lines.iter().map(|line| &line["payload"]);
    let output = payloads.find(|payload| is_output_of(payload, &call.into()))?;
    serde_json::from_str(output["output"].as_str()?).ok()
}

/// Which program has begun the session.
pub(super) fn screen(session: Option<&str>, config: &Path) -> Option<Screen> {
    let rollout = of_session(session, config)?;
    let beginning = Opening::to_read().regular(&rollout).ok()?;
    let beginning = beginning.read(MAX_BEGINNING).ok()?;
    let line = beginning.split(|byte| *byte == b'\n').next()?;
    let line: Value = serde_json::from_slice(line).ok()?;
    let word = |name: &str| Some(line["payload"][name].as_str()?.to_owned());
    (line["type"] == "session_meta").then_some(())?;
    Some(Screen {
        name: word("originator")?,
        version: word("cli_version")?,
    })
}

fn is_output_of(payload: &Value, id: &Value) -> bool {
    payload["type"] == "function_call_output" && payload["call_id"] == *id
}

/// The rollout of a session.
pub(super) fn of_session(session: Option<&str>, config: &Path) -> Option<PathBuf> {
    let end = format!("-{}.jsonl", plain(session)?);
    newest(&config.join("sessions"), DEPTH, &end)
}

/// What a server's tool is given, in the order in which it was written.
fn written(call: &Value, tool: &str, input: &Value) -> Option<Written> {
    let is_ordered = Request::is_servers_tool(tool) && Written::has_order(input);
    let text = call["arguments"].as_str().filter(|_| is_ordered);
    Written::parse(text?).filter(|written| written.is(input))
}

/// The call's tool as hooks name it, and its input, if it is what `request` asks.
fn asked(call: &Value, request: &Request) -> Option<(String, Value)> {
    let tool = request.tool.as_deref()?;
    let mut input: Value = serde_json::from_str(call["arguments"].as_str()?).ok()?;
    let is_of_tool = match tool {
        // Both are run by the same tool of the model.
        "Bash" | "apply_patch" => call["name"] == "exec_command",
        _ => call["name"] == tool,
    };
    if let Some(command) = input.get("cmd").cloned() {
        input.as_object_mut()?.remove("cmd");
        input["command"] = command;
    }
    let is_it = match request.request_id.as_deref() {
        Some(id) => call["call_id"] == id,
        None => summary_of(tool, &input, "") == request.message,
    };
    (is_of_tool && is_it).then(|| (tool.to_owned(), input))
}

/// The file with this end that lies so deep below `folder`; the folders' names are dates.
fn newest(folder: &Path, depth: usize, end: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().rev().find_map(|path| {
        if depth > 0 {
            return newest(&path, depth - 1, end);
        }
        let name = path.file_name()?.to_str()?;
        name.ends_with(end).then(|| path.clone())
    })
}
