//! What `uninstall` takes out of the person's file, and what stays in it.

use super::{for_tmux, line, our_keys};
use crate::common::{Finished, TestEnv};
use crate::install::{read, run, with_programs, write};

/// After `setup` in a file that says `before`, what `uninstall` says and leaves of the file as edited.
fn left_of(before: &str, edit: impl Fn(&str) -> String) -> (Finished, String) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let ours = line(&env);
    write(&env, ".tmux.conf", &before.replace("OURS", &ours));
    let done = for_tmux(&env, &[]);
    assert!(
        done.status.success() && our_keys(&env).len() == 3,
        "{done:?}"
    );
    let conf = read(&env, ".tmux.conf").expect("it is there");
    write(
        &env,
        ".tmux.conf",
        &edit(&conf.replace(&ours, "OURS")).replace("OURS", &ours),
    );
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    let again = run(&env, &["uninstall"]);
    assert!(again.status.success(), "{again:?}");
    let left = read(&env, ".tmux.conf").expect("it is there");
    (out, left.replace(&ours, "OURS"))
}

#[test]
fn a_line_that_was_there_before_setup_stays() {
    let before = "set -g mouse on\nOURS\n";
    let (out, left) = left_of(before, str::to_owned);
    assert_eq!(left, before);
    assert!(
        out.stderr.contains(".tmux.conf, line 2, names our file")
            && out.stderr.contains("did not write it"),
        "{out:?}"
    );
}

#[test]
fn a_line_of_ours_goes_indented_and_with_a_remark_too() {
    for now in ["\t OURS", "OURS # its keys", "OURS\r"] {
        let (out, left) = left_of("set -g mouse on\n", |conf| {
            conf.replace("OURS", now) + "set -g status on\n"
        });
        assert_eq!(left, "set -g mouse on\nset -g status on\n", "{out:?}");
        assert!(!out.stderr.contains("stays"), "{out:?}");
    }
}

#[test]
fn what_is_not_ours_alone_any_more_stays_and_is_named() {
    for now in ["if-shell true 'OURS'", "set -g @a b \\\nOURS"] {
        let edit = |conf: &str| conf.replace("OURS", now) + "set -g status on\n";
        let (out, left) = left_of("set -g mouse on\n", edit);
        assert_eq!(left, edit("set -g mouse on\nOURS\n"), "{out:?}");
        let number = 1 + now.lines().count();
        let words = format!(".tmux.conf, line {number}, names our file");
        assert!(out.stderr.contains(&words), "{out:?}");
        assert!(out.stderr.contains("take it out by hand"), "{out:?}");
    }
}
