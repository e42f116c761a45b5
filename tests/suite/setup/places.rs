//! Which of the person's files gets the line, and where in it: tmux itself says that everything else is
//! read as before.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{for_tmux, line, our_keys, picture, tmux_says};
use crate::common::TestEnv;
use crate::install::{run, with_programs};

/// Where a file of ours has to stand in one of the person's: `OURS` in it.
const FILES: &[(&str, &str)] = &[
    ("", "OURS"),
    ("set -g @a 1\n", "set -g @a 1\nOURS"),
    ("set -g @a 1", "set -g @a 1\nOURS"),
    (
        "set -g @a 1\r\nset -g @b 2\r\n",
        "set -g @a 1\r\nset -g @b 2\r\nOURS",
    ),
    (
        "set -g @a 1\n# the end \\\\\n",
        "set -g @a 1\n# the end \\\\\nOURS",
    ),
    ("set -g @a 1 # why\n", "set -g @a 1 # why\nOURS"),
    ("# only a remark", "# only a remark\nOURS"),
    // The plugin manager, in its forms, wants to be the last.
    (
        "set -g @a 1\nrun '~/.tmux/plugins/tpm/tpm'\n",
        "set -g @a 1\nOURSrun '~/.tmux/plugins/tpm/tpm'\n",
    ),
    (
        "set -g @a 1\nrun '~/.tmux/plugins/tpm/tpm' # keep it last\n\n# the end\n",
        "set -g @a 1\nOURSrun '~/.tmux/plugins/tpm/tpm' # keep it last\n\n# the end\n",
    ),
    (
        "set -g @a 1 # why\nrun-shell -b \"$HOME/.tmux/plugins/tpm/tpm\"",
        "set -g @a 1 # why\nOURSrun-shell -b \"$HOME/.tmux/plugins/tpm/tpm\"",
    ),
    (
        "set -g @a 1\nif \"test -d ~/.tmux/plugins/tpm\" \\\n  \"run '~/.tmux/plugins/tpm/tpm'\"\n",
        "set -g @a 1\nOURSif \"test -d ~/.tmux/plugins/tpm\" \\\n  \"run '~/.tmux/plugins/tpm/tpm'\"\n",
    ),
    (
        "set -g @a 1\nif-shell 'test -d ~/x' {\n  run ~/.tmux/plugins/tpm/tpm\n}\n",
        "set -g @a 1\nOURSif-shell 'test -d ~/x' {\n  run ~/.tmux/plugins/tpm/tpm\n}\n",
    ),
    (
        "set -g @a 1\n%if 1\nrun ~/.tmux/plugins/tpm/tpm\n%endif\n",
        "set -g @a 1\nOURS%if 1\nrun ~/.tmux/plugins/tpm/tpm\n%endif\n",
    ),
    (
        "run ~/.tmux/plugins/tpm/tpm\n",
        "OURSrun ~/.tmux/plugins/tpm/tpm\n",
    ),
    // It is not the last one: then the end is as good.
    (
        "run ~/.tmux/plugins/tpm/tpm\nset -g @a 1\n",
        "run ~/.tmux/plugins/tpm/tpm\nset -g @a 1\nOURS",
    ),
    // Blocks, quotes over several lines, what looks like ours.
    (
        "if-shell true {\n  set -g @a 1\n}\nset -g @b 'x\n# y\nz'\n",
        "if-shell true {\n  set -g @a 1\n}\nset -g @b 'x\n# y\nz'\nOURS",
    ),
    (
        "set -g @a 'source-file -q x'\nsource-file -q /none\n",
        "set -g @a 'source-file -q x'\nsource-file -q /none\nOURS",
    ),
];

#[test]
fn the_line_stands_before_the_plugin_manager_else_at_the_end_and_tmux_reads_it() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let conf = env.home().join(".tmux.conf");
    for (before, after) in FILES {
        fs::write(&conf, before).expect("it can be written");
        let untouched = picture(&env);
        let done = for_tmux(&env, &[]);
        assert!(done.status.success(), "{before:?}: {done:?}");
        let expected = after.replace("OURS", &format!("{}\n", line(&env)));
        assert_eq!(fs::read_to_string(&conf).expect("it is there"), expected);
        assert_eq!(our_keys(&env).len(), 3, "{before:?}");
        if before.contains("@a 1\n") {
            assert_eq!(
                tmux_says(&env, &["show-options", "-gv", "@a"]),
                "1\n",
                "{before:?}"
            );
        }
        assert!(run(&env, &["uninstall"]).status.success());
        assert_eq!(picture(&env), untouched, "{before:?}");
    }
}

#[test]
fn bytes_that_are_no_utf8_stay() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let conf = env.home().join(".tmux.conf");
    let mine = b"# caf\xe9\nset -g @a \"na\xefve\"\n";
    fs::write(&conf, mine).expect("it can be written");
    let done = for_tmux(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    let expected = [mine, line(&env).as_bytes(), b"\n"].concat();
    assert_eq!(fs::read(&conf).expect("it is there"), expected);
    assert_eq!(our_keys(&env).len(), 3);
    assert!(run(&env, &["uninstall"]).status.success());
    assert_eq!(fs::read(&conf).expect("it is there"), mine);
}

#[test]
fn nothing_of_the_persons_file_is_carried_out() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let touched = env.path("touched");
    let touch = format!("touch {}", touched.display());
    let conf = format!(
        "run-shell '{touch}'\nif-shell '{touch}' 'set -g @a 1'\n%if \"#({touch})\"\nset -g @b 1\n%endif\n\
         set -g status-right \"#({touch})\"\nnew-session -d '{touch}'\nbind x run '{touch}'\n"
    );
    fs::write(env.home().join(".tmux.conf"), conf).expect("it can be written");
    let done = for_tmux(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    assert!(run(&env, &["uninstall"]).status.success());
    assert!(!touched.exists());
}

/// Puts files there, by their names below the world, and asks for everything; what is said.
fn with_files(files: &[(&str, &str)]) -> (TestEnv, String) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    for (name, text) in files {
        let file = env.path(name);
        let folder = file.parent().expect("it has a folder");
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(file, text).expect("it can be written");
    }
    let done = for_tmux(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    (env, done.stderr)
}

fn has_line(env: &TestEnv, name: &str) -> bool {
    let text = fs::read_to_string(env.path(name)).unwrap_or_default();
    text.contains(&line(env))
}

#[test]
fn of_several_files_the_first_gets_the_line_or_the_one_with_the_plugin_manager() {
    const HOME: &str = "home/.tmux.conf";
    const CONFIG: &str = "config/tmux/tmux.conf";
    const OTHER: &str = "home/.config/tmux/tmux.conf";
    let mine = "set -g mouse on\n";
    let (env, said) = with_files(&[(HOME, mine), (CONFIG, mine), (OTHER, mine)]);
    assert!(has_line(&env, HOME) && !has_line(&env, CONFIG) && !has_line(&env, OTHER));
    assert!(said.contains("the line goes into ~/.tmux.conf"), "{said}");
    assert_eq!(our_keys(&env).len(), 3);

    let (env, said) = with_files(&[(HOME, mine), (CONFIG, "run ~/.tmux/plugins/tpm/tpm\n")]);
    assert!(!has_line(&env, HOME) && has_line(&env, CONFIG), "{said}");
    assert_eq!(our_keys(&env).len(), 3);

    let (env, _) = with_files(&[(OTHER, mine)]);
    assert!(has_line(&env, OTHER) && !env.path(HOME).exists());

    let (env, _) = with_files(&[]);
    assert!(has_line(&env, HOME));
    assert!(run(&env, &["uninstall"]).status.success());
    assert!(!env.path(HOME).exists());

    let (env, _) = with_files(&[("config/tmux/theme.conf", mine)]);
    assert!(has_line(&env, CONFIG) && !env.path(HOME).exists());
}

#[test]
fn a_file_that_reads_ours_already_is_left() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let file = env.path("config/pane-patrol/tmux.conf");
    let by_hand = format!("source '{}'", file.display());
    for reads in [line(&env), by_hand] {
        let mine = format!("set -g mouse on\n{reads}\nset -g @a 1\n");
        fs::write(env.home().join(".tmux.conf"), &mine).expect("it can be written");
        let done = for_tmux(&env, &[]);
        assert!(done.status.success(), "{done:?}");
        let now = fs::read_to_string(env.home().join(".tmux.conf"));
        assert_eq!(now.expect("it is there"), mine);
        assert_eq!(our_keys(&env).len(), 3);
    }
}

#[test]
fn a_link_into_dotfiles_stays_one_and_what_it_leads_to_is_changed() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let dotfiles = env.home().join("dotfiles");
    fs::create_dir(&dotfiles).expect("the folder can be made");
    let real = dotfiles.join("tmux.conf");
    fs::write(&real, "set -g mouse on").expect("it can be written");
    fs::set_permissions(&real, PermissionsExt::from_mode(0o600)).expect("it is ours");
    symlink("dotfiles/tmux.conf", env.home().join(".tmux.conf")).expect("it can be linked");
    let before = picture(&env);
    assert!(for_tmux(&env, &[]).status.success());
    let link = fs::read_link(env.home().join(".tmux.conf"));
    assert_eq!(link.expect("it is a link"), Path::new("dotfiles/tmux.conf"));
    let text = fs::read_to_string(&real).expect("it is there");
    assert_eq!(text, format!("set -g mouse on\n{}\n", line(&env)));
    assert!(run(&env, &["uninstall"]).status.success());
    assert_eq!(picture(&env), before);
}

#[test]
fn of_a_file_that_was_edited_since_only_the_line_goes() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let conf = env.home().join(".tmux.conf");
    fs::write(&conf, "set -g mouse on\n").expect("it can be written");
    assert!(for_tmux(&env, &[]).status.success());
    let text = fs::read_to_string(&conf).expect("it is there");
    fs::write(&conf, format!("# new\n{text}# below\n")).expect("it can be written");
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    let left = fs::read_to_string(&conf).expect("it is there");
    assert_eq!(left, "# new\nset -g mouse on\n# below\n");
    assert!(!env.path("config/pane-patrol").exists());
}
