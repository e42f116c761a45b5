//! `hook claude --decide` with the real collector: it waits for one decision about its own request,
//! and for nothing else.

use std::io::Write;
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::{Value, json};

use crate::acts::ActsByHand;
use crate::common::{
    Collector, TestEnv, Tmux, finish_with_stdin, fixture, private_folder, started, wait, wait_until,
};

/// A hook that has reported its permission request and waits.
fn waiting_hook(collector: &Collector<'_>, hook: impl Fn() -> Command) -> (Child, Value) {
    let payload = fixture("claude/permission_request.bash.json");
    waiting_with(collector, hook, &payload, Duration::ZERO)
}

/// The same with a payload that is written `delay` after its start: it is that lateness that is tested.
fn waiting_with(
    collector: &Collector<'_>,
    hook: impl Fn() -> Command,
    payload: &str,
    delay: Duration,
) -> (Child, Value) {
    collector.until_heard("waiting_approval", || {
        let (child, mut stdin) = started(hook().arg("--decide"));
        std::thread::sleep(delay);
        stdin.write_all(payload.as_bytes()).expect("it reads");
        child
    })
}

/// Whether a hook took the decision. What became of it nobody says here: only hooks tell of this Claude.
fn decide(env: &TestEnv, row: &Value, request: &Value, verdict: &Value) -> bool {
    let mut hub = ActsByHand::at_hub(env, "test");
    let read = hub.act(row, &json!({"act": "read_request", "request": request}));
    let decision = match verdict["behavior"].as_str() {
        Some("allow") => "approve",
        _ => "deny",
    };
    let done = hub.act(
        row,
        &json!({"act": "decide", "decision": decision, "request": request,
            "digest": read["request"]["digest"], "message": verdict["message"]}),
    );
    done["outcome"] != "refused"
}

#[test]
fn a_waiting_hook_prints_the_decision_about_its_own_request_and_no_other() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let (child, row) = waiting_hook(&collector, || tmux.claude_hook("%0"));
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

/// Several questions at once are answered, too: no key has to be known for that.
#[test]
fn a_waiting_hook_prints_an_option_for_each_question_that_was_asked() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let question = |words: &str, labels: [&str; 2]| {
        let options = labels.map(|label| json!({"label": label, "description": "d"}));
        json!({"question": words, "header": "h", "options": options, "multiSelect": false})
    };
    let questions = json!([
        question("Which colour?", ["Red", "Blue"]),
        question("Which size?", ["S", "L"])
    ]);
    let input = json!({ "questions": questions });
    env.write_transcript_of("AskUserQuestion", std::slice::from_ref(&input));
    let payload = fixture("claude/permission_request.ask_user_question.json");
    let mut payload: Value = serde_json::from_str(&payload).expect("JSON");
    payload["tool_input"] = input;
    payload["transcript_path"] = json!(env.transcript());
    let payload = payload.to_string();
    let (child, row) = collector.until_heard("waiting_input", || {
        let (child, mut stdin) = started(tmux.claude_hook("%0").arg("--decide"));
        stdin.write_all(payload.as_bytes()).expect("it reads");
        child
    });
    let mut hub = ActsByHand::at_hub(&env, "test");
    let request = &row["waiting"][0];
    let read = hub.act(&row, &json!({"act": "read_request", "request": request}));
    let mut answers = |options: &[&str]| {
        let done = hub.act(
            &row,
            &json!({"act": "decide", "decision": "answer", "request": request, "options": options,
                "digest": read["request"]["digest"]}),
        );
        done["outcome"] != "refused"
    };
    assert!(!answers(&["2"]), "one of two is none");
    assert!(!answers(&["2", "3"]), "there is no third size");
    wait_until("the hook waits", || answers(&["blue", "1"]));
    let finished = wait(child);
    let printed: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let decision = &printed["hookSpecificOutput"]["decision"];
    assert_eq!(decision["behavior"], "allow");
    assert_eq!(decision["updatedInput"]["questions"], questions);
    let chosen = json!({"Which colour?": "Blue", "Which size?": "S"});
    assert_eq!(decision["updatedInput"]["answers"], chosen);
}

#[test]
fn a_late_payload_with_a_byte_order_mark_is_decided_about_like_any_other() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let marked = format!("\u{feff}{}", fixture("claude/permission_request.bash.json"));
    let delay = Duration::from_millis(400);
    let (mut child, row) = waiting_with(&collector, || tmux.claude_hook("%0"), &marked, delay);
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
    let (mut child, _) = waiting_hook(&collector, || env.claude_hook());
    let ended = fixture("claude/post_tool_use.bash.json");
    wait_until("the request is over", || {
        finish_with_stdin(&mut env.claude_hook(), ended.as_bytes()).assert_silent_success();
        child.try_wait().expect("it can be asked").is_some()
    });
    wait(child).assert_silent_success();

    let (child, _) = waiting_hook(&collector, || env.claude_hook());
    drop(collector);
    wait(child).assert_silent_success();
    let payload = fixture("claude/permission_request.bash.json");
    let alone = finish_with_stdin(env.claude_hook().arg("--decide"), payload.as_bytes());
    alone.assert_silent_success();
}

/// A folder of the session `team` whose sockets are those of the session that is collected.
pub(crate) fn lead_team_to_default(env: &TestEnv) {
    let runtime = env.places().runtime;
    let sessions = runtime.join("sessions");
    for folder in [&sessions, &sessions.join("team")] {
        if !folder.is_dir() {
            private_folder(folder);
        }
    }
    for name in ["events.sock", "hub.sock"] {
        let link = sessions.join("team").join(name);
        std::os::unix::fs::symlink(runtime.join(name), link).expect("it is ours");
    }
}

#[test]
fn a_hook_that_calls_the_hub_by_another_name_takes_the_hubs_word_for_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    lead_team_to_default(&env);
    let (child, row) = waiting_hook(&collector, || {
        let mut hook = tmux.claude_hook("%0");
        hook.env("PANE_PATROL_SESSION", "team");
        hook
    });
    let request = &row["waiting"][0];
    let allow = json!({"behavior": "allow"});
    wait_until("the hook waits", || decide(&env, &row, request, &allow));
    let finished = wait(child);
    assert!(finished.stdout.contains("allow"), "{finished:?}");
}
