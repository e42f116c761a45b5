//! Assistants outside of any multiplexer: each process is a place of its own, is shown as long as it
//! lives, and what cannot be done there is said.

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{Collector, PROGRAM, TestEnv, finish};

/// A terminal's worth of programs without a terminal: a session whose leader runs `script`.
fn session(env: &TestEnv, script: &str) -> Child {
    let mut setsid = env.command("setsid");
    setsid
        .args(["sh", "-c", &format!("{script}; exec sleep 600")])
        .stdin(Stdio::null())
        .spawn()
        .expect("setsid is there")
}

fn end(mut session: Child) {
    session.kill().expect("it runs");
    session.wait().expect("it is ours");
}

fn targets(rows: &[Value]) -> Vec<String> {
    let text = |row: &Value| row["target"].as_str().map(str::to_owned);
    rows.iter().filter_map(text).collect()
}

#[test]
fn two_sessions_outside_of_any_multiplexer_are_two_rows_until_they_end() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let emit = |state: &str| format!("{PROGRAM} emit --assistant other --state {state}");
    let waiting = session(&env, &emit("waiting_input"));
    // What is called through other programs is the same place.
    let running = session(
        &env,
        &format!("sh -c '{}; true'; {}", emit("idle"), emit("running")),
    );
    let place = |session: &Child| format!("background@{}.", session.id());
    let (one, two) = (place(&waiting), place(&running));
    let rows = collector.until("both are shown", |rows| {
        let runs = |row: &Value| row["state"] == "running";
        rows.len() == 2 && rows.iter().any(runs)
    });
    let of = |place: &str| {
        let is_it = |row: &&Value| {
            row["target"]
                .as_str()
                .is_some_and(|at| at.starts_with(place))
        };
        rows.iter().find(is_it).expect("it is shown").clone()
    };
    assert_eq!(of(&one)["state"], "waiting_input");
    assert_eq!(of(&two)["state"], "running");
    for name in ["id", "target"] {
        let row = of(&one);
        let name = row[name].as_str().expect("it has one");
        let told = finish(env.pane_patrol().args(["jump", name]));
        assert_eq!(told.status.code(), Some(1), "{told:?}");
        let why = "this assistant runs outside of any multiplexer and has no terminal";
        assert!(told.stderr.contains(why), "{told:?}");
        let told = finish(env.pane_patrol().args(["stop", "--close-pane", name]));
        assert!(
            told.stderr.contains("there is no pane to close"),
            "{told:?}"
        );
    }
    end(waiting);
    collector.until("the one that has ended is gone", |rows| {
        targets(rows).iter().all(|at| at.starts_with(&two)) && rows.len() == 1
    });
    end(running);
    collector.until("so is the other", <[Value]>::is_empty);
}

#[test]
fn what_wrap_runs_outside_of_any_multiplexer_is_shown() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut wrap = env.pane_patrol();
    wrap.args(["wrap", "--", "sleep", "600"])
        .stdin(Stdio::null());
    let mut wrap = wrap.spawn().expect("it starts");
    let place = format!("@{}.", wrap.id());
    collector.until("it runs", |rows| {
        let is_it = |at: &String| at.contains(&place);
        rows.len() == 1 && rows[0]["state"] == "running" && targets(rows).iter().all(is_it)
    });
    let pid = Pid::from_child(&wrap);
    kill_process(pid, Signal::TERM).expect("it runs");
    wrap.wait().expect("it ends");
    collector.until("it is said to have failed, or is gone", |rows| {
        rows.iter().all(|row| row["state"] != "running")
    });
}

/// Its place ends with it, so it is told of by its name, until the next one of that name ends.
#[test]
fn what_came_of_a_program_below_wrap_outside_of_any_multiplexer_is_still_shown() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let wrapped = |script: &str| {
        let mut wrap = env.pane_patrol();
        wrap.args(["wrap", "--assistant", "bot", "--", "sh", "-c", script]);
        wrap.stdin(Stdio::null());
        finish(&mut wrap).status.code()
    };
    for status in [3, 4] {
        assert_eq!(wrapped(&format!("exit {status}")), Some(status));
        let message = format!("exit status {status}: sh -c exit {status}");
        let rows = collector.until("it has failed, and nothing else is there", |rows| {
            rows.len() == 1 && rows[0]["message"] == message
        });
        assert_eq!(rows[0]["state"], "error");
        assert!(
            targets(&rows)[0].starts_with("agent/bot@") && rows[0]["pane"].is_null(),
            "{rows:?}"
        );
    }
    assert_eq!(wrapped("exit 0"), Some(0));
    let rows = collector.until("it is done, and nothing else is there", |rows| {
        rows.len() == 1 && rows[0]["state"] == "completed"
    });
    assert!(targets(&rows)[0].starts_with("agent/bot@"), "{rows:?}");
    // What somebody has ended is no result.
    assert_eq!(wrapped("exit 130"), Some(130));
    assert_eq!(collector.rows()[0]["state"], "completed");
    let name = targets(&collector.rows())[0].clone();
    let told = finish(env.pane_patrol().args(["stop", &name]));
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    assert!(told.stderr.contains("out of the list"), "{told:?}");
    collector.until("it is taken away", <[Value]>::is_empty);
}

#[test]
fn what_has_nothing_that_outlives_it_to_be_about_is_refused() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let run = |setsid: &[&str], more: &[&str]| {
        let mut command = env.command("setsid");
        let emit = [PROGRAM, "emit", "--assistant", "other", "--state", "idle"];
        finish(command.args(setsid).args(emit).args(more))
    };
    // By itself it leads the session, and through another program it does not.
    for more in [&[][..], &["--strict"]] {
        let told = run(&["-w"], more);
        assert_eq!(told.status.code(), Some(2), "{told:?}");
        for words in [
            "could not tell which pane",
            "none that outlives it",
            "--target",
        ] {
            assert!(told.stderr.contains(words), "{told:?}");
        }
    }
    let told = run(&["-w"], &["--target", "a:0.0"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let rows = collector.until("it is shown", |rows| !rows.is_empty());
    assert_eq!(targets(&rows), ["a:0.0"]);
}

#[test]
fn wrap_that_is_killed_outside_of_any_multiplexer_is_gone_at_once() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut wrap = env.pane_patrol();
    wrap.args(["wrap", "--", "sleep", "600"])
        .stdin(Stdio::null());
    let mut wrap = wrap.spawn().expect("it starts");
    let rows = collector.until("it runs", |rows| {
        rows.len() == 1 && rows[0]["state"] == "running" && rows[0]["pid"].is_u64()
    });
    wrap.kill().expect("it runs");
    wrap.wait().expect("it ends");
    collector.until("there is no such place", <[Value]>::is_empty);
    let left = rows[0]["pid"]
        .as_u64()
        .and_then(|pid| i32::try_from(pid).ok());
    kill_process(
        Pid::from_raw(left.expect("a number")).expect("a process"),
        Signal::KILL,
    )
    .expect("the program outlives it");
}
