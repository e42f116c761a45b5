//! What a row tells of the model, the context and the limits of its session, by the assistant's own file.

use std::fs;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, finish};

fn fixture(path: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    fs::read_to_string(format!("{root}/tests/fixtures/{path}")).expect("it is recorded")
}

/// An event of the assistant's session in the pane `target`.
fn send(env: &TestEnv, assistant: &str, session: &str, target: &str, kind: &str) {
    let event = json!({
        "assistant": assistant, "state": "running", "kind": kind, "target": target, "cwd": env.home(),
        "instance_id": session, "ts": Timestamp::now(),
    });
    env.send(event.to_string().as_bytes());
}

#[test]
fn a_row_says_with_what_its_session_works_as_its_file_grows() {
    let env = TestEnv::new();
    let folder = env.home().join(".claude/projects/-p");
    fs::create_dir_all(&folder).expect("the folder is new");
    let recorded = fixture("claude/facts/limit.jsonl");
    let end = recorded
        .find("\"isApiErrorMessage\":true")
        .expect("it is there");
    let end = end + recorded[end..].find('\n').expect("the line ends") + 1;
    fs::write(folder.join("s1.jsonl"), &recorded[..end]).expect("it can be written");
    let collector = Collector::start(&env);
    send(&env, "claude", "s1", "a:0.0", "turn_started");
    let rows = collector.until("the limit is told", |rows| {
        rows.len() == 1 && rows[0]["facts"]["limit"].is_string()
    });
    assert_eq!(
        rows[0]["facts"],
        json!({
            "model": "claude-sonnet-5-5", "mode": "acceptEdits", "context_tokens": 114_420,
            "limit": "You've hit your 5-hour limit · resets 7:39pm (UTC)",
        })
    );
    let explained = finish(env.pane_patrol().args(["explain", "a:0.0"])).stdout;
    let words = "it works with: claude-sonnet-5-5 · context 114k tokens · acceptEdits";
    assert!(explained.contains(words), "{explained}");
    assert!(
        explained.contains("a limit is reached: You've hit your"),
        "{explained}"
    );
    fs::write(folder.join("s1.jsonl"), recorded).expect("it can be written");
    send(&env, "claude", "s1", "a:0.0", "turn_started");
    let goes_on = |rows: &[Value]| rows[0]["facts"]["context_tokens"] == 132_422;
    let rows = collector.until("the turn goes on", goes_on);
    assert_eq!(rows[0]["facts"].get("limit"), None);
    // Another session in that pane has nothing of this one's.
    send(&env, "claude", "s2", "a:0.0", "session_started");
    collector.until("nothing is known", |rows| {
        rows.len() == 1 && rows[0]["instance_id"] == "s2" && rows[0].get("facts").is_none()
    });
}

#[test]
fn a_codex_row_says_what_its_status_line_says() {
    let env = TestEnv::new();
    let folder = env.home().join(".codex/sessions/2026/11/30");
    fs::create_dir_all(&folder).expect("the folder is new");
    let session = "01a22d6d-ac6a-75b0-9272-ba28b0c01821";
    let rollout = folder.join(format!("rollout-2026-11-30T17-08-12-{session}.jsonl"));
    fs::write(rollout, fixture("codex/facts/rollout.jsonl")).expect("it can be written");
    let collector = Collector::start(&env);
    send(&env, "codex", session, "a:0.1", "turn_started");
    let rows = collector.until("it is told", |rows| {
        rows.len() == 1 && rows[0]["facts"]["model"].is_string()
    });
    let facts = &rows[0]["facts"];
    assert_eq!(facts["model"], "gpt-6-luna", "it was chosen last");
    assert_eq!(facts["context_percent"], 30);
    assert_eq!(facts["tokens"], 145_640);
}

#[test]
fn an_opencode_row_says_what_our_plugin_in_it_has_written_down() {
    let env = TestEnv::new();
    let folder = env.path("state/pane-patrol/facts");
    fs::create_dir_all(&folder).expect("the folder is new");
    let noted = json!({
        "model": "fake-model", "mode": "plan", "context_tokens": 30_020, "context_percent": 15,
    });
    fs::write(folder.join("opencode-12-345.json"), noted.to_string()).expect("it can be written");
    let collector = Collector::start(&env);
    send(&env, "opencode", "12-345", "a:0.2", "turn_started");
    collector.until("it is told", |rows| {
        rows.len() == 1 && rows[0]["facts"] == noted
    });
}
