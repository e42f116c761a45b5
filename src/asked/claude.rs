//! What Claude Code asks, in its transcripts: `<config>/projects/<folder>/<session>.jsonl`, and for a
//! sub-agent `<session>/subagents/agent-<id>.jsonl` beside it. The call is written there with its
//! whole input while the dialog is open (2.1.197 and 2.1.329). An undocumented format: what is not
//! found, or found twice, is not known.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::{Full, Missing, Open, parts, plain, tail};
use crate::act::Bound;
use crate::state::Request;

/// Largest file that is read to tell what a write changes in it, in bytes.
const MAX_FILE: u64 = 512 * 1024;

/// Said when the call is not in the transcript.
const NOT_THERE: Missing = Missing::NotYet("its transcript does not hold it");

/// One call of a tool.
struct Call<'a> {
    id: &'a str,
    name: &'a str,
    input: &'a Value,
    cwd: &'a str,
}

/// The transcript of whoever asks, and the main agent's.
fn transcripts(bound: &Bound, config: Option<&Path>) -> Result<(PathBuf, PathBuf), Missing> {
    let config = bound.home.as_deref().map(Path::new).or(config);
    let config = config.ok_or(Missing::Never("Claude's folder is not known"))?;
    let session =
        plain(bound.instance_id.as_deref()).ok_or(Missing::Never("its session is not known"))?;
    let main = transcript(config, session).ok_or(Missing::NotYet("its transcript is not there"))?;
    let own = match bound.request.agent_id.as_deref() {
        None => main.clone(),
        agent => {
            let agent = plain(agent).ok_or(NOT_THERE)?;
            main.with_extension("")
                .join("subagents")
                .join(format!("agent-{agent}.jsonl"))
        }
    };
    Ok((own, main))
}

/// The id of the call that is asked about.
pub(super) fn call(bound: &Bound, config: Option<&Path>) -> Option<String> {
    let (own, _) = transcripts(bound, config).ok()?;
    let lines = tail::lines(&own, &["\"tool_use\"", "\"tool_result\""])?;
    open_call(&lines, &bound.request).map(|call| call.id.to_owned())
}

/// Whether the request has a result; `None` when its call cannot be found by its id.
pub(super) fn has_result(bound: &Bound, config: Option<&Path>) -> Option<bool> {
    let id = bound.call.as_deref();
    let id = id.or(bound.request.request_id.as_deref())?;
    let (own, _) = transcripts(bound, config).ok()?;
    let lines = tail::lines(&own, &["\"tool_use\"", "\"tool_result\""])?;
    let is_call = |block: &Value| block["type"] == "tool_use" && block["id"].as_str() == Some(id);
    let is_result =
        |block: &Value| block["type"] == "tool_result" && block["tool_use_id"].as_str() == Some(id);
    let found = |is_it: &dyn Fn(&Value) -> bool| blocks(&lines).any(|(_, block)| is_it(block));
    found(&is_result)
        .then_some(true)
        .or(found(&is_call).then_some(false))
}

/// The request as the transcript has it.
pub(super) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
    let (own, main) = transcripts(bound, config)?;
    let words = ["\"tool_use\"", "\"tool_result\"", "\"permissionMode\""];
    let lines = tail::lines(&own, &words).ok_or(NOT_THERE)?;
    let call = open_call(&lines, &bound.request).ok_or(NOT_THERE)?;
    let before = match call.name {
        "Write" => written_over(call.input),
        _ => None,
    };
    let mode = match bound.request.agent_id {
        None => mode(&lines),
        Some(_) => tail::lines(&main, &words[2..]).and_then(|lines| mode(&lines)),
    };
    Ok(Full {
        tool: call.name.to_owned(),
        parts: parts::of(call.name, call.input, before.as_deref()),
        input: call.input.clone(),
        mode,
    })
}

/// Every call of a session, the sub-agents' too, that began after `since` and has no result yet, or, if
/// there is none, the newest of those that began before: what an assistant works at or asks about whose
/// hooks nobody has heard. `None`: there is no transcript.
pub(super) fn open_calls(config: &Path, session: &str, since: Timestamp) -> Option<Vec<Open>> {
    let main = transcript(config, plain(Some(session))?)?;
    let mut open = open_calls_in(&main, None);
    let agents = std::fs::read_dir(main.with_extension("").join("subagents"));
    for path in agents
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
    {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let agent = stem.and_then(|stem| plain(stem.strip_prefix("agent-")));
        if let Some(agent) = agent {
            open.extend(open_calls_in(&path, Some(agent)));
        }
    }
    open.sort_by_key(|call| call.at);
    if open.iter().all(|call| call.at < since) {
        return Some(open.pop().into_iter().collect());
    }
    open.retain(|call| call.at >= since);
    Some(open)
}

fn open_calls_in(path: &Path, agent: Option<&str>) -> Vec<Open> {
    let words = ["\"tool_use\"", "\"tool_result\""];
    let lines = tail::lines(path, &words).unwrap_or_default();
    let results: BTreeSet<&str> = blocks(&lines)
        .filter(|(_, block)| block["type"] == "tool_result")
        .filter_map(|(_, block)| block["tool_use_id"].as_str())
        .collect();
    let open = |(line, block)| {
        let call = call_in((line, block))?;
        if results.contains(call.id) {
            return None;
        }
        Some(Open {
            agent_id: agent.map(str::to_owned),
            id: call.id.to_owned(),
            tool: call.name.to_owned(),
            message: summary_of(call.name, call.input, call.cwd),
            at: Timestamp::parse(line["timestamp"].as_str()?)?,
        })
    };
    blocks(&lines).filter_map(open).collect()
}

/// The session's transcript. Its folder is named after where the session began, which a row does not
/// know, so all are looked through; of several the one that was written last.
fn transcript(config: &Path, session: &str) -> Option<PathBuf> {
    let name = format!("{session}.jsonl");
    let folders = std::fs::read_dir(config.join("projects")).ok()?;
    let found = folders.flatten().filter_map(|folder| {
        let path = folder.path().join(&name);
        let written = path.metadata().ok()?.modified().ok()?;
        Some((written, path))
    });
    found.max().map(|(_, path)| path)
}

/// The call that has no result yet and is what `request` asks: by its id, or, where that is not
/// known, the only one of that tool and those words. `lines`: newest first.
fn open_call<'a>(lines: &'a [Value], request: &Request) -> Option<Call<'a>> {
    let is_answered = |id: &str| {
        blocks(lines).any(|(_, block)| {
            block["type"] == "tool_result" && block["tool_use_id"].as_str() == Some(id)
        })
    };
    let is_asked = |call: &Call<'_>| {
        request.tool.as_deref() == Some(call.name)
            && match request.request_id.as_deref() {
                Some(id) => call.id == id,
                None => summary_of(call.name, call.input, call.cwd) == request.message,
            }
    };
    let mut calls = blocks(lines)
        .filter_map(call_in)
        .filter(is_asked)
        .filter(|call| !is_answered(call.id));
    let found = calls.next()?;
    calls.all(|other| other.id == found.id).then_some(found)
}

/// Every block of every message, with the line it stands in.
fn blocks(lines: &[Value]) -> impl Iterator<Item = (&Value, &Value)> {
    lines.iter().flat_map(|line| {
        let content = line["message"]["content"].as_array();
        content
            .into_iter()
            .flatten()
            .map(move |block| (line, block))
    })
}

fn call_in<'a>((line, block): (&'a Value, &'a Value)) -> Option<Call<'a>> {
    if block["type"] != "tool_use" {
        return None;
    }
    Some(Call {
        id: block["id"].as_str()?,
        name: block["name"].as_str()?,
        input: block.get("input")?,
        cwd: line["cwd"].as_str().unwrap_or_default(),
    })
}

fn mode(lines: &[Value]) -> Option<String> {
    let mut modes = lines
        .iter()
        .filter_map(|line| line["permissionMode"].as_str());
    modes.next().map(str::to_owned)
}

/// What the file holds that is to be written over.
fn written_over(input: &Value) -> Option<String> {
    let path = Path::new(input["file_path"].as_str()?);
    let found = path.metadata().ok()?;
    if !path.is_absolute() || !found.is_file() || found.len() > MAX_FILE {
        return None;
    }
    std::fs::read_to_string(path).ok()
}
