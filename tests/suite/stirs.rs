//! What tmux itself tells of: a pane that is looked at, moved or renamed, without waiting for the next
//! listing that is due.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish_with_stdin, fixture, until, wait_until,
};

/// Shorter than the time between two listings that nobody asked for, by which every move after a listing
/// would be known later: where any is known so soon, tmux has told of it. A busy machine may be late.
const SOON: Duration = Duration::from_millis(1500);

fn begins(server: &Tmux<'_>, pane: &str) {
    let payload = fixture("claude/user_prompt_submit.plain.json");
    server.report(pane, &payload, "running");
}

/// How long it takes after `words` until the only row is at `target`.
fn time_of(server: &Tmux<'_>, collector: &Collector<'_>, words: &[&str], target: &str) -> Duration {
    let started = Instant::now();
    server.run(words);
    collector.until(target, |rows| {
        rows.len() == 1 && rows[0]["target"] == target
    });
    started.elapsed()
}

fn hooks(server: &Tmux<'_>) -> String {
    let all = [
        server.run(&["show-hooks", "-g"]),
        server.run(&["show-hooks", "-gw"]),
    ];
    all.concat()
}

#[test]
fn a_pane_that_is_moved_or_renamed_has_its_new_address_soon() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    server.run(&["new-session", "-d", "-s", "other", "cat"]);
    server.run(&["new-window", "-d", "-t", "work", "cat"]);
    server.run(&[
        "set-hook",
        "-g",
        "session-renamed",
        "set-option -g @persons 1",
    ]);
    let before = hooks(&server);
    let collector = Collector::start_in(&env, &server);
    begins(&server, "%0");
    wait_until("its hooks are there", || {
        hooks(&server).contains("wait-for -S pane-patrol-")
    });
    let moves: [(&[&str], &str); 6] = [
        (&["rename-session", "-t", "work", "shop"], "shop:0.0"),
        (
            &["move-window", "-d", "-s", "shop:0", "-t", "shop:7"],
            "shop:7.0",
        ),
        (&["split-window", "-d", "-b", "-t", "%0", "cat"], "shop:7.1"),
        (
            &["swap-pane", "-d", "-s", "%0", "-t", "shop:1.0"],
            "shop:1.0",
        ),
        (
            &["break-pane", "-d", "-s", "%0", "-t", "shop:3"],
            "shop:3.0",
        ),
        (
            &["move-window", "-d", "-s", "shop:3", "-t", "other:5"],
            "other:5.0",
        ),
    ];
    let mut late = Vec::new();
    for (words, target) in moves {
        let time = time_of(&server, &collector, words, target);
        if time > SOON {
            late.push((target, time));
        }
    }
    assert!(late.len() < 5, "{late:?}");
    assert_eq!(server.run(&["show-options", "-gv", "@persons"]), "1");
    // With the collector the hooks go, and nothing else.
    collector.signal(rustix::process::Signal::TERM);
    wait_until("its hooks are gone", || hooks(&server) == before);
}

#[test]
fn a_finished_turn_that_is_looked_at_is_seen_soon() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(_person) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    let pane = server.window("work", "cat");
    let collector = Collector::start_in(&env, &server);
    let finishes = || {
        begins(&server, &pane);
        server.report(&pane, &fixture("claude/stop.plain.json"), "completed");
    };
    let mut late = Vec::new();
    for _ in 0..4 {
        server.run(&["select-window", "-t", "work:0"]);
        finishes();
        let started = Instant::now();
        server.run(&["select-window", "-t", "work:1"]);
        collector.until("it is seen", |rows| {
            rows.len() == 1 && rows[0]["state"] == "idle"
        });
        if started.elapsed() > SOON {
            late.push(started.elapsed());
        }
    }
    assert!(late.len() < 4, "{late:?}");
    // One that finishes before the person's eyes.
    begins(&server, &pane);
    until("it finishes", || {
        let mut hook = server.claude_hook(&pane);
        let payload = fixture("claude/stop.plain.json");
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        let states = ["completed", "idle"];
        let is_over = |row: &serde_json::Value| states.iter().any(|state| row["state"] == *state);
        collector.rows().iter().any(is_over).then_some(())
    });
    collector.until("it is seen", |rows| {
        rows.len() == 1 && rows[0]["state"] == "idle"
    });
}

#[test]
fn the_hooks_of_a_killed_collector_are_taken_up_and_hinder_nobody() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let mut killed = Collector::start_in(&env, &server);
    begins(&server, "%0");
    wait_until("its hooks are there", || {
        hooks(&server).contains("window-layout-changed[")
    });
    let were = hooks(&server);
    let channel = channel_of(&were);
    killed.signal(rustix::process::Signal::KILL);
    let _ = killed.wait();
    server.run(&["rename-session", "-t", "work", "shop"]);
    let collector = Collector::start_in(&env, &server);
    begins(&server, "%0");
    wait_until("they are its own", || {
        let are = hooks(&server);
        !are.contains(&channel) && are.matches(PREFIX).count() == were.matches(PREFIX).count()
    });
    time_of(
        &server,
        &collector,
        &["rename-session", "-t", "shop", "work"],
        "work:0.0",
    );
}

const PREFIX: &str = "wait-for -S pane-patrol-";

/// The channel of the only collector that has hooks.
fn channel_of(hooks: &str) -> String {
    let (_, rest) = hooks.split_once(PREFIX).expect("there are hooks");
    rest.lines().next().expect("a line").to_owned()
}

/// Whether anybody waits for that channel.
fn is_waited_for(channel: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(channel))
}

#[test]
fn the_hooks_of_a_killed_collector_go_with_the_next_one_of_any_folder_and_so_do_its_waits() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let before = hooks(&server);
    let mut killed = Collector::start_in(&env, &server);
    begins(&server, "%0");
    wait_until("its hooks are there", || {
        hooks(&server).contains("window-layout-changed[")
    });
    let channel = channel_of(&hooks(&server));
    killed.signal(rustix::process::Signal::KILL);
    let _ = killed.wait();
    // Before anything else has happened on the server.
    if cfg!(target_os = "linux") {
        wait_until("its tmux has ended with it", || !is_waited_for(&channel));
    }

    // In another world, on the same server; told of a pane there by a hook of its own.
    let mut collector = collect_in(&other, &server);
    wait_until("only its own hooks are there", || {
        begins_in(&other, &server);
        let are = hooks(&server);
        are.contains("window-layout-changed[") && !are.contains(&channel)
    });
    end(&mut collector);
    wait_until("all are gone", || hooks(&server) == before);
}

/// Another world's collector for that server.
fn collect_in(other: &TestEnv, server: &Tmux<'_>) -> Child {
    let mut collect = other.pane_patrol();
    collect.arg("collect").env("TMUX", server.variable());
    collect.stdout(Stdio::null()).stderr(Stdio::null());
    collect.spawn().expect("it can be started")
}

/// That world is told of the first pane.
fn begins_in(other: &TestEnv, server: &Tmux<'_>) {
    let mut hook = server.claude_hook("%0");
    hook.env("XDG_RUNTIME_DIR", other.path("run"));
    hook.env("XDG_STATE_HOME", other.path("state"));
    let payload = fixture("claude/user_prompt_submit.plain.json");
    finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
}

fn end(collector: &mut Child) {
    let pid = rustix::process::Pid::from_child(collector);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it lives");
    let _ = collector.wait();
}

/// It was there before the other one, and has nothing to come to the server for but what stirs there.
#[test]
fn the_hooks_of_a_killed_collector_go_while_an_older_one_of_another_folder_goes_on() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let before = hooks(&server);
    let mut older = collect_in(&other, &server);
    wait_until("its hooks are there", || {
        begins_in(&other, &server);
        hooks(&server).contains("window-layout-changed[")
    });
    let its = hooks(&server);
    let mut killed = Collector::start_in(&env, &server);
    begins(&server, "%0");
    let all = 2 * its.matches(PREFIX).count();
    wait_until("both have hooks", || {
        hooks(&server).matches(PREFIX).count() == all
    });
    killed.signal(rustix::process::Signal::KILL);
    let _ = killed.wait();
    wait_until("those of the living one are left", || {
        server.run(&["rename-window", "-t", "work:0", "stirs"]);
        server.run(&["rename-session", "-t", "work", "shop"]);
        server.run(&["rename-session", "-t", "shop", "work"]);
        hooks(&server) == its
    });
    end(&mut older);
    wait_until("all are gone", || hooks(&server) == before);
}
