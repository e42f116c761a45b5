//! A key goes only to the assistant itself: what another program shows in its pane is never answered,
//! however much it looks like the dialog.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::stage::{self, Stage};
use crate::common::{Collector, Finished, PROGRAM, TestEnv, finish, skip, wait_until};

/// Empties the screen.
const CLEAR: &str = r"printf '\033[2J\033[H'";

fn approve(stage: &Stage<'_>) -> Finished {
    let mut command = stage.env.pane_patrol();
    command.env("TMUX", stage.server.variable());
    finish(command.args(["approve", "%0", "--yes"]))
}

/// That it is refused in these words, and no key has come to anybody.
fn is_refused(stage: &Stage<'_>, words: &str) {
    let before = stage.screen();
    let finished = approve(stage);
    assert_ne!(finished.status.code(), Some(0), "{finished:?}\n{before}");
    assert!(finished.stderr.contains(words), "{finished:?}\n{before}");
    assert!(finished.stderr.contains("nothing was sent"), "{finished:?}");
    assert_eq!(stage.keys(), None);
    assert_eq!(stage.screen(), before);
}

fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .output();
    found.is_ok_and(|found| found.status.success())
}

#[test]
fn an_assistant_in_front_of_its_pane_gets_the_key() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("", &collector);
    stage.until_shown();
    let finished = approve(&stage);
    let screen = stage.screen();
    assert_eq!(finished.status.code(), Some(0), "{finished:?}\n{screen}");
    assert_eq!(stage.keys().as_deref(), Some("1"));
}

#[test]
fn a_file_that_looks_like_the_dialog_of_a_suspended_assistant_is_not_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("", &collector);
    stage.until_shown();
    stage.server.run(&["send-keys", "-t", "%0", "C-z"]);
    wait_until("it is suspended", || stage.screen().contains("Stopped"));
    let show = format!("{CLEAR}; cat {} -", shown(&stage.folder.join("dialog")));
    stage.types(&show);
    stage.until_shown();
    is_refused(&stage, "the assistant is suspended");
}

#[test]
fn a_file_that_looks_like_the_dialog_in_front_of_the_assistant_is_not_answered() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start(&env);
    stage.asks("deaf &", &collector);
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    is_refused(&stage, "another program is in front of the assistant");
    stage.leaves("C-d");
    for pager in ["less", "more"] {
        if !has(pager) {
            skip(&format!("{pager} is not there"));
            continue;
        }
        let file = stage.folder.join("long");
        let text = format!("{}{}", stage::dialog(), "\n".repeat(80));
        fs::write(&file, text).expect("it can be written");
        stage.types(&format!("{CLEAR}; {pager} {}", shown(&file)));
        wait_until("the pager shows it", || {
            let is_in_front = stage.server.ask("#{pane_current_command}") == pager;
            is_in_front && stage.screen().contains("Esc to cancel")
        });
        is_refused(&stage, "another program is in front of the assistant");
        stage.leaves("q");
    }
}

#[test]
fn a_wrapped_assistant_is_one_row_and_gets_the_key_while_it_is_in_front() {
    let env = TestEnv::new();
    let Some(mut stage) = Stage::new(&env) else {
        return;
    };
    stage.before = format!("{PROGRAM} wrap -- ");
    let collector = Collector::start_in(&env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    stage.server.run(&["send-keys", "-t", "%0", "C-z"]);
    wait_until("it is suspended", || stage.screen().contains("Stopped"));
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    is_refused(&stage, "the assistant is suspended");
    stage.leaves("C-d");
    stage.types(&format!("{CLEAR}; fg"));
    wait_until("it is in front again", || {
        stage.server.ask("#{pane_current_command}") == "pane-patrol"
    });
    stage.redraw(&stage::dialog());
    let finished = approve(&stage);
    let screen = stage.screen();
    assert_eq!(finished.status.code(), Some(0), "{finished:?}\n{screen}");
    assert_eq!(stage.keys().as_deref(), Some("1"));
    assert_eq!(collector.rows().len(), 1);
}

#[test]
fn an_assistant_behind_another_program_in_a_wrapped_shell_gets_no_key() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    // Of whose shell nobody tells.
    let untold = format!("PANE_PATROL_HUB=127.0.0.1:1 {PROGRAM} wrap --");
    stage.types(&format!("{untold} bash --norc --noprofile -i"));
    wait_until("the shell inside is there", || {
        stage.server.ask("#{pane_current_command}") == "pane-patrol"
    });
    stage.asks("deaf &", &collector);
    let dialog = shown(&stage.folder.join("dialog"));
    stage.types(&format!("{CLEAR}; cat {dialog} -"));
    stage.until_shown();
    is_refused(&stage, "another program is in front of the assistant");
}

fn shown(path: &Path) -> String {
    format!("'{}'", path.display())
}
