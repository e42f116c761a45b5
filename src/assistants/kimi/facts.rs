//! What the log of Kimi Code's main agent says of the model, the mode and the context (2.1.0). How much of the window
//! that is it says on the screen alone.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::log::main_of;
use crate::assistants::facets::facts::{FactsFile, MAX_BYTES};
use crate::assistants::facets::log_backwards::within;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 4] = [
    "\"llm.request\"",
    "\"permission.set_mode\"",
    "\"plan_mode.",
    "\"token_counting.",
];

/// The logs.
pub(super) struct Logs;

impl FactsFile for Logs {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        main_of(home, session).filter(|file| file.exists())
    }

    fn read(&self, file: &Path) -> Facts {
        let lines = within(file, MAX_BYTES, &WORDS);
        lines.map(facts).unwrap_or_default()
    }
}

/// By the lines, the newest first.
fn facts(lines: impl Iterator<Item = Value>) -> Facts {
    let mut facts = Facts::default();
    let mut plans = None;
    for line in lines {
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        match line["type"].as_str() {
            Some("llm.request") if facts.model.is_none() => facts.model = text("model"),
            Some("plan_mode.enter") => plans = plans.or(Some(true)),
            Some(kind) if kind.starts_with("plan_mode.") => plans = plans.or(Some(false)),
            Some("permission.set_mode") if facts.mode.is_none() => facts.mode = text("mode"),
            Some(kind) if kind.starts_with("token_counting.") => {
                let tokens = line["tokens"].as_u64();
                facts.context_tokens = facts.context_tokens.or(tokens);
            }
            _ => {}
        }
    }
    if plans == Some(true) {
        facts.mode = Some("plan".to_owned());
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_model_mode_and_count_are_told() {
        let newest_first = [
            json!({"type": "token_counting.turn_recorded", "tokens": 143}),
            json!({"type": "llm.request", "model": "new"}),
            json!({"type": "token_counting.measured", "tokens": 120}),
            json!({"type": "llm.request", "model": "old"}),
            json!({"type": "permission.set_mode", "mode": "manual"}),
        ];
        let told = facts(newest_first.clone().into_iter());
        assert_eq!(told.model.as_deref(), Some("new"));
        assert_eq!(
            (told.mode.as_deref(), told.context_tokens),
            (Some("manual"), Some(143))
        );
        let mode = |kind: &str| {
            let first = std::iter::once(json!({ "type": kind }));
            facts(first.chain(newest_first.clone())).mode
        };
        assert_eq!(mode("plan_mode.enter").as_deref(), Some("plan"));
        assert_eq!(mode("plan_mode.exit").as_deref(), Some("manual"));
    }
}
