//! What is said of files of events, of the event log, and of the settings of others.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::seen::Seen;
use crate::common::{
    Finished, PROGRAM, Terminal, TestEnv, finish, finish_with_stdin, started, wait, wait_until,
};

pub(super) fn bring_about(seen: &mut Seen) {
    let env = TestEnv::new();
    logs(seen, &env);
    bad_lines(seen, &env);
    mirror(seen);
    no_folder(seen);
    collecting(seen);
}

fn logs(seen: &mut Seen, env: &TestEnv) {
    seen.of(env, "the event log is off", "log");
    seen.of(env, "there is no such file", "log /FILE");
    seen.of(env, "a folder is named", "log /tmp");
    seen.of(env, "a device is named", "log --follow /dev/null");
    seen.of(env, "no line tells of it", "log --target shop:1.0");
    seen.of(env, "nothing of that is in it", "log --door nosuch");
    let socket = env.listen();
    let named = env.places().events_socket.display().to_string();
    seen.of(env, "a socket is named", &format!("log {named}"));
    drop(socket);
    let pipe = env.path("pipe");
    let made = env.command("mkfifo").arg(&pipe).status();
    assert!(made.expect("it is there").success());
    let mut log = env.pane_patrol();
    log.arg("log")
        .arg(&pipe)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = log.spawn().expect("it starts");
    drop(
        File::options()
            .write(true)
            .open(&pipe)
            .expect("somebody reads"),
    );
    let finished = wait(child);
    seen.take("log", env, "a named pipe is named", &finished);
}

fn bad_lines(seen: &mut Seen, env: &TestEnv) {
    let bad = finish_with_stdin(env.pane_patrol().args(["log", "-"]), b"{\"a\":\nnonsense\n");
    seen.take("log", env, "lines are no events", &bad);
    let log = env.mirror_on();
    let event = r#"{"assistant":"my-bot","state":"running","target":"shop:1.0","ts":"2026-02-27T10:00:00Z"}"#;
    fs::write(&log, format!("{event}\n")).expect("it is ours");
    let decisions = env.places().decisions().expect("there is a home");
    fs::write(decisions, "nonsense\n").expect("it is ours");
    seen.of(env, "lines of decisions.jsonl are none", "log");
    for words in ["log", "log replay --plain --speed 1000000"] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("it is there");
        let mut command = env.pane_patrol();
        command
            .args(words.split(' '))
            .stdout(full)
            .stderr(Stdio::piped());
        let finished = wait(command.spawn().expect("it starts"));
        let name = words.split(" --").next().unwrap_or_default();
        seen.take(name, env, "what it prints cannot be written", &finished);
    }
}

fn mirror(seen: &mut Seen) {
    let env = TestEnv::new();
    seen.of(&env, "it is off, and is to be", "mirror off");
    let log = env.mirror_on();
    seen.of(&env, "it is on, and is to be", "mirror on");
    fs::remove_file(&log).expect("it is ours");
    fs::create_dir(&log).expect("it is ours");
    let when = "in the place of the event log is something else";
    for words in ["mirror on", "mirror off", "mirror status", "log"] {
        seen.of(&env, when, words);
    }
    fs::remove_dir(&log).expect("it is ours");
    let file = env.path("elsewhere");
    fs::write(&file, "").expect("it is ours");
    symlink(&file, &log).expect("it is ours");
    seen.of(&env, "the event log is a link", "log");
    fs::remove_file(&log).expect("it is ours");
    let beside = fs::read_dir(log.parent().expect("it has a folder")).expect("it is ours");
    for entry in beside
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().contains("lock"))
    {
        fs::remove_file(entry.path()).expect("it is ours");
        fs::create_dir(entry.path()).expect("it is ours");
    }
    seen.of(
        &env,
        "in the place of its lock is something else",
        "mirror on",
    );
}

fn no_folder(seen: &mut Seen) {
    let env = TestEnv::new();
    let state = env.places().state.expect("there is a home");
    fs::write(&state, "").expect("it is ours");
    seen.of(
        &env,
        "in the place of its folder is something else",
        "mirror on",
    );
}

/// By the settings alone: it collects all the same, until it is told to end.
fn listening_always(seen: &mut Seen, env: &TestEnv, taken: &str) {
    env.configure("[listen]\nalways = true\n");
    let mut collect = env.pane_patrol();
    let (child, _stdin) = started(collect.arg("collect").env("AOC_HUB_ADDR", taken));
    wait_until("it collects", || {
        finish(env.pane_patrol().arg("status")).status.success()
    });
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
    let finished = wait(child);
    assert!(finished.status.success(), "{finished:?}");
    assert!(finished.stderr.contains("Collecting on"), "{finished:?}");
    seen.take(
        "collect",
        env,
        "`[listen] always` is set, and the port is another program's: it collects without listening",
        &finished,
    );
}

fn collecting(seen: &mut Seen) {
    let env = TestEnv::new();
    let runtime = env.places().runtime;
    let mut file = File::create(&runtime).expect("it is ours");
    file.write_all(b"").expect("it is ours");
    seen.of(
        &env,
        "in the place of the runtime folder is something else",
        "collect",
    );
    fs::remove_file(&runtime).expect("it is ours");
    fs::create_dir(&runtime).expect("it is ours");
    fs::set_permissions(&runtime, PermissionsExt::from_mode(0o777)).expect("it is ours");
    seen.of(
        &env,
        "what the runtime folder holds may be others'",
        "collect",
    );
    seen.of(&env, "several parts of the chain are broken", "doctor");
    fs::remove_dir(&runtime).expect("it is ours");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = other.local_addr().expect("it has one").port();
    let listen = format!("collect --listen 127.0.0.1:{port}");
    seen.of(&env, "the port is another program's", &listen);
    listening_always(seen, &env, &format!("127.0.0.1:{port}"));
    nobody_takes(seen);
}

/// On a terminal it is told that an event has not arrived.
fn nobody_takes(seen: &mut Seen) {
    let env = TestEnv::new();
    let emit = format!("{PROGRAM} emit --assistant my-bot --state done --target shop:1.0");
    let typed = format!("sh -c 'clear; {emit}; exec cat'");
    let Some(terminal) = Terminal::start(&env, "emits.sock", &typed) else {
        return;
    };
    terminal.wait_for("(os error");
    let finished = Finished {
        stderr: terminal.screen(),
        ..finish(&mut env.command("true"))
    };
    let when = "nobody collects, no event log is on, and it is typed in a terminal";
    seen.take("emit", &env, when, &finished);
}
