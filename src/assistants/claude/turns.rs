//! What a transcript of Claude's tells of a session whose hooks reach nobody: which tools it uses,
//! and how its last turn ended. An undocumented format: what is not found is not known.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::{answer_of, summary_of};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::transcript::{blocks, call_in, transcript};
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::request::plain;

/// Of so many sub-agents the transcripts are read, those that were written last.
const MAX_SUB_AGENTS: usize = 16;

/// How the person's own interruption is written down.
const INTERRUPTED: &str = "[Request interrupted by user";

/// One use of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The sub-agent that uses it.
    pub(crate) agent_id: Option<String>,
    /// The id of the call.
    pub(crate) id: String,
    /// The tool's name.
    pub(crate) tool: String,
    /// What it is given, in the one line by which events name it.
    pub(crate) message: Option<String>,
    /// When it began.
    pub(crate) began: Timestamp,
    /// When it ended.
    pub(crate) ended: Option<Timestamp>,
}

/// How the last turn ended, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) how: How,
    pub(crate) at: Timestamp,
}

/// How a turn ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By itself; with the assistant's last words in one line.
    Finished(Option<String>),
    /// With an error of the model's side.
    Failed(Option<String>),
    /// By the person.
    Interrupted,
}

/// Every use of a tool at the end of the transcripts of `session` and its sub-agents.
pub(crate) fn uses(config: &Path, session: &str) -> Vec<Use> {
    let Some(main) = plain(Some(session)).and_then(|session| transcript(config, session)) else {
        return Vec::new();
    };
    let subs = sub_agents(&main).into_iter();
    let all = std::iter::once((None, main)).chain(subs.map(|(id, path)| (Some(id), path)));
    all.flat_map(|(agent, path)| uses_in(&path, agent.as_deref()))
        .collect()
}

/// How the last turn of `session` ended; `None` while it goes on, or where that is not written yet.
pub(crate) fn end(config: &Path, session: &str) -> Option<End> {
    let main = transcript(config, plain(Some(session))?)?;
    let lines = tail::lines(&main, &["\"type\":\"assistant\"", "\"type\":\"user\""])?;
    let mut own = lines.iter().filter(|line| line["isSidechain"] != true);
    end_in(own.find(|line| line["message"].is_object())?)
}

/// When the person's last prompt to `session` was written down (some 0.1 s after its turn began; tried on
/// 2.1.197 and 2.1.332). What a command of Claude's own or of the shell writes there is none.
pub(crate) fn prompted(config: &Path, session: &str) -> Option<Timestamp> {
    let main = transcript(config, plain(Some(session))?)?;
    let lines = tail::lines(&main, &["\"type\":\"user\""])?;
    time_of(lines.iter().find(|line| is_prompt(line))?)
}

fn is_prompt(line: &Value) -> bool {
    let others = ["isMeta", "isSidechain", "isCompactSummary"];
    let text = text_of(&line["message"]["content"]);
    line["type"] == "user"
        && others.iter().all(|other| line[*other] != true)
        && !text.is_empty()
        && !text.starts_with('<')
        && !text.starts_with(INTERRUPTED)
}

/// The transcripts of the sub-agents beside `main`, by their ids.
fn sub_agents(main: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(main.with_extension("").join("subagents")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.strip_prefix("agent-")?.strip_suffix(".jsonl")?;
            let written = entry.metadata().ok()?.modified().ok()?;
            Some((written, id.to_owned(), entry.path()))
        })
        .collect();
    found.sort();
    let newest = found.into_iter().rev().take(MAX_SUB_AGENTS);
    newest.map(|(_, id, path)| (id, path)).collect()
}

fn uses_in(path: &Path, agent: Option<&str>) -> Vec<Use> {
    let words = ["\"tool_use\"", "\"tool_result\""];
    let lines = tail::lines(path, &words).unwrap_or_default();
    let ended = |id: &str| {
        let is_it = |block: &Value| {
            block["type"] == "tool_result" && block["tool_use_id"].as_str() == Some(id)
        };
        let found = blocks(&lines).find(|(_, block)| is_it(block))?;
        time_of(found.0)
    };
    let calls = blocks(&lines).filter_map(|found| Some((time_of(found.0)?, call_in(found)?)));
    calls
        .map(|(began, call)| Use {
            agent_id: agent.map(str::to_owned),
            id: call.id.to_owned(),
            tool: call.name.to_owned(),
            message: summary_of(call.name, call.input, call.cwd),
            began,
            ended: ended(call.id),
        })
        .collect()
}

fn end_in(line: &Value) -> Option<End> {
    let at = time_of(line)?;
    let text = text_of(&line["message"]["content"]);
    let is_failed = line["isApiErrorMessage"] == true;
    let how = match line["type"].as_str()? {
        "assistant" if is_failed => How::Failed(answer_of(&text)),
        // More of the same message is on its way, or a tool.
        "assistant" if line["message"]["stop_reason"] == "end_turn" => {
            How::Finished(answer_of(&text))
        }
        "user" if text.starts_with(INTERRUPTED) => How::Interrupted,
        _ => return None,
    };
    Some(End { how, at })
}

/// The words of a message's content, which is a text or a list of blocks.
fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let blocks = content.as_array().into_iter().flatten();
    let texts = blocks.filter_map(|block| block["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

fn time_of(line: &Value) -> Option<Timestamp> {
    Timestamp::parse(line["timestamp"].as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as 2.1.197 and 2.1.332 write them.
    #[test]
    fn only_what_the_person_says_to_the_model_is_a_prompt() {
        let user = |text: &str| serde_json::json!({"type": "user", "message": {"content": text}});
        assert!(is_prompt(&user("build it")));
        let blocks = serde_json::json!([{"type": "text", "text": "look"}, {"type": "image"}]);
        let said = serde_json::json!({"type": "user", "message": {"content": blocks}});
        assert!(is_prompt(&said));
        let result = serde_json::json!([{"type": "tool_result", "content": "done"}]);
        let returned = serde_json::json!({"type": "user", "message": {"content": result}});
        assert!(!is_prompt(&returned));
        for text in [
            "<bash-input> echo hi</bash-input>",
            "<command-name>/context</command-name>",
            "<task-notification>",
            "[Request interrupted by user]",
            "",
        ] {
            assert!(!is_prompt(&user(text)), "{text}");
        }
        for mark in ["isMeta", "isSidechain", "isCompactSummary"] {
            let mut marked = user("## Context Usage");
            marked[mark] = Value::Bool(true);
            assert!(!is_prompt(&marked), "{mark}");
        }
    }
}
