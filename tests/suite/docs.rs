//! What the book tells people to put into the settings of other assistants reports, and the tests that its
//! page on security names are there.

use std::fs;
use std::os::unix::fs::symlink;

use pane_patrol_hooks::event::State;
use serde_json::Value;

use crate::common::{Finished, TestEnv, finish};

const OTHERS: &str = include_str!("../../docs/assistants/others.md");
const SECURITY: &str = include_str!("../../docs/security.md");

/// Assistants with a line of their own there.
const NAMED: &[&str] = &["aider", "amp", "auggie", "cursor", "goose"];

/// The texts between backquotes in the page on other assistants.
fn quoted() -> impl Iterator<Item = &'static str> {
    let rows = OTHERS.lines();
    rows.flat_map(|row| row.split('`').skip(1).step_by(2))
}

/// The lines that report, as they are typed: without the key of a settings file before them.
fn lines() -> Vec<&'static str> {
    let start = |text: &'static str| text.find("pane-patrol emit ").map(|at| &text[at..]);
    quoted().filter_map(start).collect()
}

/// Runs a line as an assistant in pane %7 would, with the executable on its PATH.
fn typed(env: &TestEnv, line: &str) -> Finished {
    let bin = env.path("bin");
    fs::create_dir_all(&bin).expect("the folder can be made");
    // It may be there from the line before.
    let _ = symlink(env!("CARGO_BIN_EXE_pane-patrol"), bin.join("pane-patrol"));
    let mut shell = env.command("/bin/sh");
    shell.args(["-c", line]);
    shell.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    shell
        .env("TMUX_PANE", "%7")
        .env("TMUX", "/nowhere/tmux,1,0");
    finish(&mut shell)
}

#[test]
fn every_line_for_another_assistant_reports_its_pane_and_says_nothing() {
    let env = TestEnv::new();
    let silent = |line: &str| {
        let finished = typed(&env, line);
        assert!(finished.status.success(), "{line}: {finished:?}");
        let said = (&*finished.stdout, &*finished.stderr);
        assert_eq!(said, ("", ""), "{line}");
    };
    lines().into_iter().for_each(silent);
    let listener = env.listen();
    let mut assistants = Vec::new();
    for line in lines() {
        silent(line);
        let event = listener.next();
        assert_eq!(
            event.pane.map(|pane| pane.to_string()).as_deref(),
            Some("%7"),
            "{line}"
        );
        assert!(line.contains(event.state.as_str()), "{line}: {event:?}");
        assistants.push(event.assistant.as_str().to_owned());
    }
    assert_eq!(assistants, NAMED);
    assert!(OTHERS.contains("documented, not run here"));
}

#[test]
fn the_same_lines_tell_that_a_turn_began() {
    let env = TestEnv::new();
    let listener = env.listen();
    for line in lines()
        .into_iter()
        .filter(|line| line.contains("completed"))
    {
        let line = line.replace("--state completed", "--state running");
        assert!(typed(&env, &line).status.success(), "{line}");
        assert_eq!(listener.next().state, State::Running, "{line}");
    }
}

#[test]
fn what_is_to_be_put_into_a_file_is_json() {
    let files: Vec<&str> = quoted().filter(|text| text.starts_with('{')).collect();
    assert!(!files.is_empty());
    for text in files {
        let file: Value = serde_json::from_str(text).expect(text);
        assert!(file["hooks"].is_object(), "{text}");
    }
}

/// Every Rust source of the workspace, as one text.
fn sources() -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = [
        "src",
        "hooks/src",
        "installer/src",
        "sys/src",
        "tests/suite",
        "tests/web",
    ]
    .map(|folder| root.join(folder))
    .into();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).expect("it can be read"));
            }
        }
    }
    text
}

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let sources = sources();
    let is_test = |name: &&str| {
        name.contains('_') && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
    };
    let quoted = SECURITY.split('`').skip(1).step_by(2).filter(is_test);
    let named: Vec<&str> = quoted
        .filter(|name| !name.starts_with("PANE_PATROL_"))
        .collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        let definition = format!("fn {name}(");
        let is_held = sources.match_indices(&definition).any(|(at, _)| {
            let before = &sources[at.saturating_sub(60)..at];
            before.contains("#[test]")
        });
        assert!(is_held, "`{name}` is no test");
    }
}

#[test]
fn every_row_of_the_security_table_names_a_test() {
    let rows: Vec<&str> = SECURITY
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    assert!(rows.len() > 16);
    for row in &rows[2..] {
        let columns: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(columns.len(), 4, "{row}");
        assert!(columns[3].contains('`'), "{row}");
    }
}
