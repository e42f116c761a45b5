//! Starting and stopping assistants by command and from the dashboard, and one in a container.

mod hostile;

use std::fs;

use rustix::process::{Pid, test_kill_process};

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture, forbidden,
    private_folder, until, wait_until, write_program,
};

const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// Claude with this process in `pane` reports that it works.
fn report(server: &Tmux<'_>, pane: &str, pid: &str) {
    let mut hook = server.claude_hook_of(pane, pid);
    finish_with_stdin(&mut hook, fixture(WORKS).as_bytes()).assert_silent_success();
}

/// The same from a program that was told its pane, as in a container: nobody asks whether its process is
/// the pane's before something is to be done to it.
fn claim(env: &TestEnv, server: &Tmux<'_>, pane: &str, pid: &str) {
    let mut hook = env.pane_patrol();
    hook.args(["hook", "claude"]);
    hook.env("TMUX", server.variable());
    hook.env("PANE_PATROL_TARGET", pane);
    hook.env("CLAUDE_PID", pid);
    hook.env("CLAUDE_CODE_ENTRYPOINT", "cli");
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
    env.configure(&format!(
        "[[launcher]]\nname = 'my one'\ncommand = '''{command}'''\n"
    ));
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
fn a_launcher_that_wraps_makes_a_row_of_what_reports_nothing() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    env.configure(
        "[[launcher]]\nname = 'helper'\nwrap = true\ncommand = '''cd / && printf '%s\n' \"it's {name}\"; \
         printf '\\033]7501;state=blocked:kind=question\\007'; cat'''\n",
    );
    let mut start = env.pane_patrol();
    start
        .args(["start", "helper"])
        .env("TMUX", server.variable());
    let started = finish(&mut start);
    assert_eq!(
        started.stderr, "Started helper in work:1.0.\n",
        "{started:?}"
    );
    let row = collector.until_state("waiting_input");
    assert_eq!(
        (&row["assistant"], &row["target"]),
        (&"helper".into(), &"work:1.0".into())
    );
    let screen = server.screen_of(&server.ask("#{pane_id}"));
    assert_eq!(screen.lines().next(), Some("it's 'helper'"));
}

#[test]
fn whether_a_launcher_wraps_can_be_said_otherwise_for_one_time() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let _collector = Collector::start_in(&env, &server);
    let launcher = |name: &str, wraps| {
        format!(
            "[[launcher]]\nname = '{name}'\nwrap = {wraps}\n\
             command = 'ps -o comm= -p $PPID > \"$HOME/{name}\"; exec cat'\n"
        )
    };
    env.configure(&[launcher("plain", false), launcher("wrapping", true)].concat());
    for (words, is_wrapped) in [
        (&["plain"][..], false),
        (&["plain", "--wrap"], true),
        (&["wrapping", "--no-wrap"], false),
        (&["wrapping"], true),
    ] {
        let out = env.home().join(words[0]);
        let _ = fs::remove_file(&out);
        let mut start = env.pane_patrol();
        start.arg("start").args(words);
        let started = finish(start.env("TMUX", server.variable()));
        assert!(started.status.success(), "{started:?}");
        let parent = until("it runs", || {
            let parent = fs::read_to_string(&out).ok();
            parent.filter(|parent| parent.ends_with('\n'))
        });
        let is_ours = parent.trim_end() == "pane-patrol";
        assert_eq!(is_ours, is_wrapped, "{words:?}: {parent}");
    }
    let both = finish(
        env.pane_patrol()
            .args(["start", "plain", "--wrap", "--no-wrap"]),
    );
    assert_eq!(both.status.code(), Some(2), "{both:?}");
}

#[test]
fn what_a_launcher_lists_is_started_by_its_name_and_nothing_else_of_what_is_printed() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    private_folder(&env.path("programs"));
    // It lists what stands in a file, and what else it sees of our environment.
    let lists =
        "#!/bin/sh\n[ \"$1 $2\" = 'ps -a' ] && cat \"$HOME/containers\"; echo \"$SECRET\"\n";
    write_program(&env.path("programs/engine"), lists);
    let containers = |text: &str| fs::write(env.home().join("containers"), text);
    containers("one\n--privileged\n$(touch x)\ntwo.2\na b\n").expect("home is ours");
    env.configure(
        "[[launcher]]\nname = 'box'\nlist = 'engine ps -a'\n\
         command = 'echo {item} {name} > \"$HOME/out\"; exec cat'\n",
    );
    let path = format!("{}:/usr/bin:/bin", env.path("programs").display());
    let outside = |words: &[&str]| {
        let mut command = env.pane_patrol();
        command.args(words).env("PATH", &path);
        command
    };
    let run = |words: &[&str]| {
        let mut command = outside(words);
        command.env("SECRET", "hidden");
        finish(command.env("TMUX", server.variable()))
    };
    assert_eq!(run(&["start", "--list"]).stdout, "box one\nbox two.2\n");
    for (words, why) in [
        (
            &["start", "box"][..],
            "there are: one, two.2; nothing was started",
        ),
        (&["start", "box", "three"], "`box` does not list `three`"),
        (
            &["start", "box", "$(touch x)"],
            "`box` does not list `$(touch x)`",
        ),
    ] {
        let refused = run(words);
        assert!(refused.stderr.contains(why), "{refused:?}");
    }
    let started = run(&["start", "box", "two.2"]);
    assert_eq!(
        started.stderr, "Started box two.2 in work:1.0.\n",
        "{started:?}"
    );
    wait_until("it runs", || {
        fs::read_to_string(env.home().join("out")).is_ok_and(|out| out == "two.2 box\n")
    });
    assert_eq!(server.ask("#{window_name}"), "two.2");
    let listed = run(&["start", "--list", "--json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let expected = serde_json::json!([
        {"launcher": "box", "item": "one", "target": null},
        {"launcher": "box", "item": "two.2", "target": "work:1.0"},
    ]);
    assert_eq!(
        listed, expected,
        "where it runs is told of what was started"
    );
    // Outside of tmux whoever collects knows the server by its rows.
    let collector = Collector::start_in(&env, &server);
    let pane = server.window("work", "cat");
    let begins = r#"{"hook_event_name":"UserPromptSubmit","session_id":"s","prompt":"go"}"#;
    server.report(&pane, begins, "running");
    let told = finish(&mut outside(&["start", "--list", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(told, expected);
    drop(collector);
    containers("one\n").expect("home is ours");
    let gone = run(&["start", "box", "two.2"]);
    assert!(gone.stderr.contains("does not list `two.2`"), "{gone:?}");
}

#[test]
fn what_one_launcher_cannot_list_takes_nothing_of_the_others_away() {
    let env = TestEnv::new();
    let launcher = |name: &str, more: &str| {
        format!("[[launcher]]\nname = '{name}'\ncommand = 'x {{item}}'\n{more}\n")
    };
    let all = [
        launcher("box", "list = ['printf', 'one\\ntwo\\n']"),
        launcher("bad", "list = 'false'"),
        "[[launcher]]\nname = 'own'\ncommand = 'x'\n".to_owned(),
    ];
    env.configure(&all.concat());
    let why = "could not list what `bad` starts: `false` has failed, and does not say why";
    let list = |more: &[&str]| {
        let finished = finish(env.pane_patrol().args(["start", "--list"]).args(more));
        assert_eq!(finished.status.code(), Some(1), "{finished:?}");
        let warning = format!("warning: {why}\n");
        assert!(finished.stderr.starts_with(&warning), "{finished:?}");
        finished.stdout
    };
    assert_eq!(list(&[]), "box one\nbox two\nown\n");
    let listed: serde_json::Value = serde_json::from_str(&list(&["--json"])).expect("JSON");
    let muxes = if cfg!(target_os = "linux") {
        "tmux or zellij"
    } else {
        "tmux"
    };
    let nowhere = format!("{muxes} runs nowhere that can be seen from here");
    let expected = serde_json::json!([
        {"launcher": "box", "item": "one", "target": null, "why": nowhere},
        {"launcher": "box", "item": "two", "target": null, "why": nowhere},
        {"launcher": "bad", "item": null, "target": null, "error": why},
        {"launcher": "own", "item": null, "target": null},
    ]);
    assert_eq!(listed, expected);
}

#[test]
fn a_command_that_fails_stays_to_be_read() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    env.configure("[[launcher]]\nname = 'bad'\ncommand = 'echo oh no; exit 3'\n");
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
        report(&server, pane, pid);
        claim(&env, &server, other, pid);
        rows.len() == 2
    });
    // The second one claims a process that is not its own.
    let refused = finish(env.pane_patrol().args(["stop", other]));
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains("its process is not"), "{refused:?}");
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
    env.configure("[[launcher]]\nname = 'helper'\ncommand = 'cat'\n");
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(client) = Terminal::client_of(&env, "client.sock", &server, "work") else {
        return;
    };
    server.dashboard_in("%0");
    client.wait_for("pane-patrol");
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
        report(&server, pane, pid);
        // A hook in a hurry tells only the pane's id, until it is listed.
        client.screen().contains("work:1.0")
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

/// The program that makes a container as far as it matters to us: its own processes, users and mounts.
/// `None`, loudly, where the system lets nobody do that, as in many a container.
pub(crate) fn isolating(env: &TestEnv) -> Option<Vec<&'static str>> {
    let own = ["--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
    let with_users = [&["unshare", "--user", "--map-root-user"][..], &own].concat();
    let as_root = [&["unshare"][..], &own].concat();
    let found = [with_users, as_root].into_iter().find(|words| {
        let mut attempt = env.command(words[0]);
        attempt.args(&words[1..]).arg("true");
        attempt.output().is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        forbidden("`unshare` may not make namespaces here");
    }
    found
}

/// Runs the rest of the words where nothing of us is to be seen but the socket's folder, at another place.
pub(crate) const INSIDE: &str = "set -e; root=$1; shift; mkdir -p \"$root/tmp/in/pane-patrol\"
    mount --bind \"$root/run/pane-patrol\" \"$root/tmp/in/pane-patrol\"
    mount -t tmpfs none \"$root/run\"; mount -t tmpfs none \"$root/state\"
    export XDG_RUNTIME_DIR=\"$root/tmp/in\"; unset TMUX TMUX_PANE; exec \"$@\"";

#[test]
fn an_assistant_in_a_container_is_a_normal_row() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    let report = |payload: &str| {
        let mut hook = env.command(isolating[0]);
        hook.args(&isolating[1..]);
        hook.args(["sh", "-c", INSIDE, "sh"]).arg(env.path(""));
        hook.args([env!("CARGO_BIN_EXE_pane-patrol"), "hook", "claude"]);
        hook.env("PANE_PATROL_TARGET", "work:0.0")
            .env("CLAUDE_CODE_ENTRYPOINT", "cli");
        // The number of a process in there means another one out here.
        hook.env("CLAUDE_PID", std::process::id().to_string());
        finish_with_stdin(&mut hook, fixture(payload).as_bytes()).assert_silent_success();
    };
    for (payload, state) in [
        (WORKS, "running"),
        ("claude/permission_request.bash.json", "waiting_approval"),
        ("claude/post_tool_use.bash.json", "running"),
        ("claude/stop.plain.json", "completed"),
    ] {
        let rows = until(state, || {
            report(payload);
            let rows = collector.rows();
            let is_so = rows.len() == 1 && rows[0]["state"] == state && rows[0]["pane"] == "%0";
            is_so.then_some(rows)
        });
        assert!(rows[0]["pid"].is_null(), "{rows:?}");
    }
    let refused = finish(env.pane_patrol().args(["stop", "work:0.0"]));
    assert!(
        refused.stderr.contains("its process is not known"),
        "{refused:?}"
    );
}

#[test]
fn a_launcher_of_a_container_makes_a_row_in_its_own_pane() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    fs::write(env.home().join("payload"), fixture(WORKS)).expect("home is ours");
    fs::write(env.home().join("inside"), INSIDE).expect("home is ours");
    // It goes on reporting: a hook that finds the machine too busy drops its event.
    let claude = format!(
        "while :; do {} hook claude < \"$HOME/payload\"; sleep 0.2; done",
        env!("CARGO_BIN_EXE_pane-patrol")
    );
    fs::write(env.home().join("claude"), claude).expect("home is ours");
    let command = format!(
        "export PANE_PATROL_TARGET=$TMUX_PANE CLAUDE_CODE_ENTRYPOINT=cli; \
         exec {} sh \"$HOME/inside\" {} sh \"$HOME/claude\"",
        isolating.join(" "),
        env.path("").display(),
    );
    env.configure(&format!(
        "[[launcher]]\nname = 'box'\ncommand = '''{command}'''\n"
    ));
    let mut start = env.pane_patrol();
    start.args(["start", "box"]).env("TMUX", server.variable());
    let started = finish(&mut start);
    assert_eq!(started.stderr, "Started box in work:1.0.\n", "{started:?}");
    let pane = server.run(&["display-message", "-p", "-t", "work:1", "#{pane_id}"]);
    let rows = collector.until("its row is there", |rows| {
        rows.len() == 1 && rows[0]["target"] == "work:1.0"
    });
    assert_eq!(
        (&rows[0]["pane"], &rows[0]["state"]),
        (&pane.into(), &"running".into())
    );
    // Its process is none of ours: only closing its pane stops it.
    let closed = finish(env.pane_patrol().args(["stop", "--close-pane", "work:1.0"]));
    assert!(closed.status.success(), "{closed:?}");
    collector.until("the row is gone", <[_]>::is_empty);
}
