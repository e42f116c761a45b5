//! Starting and stopping assistants by command and from the dashboard, and one in a container.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, test_kill_process};

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, private_folder, skip,
    until, wait_until,
};

const WORKS: &str = "claude/user_prompt_submit.plain.json";

fn configure(env: &TestEnv, text: &str) {
    private_folder(&env.path("config/pane-patrol"));
    fs::write(env.path("config/pane-patrol/config.toml"), text).expect("it is our folder");
}

/// Claude with this process in `pane` reports that it works.
fn report(env: &TestEnv, server: &Tmux<'_>, pane: &str, pid: &str) {
    let mut hook = env.pane_patrol();
    hook.args(["hook", "claude"]);
    hook.env("TMUX", server.variable()).env("TMUX_PANE", pane);
    hook.env("CLAUDE_CODE_ENTRYPOINT", "cli")
        .env("CLAUDE_PID", pid);
    finish_with_stdin(&mut hook, fixture(WORKS).as_bytes()).assert_silent_success();
}

fn lives(pid: &str) -> bool {
    let pid = pid.parse().ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid).is_ok())
}

#[test]
fn a_launcher_runs_in_its_folder_with_everything_filled_in() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = env.home().join("it's {name}");
    fs::create_dir(&folder).expect("home is ours");
    let command = "pwd > \"$HOME/out\"; echo {name} {cwd} >> \"$HOME/out\"; cat";
    configure(
        &env,
        &format!("[[launcher]]\nname = 'my one'\ncommand = '''{command}'''\n"),
    );
    let mut start = env.pane_patrol();
    start
        .args(["start", "--folder"])
        .arg(&folder)
        .env("TMUX", server.variable());
    let started = finish(&mut start);
    assert_eq!(
        started.stderr, "Started my one in work:1.0.\n",
        "{started:?}"
    );
    let folder = folder.canonicalize().expect("it is there");
    let expected = format!("{0}\nmy one {0}\n", folder.display());
    wait_until("it runs", || {
        fs::read_to_string(env.home().join("out")).is_ok_and(|out| out == expected)
    });
    assert_eq!(server.ask("#{window_name}"), "my one", "it is in front");
    let unknown = finish(env.pane_patrol().args(["start", "other"]));
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    assert!(
        unknown
            .stderr
            .contains("there are: my one; nothing was started")
    );
}

#[test]
fn a_command_that_fails_stays_to_be_read() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    configure(
        &env,
        "[[launcher]]\nname = 'bad'\ncommand = 'echo oh no; exit 3'\n",
    );
    let mut start = env.pane_patrol();
    finish(start.arg("start").env("TMUX", server.variable()));
    wait_until("the reason is on the screen", || {
        let screen = server.run(&["capture-pane", "-p", "-t", "work:1.0"]);
        screen.contains("oh no") && screen.contains("ended with status 3")
    });
}

#[test]
fn stopping_ends_the_process_of_the_pane_and_no_other() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    let window = [
        "new-window",
        "-d",
        "-t",
        "work",
        "-P",
        "-F",
        "#{pane_id} #{pane_pid}",
        "cat",
    ];
    let (first, second) = (server.run(&window), server.run(&window));
    let (pane, pid) = first.split_once(' ').expect("two words");
    let (other, other_pid) = second.split_once(' ').expect("two words");
    collector.until("both are known", |rows| {
        // A hook that finds the machine too busy drops its event rather than wait.
        report(&env, &server, pane, pid);
        report(&env, &server, other, pid);
        rows.len() == 2
    });
    // The second one claims a process that is not its own.
    let refused = finish(env.pane_patrol().args(["stop", other]));
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("its process is not the pane's"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("stop --close-pane"), "{refused:?}");
    assert!(lives(pid) && lives(other_pid));
    let stopped = finish(env.pane_patrol().args(["stop", pane]));
    assert!(stopped.status.success(), "{stopped:?}");
    wait_until("its pane is gone with it", || {
        !server
            .run(&["list-panes", "-a", "-F", "#{pane_id}"])
            .lines()
            .any(|id| id == pane)
    });
    assert!(lives(other_pid));
}

#[test]
fn the_dashboard_stops_what_was_confirmed_and_starts_what_was_chosen() {
    let env = TestEnv::new();
    configure(&env, "[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    server.run(&[
        "respawn-pane",
        "-k",
        "-t",
        "%0",
        env!("CARGO_BIN_EXE_pane-patrol"),
    ]);
    client.wait_for("pane-patrol");
    wait_until("it listens", || env.places().events_socket.exists());
    // This one does not end when it is asked to.
    let stubborn = "trap : TERM; while :; do sleep 0.1; done";
    let window = [
        "new-window",
        "-d",
        "-t",
        "work",
        "-P",
        "-F",
        "#{pane_id} #{pane_pid}",
        stubborn,
    ];
    let made = server.run(&window);
    let (pane, pid) = made.split_once(' ').expect("two words");
    wait_until("it is on the list", || {
        report(&env, &server, pane, pid);
        client.screen().contains("WORKING")
    });
    client.press(&["x"]);
    client.wait_for("Stop claude in work:1.0?");
    client.press(&["x"]);
    until("it is told that it did not end", || {
        client.screen().contains("closes its pane").then_some(())
    });
    assert!(lives(pid));
    client.press(&["x"]);
    client.wait_for("has ended");
    assert!(
        !server
            .run(&["list-panes", "-a", "-F", "#{pane_id}"])
            .contains(pane)
    );
    client.press(&["n"]);
    client.wait_for("Start in a new pane");
    client.press(&["Enter"]);
    wait_until("the window is in front", || {
        server.ask("#{window_name}") == "helper"
    });
}

/// What a container is for us: its own processes and mounts, the socket folder and a name of the pane.
#[test]
fn an_assistant_in_a_container_is_a_normal_row() {
    let env = TestEnv::new();
    let isolated = [
        "--user",
        "--map-root-user",
        "--mount",
        "--pid",
        "--fork",
        "--mount-proc",
    ];
    let can = Command::new("unshare").args(isolated).arg("true").output();
    if !can.is_ok_and(|output| output.status.success()) {
        skip("`unshare` may not make namespaces here");
        return;
    }
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    let mut hook = env.command("unshare");
    hook.args(isolated)
        .args([env!("CARGO_BIN_EXE_pane-patrol"), "hook", "claude"]);
    hook.env("PANE_PATROL_TARGET", "work:0.0")
        .env("CLAUDE_CODE_ENTRYPOINT", "cli");
    // The number of a process in there means another one out here.
    hook.env("CLAUDE_PID", std::process::id().to_string());
    finish_with_stdin(&mut hook, fixture(WORKS).as_bytes()).assert_silent_success();
    let rows = collector.until("the row is tied to its pane", |rows| {
        rows.len() == 1 && rows[0]["pane"] == "%0"
    });
    assert_eq!(rows[0]["state"], "running");
    assert!(rows[0]["pid"].is_null(), "{rows:?}");
    let refused = finish(env.pane_patrol().args(["stop", "work:0.0"]));
    assert!(
        refused.stderr.contains("its process is not known"),
        "{refused:?}"
    );
}
