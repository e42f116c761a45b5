//! What ended with its server or with the machine comes back by `resume --all`: each session once, in the window, the
//! order and the layout it had, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{
    Collector, Finished, PROGRAM, Terminal, TestEnv, Tmux, finish, private_folder, until,
    wait_until, write_program,
};

/// An assistant whose session is its argument or that of `--resume`, which notes its pane, its folder and how it was
/// started, and says again and again that it is there; told to end, that it ends, until there is a file `leaves`.
fn assistant(env: &TestEnv) {
    private_folder(&env.path("programs"));
    let text = format!(
        "#!/bin/sh\n\
         id=$1; [ \"$1\" = --resume ] && id=$2\n\
         printf '%s|%s|%s\\n' \"$TMUX_PANE\" \"$*\" \"$PWD\" >> \"$HOME/started\"\n\
         export CLAUDE_PID=$$ CLAUDE_CODE_ENTRYPOINT=cli\n\
         ends() {{\n\
         while ! [ -e \"$HOME/leaves\" ]; do sleep 0.1; printf \"$told\" \"$id\" \"$PWD\" |\n\
         sed 's/Start\",\"source\":\"startup/End\",\"reason\":\"prompt_input_exit/' | {PROGRAM} hook claude; done; exit; }}\n\
         trap ends TERM\n\
         told='{{\"session_id\":\"%s\",\"cwd\":\"%s\",\"hook_event_name\":\"SessionStart\",\"source\":\"startup\"}}'\n\
         while :; do printf \"$told\" \"$id\" \"$PWD\" | {PROGRAM} hook claude; sleep 1; done\n"
    );
    write_program(&env.path("programs/claude"), &text);
}

/// The pane, the words and the folder of each start, in their order.
fn started(env: &TestEnv) -> Vec<[String; 3]> {
    let text = fs::read_to_string(env.home().join("started")).unwrap_or_default();
    let line = |line: &str| {
        let mut fields = line.splitn(3, '|').map(str::to_owned);
        [(); 3].map(|()| fields.next().expect("three fields"))
    };
    text.lines().map(line).collect()
}

/// A server where tmux itself has the one that is called by no name.
fn server<'env>(env: &'env TestEnv, session: &str) -> Option<Tmux<'env>> {
    let socket = socket();
    private_folder(&env.path(Path::new(&socket).parent().expect("it is in one")));
    Tmux::start_on(env, &socket, session, (120, 40), "cat")
}

fn socket() -> String {
    let uid = rustix::process::geteuid().as_raw();
    format!("tmp/tmux-{uid}/default")
}

/// The command with the assistant on its `PATH`.
fn resume(env: &TestEnv, words: &[&str]) -> Command {
    let system = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{system}", env.path("programs").display());
    let mut command = env.pane_patrol();
    command.env("PATH", path).arg("resume").args(words);
    command
}

fn all(env: &TestEnv) -> Finished {
    finish(&mut resume(env, &["--all", "--yes"]))
}

/// Kills the server as nothing that it could tidy up after.
fn crash(server: &Tmux<'_>) {
    let pid: i32 = server.ask("#{pid}").parse().expect("a number");
    let pid = Pid::from_raw(pid).expect("a process");
    kill_process(pid, Signal::KILL).expect("it runs");
    wait_until("nobody answers", || {
        !finish(&mut server.command(&["list-sessions"]))
            .status
            .success()
    });
}

/// The layout with neither its checksum nor the numbers of its panes.
fn plan_of(layout: &str) -> String {
    let cells = layout.split_once(',').map_or("", |(_, cells)| cells);
    let mut plan = String::new();
    let mut since_size = 0;
    for field in cells.split_inclusive(['{', '}', '[', ']', ',']) {
        let field = field.trim_end_matches(',');
        since_size = if field.contains('x') {
            0
        } else {
            since_size + 1
        };
        let is_number = since_size == 3;
        plan.extend(field.chars().filter(|c| !is_number || !c.is_ascii_digit()));
        plan.push(' ');
    }
    plan
}

/// Where each pane is that has an assistant: session, window with its name, pane, folder, session id and layout.
fn panes(env: &TestEnv, server: &Tmux<'_>) -> Vec<String> {
    let ids: BTreeMap<String, String> = started(env)
        .into_iter()
        .map(|[pane, words, _]| (pane, words.replace("--resume ", "")))
        .collect();
    let format = "#{pane_id}|#{session_name}|#{window_index}|\
                  #{?automatic-rename,auto,#{window_name}}|#{pane_index}|#{pane_current_path}|#{window_layout}";
    let told = server.run(&["list-panes", "-a", "-F", format]);
    let line = |line: &str| {
        let (pane, rest) = line.split_once('|')?;
        let (rest, layout) = rest.rsplit_once('|')?;
        Some(format!("{rest} {} {}", ids.get(pane)?, plan_of(layout)))
    };
    let mut panes: Vec<String> = told.lines().filter_map(line).collect();
    panes.sort();
    panes
}

/// Starts an assistant by that tmux command in a folder of its own.
fn begin(env: &TestEnv, server: &Tmux<'_>, words: &[&str], id: &str) {
    let folder = env.home().join(format!("{id} it's $(touch x)"));
    fs::create_dir_all(&folder).expect("home is ours");
    let folder = folder.to_str().expect("a text");
    let line = format!("exec {} {id}", env.path("programs/claude").display());
    server.run(&[words, &["-d", "-c", folder, &line]].concat());
}

/// A session's name and a window's that would do something where they were read as more than names.
const HOSTILE: [&str; 2] = ["ops #(touch pwned); it's $0", "#(touch pwned)#{pid};\"x"];

/// Twenty assistants in three sessions, with windows of several panes, numbers with gaps, names given and not.
fn twenty(env: &TestEnv, server: &Tmux<'_>) {
    let mut count = 0;
    let mut next = || {
        count += 1;
        format!("s-{count}")
    };
    let hostile = HOSTILE.map(|name| name.replace('#', "##"));
    let session = |name: &str, columns: &str| {
        let new = [
            "new-session",
            "-d",
            "-P",
            "-F",
            "#{session_id}:",
            "-s",
            name,
        ];
        server.run(&[&new[..], &["-x", columns, "-y", "50", "cat"]].concat())
    };
    let (ops, docs) = (session(&hostile[0], "100"), session("docs", "90"));
    let windows: [(&str, u32, Option<&str>, usize); 6] = [
        ("=work:", 1, Some("edit"), 4),
        ("=work:", 2, None, 1),
        ("=work:", 7, Some("many"), 6),
        (&ops, 3, Some(&hostile[1]), 5),
        (&ops, 4, Some("two"), 2),
        (&docs, 2, Some("edit"), 2),
    ];
    for (session, index, name, panes) in windows {
        let target = format!("{session}{index}");
        let mut words = vec!["new-window", "-t", &target];
        words.extend(name.iter().flat_map(|name| ["-n", name]));
        begin(env, server, &words, &next());
        for pane in 1..panes {
            let target = format!("{target}.{}", (pane - 1) / 2);
            let direction = if pane % 2 == 0 { "-v" } else { "-h" };
            begin(
                env,
                server,
                &["split-window", direction, "-t", &target],
                &next(),
            );
        }
        let target = format!("{target}.0");
        server.run(&["resize-pane", "-t", &target, "-x", "30"]);
    }
    let is_there = |line: &[String; 3]| !line[0].is_empty();
    wait_until("all have begun", || {
        started(env).iter().filter(|line| is_there(line)).count() == 20
    });
}

/// Waits until that is written down of all of them.
fn until_known(env: &TestEnv, server: &Tmux<'_>) {
    let file = env.places().sessions().expect("a state folder");
    let layouts = server.run(&["list-panes", "-a", "-F", "#{window_layout}"]);
    wait_until("all are known with their layouts", || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let known = text.lines().filter(|line| {
            let mut layouts = layouts.lines();
            line.contains("\"pid\"") && layouts.any(|layout| line.contains(layout))
        });
        known.count() == 20
    });
}

/// A server with twenty assistants is killed, and all come back; with a collector that lives on, and without.
fn comes_back(with_collector: bool) {
    let env = TestEnv::new();
    assistant(&env);
    let Some(first) = server(&env, "work") else {
        return;
    };
    let mut collector = Some(Collector::start(&env));
    twenty(&env, &first);
    until_known(&env, &first);
    let before = panes(&env, &first);
    assert_eq!(before.len(), 20, "{before:?}");
    if !with_collector {
        collector = None;
    }
    crash(&first);
    let quiet = started(&env).len();
    // The processes are hung up on, and end one after the other.
    let dry = until("all are over", || {
        let dry = finish(&mut resume(&env, &["--all", "--dry-run"]));
        (dry.stdout.lines().count() == 20).then_some(dry)
    });
    assert!(!dry.stdout.contains("not brought back"), "{dry:?}");
    assert!(dry.stdout.contains("s-20"), "{dry:?}");
    assert_eq!(started(&env).len(), quiet, "nothing is done");
    let unasked = finish(&mut resume(&env, &["--all"]));
    assert_eq!(unasked.status.code(), Some(2), "{unasked:?}");

    let done = all(&env);
    assert!(done.status.success(), "{done:?}");
    assert!(!done.stderr.contains("laid out"), "{done:?}");
    let second = Tmux::found(&env, &socket());
    wait_until("all have begun again", || started(&env).len() == quiet + 20);
    let after = panes(&env, &second);
    assert_eq!(after, before);
    let folders = |from: &[[String; 3]]| -> BTreeMap<String, String> {
        let folder =
            |[_, words, folder]: &[String; 3]| (words.replace("--resume ", ""), folder.clone());
        from.iter().map(folder).collect()
    };
    let all_started = started(&env);
    let (old, new) = all_started.split_at(quiet);
    assert_eq!(folders(old), folders(new));
    assert!(
        new.iter()
            .all(|[_, words, _]| words.starts_with("--resume s-")),
        "{new:?}"
    );

    let again = all(&env);
    assert!(again.status.success(), "{again:?}");
    assert!(again.stderr.contains("nothing was done"), "{again:?}");
    if let Some(collector) = &collector {
        collector.until("all live", |rows| rows.len() == 20);
        let again = all(&env);
        assert!(again.stderr.contains("nothing was done"), "{again:?}");
    }
    assert_eq!(started(&env).len(), quiet + 20, "none twice");
    assert!(!env.home().join("pwned").exists() && !env.path("pwned").exists());
}

#[test]
fn what_a_server_had_that_was_killed_comes_back_as_it_was() {
    comes_back(true);
}

#[test]
fn it_comes_back_as_well_where_whoever_collected_is_gone_too() {
    comes_back(false);
}

#[test]
fn two_at_once_bring_each_back_once() {
    for with_collector in [true, false] {
        let env = TestEnv::new();
        assistant(&env);
        let Some(first) = server(&env, "work") else {
            return;
        };
        let mut collector = Some(Collector::start(&env));
        for (index, id) in [(1, "s-1"), (2, "s-2"), (3, "s-3")] {
            let target = format!("=work:{index}");
            begin(&env, &first, &["new-window", "-t", &target], id);
        }
        let file = env.places().sessions().expect("a state folder");
        wait_until("all are known", || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            text.matches("\"pid\"").count() == 3
        });
        if !with_collector {
            collector = None;
        }
        crash(&first);
        wait_until("all are over", || {
            let dry = finish(&mut resume(&env, &["--all", "--dry-run"]));
            dry.stdout.lines().count() == 3
        });
        let two = [(); 2].map(|()| {
            let mut command = resume(&env, &["--all", "--yes"]);
            command.stderr(std::process::Stdio::piped());
            command.spawn().expect("the executable can be started")
        });
        let two = two.map(|child| child.wait_with_output().expect("it ends"));
        let _second = Tmux::found(&env, &socket());
        wait_until("all have begun again", || started(&env).len() >= 6);
        let mut again: Vec<String> = started(&env)
            .into_iter()
            .map(|[_, words, _]| words)
            .filter(|words| words.starts_with("--resume"))
            .collect();
        again.sort();
        let expected = ["s-1", "s-2", "s-3"].map(|id| format!("--resume {id}"));
        assert_eq!(again, expected, "{two:?}");
        assert!(two.iter().all(|one| one.status.success()), "{two:?}");
        drop(collector);
    }
}

/// The lines of what `--dry-run` says.
fn dry(env: &TestEnv) -> Vec<String> {
    let dry = finish(&mut resume(env, &["--all", "--dry-run"]));
    assert!(dry.status.success(), "{dry:?}");
    dry.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn what_was_quit_by_hand_stays_over_and_what_is_in_the_way_stays_where_it_is() {
    let env = TestEnv::new();
    assistant(&env);
    let Some(first) = server(&env, "work") else {
        return;
    };
    let collector = Collector::start(&env);
    for (index, id) in [(1, "quit"), (2, "back"), (3, "homeless")] {
        let target = format!("=work:{index}");
        begin(&env, &first, &["new-window", "-t", &target], id);
    }
    // Beside something that is no assistant, and does not come back.
    first.run(&["split-window", "-d", "-t", "=work:2", "cat"]);
    collector.until("all are there", |rows| rows.len() == 3);
    first.run(&["kill-window", "-t", "=work:1"]);
    collector.until("one has quit", |rows| rows.len() == 2);
    wait_until("it is known that it was by itself", || {
        let lines = dry(&env);
        lines.len() == 1 && lines[0].contains("quit") && lines[0].contains("it ended by itself")
    });
    let nothing = all(&env);
    assert!(
        nothing.status.success() && nothing.stderr.contains("nothing was done"),
        "{nothing:?}"
    );
    until_known_at(&env, "\"panes\":2");
    crash(&first);
    fs::remove_dir(env.home().join("homeless it's $(touch x)")).expect("it is empty");
    let lines = until("both are over", || {
        let lines = dry(&env);
        (lines.len() == 4).then_some(lines)
    });
    assert!(
        lines[0].contains("back") && !lines[0].contains("not brought back"),
        "{lines:?}"
    );
    assert!(
        lines[2..]
            .iter()
            .any(|line| line.contains("not brought back: its folder ")),
        "{lines:?}"
    );
    // The person has begun anew, and has something else in the second window.
    first.run(&["new-session", "-d", "-s", "work", "cat"]);
    first.run(&["new-window", "-d", "-t", "=work:2", "-n", "hers", "cat"]);
    let hers = first.run(&["list-panes", "-s", "-t", "=work:", "-F", "#{pane_id}"]);
    let done = all(&env);
    assert!(done.status.success(), "{done:?}");
    assert!(
        done.stderr.contains("in work:3.0."),
        "behind what is there: {done:?}"
    );
    let told = "work:3 is not laid out as it was: 1 of its 2 panes are back.";
    assert!(done.stderr.contains(told), "{done:?}");
    let now = first.run(&["list-panes", "-s", "-t", "=work:", "-F", "#{pane_id}"]);
    assert_eq!(now.lines().count(), hers.lines().count() + 1, "{now}");
    assert!(
        now.starts_with(&hers),
        "nothing of hers is gone or moved: {now}"
    );
    let again: Vec<String> = started(&env)
        .into_iter()
        .skip(3)
        .map(|[_, words, _]| words)
        .collect();
    assert_eq!(again, ["--resume back"]);
}

/// Waits until that stands in the file of sessions.
fn until_known_at(env: &TestEnv, what: &str) {
    let file = env.places().sessions().expect("a state folder");
    wait_until("it is written down", || {
        fs::read_to_string(&file).is_ok_and(|text| text.contains(what))
    });
}

#[test]
fn the_last_one_of_a_server_that_ends_with_it_was_quit_by_hand() {
    let env = TestEnv::new();
    assistant(&env);
    let Some(first) = server(&env, "work") else {
        return;
    };
    let collector = Collector::start(&env);
    begin(&env, &first, &["new-window", "-t", "=work:1"], "s-1");
    let rows = collector.until("it is there", |rows| rows.len() == 1);
    first.run(&["kill-window", "-t", "=work:0"]);
    let pid = rows[0]["pid"]
        .as_i64()
        .and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.and_then(Pid::from_raw).expect("its process");
    kill_process(pid, Signal::TERM).expect("it runs");
    collector.until("it says so", <[_]>::is_empty);
    fs::write(env.home().join("leaves"), "").expect("home is ours");
    wait_until("its server ends with it", || {
        !finish(&mut first.command(&["list-sessions"]))
            .status
            .success()
    });
    let lines = until("it is over", || {
        Some(dry(&env)).filter(|lines| !lines.is_empty())
    });
    assert!(lines[0].contains("it ended by itself"), "{lines:?}");
}

#[test]
fn nothing_of_a_file_that_others_wrote_becomes_more_than_a_name() {
    let env = TestEnv::new();
    assistant(&env);
    let Some(server) = server(&env, "other") else {
        return;
    };
    let socket = env.path(socket());
    let dead = format!("{},999999999", socket.display());
    let home = env.home();
    let line = |id: &str, session: &str, name: &str, server: &str, layout: &str| {
        serde_json::json!({
            "assistant": "claude", "instance_id": id, "target": format!("{session}:1.0"), "pane": "%1",
            "server": server, "cwd": home, "ended": pane_patrol_hooks::timestamp::Timestamp::now(),
            "window": {"name": name, "before": 0, "panes": 1, "layout": layout}, "with_server": true,
        })
        .to_string()
    };
    let planted = format!("{},999999999", env.path("planted").display());
    let name = "#(touch pwned);kill-server \"$(touch pwned)";
    let mut lines = vec![
        line(
            "good",
            "a#(touch pwned) b;",
            name,
            &dead,
            "b25d,80x24,0,0,1",
        ),
        line("--dangerously-skip-permissions", "x", "x", &dead, ""),
        line("a b", "x", "x", &dead, ""),
        line("drawn", "x", "x\u{1b}[31m", &dead, ""),
        line("elsewhere", "x", "x", &planted, ""),
        line("long", &"n".repeat(70_000), "x", &dead, ""),
        line("$(touch pwned)", "x", "x", &dead, ""),
    ];
    lines.extend((0..10_000).map(|number| format!("{{\"forged\": {number}}}")));
    let file = env.places().sessions().expect("a state folder");
    private_folder(file.parent().expect("it is in one"));
    fs::write(&file, lines.join("\n")).expect("it is ours");
    let told = dry(&env);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(
        told[0].contains("good") && !told[0].contains("not brought back"),
        "{told:?}"
    );
    assert!(
        told[2].contains("elsewhere") && told[2].contains("none of your places"),
        "{told:?}"
    );
    assert!(told[3].contains("10005 lines of "), "{told:?}");
    let done = all(&env);
    assert!(done.status.success(), "{done:?}");
    let sessions = server.run(&[
        "list-windows",
        "-a",
        "-F",
        "#{session_name}|#{window_index}|#{window_name}",
    ]);
    assert!(
        sessions.contains(&format!("a#(touch pwned) b;|1|{name}")),
        "{sessions}"
    );
    assert!(
        sessions.contains("other|0"),
        "what is there stays: {sessions}"
    );
    until("it has begun", || started(&env).first().cloned());
    assert_eq!(started(&env).len(), 1);
    for folder in [home.clone(), env.path("."), "/tmp".into()] {
        assert!(!folder.join("pwned").exists(), "{}", folder.display());
    }
    assert!(!env.path("planted").exists());
}

#[test]
fn on_a_terminal_it_is_asked_once_with_all_that_would_come_back() {
    let env = TestEnv::new();
    assistant(&env);
    let Some(first) = server(&env, "work") else {
        return;
    };
    let collector = Collector::start(&env);
    begin(&env, &first, &["new-window", "-t", "=work:1"], "s-1");
    collector.until("it is there", |rows| rows.len() == 1);
    until_known_at(&env, "\"panes\":1");
    crash(&first);
    let lines = until("it is over", || {
        Some(dry(&env)).filter(|lines| !lines.is_empty())
    });
    assert!(
        !lines[0].contains("not brought back"),
        "the only one of a server: {lines:?}"
    );
    let line = format!(
        "PATH={}:$PATH sh -c '{PROGRAM} resume --all; echo status $?; cat'",
        env.path("programs").display()
    );
    for (answer, told) in [("n", "status 1"), ("y", "status 0")] {
        let Some(terminal) = Terminal::start(&env, answer, &line) else {
            return;
        };
        let screen = terminal.wait_for("Bring 1 back? [y/N]");
        assert!(screen.contains("claude  s-1  work:1.0"), "{screen}");
        assert_eq!(started(&env).len(), 1);
        terminal.press(&[answer, "Enter"]);
        let screen = terminal.wait_for("status ");
        assert!(screen.contains(told), "{screen}");
    }
    let _second = Tmux::found(&env, &socket());
    wait_until("it has begun", || started(&env).len() == 2);
}
