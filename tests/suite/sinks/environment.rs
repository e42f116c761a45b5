//! What other programs see of our environment: a tmux, a git and others that write it down.

use std::fs;
use std::process::Command;

use crate::common::{
    Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, private_folder, wait_until,
    write_program,
};

/// A secret of the person's.
const SECRET: &str = "PANE_PATROL_TEST_SECRET";

/// Puts a program of that name before the real one: it writes down what it was called with, and which
/// variables it has, and does what the real one does.
fn spy(env: &TestEnv, name: &str) {
    let folder = env.path("spies");
    private_folder(&folder);
    let script = format!(
        "#!/bin/sh\nfolder='{0}'\n{{ printf '%s' \"{name} $*\" | tr '\\n' ' '; echo; env | sed 's/^/  /'; }} >> \"$folder/../seen\"\n\
         PATH=${{PATH#\"$folder:\"}}; export PATH\ncommand -v {name} >/dev/null || exit 0\nexec {name} \"$@\"\n",
        folder.display()
    );
    write_program(&folder.join(name), &script);
}

/// A command of ours whose person has a secret and finds the spies first.
fn with_secret(env: &TestEnv, mut command: Command) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", env.path("spies").display()));
    command.env(SECRET, "hidden");
    command
}

fn seen(env: &TestEnv) -> String {
    fs::read_to_string(env.path("seen")).unwrap_or_default()
}

/// The calls that had the secret.
fn leaks(env: &TestEnv) -> Vec<String> {
    let text = seen(env);
    let mut call = "";
    let mut leaks = Vec::new();
    for line in text.lines() {
        if !line.starts_with("  ") {
            call = line;
        } else if line.contains(SECRET) {
            leaks.push(call.to_owned());
        }
    }
    leaks
}

#[test]
fn programs_that_work_for_us_see_no_secret_and_those_of_the_person_do() {
    let env = TestEnv::new();
    for name in ["tmux", "git", "notify-send", "claude"] {
        spy(&env, name);
    }
    let told = "command = ['sh', '-c', 'printenv PANE_PATROL_TEST_SECRET >> \"$HOME/told\"']";
    env.configure(&format!(
        "[notice]\ndelay_seconds = 0\n{told}\nwaiting_approval = ['tmux', 'desktop', 'command']\n\
             [[launcher]]\nname = 'one'\ncommand = 'cat'\n"
    ));
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let mut collect = with_secret(&env, env.pane_patrol());
    collect.env("TMUX", server.variable());
    let collector = Collector::start_with(&env, &mut collect);
    let pane = server.window("work", "cat");
    collector.until("the request is known", |rows| {
        let mut hook = with_secret(&env, server.claude_hook(&pane));
        let payload = fixture("claude/permission_request.bash.json");
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        rows.len() == 1
    });
    wait_until("the person's own command was run", || {
        fs::read_to_string(env.home().join("told")).is_ok_and(|told| told == "hidden\n")
    });
    let run = |arguments: &[&str]| {
        let mut command = with_secret(&env, env.pane_patrol());
        command.args(arguments).env("TMUX", server.variable());
        finish(&mut command)
    };
    let started = run(&["start"]);
    assert!(started.status.success(), "{started:?}");
    run(&["diff", &pane]);
    run(&["doctor"]);
    run(&["status"]);
    run(&["stop", "--close-pane", &pane]);
    let seen = seen(&env);
    for call in [
        "list-panes",
        "display-message",
        "new-window",
        "kill-pane",
        "git ",
        "notify-send ",
        "claude --version",
    ] {
        assert!(seen.contains(call), "`{call}` was called:\n{seen}");
    }
    assert_eq!(leaks(&env), [""; 0], "{seen}");
}

#[test]
fn a_server_that_begins_with_an_assistant_is_the_persons_own() {
    let env = TestEnv::new();
    if Command::new("tmux").arg("-V").output().is_err() {
        return crate::common::skip("tmux is not installed");
    }
    spy(&env, "tmux");
    let command = "printenv PANE_PATROL_TEST_SECRET > \"$HOME/out\"; cat";
    env.configure(&format!(
        "[[launcher]]\nname = 'one'\ncommand = '''{command}'''\n"
    ));
    let mut start = with_secret(&env, env.pane_patrol());
    let started = finish(start.arg("start"));
    assert!(started.status.success(), "{started:?}");
    wait_until("it has what the person has", || {
        fs::read_to_string(env.home().join("out")).is_ok_and(|out| out == "hidden\n")
    });
    let leaks = leaks(&env);
    let ended = finish(env.command("tmux").arg("kill-server"));
    assert!(ended.status.success(), "{ended:?}");
    assert!(
        leaks.iter().all(|call| call.contains("new-session")),
        "{leaks:?}"
    );
    assert_eq!(leaks.len(), 1);
}
