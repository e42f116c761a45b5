//! Whatever a session, a repository or a person's argument is called: nothing that is printed holds
//! a character that a terminal would obey, or would not show.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_hooks::unseen::is_unseen;
use serde_json::{Value, json};

use crate::common::{Collector, PROGRAM, Terminal, TestEnv, Tmux, finish, finish_with_stdin};

/// What no event may carry, but a file, a task or an argument may.
const CONTROLS: &str = "\u{1b}[2J\u{1b}]0;t\u{7}\r\u{8}\u{9b}31m\u{7f}";
/// What every text may carry: it turns lines round, joins, fills and hides.
const HIDDEN: &str = "\u{202e}x\u{2066}\u{200f}\u{61c}\u{ad}\u{34f}\u{115f}\u{3164}\u{ffa0}\u{180b}\u{180e}\u{200b}\u{200d}\u{2060}\u{2061}\u{206a}\u{fe0f}\u{feff}\u{e0041}\u{e007f}\u{e0100}\u{2028}";

/// A row whose every text is hostile, in a repository whose names are.
struct HostileRow {
    env: TestEnv,
    target: String,
    file: String,
}

impl HostileRow {
    fn new() -> Self {
        let env = TestEnv::new();
        let hostile = Self {
            target: format!("s{HIDDEN}:1.2"),
            file: format!("f{CONTROLS}{HIDDEN}\nx"),
            env,
        };
        let folder = hostile.folder();
        fs::create_dir_all(folder.join(".taskmaster/tasks")).expect("a name that Linux takes");
        hostile.git(&["init", "-q", "-b", &format!("b{HIDDEN}")]);
        fs::write(folder.join("a"), "1\n").expect("a file can be written");
        hostile.git(&["add", "a"]);
        hostile.git(&["commit", "-q", "-m", "x"]);
        fs::write(folder.join(&hostile.file), format!("{CONTROLS}{HIDDEN}\n")).expect("it is new");
        fs::rename(
            folder.join("a"),
            folder.join(format!("r{CONTROLS}{HIDDEN}")),
        )
        .expect("ours");
        let title = format!("t{CONTROLS}{HIDDEN}");
        let tasks = json!({"tag": {"tasks": [
            {"id": 1, "title": title, "status": "in-progress"},
            {"id": 2, "title": title, "status": "pending"},
        ]}});
        let list = folder.join(".taskmaster/tasks/tasks.json");
        fs::write(list, tasks.to_string()).expect("it is new");
        hostile
    }

    fn folder(&self) -> PathBuf {
        self.env.path(format!("repo{HIDDEN}"))
    }

    fn git(&self, arguments: &[&str]) {
        self.env.git(&self.folder(), arguments);
    }

    fn send(&self, state: &str, kind: &str) {
        let event = json!({
            "assistant": "claude", "state": state, "kind": kind, "target": self.target,
            "tool": format!("T{HIDDEN}"), "message": format!("m{HIDDEN}"),
            "event": format!("E{HIDDEN}"), "cwd": self.folder(), "instance_id": "s1",
            "request_id": format!("r{HIDDEN}"), "ts": Timestamp::now(),
        });
        // As a hook does.
        let log = self
            .env
            .places()
            .event_log()
            .expect("there is a state folder");
        let log = fs::File::options().append(true).open(log);
        if let Ok(mut log) = log {
            writeln!(log, "{event}").expect("the log can be written");
        }
        self.env.send(event.to_string().as_bytes());
    }

    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = self.env.pane_patrol();
        command.args(arguments);
        command
    }

    /// Runs a command, looks at all it prints, and gives what it printed as a result.
    fn run(&self, arguments: &[&str]) -> String {
        assert_all_seen(arguments, &mut self.command(arguments))
    }
}

fn assert_all_seen(what: &[&str], command: &mut Command) -> String {
    let done = finish(command);
    for said in [&done.stdout, &done.stderr] {
        assert_seen(what, said);
    }
    assert!(!done.stderr.contains("panicked"), "{what:?}: {done:?}");
    done.stdout
}

fn assert_seen(what: &[&str], said: &str) {
    let hides = said.chars().find(|c| *c != '\n' && is_unseen(*c));
    assert_eq!(hides, None, "{what:?}: {said:?}");
}

fn is_the_same(json: &str, pointer: &str, expected: &str) {
    let value: Value = serde_json::from_str(json).expect("it is JSON");
    let found = value.pointer(pointer).and_then(Value::as_str);
    assert_eq!(found, Some(expected), "{pointer} of {json}");
}

#[test]
fn nothing_that_a_row_is_called_reaches_the_terminal_as_it_is() {
    let hostile = HostileRow::new();
    let env = &hostile.env;
    assert!(
        finish(&mut hostile.command(&["mirror", "on"]))
            .status
            .success()
    );
    let mut collector = Collector::start(env);
    hostile.send("running", "turn_started");
    collector.until("the row is there", |rows| rows.len() == 1);
    hostile.send("waiting_approval", "approval_requested");
    collector.until_state("waiting_approval");
    let target = &*hostile.target;

    for arguments in [
        &["status"][..],
        &["explain", target],
        &["request", target],
        &["diff", target],
        &["tasks", target],
        &["doctor"],
        &["snooze", target],
        &["trust", target, "--for", "1m"],
        &["deny", target, "no"],
        &["jump", target],
        &["stop", target],
    ] {
        hostile.run(arguments);
    }
    let shown = hostile.run(&["diff", target]);
    assert!(
        shown.contains("f<U+001B>[2J") && shown.contains("<U+202E>"),
        "{shown}"
    );
    assert!(
        hostile.run(&["tasks", target]).contains("<U+"),
        "the titles are told"
    );
    // The values that programs get are what they were.
    let cwd = hostile.folder().display().to_string();
    is_the_same(&hostile.run(&["status", "--json"]), "/0/cwd", &cwd);
    let diff = hostile.run(&["diff", target, "--json"]);
    is_the_same(&diff, "/branch", &format!("b{HIDDEN}"));
    assert!(diff.contains("\\udb40\\udc41"), "{diff}");
    hostile.run(&["tasks", target, "--json"]);
    hostile.run(&["doctor", "--json"]);
    let patch = hostile.run(&["diff", target, "--patch", &hostile.file, "--json"]);
    assert!(patch.contains("\\u202e"), "{patch}");

    let logged = hostile.run(&["log", "--json"]);
    let first = logged.lines().next().expect("an event was logged");
    is_the_same(first, "/target", target);
    for arguments in [
        &["log"][..],
        &["log", "stats"],
        &["log", "stats", "--json"],
        &["log", "replay", "--plain", "--speed", "0"],
        &["mirror", "status"],
    ] {
        assert!(!hostile.run(arguments).is_empty(), "{arguments:?}");
    }
    collector.signal(rustix::process::Signal::TERM);
    collector.wait();
    hostile.run(&["explain", target]);
    hostile.run(&["status"]);
}

#[test]
fn a_request_spells_out_all_that_hides_in_it_and_around_it() {
    let hostile = HostileRow::new();
    let Some(tmux) = Tmux::start(&hostile.env, &format!("s{HIDDEN}")) else {
        return;
    };
    let collector = Collector::start_in(&hostile.env, &tmux);
    let command = format!("rm{HIDDEN}{CONTROLS} -rf");
    let payload = json!({
        "hook_event_name": "PermissionRequest", "session_id": "s1", "cwd": hostile.folder(),
        "tool_name": format!("Bash{HIDDEN}"), "tool_input": {"command": command},
        "permission_mode": format!("m{HIDDEN}"),
    });
    tmux.report("%0", &payload.to_string(), "waiting_approval");
    let row = collector.until_state("waiting_approval");
    let target = row["target"].as_str().expect("a row has a target");
    let shown = hostile.run(&["request", target]);
    assert!(shown.contains("repo<U+202E>x"), "{shown}");
    let json = hostile.run(&["request", target, "--json"]);
    is_the_same(&json, "/tool", row["tool"].as_str().expect("it has a tool"));
}

#[test]
fn every_change_that_is_watched_can_be_seen() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let hostile = HostileRow::new();
    let collector = Collector::start(&hostile.env);
    hostile.send("running", "turn_started");
    collector.until_state("running");
    for arguments in [&["watch"][..], &["watch", "--json"]] {
        let mut watch = hostile.command(arguments);
        let mut child = watch
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(out).read_line(&mut line).expect("it prints");
        // It ends with its reader.
        child.wait().expect("it is ours");
        assert!(line.contains("202"), "{line}");
        assert_seen(arguments, &line);
    }
}

#[test]
fn a_patch_is_exact_for_a_program_and_harmless_on_a_terminal() {
    let hostile = HostileRow::new();
    let collector = Collector::start(&hostile.env);
    hostile.send("running", "turn_started");
    collector.until_state("running");
    let patch = finish(&mut hostile.command(&["diff", &hostile.target, "--patch", &hostile.file]));
    assert!(
        patch.stdout.contains(&format!("+{CONTROLS}{HIDDEN}\n")),
        "{patch:?}"
    );

    let (target, file) = (hostile.env.path("target"), hostile.env.path("file"));
    fs::write(&target, &hostile.target).expect("it is new");
    fs::write(&file, &hostile.file).expect("it is new");
    let script = format!(
        "sh -c '\"{PROGRAM}\" diff \"$(cat {})\" --patch \"$(cat {})\"; echo end; sleep 600'",
        target.display(),
        file.display()
    );
    let Some(terminal) = Terminal::start(&hostile.env, "patch.sock", &script) else {
        return;
    };
    let screen = terminal.wait_for("end");
    assert!(screen.contains("+<U+001B>[2J"), "{screen}");
    assert_seen(&["diff --patch"], &screen);
}

#[test]
fn an_error_shows_what_was_typed_and_obeys_none_of_it() {
    let hostile = HostileRow::new();
    let collector = Collector::start(&hostile.env);
    hostile.send("running", "turn_started");
    collector.until_state("running");
    for odd in [
        format!("o{CONTROLS}{HIDDEN}"),
        "ends in a\r".to_owned(),
        "of\r\nseveral\nLINES".to_owned(),
    ] {
        quote(&hostile, &odd);
    }
}

/// Types `odd` wherever something can be typed.
fn quote(hostile: &HostileRow, odd: &str) {
    let option = &*format!("--{odd}");
    for arguments in [
        &[odd][..],
        &[option],
        &["status", odd],
        &["status", option],
        &["jump", odd],
        &["explain", odd],
        &["request", odd],
        &["diff", odd],
        &["diff", &hostile.target, "--patch", odd],
        &["tasks", odd],
        &["approve", odd],
        &["deny", odd],
        &["answer", odd, odd],
        &["trust", odd],
        &["snooze", odd],
        &["stop", odd],
        &["start", odd],
        &["wait", odd],
        &["wait", "--state", odd],
        &["watch", "--target", odd],
        &["log", odd],
        &["log", "--since", odd],
        &["install", "--assistant", odd],
        &["uninstall", "--assistant", odd],
        &[
            "emit",
            "--assistant",
            odd,
            "--state",
            "running",
            "--target",
            "a:0.0",
        ],
        &[
            "emit",
            "--assistant",
            "a",
            "--state",
            odd,
            "--target",
            "a:0.0",
        ],
        &[
            "emit",
            "--assistant",
            "a",
            "--state",
            "running",
            "--target",
            odd,
        ],
        &["wrap", "--", odd],
        &["completions", odd],
        &["demo", "--play", odd],
        &["collect", "--listen", odd],
        &["mirror", odd],
        &["rules", odd],
    ] {
        let done = finish(&mut hostile.command(arguments));
        assert!(!done.status.success(), "{arguments:?}: {done:?}");
        for said in [&done.stdout, &done.stderr] {
            assert_seen(arguments, said);
            let own = said.lines().any(|line| line.trim().starts_with("LINES"));
            assert!(!own, "{arguments:?}: {said}");
        }
        assert!(!done.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn settings_of_others_are_shown_and_not_obeyed() {
    let hostile = HostileRow::new();
    let settings = hostile.env.home().join(".claude/settings.json");
    fs::create_dir_all(settings.parent().expect("a folder")).expect("it is new");
    fs::write(
        &settings,
        format!("{{\n  \"a{HIDDEN}\": \"\u{7f}\u{9b}{HIDDEN}\"\n}}\n"),
    )
    .expect("it is new");
    let diff = hostile.run(&["install", "--assistant", "claude", "--dry-run"]);
    assert!(diff.contains("<U+202E>"), "{diff}");
    fs::write(&settings, format!("{{ {HIDDEN}{CONTROLS} }}")).expect("ours");
    hostile.run(&["install", "--assistant", "claude"]);

    let config = hostile.env.home().join(".config/pane-patrol/config.toml");
    let config = hostile
        .env
        .variables()
        .into_iter()
        .find(|(name, _)| *name == "XDG_CONFIG_HOME")
        .map_or(config, |(_, folder)| folder.join("pane-patrol/config.toml"));
    fs::create_dir_all(config.parent().expect("a folder")).expect("it is new");
    for text in [
        format!("\"k{HIDDEN}\" = 1\n"),
        format!("[[launcher]]\nname = \"l{HIDDEN}\"\ncommand = [\"no{HIDDEN}\"]\n"),
        format!("theme = \"{HIDDEN}\"\n"),
        format!("theme = {CONTROLS}\n"),
    ] {
        fs::write(&config, text).expect("ours");
        hostile.run(&["status"]);
        hostile.run(&["start"]);
        hostile.run(&["rules", "list"]);
        hostile.run(&["doctor"]);
    }
    fs::remove_file(&config).expect("ours");
    let mut rules = hostile.command(&["rules", "test"]);
    let ask = json!({
        "tool_name": format!("T{HIDDEN}"), "tool_input": {"command": format!("{CONTROLS}{HIDDEN}")},
        "cwd": hostile.folder(),
    });
    let done = finish_with_stdin(&mut rules, ask.to_string().as_bytes());
    assert_seen(&["rules test"], &done.stdout);
    assert_seen(&["rules test"], &done.stderr);
}
