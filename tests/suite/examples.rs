//! The documented clients in Python, run as they stand.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::common::stage::Stage;
use crate::common::{Collector, Listening, TestEnv, lines_so_far, skip, until};

/// One of them at work; ended with its handle.
struct Example {
    child: Child,
    output: BufReader<ChildStdout>,
    said: String,
}

impl Example {
    /// `None` without Python.
    fn start(env: &TestEnv, name: &str, arguments: &[&str]) -> Option<Self> {
        let version = env.command("python3").arg("--version").output();
        if !version.is_ok_and(|version| version.status.success()) {
            skip("no python3");
            return None;
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples");
        let mut command: Command = env.command("python3");
        command.arg("-B").arg(format!("{folder}/{name}"));
        command.args(arguments).stdin(Stdio::piped());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        Some(Self {
            child,
            output,
            said: String::new(),
        })
    }

    /// Waits until it has said that.
    fn until_said(&mut self, words: &str) {
        until(words, || {
            if self.said.contains(words) {
                return Some(());
            }
            let read = self.output.read_line(&mut self.said);
            let count = read.expect("it says text");
            assert!(count > 0, "it has ended: {}", self.said);
            self.said.contains(words).then_some(())
        });
    }

    fn answer(&mut self, words: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is a pipe");
        stdin.write_all(words.as_bytes()).expect("it reads");
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An agent in that folder.
fn report(env: &TestEnv, target: &str, state: &str, second: u32, folder: &str) {
    let event = json!({"assistant": "demo", "state": state, "target": target, "cwd": folder,
        "ts": format!("2026-02-27T10:00:{second:02}Z")});
    env.send(event.to_string().as_bytes());
}

fn id_of(env: &TestEnv, target: &str) -> String {
    until("there is a row", || {
        let status = env.pane_patrol().args(["status", "--json"]).output();
        let rows: Vec<Value> = serde_json::from_slice(&status.expect("it runs").stdout).ok()?;
        let row = rows.into_iter().find(|row| row["target"] == target)?;
        row["id"].as_str().map(str::to_owned)
    })
}

#[test]
fn a_client_in_python_follows_two_agents_and_gets_a_patch_by_either_way() {
    let env = TestEnv::new();
    let folder = env.path("repo");
    fs::create_dir(&folder).expect("a folder");
    let git = |arguments: &[&str]| env.git(&folder, arguments);
    git(&["init", "-q"]);
    fs::write(folder.join("shop.txt"), "one\n").expect("a file");
    git(&["add", "."]);
    git(&["commit", "-qm", "start"]);
    fs::write(folder.join("shop.txt"), "two\n").expect("a file");
    let folder = folder.to_str().expect("a path");

    let listening = Listening::start(&env);
    report(&env, "a:0.0", "running", 1, folder);
    report(&env, "b:0.0", "running", 1, "/");
    report(&env, "c:0.0", "running", 1, "/");
    let agents = [id_of(&env, "a:0.0"), id_of(&env, "b:0.0")];
    let socket = env.places().hub_socket;
    let socket = socket.to_str().expect("a path");
    let (address, token) = (
        format!("ws://{}/ws", listening.address),
        listening.token_file("read"),
    );
    let ways: [&[&str]; 2] = [&[socket], &[&address, &token]];
    for (number, way) in (1..).zip(ways) {
        let arguments: Vec<&str> = way
            .iter()
            .copied()
            .chain(agents.iter().map(String::as_str))
            .collect();
        let Some(mut example) = Example::start(&env, "follow.py", &arguments) else {
            return;
        };
        example.until_said("demo a:0.0");
        example.until_said("demo b:0.0");
        example.until_said("-one\n+two\n");
        report(&env, "b:0.0", "waiting_input", number * 10, "/");
        example.until_said("waiting_input demo b:0.0");
        report(&env, "c:0.0", "error", number * 10, "/");
        report(&env, "a:0.0", "completed", number * 10, folder);
        example.until_said("completed demo a:0.0");
        assert!(!example.said.contains("c:0.0"), "{}", example.said);
        report(&env, "a:0.0", "running", number * 10 + 1, folder);
        report(&env, "b:0.0", "running", number * 10 + 1, "/");
    }
}

/// Has the request on the stage approved by the documented client.
fn approves(over_websocket: bool) {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let mut collect = env.pane_patrol();
    collect.env("TMUX", stage.server.variable());
    let listening = Listening::start_with(collect.args(["collect", "--listen", "127.0.0.1:0"]));
    let socket = env.places().hub_socket;
    let (address, token) = (
        format!("ws://{}/ws", listening.address),
        listening.token_file("answer"),
    );
    let arguments: &[&str] = if over_websocket {
        &[&address, &token]
    } else {
        &[socket.to_str().expect("a path")]
    };
    let Some(mut example) = Example::start(&env, "approve.py", arguments) else {
        return;
    };
    stage.begins_to_ask("");
    stage.until_shown();
    example.until_said("approve? [y/n]\n");
    assert!(
        example.said.contains("touch f1 && sleep 9"),
        "{}",
        example.said
    );
    example.answer("y\n");
    let key = until("a key is pressed", || {
        fs::read_to_string(stage.folder.join("keys")).ok()
    });
    assert_eq!(key, "1");
    let line = until("it is written down", || {
        let path = env.places().decisions().expect("a state folder");
        lines_so_far(&path).pop()
    });
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let (door, right) = if over_websocket {
        ("websocket approve-example", "answer")
    } else {
        ("hub approve-example", "own")
    };
    assert_eq!(
        (&line["door"], &line["right"]),
        (&json!(door), &json!(right))
    );
    assert!(line["digest"].is_string(), "{line}");
}

#[test]
fn a_client_in_python_approves_by_keys_what_it_was_shown_at_the_hubs_socket() {
    approves(false);
}

#[test]
fn a_client_in_python_approves_by_keys_what_it_was_shown_over_websocket() {
    approves(true);
}

#[test]
fn a_client_in_python_is_refused_where_the_dialog_is_another_one() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let dialog = stage.folder.join("dialog");
    let shown = fs::read_to_string(&dialog).expect("there is one");
    fs::write(&dialog, shown.replace("touch f1", "touch f2")).expect("it can be written");
    let collector = Collector::start_in(&env, &stage.server);
    let socket = env.places().hub_socket;
    let socket = socket.to_str().expect("a path");
    let Some(mut example) = Example::start(&env, "approve.py", &[socket]) else {
        return;
    };
    stage.asks("", &collector);
    stage.until_shown();
    example.until_said("approve? [y/n]\n");
    example.answer("y\n");
    example.until_said("refused");
    assert!(!stage.folder.join("keys").exists(), "no key was pressed");
    // Its own dialog is on the screen now, and a sub-agent asks, too: both are offered.
    stage.redraw(&shown);
    example.said.clear();
    stage.sub_agent_asks("touch f3");
    loop {
        example.until_said("approve? [y/n]\n");
        let is_own = example.said.contains("touch f1");
        example.said.clear();
        example.answer(if is_own { "y\n" } else { "\n" });
        if is_own {
            break;
        }
    }
    example.until_said("done");
    assert_eq!(
        fs::read_to_string(stage.folder.join("keys")).expect("a key was pressed"),
        "1"
    );
}
