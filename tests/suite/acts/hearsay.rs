//! What a client that may only publish says of panes, processes and folders gives no other client anything.

use std::fs;

use pane_patrol::hub::protocol::Right;
use serde_json::{Value, json};

use super::{ActsByHand, decisions, row};
use crate::common::stage::Stage;
use crate::common::{Collector, TestEnv, Tmux, finish, until, wait_until, write_program};
use crate::either::{Client, envelope};

/// How it is said that something is refused for that.
const HEARSAY: &str = "only a client that may do nothing but publish";

/// Ends when it is asked to, and shows nothing.
const ASSISTANT: &str = "#!/bin/bash\ntrap 'exit 0' TERM\nwhile :; do sleep 0.1; done\n";

/// A client that speaks by the token to publish, and what it has said.
fn publishes(collector: &Collector<'_>, event: &Value) -> Client {
    let mut client = Client::by_token(collector.web_client("publish"));
    assert!(client.greets("publisher"));
    client.say_whole(&envelope("agent_status", event));
    assert_eq!(client.refusals(), [""; 0], "{event}");
    client
}

/// What is said of a pane of that server, and of the process that was started in it.
fn about(server: &Tmux<'_>, pane: &str, state: &str) -> Value {
    let process: u32 = server.process_of(pane).trim().parse().expect("a number");
    json!({"assistant": "claude", "state": state, "target": "work:1.0", "instance_id": "i",
        "pane": pane, "server": server.variable().trim_end_matches(",0"), "pid": process,
        "ts": "2026-11-21T14:02:15Z"})
}

fn assert_refused(result: &Value) {
    assert_eq!(result["outcome"], "refused", "{result}");
    let why = result["why"].as_str().expect("a reason");
    assert!(why.contains(HEARSAY), "{why}");
}

#[test]
fn a_pane_that_only_a_token_to_publish_has_named_is_stopped_by_its_owner_alone() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_listening_in(&env, &server);
    let pane = server.window("work", "cat");
    let is_there = || {
        let panes = server.run(&["list-panes", "-a", "-F", "#{pane_id}"]);
        panes.lines().any(|it| it == pane)
    };
    let publisher = publishes(&collector, &about(&server, &pane, "completed"));
    let told = row(&collector);
    assert_eq!(told["hearsay"], true, "{told}");
    let stop = json!({"act": "stop", "instance_id": "i"});
    let mut close = stop.clone();
    close["close_pane"] = json!(true);
    let mut board = ActsByHand::with_token(&collector, "manage", "board");
    assert_refused(&board.act(&told, &stop));
    assert_refused(&board.act(&told, &close));
    // Nor when nobody speaks for it any more.
    drop(publisher);
    until("it has left", || {
        row(&collector)["publisher"].is_null().then_some(())
    });
    assert_refused(&board.act(&told, &stop));
    assert_refused(&board.act(&told, &close));
    assert!(is_there());
    let said = |line: &Value| format!("{} {}", line["decision"], line["outcome"]);
    let said: Vec<String> = decisions(&env).iter().map(said).collect();
    // The same refusal within a minute is only counted.
    assert_eq!(said, [r#""stop" "nothing""#, r#""close_pane" "nothing""#]);
    let mut own = ActsByHand::at_hub(&env, "own");
    assert_eq!(own.act(&told, &stop)["outcome"], "done");
    wait_until("it is gone", || !is_there());
}

#[test]
fn an_assistant_that_is_seen_to_run_in_front_is_stopped_whoever_has_told_of_it() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_listening_in(&env, &server);
    let program = env.path("claude");
    write_program(&program, ASSISTANT);
    let pane = server.window("work", &format!("exec {}", program.display()));
    until("it runs", || {
        let line = fs::read(format!("/proc/{}/cmdline", server.process_of(&pane).trim())).ok()?;
        String::from_utf8_lossy(&line)
            .contains("/claude")
            .then_some(())
    });
    let _publisher = publishes(&collector, &about(&server, &pane, "running"));
    let told = until("it is told of", || {
        let row = row(&collector);
        (row["hearsay"] == true).then_some(row)
    });
    let stop = json!({"act": "stop", "instance_id": "i"});
    let mut board = ActsByHand::with_token(&collector, "manage", "board");
    let done = board.act(&told, &stop);
    assert_eq!(done["outcome"], "done", "{done}");
}

#[test]
fn no_key_goes_to_a_pane_that_only_a_token_to_publish_has_named() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_listening_in(&env, &stage.server);
    let (dialog, got) = (stage.folder.join("dialog"), stage.folder.join("got"));
    let shows = format!(
        "stty -echo raw; printf '\\033[2J\\033[H'; cat {}; exec cat > {}",
        dialog.display(),
        got.display()
    );
    stage.server.run(&["send-keys", "-t", "%0", "-l", &shows]);
    stage.server.run(&["send-keys", "-t", "%0", "Enter"]);
    stage.until_shown();
    let mut event = about(&stage.server, "%0", "waiting_approval");
    event["kind"] = json!("approval_requested");
    event["tool"] = json!("Bash");
    event["message"] = crate::common::stage::input()["command"].clone();
    let _publisher = publishes(&collector, &event);
    let told = collector.until_state("waiting_approval");
    let deny = json!({"act": "decide", "decision": "deny"});
    let mut phone = ActsByHand::with_token(&collector, "answer", "phone");
    assert_refused(&phone.act(&told, &deny));
    assert_eq!(fs::read_to_string(&got).unwrap_or_default(), "");
}

/// A repository with a list of tasks, in which a file is changed.
fn repository(env: &TestEnv, name: &str) -> std::path::PathBuf {
    let folder = env.path(name);
    let tasks = folder.join(".taskmaster/tasks");
    fs::create_dir_all(&tasks).expect("it can be made");
    let list = json!({"master": {"tasks": [{"id": 1, "title": "secret", "status": "pending"}]}});
    fs::write(tasks.join("tasks.json"), list.to_string()).expect("it can be written");
    fs::write(folder.join("a"), "x\n").expect("it can be written");
    env.git(&folder, &["init", "-q"]);
    env.git(&folder, &["add", "a"]);
    env.git(&folder, &["commit", "-qm", "x"]);
    fs::write(folder.join("a"), "x\nSECRET\n").expect("it can be written");
    folder
}

#[test]
fn a_folder_that_only_a_token_to_publish_has_named_is_not_looked_into() {
    let env = TestEnv::new();
    let listening = crate::common::Listening::start(&env);
    let (secret, open) = (repository(&env, "secret"), repository(&env, "open"));
    let mut publisher = Client::with(Right::Publish, &env, &listening);
    assert!(publisher.greets("publisher"));
    publisher.say(
        "agent_status",
        &json!({"agent_id": "look", "status": "running", "pane_id": "", "project_root": secret}),
    );
    let told = json!({"assistant": "claude", "state": "running", "kind": "tool_finished", "tool": "Edit",
        "message": "a", "target": "b:0.0", "cwd": secret, "ts": "2026-11-21T14:02:15Z", "instance_id": "i"});
    publisher.say("agent_status", &told);
    assert_eq!(publisher.refusals(), [""; 0]);
    let rows = || -> Vec<Value> {
        let status = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        serde_json::from_str(&status).expect("JSON")
    };
    until("they are told of", || (rows().len() == 2).then_some(()));
    let works = |target: &str, folder: &std::path::Path| {
        let event = json!({"assistant": "claude", "state": "running", "target": target, "cwd": folder,
            "ts": "2026-11-21T14:02:15Z", "instance_id": target});
        env.send(event.to_string().as_bytes());
        until("it is looked into", || {
            let mut rows = rows().into_iter();
            let known = |row: &Value| row["diff"].is_object() && row["tasks"].is_object();
            rows.find(|row| row["target"] == target && known(row) && row["branch"].is_string())
        })
    };
    // What is told later is looked at later.
    works("c:0.0", &open);
    for row in rows().iter().filter(|row| row["hearsay"] == true) {
        for what in ["diff", "tasks", "branch"] {
            assert!(row[what].is_null(), "{row}");
        }
    }
    assert_eq!(
        rows().iter().filter(|row| row["hearsay"] == true).count(),
        2
    );
    // An agent of the owner's, too, is told of with what is changed where it works.
    let mut own = Client::with(Right::Own, &env, &listening);
    assert!(own.greets("publisher"));
    own.say(
        "agent_status",
        &json!({"agent_id": "mine", "status": "running", "pane_id": "", "project_root": open}),
    );
    assert_eq!(own.refusals(), [""; 0]);
    until("its changes and tasks are told", || {
        let mut rows = rows().into_iter();
        rows.find(|row| row["id"] == "mine" && row["diff"].is_object() && row["tasks"].is_object())
    });
    // Whoever works there vouches for it, and nobody has written anything for another one.
    let own = works("d:0.0", &secret);
    assert_eq!(
        own["diff"]["shared_files"].as_u64().unwrap_or_default(),
        0,
        "{own}"
    );
}

#[test]
fn a_folder_that_only_a_token_to_publish_has_named_gives_patches_to_its_owner_alone() {
    let env = TestEnv::new();
    let listening = crate::common::Listening::start(&env);
    let folder = env.path("secret");
    fs::create_dir_all(&folder).expect("it can be made");
    fs::write(folder.join("a"), "x\n").expect("it can be written");
    env.git(&folder, &["init", "-q"]);
    env.git(&folder, &["add", "a"]);
    env.git(&folder, &["commit", "-qm", "x"]);
    fs::write(folder.join("a"), "x\nSECRET\n").expect("it can be written");
    let mut publisher = Client::with(Right::Publish, &env, &listening);
    assert!(publisher.greets("publisher"));
    publisher.say(
        "agent_status",
        &json!({"agent_id": "look", "status": "running", "pane_id": "", "project_root": folder}),
    );
    assert_eq!(publisher.refusals(), [""; 0]);
    let patch = |right: Right| {
        let mut client = Client::with(right, &env, &listening);
        client.say(
            "hello",
            &json!({"client_id": "x", "role": "subscriber", "capabilities": []}),
        );
        client.say(
            "diff_patch_request",
            &json!({"agent_id": "look", "path": "a"}),
        );
        loop {
            let heard = client.hear();
            let kind = heard["type"].as_str().unwrap_or_default().to_owned();
            if ["error", "diff_patch_response"].contains(&kind.as_str()) {
                return (kind, heard["payload"].clone());
            }
        }
    };
    let (_, refused) = until("the row is there", || {
        Some(patch(Right::Manage)).filter(|(_, it)| it["code"] != "unknown_agent")
    });
    assert_eq!(refused["code"], "no_patch", "{refused}");
    let (kind, given) = patch(Right::Own);
    assert_eq!(kind, "diff_patch_response", "{given}");
    // Who works there vouches for it.
    let event = json!({"assistant": "claude", "state": "running", "target": "a:0.0", "cwd": folder,
        "ts": "2026-11-21T14:02:15Z", "instance_id": "i"});
    env.send(event.to_string().as_bytes());
    until("it is given", || {
        (patch(Right::Read).0 == "diff_patch_response").then_some(())
    });
}
