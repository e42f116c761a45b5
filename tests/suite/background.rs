//! Sessions that Claude runs in the background: a row as long as no pane shows them, the pane's while one does,
//! and what can be done from here meanwhile.

use std::fs;
use std::process::{Child, Command, Stdio};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::acts::decisions;
use crate::common::{
    Collector, Finished, PROGRAM, TestEnv, Tmux, finish, private_folder, until, wait_until,
    write_program,
};
use crate::everywhere::{Plain, rows_in};

const JOB: &str = "50a81936";
const OTHER: &str = "0ade4f56";

/// The process that works for such a session, as the assistant's daemon runs it: in no pane.
struct Worker<'a> {
    env: &'a TestEnv,
    job: &'static str,
    child: Child,
}

impl<'a> Worker<'a> {
    fn start(env: &'a TestEnv, job: &'static str) -> Self {
        private_folder(&env.home().join(".claude/sessions"));
        let mut command = env.command("sleep");
        let child = command.arg("1000").stdin(Stdio::null()).spawn();
        let child = child.expect("it is there");
        Self { env, job, child }
    }

    fn session(&self) -> String {
        format!("{}-c94b", self.job)
    }

    fn says(&self, status: &str, waiting_for: Option<&str>) {
        let (pid, now) = (self.child.id(), Timestamp::now().as_micros() / 1000);
        let mut session = json!({
            "pid": pid, "sessionId": self.session(), "cwd": "/", "startedAt": now, "kind": "bg",
            "entrypoint": "cli", "jobId": self.job, "status": status, "updatedAt": now,
        });
        session["waitingFor"] = waiting_for.into();
        let file = self.env.home().join(format!(".claude/sessions/{pid}.json"));
        fs::write(file, session.to_string()).expect("it is ours");
    }

    /// It asks for `command`, which its transcript holds.
    fn asks(&self, command: &str) {
        let folder = self.env.home().join(".claude/projects/-");
        private_folder(&folder);
        let call = json!({"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": command}});
        let line = json!({
            "type": "assistant", "isSidechain": false, "timestamp": Timestamp::now(), "cwd": "/",
            "sessionId": self.session(), "message": {"stop_reason": "tool_use", "content": [call]},
        });
        let file = folder.join(format!("{}.jsonl", self.session()));
        fs::write(file, format!("{line}\n")).expect("it is ours");
        self.says("waiting", Some("permission prompt"));
    }

    fn place(&self) -> String {
        format!("background@{}.", self.child.id())
    }

    fn ends(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that is called as Claude is, and stays.
fn program(env: &TestEnv) {
    private_folder(&env.path("programs"));
    let text = "#!/bin/sh\necho \"$@\" >> \"$HOME/started\"\nwhile :; do sleep 1; done\n";
    write_program(&env.path("programs/claude"), text);
}

/// What shows the session of that job in a pane.
fn attach(env: &TestEnv, job: &str) -> String {
    let program = env.path("programs/claude");
    format!("exec '{}' attach {job}", program.display())
}

fn in_tmux<'a>(command: &'a mut Command, env: &TestEnv, tmux: &Tmux<'_>) -> &'a mut Command {
    let system = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{system}", env.path("programs").display());
    command.env("PATH", path).env("TMUX", tmux.variable())
}

/// One of our commands on that server.
fn run(env: &TestEnv, tmux: &Tmux<'_>, words: &[&str]) -> Finished {
    finish(in_tmux(env.pane_patrol().args(words), env, tmux))
}

/// The only row, which is in the background.
fn behind(collector: &Collector<'_>, worker: &Worker<'_>, state: &str) -> Value {
    let place = worker.place();
    let mut rows = collector.until(&format!("{state} in the background"), |rows| {
        let target = rows.first().and_then(|row| row["target"].as_str());
        let is_there = target.is_some_and(|target| target.starts_with(&place));
        rows.len() == 1 && is_there && rows[0]["state"] == state
    });
    rows.remove(0)
}

/// The only row, which is that of a pane.
fn in_front(collector: &Collector<'_>, pane: &str, state: &str) -> Value {
    let mut rows = collector.until(&format!("{state} in {pane}"), |rows| {
        rows.len() == 1 && rows[0]["pane"] == pane && rows[0]["state"] == state
    });
    rows.remove(0)
}

#[test]
fn it_is_a_row_until_a_pane_shows_it_and_again_after_and_ends_with_its_process() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let mut worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    let row = behind(&collector, &worker, "running");
    assert_eq!(row["instance_id"], worker.session());
    assert!(row["pane"].is_null() && row["server"].is_null());
    worker.asks("touch x");
    let row = behind(&collector, &worker, "waiting_approval");
    assert_eq!(row["cwd"], "/");
    let status = finish(env.pane_patrol().arg("status")).stdout;
    assert!(status.contains(&worker.place()), "{status}");

    program(&env);
    let attach = attach(&env, JOB);
    for _ in 0..2 {
        let pane = tmux.window("main", &attach);
        let row = in_front(&collector, &pane, "waiting_approval");
        assert_eq!(row["waiting"][0]["message"], "touch x");
        tmux.run(&["kill-pane", "-t", &pane]);
        let row = behind(&collector, &worker, "waiting_approval");
        assert_eq!(row["waiting"][0]["message"], "touch x");
    }
    worker.ends();
    collector.until("it has ended", <[Value]>::is_empty);
    let ended = finish(env.pane_patrol().args(["status", "--ended", "--json"]));
    assert_eq!(ended.stdout.trim(), "[]", "nothing was attached to it");
}

/// What all rows are, looked at again and again until `ends`: but for the moment in which one row becomes the other
/// there is one, and it asks once.
fn one_all_the_time(collector: &Collector<'_>, mut ends: impl FnMut(&Value) -> bool) {
    let mut odd = 0;
    wait_until("it is where it belongs", || {
        let rows = collector.rows();
        odd = if rows.len() == 1 { 0 } else { odd + 1 };
        assert!(odd < 2, "{rows:?}");
        rows.first().is_some_and(&mut ends)
    });
}

#[test]
fn attached_and_left_and_shown_twice_it_is_one_row_that_asks_once() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    program(&env);
    let worker = Worker::start(&env, JOB);
    worker.asks("touch x");
    behind(&collector, &worker, "waiting_approval");
    let attach = attach(&env, JOB);
    let is_in = |pane: &str| {
        let pane = pane.to_owned();
        move |row: &Value| row["pane"] == *pane
    };
    for _ in 0..3 {
        let first = tmux.window("main", &attach);
        one_all_the_time(&collector, is_in(&first));
        let second = tmux.window("main", &attach);
        let line = format!("/proc/{}/cmdline", tmux.process_of(&second));
        wait_until("it is attached, too", || {
            fs::read_to_string(&line).is_ok_and(|line| line.contains("attach\0"))
        });
        // What is told after that was seen is told after the second one was found.
        let marker = Worker::start(&env, OTHER);
        marker.says("busy", None);
        let rows = collector.until("the marker is told", |rows| rows.len() > 1);
        assert_eq!(rows.len(), 2, "{rows:?}");
        drop(marker);
        collector.until("the marker has gone", |rows| rows.len() == 1);
        tmux.run(&["kill-pane", "-t", &first]);
        one_all_the_time(&collector, is_in(&second));
        tmux.run(&["kill-pane", "-t", &second]);
        one_all_the_time(&collector, |row| row["pane"].is_null());
    }
}

#[test]
fn the_short_id_of_its_assistant_is_its_name_in_front_and_behind() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    program(&env);
    let worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    behind(&collector, &worker, "running");
    let said = run(&env, &tmux, &["explain", JOB]);
    assert!(said.stdout.contains(&worker.place()), "{said:?}");
    let dry = run(&env, &tmux, &["resume", JOB, "--dry-run"]);
    assert_eq!(dry.stdout, format!("claude attach {JOB}\n"), "{dry:?}");
    let pane = tmux.window("main", &attach(&env, JOB));
    in_front(&collector, &pane, "running");
    let said = run(&env, &tmux, &["explain", JOB]);
    assert!(said.status.success(), "{said:?}");
}

/// Whoever collects later knows at once who shows what: one row, in the right place.
#[test]
fn a_collector_that_starts_late_has_one_row_of_each() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    env.mirror_on();
    let mut worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    for _ in 0..2 {
        let collector = Collector::start_in(&env, &tmux);
        behind(&collector, &worker, "running");
    }
    program(&env);
    let attach = attach(&env, JOB);
    let pane = tmux.window("main", &attach);
    let line = format!("/proc/{}/cmdline", tmux.process_of(&pane));
    wait_until("it is attached", || {
        fs::read_to_string(&line).is_ok_and(|line| line.contains("attach\0"))
    });
    for _ in 0..2 {
        let collector = Collector::start_in(&env, &tmux);
        in_front(&collector, &pane, "running");
    }
    tmux.run(&["kill-pane", "-t", &pane]);
    let collector = Collector::start_in(&env, &tmux);
    behind(&collector, &worker, "running");
    drop(collector);
    worker.ends();
    let collector = Collector::start_in(&env, &tmux);
    collector.until("it has ended meanwhile", <[Value]>::is_empty);
}

#[test]
fn what_it_asks_is_read_in_full_and_answered_where_a_pane_shows_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    program(&env);
    let mut worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    behind(&collector, &worker, "running");
    let command = "echo one\necho two\nrm -rf ~/everything";
    worker.asks(command);
    let row = behind(&collector, &worker, "waiting_approval");
    let name = row["target"].as_str().expect("it has one");
    let request = until("the request is known", || {
        let request = run(&env, &tmux, &["request", name, "--json"]).stdout;
        let request: Value = serde_json::from_str(&request).ok()?;
        (request["input"]["command"] == command).then_some(request)
    });
    assert_eq!(request["input"]["command"], command);
    for words in [&["approve", name, "--yes"][..], &["deny", name]] {
        let said = run(&env, &tmux, words);
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        assert!(said.stderr.contains("attach to it first"), "{said:?}");
        assert!(said.stderr.contains(&format!("resume {name}")), "{said:?}");
    }
    assert!(decisions(&env).iter().all(|line| line["outcome"] != "done"));
    let said = run(&env, &tmux, &["jump", name]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(said.stderr.contains(&format!("resume {name}")), "{said:?}");
    let said = run(&env, &tmux, &["stop", name]);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(
        said.stderr.contains(&format!("claude stop {JOB}")),
        "{said:?}"
    );
    assert!(worker.child.try_wait().expect("it is ours").is_none());
    let said = run(&env, &tmux, &["explain", name]);
    assert!(said.stdout.contains("permission prompt"), "{said:?}");

    let dry = run(&env, &tmux, &["resume", name, "--dry-run"]);
    assert_eq!(dry.stdout, format!("claude attach {JOB}\n"), "{dry:?}");
    let shown = run(&env, &tmux, &["resume", name]);
    assert!(shown.status.success(), "{shown:?}");
    let pane = tmux.run(&["list-panes", "-s", "-t", "main", "-F", "#{pane_id}"]);
    let pane = pane.lines().last().expect("a new one");
    in_front(&collector, pane, "waiting_approval");
    let started = fs::read_to_string(env.home().join("started")).expect("it was");
    assert_eq!(started, format!("attach {JOB}\n"));
    worker.ends();
}

#[test]
fn enter_in_the_dashboard_shows_it_in_a_pane() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    program(&env);
    let mut dashboard = tmux.command(&["respawn-pane", "-k", "-t", "%0", PROGRAM]);
    let started = finish(in_tmux(&mut dashboard, &env, &tmux));
    assert!(started.status.success(), "{started:?}");
    wait_until("it listens", || env.places().events_socket.exists());
    let worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    let shows = |text: &str| {
        let screen = || tmux.screen_of("%0");
        wait_until(&format!("`{text}` in {}", screen()), || {
            screen().contains(text)
        });
    };
    shows("IN THE BACKGROUND");
    tmux.run(&["send-keys", "-t", "%0", "Enter"]);
    shows("attached claude in main:1.0");
    shows("WORKING");
    assert!(!tmux.screen_of("%0").contains("IN THE BACKGROUND"));
    let started = fs::read_to_string(env.home().join("started")).expect("it was");
    assert_eq!(started, format!("attach {JOB}\n"));
}

#[test]
fn where_it_is_not_wanted_it_has_no_row() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    env.mirror_on();
    let worker = Worker::start(&env, JOB);
    worker.says("busy", None);
    let collector = Collector::start_in(&env, &tmux);
    behind(&collector, &worker, "running");
    drop(collector);
    env.configure("[table]\nbackground = false\n");
    let collector = Collector::start_in(&env, &tmux);
    worker.says("waiting", Some("permission prompt"));
    // What a pane shows is told of as before; all of it is told after the other one, which is not.
    program(&env);
    let other = Worker::start(&env, OTHER);
    other.says("busy", None);
    let pane = tmux.window("main", &attach(&env, OTHER));
    in_front(&collector, &pane, "running");
}

#[test]
fn a_plain_terminal_that_shows_it_has_its_row_all_the_time_where_that_is_asked_for() {
    let env = TestEnv::new();
    program(&env);
    let Some(moved) = Plain::start(&env, "moved", "sleep 1000") else {
        return;
    };
    let mut install = env.pane_patrol();
    install.args(["install", "--assistant", "claude", "--everywhere"]);
    assert!(finish(&mut install).status.success());
    let worker = Worker::start(&env, JOB);
    let own = |more: &Value| {
        let now = Timestamp::now().as_micros() / 1000;
        let mut session = json!({
            "pid": moved.pid, "sessionId": "own", "cwd": "/", "startedAt": now, "entrypoint": "cli",
            "kind": "interactive", "status": "idle", "updatedAt": now,
        });
        let fields = session.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        let file = env
            .home()
            .join(format!(".claude/sessions/{}.json", moved.pid));
        fs::write(file, session.to_string()).expect("it is ours");
    };
    own(&json!({}));
    let collector = Collector::start(&env);
    let is_in = |rows: &[Value], tty: &str, session: &str| {
        let here = rows_in(rows, tty);
        rows.len() == 1 && here.len() == 1 && here[0]["instance_id"] == session
    };
    let tty = moved.tty();
    collector.until("it is there", |rows| is_in(rows, &tty, "own"));
    // It is moved to the background, and shown in its terminal all the same.
    worker.says("idle", None);
    own(&json!({"parkedJobId": JOB}));
    for status in ["busy", "idle", "busy"] {
        worker.says(status, None);
        let state = if status == "busy" { "running" } else { "idle" };
        collector.until("it is the terminal's", |rows| {
            is_in(rows, &tty, &worker.session()) && rows[0]["state"] == state
        });
        for _ in 0..20 {
            let rows = collector.rows();
            assert!(is_in(&rows, &tty, &worker.session()), "{rows:#?}");
        }
    }
    // Left, it goes on in the background; attached to, it is the other terminal's.
    drop(moved);
    behind(&collector, &worker, "running");
    let attached = Plain::start(&env, "attached", &attach(&env, JOB)[5..]);
    let attached = attached.expect("there is one");
    let tty = attached.tty();
    collector.until("it is that one's", |rows| {
        is_in(rows, &tty, &worker.session()) && rows[0]["state"] == "running"
    });
    drop(attached);
    behind(&collector, &worker, "running");
}
