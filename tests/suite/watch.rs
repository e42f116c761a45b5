//! `watch`: what a script reads, across two collectors, and that it ends with its reader.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::common::{Collector, TestEnv, finish, until};

struct Watch {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn start(env: &TestEnv, arguments: &[&str]) -> Self {
        let mut child = env
            .pane_patrol()
            .arg("watch")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it prints");
        line
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).expect("a line is JSON")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(env: &TestEnv, target: &str, state: &str, second: u32) {
    let event = format!(
        r#"{{"assistant":"a","state":"{state}","target":"{target}","message":"m{second}","ts":"2026-02-27T10:00:{second:02}Z"}}"#
    );
    env.send(event.as_bytes());
}

#[test]
fn each_change_is_one_line_and_another_collector_is_followed_too() {
    let env = TestEnv::new();
    let first = Collector::start(&env);
    send(&env, "a:0.0", "running", 1);
    first.until_state("running");
    let mut all = Watch::start(&env, &["--json"]);
    let mut one = Watch::start(&env, &["--target", "b:0.0"]);
    let row = all.json();
    assert_eq!(
        (&row["state"], &row["target"]),
        (&"running".into(), &"a:0.0".into())
    );
    send(&env, "b:0.0", "waiting_input", 2);
    assert_eq!(all.json()["target"], "b:0.0");
    let line = one.line();
    assert!(
        line.contains("waiting_input") && line.contains("b:0.0  m2"),
        "{line}"
    );

    drop(first);
    let _second = Collector::start(&env);
    // Nothing is known any more: two rows have gone, in whatever order.
    let gone = [all.json(), all.json()];
    assert!(gone.iter().all(|row| row["gone"] == true), "{gone:?}");
    assert!(one.line().contains("gone"));
    send(&env, "a:0.0", "error", 3);
    assert_eq!(all.json()["state"], "error");
}

#[test]
fn what_is_spoken_is_a_sentence_a_change_without_signs() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut spoken = Watch::start(&env, &["--spoken"]);
    for (target, state, second, said) in [
        ("shop:1.0", "running", 1, "a in shop, window 1: works, m1"),
        (
            "shop:1.0",
            "waiting_approval",
            2,
            "a in shop, window 1: wants approval, m2",
        ),
        (
            "shop:1.0",
            "waiting_input",
            3,
            "a in shop, window 1: asks, m3",
        ),
        (
            "shop:2.0",
            "waiting_input",
            4,
            "a in shop, window 2: asks, m4",
        ),
        ("shop:2.0", "error", 5, "a in shop, window 2: failed, m5"),
        (
            "shop:2.1",
            "completed",
            6,
            "a in shop, window 2, pane 1: done, m6",
        ),
        (
            "shop:2.0",
            "idle",
            7,
            "a in shop, window 2, pane 0: idle, m7",
        ),
    ] {
        send(&env, target, state, second);
        assert_eq!(spoken.line(), format!("{said}\n"));
    }
    let both = finish(env.pane_patrol().args(["watch", "--spoken", "--json"]));
    assert_eq!(both.status.code(), Some(2), "{both:?}");
}

#[test]
fn it_ends_when_nobody_reads_although_nothing_changes() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut watch = Watch::start(&env, &[]);
    send(&env, "a:0.0", "running", 1);
    watch.line();
    let lines = std::mem::replace(&mut watch.lines, {
        let mut other = env.command("true");
        let mut child = other.stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = child.stdout.take().expect("a pipe");
        child.wait().expect("it ends");
        BufReader::new(stdout)
    });
    drop(lines);
    let status = until("it ends", || watch.child.try_wait().expect("a child"));
    assert!(status.success(), "{status}");
}

#[test]
fn without_a_collector_it_says_so() {
    let env = TestEnv::new();
    let finished = finish(env.pane_patrol().arg("watch"));
    assert_eq!(finished.status.code(), Some(3), "{finished:?}");
    assert!(finished.stderr.contains("hint:"));
}

#[test]
fn what_was_typed_brings_no_line_of_its_own() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    for arguments in [
        &["watch", "--target=a\nerror: b"][..],
        &["wait", "--state", "idle", "--target=a\nerror: b"],
        &["wait", "a:0.0", "--state=idle,a\nerror: b"],
        &["log", "--since=a\nerror: b"],
        &["log", "--target=a\nerror: b"],
        &["snooze", "--", "a\nerror: b"],
    ] {
        let told = finish(env.pane_patrol().args(arguments));
        assert!(
            told.stderr.contains("a<U+000A>error: b"),
            "{arguments:?}: {told:?}"
        );
        let errors = told
            .stderr
            .lines()
            .filter(|line| line.trim().starts_with("error: "));
        assert_eq!(errors.count(), 1, "{arguments:?}: {told:?}");
    }
}
