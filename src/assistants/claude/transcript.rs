//! What Claude Code asks, in its transcripts: `<config>/projects/<folder>/<session>.jsonl`, and for a
//! sub-agent `<session>/subagents/agent-<id>.jsonl` beside it. The call is written there with its
//! whole input while the dialog is open (2.1.197 and 2.1.329). An undocumented format: what is not
//! found, or found twice, is not known.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::adapter::{is_question, summary_of};
use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::read_text;
use serde_json::Value;

use super::Claude;
use super::written::written;
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::request::{Begun, Full, Missing, Open, parts, plain};
use crate::assistants::facets::{Facets as _, Verdict};
use crate::state::{Bound, Request, Written};
use crate::sys::process;

/// Largest file that is read to tell what a write changes in it, in bytes.
const MAX_FILE: u64 = 512 * 1024;

/// Said when the call is not in the transcript.
const NOT_THERE: Missing = Missing::NotYet("its transcript does not hold it");

/// How the result of what was denied or dismissed begins, in older and newer versions.
const DENIED: [&str; 2] = [
    "The user doesn't want to proceed with this tool use.",
    "Permission for this tool use was denied.",
];

/// What lines with calls and with their results hold.
const CALLS: [&str; 2] = ["\"tool_use\"", "\"tool_result\""];

/// A sub-agent that has written nothing for so long does not ask in the next moment.
const LATELY: Duration = Duration::from_secs(10 * 60);

/// One call of a tool.
pub(crate) struct Call<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) input: &'a Value,
    pub(crate) cwd: &'a str,
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
            let mut files = sub_agents(&main).filter(|(other, _)| other == agent);
            files.next().ok_or(NOT_THERE)?.1
        }
    };
    Ok((own, main))
}

/// The id of the call that is asked about, and where its tool works.
pub(crate) fn call(bound: &Bound, config: Option<&Path>) -> Option<(String, String)> {
    let (own, _) = transcripts(bound, config).ok()?;
    let lines = tail::lines(&own, &CALLS)?;
    let call = open_call(&lines, &bound.request)?;
    Some((call.id.to_owned(), call.cwd.to_owned()))
}

/// Every call of the session without a result, of the main agent and of all its sub-agents. What a
/// process of the session left open that has ended is nobody's any more.
pub(crate) fn open_calls(bound: &Bound, config: Option<&Path>) -> Vec<Bound> {
    let Ok((_, main)) = transcripts(bound, config) else {
        return Vec::new();
    };
    let sub_agents = sub_agents(&main).map(|(agent, path)| (Some(agent), path));
    let all = std::iter::once((None, main.clone())).chain(sub_agents);
    let of_files = all.flat_map(|(agent, path)| {
        let nobody_knows = unknown(None, agent.as_deref(), bound);
        let Some(tail) = tail::tail(&path, &CALLS) else {
            return vec![nobody_knows];
        };
        let mut open = open_in(&tail.lines, agent.as_deref(), bound);
        for call in &mut open {
            call.written = given_to(call, &path);
        }
        if tail.is_broken_off || tail.is_cut && !has_call(&tail.lines) {
            open.push(nobody_knows);
        }
        open
    });
    let lost = lost(&main).map(|agent| unknown(None, Some(&agent), bound));
    of_files.chain(lost).collect()
}

/// What the call is given by the transcript at `path`, where its order means something.
fn given_to(call: &Bound, path: &Path) -> Option<Written> {
    let (id, tool) = (call.call.as_deref()?, call.request.tool.as_deref()?);
    written(path, id, tool, call.input.as_ref()?)
}

/// Whether a call stands in the lines: those before it have had their results by then.
fn has_call(lines: &[Value]) -> bool {
    blocks(lines).any(|(_, block)| block["type"] == "tool_use")
}

/// The sub-agents that have not ended, as far as that is written down, and have no transcript.
fn lost(main: &Path) -> impl Iterator<Item = String> + use<> {
    let known: HashSet<String> = sub_agents(main).map(|(agent, _)| agent).collect();
    let begun = delegations(main).into_iter();
    begun
        .filter(move |sub| !sub.is_over && !known.contains(&sub.agent))
        .map(|sub| sub.agent)
}

/// Whether a sub-agent has written something lately.
pub(crate) fn has_company(bound: &Bound, config: Option<&Path>) -> bool {
    let Ok((_, main)) = transcripts(bound, config) else {
        return false;
    };
    sub_agents(&main).any(|(_, path)| {
        let written = path.metadata().and_then(|found| found.modified());
        let age = written
            .ok()
            .map(|written| written.elapsed().unwrap_or_default());
        age.is_some_and(|age| age < LATELY)
    })
}

/// The sub-agents of a session and their transcripts, by the session's own one: those of a workflow
/// have a folder of their own.
fn sub_agents(main: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let folder = main.with_extension("").join("subagents");
    let of_workflows = files_in(&folder.join("workflows"));
    let folders = std::iter::once(folder).chain(of_workflows);
    folders
        .flat_map(|folder| files_in(&folder))
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let agent = name.strip_prefix("agent-")?.strip_suffix(".jsonl")?;
            Some((agent.to_owned(), path))
        })
}

fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.path())
}

/// The calls in the transcript of `agent` that have no result, each as a request of the same row.
fn open_in(lines: &[Value], agent: Option<&str>, bound: &Bound) -> Vec<Bound> {
    let is_left_behind = |line: &Value| {
        let began = line["timestamp"].as_str().and_then(Timestamp::parse);
        let pid = bound.pid.filter(|pid| process::is_alive(*pid));
        pid.zip(began)
            .is_some_and(|(pid, began)| process::started_after(pid, began))
    };
    let known = unanswered(lines)
        .filter(|(line, _)| !is_left_behind(line))
        .map(|(line, call)| call.as_request(line, agent, bound));
    let unknown = unreadable(lines)
        .into_iter()
        .filter(|(line, _)| !is_left_behind(line))
        .map(|(_, id)| unknown(id, agent, bound));
    known.chain(unknown).collect()
}

/// The calls without a result of which nothing is known but their ids, or not even those, with their lines.
fn unreadable(lines: &[Value]) -> Vec<(&Value, Option<&str>)> {
    let done = answered(lines);
    let is_open = |id: &&str| !done.contains(*id);
    let mut open = Vec::new();
    for line in lines.iter().filter(|line| tail::is_unreadable(line)) {
        let ids: Vec<&str> = tail::ids(line).collect();
        open.extend(
            ids.iter()
                .copied()
                .filter(is_open)
                .map(|id| (line, Some(id))),
        );
        if ids.is_empty() {
            open.push((line, None));
        }
    }
    let calls = blocks(lines).filter(|(_, block)| block["type"] == "tool_use");
    let strange = calls.filter(|block| call_in(*block).is_none());
    let strange = strange.map(|(line, block)| (line, block["id"].as_str()));
    open.extend(strange.filter(|(_, id)| id.as_ref().is_none_or(is_open)));
    open
}

/// A request of which nothing is known but whose it is, and perhaps its id.
fn unknown(id: Option<&str>, agent: Option<&str>, bound: &Bound) -> Bound {
    let request = Request {
        state: State::WaitingApproval,
        request_id: id.map(str::to_owned),
        agent_id: agent.map(str::to_owned),
        tool: None,
        message: None,
        since: bound.request.since,
        source: bound.request.source,
    };
    Bound {
        call: id.map(str::to_owned),
        ..bound.sibling(&request)
    }
}

/// The ids of the calls that have a result.
fn answered(lines: &[Value]) -> HashSet<&str> {
    blocks(lines)
        .filter(|(_, block)| block["type"] == "tool_result")
        .filter_map(|(_, block)| block["tool_use_id"].as_str())
        .collect()
}

/// The calls that have no result, each once, with their lines.
fn unanswered(lines: &[Value]) -> impl Iterator<Item = (&Value, Call<'_>)> {
    let mut done = answered(lines);
    blocks(lines)
        .filter_map(|block| Some((block.0, call_in(block)?)))
        .filter(move |(_, call)| done.insert(call.id))
}

impl Call<'_> {
    /// As a request of the row that asks `bound`, with all that is known of it.
    fn as_request(&self, line: &Value, agent: Option<&str>, bound: &Bound) -> Bound {
        let is_question = is_question(self.name);
        let since = line["timestamp"].as_str().and_then(Timestamp::parse);
        let request = Request {
            state: if is_question {
                State::WaitingInput
            } else {
                State::WaitingApproval
            },
            request_id: Some(self.id.to_owned()),
            agent_id: agent.map(str::to_owned),
            tool: Some(self.name.to_owned()),
            message: summary_of(self.name, self.input, self.cwd),
            since: since.unwrap_or(bound.request.since),
            source: bound.request.source,
        };
        Bound {
            command: Claude.given(self.name).command_in(self.input),
            input: Some(self.input.clone()),
            call: Some(self.id.to_owned()),
            folder: Some(self.cwd.to_owned()),
            ..bound.sibling(&request)
        }
    }
}

/// Whether the request has a result; `None` when its call cannot be found by its id.
pub(crate) fn has_result(bound: &Bound, config: Option<&Path>) -> Option<bool> {
    let id = id_of(bound)?;
    let lines = calls_of(bound, config)?;
    let is_call = |block: &Value| block["type"] == "tool_use" && block["id"].as_str() == Some(id);
    let has_call = || blocks(&lines).any(|(_, block)| is_call(block));
    let result = result_in(&lines, id).map(|_| true);
    result.or_else(|| has_call().then_some(false))
}

/// What its result says of how it was answered.
pub(crate) fn verdict(bound: &Bound, config: Option<&Path>) -> Option<Verdict> {
    let lines = calls_of(bound, config)?;
    result_in(&lines, id_of(bound)?).map(told_by)
}

/// What a result and its line tell.
fn told_by((line, result): (&Value, &Value)) -> Verdict {
    let content = &result["content"];
    let said = content.as_str().or_else(|| content[0]["text"].as_str());
    let said = said.unwrap_or_default();
    if DENIED.iter().any(|words| said.starts_with(words)) {
        denial(line)
    } else if result["is_error"] == true {
        Verdict::Failed(said.to_owned())
    } else {
        chosen(line).unwrap_or(Verdict::Approved)
    }
}

/// What the words of a denial mean in this line: the same ones are written of what was stopped while it ran. Older versions
/// (2.1.197) do not say which it was, newer ones (2.1.329) only of what had not begun.
fn denial(line: &Value) -> Verdict {
    match line["toolDenialKind"].as_str() {
        None => Verdict::Ended,
        Some("user-rejected") if line["toolDenialBeforeRun"] != true => Verdict::Stopped,
        Some(_) => Verdict::Denied,
    }
}

/// With what its questions were answered.
fn chosen(line: &Value) -> Option<Verdict> {
    let answers = line["toolUseResult"]["answers"].as_object()?.iter();
    let each = answers.map(|(asked, chosen)| Some([asked.clone(), chosen.as_str()?.to_owned()]));
    let mut each: Vec<[String; 2]> = each.collect::<Option<_>>()?;
    match each.len() {
        0 => None,
        1 => each.pop().map(|[_, option]| Verdict::Chose(option)),
        _ => Some(Verdict::ChoseEach(each)),
    }
}

fn id_of(bound: &Bound) -> Option<&str> {
    let id = bound.call.as_deref();
    id.or(bound.request.request_id.as_deref())
}

fn calls_of(bound: &Bound, config: Option<&Path>) -> Option<Vec<Value>> {
    let (own, _) = transcripts(bound, config).ok()?;
    tail::lines(&own, &CALLS)
}

/// The result of a call, with its line.
fn result_in<'a>(lines: &'a [Value], id: &str) -> Option<(&'a Value, &'a Value)> {
    let is_result =
        |block: &Value| block["type"] == "tool_result" && block["tool_use_id"].as_str() == Some(id);
    blocks(lines).find(|(_, block)| is_result(block))
}

/// The request as the transcript has it.
pub(crate) fn find(bound: &Bound, config: Option<&Path>) -> Result<Full, Missing> {
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
    let given = Claude.given(call.name);
    let written = written(&own, call.id, call.name, call.input);
    let parts = parts::of(given, call.input, before.as_deref());
    Ok(Full {
        parts: parts::in_order(parts, written.as_ref()),
        written,
        mode,
        ..Full::of(call.name, given, call.input.clone())
    })
}

/// Every call of a session, the sub-agents' too, that began after `since` and has no result yet, or, if
/// there is none, the newest of those that began before: what an assistant works at or asks about whose
/// hooks nobody has heard. A call for which a sub-agent works asks nothing. `None`: there is no
/// transcript.
pub(crate) fn begun_calls(config: &Path, session: &str, since: Timestamp) -> Option<Begun> {
    let main = transcript(config, plain(Some(session))?)?;
    let mut open = begun_in(&main, None);
    for (agent, path) in sub_agents(&main) {
        if plain(Some(&agent)).is_some() {
            open.extend(begun_in(&path, Some(&agent)));
        }
    }
    let subs = delegations(&main);
    let has_call = |sub: &Delegation| {
        open.iter()
            .any(|call| call.agent_id.as_ref() == Some(&sub.agent))
    };
    let is_whole = subs.iter().all(|sub| sub.is_over || has_call(sub));
    open.retain(|call| !subs.iter().any(|sub| sub.call == call.id));
    open.sort_by_key(|call| call.at);
    if open.iter().all(|call| call.at < since) {
        open.drain(..open.len().saturating_sub(1));
    } else {
        open.retain(|call| call.at >= since);
    }
    Some(Begun {
        calls: open,
        is_whole,
    })
}

/// What is written down of a sub-agent before the first line of its transcript.
struct Delegation {
    agent: String,
    /// The call for which it works.
    call: String,
    /// It has ended; older versions do not say so.
    is_over: bool,
}

fn delegations(main: &Path) -> Vec<Delegation> {
    const CALL: &str = "toolUseId";
    let folder = main.with_extension("").join("subagents");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let found = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        let agent = name.strip_prefix("agent-")?.strip_suffix(".meta.json")?;
        let said = tail::lines(&file.path(), &[CALL])?.pop()?;
        Some(Delegation {
            agent: agent.to_owned(),
            call: said[CALL].as_str()?.to_owned(),
            is_over: said["finished"] == true,
        })
    });
    found.collect()
}

fn begun_in(path: &Path, agent: Option<&str>) -> Vec<Open> {
    let lines = tail::lines(path, &CALLS).unwrap_or_default();
    let open = |(line, call): (&Value, Call<'_>)| {
        Some(Open {
            agent_id: agent.map(str::to_owned),
            id: call.id.to_owned(),
            tool: call.name.to_owned(),
            message: summary_of(call.name, call.input, call.cwd),
            at: Timestamp::parse(line["timestamp"].as_str()?)?,
        })
    };
    unanswered(&lines).filter_map(open).collect()
}

/// The session's transcript. Its folder is named after where the session began, which a row does not
/// know, so all are looked through; of several the one that was written last.
pub(crate) fn transcript(config: &Path, session: &str) -> Option<PathBuf> {
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

/// Every block of every message, with the line it stands in. What is sent to the model is written down once more (2.1.332),
/// without what else is known of it.
pub(crate) fn blocks(lines: &[Value]) -> impl Iterator<Item = (&Value, &Value)> {
    let is_message = |line: &&Value| line["type"] != "api-request-blob";
    lines.iter().filter(is_message).flat_map(|line| {
        let content = line["message"]["content"].as_array();
        content
            .into_iter()
            .flatten()
            .map(move |block| (line, block))
    })
}

pub(crate) fn call_in<'a>((line, block): (&'a Value, &'a Value)) -> Option<Call<'a>> {
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
    let text = path.is_absolute().then(|| read_text(path, MAX_FILE));
    text?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In that order: denied by its hook; approved by a key, and the hook's denial came in the same moment; approved by its
    /// hook; approved by its hook, and stopped by a key.
    const LINES: &str = include_str!("../../../tests/fixtures/claude/denials.v2.1.332.jsonl");

    #[test]
    fn what_was_stopped_while_it_ran_is_not_taken_for_what_was_denied() {
        let lines = LINES
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<Value> = lines.collect();
        let verdicts = ["14", "16", "18", "51"].map(|number| {
            let id = format!("toolu_scripted000000{number}");
            told_by(result_in(&lines, &id).unwrap())
        });
        let [denied, stopped, approved, cut_short] = verdicts;
        assert_eq!(denied, Verdict::Denied);
        assert_eq!(stopped, Verdict::Stopped);
        assert_eq!(approved, Verdict::Approved);
        assert_eq!(cut_short, Verdict::Stopped);
    }

    #[test]
    fn where_the_version_does_not_tell_it_may_have_been_either() {
        let mut line: Value = serde_json::from_str(LINES.lines().nth(1).unwrap()).unwrap();
        line.as_object_mut().unwrap().remove("toolDenialKind");
        let lines = [line];
        let told = told_by(result_in(&lines, "toolu_scripted00000014").unwrap());
        assert_eq!(told, Verdict::Ended);
    }
}
