//! What was decided stands beside what was reported: in `log` and `explain`, in the order of time, whatever
//! else stands in the audit.

use std::fs;
use std::io::Write;
use std::process::Command;

use serde_json::{Value, json};

use super::ActsByHand;
use crate::common::{Collector, Finished, TestEnv, finish, wait_until};
use crate::mirror::Follower;

const EVENT: &str = r#"{"assistant":"claude","state":"running","target":"a:0.0","instance_id":"s1","event":"Begin","ts":"2026-02-27T10:00:00Z"}"#;

fn run(env: &TestEnv, words: &[&str]) -> Finished {
    let finished = finish(env.pane_patrol().args(words));
    assert!(finished.status.success(), "{words:?}: {finished:?}");
    finished
}

fn lines(env: &TestEnv, words: &[&str]) -> Vec<Value> {
    let printed = run(env, words).stdout;
    let line = |line| serde_json::from_str(line).expect("JSON");
    printed.lines().map(line).collect()
}

/// A collector that writes the log, and a row of which something was reported, then decided.
fn decided(env: &TestEnv) -> (Collector<'_>, Value) {
    env.mirror_on();
    let collector = Collector::start(env);
    let mirror = env.places().event_log().expect("there is a home");
    let mut log = fs::OpenOptions::new()
        .append(true)
        .open(&mirror)
        .expect("it is on");
    writeln!(log, "{EVENT}").expect("it is ours");
    env.send(EVENT.as_bytes());
    collector.until_state("running");
    let row = super::row(&collector);
    let mut program = ActsByHand::at_hub(env, "board");
    let done = program.act(&row, &json!({"act": "snooze", "seconds": 60}));
    assert_eq!(done["outcome"], "done");
    let refused = program.act(
        &row,
        &json!({"act": "trust", "instance_id": "s2", "seconds": 60}),
    );
    assert_eq!(refused["outcome"], "refused");
    let later = EVENT
        .replace("Begin", "Go on")
        .replace("2026-02-27T10:00:00Z", "2036-02-27T10:00:00Z");
    writeln!(log, "{later}").expect("it is ours");
    (collector, row)
}

#[test]
fn decisions_stand_among_the_events_and_can_be_asked_for_alone() {
    let env = TestEnv::new();
    let (_collector, row) = decided(&env);
    let what = |lines: &[Value]| -> Vec<String> {
        let word = |line: &Value| {
            let word = line["decision"].as_str().or(line["event"].as_str());
            word.expect("one of both").to_owned()
        };
        lines.iter().map(word).collect()
    };
    for (words, expected) in [
        (&[][..], &["Begin", "snooze", "trust", "Go on"][..]),
        (&["--only", "events"], &["Begin", "Go on"]),
        (&["--only", "decisions"], &["snooze", "trust"]),
        (&["--only", "decisions", "--grep", "snooze"], &["snooze"]),
        (&["--door", "hub"], &["snooze", "trust"]),
        (&["--door", "hub board"], &["snooze", "trust"]),
        (&["--door", "dashboard"], &[]),
        (&["--state", "running"], &["Begin", "Go on"]),
        (&["--until", "2026-03-01"], &["Begin"]),
        (
            &["--target", "a:0.0"],
            &["Begin", "snooze", "trust", "Go on"],
        ),
    ] {
        let all = [&["log", "--json"], words].concat();
        assert_eq!(what(&lines(&env, &all)), expected, "{words:?}");
    }
    let nobody = finish(env.pane_patrol().args(["log", "--json", "--target", "b"]));
    assert_eq!((nobody.status.code(), &*nobody.stdout), (Some(1), ""));
    let text = run(&env, &["log", "--only", "decisions"]).stdout;
    let from = format!("from hub board (own, process {})", std::process::id());
    let told: Vec<&str> = text.lines().collect();
    assert!(
        told[0].contains(&format!(
            "decision          claude    a:0.0  snooze, done, {from}"
        )),
        "{text}"
    );
    assert!(
        told[1].contains("trust, nothing done: another session"),
        "{text}"
    );

    let id = row["id"].as_str().expect("it has one");
    let explained = run(&env, &["explain", id]).stdout;
    assert!(
        explained.contains(&format!("decided in your name: snooze, done, {from}.")),
        "{explained}"
    );
    let explained = run(&env, &["explain", id, "--json"]).stdout;
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    assert_eq!(explained["row"]["id"], row["id"]);
    assert_eq!(explained["decisions"][1]["outcome"], "nothing");
    assert!(explained["row"]["evidence"].is_array(), "{explained}");
}

#[test]
fn whoever_follows_hears_of_a_decision_as_soon_as_it_is_made() {
    let env = TestEnv::new();
    let (collector, row) = decided(&env);
    let follower = Follower::start(&env);
    follower.take_until("Go on");
    let mut program = ActsByHand::at_hub(&env, "later");
    program.act(&row, &json!({"act": "snooze", "seconds": 0}));
    assert_eq!(follower.take_until("hub later"), [""; 0]);
    drop(collector);
}

#[test]
fn whatever_stands_in_the_place_of_the_audit_is_told_as_text_or_left_alone() {
    let env = TestEnv::new();
    let (_collector, row) = decided(&env);
    let path = env.places().decisions().expect("there is a home");
    let hostile = json!({"ts": "2026-02-27T11:00:00Z", "decision": "approve\u{1b}]0;x\u{7}", "outcome": "done\n\u{9b}2J",
        "row": row["id"], "target": "a:0.0\u{1b}[2J", "assistant": "cl\u{202e}aude", "door": "hub \u{1b}[31m",
        "right": "own\r", "message": "x\nclaude: all is well", "tool": "\u{200b}"});
    let mut audit = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it is ours");
    writeln!(audit, "{hostile}\nnonsense\n{}", "x".repeat(9000)).expect("it is ours");
    for words in [
        &["log"][..],
        &["log", "--json"],
        &["explain", "a:0.0"],
        &["explain", "a:0.0", "--json"],
    ] {
        let finished = run(&env, words);
        let odd = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c);
        assert!(
            !finished.stdout.contains(odd),
            "{words:?}: {:?}",
            finished.stdout
        );
        assert!(
            !finished
                .stdout
                .lines()
                .any(|line| line.starts_with("claude: all")),
            "{finished:?}"
        );
    }
    assert!(
        run(&env, &["log"])
            .stderr
            .contains("2 lines were no decision")
    );
    // A pipe with nobody at its other end, a folder, a link to somewhere else.
    fs::remove_file(&path).expect("it is ours");
    let made = Command::new("mkfifo")
        .arg(&path)
        .status()
        .expect("it can be made");
    assert!(made.success());
    let text = run(&env, &["log"]).stdout;
    assert_eq!(text.lines().count(), 2, "{text}");
    run(&env, &["explain", "a:0.0"]);
    fs::remove_file(&path).expect("it is ours");
    fs::create_dir(&path).expect("it is ours");
    assert_eq!(run(&env, &["log"]).stdout, text);
    fs::remove_dir(&path).expect("it is ours");
    let elsewhere = env.path("elsewhere");
    fs::write(&elsewhere, format!("{hostile}\n")).expect("it is ours");
    std::os::unix::fs::symlink(&elsewhere, &path).expect("it can be made");
    assert_eq!(run(&env, &["log"]).stdout, text);
    wait_until("the events are as they were", || {
        run(&env, &["log", "--only", "events"]).stdout == text
    });
}

#[test]
fn what_was_carried_out_is_told_before_what_was_refused_however_much_that_is() {
    let env = TestEnv::new();
    let (_collector, row) = decided(&env);
    let path = env.places().decisions().expect("there is a home");
    let refused = json!({"ts": "2036-02-27T11:00:00Z", "by": "user", "way": "none", "decision": "deny",
        "outcome": "nothing", "reason": "x".repeat(3_000), "row": row["id"], "door": "websocket board",
        "right": "answer", "generation": 0});
    let mut audit = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it is ours");
    let refused = format!("{refused}\n").repeat(3_000);
    audit.write_all(refused.as_bytes()).expect("it is ours");
    let logged = run(&env, &["log", "--only", "decisions"]).stdout;
    assert!(
        logged.contains("snooze, done"),
        "it is not among the last 8 MB"
    );
    // `explain` tells what was until now.
    let path_text = fs::read_to_string(&path).expect("it is ours");
    let now = pane_patrol_hooks::timestamp::Timestamp::now().to_string();
    fs::write(&path, path_text.replace("2036-02-27T11:00:00Z", &now)).expect("it is ours");
    let explained = run(&env, &["explain", "a:0.0"]).stdout;
    assert!(
        explained.contains("decided in your name: snooze, done"),
        "{explained}"
    );
    assert!(
        explained.contains("refused: deny, nothing done"),
        "{explained}"
    );
    assert!(
        !explained.contains("decided in your name: deny"),
        "{explained}"
    );
    assert_eq!(explained.matches(" ago: refused: ").count(), 19);
}
