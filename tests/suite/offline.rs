//! What can be said when nobody collects: by the end of the event log, and marked as such.

use std::fs;

use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until,
};

fn status(env: &TestEnv, arguments: &[&str]) -> Finished {
    finish(env.pane_patrol().arg("status").args(arguments))
}

fn rows(env: &TestEnv) -> Vec<Value> {
    let printed = status(env, &["--json"]);
    assert_eq!(printed.status.code(), Some(0), "{printed:?}");
    serde_json::from_str(&printed.stdout).expect("an array")
}

/// Logs an event of 90 seconds ago.
fn log(env: &TestEnv, fields: &Value) {
    let mut event = json!({
        "assistant": "claude", "ts": Timestamp::now().minus(std::time::Duration::from_secs(90)),
    });
    let into = event.as_object_mut().expect("an object");
    into.extend(fields.as_object().expect("an object").clone());
    let mirror = env.places().event_log().expect("there is a home");
    let mirror = EventLog::open(&mirror).expect("it is on");
    assert!(mirror.append(event.to_string().as_bytes()));
}

fn asking(target: &str, pid: u32) -> Value {
    json!({
        "state": "waiting_approval", "kind": "approval_requested", "target": target, "pid": pid,
        "tool": "Bash", "message": "cargo publish", "request_id": target, "instance_id": target,
    })
}

#[test]
fn without_a_collector_the_log_is_asked_and_the_answer_says_so() {
    let env = TestEnv::new();
    assert_eq!(status(&env, &[]).status.code(), Some(3), "no log either");
    env.mirror_on();
    assert_eq!(
        status(&env, &[]).stdout,
        "nobody collects; by the event log, which holds nothing recent:\nno assistant has reported\n"
    );
    // What is not there any more is not shown: its process has ended, or its number is another's.
    log(&env, &asking("gone:0.0", 4_000_000));
    let mut younger = env.command("sleep").arg("1000").spawn().expect("it runs");
    log(&env, &asking("other:0.0", younger.id()));
    let mut ours = asking("work:1.2", std::process::id());
    ours["ts"] = json!(Timestamp::now());
    log(&env, &ours);
    let table = status(&env, &[]);
    assert_eq!(table.status.code(), Some(0), "{table:?}");
    let lines: Vec<&str> = table.stdout.lines().collect();
    let is_heading = |line: &str| line.starts_with("nobody collects; by the event log, which ends");
    assert!(is_heading(lines[0]) && lines.len() == 2, "{table:?}");
    assert!(
        lines[1].starts_with("wants approval  claude  work:1.2"),
        "{table:?}"
    );
    younger.kill().expect("it lives");
    younger.wait().expect("it can be waited for");
    let rows = rows(&env);
    assert_eq!(rows[0]["from_mirror"], true);
    assert!(rows[0]["logged_until"].is_string(), "{rows:?}");
    assert_eq!(
        status(&env, &["--format", "tmux"]).stdout,
        "~#[fg=red]1!#[default]\n"
    );

    let collector = Collector::start(&env);
    let row = collector.until_state("waiting_approval");
    assert_eq!(row["from_mirror"], false);
    assert_eq!(row["logged_until"], Value::Null);
}

#[test]
fn a_log_that_is_off_or_broken_is_nobody_to_ask() {
    let env = TestEnv::new();
    env.mirror_on();
    log(&env, &asking("work:1.2", std::process::id()));
    let mirror = env.places().event_log().expect("there is a home");
    let off = finish(env.pane_patrol().args(["mirror", "off"]));
    assert!(off.status.success(), "{off:?}");
    assert_eq!(status(&env, &[]).status.code(), Some(3));
    fs::create_dir(mirror).expect("ours");
    let broken = status(&env, &[]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(broken.stderr.contains("no regular file"), "{broken:?}");
}

#[test]
fn a_jump_finds_its_pane_by_the_log_wherever_it_was_moved() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(_client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    env.mirror_on();
    let window = [
        "new-window",
        "-d",
        "-t",
        "work",
        "-P",
        "-F",
        "#{pane_id}",
        "cat",
    ];
    let pane = server.run(&window);
    let mut event = asking("work:1.0", std::process::id());
    event["pane"] = json!(pane);
    let variable = server.variable();
    event["server"] = json!(variable.trim_end_matches(",0"));
    event["ts"] = json!(Timestamp::now());
    log(&env, &event);
    server.run(&["move-window", "-s", "work:1", "-t", "work:7"]);
    assert_eq!(rows(&env)[0]["target"], "work:7.0");
    let mut jump = env.pane_patrol();
    jump.args(["jump", "--next"]);
    jump.env("TMUX", &variable).env("TMUX_PANE", "%0");
    let jumped = finish(&mut jump);
    assert!(jumped.status.success(), "{jumped:?}");
    assert!(
        jumped.stderr.contains("by what the event log says"),
        "{jumped:?}"
    );
    wait_until("the client shows the pane", || {
        server.run(&["list-clients", "-F", "#{pane_id}"]) == pane
    });
    server.run(&["kill-pane", "-t", &pane]);
    assert_eq!(rows(&env), [json!(null); 0]);
}

/// Who is where, by `rows`.
fn who(rows: &[Value]) -> Vec<(String, String)> {
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let mut who: Vec<_> = rows
        .iter()
        .map(|row| (text(row, "target"), text(row, "assistant")))
        .collect();
    who.sort();
    who
}

/// One who reports in a place: a script by its address or its pane's number, with or without a server,
/// or Claude's hook in it.
enum Report {
    Emit(&'static str),
    EmitInside(&'static str),
    Hook(&'static str),
}

impl Report {
    fn make(&self, env: &TestEnv, server: &Tmux<'_>) {
        let emit = |place: &str| {
            let mut emit = env.pane_patrol();
            emit.args([
                "emit",
                "--assistant",
                "bot",
                "--state",
                "running",
                "--target",
                place,
            ]);
            emit
        };
        let mut command = match self {
            Self::Emit(place) => emit(place),
            Self::EmitInside(place) => {
                let mut emit = emit(place);
                emit.env("TMUX", server.variable()).env("TMUX_PANE", "%0");
                emit
            }
            Self::Hook(pane) => {
                let mut hook = server.claude_hook(pane);
                let payload = fixture("claude/user_prompt_submit.plain.json");
                finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
                return;
            }
        };
        let said = finish(&mut command);
        assert!(said.status.success(), "{said:?}");
    }
}

#[test]
fn whoever_reports_in_a_place_it_is_one_row_without_a_collector_as_with_one() {
    use Report::{Emit, EmitInside, Hook};
    let stories: [(&[Report], &[&str]); 5] = [
        (&[Emit("work:0.0"), Hook("%0")], &["work:0.0"]),
        (&[Hook("%0"), Emit("work:0.0")], &["work:0.0"]),
        (
            &[EmitInside("%0"), Hook("%0"), Emit("work:0.0")],
            &["work:0.0"],
        ),
        (
            &[Emit("work:0.1"), Hook("%0"), Hook("%1"), Emit("work:0.0")],
            &["work:0.0", "work:0.1"],
        ),
        (
            &[Hook("%0"), Emit("elsewhere:3.1"), EmitInside("work:0.0")],
            &["elsewhere:3.1", "work:0.0"],
        ),
    ];
    for (number, (reports, places)) in stories.iter().enumerate() {
        let env = TestEnv::new();
        let Some(server) = Tmux::start(&env, "work") else {
            return;
        };
        server.run(&["split-window", "-d", "-t", "work:0", "cat"]);
        env.mirror_on();
        for report in *reports {
            report.make(&env, &server);
        }
        let offline = who(&rows(&env));
        let found: Vec<&str> = offline.iter().map(|(target, _)| target.as_str()).collect();
        assert_eq!(&found, places, "{number}: {offline:?}");
        let mut inside = env.pane_patrol();
        inside
            .args(["status", "--json"])
            .env("TMUX", server.variable());
        let inside = finish(&mut inside).stdout;
        let inside: Vec<Value> = serde_json::from_str(&inside).expect("an array");
        assert_eq!(who(&inside), offline, "{number}: asked in tmux");
        let collector = Collector::start_in(&env, &server);
        collector.until("it is the same with a collector", |rows| {
            who(rows) == offline
        });
    }
}
