//! `log`, `log stats`, `log replay` and `explain` on files as they are found: with other programs'
//! lines in them, through pipes, and over a collector that starts late.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use pane_patrol_hooks::event_log::{EventLog, rotate};
use rustix::process::{Signal, kill_process};
use serde_json::Value;

use crate::common::{Collector, Finished, TestEnv, Tmux, finish, finish_with_stdin, until};
use crate::mirror::Follower;

/// An event of session `work` at a minute of one day, in pane `pane`.
fn event(minute: u32, pane: u32, state: &str, more: &str) -> String {
    let (hour, minute) = (9 + minute / 60, minute % 60);
    format!(
        r#"{{"assistant":"claude","state":"{state}","target":"work:1.{pane}","ts":"2026-11-20T{hour:02}:{minute:02}:00.000000Z"{more},"instance_id":"session-{pane}"}}"#
    )
}

/// A morning: a turn with an approval in pane 2, a failed one in pane 3.
fn morning() -> Vec<String> {
    vec![
        event(
            0,
            2,
            "running",
            r#","kind":"turn_started","event":"UserPromptSubmit","message":"fix the tax""#,
        ),
        event(
            1,
            2,
            "running",
            r#","kind":"tool_started","event":"PreToolUse","tool":"Bash","request_id":"t1","message":"cargo publish""#,
        ),
        event(
            2,
            2,
            "waiting_approval",
            r#","kind":"approval_requested","event":"PermissionRequest","tool":"Bash","request_id":"t1","message":"cargo publish""#,
        ),
        event(3, 3, "running", r#","kind":"turn_started""#),
        event(
            5,
            2,
            "running",
            r#","kind":"tool_finished","event":"PostToolUse","tool":"Bash","request_id":"t1""#,
        ),
        event(
            6,
            2,
            "completed",
            r#","kind":"turn_finished","event":"Stop","message":"published""#,
        ),
        event(
            70,
            3,
            "error",
            r#","kind":"turn_failed","message":"overloaded""#,
        ),
    ]
}

/// The log command, in a time zone that is far from everybody's.
fn log(env: &TestEnv, arguments: &[&str]) -> Command {
    let mut command = env.pane_patrol();
    command.arg("log").args(arguments).env("TZ", "UTC");
    command
}

fn run(env: &TestEnv, arguments: &[&str]) -> Finished {
    finish(&mut log(env, arguments))
}

/// The mirror, holding `lines` in a rotated file and the one that is written.
fn mirror_with(env: &TestEnv, lines: &[String]) -> PathBuf {
    let mirror = env.mirror_on();
    for (number, line) in lines.iter().enumerate() {
        if number == lines.len() / 2 {
            rotate::rotate_now(&mirror).expect("it is ours");
        }
        assert!(
            EventLog::open(&mirror)
                .expect("it is on")
                .append(line.as_bytes())
        );
    }
    mirror
}

#[test]
fn everything_is_printed_oldest_first_and_plain_when_nobody_looks() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    let printed = run(&env, &[]);
    let expected = "\
2026-11-20 09:00:00.000  running           claude    work:1.2  UserPromptSubmit: fix the tax
2026-11-20 09:01:00.000  running           claude    work:1.2  PreToolUse Bash: cargo publish
2026-11-20 09:02:00.000  waiting_approval  claude    work:1.2  PermissionRequest Bash: cargo publish
2026-11-20 09:03:00.000  running           claude    work:1.3  turn_started
2026-11-20 09:05:00.000  running           claude    work:1.2  PostToolUse Bash
2026-11-20 09:06:00.000  completed         claude    work:1.2  Stop: published
2026-11-20 10:10:00.000  error             claude    work:1.3  turn_failed: overloaded
";
    assert_eq!(printed.stdout, expected);
    assert_eq!(printed.stderr, "");
    assert_eq!(run(&env, &["--json"]).stdout, morning().join("\n") + "\n");
}

#[test]
fn filters_can_be_given_together_and_several_times() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    for (arguments, lines) in [
        (&["--target", "work:1.3"][..], 2),
        (&["--target", "work"], 7),
        (&["--target", "session-3"], 2),
        (&["--target", "work:1.3", "--state", "idle"], 0),
        (&["--target", "::work:1.3"], 2),
        (&["--state", "error", "--state", "completed"], 2),
        (&["--kind", "tool_started"], 1),
        (&["--tool", "Bash", "--grep", "publish"], 2),
        (&["--instance", "session-2", "--state", "running"], 3),
        (&["--since", "2026-11-20T09:05:00Z"], 3),
        (
            &["--since", "2026-11-20 09:02", "--until", "2026-11-20 09:05"],
            2,
        ),
        (&["--assistant", "codex"], 0),
    ] {
        let printed = run(&env, arguments);
        assert_eq!(printed.stdout.lines().count(), lines, "{arguments:?}");
        assert_eq!(printed.status.code(), Some(0));
    }
    for wrong in [
        &["--since", "soon"][..],
        &["--state", "asleep"],
        &["--follow", "-"],
    ] {
        assert_eq!(run(&env, wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn bad_lines_are_named_and_counted_and_stop_nothing() {
    let env = TestEnv::new();
    let mut lines = morning();
    lines.insert(2, "what is this".to_owned());
    lines.insert(
        4,
        r#"{"assistant":"claude","state":"dancing","target":"a:0.0","ts":"2026-11-20T09:00:00Z"}"#
            .to_owned(),
    );
    lines.insert(5, "x".repeat(1 << 20));
    let torn = &event(7, 2, "idle", "")[..40];
    lines.push(format!("{torn}{}", event(8, 2, "idle", "")));
    let path = env.path("some.jsonl");
    fs::write(&path, lines.join("\n") + "\n" + torn).expect("ours");
    let name = path.to_str().expect("it is UTF-8");
    for arguments in [&["--json", name][..], &["--json", "-"]] {
        let printed = if arguments[1] == "-" {
            let bytes = fs::read(&path).expect("ours");
            finish_with_stdin(&mut log(&env, arguments), &bytes)
        } else {
            run(&env, arguments)
        };
        let source = if arguments[1] == "-" { "stdin" } else { name };
        assert_eq!(printed.stdout.lines().count(), 8);
        assert_eq!(
            printed.stdout.lines().last(),
            Some(&*event(8, 2, "idle", ""))
        );
        let expected = format!(
            "warning: {source}, line 3: not an event: expected value at line 1 column 1
warning: {source}, line 5: `dancing` is no state
warning: {source}, line 6: 1048576 bytes are too long for an event
warning: {source}, line 11: it is torn
warning: {source}, line 12: it is torn
warning: 5 lines were no whole event: endless line 1, malformed 1, torn line 2, unknown state 1
"
        );
        assert_eq!(printed.stderr, expected);
        assert_eq!(printed.status.code(), Some(0));
    }
    let missing = run(&env, &["/nowhere.jsonl"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.stderr.contains("/nowhere.jsonl"), "{missing:?}");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly_also_while_it_follows() {
    let env = TestEnv::new();
    let lines: Vec<String> = std::iter::repeat_with(morning)
        .take(400)
        .flatten()
        .collect();
    let path = env.path("some.jsonl");
    fs::write(&path, lines.join("\n") + "\n").expect("ours");
    let name = path.to_str().expect("it is UTF-8");
    for arguments in [&[name][..], &["--follow", name]] {
        let mut command = log(&env, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the executable can be started");
        let stdout = child.stdout.take().expect("a pipe");
        let mut first = String::new();
        BufReader::new(stdout)
            .read_line(&mut first)
            .expect("a line comes");
        assert!(first.contains("UserPromptSubmit"));
        let finished = crate::common::wait(child);
        assert_eq!((finished.status.code(), &*finished.stderr), (Some(0), ""));
    }
}

#[test]
fn stats_tell_what_the_day_was_made_of() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    let expected = "\
claude in work:1.2
  turns 1, approvals 1, questions 0, errors 0
  waited for you once: median 3m 00s, longest 3m 00s, total 3m 00s
  tools Bash 1

claude in work:1.3
  turns 1, approvals 0, questions 0, errors 1

events by hour of the day
  09  ████████████████████████████████████████ 6
  10  ███████ 1
";
    assert_eq!(run(&env, &["stats"]).stdout, expected);
    let json: Value = serde_json::from_str(&run(&env, &["stats", "--json"]).stdout).expect("JSON");
    assert_eq!(json["rows"][0]["waiting"]["total"], 180.0);
    let one = run(&env, &["stats", "--target", "work:1.3"]).stdout;
    assert!(one.starts_with("claude in work:1.3\n"), "{one}");
}

#[test]
fn a_name_that_the_log_does_not_know_is_said_and_no_name_is_none() {
    let env = TestEnv::new();
    let mirror = mirror_with(&env, &morning());
    let file = mirror.display().to_string();
    for view in [
        &[][..],
        &["--follow"],
        &["--only", "decisions"],
        &["stats"],
        &["replay", "--plain", "--speed", "0"],
    ] {
        for name in ["nobody", ""] {
            let told = run(
                &env,
                &[view, &["--target", "work", "--target", name]].concat(),
            );
            assert_eq!(told.status.code(), Some(1), "{view:?} {name:?}: {told:?}");
            let words = format!("error: no assistant is known as `{name}`\n");
            assert!(told.stderr.starts_with(&words), "{view:?}: {told:?}");
        }
    }
    let of_a_file = run(&env, &["--target", "nobody", &file]);
    assert_eq!(of_a_file.status.code(), Some(1), "{of_a_file:?}");
    let one = ["replay", "--plain", "--speed", "0", "--target", "work:1.3"];
    let one = run(&env, &one).stdout;
    assert!(one.lines().all(|line| line.contains("work:1.3")), "{one}");
    assert_eq!(one.lines().count(), 2, "{one}");
}

#[test]
fn a_log_that_is_switched_off_explains_nothing_of_now() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    let off = finish(env.pane_patrol().args(["mirror", "off"]));
    assert_eq!(off.status.code(), Some(0), "{off:?}");
    let told = |arguments: &[&str]| finish(env.pane_patrol().args(arguments));
    let explained = told(&["explain", "work:1.3"]);
    let others = told(&["tasks", "work:1.3"]);
    assert_eq!(explained.status.code(), Some(3), "{explained:?}");
    assert_eq!(explained.stderr, others.stderr);
    let then = told(&["explain", "work:1.2", "--at", "2026-11-20T09:04:00Z"]);
    assert_eq!(
        then.status.code(),
        Some(0),
        "that is asked of the log: {then:?}"
    );
}

#[test]
fn a_replay_prints_what_the_table_showed() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    let played = run(
        &env,
        &[
            "replay",
            "--plain",
            "--speed",
            "0",
            "--since",
            "2026-11-20 09:02",
        ],
    );
    let expected = "\
2026-11-20 09:02:00  waiting_approval  claude    work:1.2  Bash: cargo publish
2026-11-20 09:03:00  running           claude    work:1.3
2026-11-20 09:05:00  running           claude    work:1.2  fix the tax
2026-11-20 09:06:00  completed         claude    work:1.2  published
2026-11-20 10:10:00  error             claude    work:1.3  overloaded
";
    assert_eq!(played.stdout, expected);
}

#[test]
fn a_row_of_then_is_explained_from_the_log() {
    let env = TestEnv::new();
    mirror_with(&env, &morning());
    let explain = |arguments: &[&str]| {
        let mut command = env.pane_patrol();
        command.arg("explain").args(arguments).env("TZ", "UTC");
        finish(&mut command)
    };
    let then = explain(&["work:1.2", "--at", "2026-11-20 09:04"]);
    let expected = "\
claude in work:1.2 wants approval: Bash: cargo publish
  since 09:02:00, 2m 00s ago
because
  09:02:00, 2m 00s ago: a hook reported `PermissionRequest Bash: cargo publish`, which turned `works` into `wants approval`.
  09:01:00, 3m 00s ago: a hook reported `PreToolUse Bash: cargo publish`, which left it at `works`.
  09:00:00, 4m 00s ago: a hook reported `UserPromptSubmit: fix the tax`, which made the row: `works`.
";
    assert_eq!(then.stdout, expected);
    let now = explain(&["work:1.3"]);
    assert!(
        now.stdout
            .starts_with("claude in work:1.3 failed: overloaded\n"),
        "{now:?}"
    );
    assert!(now.stderr.contains("nobody collects"), "{now:?}");
    let nobody = explain(&["work:9.9"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(
        nobody.stderr.contains("there are work:1.2, work:1.3"),
        "{nobody:?}"
    );
}

/// An event of this very process, so that its row has a proof of life.
fn living(state: &str, more: &str) -> String {
    let now = pane_patrol_hooks::timestamp::Timestamp::now();
    let pid = std::process::id();
    format!(
        r#"{{"assistant":"claude","state":"{state}","target":"work:1.2","ts":"{now}"{more},"pid":{pid},"instance_id":"one"}}"#
    )
}

fn log_line(env: &TestEnv, line: &str) {
    let mirror = env.places().event_log().expect("there is a home");
    assert!(
        EventLog::open(&mirror)
            .expect("it is on")
            .append(line.as_bytes())
    );
}

#[test]
fn a_collector_that_starts_late_knows_what_was_logged_and_hears_what_only_the_log_hears() {
    let env = TestEnv::new();
    mirror_with(&env, &[]);
    log_line(&env, &living("running", r#","kind":"turn_started""#));
    log_line(
        &env,
        &living(
            "running",
            r#","kind":"tool_started","tool":"Bash","request_id":"t1","message":"cargo publish""#,
        ),
    );
    log_line(
        &env,
        &living(
            "waiting_approval",
            r#","kind":"approval_requested","tool":"Bash","request_id":"t1","message":"cargo publish""#,
        ),
    );
    // A process that has ended, and one whose number another process has.
    for (target, pid) in [("gone:0.0", 4_000_000), ("other:0.0", std::process::id())] {
        let ts = "2026-11-20T09:00:00Z";
        log_line(
            &env,
            &format!(
                r#"{{"assistant":"claude","state":"running","target":"{target}","ts":"{ts}","kind":"turn_started","pid":{pid},"instance_id":"{target}"}}"#
            ),
        );
    }
    let collector = Collector::start(&env);
    let row = collector.until_state("waiting_approval");
    assert_eq!(row["message"], "cargo publish");
    assert_eq!(row["target"], "work:1.2");

    // No datagram: a hook that found the queue full.
    log_line(
        &env,
        &living(
            "running",
            r#","kind":"tool_finished","tool":"Bash","request_id":"t1""#,
        ),
    );
    collector.until_state("running");
    rotate::rotate_now(&env.places().event_log().expect("there is a home")).expect("it is ours");
    log_line(&env, &living("completed", r#","kind":"turn_finished""#));
    collector.until_state("completed");
    let explained = finish(env.pane_patrol().args(["explain", "work:1.2"]));
    assert!(
        explained
            .stdout
            .contains("which turned `works` into `done`"),
        "{explained:?}"
    );
    assert_eq!(explained.stderr, "", "the collector was asked");
}

#[test]
fn a_killed_collector_leaves_its_rows_to_the_next() {
    let env = TestEnv::new();
    mirror_with(&env, &[]);
    let collector = Collector::start(&env);
    log_line(&env, &living("running", r#","kind":"turn_started""#));
    collector.until_state("running");
    collector.signal(Signal::KILL);
    drop(collector);
    log_line(
        &env,
        &living(
            "waiting_input",
            r#","kind":"input_requested","tool":"AskUserQuestion","request_id":"q1","message":"which port?""#,
        ),
    );
    let next = Collector::start(&env);
    let row = next.until_state("waiting_input");
    assert_eq!(row["message"], "which port?");
}

#[test]
fn the_collector_logs_the_end_of_a_process_that_no_hook_reports() {
    let env = TestEnv::new();
    // A real one: the pane of a server that is not there is gone as soon as it is looked for.
    let script = "sleep 1000 & echo $! > $HOME/child; exec cat";
    let Some(server) = Tmux::start_on(&env, "tmux.sock", "work", (80, 24), script) else {
        return;
    };
    mirror_with(&env, &[]);
    let child: i32 = until("it has started", || {
        let pid = fs::read_to_string(env.home().join("child")).ok()?;
        pid.trim().parse().ok()
    });
    let collector = Collector::start(&env);
    let server = server.variable();
    let server = server.rsplit_once(',').expect("three parts").0;
    let pane = format!(r#","kind":"turn_started","pane":"%0","server":"{server}""#);
    let line = living("running", &pane).replace(
        &format!("\"pid\":{}", std::process::id()),
        &format!("\"pid\":{child}"),
    );
    log_line(&env, &line);
    collector.until_state("running");
    let pid = rustix::process::Pid::from_raw(child).expect("it is a process");
    kill_process(pid, Signal::KILL).expect("it is ours");
    collector.until("no row", <[Value]>::is_empty);
    until("the end is logged", || {
        let ends = run(&env, &["--kind", "session_ended"]).stdout;
        ends.contains("its process or pane is gone").then_some(())
    });
}

#[test]
fn what_is_wrong_with_the_log_is_a_line_of_the_collectors_health() {
    let env = TestEnv::new();
    let mirror = mirror_with(&env, &[]);
    fs::remove_file(&mirror).expect("ours");
    fs::create_dir(&mirror).expect("ours");
    let _collector = Collector::start(&env);
    let mut client = pane_patrol::hub::client::HubClient::subscribe(
        &env.places(),
        rustix::process::geteuid().as_raw(),
        "test",
        pane_patrol_hooks::timestamp::Timestamp::now,
    )
    .expect("the collector listens");
    until("the trouble is told", || match client.next_update() {
        Ok(Some(pane_patrol::state::update::Update::Health(health))) => health
            .troubles
            .iter()
            .any(|trouble| trouble.contains("no regular file"))
            .then_some(()),
        _ => None,
    });
}

#[test]
fn a_follower_waits_for_a_log_that_does_not_exist_yet() {
    let env = TestEnv::new();
    let follower = Follower::start(&env);
    let said = follower.said();
    assert!(said.contains("no event log yet"), "{said}");
    let lines = morning();
    mirror_with(&env, &lines);
    log_line(&env, &event(9, 9, "idle", r#","message":"the last one""#));
    assert_eq!(follower.take_until("the last one"), lines);
}
