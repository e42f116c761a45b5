//! Who answers what it was not shown keeps nobody from answering.

use std::fs;
use std::path::Path;
use std::time::Duration;

use pane_patrol::actor::Bound;
use pane_patrol::actor::turn::Turn;
use serde_json::{Value, json};

use super::{ActsByHand, asking};
use crate::common::stage::{Stage, input};
use crate::common::{Collector, TestEnv, copy_program, finish_with_stdin, fixture, until};

/// The turn to answer there, as long as it is kept.
fn turn(env: &TestEnv, row: &Value) -> Turn {
    let row = serde_json::from_value(row.clone()).expect("a row");
    let bound = Bound::to(&row).expect("it asks");
    Turn::take(&env.places().runtime, &bound).expect("nobody answers")
}

#[test]
fn an_answer_waits_for_another_one_and_one_that_was_not_shown_for_none() {
    let env = TestEnv::new();
    let Some((_stage, collector, row)) = asking(&env) else {
        return;
    };
    let mut phone = ActsByHand::with_token(&collector, "answer", "phone");
    let read = phone.act(&row, &json!({"act": "read_request"}));
    let digest = read["request"]["digest"].as_str().expect("a digest");
    let approve = |digest: &str| json!({"act": "decide", "decision": "approve", "digest": digest});
    let turn = turn(&env, &row);
    let other: String = digest.chars().rev().collect();
    let refused = phone.act(&row, &approve(&other));
    assert_eq!(refused["outcome"], "refused", "{refused}");
    let why = refused["why"].as_str().expect("a reason");
    assert!(!why.contains("another answer"), "{why}");
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        drop(turn);
    });
    let done = phone.act(&row, &approve(digest));
    assert_ne!(done["outcome"], "refused", "{done}");
}

/// Has a second assistant, in a window and a session of its own, show the same dialog and ask for the same.
fn neighbour(env: &TestEnv, stage: &Stage<'_>, collector: &Collector<'_>) -> Value {
    let folder = env.path("neighbour");
    fs::create_dir_all(&folder).expect("it can be made");
    let again = |from: &Path, to: &Path| {
        let bytes = fs::read(from).expect("it can be read");
        fs::write(to, bytes).expect("it can be written");
    };
    again(&stage.folder.join("dialog"), &folder.join("dialog"));
    copy_program(&stage.folder.join("claude"), &folder.join("claude"));
    let session = "00000000-0000-4000-8000-000000000002";
    let transcript = env.transcript().with_file_name(format!("{session}.jsonl"));
    again(&env.transcript(), &transcript);
    let program = folder.join("claude");
    let line = format!("exec {} {}", program.display(), folder.display());
    let pane = stage.server.window("work", &line);
    let pid = until("it runs", || fs::read_to_string(folder.join("pid")).ok());
    let payload = fixture("claude/permission_request.bash.json");
    let mut payload: Value = serde_json::from_str(&payload).expect("JSON");
    payload["tool_input"] = input();
    payload["session_id"] = json!(session);
    payload["transcript_path"] = json!(transcript);
    until("it has asked", || {
        let mut hook = stage.server.claude_hook_of(&pane, pid.trim());
        finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
        let its = |row: &Value| row["pane"] == pane.as_str() && row["state"] == "waiting_approval";
        collector.rows().into_iter().find(its)
    })
}

#[test]
fn nobody_waits_for_an_answer_that_is_given_in_another_pane() {
    let env = TestEnv::new();
    let Some((stage, collector, slow)) = asking(&env) else {
        return;
    };
    let other = neighbour(&env, &stage, &collector);
    let shown = stage
        .server
        .screen_of(other["pane"].as_str().expect("a pane"));
    assert!(shown.contains("Esc to cancel"), "{shown}");
    let _turn = turn(&env, &slow);
    let deny = json!({"act": "decide", "decision": "deny"});
    let mut phone = ActsByHand::with_token(&collector, "answer", "phone");
    let refused = phone.act(&slow, &deny);
    assert_eq!(refused["outcome"], "refused", "{refused}");
    let why = refused["why"].as_str().expect("a reason");
    assert!(why.contains("another answer"), "{why}");
    let given = phone.act(&other, &deny);
    assert_ne!(given["outcome"], "refused", "{given}");
    let key = fs::read_to_string(env.path("neighbour").join("keys"));
    assert!(key.is_ok_and(|key| !key.is_empty()), "{given}");
}
