//! What is left when a dashboard is killed in the middle of its work: the real one on a real
//! terminal, SIGKILL, and the events of real sessions through the real hook.

use pane_patrol_hooks::event::Assistant;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::common::player::{Line, recording};
use crate::common::{
    PROGRAM, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, until, wait_until,
};

/// Recorded sessions that end in different states, each played in a pane of its own.
const SESSIONS: [&str; 6] = [
    "bash-approve-long",
    "err500",
    "task",
    "plan-file",
    "tool-fail",
    "queue-tool",
];

/// Where the event comes from that is sent after all others.
const LAST: &str = "work:0.0";

/// As many times each session is played, the first ones cut short by the next.
const ROUNDS: usize = 3;

/// Every hook of every session, in the order of their times: the pane's number and the payload.
fn busy_day() -> Vec<(usize, String)> {
    let mut calls = Vec::new();
    for round in 0..ROUNDS {
        for (pane, name) in SESSIONS.iter().enumerate() {
            let lines = recording(&Assistant::CLAUDE, name);
            let last = if round + 1 == ROUNDS {
                lines.len() - 1
            } else {
                lines.len() / 2
            };
            // The end of a session is left out: its row is to be compared.
            for line in &lines[..last] {
                let at = i64::try_from(round).expect("few") * 10_000 + line.at;
                calls.push((at, pane, payload(line, round)));
            }
        }
    }
    calls.sort();
    calls
        .into_iter()
        .map(|(_, pane, payload)| (pane, payload))
        .collect()
}

/// Each round is another session.
fn payload(line: &Line, round: usize) -> String {
    let session = line.session();
    let other = format!("{session}-{round}");
    line.payload.to_string().replace(session, &other)
}

/// What a person sees of each row.
fn seen(env: &TestEnv) -> Vec<Value> {
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    let rows: Vec<Value> = serde_json::from_str(&status.stdout).unwrap_or_default();
    let mut seen: Vec<Value> = rows
        .iter()
        .filter(|row| row["from_mirror"] == false)
        .map(|row| {
            let requests = row["waiting"].as_array().map(Vec::len);
            json!([
                row["pane"],
                row["target"],
                row["state"],
                row["kind"],
                row["tool"],
                row["message"],
                row["instance_id"],
                row["sub_agents"],
                requests
            ])
        })
        .collect();
    seen.sort_by_key(Value::to_string);
    seen
}

/// A dashboard in a terminal of its own.
struct Dashboard<'env> {
    terminal: Terminal<'env>,
}

impl<'env> Dashboard<'env> {
    fn start(env: &'env TestEnv, server: &Tmux<'_>, name: &str) -> Option<Self> {
        let own = format!("TMUX={} {PROGRAM}", server.variable());
        let terminal = Terminal::start(env, name, &own)?;
        terminal.wait_for("pane-patrol");
        Some(Self { terminal })
    }

    fn kill(self) {
        let pid = self.terminal.ask("#{pane_pid}").parse().ok();
        let pid = pid.and_then(Pid::from_raw).expect("a pane has a process");
        kill_process(pid, Signal::KILL).expect("it lives");
    }
}

/// Plays the day, killing the dashboard before each call in `kills` and starting it again some calls
/// later; the rows at the end.
fn play(kills: &[usize]) -> Option<Vec<Value>> {
    const AWAY: usize = 4;
    let env = TestEnv::new();
    let server = Tmux::start(&env, "work")?;
    env.mirror_on();
    let panes: Vec<String> = SESSIONS
        .iter()
        .map(|_| server.window("work", "cat"))
        .collect();
    let mut dashboard = Some(Dashboard::start(&env, &server, "0.sock")?);
    let mut back_at = usize::MAX;
    for (number, (pane, payload)) in busy_day().iter().enumerate() {
        if kills.contains(&number) {
            if let Some(dashboard) = dashboard.take() {
                dashboard.kill();
            }
            back_at = number + AWAY;
        }
        if number == back_at {
            dashboard = Dashboard::start(&env, &server, &format!("{number}.sock"));
        }
        let mut hook = server.claude_hook(&panes[*pane]);
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    }
    if dashboard.is_none() {
        dashboard = Dashboard::start(&env, &server, "last.sock");
    }
    // What was sent before it has arrived before it.
    wait_until("it listens", || env.places().events_socket.exists());
    let rows = until("the last event of all is heard", || {
        let emit = [
            "emit",
            "--assistant",
            "other",
            "--state",
            "idle",
            "--target",
            LAST,
        ];
        finish(env.pane_patrol().args(emit));
        let (last, rows): (Vec<_>, Vec<_>) = seen(&env).into_iter().partition(|row| row[1] == LAST);
        let placed = |row: &Value| row[1].as_str().is_some_and(|at| at.starts_with("work:"));
        let all = rows.len() == SESSIONS.len() && rows.iter().all(placed);
        (all && !last.is_empty()).then_some(rows)
    });
    let screen = dashboard?.terminal.screen();
    assert!(screen.contains("work:1.0"), "{screen}");
    Some(rows)
}

#[test]
fn a_dashboard_that_is_killed_at_any_moment_of_a_busy_day_comes_back_to_the_same_rows() {
    let Some(undisturbed) = play(&[]) else { return };
    let calls = busy_day().len();
    // Other moments each time; they are named when it goes wrong.
    let seed = usize::try_from(std::process::id()).expect("it fits");
    let kills: Vec<usize> = (0..5)
        .map(|n| (seed * 7 + n * calls / 5 + n * 3) % calls)
        .collect();
    let disturbed = play(&kills).expect("tmux is there");
    assert_eq!(disturbed, undisturbed, "killed before the calls {kills:?}");
}

#[test]
fn the_second_dashboard_keeps_the_rows_and_hears_the_events_when_the_first_is_killed() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let panes = [server.window("work", "cat"), server.window("work", "cat")];
    let report = |pane: &str| {
        let payload = fixture("claude/permission_request.bash.json");
        server.report(pane, &payload, "waiting_approval");
    };
    let Some(first) = Dashboard::start(&env, &server, "1.sock") else {
        return;
    };
    wait_until("it listens", || env.places().hub_socket.exists());
    let Some(second) = Dashboard::start(&env, &server, "2.sock") else {
        return;
    };
    report(&panes[0]);
    first.terminal.wait_for("work:1.0");
    second.terminal.wait_for("work:1.0");
    first.kill();
    // No log holds it: the row is the second one's own knowledge.
    wait_until("somebody collects again", || seen(&env).len() == 1);
    report(&panes[1]);
    let screen = second.terminal.wait_for("work:2.0");
    assert!(screen.contains("work:1.0"), "{screen}");
}
