//! The maintainer's log: who came, what was refused, what was slow, who collects; and nothing that was said.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{Collector, Listening, TestEnv, finish, until, write_program};

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Waits until a line holds all of these.
fn until_told(path: &Path, words: &[&str]) {
    until(&format!("{words:?} is told"), || {
        let text = text(path);
        let mut lines = text.lines();
        lines
            .any(|line| words.iter().all(|word| line.contains(word)))
            .then_some(())
    });
}

#[test]
fn connections_refusals_and_publishers_are_told_and_nothing_that_they_say() {
    let env = TestEnv::new();
    let log = env.path("log");
    let mut collect = env.pane_patrol();
    collect.env("PANE_PATROL_LOG", &log);
    let listening = Listening::start_with(collect.args(["collect", "--listen", "127.0.0.1:0"]));
    until_told(&log, &["info", "collector", "collects from now on"]);
    let refused = listening.knock("/ws", &[("Authorization", "Bearer hunter2")]);
    assert!(refused.is_err());
    until_told(&log, &["warn", "websocket", "refused with 401"]);
    let mut wrap = env.pane_patrol();
    wrap.env("PANE_PATROL_HUB", &listening.address)
        .env("PANE_PATROL_TOKEN_FILE", listening.token_file("publish"))
        .env("AOC_LOG_DIR", env.path("aoc/logs"));
    let wrapped = finish(wrap.args(["wrap", "--assistant", "bot", "--", "sh", "-c", ": hunter2"]));
    assert_eq!((&*wrapped.stdout, &*wrapped.stderr), ("", ""));
    until_told(
        &log,
        &[
            "info",
            "hub",
            "has come as a publisher by WebSocket, with the right publish",
        ],
    );
    until_told(&log, &["info", "hub", "the publisher wrap-", "has left"]);
    let own = env.path("aoc/logs/pane-patrol.log");
    until_told(&own, &["info", "wrap", "told a hub by WebSocket"]);
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert!(status.stdout.contains("hunter2"), "the row says it");
    until_told(
        &log,
        &["info", "hub", "has come as a subscriber by process"],
    );
    let token = listening.token("publish");
    for path in [&log, &own] {
        let text = text(path);
        assert!(
            !text.contains("hunter2") && !text.contains(&token),
            "{text}"
        );
        let mode = fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn what_was_slow_is_told_by_its_command_alone_and_levels_leave_out_the_rest() {
    let env = TestEnv::new();
    let spies = env.path("spies");
    fs::create_dir(&spies).expect("it is new");
    write_program(
        &spies.join("git"),
        "#!/bin/sh\nsleep 0.2\nexec /usr/bin/git \"$@\"\n",
    );
    let path = std::env::var("PATH").unwrap_or_default();
    let collector = Collector::start(&env);
    let folder = env.path("repo");
    fs::create_dir(&folder).expect("it is new");
    env.git(&folder, &["init", "-q"]);
    let event = serde_json::json!({"assistant": "bot", "state": "running", "target": "a:0.0", "cwd": folder,
        "ts": "2026-01-28T18:42:00Z"});
    env.send(event.to_string().as_bytes());
    collector.until("it has a row", |rows| rows.len() == 1);
    for (level, is_told) in [("WARN", true), ("error", false)] {
        let log = env.path(level);
        let mut diff = env.pane_patrol();
        diff.env("PATH", format!("{}:{path}", spies.display()))
            .env("AOC_LOG_LEVEL", level);
        let diff = finish(diff.args(["diff", "a:0.0", "--log"]).arg(&log));
        assert!(diff.status.success(), "{diff:?}");
        let text = text(&log);
        assert_eq!(text.contains("slow: git status in "), is_told, "{text}");
    }
}

#[test]
fn what_a_person_says_wrongly_is_an_error_and_nothing_is_done() {
    let env = TestEnv::new();
    let nowhere = env.path("no/such/log");
    let emit = [
        "emit",
        "--assistant",
        "bot",
        "--state",
        "asks",
        "--target",
        "a:0.0",
    ];
    let cases = [
        ("PANE_PATROL_LOG", nowhere.to_str().expect("a text"), 1),
        ("PANE_PATROL_LOG_LEVEL", "loud", 2),
    ];
    for (name, value, status) in cases {
        let mut command = env.pane_patrol();
        command
            .env("PANE_PATROL_LOG", env.path("log"))
            .env(name, value);
        let refused = finish(command.args(emit));
        assert_eq!(refused.status.code(), Some(status), "{refused:?}");
        assert!(refused.stderr.contains("nothing was done"), "{refused:?}");
    }
    // Of another program's variable the person need not know.
    fs::write(env.path("file"), "").expect("it is ours");
    let mut command = env.pane_patrol();
    let warned = finish(command.env("AOC_LOG_DIR", env.path("file")).args(emit));
    assert!(warned.stderr.contains("AOC_LOG_DIR"), "{warned:?}");
    let mut command = env.pane_patrol();
    command.env("AOC_LOG_DIR", env.path("file"));
    let wrapped = finish(command.args(["wrap", "--", "echo", "out"]));
    assert_eq!((&*wrapped.stdout, &*wrapped.stderr), ("out\n", ""));
    let off = finish(env.pane_patrol().args(emit));
    assert!(off.status.success() && !env.path("log").exists(), "{off:?}");
}
