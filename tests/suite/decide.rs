//! `hook claude --decide` with the real collector: it waits for one decision about its own request,
//! and for nothing else.

use std::io::{BufRead, BufReader, Write};
use std::process::Child;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, finish_with_stdin, fixture, started, wait, wait_until};

/// A hook that has reported its permission request and waits.
fn waiting_hook(env: &TestEnv, collector: &Collector<'_>) -> (Child, Value) {
    let payload = fixture("claude/permission_request.bash.json");
    waiting_with(env, collector, &payload, Duration::ZERO)
}

/// The same with a payload that is written `delay` after its start: it is that lateness that is tested.
fn waiting_with(
    env: &TestEnv,
    collector: &Collector<'_>,
    payload: &str,
    delay: Duration,
) -> (Child, Value) {
    collector.until_heard("waiting_approval", || {
        let (child, mut stdin) = started(env.claude_hook().arg("--decide"));
        std::thread::sleep(delay);
        stdin.write_all(payload.as_bytes()).expect("it reads");
        child
    })
}

fn decide(env: &TestEnv, row: &Value, request: &Value, verdict: &Value) -> bool {
    let mut stream = BufReader::new(env.connect_to_hub());
    let say = |kind: &str, payload: &Value| {
        json!({"version": "1", "type": kind, "session_id": "default", "sender_id": "test",
            "timestamp": "2026-11-21T14:02:15Z", "payload": payload})
    };
    let hello = json!({"client_id": "test", "role": "publisher", "capabilities": []});
    let payload = json!({"row": row["id"], "instance_id": row["instance_id"],
        "request": request, "verdict": verdict});
    let both = format!("{}\n{}\n", say("hello", &hello), say("decide", &payload));
    stream
        .get_mut()
        .write_all(both.as_bytes())
        .expect("it reads");
    let mut line = String::new();
    stream.read_line(&mut line).expect("the hub answers");
    let answer: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(answer["type"], "decide_result", "{answer}");
    answer["payload"]["taken"] == true
}

#[test]
fn a_waiting_hook_prints_the_decision_about_its_own_request_and_no_other() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let (child, row) = waiting_hook(&env, &collector);
    let mut other = row["waiting"][0].clone();
    other["message"] = json!("rm -rf /");
    let allow = json!({"behavior": "allow"});
    assert!(!decide(&env, &row, &other, &allow), "another request");
    let request = &row["waiting"][0];
    wait_until("the hook waits", || decide(&env, &row, request, &allow));
    let finished = wait(child);
    assert_eq!(finished.status.code(), Some(0));
    let printed: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let output = &printed["hookSpecificOutput"];
    assert_eq!(output["hookEventName"], "PermissionRequest");
    assert_eq!(output["decision"], allow);
    assert!(!decide(&env, &row, request, &allow), "it is decided once");
}

#[test]
fn a_late_payload_with_a_byte_order_mark_is_decided_about_like_any_other() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let marked = format!("\u{feff}{}", fixture("claude/permission_request.bash.json"));
    let delay = Duration::from_millis(400);
    let (mut child, row) = waiting_with(&env, &collector, &marked, delay);
    // One to which nobody writes ends by itself: this one, older than that, lives on.
    let (unwritten, stdin) = started(&mut env.claude_hook());
    wait(unwritten).assert_silent_success();
    drop(stdin);
    assert!(child.try_wait().expect("it can be asked").is_none());
    let deny = json!({"behavior": "deny", "message": "no"});
    wait_until("the hook waits", || {
        decide(&env, &row, &row["waiting"][0], &deny)
    });
    let finished = wait(child);
    assert!(finished.stdout.contains("\"deny\""), "{finished:?}");
}

#[test]
fn a_waiting_hook_leaves_without_a_word_when_its_request_or_the_hub_is_gone() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let (mut child, _) = waiting_hook(&env, &collector);
    let ended = fixture("claude/post_tool_use.bash.json");
    wait_until("the request is over", || {
        finish_with_stdin(&mut env.claude_hook(), ended.as_bytes()).assert_silent_success();
        child.try_wait().expect("it can be asked").is_some()
    });
    wait(child).assert_silent_success();

    let (child, _) = waiting_hook(&env, &collector);
    drop(collector);
    wait(child).assert_silent_success();
    let payload = fixture("claude/permission_request.bash.json");
    let alone = finish_with_stdin(env.claude_hook().arg("--decide"), payload.as_bytes());
    alone.assert_silent_success();
}
