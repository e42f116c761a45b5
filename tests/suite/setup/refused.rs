//! Files in which there is no place for a line of ours: they stay as they are, and nothing else of the
//! step is done; the person is told what, where, why and what next.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{for_tmux, line, picture};
use crate::common::TestEnv;
use crate::install::{run, with_programs};

/// What is said of a world whose files `prepare` has made, in which nothing may change.
#[track_caller]
fn assert_refused(prepare: impl FnOnce(&TestEnv), words: &[&str]) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    prepare(&env);
    let before = picture(&env);
    let refused = for_tmux(&env, &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let own = env.home().join(".tmux.conf").display().to_string();
    for word in words.iter().copied().chain(["nothing was changed", &own]) {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    assert_eq!(picture(&env), before);
    let nothing = run(&env, &["uninstall"]);
    assert!(nothing.status.success(), "{nothing:?}");
    assert_eq!(picture(&env), before);
}

fn says(text: &'static [u8]) -> impl FnOnce(&TestEnv) {
    move |env| fs::write(env.home().join(".tmux.conf"), text).expect("it can be written")
}

#[test]
fn a_last_line_that_goes_on() {
    let words = ["line 2 ends in a backslash", "take the backslash"];
    assert_refused(says(b"set -g mouse on\nset -g status \\"), &words);
    assert_refused(says(b"set -g mouse on\nset -g status \\\n"), &words);
    assert_refused(says(b"set -g mouse on\n# and so \\\n"), &words);
}

#[test]
fn a_file_of_which_tmux_itself_reads_nothing() {
    let words = [
        "tmux reads nothing of it",
        "tmux stops at line 1",
        "unknown command",
    ];
    assert_refused(says(b"\xef\xbb\xbfset -g mouse on\n"), &words);
    assert_refused(says(b"sett -g mouse on\n"), &words);
    assert_refused(
        says(b"if-shell true {\n  set -g mouse on\n"),
        &["tmux stops at line 3"],
    );
    assert_refused(
        says(b"set -g mouse on\nbind P display-message a\nfrobnicate\nset -g status off\n"),
        &["tmux stops at line 3: unknown command: frobnicate"],
    );
    assert_refused(says(b"%if 1\nset -g mouse on\n"), &["syntax error"]);
}

#[test]
fn a_quote_without_an_end() {
    let words = ["would not read a line of ours there", "put `source-file -q"];
    assert_refused(says(b"set -g @a 'open\n"), &words);
}

#[test]
fn a_file_that_is_a_script_too() {
    let shell = b"set -g mouse on\nrun 'cut -c3- ~/.tmux.conf | sh -s apply'\n# apply() {\n# :\n# }\n# \"$@\"\n";
    assert_refused(
        says(shell),
        &["a shell reads it, too", "put `source-file -q"],
    );
}

#[test]
fn what_is_no_file_or_may_not_be_written() {
    let own = |env: &TestEnv| env.home().join(".tmux.conf");
    let folder = |env: &TestEnv| fs::create_dir(own(env)).expect("it can be made");
    assert_refused(folder, &["is a folder, not a file", "move it away"]);
    let pipe = |env: &TestEnv| {
        let made = Command::new("mkfifo").arg(own(env)).status();
        assert!(made.expect("it is there").success());
    };
    assert_refused(pipe, &["is a named pipe, not a file"]);
    let read_only = |env: &TestEnv| {
        fs::write(own(env), "set -g mouse on\n").expect("it can be written");
        fs::set_permissions(own(env), PermissionsExt::from_mode(0o444)).expect("it is ours");
    };
    assert_refused(read_only, &["is read-only", "chmod u+w"]);
}

#[test]
fn another_file_in_the_place_of_ours() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let ours = env.path("config/pane-patrol/tmux.conf");
    fs::create_dir(ours.parent().expect("it has a folder")).expect("it can be made");
    fs::write(&ours, "set -g @mine 1\n").expect("it can be written");
    let before = picture(&env);
    let refused = for_tmux(&env, &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    for word in ["not pane-patrol's", "nothing was changed", "move it away"] {
        assert!(refused.stderr.contains(word), "{word}: {refused:?}");
    }
    assert_eq!(picture(&env), before);
    assert!(run(&env, &["uninstall"]).status.success());
    assert_eq!(picture(&env), before);
}

#[test]
fn one_step_that_cannot_be_done_does_not_keep_the_others_from_theirs() {
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    fs::create_dir(env.home().join(".tmux.conf")).expect("it can be made");
    let done = run(&env, &["setup", "--yes"]);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(
        done.stderr.contains("1 of 3 steps could not be done"),
        "{done:?}"
    );
    assert!(env.home().join(".claude/settings.json").exists());
    assert!(env.path("config/pane-patrol/config.toml").exists());
    assert!(!env.path("config/pane-patrol/tmux.conf").exists());
}

#[test]
fn where_no_step_could_be_done_nothing_is_said_of_others() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    fs::create_dir(env.home().join(".tmux.conf")).expect("it can be made");
    let refused = for_tmux(&env, &[]);
    assert!(
        refused
            .stderr
            .contains("the only step could not be done, as said above"),
        "{refused:?}"
    );
    assert!(!refused.stderr.contains("others are done"), "{refused:?}");
    assert!(!refused.stderr.contains("uninstall"), "{refused:?}");
}

#[test]
fn a_line_without_a_record_is_known_by_what_it_says() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let conf = env.home().join(".tmux.conf");
    fs::write(&conf, "set -g mouse on\n").expect("it can be written");
    assert!(for_tmux(&env, &[]).status.success());
    fs::remove_dir_all(env.path("state/pane-patrol/installs")).expect("it is there");
    assert!(run(&env, &["uninstall"]).status.success());
    let left = fs::read_to_string(&conf).expect("it is there");
    assert!(
        left == "set -g mouse on\n" && !left.contains(&line(&env)),
        "{left}"
    );
    assert!(!env.path("config/pane-patrol/tmux.conf").exists());
}
