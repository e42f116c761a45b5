//! The dashboard that never collects: it follows whoever does, and while nobody does it shows what the
//! machine alone tells, and leaves nothing behind.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::Signal;
use serde_json::json;

use crate::common::{
    Collector, PROGRAM, Terminal, TestEnv, Tmux, finish, private_folder, wait_until, write_program,
};

/// What is said above the list while nobody collects.
const ALONE: &str = "no collector: states by session files";

/// A program that does nothing but draw, as long as it is there.
const IDLE: &str = "#!/bin/sh\nwhile [ -e \"$0\" ]; do printf .; sleep 1; done\n";

/// A repository with a list of three tasks, of which so many are done.
fn project(env: &TestEnv) -> PathBuf {
    let folder = env.path("shop");
    fs::create_dir_all(folder.join(".taskmaster/tasks")).expect("the folder is new");
    env.git(&folder, &["init", "-q", "-b", "main"]);
    fs::write(folder.join("a"), "1\n").expect("ours");
    tasks(&folder, 1);
    env.git(&folder, &["add", "-A"]);
    env.git(&folder, &["commit", "-q", "-m", "x"]);
    folder
}

fn tasks(folder: &Path, done: usize) {
    let task = |id: usize| {
        let status = if id <= done { "done" } else { "pending" };
        json!({ "id": id, "title": format!("task {id}"), "status": status })
    };
    let list = json!({ "master": { "tasks": [task(1), task(2), task(3)] } });
    let file = folder.join(".taskmaster/tasks/tasks.json");
    fs::write(file, list.to_string()).expect("ours");
}

/// An assistant of that name in a pane of its own, which reports nothing.
fn silent(env: &TestEnv, server: &Tmux<'_>, name: &str) -> String {
    let program = env.home().join("bin").join(name);
    fs::create_dir_all(program.parent().expect("it has one")).expect("ours");
    write_program(&program, IDLE);
    server.window("work", &format!("exec '{}'", program.display()))
}

/// What Claude says of itself, whose process is the pane's.
fn says(env: &TestEnv, server: &Tmux<'_>, pane: &str, status: &str, waiting_for: Option<&str>) {
    let sessions = env.home().join(".claude/sessions");
    private_folder(&sessions);
    let (pid, now) = (server.process_of(pane), Timestamp::now().as_micros() / 1000);
    let session = json!({
        "pid": pid.parse::<u32>().expect("a number"), "sessionId": "s1", "cwd": env.path("shop"),
        "startedAt": now, "kind": "interactive", "entrypoint": "cli", "status": status,
        "waitingFor": waiting_for, "updatedAt": now, "statusUpdatedAt": now,
    });
    let file = sessions.join(format!("{pid}.json"));
    fs::write(file, session.to_string()).expect("ours");
}

/// The screen of `pulse` in that folder, beside the server.
fn pulse<'env>(
    env: &'env TestEnv,
    server: &Tmux<'_>,
    folder: &Path,
    variables: &str,
) -> Option<Terminal<'env>> {
    let (folder, server) = (folder.display(), server.variable());
    let run = format!("cd {folder} && exec env TMUX={server} {variables} {PROGRAM} pulse");
    Terminal::start(env, "pulse.sock", &format!("sh -c '{run}'"))
}

fn until_without(terminal: &Terminal<'_>, text: &str) -> String {
    let mut screen = String::new();
    wait_until(&format!("`{text}` is not on the screen"), || {
        screen = terminal.screen();
        !screen.contains(text)
    });
    screen
}

#[test]
fn it_goes_on_alone_while_the_collector_hangs_and_follows_it_when_it_goes_on() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = project(&env);
    let codex = silent(&env, &server, "codex");
    let collector = Collector::start_in(&env, &server);
    collector.until("it is a row", |rows| rows.len() == 1);
    let terminal = pulse(&env, &server, &folder, "").expect("tmux is there");
    terminal.wait_for("codex");
    collector.signal(Signal::STOP);
    terminal.wait_for(ALONE);
    // It is dead to those who ask, and this one sees for itself.
    server.run(&["kill-pane", "-t", &codex]);
    until_without(&terminal, "codex");
    silent(&env, &server, "gemini");
    terminal.wait_for("gemini");
    collector.signal(Signal::CONT);
    collector.until("it has found the other one", |rows| {
        rows.iter().any(|row| row["assistant"] == "gemini") && rows.len() == 1
    });
    until_without(&terminal, ALONE);
    terminal.wait_for("gemini");
}

#[test]
fn it_goes_on_alone_when_the_collector_is_killed_and_follows_the_next_one() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = project(&env);
    let claude = server.window("work", "cat");
    let codex = silent(&env, &server, "codex");
    let mut collector = Collector::start_in(&env, &server);
    says(&env, &server, &claude, "busy", None);
    let wrapped = server.window(
        "work",
        &format!("exec {PROGRAM} wrap --assistant mine -- cat"),
    );
    collector.until("all are rows", |rows| rows.len() == 3);
    let terminal = pulse(&env, &server, &folder, "").expect("tmux is there");
    let screen = terminal.wait_for("codex");
    assert!(!screen.contains("collector"), "{screen}");
    terminal.wait_for("2 working");

    collector.signal(Signal::KILL);
    collector.wait();
    // Everything from here on is seen by this process alone.
    let screen = terminal.wait_for(ALONE);
    assert!(
        screen.contains("claude") && screen.contains("codex"),
        "{screen}"
    );
    fs::write(folder.join("b"), "1\n2\n").expect("ours");
    terminal.wait_for("+2 -0");
    tasks(&folder, 2);
    terminal.wait_for("2/3");
    server.run(&["kill-pane", "-t", &codex]);
    until_without(&terminal, "codex");
    silent(&env, &server, "gemini");
    let screen = terminal.wait_for("gemini");
    assert!(screen.contains("mine"), "no known assistant: {screen}");
    server.run(&["kill-pane", "-t", &wrapped]);
    until_without(&terminal, "mine");
    says(&env, &server, &claude, "waiting", Some("permission prompt"));
    terminal.wait_for("1 needs you");
    // It can be seen that it asks; nobody is there who could have it answered.
    terminal.press(&["g", "d"]);
    terminal.wait_for("nobody collects");
    let status = finish(env.pane_patrol().arg("status"));
    assert_eq!(status.status.code(), Some(3), "{status:?}");

    let collector = Collector::start_in(&env, &server);
    collector.until("it has found them by itself", |rows| rows.len() == 2);
    let screen = until_without(&terminal, ALONE);
    assert!(
        screen.contains("gemini") && screen.contains("needs you"),
        "{screen}"
    );
    fs::write(folder.join("b"), "1\n2\n3\n4\n").expect("ours");
    terminal.wait_for("+5 -1");
}

#[test]
fn a_session_that_ends_while_nobody_collects_can_be_seen_there() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = project(&env);
    let claude = server.window("work", "cat");
    // Nothing but its hook has said which session it is.
    let hooked = silent(&env, &server, "claude");
    let mut collector = Collector::start_in(&env, &server);
    says(&env, &server, &claude, "busy", None);
    let begins = r#"{"hook_event_name":"UserPromptSubmit","session_id":"s2","prompt":"go"}"#;
    server.report(&hooked, begins, "running");
    let file = env.places().sessions().expect("a state folder");
    wait_until("both are written down", || {
        fs::read_to_string(&file).is_ok_and(|text| text.contains("s1") && text.contains("s2"))
    });
    let terminal = pulse(&env, &server, &folder, "").expect("tmux is there");
    terminal.wait_for("2 working");
    collector.signal(Signal::KILL);
    collector.wait();
    terminal.wait_for(ALONE);
    let before = fs::read_to_string(&file).expect("it is there");
    for (pane, count) in [(claude, 1), (hooked, 2)] {
        server.run(&["kill-pane", "-t", &pane]);
        wait_until("its line says that it has ended", || {
            let screen = terminal.screen();
            // Not that of the panel, which is about one of them.
            let lines = screen.lines().filter(|line| !line.contains('·'));
            let over = lines.filter(|line| line.contains(" claude ") && line.contains(" ended"));
            over.count() == count
        });
    }
    let after = fs::read_to_string(&file).expect("it is there");
    assert_eq!(before, after, "who only looks writes nothing");
}

#[test]
fn looking_alone_takes_no_lock_and_leaves_nothing_behind() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = project(&env);
    let hooks = |server: &Tmux<'_>| server.run(&["show-hooks", "-g"]);
    let before = hooks(&server);
    let terminal = pulse(&env, &server, &folder, "").expect("tmux is there");
    terminal.wait_for(ALONE);
    terminal.wait_for("1/3 done");
    terminal.wait_for("main  no changes");
    let claude = server.window("work", "cat");
    says(&env, &server, &claude, "busy", None);
    terminal.wait_for("1 working");
    assert_eq!(hooks(&server), before);
    let left = |folder: &str| fs::read_dir(env.path(folder)).expect("ours").count();
    assert_eq!((left("run"), left("state")), (0, 0));
    // Whoever collects finds the lock free.
    let collector = Collector::start_in(&env, &server);
    collector.until("it is heard of", |rows| rows.len() == 1);
    until_without(&terminal, ALONE);
}

#[test]
fn with_the_event_log_hooks_are_known_of_that_nobody_heard() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let log = env.mirror_on();
    let terminal = pulse(&env, &server, &env.home(), "").expect("tmux is there");
    terminal.wait_for("session files, processes and the event log alone");
    let pane = server.window("work", "cat");
    let starts = r#"{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt":"go"}"#;
    let mut hook = server.claude_hook(&pane);
    crate::common::finish_with_stdin(&mut hook, starts.as_bytes()).assert_silent_success();
    terminal.wait_for("1 working");
    let lines = fs::read_to_string(log).expect("it is there");
    assert_eq!(lines.lines().count(), 1, "nothing is added: {lines}");
}

#[test]
fn without_the_overview_there_is_the_work_of_the_folder_and_no_row() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = project(&env);
    let collector = Collector::start_in(&env, &server);
    silent(&env, &server, "codex");
    collector.until("it is a row", |rows| rows.len() == 1);
    let variables = "AOC_PULSE_OVERVIEW_ENABLED=0 AOC_PULSE_THEME=purple";
    let terminal = pulse(&env, &server, &folder, variables).expect("tmux is there");
    let screen = terminal.wait_for("task 3");
    assert!(screen.contains("[Work 1/3]"), "{screen}");
    assert!(
        screen.contains("is none of terminal, auto, dark, light: purple"),
        "{screen}"
    );
    terminal.press(&["Enter"]);
    let screen = terminal.wait_for("the overview is switched off here");
    assert!(
        !screen.contains("codex") && !screen.contains("Overview"),
        "{screen}"
    );
    terminal.press(&["h"]);
    terminal.wait_for("[Health");
    terminal.wait_for("it is followed");
    terminal.wait_for("this runs inside it");
    terminal.press(&["h"]);
    fs::write(folder.join("a"), "2\n").expect("ours");
    terminal.wait_for("modified  a");
    terminal.press(&["Space", "Enter"]);
    terminal.wait_for("+2");

    // The person's own word counts more.
    drop(terminal);
    env.configure("[pulse]\noverview = true\n");
    let terminal = pulse(&env, &server, &folder, variables).expect("tmux is there");
    terminal.wait_for("codex");
}
