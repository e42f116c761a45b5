//! Terminals in panes and beside them, several assistants in one terminal, and what runs below another.

use super::{Plain, hook_of, payload, rows_in, tell};
use crate::common::{Collector, TestEnv, Tmux, finish_with_stdin, wait_until};
use serde_json::Value;

/// The processes below `pid` that are called so.
fn below(pid: u32, name: &str) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("there is one").flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_it = |found: &u32| {
        let told = std::fs::read_to_string(format!("/proc/{found}/stat")).unwrap_or_default();
        let Some((head, rest)) = told.rsplit_once(')') else {
            return false;
        };
        let parent = rest
            .split_ascii_whitespace()
            .nth(1)
            .and_then(|it| it.parse().ok());
        head.ends_with(&format!("({name}")) && parent == Some(pid)
    };
    all.filter(is_it).collect()
}

#[test]
fn a_pane_is_no_terminal_row_and_a_terminal_beside_it_is_no_pane() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(plain) = Plain::start(&env, "one", "sleep 1000") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let mut in_pane = tmux.claude_hook("%0");
    let told = payload(&env, "pane", "UserPromptSubmit").to_string();
    finish_with_stdin(in_pane.arg("--everywhere"), told.as_bytes()).assert_silent_success();
    plain.tells("plain", "UserPromptSubmit");
    // A window that was opened from a pane has the pane's variables.
    let mut inherited = hook_of(&env, plain.pid, &["--everywhere"]);
    inherited.envs([("TMUX", &*tmux.variable()), ("TMUX_PANE", "%0")]);
    let told = payload(&env, "plain", "Stop").to_string();
    finish_with_stdin(&mut inherited, told.as_bytes()).assert_silent_success();
    let rows = collector.until("both are there", |rows| {
        rows.len() == 2 && rows.iter().any(|row| row["state"] == "completed")
    });
    let of = |session: &str| {
        rows.iter()
            .find(|row| row["instance_id"] == session)
            .expect("a row")
    };
    assert_eq!(
        (&of("pane")["pane"], &of("pane")["state"]),
        (&"%0".into(), &"running".into())
    );
    assert!(of("plain")["pane"].is_null());
    assert_eq!(rows_in(&rows, &plain.tty()).len(), 1);
}

#[test]
fn two_in_one_terminal_are_two_rows_and_the_stopped_one_says_so() {
    let env = TestEnv::new();
    let script = "bash -ic 'set -m; sleep 1001 & sleep 1002 & wait'";
    let Some(plain) = Plain::start(&env, "one", script) else {
        return;
    };
    let mut both = Vec::new();
    wait_until("both run", || {
        both = below(plain.pid, "sleep");
        both.len() == 2
    });
    let collector = Collector::start(&env);
    tell(&env, both[0], "first", "UserPromptSubmit");
    tell(&env, both[1], "second", "UserPromptSubmit");
    let tty = plain.tty();
    let rows = collector.until("both are there", |rows| rows.len() == 2);
    assert_eq!(rows_in(&rows, &tty).len(), 2);
    let pid = |pid: u32| {
        i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .expect("a process")
    };
    rustix::process::kill_process(pid(both[0]), rustix::process::Signal::STOP).expect("it is ours");
    let rows = collector.until("one is suspended", |rows| {
        rows.iter().any(|row| row["suspended"] == true)
    });
    let first = rows
        .iter()
        .find(|row| row["instance_id"] == "first")
        .expect("a row");
    assert_eq!(first["suspended"], true);
    // Of several nobody can say which is meant.
    let told = crate::common::finish(env.pane_patrol().args(["request", &tty]));
    assert!(
        told.stderr.contains("the name of several assistants"),
        "{told:?}"
    );
    rustix::process::kill_process(pid(both[0]), rustix::process::Signal::KILL).expect("it is ours");
    collector.until("the other one is left", |rows| {
        rows.len() == 1 && rows[0]["instance_id"] == "second"
    });
}

#[test]
fn what_an_assistant_in_a_terminal_starts_is_no_row_of_its_own() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(&env, "one", "sh -c 'sleep 1001; true'") else {
        return;
    };
    let mut child = Vec::new();
    wait_until("it has started one", || {
        child = below(plain.pid, "sleep");
        child.len() == 1
    });
    let collector = Collector::start(&env);
    plain.tells("above", "UserPromptSubmit");
    collector.until("it works", |rows| rows.len() == 1);
    tell(&env, child[0], "below", "UserPromptSubmit");
    plain.tells("above", "Stop");
    let rows = collector.until("it is done", |rows| {
        rows.iter().any(|row| row["state"] == "completed")
    });
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["instance_id"], "above");
}

/// `wrap` tells of what it runs, and so do the hooks of that: in one place.
#[test]
fn what_wrap_runs_in_a_plain_terminal_is_one_row_with_its_hooks() {
    for command in ["claude", "sh -c \"exec claude\""] {
        let env = TestEnv::new();
        let programs = env.path("programs");
        crate::common::private_folder(&programs);
        let began = env.path("began");
        let text = format!(
            "#!/bin/sh\necho \"$$ $PANE_PATROL_WRAPPED\" > '{0}.new' && mv '{0}.new' '{0}'\nexec sleep 1000\n",
            began.display()
        );
        crate::common::write_program(&programs.join("claude"), &text);
        let collector = Collector::start(&env);
        let path = std::env::var("PATH").unwrap_or_default();
        let program = crate::common::PROGRAM;
        let line = format!(
            "env PATH='{}:{path}' '{program}' wrap --assistant claude -- {command}",
            programs.display()
        );
        let Some(plain) = Plain::start(&env, "one", &line) else {
            return;
        };
        wait_until("it runs", || began.exists());
        let said = std::fs::read_to_string(&began).expect("it is there");
        let (pid, wrapped) = said.trim().split_once(' ').expect("both");
        let place: &str = wrapped;
        assert!(
            place.starts_with(&format!("{}@{}.", plain.tty(), plain.pid)),
            "{place}"
        );
        let pid: u32 = pid.parse().expect("a process");
        let mut hook = hook_of(&env, pid, &["--everywhere"]);
        let told = payload(&env, "wrapped", "UserPromptSubmit").to_string();
        finish_with_stdin(hook.env("PANE_PATROL_WRAPPED", place), told.as_bytes())
            .assert_silent_success();
        let rows = collector.until("its hook is heard", |rows| {
            rows.iter().any(|row| row["instance_id"] == "wrapped")
        });
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0]["target"], place);
        // In another terminal that was opened from there the variable means nothing.
        let Some(other) = Plain::start(&env, "two", "sleep 1000") else {
            return;
        };
        let mut hook = hook_of(&env, other.pid, &["--everywhere"]);
        let told = payload(&env, "other", "UserPromptSubmit").to_string();
        finish_with_stdin(hook.env("PANE_PATROL_WRAPPED", place), told.as_bytes())
            .assert_silent_success();
        let rows = collector.until("there are two", |rows| rows.len() == 2);
        assert_eq!(rows_in(&rows, &other.tty()).len(), 1);
        let end = i32::try_from(plain.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(end.expect("a process"), rustix::process::Signal::TERM)
            .expect("ours");
        collector.until("it is gone with wrap", |rows| {
            let is_left =
                |row: &Value| row["instance_id"] == "wrapped" && row["state"] == "running";
            !rows.iter().any(is_left)
        });
    }
}
