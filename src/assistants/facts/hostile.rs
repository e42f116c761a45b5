//! Whatever stands in a file, or in its place, does no harm.

use std::os::unix::fs::symlink;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::assistants::ALL;
use crate::assistants::facets::facts::{FactsFile, MAX_BYTES};
use crate::state::Facts;

fn readers() -> impl Iterator<Item = &'static dyn FactsFile> {
    ALL.iter().filter_map(|known| known.facts())
}

fn read_all(file: &Path) -> Vec<Facts> {
    readers().map(|known| known.read(file).bounded()).collect()
}

/// A line with a word that some reader looks for, and anything in the places where it looks.
fn line() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "assistant",
        "user",
        "system",
        "permission-mode",
        "turn_context",
        "event_msg",
        "token_usage_record",
        "gemini",
        "session.model_change",
        "session.mode_changed",
        "session.error",
        "assistant.message",
    ]);
    let event = prop::sample::select(vec![
        "token_count",
        "task_complete",
        "thread_settings_applied",
    ]);
    (kind, event, anything(), anything(), any::<bool>()).prop_map(|(kind, event, one, other, is)| {
        let mut payload = json!({"type": event, "info": one, "model": other, "error": one, "thread_settings": other});
        if is {
            payload = one.clone();
        }
        json!({
            "type": kind, "payload": payload, "message": {"model": one, "usage": other, "content": one},
            "permissionMode": other, "isApiErrorMessage": is, "error": "rate_limit", "subtype": "compact_boundary",
            "data": {"newModel": one, "newMode": other, "model": other, "message": one, "errorType": "rate_limit"},
            "model": other, "tokens": one, "usageMetadata": other,
            "systemPayload": {"uiEvent": {"event.name": "qwen-code.api_error", "error_message": one, "status_code": 429}},
        })
    })
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,300}".prop_map(Value::from),
        Just(json!([{"text": "\u{1b}]0;x\u{7}"}])),
        any::<u64>().prop_map(|number| json!({
            "input_tokens": number, "output_tokens": number, "total_tokens": number, "total": number, "input": number,
            "cache_read_input_tokens": number, "last_token_usage": {"total_tokens": number}, "promptTokenCount": number,
            "total_token_usage": {"input_tokens": number, "output_tokens": number, "cached_input_tokens": u64::MAX},
            "model_context_window": number, "message": "\u{202e}", "codex_error_info": "usage_limit_exceeded",
        })),
    ]
}

proptest! {
    #[test]
    fn no_lines_make_it_panic_or_say_what_may_not_be_drawn(
        lines in prop::collection::vec(line(), 0..6),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("session.jsonl");
        let mut text = noise.clone();
        for line in &lines {
            text.extend_from_slice(format!("\n{line}\n").as_bytes());
            text.extend_from_slice(&noise);
        }
        std::fs::write(&file, text).unwrap();
        for facts in read_all(&file) {
            prop_assert!(facts.is_plain());
            prop_assert!(facts.context_percent.is_none_or(|percent| percent <= 100));
        }
    }
}

#[test]
fn what_is_no_file_says_nothing_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        at("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    symlink(at("pipe"), at("link")).unwrap();
    symlink(at("loop"), at("loop")).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    for name in ["pipe", "link", "loop", "folder", "nothing"] {
        for facts in read_all(&at(name)) {
            assert!(facts.is_empty(), "{name}: {facts:?}");
        }
    }
}

#[test]
fn what_lies_too_far_back_is_not_read_and_a_line_without_an_end_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.jsonl");
    let said =
        json!({"type": "assistant", "message": {"model": "m", "usage": {}}, "permissionMode": "x"});
    let long = "x".repeat(usize::try_from(MAX_BYTES).unwrap());
    for text in [format!("{said}\n{long}"), format!("{said}{long}\n{{}}\n")] {
        std::fs::write(&file, text).unwrap();
        for facts in read_all(&file) {
            assert!(facts.is_empty(), "{facts:?}");
        }
    }
}

#[test]
fn no_session_leads_out_of_its_assistants_folder() {
    let home = tempfile::tempdir().unwrap();
    for known in readers() {
        for session in ["..", "../x", "/etc/passwd", "a/b", "", "\0"] {
            assert_eq!(known.find(home.path(), session), None, "{session:?}");
        }
    }
}
