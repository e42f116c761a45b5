//! The collector on the real executable: what it takes, what it refuses, who owns it, and that rows
//! stay true to processes and panes.

mod owners;
mod panes;
mod session_files;
mod told;
mod unseen;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use pane_patrol::collector::{Setup, join};
use pane_patrol::hub::client::HubClient;
use pane_patrol::state::update::{Health, Role, Update};
use pane_patrol_hooks::event_log::Limits;
use pane_patrol_hooks::pane_cache::CacheEntry;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::common::{
    Collector, PATIENCE, TestEnv, Tmux, finish, finish_with_stdin, private_folder, until,
    write_program,
};

const FOUR_FIELDS: &str = r#"{"assistant":"claude","state":"waiting_input","target":"main:0.0","message":"","ts":"2026-02-27T10:00:00Z"}"#;

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What the hub tells of the collector's health once `what` is true of it.
fn health(env: &TestEnv, what: impl Fn(&Health) -> bool) -> Health {
    let mut client = HubClient::subscribe(&env.places(), uid(), "test", Timestamp::now)
        .expect("the collector listens");
    loop {
        match client.next_update().expect("the hub goes on") {
            Some(Update::Health(health)) if what(&health) => return health,
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
    env.send(FOUR_FIELDS.as_bytes());
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
    env.send(b"garbage");
    env.send(&[0xff, 0xfe]);
    env.send(&vec![b'x'; 5000]);
    env.send(FOUR_FIELDS.replace("waiting_input", "asleep").as_bytes());
    env.send(FOUR_FIELDS.as_bytes());
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
    // Outside of any pane it is about the session it runs in.
    let outside = finish(env.pane_patrol().args(&arguments[..5]));
    assert_eq!(outside.status.code(), Some(0), "{outside:?}");
    let nowhere = finish(
        env.pane_patrol()
            .args(arguments[..6].iter().chain([&"nowhere"])),
    );
    assert_eq!(nowhere.status.code(), Some(2), "no target");
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
        let pane = tmux.window("main", script);
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
