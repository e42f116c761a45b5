//! What Copilot's log of a session says of the model and the mode (1.0.102). How much of the context is in use Copilot
//! estimates itself, otherwise than its log counts; and it sums up what was used only when it ends.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::session_log::events_of;
use crate::assistants::facets::facts::{FactsFile, MAX_BYTES};
use crate::assistants::facets::log_backwards::within;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 4] = [
    "\"session.error\"",
    "\"session.model_change\"",
    "\"session.mode_changed\"",
    "\"assistant.message\"",
];

/// The logs.
pub(super) struct Logs;

impl FactsFile for Logs {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        events_of(home, session).filter(|file| file.exists())
    }

    fn read(&self, file: &Path) -> Facts {
        let lines = within(file, MAX_BYTES, &WORDS);
        lines.map(facts).unwrap_or_default()
    }
}

/// By the lines, the newest first.
fn facts(lines: impl Iterator<Item = Value>) -> Facts {
    let mut facts = Facts::default();
    let mut goes_on = false;
    // What a sub-agent does has its id.
    for line in lines.filter(|line| line["agentId"].is_null()) {
        let text = |name: &str| line["data"][name].as_str().map(str::to_owned);
        match line["type"].as_str() {
            Some("session.mode_changed") if facts.mode.is_none() => facts.mode = text("newMode"),
            Some("session.model_change") if facts.model.is_none() => facts.model = text("newModel"),
            Some("assistant.message") => {
                goes_on = true;
                facts.model = facts.model.take().or_else(|| text("model"));
            }
            Some("session.error") if line["data"]["errorType"] == "rate_limit" && !goes_on => {
                facts.limit = facts.limit.take().or_else(|| text("message"));
            }
            _ => {}
        }
        if goes_on && facts.model.is_some() && facts.mode.is_some() {
            break;
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_model_and_mode_of_the_session_itself_count() {
        let line = |kind: &str, name: &str, word: &str| json!({"type": kind, "data": {name: word}});
        let mut side = line("assistant.message", "model", "small");
        side["agentId"] = json!("x");
        let newest_first = [
            side,
            line("session.model_change", "newModel", "new"),
            line("session.mode_changed", "newMode", "plan"),
            line("assistant.message", "model", "old"),
            line("session.mode_changed", "newMode", "interactive"),
        ];
        let facts = facts(newest_first.into_iter());
        assert_eq!(facts.model.as_deref(), Some("new"));
        assert_eq!(facts.mode.as_deref(), Some("plan"));
    }
}
