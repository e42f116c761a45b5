//! What happened while the person was away, by the real executable: with an event log, and without one.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until,
};

fn away(env: &TestEnv, words: &[&str]) -> Finished {
    let finished = finish(env.pane_patrol().arg("away").args(words));
    assert!(finished.status.success(), "{finished:?}");
    finished
}

fn event(ago: u64, state: &str, kind: &str, message: &str) -> String {
    let ts = Timestamp::now().minus(Duration::from_secs(ago));
    let event = json!({"assistant": "claude", "state": state, "kind": kind, "target": "shop:1.0",
        "instance_id": "s-1", "message": message, "ts": ts});
    format!("{event}\n")
}

#[test]
fn a_line_per_assistant_in_its_own_words_since_the_person_left() {
    let env = TestEnv::new();
    let log = env.mirror_on();
    let lines = [
        event(9000, "running", "turn_started", "my first prompt"),
        event(8900, "completed", "turn_finished", "The first is done."),
        event(7200, "running", "turn_started", "my second prompt"),
        event(
            7000,
            "waiting_approval",
            "approval_requested",
            "cargo publish",
        ),
        event(6400, "running", "answered", ""),
        event(6300, "error", "turn_failed", "model answered 500"),
        event(6200, "running", "tool_started", ""),
        event(
            6000,
            "completed",
            "turn_finished",
            "It is\u{202e} published.",
        ),
    ];
    let mut file = fs::File::options()
        .append(true)
        .open(log)
        .expect("it is on");
    file.write_all(lines.concat().as_bytes()).expect("a log");
    let told = away(&env, &[]).stdout;
    assert!(told.contains("2h 00m ago:"), "where she left: {told}");
    assert!(told.contains("shop:1.0  claude  done"), "{told}");
    assert!(
        told.contains("1 asked (waited 10m 00s), 1 done, 1 failed"),
        "{told}"
    );
    assert!(told.contains("done: It is"), "{told}");
    assert!(
        !told.contains("prompt") && !told.contains('\u{202e}'),
        "{told}"
    );
    let all: Value =
        serde_json::from_str(&away(&env, &["--since", "3h", "--json"]).stdout).expect("JSON");
    let counts = &all["assistants"][0]["counts"];
    assert_eq!(
        (&counts["turns"], &counts["finished"]),
        (&json!(2), &json!(2))
    );
    let none = away(&env, &["--since", "1h"]).stdout;
    assert!(none.contains("nothing has happened"), "{none}");
}

#[test]
fn without_an_event_log_it_says_what_it_cannot_know() {
    let env = TestEnv::new();
    let nothing = away(&env, &[]);
    assert!(
        nothing.stdout.contains("8h 00m ago: nothing has happened"),
        "{nothing:?}"
    );
    assert!(
        nothing.stderr.contains("there is no event log"),
        "{nothing:?}"
    );
    let collector = Collector::start(&env);
    env.send(
        event(20, "running", "turn_started", "my prompt")
            .trim()
            .as_bytes(),
    );
    env.send(
        event(10, "completed", "turn_finished", "All tests pass.")
            .trim()
            .as_bytes(),
    );
    collector.until_state("completed");
    let told = away(&env, &[]);
    assert!(told.stdout.contains("done: All tests pass."), "{told:?}");
    assert!(!told.stdout.contains("prompt"), "{told:?}");
    assert!(told.stderr.contains("there is no event log"), "{told:?}");
    drop(collector);
    let told = away(&env, &[]);
    assert!(
        told.stdout.contains("done: All tests pass."),
        "by what is kept: {told:?}"
    );
}

/// Whether what happened meanwhile is told.
const TOLD: &str = "While you were away";

#[test]
fn who_types_into_another_pane_is_not_away_from_the_dashboard() {
    let env = TestEnv::new();
    env.mirror_on();
    env.configure("[away]\nafter = \"10s\"\n");
    let Some(server) = Tmux::start_on(&env, "tmux.sock", "work", (120, 30), "cat") else {
        return;
    };
    let client = Terminal::client_of(&env, "client.sock", &server, "work").expect("tmux is here");
    client.resize((120, 30));
    let pane = server.window("work", "cat");
    server.dashboard_in("%0");
    let hook = |name: &str| {
        let mut hook = server.claude_hook(&pane);
        finish_with_stdin(&mut hook, fixture(name).as_bytes()).assert_silent_success();
    };
    let shows = |window: &str| drop(server.run(&["select-window", "-t", window]));
    server.report(
        &pane,
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    client.press(&["j"]);
    shows(&pane);
    for _ in 0..28 {
        client.press(&["x"]);
        std::thread::sleep(Duration::from_millis(500));
    }
    hook("claude/stop.plain.json");
    shows("%0");
    client.press(&["j"]);
    wait_until("it has heard the end of the turn", || {
        let status = finish(env.pane_patrol().args(["status", "--json"]));
        status.stdout.contains("\"completed\"")
    });
    // As long as it takes to be read, and more.
    std::thread::sleep(Duration::from_secs(1));
    let screen = client.screen();
    assert!(!screen.contains(TOLD), "{screen}");
    // And then she is.
    std::thread::sleep(Duration::from_secs(2));
    server.report(
        &pane,
        &fixture("claude/user_prompt_submit.plain.json"),
        "running",
    );
    hook("claude/stop.plain.json");
    std::thread::sleep(Duration::from_secs(11));
    client.press(&["j"]);
    client.wait_for(TOLD);
}
