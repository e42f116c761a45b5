//! Known assistants that run in a pane and have not reported: a coarse row, and nothing else of that
//! name.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{Collector, PROGRAM, TestEnv, Tmux, copy_program, finish, write_program};

/// What Claude says first.
const STARTS: &str = r#"{"hook_event_name":"SessionStart","session_id":"s1","source":"startup"}"#;

/// A program that does nothing but draw, as long as it is there: one in the background outlives its pane.
const IDLE: &str = "#!/bin/sh\nwhile [ -e \"$0\" ]; do printf .; sleep 1; done\n";

struct Stage<'a> {
    env: &'a TestEnv,
    tmux: Tmux<'a>,
}

impl<'a> Stage<'a> {
    fn open(env: &'a TestEnv) -> Option<Self> {
        let tmux = Tmux::start(env, "main")?;
        Some(Self { env, tmux })
    }

    fn program(&self, name: &str) -> PathBuf {
        let program = self.env.home().join("bin").join(name);
        fs::create_dir_all(program.parent().expect("it has one")).expect("ours");
        write_program(&program, IDLE);
        program
    }

    fn run(&self, command: &str) -> String {
        self.tmux.window("main", command)
    }

    fn start(&self, program: &Path) -> String {
        self.run(&format!("exec '{}'", program.display()))
    }
}

fn panes(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["pane"].as_str()).collect()
}

fn is_silent(row: &Value) -> bool {
    row["silent"] == true && row["state"] == "idle" && row["waiting"] == serde_json::json!([])
}

#[test]
fn an_assistant_that_has_not_reported_is_a_row_until_it_does_or_ends() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    let claude = stage.program("claude");
    let first = stage.start(&claude);
    let rows = collector.until("it is a row", |rows| rows.len() == 1);
    assert!(is_silent(&rows[0]), "{rows:#?}");
    assert_eq!(rows[0]["assistant"], "claude");
    let said = rows[0]["message"].as_str().expect("it says why");
    assert!(said.contains("`pane-patrol doctor`"), "{said}");
    assert_eq!(rows[0]["ts"], rows[0]["since"], "when it was first seen");
    // No hook is installed: doctor says so, of which pane, and nothing of a first dialog.
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    let line = doctor.lines().find(|line| line.contains("never installed"));
    let line = line.unwrap_or_else(|| panic!("{doctor}"));
    assert!(
        line.contains(&format!("1 runs in a pane ({first})")),
        "{line}"
    );
    let mut status = env.pane_patrol();
    status.arg("status").env("TMUX", stage.tmux.variable());
    let shown = finish(&mut status).stdout;
    assert!(shown.contains("(runs, has not reported)"), "{shown}");
    let codex = stage.program("codex").display().to_string();
    let other = stage.run(&format!("exec env CODEX_HOME=/other '{codex}'"));
    collector.until("it is a row, too", |rows| rows.len() == 2);
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    let named = "with other settings than those looked at here: codex in main:";
    assert!(doctor.contains(named), "{doctor}");
    stage.tmux.run(&["kill-pane", "-t", &other]);
    collector.until("it is gone", |rows| rows.len() == 1);

    let second = stage.start(&stage.program("gemini"));
    let rows = collector.until("two panes are two rows", |rows| rows.len() == 2);
    assert!(rows.iter().all(is_silent));
    // The first one reports, late; the second one ends.
    stage.tmux.report(&first, STARTS, "idle");
    collector.until("it has reported", |rows| {
        let mut rows = rows.iter();
        rows.any(|row| row["pane"] == first.as_str() && row["silent"].is_null())
    });
    stage.tmux.run(&["kill-pane", "-t", &second]);
    let rows = collector.until("the other is gone", |rows| rows.len() == 1);
    assert_eq!(panes(&rows), [first.as_str()]);
}

/// Of a wrapped one the multiplexer sees only who has wrapped it.
#[test]
fn one_that_is_wrapped_and_whose_hub_is_elsewhere_is_found_in_its_own_terminal() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    let claude = stage.program("claude").display().to_string();
    let elsewhere = format!("PANE_PATROL_HUB=127.0.0.1:1 exec '{PROGRAM}' wrap --");
    let wrapped = stage.run(&format!("{elsewhere} '{claude}'"));
    let rows = collector.until("it is a row", |rows| rows.len() == 1);
    assert!(is_silent(&rows[0]), "{rows:#?}");
    assert_eq!(
        (panes(&rows), &rows[0]["assistant"]),
        (vec![&*wrapped], &"claude".into())
    );
    // Behind a shell inside that has the terminal it is not before the person.
    let behind = format!("{elsewhere} bash -ic '\"{claude}\" & exec cat'");
    stage.run(&behind);
    let other = stage.start(&stage.program("gemini"));
    let rows = collector.until("another one is a row", |rows| rows.len() == 2);
    assert_eq!(panes(&rows), [&*wrapped, &*other]);
}

#[test]
fn every_known_assistant_is_known_by_its_program_or_its_launchers_script() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    let names = ["claude", "codex", "opencode", "gemini", "copilot", "qwen"];
    let mut expected = Vec::new();
    for name in names {
        expected.push(stage.start(&stage.program(name)));
        let script = stage.program(&format!("{name}.js"));
        // Whatever runs it, it has the interpreter's name.
        let node = stage.env.home().join("bin/node");
        let _ = std::os::unix::fs::symlink("/bin/sh", &node);
        let line = format!("exec '{}' '{}'", node.display(), script.display());
        expected.push(stage.run(&line));
    }
    // From a shell, as a person starts it.
    let shell = stage.run("exec sh");
    let claude = stage.env.home().join("bin/claude");
    let line = format!("'{}'", claude.display());
    stage.tmux.run(&["send-keys", "-t", &shell, &line, "Enter"]);
    expected.push(shell);
    let rows = collector.until("all are rows", |rows| rows.len() == expected.len());
    assert!(rows.iter().all(is_silent), "{rows:#?}");
    let mut found = panes(&rows);
    found.sort_unstable();
    let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn what_only_names_an_assistant_is_none() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    for other in ["vim", "ssh", "tail", "less"] {
        let program = stage.program(other);
        for argument in ["claude", "claude.md", "codex@host", "/usr/bin/gemini"] {
            stage.run(&format!("exec '{}' {argument}", program.display()));
        }
    }
    stage.run("exec sh -c 'while :; do printf .; sleep 1; done; : claude'");
    stage.run(&format!(
        "exec '{}'",
        stage.program("claude-notes").display()
    ));
    // Without a person before it, in the background, and stopped.
    let claude = stage.program("claude");
    stage.run(&format!("exec '{}' -p hello", claude.display()));
    stage.run(&format!(
        "set -m; '{}' >/dev/null & exec cat",
        claude.display()
    ));
    // What begins last is found, so all the others were looked at.
    let last = stage.start(&claude);
    let rows = collector.until("the last one is a row", |rows| {
        panes(rows).contains(&last.as_str())
    });
    assert_eq!(panes(&rows), [last.as_str()], "{rows:#?}");
}

#[test]
fn no_row_where_the_person_wants_none() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    env.configure("[table]\nsilent = false\n");
    let collector = Collector::start_in(&env, &stage.tmux);
    // The same panes for somebody who wants such rows: what he sees, the other one could have seen, too.
    let other = TestEnv::new();
    let wanted = Collector::start_in(&other, &stage.tmux);
    let claude = stage.program("claude");
    let silent = stage.start(&claude);
    let heard = stage.start(&claude);
    wanted.until("they are rows elsewhere", |rows| rows.len() == 2);
    // What begins after that is found elsewhere, so everybody has had the time for another look.
    stage.start(&claude);
    wanted.until("the last one is a row elsewhere", |rows| rows.len() == 3);
    stage.tmux.report(&heard, STARTS, "idle");
    let rows = collector.until("a report makes a row", |rows| !rows.is_empty());
    assert_eq!(panes(&rows), [heard.as_str()], "not {silent}");
}

/// What only has an assistant's name is none: a link to another program, a copy of one, and one that
/// was told that name.
#[test]
fn another_program_by_the_name_of_an_assistant_is_no_row() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let bin = env.home().join("bin");
    fs::create_dir_all(&bin).expect("ours");
    let (sleep, cat) = (found("sleep"), found("cat"));
    std::os::unix::fs::symlink(&sleep, bin.join("codex")).expect("ours");
    copy_program(&cat, &bin.join("claude"));
    let of_name = |name: &str| bin.join(name).display().to_string();
    stage.run(&format!("exec '{}' 600", of_name("codex")));
    stage.run(&format!("exec '{}'", of_name("claude")));
    stage.run("exec bash -c 'exec -a gemini sleep 600'");
    let collector = Collector::start_in(&env, &stage.tmux);
    // Begun after them, and looked for with them.
    let last = stage.start(&stage.program("qwen"));
    let rows = collector.until("the one that is an assistant", |rows| !rows.is_empty());
    assert_eq!(panes(&rows), [last.as_str()], "{rows:#?}");
}

/// Where a program is, behind all links.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path).map(|folder| folder.join(program));
    let found = all.find_map(|path| path.canonicalize().ok());
    found.expect("it is installed")
}

/// Draws what the file beside it says as its title, with a mark in front that turns if it is a spinner.
const TITLED: &str = r#"#!/bin/sh
n=0
while [ -e "$0" ]; do
    n=$((n + 1))
    case $(cat "$0.does") in
        works) if [ $((n % 2)) = 0 ]; then title='⠏ proj'; else title='⠋ proj'; fi ;;
        asks) title='[ ! ] Action Required | proj' ;;
        *) title=proj ;;
    esac
    printf '\033]2;%s\007' "$title"
    sleep 0.2
done
"#;

#[test]
fn what_has_not_reported_has_the_state_that_its_title_shows() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    let codex = stage.program("codex");
    write_program(&codex, TITLED);
    let does = |what: &str| fs::write(codex.with_extension("does"), what).expect("ours");
    does("works");
    let pane = stage.start(&codex);
    let shows = |state: &str, silent: bool| {
        collector.until(&format!("it is {state}"), |rows| {
            rows.len() == 1 && rows[0]["state"] == state && (rows[0]["silent"] == true) == silent
        })
    };
    let rows = shows("running", false);
    assert_eq!(rows[0]["pane"], pane.as_str());
    does("asks");
    let rows = shows("waiting_approval", false);
    assert_eq!(rows[0]["waiting"].as_array().map(Vec::len), Some(1));
    does("nothing");
    let rows = shows("idle", true);
    assert!(is_silent(&rows[0]), "{rows:#?}");
    does("works");
    shows("running", false);
    stage.tmux.run(&["kill-pane", "-t", &pane]);
    collector.until("it is gone", <[Value]>::is_empty);
}

#[test]
fn the_title_that_another_one_has_left_says_nothing_of_what_comes_after_it() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.tmux);
    let quiet = stage.program("gemini");
    let left = format!(
        "printf '\\033]2;✋  Action Required (proj)\\007'; exec '{}'",
        quiet.display()
    );
    let pane = stage.run(&left);
    let busy = stage.program("codex");
    write_program(&busy, TITLED);
    fs::write(busy.with_extension("does"), "works").expect("ours");
    let other = stage.start(&busy);
    // Whenever titles are looked at, all are.
    for times in 0..2 {
        collector.until("the other one works", |rows| {
            let row_of = |pane: &str| rows.iter().find(|row| row["pane"] == pane);
            let left = row_of(&pane);
            assert!(left.is_none_or(is_silent), "{left:#?}");
            left.is_some() && row_of(&other).is_some_and(|row| row["state"] == "running")
        });
        if times == 0 {
            fs::write(busy.with_extension("does"), "rests").expect("ours");
            collector.until("the other one rests", |rows| {
                rows.iter().all(is_silent) && rows.len() == 2
            });
            fs::write(busy.with_extension("does"), "works").expect("ours");
        }
    }
}
