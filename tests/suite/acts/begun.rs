//! Whoever is killed in the middle of an act leaves a line: what was about to be done is written down before it
//! is, and `log` and `explain` say that nobody knows what came of it.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::audit;
use super::managed::Works;
use crate::common::stage::Stage;
use crate::common::{Collector, TestEnv, Tmux, finish, wait_until};
use crate::mirror::Follower;

fn log(env: &TestEnv, words: &[&str]) -> String {
    let finished = finish(
        env.pane_patrol()
            .args(["log", "--only", "decisions"])
            .args(words),
    );
    assert!(finished.status.success(), "{finished:?}");
    finished.stdout
}

/// The only line there is, which says what was about to be done.
fn only_line(env: &TestEnv) -> Value {
    let lines = audit(env);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["outcome"], "begun", "{lines:?}");
    assert!(lines[0]["intent"].is_string(), "{lines:?}");
    lines[0].clone()
}

/// Has the collector killed as soon as a line says that something is about to be done and `is_done` holds.
fn killed_in_the_middle(env: &TestEnv, mut collector: Collector<'_>, is_done: &dyn Fn() -> bool) {
    wait_until("it is in the middle", || {
        !audit(env).is_empty() && is_done()
    });
    collector.signal(Signal::KILL);
    collector.wait();
}

#[test]
fn a_stop_that_nobody_saw_the_end_of_is_told_as_not_known() {
    let env = TestEnv::new();
    // It is waited for some seconds.
    let stubborn = "trap : TERM; while :; do sleep 0.1; done";
    let Some(works) = Works::new(&env, stubborn) else {
        return;
    };
    let mut stop = env.pane_patrol();
    stop.args(["stop", &works.pane]).stderr(Stdio::null());
    let mut stopping = stop.spawn().expect("the executable can be started");
    let Works {
        server,
        collector,
        row,
        ..
    } = works;
    killed_in_the_middle(&env, collector, &|| true);
    stopping.wait().expect("it ends");
    let line = only_line(&env);
    let who = (
        &line["decision"],
        &line["door"],
        &line["right"],
        &line["pid"],
    );
    let pid = json!(stopping.id());
    assert_eq!(who, (&json!("stop"), &json!("stop"), &json!("own"), &pid));
    assert_eq!(line["instance_id"], row["instance_id"]);
    let told = log(&env, &[]);
    assert!(
        told.contains("stop, begun, outcome unknown, from stop (own)"),
        "{told}"
    );
    assert_eq!(log(&env, &["--door", "stop"]), told);
    assert_eq!(log(&env, &["--json"]).lines().count(), 1);
    drop(server);
}

#[test]
fn an_approval_whose_key_was_pressed_is_told_as_not_known_by_log_and_explain() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    env.mirror_on();
    let collector = Collector::start_in(&env, &stage.server);
    // What it shows is looked at for some seconds after the key.
    stage.asks("stays", &collector);
    stage.until_shown();
    let mut approve = env.pane_patrol();
    approve
        .args(["approve", "%0", "--yes"])
        .stderr(Stdio::null());
    let mut approving = approve.spawn().expect("the executable can be started");
    killed_in_the_middle(&env, collector, &|| stage.folder.join("keys").exists());
    approving.wait().expect("it ends");
    let line = only_line(&env);
    assert_eq!(
        (&line["way"], &line["tool"]),
        (&json!("unknown"), &json!("Bash"))
    );
    assert!(line["digest"].is_string(), "{line}");
    let told = log(&env, &[]);
    let words = "begun, outcome unknown, from approve (own)";
    assert!(told.contains(words), "{told}");
    let collector = Collector::start_in(&env, &stage.server);
    collector.until_state("waiting_approval");
    let explained = finish(env.pane_patrol().args(["explain", "%0"]));
    assert!(explained.stdout.contains(words), "{explained:?}");
}

#[test]
fn what_is_done_has_two_lines_and_is_told_once() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let mut start = env.pane_patrol();
    let started = finish(
        start
            .args(["start", "helper"])
            .env("TMUX", server.variable()),
    );
    assert!(started.status.success(), "{started:?}");
    let lines = audit(&env);
    let outcomes: Vec<&Value> = lines.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, [&json!("begun"), &json!("done")]);
    assert_eq!(lines[0]["intent"], lines[1]["intent"]);
    assert_eq!(log(&env, &[]).lines().count(), 1);
    // Whoever follows is told of both as one as well.
    env.mirror_on();
    let told = Follower::start(&env).take_until("\"done\"");
    assert_eq!(told, [""; 0]);
}
