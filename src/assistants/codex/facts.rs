//! What a rollout says of the model, the mode and the tokens of its session (0.171.0).

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::rollout::of_session;
use crate::assistants::facets::facts::{FactsFile, MAX_BYTES};
use crate::assistants::facets::log_backwards::within;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 5] = [
    "\"turn_context\"",
    "\"thread_settings_applied\"",
    "\"token_count\"",
    "\"token_usage_record\"",
    "\"task_complete\"",
];

/// So many tokens of the window are left out of account by Codex when it says how much of it is in use: what it says
/// to the model itself (measured: its status line and `/status`).
const OWN: u64 = 12_000;

/// The rollouts.
pub(super) struct Rollouts;

impl FactsFile for Rollouts {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        of_session(Some(session), home)
    }

    fn read(&self, file: &Path) -> Facts {
        let lines = within(file, MAX_BYTES, &WORDS);
        lines.map(facts).unwrap_or_default()
    }
}

/// By the lines, the newest first.
fn facts(lines: impl Iterator<Item = Value>) -> Facts {
    let mut facts = Facts::default();
    let (mut has_settings, mut has_counts, mut goes_on) = (false, false, false);
    for line in lines {
        let payload = &line["payload"];
        match (line["type"].as_str(), payload["type"].as_str()) {
            (Some("turn_context"), _) if !has_settings => {
                has_settings = true;
                set(&mut facts, payload);
            }
            (Some("event_msg"), Some("thread_settings_applied")) if !has_settings => {
                has_settings = true;
                set(&mut facts, &payload["thread_settings"]);
            }
            (Some("event_msg"), Some("token_count")) if !has_counts => {
                has_counts = payload["info"].is_object();
                count(&mut facts, &payload["info"]);
            }
            (Some("token_usage_record"), _) => goes_on = true,
            (Some("event_msg"), Some("task_complete")) => {
                let error = &payload["error"];
                let is_limit = error["codex_error_info"] == "usage_limit_exceeded";
                if is_limit && !goes_on {
                    facts.limit = error["message"].as_str().map(str::to_owned);
                }
                goes_on = true;
            }
            _ => {}
        }
        if has_settings && has_counts && goes_on {
            break;
        }
    }
    facts
}

fn set(facts: &mut Facts, settings: &Value) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    facts.model = text(&settings["model"]);
    let own = &settings["collaboration_mode"]["mode"];
    facts.mode = match own.as_str() {
        None | Some("default") => text(&settings["approval_policy"]),
        Some(other) => Some(other.to_owned()),
    };
}

fn count(facts: &mut Facts, info: &Value) {
    let (last, all) = (&info["last_token_usage"], &info["total_token_usage"]);
    facts.context_tokens = last["total_tokens"].as_u64();
    let window = info["model_context_window"].as_u64();
    facts.context_percent = facts
        .context_tokens
        .zip(window)
        .and_then(|(used, window)| percent(used, window));
    // As Codex sums it up: without what was read from a cache.
    let new = all["input_tokens"]
        .as_u64()
        .zip(all["output_tokens"].as_u64());
    facts.tokens = new.map(|(input, output)| {
        let cached = all["cached_input_tokens"].as_u64().unwrap_or(0);
        input.saturating_sub(cached).saturating_add(output)
    });
}

/// How much of the window is in use, in percent; `None` where Codex would say nothing that means something.
fn percent(used: u64, window: u64) -> Option<u8> {
    let window = window.checked_sub(OWN).filter(|window| *window > 0)?;
    let used = used.saturating_sub(OWN).min(window);
    let left = (u128::from(window - used) * 200 + u128::from(window)) / (u128::from(window) * 2);
    u8::try_from(100_u128.saturating_sub(left)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_much_of_the_window_is_in_use_as_the_status_line_says() {
        for (used, window, said) in [
            (62_020, 258_400, Some(20)),
            (86_020, 258_400, Some(30)),
            (0, 258_400, Some(0)),
            (11_000, 258_400, Some(0)),
            (300_000, 258_400, Some(100)),
            (u64::MAX, u64::MAX, Some(100)),
            (5, 12_000, None),
            (5, 0, None),
        ] {
            assert_eq!(percent(used, window), said, "{used} of {window}");
        }
    }

    fn event(kind: &str, rest: Value) -> Value {
        let mut payload = rest;
        payload["type"] = json!(kind);
        json!({"type": "event_msg", "payload": payload})
    }

    #[test]
    fn a_limit_is_told_until_the_model_answers_again() {
        let error =
            json!({"message": "try again at 7:38 PM", "codex_error_info": "usage_limit_exceeded"});
        let limit = event("task_complete", json!({"error": error}));
        let begun = json!({"type": "turn_context", "payload": {"model": "m"}});
        let answered = json!({"type": "token_usage_record", "payload": {}});
        let newest_first = [begun.clone(), limit.clone()];
        let told = facts(newest_first.into_iter());
        assert_eq!(told.limit.as_deref(), Some("try again at 7:38 PM"));
        for later in [answered, event("task_complete", json!({}))] {
            let newest_first = [later, begun.clone(), limit.clone()];
            assert_eq!(facts(newest_first.into_iter()).limit, None);
        }
    }

    #[test]
    fn the_newest_settings_count_and_a_mode_of_its_own_goes_before_the_policy() {
        let settings = |model: &str, mode: &str| json!({"model": model, "approval_policy": "on-request", "collaboration_mode": {"mode": mode}});
        let applied = |settings: Value| {
            event(
                "thread_settings_applied",
                json!({"thread_settings": settings}),
            )
        };
        let turn = json!({"type": "turn_context", "payload": settings("old", "default")});
        let of = |newest: Value| {
            let facts = facts([newest, turn.clone()].into_iter());
            (
                facts.model.unwrap_or_default(),
                facts.mode.unwrap_or_default(),
            )
        };
        let pair = |model: &str, mode: &str| (model.to_owned(), mode.to_owned());
        assert_eq!(of(applied(settings("new", "plan"))), pair("new", "plan"));
        assert_eq!(
            of(applied(settings("new", "default"))),
            pair("new", "on-request")
        );
        assert_eq!(of(json!({})), pair("old", "on-request"));
    }
}
