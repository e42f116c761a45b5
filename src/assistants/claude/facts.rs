//! What a transcript of Claude's says of the model, the mode and the tokens of its session (2.1.332). How long the
//! context window is stands nowhere, and it is not the same for all models: no share of it is told.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::transcript::transcript;
use crate::assistants::facets::facts::{FactsFile, MAX_BYTES};
use crate::assistants::facets::log_backwards::within;
use crate::assistants::facets::request::plain;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 3] = [
    "\"type\":\"assistant\"",
    "\"permissionMode\":",
    "\"compact_boundary\"",
];

/// Stands for the model where Claude says something itself.
const NOBODY: &str = "<synthetic>";

/// The transcripts.
pub(super) struct Transcripts;

impl FactsFile for Transcripts {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        transcript(home, plain(Some(session))?)
    }

    fn read(&self, file: &Path) -> Facts {
        let lines = within(file, MAX_BYTES, &WORDS);
        lines.map(facts).unwrap_or_default()
    }
}

/// By the lines, the newest first.
fn facts(lines: impl Iterator<Item = Value>) -> Facts {
    let mut facts = Facts::default();
    let mut is_compacted = false;
    for line in lines.filter(|line| line["isSidechain"] != true) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        match line["type"].as_str() {
            Some("user" | "permission-mode") if facts.mode.is_none() => {
                facts.mode = text(&line["permissionMode"]);
            }
            Some("system") if line["subtype"] == "compact_boundary" => is_compacted = true,
            Some("assistant") if line["isApiErrorMessage"] == true => {
                let is_limit = line["error"] == "rate_limit" && facts.model.is_none();
                if is_limit && facts.limit.is_none() {
                    facts.limit = text(&line["message"]["content"][0]["text"]);
                }
            }
            Some("assistant") if line["message"]["model"] != NOBODY && facts.model.is_none() => {
                let message = &line["message"];
                facts.model = text(&message["model"]);
                // What is left of it is told by the next answer.
                let used = in_context(&message["usage"]).filter(|_| !is_compacted);
                facts.context_tokens = used;
            }
            _ => {}
        }
        if facts.model.is_some() && facts.mode.is_some() {
            break;
        }
    }
    facts
}

/// How much stood in the context when an answer was made, as Claude's own `/context` counts it.
fn in_context(usage: &Value) -> Option<u64> {
    let names = [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
    ];
    let counts = names.map(|name| usage[name].as_u64());
    counts[0]?;
    let counts = counts.into_iter().flatten();
    Some(counts.fold(0, u64::saturating_add))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The facts of a transcript of these lines.
    fn of(lines: &[Value]) -> Facts {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("projects/-p");
        std::fs::create_dir_all(&folder).unwrap();
        let lines = lines
            .iter()
            .flat_map(|line| [line.to_string(), "\n".into()]);
        let text: String = lines.collect();
        std::fs::write(folder.join("s-1.jsonl"), text).unwrap();
        let file = Transcripts.find(home.path(), "s-1").unwrap();
        Transcripts.read(&file)
    }

    fn said(model: &str, tokens: u64) -> Value {
        let usage = json!({"input_tokens": tokens, "cache_read_input_tokens": 0});
        json!({"type": "assistant", "message": {"model": model, "usage": usage}})
    }

    fn limit(words: &str) -> Value {
        let content = json!([{"type": "text", "text": words}]);
        let message = json!({"model": NOBODY, "content": content, "usage": {"input_tokens": 0}});
        json!({"type": "assistant", "isApiErrorMessage": true, "error": "rate_limit", "message": message})
    }

    #[test]
    fn what_a_sub_agent_or_claude_itself_says_is_not_the_models() {
        let mut side = said("claude-haiku-5", 7);
        side["isSidechain"] = json!(true);
        let facts = of(&[said("claude-opus-5-5", 60_414), side, said(NOBODY, 0)]);
        assert_eq!(facts.model.as_deref(), Some("claude-opus-5-5"));
        assert_eq!(facts.context_tokens, Some(60_414));
    }

    #[test]
    fn a_limit_is_told_until_the_model_answers_again() {
        let words = "You've hit your 5-hour limit · resets 7:39pm (UTC)";
        let mode = json!({"type": "permission-mode", "permissionMode": "default"});
        let asked = json!({"type": "user", "permissionMode": "default", "message": {}});
        let before = [mode, said("m", 1), limit(words), asked];
        assert_eq!(of(&before).limit.as_deref(), Some(words));
        assert_eq!(of(&before).model.as_deref(), Some("m"));
        let after = [&before[..], &[said("m", 2)]].concat();
        assert_eq!(of(&after).limit, None);
    }

    #[test]
    fn how_full_the_context_is_after_it_was_compacted_the_next_answer_says() {
        let boundary = json!({"type": "system", "subtype": "compact_boundary"});
        let mut lines = vec![said("m", 150_000), boundary];
        let facts = of(&lines);
        assert_eq!(
            (facts.model.as_deref(), facts.context_tokens),
            (Some("m"), None)
        );
        lines.push(said("m", 9_000));
        assert_eq!(of(&lines).context_tokens, Some(9_000));
    }
}
