//! What Codex asks, in its rollouts: `<config>/sessions/<year>/<month>/<day>/rollout-…-<session>.jsonl`.
//! The call is written there while its dialog is open (0.169.0). An undocumented format: what is not
//! found, or found twice, is not known.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::summary_of;
use serde_json::Value;

use super::Codex;
use crate::assistants::facets::Facets as _;
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::request::{Full, Missing, parts, plain};
use crate::state::{Bound, Request, Written};

/// Said when the call is not in the rollout.
const NOT_THERE: Missing = Missing::NotYet("its rollout does not hold it");

/// Years, months and days: as deep as rollouts lie.
const DEPTH: usize = 3;

/// The request as the rollout has it.
pub(crate) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
    let config = bound.home.as_deref().map(Path::new).or(config);
    let config = config.ok_or(Missing::Never("Codex's folder is not known"))?;
    let session = plain(bound.instance_id.as_deref()).ok_or(NOT_THERE)?;
    let end = format!("-{session}.jsonl");
    let rollout = newest(&config.join("sessions"), DEPTH, &end).ok_or(NOT_THERE)?;
    let words = [
        "\"function_call\"",
        "\"function_call_output\"",
        "\"turn_context\"",
    ];
    let lines = tail::lines(&rollout, &words).ok_or(NOT_THERE)?;
    let payloads = || lines.iter().map(|line| &line["payload"]);
    let is_answered = |id: &Value| {
        payloads()
            .any(|payload| payload["type"] == "function_call_output" && payload["call_id"] == *id)
    };
    let mut calls = payloads()
        .filter(|payload| payload["type"] == "function_call" && !is_answered(&payload["call_id"]))
        .filter_map(|payload| Some((payload, asked(payload, &bound.request)?)));
    let (call, (tool, input)) = calls.next().ok_or(NOT_THERE)?;
    if calls.next().is_some() {
        return Err(NOT_THERE);
    }
    let mode = payloads().find_map(|payload| payload["approval_policy"].as_str());
    let written = written(call, &tool, &input);
    let full = Full::of(tool.as_str(), Codex.given(&tool), input);
    Ok(Full {
        parts: parts::in_order(full.parts, written.as_ref()),
        written,
        mode: mode.map(str::to_owned),
        ..full
    })
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
