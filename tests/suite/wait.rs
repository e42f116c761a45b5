//! `wait` on the real executable: at once, later, in vain, and over a change of collector.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Stdio};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::json;

use crate::common::{
    Collector, Finished, TestEnv, Tmux, finish, fixture, private_folder, until, wait,
};

fn send(env: &TestEnv, state: &str) {
    let event = json!({
        "assistant": "claude", "state": state, "target": "work:1.2", "ts": Timestamp::now(),
    });
    env.send(event.to_string().as_bytes());
}

fn start(env: &TestEnv, arguments: &[&str]) -> Child {
    let mut command = env.pane_patrol();
    command.args(["wait", "--target", "work:1.2"]);
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the executable can be started")
}

fn assert_reached(finished: &Finished, state: &str) {
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    assert_eq!(finished.stdout, format!("{state}\n"));
    assert_eq!(finished.stderr, "");
}

/// A `wait` that looks at what there is and goes.
fn look_once(target: &str) -> [&str; 5] {
    ["wait", "--state=idle", "--timeout=0s", "--target", target]
}

#[test]
fn what_is_so_already_is_not_waited_for_and_what_comes_is() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    send(&env, "running");
    collector.until_state("running");
    assert_reached(&wait(start(&env, &["--state", "idle,running"])), "running");

    let mut waiting = start(&env, &["--state", "completed", "--state", "error"]);
    send(&env, "waiting_approval");
    collector.until_state("waiting_approval");
    assert!(waiting.try_wait().expect("it is ours").is_none());
    send(&env, "error");
    assert_reached(&wait(waiting), "error");
}

#[test]
fn a_row_that_is_not_there_yet_is_waited_for() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let waiting = start(&env, &["--state", "idle", "--timeout", "1m"]);
    send(&env, "idle");
    assert_reached(&wait(waiting), "idle");
}

#[test]
fn in_vain_is_exit_status_4_and_says_how_it_is() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let timed_out = || wait(start(&env, &["--state", "idle,error", "--timeout", "1s"]));
    let nobody_there = timed_out();
    assert_eq!(nobody_there.status.code(), Some(4), "{nobody_there:?}");
    assert_eq!(nobody_there.stdout, "");
    assert_eq!(
        nobody_there.stderr,
        "error: `work:1.2` was not `idle` or `failed` in time
hint: no assistant is known there; `pane-patrol status` lists them, and nothing was changed\n"
    );
    send(&env, "running");
    collector.until_state("running");
    assert!(timed_out().stderr.contains("hint: it is `works`; nothing"));
}

#[test]
fn without_a_collector_or_with_a_wrong_word_there_is_nothing_to_wait_for() {
    let env = TestEnv::new();
    let nobody = wait(start(&env, &["--state", "idle"]));
    assert_eq!(nobody.status.code(), Some(3), "{nobody:?}");
    assert!(nobody.stderr.contains("nobody collects"), "{nobody:?}");
    for wrong in [
        &["--state", "asleep"][..],
        &["--state", "idle", "--timeout", "soon"],
        &[],
    ] {
        assert_eq!(wait(start(&env, wrong)).status.code(), Some(2), "{wrong:?}");
    }
    let _collector = Collector::start(&env);
    let mut command = env.pane_patrol();
    command.args(["wait", "nowhere", "--state", "idle"]);
    let nobody = finish(&mut command);
    assert_eq!(
        nobody.status.code(),
        Some(1),
        "no place, so nobody comes to it: {nobody:?}"
    );
}

#[test]
fn it_goes_on_with_the_next_collector_when_its_own_has_gone() {
    let env = TestEnv::new();
    let places = env.places();
    private_folder(&places.runtime);
    // One that answers and is killed at once.
    let hub = UnixListener::bind(&places.hub_socket).expect("the folder is ours");
    let waiting = start(&env, &["--state", "completed"]);
    let (mut stream, _) = hub.accept().expect("it comes");
    let snapshot = json!({
        "version": "1", "type": "snapshot", "session_id": "default", "sender_id": "collector",
        "timestamp": Timestamp::now(), "payload": {"count": 0, "seq": 1},
    });
    writeln!(stream, "{snapshot}").expect("it listens");
    drop((stream, hub));
    // A program that another test starts at this moment has it, too, until it runs.
    until("nobody listens", || {
        UnixStream::connect(&places.hub_socket)
            .is_err()
            .then_some(())
    });
    let collector = Collector::start(&env);
    send(&env, "running");
    collector.until_state("running");
    send(&env, "completed");
    assert_reached(&wait(waiting), "completed");
}

/// Neither a server nor a process comes back.
#[test]
fn who_can_never_come_is_refused_and_not_waited_for() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let _collector = Collector::start_in(&env, &tmux);
    let other_pid = format!("{},{}::%0", tmux.socket().display(), std::process::id());
    let own_start = format!("pts/0@{}.1", std::process::id());
    for name in [
        &*other_pid,
        "/nowhere,1::%9",
        "pts/0@4000000.1",
        "::background@4000000.1",
        &own_start,
        "nobody",
        "",
    ] {
        for command in [
            &["wait", "--state", "idle", "--target", name][..],
            &look_once(name),
            &["watch", "--target", name],
        ] {
            let refused = finish(env.pane_patrol().args(command));
            assert_eq!(refused.status.code(), Some(1), "{command:?}: {refused:?}");
            let words = format!("error: no assistant is known as `{name}`\n");
            assert!(refused.stderr.starts_with(&words), "{refused:?}");
        }
    }
    for name in ["work:1.2", "%7", "agent/later"] {
        let may_come = finish(env.pane_patrol().args(look_once(name)));
        assert_eq!(may_come.status.code(), Some(4), "{name}: {may_come:?}");
    }
}

#[test]
fn without_any_time_it_looks_once() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    send(&env, "idle");
    collector.until_state("idle");
    let look = |state| wait(start(&env, &["--state", state, "--timeout", "0s"]));
    assert_reached(&look("idle"), "idle");
    let other = look("running");
    assert_eq!(other.status.code(), Some(4), "{other:?}");
    assert!(other.stderr.contains("hint: it is `idle`"), "{other:?}");
}

#[test]
fn inside_a_server_a_place_is_never_that_of_another_one() {
    let env = TestEnv::new();
    let servers =
        ["a.sock", "b.sock"].map(|socket| Tmux::start_on(&env, socket, "work", (80, 24), "cat"));
    let [Some(ours), Some(theirs)] = servers else {
        return;
    };
    let collector = Collector::start_in(&env, &ours);
    let works = fixture("claude/user_prompt_submit.plain.json");
    let ends = fixture("claude/stop.plain.json");
    ours.report("%0", &works, "running");
    theirs.report("%0", &works, "running");
    let mut waiting = ["work:0.0", "%0"].map(|name| {
        let mut command = env.pane_patrol();
        command.args(["wait", name, "--state", "completed"]);
        command.env("TMUX", ours.variable()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the executable can be started")
    });
    let listened = format!("{},", theirs.socket().display());
    theirs.report("%0", &ends, "completed");
    collector.until("theirs is done", |rows| {
        let is_theirs = |row: &&serde_json::Value| {
            row["id"]
                .as_str()
                .is_some_and(|id| id.starts_with(&listened))
        };
        rows.iter()
            .any(|row| is_theirs(&row) && row["state"] == "completed")
    });
    for child in &mut waiting {
        assert!(child.try_wait().expect("it is ours").is_none());
    }
    ours.report("%0", &ends, "completed");
    for child in waiting {
        assert_reached(&wait(child), "completed");
    }
}
