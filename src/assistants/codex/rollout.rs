//! What Codex asks, in its rollouts: `<config>/sessions/<year>/<month>/<day>/rollout-…-<session>.jsonl`.
//! The call is written there while its dialog is open (0.169.0). An undocumented format: what is not
//! found, or found twice, is not known.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use serde_json::{Value, json};

use super::Codex;
use crate::assistants::facets::log_backwards as log;
use crate::assistants::facets::request::{Full, Missing, parts, plain};
use crate::assistants::facets::{Facets as _, Verdict};
use crate::state::{Bound, Request, Written};

/// Said when the call is not in the rollout.
const NOT_THERE: Missing = Missing::NotYet("its rollout does not hold it");

/// What lines hold that tell of calls, and where a turn began or the model was given what its calls had brought.
const CALLS: [&str; 4] = [
    "_call\"",
    "_call_output\"",
    "\"task_started\"",
    "\"token_count\"",
];

/// A call is written down before it is asked about: long before that, where much is to be asked before it.
const WRITTEN_BEFORE: Duration = Duration::from_secs(60);

/// So much of a rollout's beginning is read, in bytes: its first line holds all that the model is told at first.
const MAX_BEGINNING: u64 = 1024 * 1024;

/// Years, months and days: as deep as rollouts lie.
const DEPTH: usize = 3;

/// What the output of a call holds, as all that it is, that was denied while its turn goes on.
const REJECTED: [&str; 2] = [
    r#"Rejected(\"rejected by user\")"#,
    "patch rejected by user",
];

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
/// several. Only the end of the rollout is read: what an earlier turn asked, or what was asked before the model has
/// had its results, is open no more.
pub(super) fn call(bound: &Bound, config: &Path) -> Option<Call> {
    let path = of_session(thread(bound), config)?;
    let (mut answered, mut has_calls) = (HashSet::new(), false);
    let mut found = None;
    for line in log::newest(&path, &CALLS)? {
        let payload = &line["payload"];
        match payload["type"].as_str().unwrap_or_default() {
            "function_call_output" | "custom_tool_call_output" => {
                answered.insert(payload["call_id"].as_str()?.to_owned());
            }
            "function_call" | "custom_tool_call" => {
                has_calls = true;
                let is_open = !answered.contains(payload["call_id"].as_str()?);
                let asked = is_open.then(|| asked(payload, &bound.request)).flatten();
                if let Some((tool, input)) = asked
                    && found.replace((payload.clone(), tool, input)).is_some()
                {
                    return None;
                }
            }
            "task_started" => break,
            "token_count" if has_calls => break,
            _ => {}
        }
    }
    let (call, tool, input) = found?;
    Some(Call {
        id: call["call_id"].as_str()?.to_owned(),
        written: written(&call, &tool, &input),
        mode: mode(&path),
        tool,
        input,
    })
}

/// What may be done unasked in the newest turn.
fn mode(path: &Path) -> Option<String> {
    let mut turns = log::newest(path, &["\"turn_context\""])?;
    turns.find_map(|line| Some(line["payload"]["approval_policy"].as_str()?.to_owned()))
}

/// How the request was answered, by the output of its call: the newest that reads so, and none that was made long
/// before it was asked.
pub(super) fn verdict(bound: &Bound, config: Option<&Path>) -> Option<Verdict> {
    let config = bound.home.as_deref().map(Path::new).or(config)?;
    let since = bound.request.since.minus(WRITTEN_BEFORE);
    let mut outputs = HashMap::new();
    for line in log::newest(&of_session(thread(bound), config)?, &CALLS)? {
        let written = line["timestamp"].as_str().and_then(Timestamp::parse);
        if written.is_some_and(|written| written < since) {
            return None;
        }
        let payload = &line["payload"];
        let id = payload["call_id"].as_str().unwrap_or_default().to_owned();
        if let Some(output) = payload["output"].as_str() {
            outputs.insert(id, output.to_owned());
        } else if asked(payload, &bound.request).is_some() {
            return outputs.get(&id).map(|output| judge(output));
        }
    }
    None
}

/// What an output says of how its call was answered.
fn judge(output: &str) -> Verdict {
    let answered = serde_json::from_str(output).ok();
    if let Some(option) = answered.as_ref().and_then(chosen) {
        return Verdict::Chose(option.to_owned());
    }
    let lines: Vec<&str> = output.lines().collect();
    match lines.as_slice() {
        // What a command prints stands below more than that.
        [time, "aborted by user"] if time.starts_with("Wall time: ") => Verdict::Ended,
        [only] if REJECTED.iter().any(|words| only.contains(words)) => Verdict::Denied,
        _ => Verdict::Approved,
    }
}

/// With what the one question was answered, by the output of its call.
pub(super) fn chosen(answered: &Value) -> Option<&str> {
    let mut answers = answered["answers"].as_object()?.values();
    let (Some(answer), None) = (answers.next(), answers.next()) else {
        return None;
    };
    answer["answers"][0].as_str()
}

/// What the call of that id was given in the end, where that is JSON.
pub(super) fn output(session: Option<&str>, call: &str, config: &Path) -> Option<Value> {
    let words = [call];
    let its = log::newest(&of_session(session, config)?, &words)?;
    let mut its = its.map(|line| line["payload"].clone());
    let its = its.find(|payload| payload["call_id"] == call)?;
    serde_json::from_str(its["output"].as_str()?).ok()
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

/// Whose thread asks it: a sub-agent's is a session of its own.
pub(super) fn thread(bound: &Bound) -> Option<&str> {
    let agent = bound.request.agent_id.as_deref();
    agent.or(bound.instance_id.as_deref())
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
    // Some models give a patch to a tool of its own, as it is.
    let mut input: Value = match call["input"].as_str() {
        Some(text) => json!({ "command": text }),
        None => serde_json::from_str(call["arguments"].as_str()?).ok()?,
    };
    let is_of_tool = match tool {
        // Both are run by the same tool of the model.
        "Bash" | "apply_patch" if call["name"] == "exec_command" => true,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As 0.171.0 writes them.
    #[test]
    fn an_output_says_how_its_call_was_answered() {
        for (output, verdict) in [
            ("Wall time: 1.5 seconds\naborted by user", Verdict::Ended),
            (
                r#"exec_command failed: CreateProcess { message: "Rejected(\"rejected by user\")" }"#,
                Verdict::Denied,
            ),
            (
                "Chunk ID: 1\nWall time: 0.0 seconds\nOutput:\naborted by user",
                Verdict::Approved,
            ),
            (
                "Exit code: 0\nWall time: 0.2 seconds\nOutput:\nSuccess.",
                Verdict::Approved,
            ),
            (
                r#"{"answers":{"colour":{"answers":["Red"]}}}"#,
                Verdict::Chose("Red".to_owned()),
            ),
            (
                r#"{"answers":{"a":{"answers":["Red"]},"b":{"answers":["Blue"]}}}"#,
                Verdict::Approved,
            ),
        ] {
            assert_eq!(judge(output), verdict, "{output}");
        }
    }
}
