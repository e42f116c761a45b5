//! `wrap` around real programs in a real terminal: what the person sees and what the shell gets is the
//! same as without it, and the list shows how the program is.

mod elsewhere;
mod records;
mod terminal;
mod told;

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, skip, started, wait, wait_until,
    write_program,
};
use crate::decide::lead_team_to_default;
use crate::launch::isolating;

const WRAP: &str = concat!(env!("CARGO_BIN_EXE_pane-patrol"), " wrap -- ");

#[test]
fn it_ends_as_the_program_ended() {
    let env = TestEnv::new();
    let sh = |script: &str, stdin: &[u8]| {
        let mut command = env.pane_patrol();
        command.args(["wrap", "--", "sh", "-c", script, "sh", "--an option"]);
        finish_with_stdin(&mut command, stdin)
    };
    let plain = sh("cat; echo \"$1\"; echo err >&2; exit 7", b"in\n");
    assert_eq!(plain.status.code(), Some(7));
    assert_eq!(
        (&*plain.stdout, &*plain.stderr),
        ("in\n--an option\n", "err\n")
    );
    assert_eq!(sh("exit 0", b"").status.code(), Some(0));
    // The last ones have no name, or none that everybody knows.
    for signal in [15, 9, 11, 10, 16, 29, 30, 34, 50, 64] {
        let killed = sh(&format!("kill -{signal} $$"), b"");
        assert_eq!(killed.status.signal(), Some(signal), "{killed:?}");
    }
    // What was started in the background of a script, as these tests may be, may ignore these.
    for name in ["INT", "QUIT", "PIPE"] {
        let script = format!("kill -{name} $$");
        let alone = finish(env.command("sh").args(["-c", &script]));
        let wrapped = sh(&script, b"");
        assert_eq!(wrapped.status, alone.status, "{name}: {wrapped:?}");
    }
    // Not the person's own: it may hold folders that she may not read, which is another error.
    let mut missing = env.pane_patrol();
    missing.env("PATH", "/usr/bin:/bin");
    let missing = finish(missing.args(["wrap", "no-such-program"]));
    assert_eq!(missing.status.code(), Some(127));
    assert!(missing.stderr.contains("could not run `no-such-program`"));
}

/// As the first process of a container and as a program that this starts: their groups and sessions are
/// of outside, where no number of theirs leads.
#[test]
fn it_ends_as_the_program_ended_where_its_group_is_not_to_be_seen() {
    let env = TestEnv::new();
    let Some(isolating) = isolating(&env) else {
        return;
    };
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    let wrapped = [program, "wrap", "--", "sh", "-c", "echo out; exit 7"];
    let below_a_shell = [&["sh", "-c", "\"$@\"; exit $?", "sh"][..], &wrapped].concat();
    for words in [&wrapped[..], &below_a_shell] {
        let mut command = env.command(isolating[0]);
        let finished = finish(command.args(&isolating[1..]).args(words));
        assert_eq!(finished.status.code(), Some(7), "{words:?}: {finished:?}");
        assert_eq!((&*finished.stdout, &*finished.stderr), ("out\n", ""));
    }
}

#[test]
fn a_signal_sent_to_us_alone_reaches_the_program() {
    let env = TestEnv::new();
    let ready = env.path("ready");
    let script = format!(
        "trap 'exit 42' TERM; touch '{}'; while :; do sleep 0.05; done",
        ready.display()
    );
    let mut command = env.pane_patrol();
    let child = command
        .args(["wrap", "--", "sh", "-c", &script])
        .spawn()
        .expect("it starts");
    wait_until("the program runs", || ready.exists());
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::TERM).expect("it runs");
    let finished = wait(child);
    assert_eq!(finished.status.code(), Some(42));
}

/// A shell with job control in a terminal of its own, in which `$W` runs what follows through us, or
/// as it is.
fn shell<'env>(env: &'env TestEnv, name: &str, wrap: &str) -> Option<Terminal<'env>> {
    let bash = ["/bin/bash", "/usr/bin/bash"];
    let Some(bash) = bash.iter().find(|bash| std::path::Path::new(bash).exists()) else {
        skip("bash is not installed");
        return None;
    };
    let shell = format!("env PS1='$ ' W='{wrap}' {bash} --norc --noprofile -i");
    let terminal = Terminal::start(env, name, &shell)?;
    terminal.wait_for("$");
    Some(terminal)
}

/// Types a line.
fn enter(terminal: &Terminal<'_>, line: &str) {
    let keys: Vec<String> = line
        .chars()
        .map(|c| if c == ';' { "\\;".into() } else { c.into() })
        .collect();
    let keys: Vec<&str> = keys
        .iter()
        .map(|key| if *key == " " { "Space" } else { key })
        .collect();
    terminal.press(&keys);
    terminal.press(&["Enter"]);
}

/// What a session leaves on the screen, without what only a path makes different.
fn screen(terminal: &Terminal<'_>, wrap: &str) -> String {
    let screen = terminal.screen();
    if wrap.is_empty() {
        screen
    } else {
        screen.replace(wrap.trim_end(), "")
    }
}

/// The same session with and without us; both screens must be the same at the end.
fn same_screens(session: impl Fn(&Terminal<'_>)) {
    let env = TestEnv::new();
    let mut screens = Vec::new();
    for (name, wrap) in [("plain", ""), ("wrapped", WRAP)] {
        let Some(terminal) = shell(&env, name, wrap) else {
            return;
        };
        session(&terminal);
        // The last thing is printed.
        wait_until("the shell waits for a line", || {
            terminal.screen().trim_end().ends_with('$')
        });
        screens.push(screen(&terminal, wrap));
    }
    assert_eq!(screens[0], screens[1]);
}

/// Waits until the shell waits for a line, and types one: what is typed ahead is echoed elsewhere.
fn command(terminal: &Terminal<'_>, line: &str) {
    wait_until("the shell waits for a line", || {
        terminal.screen().trim_end().ends_with('$')
    });
    enter(terminal, line);
}

/// Waits until `program` has its terminal, in the pane or in one that is made there: what is typed before is read in
/// the shell's own mode.
fn until_runs(terminal: &Terminal<'_>, program: &str) {
    let pane = terminal.ask("#{pane_pid}");
    wait_until("it has the terminal", || {
        let fields = ["-A", "-o", "pid=,ppid=,pgid=,tpgid=,comm="];
        let listed = finish(Command::new("ps").args(fields)).stdout;
        let all: Vec<Vec<&str>> = listed
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        let mut below = vec![pane.as_str()];
        while let Some(pid) = below.pop() {
            let is_it = |it: &Vec<&str>| it[0] == pid && it[4] == program && it[2] == it[3];
            if all.iter().any(is_it) {
                return true;
            }
            below.extend(all.iter().filter(|it| it[1] == pid).map(|it| it[0]));
        }
        false
    });
}

#[test]
fn an_editor_is_the_same_is_stopped_and_comes_back() {
    let has = |program: &str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output();
        found.is_ok_and(|found| found.status.success())
    };
    if !has("vim") {
        return skip("vim is not installed");
    }
    same_screens(|terminal| {
        command(terminal, "echo some words > file");
        command(terminal, "$W vim -u NONE -N file");
        terminal.wait_for("some words");
        terminal.press(&["i"]);
        terminal.wait_for("-- INSERT --");
        terminal.press(&["X", "Escape"]);
        wait_until("it takes commands", || {
            !terminal.screen().contains("INSERT")
        });
        terminal.press(&["C-z"]);
        terminal.wait_for("Stopped");
        command(terminal, "fg");
        terminal.wait_for("Xsome words\n~");
        enter(terminal, ":wq");
        command(terminal, "clear; echo \"status $?\"; jobs; cat file");
        terminal.wait_for("status 0\nXsome words");
    });
}

#[test]
fn a_pager_in_the_foreground_and_behind_a_pipe_has_the_keyboard() {
    same_screens(|terminal| {
        command(terminal, "seq 100 > file");
        for line in ["$W less file", "$W cat file | less", "seq 100 | $W less"] {
            command(terminal, "clear");
            command(terminal, line);
            terminal.wait_for("\n29\n");
            terminal.press(&["G"]);
            terminal.wait_for("\n100\n");
            terminal.press(&["q"]);
            command(terminal, "echo \"status $?\"");
            terminal.wait_for("\nstatus 0");
        }
    });
}

#[test]
fn a_shell_inside_has_job_control_and_the_terminal_comes_back() {
    same_screens(|terminal| {
        command(terminal, "$W bash --norc --noprofile -i");
        terminal.wait_for("\n$");
        command(terminal, "PS1='inner$ '");
        terminal.wait_for("\ninner$");
        command(terminal, "cat");
        until_runs(terminal, "cat");
        enter(terminal, "hello");
        terminal.wait_for("hello\nhello");
        terminal.press(&["C-z"]);
        terminal.wait_for("Stopped");
        command(terminal, "fg");
        terminal.wait_for("fg\ncat");
        until_runs(terminal, "cat");
        enter(terminal, "again");
        terminal.wait_for("again\nagain");
        terminal.press(&["C-d"]);
        command(terminal, "exit 5");
        terminal.wait_for("exit 5\nexit\n$");
        command(terminal, "echo \"status $?\"");
        terminal.wait_for("\nstatus 5");
        command(terminal, "cat");
        until_runs(terminal, "cat");
        enter(terminal, "mine");
        terminal.wait_for("mine\nmine");
        terminal.press(&["C-c"]);
    });
}

#[test]
fn the_keys_of_the_terminal_reach_the_program() {
    same_screens(|terminal| {
        command(
            terminal,
            "$W sh -c 'trap \"echo got \\$((40+2))\" INT; echo is$((1+1)); cat; cat; exit 9'",
        );
        terminal.wait_for("\nis2");
        // A shell that gets the signal while it starts a program waits for that program first.
        until_runs(terminal, "cat");
        terminal.press(&["C-c"]);
        terminal.wait_for("got 42");
        terminal.press(&["C-d"]);
        command(terminal, "echo \"status $?\"");
        terminal.wait_for("\nstatus 9");
        command(terminal, "$W cat");
        until_runs(terminal, "cat");
        enter(terminal, "words");
        terminal.wait_for("words\nwords");
        terminal.press(&["C-c"]);
        command(terminal, "echo \"status $?\"");
        terminal.wait_for("\nstatus 130");
        let killed = "$W sleep 77 & sleep 0.3; kill %1; wait %1; s=$?; clear; echo status $s";
        command(terminal, killed);
        terminal.wait_for("status 143");
        let crashed = "$W sh -c 'kill -SEGV $$'; s=$?; clear; echo status $s";
        command(terminal, crashed);
        terminal.wait_for("status 139");
    });
}

/// While the shell is in front, the terminal is as the shell's own line wants it.
#[test]
fn what_begins_behind_the_shell_has_the_usual_modes_once_it_is_in_front() {
    same_screens(|terminal| {
        let in_front = "until ps -o stat= -p $$ | grep -q +; do sleep 0.05; done";
        let modes =
            "stty -a | grep -ow -e -icanon -e -echo -e -icrnl -e -isig; echo the modes; cat";
        for begins in [in_front, "read -r line"] {
            command(terminal, "clear");
            command(terminal, &format!("$W sh -c '{begins}; {modes}' &"));
            let is_stopped = begins.starts_with("read");
            if is_stopped {
                wait_until("it is stopped, because it reads", || {
                    command(terminal, "");
                    terminal.screen().contains("Stopped")
                });
            }
            command(terminal, "clear");
            command(terminal, "fg");
            if is_stopped {
                until_runs(terminal, "sh");
                enter(terminal, "one");
            }
            terminal.wait_for("\nthe modes");
            enter(terminal, "words");
            terminal.wait_for("words\nwords");
            terminal.press(&["C-d"]);
        }
    });
}

#[test]
fn the_list_shows_a_program_that_runs_stops_and_ends() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start_on(
        &env,
        "tmux.sock",
        "work",
        (80, 24),
        "bash --norc --noprofile -i",
    ) else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let run = |line: &str| tmux.run(&["send-keys", line, "Enter"]);
    run(&format!("{WRAP} cat"));
    let row = collector.until_state("running");
    assert_eq!(
        (&row["assistant"], &row["message"]),
        (&"cat".into(), &"cat".into())
    );
    assert_eq!(row["offline"], false);
    assert!(
        row["publisher"]
            .as_str()
            .is_some_and(|name| name.starts_with("wrap-"))
    );
    assert!(row["pane"].is_string() && row["cwd"].is_string(), "{row}");
    tmux.run(&["send-keys", "C-z"]);
    collector.until_state("idle");
    run("fg");
    collector.until_state("running");
    tmux.run(&["send-keys", "C-d"]);
    collector.until("it is over, and nobody speaks for it", |rows| {
        let row = &rows[0];
        row["state"] == "completed" && row["publisher"].is_null() && row["pid"].is_null()
    });
    wait_until("the shell is in front again", || {
        tmux.ask("#{pane_current_command}") == "bash"
    });
    run(&format!("{WRAP} sh -c 'exit 3'"));
    let row = collector.until_state("error");
    assert_eq!(row["message"], "exit status 3: sh -c exit 3");
}

/// Also of one that says nothing of itself: its hooks do.
#[test]
fn the_end_of_a_known_assistant_is_no_result() {
    let env = TestEnv::new();
    let claude = env.home().join("claude");
    write_program(&claude, "#!/bin/sh\nread -r line\n");
    let run = format!("{WRAP} '{}'; exec cat", claude.display());
    let Some(tmux) = Tmux::start_on(&env, "tmux.sock", "work", (80, 24), &run) else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let row = collector.until_state("running");
    assert_eq!(row["assistant"], "claude");
    tmux.run(&["send-keys", "Enter"]);
    collector.until("it is gone", <[_]>::is_empty);
}

#[test]
fn the_next_collector_hears_of_a_program_that_runs() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start_on(&env, "tmux.sock", "work", (80, 24), &format!("{WRAP} cat"))
    else {
        return;
    };
    for _ in 0..2 {
        let collector = Collector::start_in(&env, &tmux);
        let row = collector.until_state("running");
        assert_eq!(
            (&row["assistant"], &row["offline"]),
            (&"cat".into(), &false.into())
        );
    }
}

/// The program outlives `wrap`, which was killed, and is watched still: with its end the row goes.
#[test]
fn what_ends_after_wrap_was_killed_is_gone_at_once() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start_on(
        &env,
        "tmux.sock",
        "work",
        (80, 24),
        &format!("{WRAP} sh -c 'trap \"\" HUP; exec sleep 600'; exec cat"),
    ) else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let row = collector.until_state("running");
    let number = |text: &str| text.parse::<u32>().expect("it is a number");
    let name = row["publisher"].as_str().unwrap_or_default();
    let wrap = number(name.split('-').nth(1).unwrap_or_default());
    let program = number(&row["pid"].to_string());
    kill(wrap);
    collector.until("its program runs, and nobody tells of it", |rows| {
        rows.len() == 1 && rows[0]["state"] == "running" && rows[0]["offline"] == true
    });
    kill(program);
    collector.until("it is gone", <[_]>::is_empty);
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process"), Signal::KILL).expect("it runs");
}

#[test]
fn a_wrapped_program_is_told_of_whatever_its_hub_is_called() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    lead_team_to_default(&env);
    let mut wrapped = env.pane_patrol();
    wrapped.env("PANE_PATROL_SESSION", "team");
    let (child, stdin) = started(wrapped.args(["wrap", "--", "cat"]));
    collector.until("it has a row", |rows| !rows.is_empty());
    drop(stdin);
    assert!(wait(child).status.success());
}
