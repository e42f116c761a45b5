//! The collector on the real executable: what it takes, what it refuses, who owns it, and that rows
//! stay true to processes and panes.

mod told;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use pane_patrol::collector::{Setup, join};
use pane_patrol::feed::{Feed, Health, Role};
use pane_patrol::hub_client::HubClient;
use pane_patrol_hooks::memo::Memo;
use pane_patrol_hooks::mirror::Limits;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::common::{
    Collector, PATIENCE, TestEnv, Tmux, finish, private_folder, until, write_program,
};

const FOUR_FIELDS: &str = r#"{"assistant":"claude","state":"waiting_input","target":"main:0.0","message":"","ts":"2026-02-27T10:00:00Z"}"#;

fn send(env: &TestEnv, datagram: &[u8]) {
    let socket = UnixDatagram::unbound().expect("a socket can be made");
    socket
        .send_to(datagram, env.places().events_socket)
        .expect("the collector listens");
}

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What the hub tells of the collector's health once `what` is true of it.
fn health(env: &TestEnv, what: impl Fn(&Health) -> bool) -> Health {
    let mut client = HubClient::subscribe(&env.places(), uid(), "test", Timestamp::now)
        .expect("the collector listens");
    loop {
        match client.next_feed().expect("the hub goes on") {
            Some(Feed::Health(health)) if what(&health) => return health,
            Some(_) => {}
            None => panic!("the collector ended"),
        }
    }
}

#[test]
fn four_fields_from_any_program_are_a_row() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    assert_eq!(collector.rows(), [json!(null); 0]);
    send(&env, FOUR_FIELDS.as_bytes());
    let row = collector.until_state("waiting_input");
    assert_eq!(row["assistant"], "claude");
    assert_eq!(row["target"], "main:0.0");
    let keys = "assistant state target pane server instance_id since ts tool message cwd pid source waiting";
    for key in keys.split(' ') {
        assert!(row.get(key).is_some(), "{key}");
    }
}

#[test]
fn garbage_is_counted_by_reason_and_harms_nothing() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    send(&env, b"garbage");
    send(&env, &[0xff, 0xfe]);
    send(&env, &vec![b'x'; 5000]);
    send(
        &env,
        FOUR_FIELDS.replace("waiting_input", "asleep").as_bytes(),
    );
    send(&env, FOUR_FIELDS.as_bytes());
    collector.until_state("waiting_input");
    let health = health(&env, |health| health.received == 1);
    let rejected: Vec<(&str, u64)> = health
        .rejected
        .iter()
        .map(|(reason, count)| (reason.as_str(), *count))
        .collect();
    let expected = [
        ("malformed", 1),
        ("not UTF-8", 1),
        ("oversized", 1),
        ("unknown state", 1),
    ];
    assert_eq!(rejected, expected);
}

#[test]
fn status_without_a_collector_says_so_and_ends_with_3() {
    let env = TestEnv::new();
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["status", "--format", "tmux"],
    ] {
        let finished = finish(env.pane_patrol().args(arguments));
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(finished.stdout, "");
        assert!(finished.stderr.contains("nobody collects"), "{finished:?}");
    }
}

#[test]
fn status_counts_for_the_status_line_of_tmux() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let counts = || finish(env.pane_patrol().args(["status", "--format", "tmux"])).stdout;
    assert_eq!(counts(), "");
    for (target, state) in [
        ("a:0.0", "running"),
        ("a:0.1", "running"),
        ("a:0.2", "waiting_approval"),
    ] {
        let arguments = [
            "emit",
            "--strict",
            "--assistant",
            "x",
            "--state",
            state,
            "--target",
            target,
        ];
        assert!(finish(env.pane_patrol().args(arguments)).status.success());
    }
    collector.until("three rows", |rows| rows.len() == 3);
    assert_eq!(counts(), "#[fg=red]1!#[default] #[fg=blue]2…#[default]\n");
}

#[test]
fn emit_names_the_pane_it_runs_in() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "日本 [x]") else {
        return;
    };
    // Of another server than its own it believes only who is still there to be looked at.
    let collector = Collector::start_in(&env, &tmux);
    let mut emit = env.pane_patrol();
    emit.args([
        "emit",
        "--strict",
        "--assistant",
        "mine",
        "--state",
        "completed",
        "--message",
        "built",
    ]);
    emit.env("TMUX", tmux.variable()).env("TMUX_PANE", "%0");
    assert!(finish(&mut emit).status.success());
    let row = collector.until_state("completed");
    assert_eq!(row["target"], "日本 [x]:0.0");
    assert_eq!(row["pane"], "%0");
    assert_eq!(row["source"], "emit");
    assert_eq!(row["message"], "built");
}

#[test]
fn emit_fails_only_when_it_is_told_to_be_strict() {
    let env = TestEnv::new();
    let arguments = [
        "emit",
        "--assistant",
        "x",
        "--state",
        "idle",
        "--target",
        "a:0.0",
    ];
    let lenient = finish(env.pane_patrol().args(arguments));
    assert_eq!(lenient.status.code(), Some(0));
    let strict = finish(env.pane_patrol().args(arguments).arg("--strict"));
    assert_eq!(strict.status.code(), Some(1));
    assert!(strict.stderr.contains("could not deliver"), "{strict:?}");
    let nowhere = finish(env.pane_patrol().args(&arguments[..5]));
    assert_eq!(nowhere.status.code(), Some(2), "no target");
}

#[test]
fn a_planted_runtime_folder_is_refused() {
    let env = TestEnv::new();
    let runtime = env.places().runtime;
    let refusal = || {
        let finished = finish(env.pane_patrol().arg("collect"));
        assert_eq!(finished.status.code(), Some(1));
        finished.stderr
    };
    private_folder(&runtime);
    fs::set_permissions(&runtime, PermissionsExt::from_mode(0o770)).expect("it is ours");
    assert!(refusal().contains("can be written to by others (mode 0770)"));
    assert_eq!(fs::read_dir(&runtime).expect("it is ours").count(), 0);

    fs::remove_dir(&runtime).expect("it is empty");
    private_folder(&env.path("elsewhere"));
    symlink(env.path("elsewhere"), &runtime).expect("a link can be made");
    assert!(refusal().contains("is a symbolic link"));
}

#[test]
fn a_second_collector_is_refused_and_told_who_collects() {
    let env = TestEnv::new();
    let first = Collector::start(&env);
    let second = finish(env.pane_patrol().arg("collect"));
    assert_eq!(second.status.code(), Some(1));
    let owner = format!(
        "another instance collects already (process {})",
        first.pid()
    );
    assert!(second.stderr.contains(&owner), "{second:?}");
    send(&env, FOUR_FIELDS.as_bytes());
    first.until_state("waiting_input");
}

#[test]
fn what_a_killed_collector_leaves_is_taken_over() {
    let env = TestEnv::new();
    let mut first = Collector::start(&env);
    first.signal(Signal::KILL);
    first.wait();
    let places = env.places();
    assert!(places.events_socket.exists() && places.hub_socket.exists());
    let second = Collector::start(&env);
    send(&env, FOUR_FIELDS.as_bytes());
    second.until_state("waiting_input");
}

#[test]
fn a_collector_that_is_told_to_end_removes_its_sockets() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let env = TestEnv::new();
        let mut collector = Collector::start(&env);
        collector.signal(signal);
        assert_eq!(collector.wait().code(), Some(0));
        let places = env.places();
        assert!(!places.events_socket.exists() && !places.hub_socket.exists());
    }
}

#[test]
fn the_event_socket_can_be_named_by_the_user() {
    let env = TestEnv::new();
    let socket = env.path("shared.sock");
    let mut command = env.pane_patrol();
    command.env("PANE_PATROL_EVENT_SOCKET", &socket);
    let collector = Collector::start_with(&env, &mut command);
    let sender = UnixDatagram::unbound().expect("a socket can be made");
    sender
        .send_to(FOUR_FIELDS.as_bytes(), &socket)
        .expect("the collector listens");
    collector.until_state("waiting_input");
}

#[test]
fn a_named_session_is_a_world_of_its_own() {
    let env = TestEnv::new();
    let default = Collector::start(&env);
    let _work = Collector::start_with(&env, env.pane_patrol().env("PANE_PATROL_SESSION", "work"));
    send(&env, FOUR_FIELDS.as_bytes());
    default.until_state("waiting_input");
    let mut status = env.pane_patrol();
    status
        .args(["status", "--json"])
        .env("PANE_PATROL_SESSION", "work");
    assert_eq!(finish(&mut status).stdout, "[]\n");
}

#[test]
fn when_the_collecting_dashboard_goes_the_other_one_takes_over() {
    let env = TestEnv::new();
    let setup = Setup {
        notice: None,
        rules: pane_patrol::collector::JudgeSetup::default(),
        places: env.places(),
        elsewhere: None,
        uid: uid(),
        own_server: None,
        containers: Vec::new(),
        belief: pane_patrol::mux::tmux::Belief::default(),
        own_socket: env.path("none.sock"),
        claude_home: None,
        more_claude_homes: Vec::new(),
        copilot_home: None,
        codex_home: None,
        clock: Timestamp::now,
        silent: true,
        ttl: Duration::from_secs(300),
        mirror_limits: Limits::default(),
        rebuild_bytes: 1 << 20,
        rebuild_window: Duration::from_secs(3600),
    };
    let (first_feed, first) = join(setup.clone()).expect("a thread can be started");
    let next = |feed: &std::sync::mpsc::Receiver<Feed>, what: &dyn Fn(&Feed) -> bool| {
        until("the feed goes on", || {
            let feed = feed.recv_timeout(PATIENCE).expect("something is told");
            Some(feed).filter(what)
        })
    };
    let is_row = |feed: &Feed| matches!(feed, Feed::Row(_));
    next(&first_feed, &|feed| *feed == Feed::Role(Role::Collector));
    let (second_feed, second) = join(setup).expect("a thread can be started");
    next(&second_feed, &|feed| *feed == Feed::Role(Role::Subscriber));
    next(&second_feed, &|feed| *feed == Feed::Snapshot(Vec::new()));

    send(&env, FOUR_FIELDS.as_bytes());
    let row = next(&first_feed, &is_row);
    assert_eq!(next(&second_feed, &is_row), row);

    first.leave();
    let Feed::Row(row) = row else {
        panic!("{row:?}")
    };
    next(&second_feed, &|feed| {
        *feed == Feed::Snapshot(vec![(*row).clone()])
    });
    next(&second_feed, &|feed| *feed == Feed::Role(Role::Collector));
    send(&env, FOUR_FIELDS.as_bytes());
    next(&second_feed, &is_row);
    second.leave();
    assert!(!env.places().events_socket.exists());
}

/// A real process in a pane of its own, with a session file as Claude writes it.
struct Assistant<'a> {
    env: &'a TestEnv,
    pane: String,
    pid: u32,
}

impl<'a> Assistant<'a> {
    fn start(env: &'a TestEnv, tmux: &Tmux<'_>) -> Self {
        // Not the pane's own process, and the pane outlives it: only its end tells of its end.
        let script = "sleep 1000 & echo $! > $HOME/pid.$TMUX_PANE; wait; exec cat";
        let arguments = ["new-window", "-d", "-P", "-F", "#{pane_id}", script];
        let pane = tmux.run(&arguments);
        let note = env.home().join(format!("pid.{pane}"));
        let pid = until("the process has started", || {
            fs::read_to_string(&note).ok()?.trim().parse().ok()
        });
        private_folder(&env.home().join(".claude/sessions"));
        Self { env, pane, pid }
    }

    fn file(&self) -> PathBuf {
        let name = format!(".claude/sessions/{}.json", self.pid);
        self.env.home().join(name)
    }

    /// Writes the session file in place, as Claude does.
    fn says(&self, status: &str, waiting_for: Option<&str>) {
        self.says_with(status, waiting_for, &json!({}));
    }

    fn says_with(&self, status: &str, waiting_for: Option<&str>, more: &Value) {
        let now = Timestamp::now().as_micros() / 1000;
        let mut session = json!({
            "pid": self.pid, "sessionId": "s1", "cwd": "/home/user/proj", "startedAt": now,
            "kind": "interactive", "entrypoint": "cli", "status": status,
            "updatedAt": now, "statusUpdatedAt": now,
        });
        let fields = session.as_object_mut().expect("an object");
        if let Some(waiting_for) = waiting_for {
            fields.insert("waitingFor".into(), waiting_for.into());
        }
        fields.extend(more.as_object().expect("an object").clone());
        fs::write(self.file(), session.to_string()).expect("the folder is ours");
    }

    fn kill(&self) {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), Signal::KILL).expect("it lives");
    }
}

#[test]
fn a_collector_started_late_knows_at_once_what_the_session_files_say() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("waiting", Some("permission prompt"));
    // Started outside tmux: which server it is the process's own environment says.
    let collector = Collector::start(&env);
    let row = collector.until_state("waiting_approval");
    assert_eq!(row["pane"], assistant.pane.as_str());
    assert_eq!(row["pid"], assistant.pid);
    assert_eq!(row["target"], "main:1.0");
    assert_eq!(row["instance_id"], "s1");
    assert_eq!(row["cwd"], "/home/user/proj");
}

/// A line of a transcript: a call of a tool, or its result, so long ago.
fn transcribed(id: &str, ago: i64, call: Option<(&str, Value)>) -> String {
    let at = Timestamp::from_micros(Timestamp::now().as_micros() - ago * 1000);
    let (role, block) = match call {
        Some((tool, input)) => (
            "assistant",
            json!({"type": "tool_use", "id": id, "name": tool, "input": input}),
        ),
        None => (
            "user",
            json!({"type": "tool_result", "tool_use_id": id, "content": "ok"}),
        ),
    };
    let line = json!({"type": role, "message": {"role": role, "content": [block]},
        "timestamp": at.to_string(), "cwd": "/home/user/proj", "sessionId": "s1"});
    format!("{line}\n")
}

fn command(line: &str) -> (&'static str, Value) {
    ("Bash", json!({"command": line, "description": "lab"}))
}

impl Assistant<'_> {
    /// Writes the transcript of the session, or of its sub-agent.
    fn transcribes(&self, agent: Option<&str>, lines: &[String]) {
        let project = self.env.home().join(".claude/projects/-home-user-proj");
        let path = match agent {
            None => project.join("s1.jsonl"),
            Some(agent) => project.join(format!("s1/subagents/agent-{agent}.jsonl")),
        };
        fs::create_dir_all(path.parent().expect("a folder")).expect("home is ours");
        fs::write(path, lines.concat()).expect("home is ours");
    }
}

#[test]
fn a_collector_started_late_shows_what_is_asked() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    let old = [
        transcribed(
            "t0",
            90_000,
            Some(command("an old one that was never answered")),
        ),
        transcribed("t1", 60_000, Some(command("ls"))),
        transcribed("t1", 59_000, None),
    ];
    let asks = |more: &[String]| assistant.transcribes(None, &[&old[..], more].concat());
    let shown = |tool: &str, message: &str, count: usize| {
        let collector = Collector::start(&env);
        let rows = collector.until(message, |rows| {
            rows.len() == 1 && rows[0]["message"] == message && rows[0]["tool"] == tool
        });
        assert_eq!(rows[0]["waiting"].as_array().map(Vec::len), Some(count));
        (collector, rows[0].clone())
    };

    asks(&[transcribed("t2", 500, Some(command("cargo publish")))]);
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "cargo publish", 1);
    assert_eq!(row["state"], "waiting_approval");
    assert_eq!(row["waiting"][0]["request_id"], "t2");
    // It was approved: for how long it runs no hook will tell.
    assistant.says("busy", None);
    let row = collector.until_state("running");
    assert!(
        row["waiting"].as_array().is_some_and(Vec::is_empty),
        "{row}"
    );
    collector.until("nothing is said of it", |rows| rows[0]["tool"].is_null());
    drop(collector);

    // A question, a sub-agent's command, and two of which nobody knows which one stands there.
    let question = json!({"questions": [{"question": "Which port?", "options": []}]});
    asks(&[transcribed("t3", 300, Some(("AskUserQuestion", question)))]);
    assistant.says("waiting", Some("input needed"));
    let (collector, row) = shown("AskUserQuestion", "Which port?", 1);
    assert_eq!(row["state"], "waiting_input");
    drop(collector);

    asks(&[]);
    assistant.transcribes(
        Some("a1"),
        &[transcribed("t4", 200, Some(command("rm -r build")))],
    );
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "rm -r build", 1);
    assert_eq!(row["waiting"][0]["agent_id"], "a1");
    drop(collector);

    asks(&[transcribed("t5", 200, Some(command("make")))]);
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "one of 2: rm -r build · make", 2);
    assert_eq!(row["state"], "waiting_approval");
    drop(collector);

    // No transcript: it waits, and nobody knows for what.
    fs::remove_dir_all(env.home().join(".claude/projects")).expect("it is there");
    assistant.says("waiting", Some("permission prompt"));
    let row = Collector::start(&env).until_state("waiting_approval");
    assert!(row["tool"].is_null(), "{row}");
}

#[test]
fn what_a_session_file_says_is_followed_until_the_process_dies() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    // The folder comes after the collector.
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("idle", None);
    collector.until_state("idle");
    assistant.says("busy", None);
    collector.until_state("running");
    assistant.says("waiting", Some("input needed"));
    collector.until_state("waiting_input");
    fs::write(assistant.file(), r#"{"pid":1,"sta"#).expect("the folder is ours");
    assistant.says("busy", None);
    collector.until_state("running");
    assistant.says("idle", None);
    collector.until_state("idle");
    assistant.kill();
    collector.until("no row", <[Value]>::is_empty);
    assert!(assistant.file().exists(), "left behind, as Claude does");
}

#[test]
fn headless_runs_and_files_left_behind_make_no_row() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let headless = Assistant::start(&env, &tmux);
    headless.says_with("busy", None, &json!({"entrypoint": "sdk-cli"}));
    let stale = Assistant::start(&env, &tmux);
    stale.says_with("busy", None, &json!({"procStart": "1"}));
    let true_one = Assistant::start(&env, &tmux);
    true_one.says("busy", None);
    let collector = Collector::start_in(&env, &tmux);
    let row = collector.until_state("running");
    assert_eq!(row["pid"], true_one.pid);
}

#[test]
fn another_config_folder_is_watched_as_soon_as_an_event_names_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    let collector = Collector::start_in(&env, &tmux);
    let home = env.path("other claude");
    private_folder(&home);
    let event = json!({
        "assistant": "claude", "state": "idle", "kind": "session_started", "target": "main:1.0",
        "ts": Timestamp::now(), "pane": assistant.pane, "pid": assistant.pid, "instance_id": "s1",
        "server": tmux.variable().trim_end_matches(",0"), "home": home,
    });
    send(&env, event.to_string().as_bytes());
    collector.until_state("idle");
    assistant.says("busy", None);
    fs::rename(env.home().join(".claude/sessions"), home.join("sessions")).expect("both are ours");
    collector.until_state("running");
}

#[test]
fn a_row_follows_its_pane_wherever_tmux_moves_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("busy", None);
    let collector = Collector::start_in(&env, &tmux);
    let now_at = |target: &str| {
        collector.until(target, |rows| {
            rows.len() == 1 && rows[0]["target"] == target
        });
    };
    now_at("main:1.0");
    tmux.run(&["move-window", "-s", "main:1", "-t", "main:7"]);
    now_at("main:7.0");
    tmux.run(&["swap-window", "-s", "main:7", "-t", "main:0"]);
    now_at("main:0.0");
    tmux.run(&["rename-session", "-t", "main", "a [b] 日本"]);
    now_at("a [b] 日本:0.0");
}

#[test]
fn a_row_goes_with_its_pane_and_all_rows_with_their_server() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let gone = Assistant::start(&env, &tmux);
    let left = Assistant::start(&env, &tmux);
    gone.says("busy", None);
    left.says("busy", None);
    collector.until("two rows", |rows| rows.len() == 2);
    tmux.run(&["kill-pane", "-t", &gone.pane]);
    let rows = collector.until("one row", |rows| rows.len() == 1);
    assert_eq!(rows[0]["pane"], left.pane.as_str());
    // A row without a process: only tmux can tell that its pane is gone.
    send(&env, FOUR_FIELDS.as_bytes());
    collector.until("the pane is known", |rows| {
        rows.iter().any(|row| row["pane"] == "%0")
    });
    tmux.run(&["kill-server"]);
    collector.until("no row", <[Value]>::is_empty);
}

#[test]
fn a_tmux_server_that_hangs_is_said_and_holds_nothing_up() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    tmux.stop();
    send(&env, FOUR_FIELDS.as_bytes());
    collector.until_state("waiting_input");
    let health = health(&env, |health| !health.troubles.is_empty());
    assert!(
        health.troubles[0].contains("tmux did not answer"),
        "{health:?}"
    );
    send(
        &env,
        FOUR_FIELDS
            .replace("waiting_input", "running")
            .replace("T10", "T11")
            .as_bytes(),
    );
    collector.until_state("running");
}

#[test]
fn the_branch_of_a_rows_folder_is_shown() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let project = env.home().join("proj");
    fs::create_dir_all(project.join(".git")).expect("home is ours");
    fs::write(project.join(".git/HEAD"), "ref: refs/heads/fix-tax\n").expect("home is ours");
    let event = FOUR_FIELDS.replace(
        "\"message\":\"\"",
        &format!("\"cwd\":{:?}", project.join("src").display().to_string()),
    );
    send(&env, event.as_bytes());
    collector.until("the branch", |rows| {
        rows.len() == 1 && rows[0]["branch"] == "fix-tax"
    });
}

#[test]
fn without_rows_the_collector_starts_nothing() {
    let env = TestEnv::new();
    let fake = env.path("bin");
    private_folder(&fake);
    let log = env.path("tmux.log");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\nexit 1\n", log.display());
    write_program(&fake.join("tmux"), &script);
    let mut command: Command = env.pane_patrol();
    command.env("PATH", &fake);
    let collector = Collector::start_with(&env, &mut command);
    let started = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    let at_start = started();
    // As soon as there is a row tmux is asked; the same collector asked nobody before, while it went
    // about its business for some seconds: it tells its health once in a second.
    for rejected in 1..=3 {
        send(&env, b"nonsense");
        health(&env, |health| {
            health.rejected.values().sum::<u64>() == rejected
        });
    }
    assert_eq!(started(), at_start);
    assert!(at_start <= 1, "the default server is looked for once");
    send(&env, FOUR_FIELDS.as_bytes());
    collector.until_state("waiting_input");
    until("tmux is asked", || (started() > at_start).then_some(()));
}

#[test]
fn what_hooks_remembered_of_panes_that_are_gone_is_cleared_away() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let runtime = env.places().runtime;
    private_folder(&runtime);
    let variable = tmux.variable();
    let server: Server = variable.trim_end_matches(",0").parse().expect("a server");
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for (pane, target) in [(0, "main:0.0"), (99, "main:9.9")] {
        let memo = Memo::of(&runtime, Some(&server), PaneId(pane), uid());
        memo.keep(&target.parse().expect("a target"));
    }
    let memories = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&runtime).expect("it is ours").flatten();
        let paths = entries.map(|entry| entry.path());
        let is_memo = |path: &PathBuf| path.display().to_string().contains("/pane-patrol/pane-");
        paths.filter(is_memo).collect()
    };
    for path in memories() {
        let file = fs::File::options().write(true).open(path);
        let file = file.expect("it is ours");
        file.set_modified(an_hour_ago).expect("it is ours");
    }
    let _collector = Collector::start_in(&env, &tmux);
    send(&env, FOUR_FIELDS.as_bytes());
    until("the pane that is gone is forgotten", || {
        (memories().len() == 1).then_some(())
    });
    let kept = fs::read_to_string(&memories()[0]).expect("it is ours");
    assert!(kept.ends_with("main:0.0\n"), "{kept}");
}
