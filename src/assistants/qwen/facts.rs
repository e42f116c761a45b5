//! What a chat of Qwen's says of the model and the tokens of its session (0.24.4):
//! `<config>/projects/<folder>/chats/<session>.jsonl`. Neither the mode nor how long the context window is stands
//! there, unless the person asks for it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::assistants::facets::facts::{FactsFile, MAX_BYTES, files_below};
use crate::assistants::facets::log_backwards::within;
use crate::assistants::facets::request::plain;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 2] = ["\"type\":\"assistant\"", "\"qwen-code.api_error\""];

/// How the model's side says that a limit is reached.
const TOO_MANY: u64 = 429;

/// The chats.
pub(super) struct Chats;

impl FactsFile for Chats {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        let name = format!("{}.jsonl", plain(Some(session))?);
        let mut files = files_below(&home.join("projects"), "chats", |other| other == name);
        files.next()
    }

    fn read(&self, file: &Path) -> Facts {
        let lines = within(file, MAX_BYTES, &WORDS);
        lines.map(facts).unwrap_or_default()
    }
}

/// By the lines, the newest first.
fn facts(lines: impl Iterator<Item = Value>) -> Facts {
    let mut facts = Facts::default();
    for line in lines {
        let failed = &line["systemPayload"]["uiEvent"];
        match line["type"].as_str() {
            Some("assistant") => {
                facts.model = line["model"].as_str().map(str::to_owned);
                facts.context_tokens = line["usageMetadata"]["promptTokenCount"].as_u64();
                break;
            }
            // One with a name is of a sub-agent.
            Some("system") if facts.limit.is_none() && failed["subagent_name"].is_null() => {
                let words = failed["error_message"].as_str();
                let words = words.filter(|_| failed["status_code"] == TOO_MANY);
                facts.limit = words.map(str::to_owned);
            }
            _ => {}
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_limit_is_told_until_the_model_answers_again() {
        let failed = |status: u64| {
            let event = json!({"event.name": "qwen-code.api_error", "error_message": "429 quota", "status_code": status});
            json!({"type": "system", "systemPayload": {"uiEvent": event}})
        };
        let said = json!({"type": "assistant", "model": "m", "usageMetadata": {"promptTokenCount": 23_000}});
        let limit = |newest_first: &[&Value]| {
            let lines = newest_first.iter().map(|line| (*line).clone());
            let facts = facts(lines);
            assert_eq!(facts.context_tokens, Some(23_000));
            facts.limit
        };
        let (refused, broken) = (failed(429), failed(500));
        assert_eq!(
            limit(&[&broken, &refused, &said]).as_deref(),
            Some("429 quota")
        );
        assert_eq!(limit(&[&broken, &said]), None);
        assert_eq!(limit(&[&said, &refused]), None);
        let mut side = failed(429);
        side["systemPayload"]["uiEvent"]["subagent_name"] = json!("memory");
        assert_eq!(limit(&[&side, &said]), None);
    }
}
