//! `setup` on a terminal, where it asks.

use super::{line, our_keys, picture};
use crate::common::{PROGRAM, Terminal, TestEnv, wait_until};
use crate::install::{read, with_programs, write};

fn begin<'env>(env: &'env TestEnv, more: &str) -> Option<Terminal<'env>> {
    let path = format!("PATH={}:/usr/bin:/bin", env.path("bin").display());
    let command = format!("{path} sh -c '{PROGRAM} setup {more}; echo \"ended $?\"; exec cat'");
    Terminal::start(env, "asks.sock", &command)
}

#[test]
fn each_step_is_shown_and_asked_for_and_only_a_yes_is_one() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    write(&env, ".tmux.conf", "bind P display-message mine\n");
    let Some(terminal) = begin(&env, "") else {
        return;
    };
    terminal.wait_for("Let Claude Code report, with the change above? [y/N, q to stop]");
    terminal.press(&["Enter"]);
    terminal.wait_for("`P` is bound in ~/.tmux.conf, line 1");
    terminal.wait_for("Another key for the dashboard in a popup (Enter for `A`");
    // What is typed before the question stands there is no answer to it.
    let is_asked = |times: usize| {
        wait_until("it is asked once more", || {
            terminal.screen().matches("Another key").count() == times
        });
    };
    terminal.press(&["P", "Enter"]);
    is_asked(2);
    terminal.press(&["C-g", "Enter"]);
    is_asked(3);
    assert!(terminal.screen().contains("tmux knows no key"));
    terminal.press(&["B", "Enter"]);
    let screen = terminal.wait_for("Show a count of them");
    assert!(screen.contains("status --format tmux"), "{screen}");
    assert!(!screen.contains("Give tmux this?"), "{screen}");
    terminal.press(&["n", "Enter"]);
    terminal.wait_for("Give tmux this?");
    assert!(read(&env, ".tmux.conf").is_some_and(|text| !text.contains(&line(&env))));
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("Tell it on tmux");
    terminal.press(&["q", "Enter"]);
    let screen = terminal.wait_for("ended 0");
    assert!(
        screen.contains("Stopped here; what was done before stays."),
        "{screen}"
    );
    let keys = our_keys(&env);
    assert!(
        keys.len() == 3 && keys[0].contains("prefix B display-popup"),
        "{keys:?}"
    );
    assert!(!env.home().join(".claude").exists());
    assert!(!env.path("config/pane-patrol/config.toml").exists());
}

#[test]
fn whoever_stops_at_the_first_question_has_changed_nothing() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    let before = picture(&env);
    let Some(terminal) = begin(&env, "") else {
        return;
    };
    terminal.wait_for("[y/N, q to stop]");
    terminal.press(&["C-d"]);
    let screen = terminal.wait_for("ended 0");
    assert!(
        screen.contains("Stopped here; nothing was changed."),
        "{screen}"
    );
    assert_eq!(picture(&env), before);
}

#[test]
fn what_is_neither_yes_nor_no_is_asked_again_and_after_no_nothing_is_to_be_taken_back() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    let before = picture(&env);
    let Some(terminal) = begin(&env, "--skip keys,status,notices") else {
        return;
    };
    let question = "Let Claude Code report, with the change above?";
    terminal.wait_for(question);
    terminal.press(&["maybe", "Enter"]);
    wait_until("it is asked once more", || {
        terminal.screen().matches("[y/N, q to stop]").count() == 2
    });
    assert!(terminal.screen().contains("`maybe` is neither yes nor no."));
    terminal.press(&["NO", "Enter"]);
    let screen = terminal.wait_for("ended 0");
    assert!(screen.contains("Nothing was changed."), "{screen}");
    assert!(!screen.contains("takes everything back"), "{screen}");
    assert_eq!(picture(&env), before);
}

#[test]
fn each_assistant_is_asked_about_right_after_its_own_change() {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "gemini"]);
    let Some(terminal) = begin(&env, "--skip keys,status,notices") else {
        return;
    };
    let screen = terminal.wait_for("Let Claude Code report, with the change above?");
    assert!(!screen.contains(".gemini/"), "{screen}");
    terminal.press(&["n", "Enter"]);
    let screen = terminal.wait_for("Let Gemini CLI report, with the change above?");
    let (_, after) = screen
        .split_once("Let Claude Code report")
        .unwrap_or_default();
    assert!(!after.contains(".claude/"), "{screen}");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("ended 0");
    assert!(!env.home().join(".claude").exists());
    assert!(read(&env, ".gemini/settings.json").is_some_and(|text| text.contains("hook")));
}

#[test]
fn whoever_stops_between_two_assistants_is_told_that_the_first_one_stays() {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "gemini"]);
    let Some(terminal) = begin(&env, "--skip keys,status,notices") else {
        return;
    };
    terminal.wait_for("Let Claude Code report, with the change above?");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("Let Gemini CLI report, with the change above?");
    terminal.press(&["q", "Enter"]);
    let screen = terminal.wait_for("ended 0");
    let stays = "Stopped here; what was done before stays.";
    assert!(screen.contains(stays), "{screen}");
    assert!(read(&env, ".claude/settings.json").is_some_and(|text| text.contains("hook")));
    assert!(!env.home().join(".gemini").exists());
}
