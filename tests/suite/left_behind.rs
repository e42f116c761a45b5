//! What works for us ends with us, also what that has started: a launcher's list, and git.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::common::{
    Collector, PROGRAM, Terminal, TestEnv, finish, lines_so_far, private_folder, started, until,
    wait, wait_until, write_program,
};

/// A program that has started another one and never ends. It writes down which processes they are.
const HANGS: &str = "#!/bin/sh\nsleep 1000 & echo \"$$ $!\" >> \"$HOME/.pids.$$\"; mv \"$HOME/.pids.$$\" \"$HOME/pids.$$\"; wait\n";

/// Has it be found by this name; what `PATH` is then.
fn hangs(env: &TestEnv, name: &str) -> String {
    private_folder(&env.path("programs"));
    write_program(&env.path("programs").join(name), HANGS);
    format!("{}:/usr/bin:/bin", env.path("programs").display())
}

/// A launcher whose list never ends.
fn launcher(env: &TestEnv) -> String {
    env.configure("[[launcher]]\nname = 'box'\nlist = 'engine ps'\ncommand = 'exec cat'\n");
    hangs(env, "engine")
}

/// The processes of each time that the program was started.
fn runs(env: &TestEnv) -> Vec<[String; 2]> {
    let files = fs::read_dir(env.home()).expect("home is ours").flatten();
    let files = files.filter(|file| file.file_name().to_string_lossy().starts_with("pids."));
    let pairs = files.map(|file| lines_so_far(&file.path()).remove(0));
    let pair = |line: String| {
        let (own, other) = line.split_once(' ').expect("two words");
        [own.to_owned(), other.to_owned()]
    };
    pairs.map(pair).collect()
}

fn until_it_runs(env: &TestEnv) -> [String; 2] {
    until("the program runs", || runs(env).pop())
}

fn until_gone(what: &str, pid: &str) {
    // At most its number is left, until whoever adopted it has heard of its end.
    wait_until(what, || {
        let state = finish(Command::new("ps").args(["-o", "stat=", "-p", pid])).stdout;
        state.trim().is_empty() || state.starts_with('Z')
    });
}

/// A dashboard in a terminal, and its process.
fn dashboard<'env>(env: &'env TestEnv, path: &str) -> Option<(Terminal<'env>, Pid)> {
    let terminal = Terminal::start(env, "t.sock", &format!("PATH={path} {PROGRAM}"))?;
    let pid = terminal.ask("#{pane_pid}").parse().expect("a number");
    Some((terminal, Pid::from_raw(pid).expect("it runs")))
}

#[test]
fn a_dashboard_that_ends_leaves_no_list_behind_however_it_ends() {
    for (what, signal) in [
        ("it was left", None),
        ("it was asked to end", Some(Signal::TERM)),
        ("its terminal was closed", Some(Signal::HUP)),
    ] {
        let env = TestEnv::new();
        let path = launcher(&env);
        let Some((terminal, pid)) = dashboard(&env, &path) else {
            return;
        };
        let processes = until_it_runs(&env);
        match signal {
            Some(signal) => kill_process(pid, signal).expect("it runs"),
            None => terminal.press(&["q"]),
        }
        for pid in processes {
            until_gone(what, &pid);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nor_does_one_that_is_killed_leave_the_program_of_the_settings() {
    let env = TestEnv::new();
    let path = launcher(&env);
    let Some((_terminal, pid)) = dashboard(&env, &path) else {
        return;
    };
    let [program, other] = until_it_runs(&env);
    kill_process(pid, Signal::KILL).expect("it runs");
    until_gone("it was killed", &program);
    // Nobody else can end what that has started.
    let _ = finish(Command::new("kill").args(["-9", &other]));
}

#[test]
fn a_launcher_is_asked_once_when_a_dashboard_starts_and_again_only_when_it_has_answered() {
    let env = TestEnv::new();
    let path = launcher(&env);
    let Some((terminal, _)) = dashboard(&env, &path) else {
        return;
    };
    until_it_runs(&env);
    terminal.press(&["n"]);
    terminal.wait_for("Start in a new pane");
    terminal.wait_for("has not ended within 5 s");
    assert_eq!(runs(&env).len(), 1);
    terminal.press(&["Escape"]);
    wait_until("the menu is closed", || {
        !terminal.screen().contains("Start in a new pane")
    });
    terminal.press(&["n"]);
    wait_until("it is asked once more", || runs(&env).len() == 2);
}

#[test]
fn a_key_that_ends_a_command_ends_what_lists_for_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        for words in [&["start", "--list"][..], &["start", "box"]] {
            let env = TestEnv::new();
            let path = launcher(&env);
            let (child, _stdin) = started(env.pane_patrol().args(words).env("PATH", &path));
            let processes = until_it_runs(&env);
            kill_process(Pid::from_child(&child), signal).expect("it runs");
            assert_eq!(wait(child).status.signal(), Some(signal.as_raw()));
            for pid in processes {
                until_gone("it was interrupted", &pid);
            }
        }
    }
}

#[test]
fn a_collector_that_ends_leaves_no_git_behind() {
    let env = TestEnv::new();
    let path = hangs(&env, "git");
    let mut collector = Collector::start_with(&env, env.pane_patrol().env("PATH", &path));
    let event = json!({
        "assistant": "claude", "state": "running", "kind": "turn_started", "target": "a:0.0",
        "cwd": env.home(), "instance_id": "s1", "ts": Timestamp::now(),
    });
    env.send(event.to_string().as_bytes());
    let processes = until_it_runs(&env);
    collector.signal(Signal::TERM);
    assert!(collector.wait().success());
    for pid in processes {
        until_gone("nobody waits for it", &pid);
    }
}
