//! Keys that the person has bound stay theirs.

use std::fs;

use super::{for_tmux, our_keys, tmux_says};
use crate::common::{Finished, TestEnv, write_program};
use crate::install::{run, with_programs, write};

fn with_conf(conf: &str, more: &[&str]) -> (TestEnv, Finished) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    write(&env, ".tmux.conf", conf);
    let done = for_tmux(&env, more);
    (env, done)
}

/// The keys that lead to us.
fn keys(env: &TestEnv) -> String {
    let keys = our_keys(env);
    let key = |line: &String| line.split(' ').nth(3).map(str::to_owned);
    keys.iter().filter_map(key).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_key_of_the_persons_is_left_out_and_another_one_is_offered() {
    for conf in [
        "set -g mouse on\nbind P display-message mine\n",
        "set -g mouse on\nbind-key -N 'a note' -r P display-message mine\n",
        "set -g mouse on\nif-shell true 'bind P display-message mine'\n",
        "set -g mouse on\nif-shell true { bind P display-message mine }\n",
        "set -g mouse on\nbind -T prefix P { display-message mine }\n",
    ] {
        let (env, done) = with_conf(conf, &[]);
        assert!(done.status.success(), "{done:?}");
        let bound = "`P` is bound in ~/.tmux.conf, line 2";
        assert!(done.stderr.contains(bound), "{conf}: {done:?}");
        assert!(
            done.stderr.contains("`--popup-key A` gives it one"),
            "{done:?}"
        );
        assert_eq!(keys(&env), "N S", "{conf}");
        let theirs = tmux_says(&env, &["list-keys", "-T", "prefix", "P"]);
        assert!(theirs.contains("mine"), "{theirs}");
        let done = for_tmux(&env, &["--popup-key", "A"]);
        assert!(done.status.success(), "{done:?}");
        assert_eq!(keys(&env), "A N S");
        // What was chosen once is chosen still.
        assert!(for_tmux(&env, &[]).stdout.is_empty());
    }
}

#[test]
fn keys_in_files_that_the_persons_file_reads_count_too() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    write(&env, "tmux/keys.conf", "bind N display-message mine\n");
    write(&env, "tmux/more.conf", "source-file ~/tmux/keys.conf\n");
    write(&env, ".tmux.conf", "source-file \"$HOME/tmux/more.conf\"\n");
    let done = for_tmux(&env, &[]);
    assert!(
        done.stderr
            .contains("`N` is bound in ~/tmux/keys.conf, line 1"),
        "{done:?}"
    );
    assert_eq!(keys(&env), "P S");
}

#[test]
fn keys_of_other_tables_are_none_of_these() {
    let conf = "bind -n P display-message a\nbind -T copy-mode-vi N send -X cancel\n";
    let (env, done) = with_conf(conf, &[]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(keys(&env), "N P S");
}

#[test]
fn keys_that_the_person_has_bound_to_us_by_hand_stay() {
    let conf = "bind p display-popup -E -w 90% -h 80% pane-patrol\n\
                bind N run-shell \"pane-patrol jump --next --client '#{client_name}'\"\n\
                bind S run-shell \"pane-patrol sidebar --toggle --window '#{window_id}'\"\n";
    let (env, done) = with_conf(conf, &["--skip", "status"]);
    assert!(done.status.success(), "{done:?}");
    assert!(
        done.stderr
            .contains("`p` is your own key for the dashboard"),
        "{done:?}"
    );
    assert!(
        done.stderr.contains("Nothing was chosen for tmux."),
        "{done:?}"
    );
    assert_eq!(keys(&env), "N S p");
    assert!(!env.path("config/pane-patrol").exists());
}

#[test]
fn a_key_that_is_named_is_checked() {
    let conf = "bind C-k display-message mine\n";
    for (key, words) in [
        ("C-k", "`C-k` is bound in ~/.tmux.conf, line 1"),
        ("Q-x", "tmux knows no key `Q-x`"),
        ("a b", "tmux knows no key `a b`"),
        ("", "tmux knows no key ``"),
    ] {
        let (env, refused) = with_conf(conf, &["--popup-key", key]);
        assert_eq!(refused.status.code(), Some(2), "{key}: {refused:?}");
        assert!(refused.stderr.contains(words), "{key}: {refused:?}");
        assert!(
            refused.stderr.contains("nothing was changed"),
            "{refused:?}"
        );
        assert!(!env.path("config/pane-patrol").exists());
    }
    let (_, twice) = with_conf("", &["--popup-key", "A", "--next-key", "A"]);
    assert!(twice.stderr.contains("`A` is chosen already"), "{twice:?}");
    let odd = ["--popup-key", "M-;", "--next-key", "'"];
    let (env, done) = with_conf(conf, &odd);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(our_keys(&env).len(), 3);
    let (env, none) = with_conf(conf, &["--popup-key", "none"]);
    assert!(none.status.success(), "{none:?}");
    assert_eq!(keys(&env), "N S");
}

#[test]
fn a_program_in_a_folder_with_an_odd_name_is_run_by_its_keys() {
    let env = TestEnv::new();
    let folder = env.path("bin/odd #{x} \"name\" $HOME ;");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let program = folder.join("pane-patrol");
    std::os::unix::fs::symlink(crate::common::PROGRAM, &program).expect("it can be linked");
    let mut setup = env.command(&program);
    setup.args(["setup", "--yes", "--skip", "assistants,notices,status"]);
    let done = crate::common::finish(&mut setup);
    assert!(done.status.success(), "{done:?}");
    // What a key runs is told by whoever stands in the program's place.
    let told = env.path("told");
    fs::remove_file(&program).expect("it is a link");
    let script = format!("#!/bin/sh\necho \"$0 $*\" > '{}'\n", told.display());
    write_program(&program, &script);
    let keys = tmux_says(&env, &["list-keys", "-T", "prefix", "N"]);
    let command = keys.split_once("run-shell ").expect("it is bound").1;
    let again = env.path("again.conf");
    fs::write(&again, format!("run-shell {command}")).expect("it can be written");
    tmux_says(&env, &["source-file", again.to_str().expect("it is text")]);
    let told = fs::read_to_string(told).expect("the program was run");
    let expected = format!("{} jump --next --client ", program.display());
    assert!(told.starts_with(&expected), "{told}");
    assert!(run(&env, &["uninstall"]).status.success());
}

#[test]
fn keys_in_files_of_a_pattern_count_too() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    write(&env, "c/conf.d/a.conf", "set -g mouse on\n");
    write(
        &env,
        "c/conf.d/b.conf",
        "set -g mouse on\nbind P display-message mine\n",
    );
    write(&env, ".tmux.conf", "source-file ~/c/conf.d/*.conf\n");
    let done = for_tmux(&env, &[]);
    assert!(
        done.stderr
            .contains("`P` is bound in ~/c/conf.d/b.conf, line 2"),
        "{done:?}"
    );
    assert_eq!(keys(&env), "N S");
}

#[test]
fn where_a_file_that_is_read_cannot_be_known_only_keys_that_are_named_are_taken() {
    let conf = "set -g mouse on\nsource-file -F '#{d:current_file}/k.conf'\n";
    let env = TestEnv::new();
    with_programs(&env, &[]);
    write(&env, "k.conf", "bind P display-message mine\n");
    write(&env, ".tmux.conf", conf);
    let done = for_tmux(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    for words in [
        "~/.tmux.conf, line 2, reads `#{d:current_file}/k.conf`",
        "the dashboard in a popup gets no key; `--popup-key P` gives it one",
        "the assistant that waits longest gets no key",
        "the sidebar gets no key; `--sidebar-key S` gives it one",
    ] {
        assert!(done.stderr.contains(words), "{words}: {done:?}");
    }
    assert_eq!(keys(&env), "");
    let done = for_tmux(&env, &["--popup-key", "A", "--next-key", "N"]);
    assert!(done.status.success(), "{done:?}");
    assert!(keys(&env).contains('A') && keys(&env).contains('N'));
    assert!(
        for_tmux(&env, &[]).stdout.is_empty(),
        "what was chosen is chosen still"
    );
}
