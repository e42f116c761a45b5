//! Keys in Zellij: one line in the person's `config.kdl`, put in where it counts, and taken out as if it had never been.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::common::{Finished, TestEnv, write_program};
use crate::install::{read, run, with_programs, write};

/// Prints what a Zellij without settings binds, as far as it matters here.
const ZELLIJ: &str = "#!/bin/sh\n[ \"$1 $2\" = 'setup --dump-config' ] || exit 1\n\
    printf 'keybinds {\\n    shared_except \"locked\" {\\n        bind \"Alt p\" { TogglePaneInGroup; }\\n    }\\n}\\n'\n";

const FILE: &str = ".config/zellij/config.kdl";

const THEIRS: &str = "// mine\nkeybinds clear-defaults=true {\n    normal {\n        bind \"Alt b\" { NewPane; }\n    }\n}\ntheme \"nord\"\n";

fn world(text: Option<&str>) -> TestEnv {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    write_program(&env.path("bin/zellij"), ZELLIJ);
    let file = env.home().join(FILE);
    fs::create_dir_all(file.parent().expect("it has one")).expect("it can be made");
    if let Some(text) = text {
        write(&env, FILE, text);
    }
    env
}

/// `setup` for keys alone, with the person's settings of Zellij below her home.
fn for_zellij(env: &TestEnv, more: &[&str]) -> Finished {
    let words = [
        "setup",
        "--yes",
        "--skip",
        "assistants,notices,status",
        "--popup-key",
        "none",
        "--sidebar-key",
        "none",
    ];
    run(env, &[&words[..], &["--next-key", "none"], more].concat())
}

fn conf(env: &TestEnv) -> String {
    read(env, FILE).expect("it is there")
}

/// The line of ours.
fn line(env: &TestEnv) -> String {
    let conf = conf(env);
    let ours: Vec<&str> = conf
        .lines()
        .filter(|line| line.contains("// pane-patrol:"))
        .collect();
    assert_eq!(ours.len(), 1, "{conf}");
    ours[0].to_owned()
}

#[test]
fn the_line_stands_in_the_persons_keys_and_goes_byte_for_byte() {
    let env = world(Some(THEIRS));
    let done = for_zellij(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    assert!(
        done.stderr.contains("`Alt a` for the dashboard"),
        "{done:?}"
    );
    let line = line(&env);
    assert!(
        line.contains("bind \"Alt a\" { Run \"") && line.contains("bind \"Alt w\" { Run \"sh\""),
        "{line}"
    );
    let (before, after) = THEIRS.split_at(THEIRS.find("}\ntheme").expect("it is there"));
    assert_eq!(conf(&env), format!("{before}{line}\n{after}"));
    // What was chosen once is chosen still.
    let again = for_zellij(&env, &[]);
    assert!(
        again.stdout.is_empty() && again.status.success(),
        "{again:?}"
    );
    let other = for_zellij(&env, &["--zellij-key", "Ctrl Alt y"]);
    assert!(other.status.success(), "{other:?}");
    assert!(conf(&env).contains("bind \"Ctrl Alt y\"") && !conf(&env).contains("\"Alt a\""));
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    assert!(!out.stderr.contains("A tmux that runs"), "{out:?}");
    assert_eq!(conf(&env), THEIRS);
}

#[test]
fn without_any_settings_it_is_all_of_them_and_they_go_again() {
    let env = world(None);
    let done = for_zellij(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    assert!(line(&env).starts_with("keybinds { shared_except \"locked\" {"));
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(read(&env, FILE), None);
}

#[test]
fn what_the_person_writes_afterwards_stays() {
    for text in ["theme \"x\"", "theme \"x\"\r\nkeybinds {\r\n}\r\n", THEIRS] {
        let env = world(Some(text));
        assert!(for_zellij(&env, &[]).status.success());
        write(&env, FILE, &format!("{}\nmouse_mode true\n", conf(&env)));
        let out = run(&env, &["uninstall"]);
        assert!(out.status.success(), "{out:?}");
        let left = conf(&env);
        assert!(
            !left.contains("pane-patrol") && left.ends_with("mouse_mode true\n"),
            "{left:?}"
        );
        assert!(left.starts_with(text), "{left:?}");
    }
}

#[test]
fn a_key_that_means_something_is_left_alone() {
    let mine =
        "keybinds {\n    shared {\n        bind \"Alt a\" \"Alt w\" { NewPane; }\n    }\n}\n";
    let env = world(Some(mine));
    let refused = for_zellij(&env, &["--zellij-key", "Alt a"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("`Alt a` is bound in") && refused.stderr.contains("line 3"),
        "{refused:?}"
    );
    assert_eq!(conf(&env), mine);
    let done = for_zellij(&env, &[]);
    assert!(done.status.success(), "{done:?}");
    let line = line(&env);
    assert!(
        line.contains("\"Alt s\"") && line.contains("\"Alt g\""),
        "{line}"
    );
    assert!(run(&env, &["uninstall"]).status.success());
    let none = for_zellij(&env, &["--zellij-key", "none", "--zellij-next-key", "none"]);
    assert!(
        none.status.success() && none.stderr.contains("Zellij gets no keys"),
        "{none:?}"
    );
    assert_eq!(conf(&env), mine);
    // One of Zellij's own is not taken by itself, and may be.
    let typed = for_zellij(&env, &["--zellij-key", "Alt p"]);
    assert!(typed.status.success(), "{typed:?}");
}

#[test]
fn a_file_that_gives_no_room_stays_as_it_is_and_that_is_said() {
    for (text, why) in [
        (
            "keybinds { normal { }; }\n",
            "does not end on a line of its own",
        ),
        ("a\nkeybinds {\n", "from line 3 on it is not understood"),
    ] {
        let env = world(Some(text));
        let refused = for_zellij(&env, &[]);
        assert!(
            !refused.status.success() && refused.stderr.contains(why),
            "{refused:?}"
        );
        assert_eq!(conf(&env), text);
    }
}

#[test]
fn links_stay_links_and_what_may_not_be_written_is_not() {
    let env = world(None);
    write(&env, "dotfiles/zellij.kdl", THEIRS);
    symlink(
        env.home().join("dotfiles/zellij.kdl"),
        env.home().join(FILE),
    )
    .expect("it is ours");
    assert!(for_zellij(&env, &[]).status.success());
    assert!(
        env.home()
            .join(FILE)
            .symlink_metadata()
            .expect("it is there")
            .is_symlink()
    );
    assert!(
        read(&env, "dotfiles/zellij.kdl")
            .expect("it is there")
            .contains("Alt a")
    );
    assert!(run(&env, &["uninstall"]).status.success());
    assert_eq!(read(&env, "dotfiles/zellij.kdl").as_deref(), Some(THEIRS));

    let env = world(Some(THEIRS));
    fs::set_permissions(env.home().join(FILE), fs::Permissions::from_mode(0o444))
        .expect("it is ours");
    let done = for_zellij(&env, &[]);
    let mode = fs::metadata(env.home().join(FILE))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o444, "{done:?}");
    if !done.status.success() {
        assert_eq!(conf(&env), THEIRS);
    }

    let env = world(None);
    fs::create_dir_all(env.home().join(FILE)).expect("it is ours");
    let refused = for_zellij(&env, &[]);
    assert!(!refused.status.success(), "{refused:?}");
    let env = world(Some("theme \"x\"\n"));
    fs::write(env.home().join(FILE), b"theme \"\xff\"\n").expect("it is ours");
    let refused = for_zellij(&env, &[]);
    assert!(refused.stderr.contains("it is not UTF-8"), "{refused:?}");
}

#[test]
fn nobody_is_asked_of_a_zellij_that_is_not_there() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let done = for_zellij(&env, &[]);
    assert!(!done.stderr.contains("Zellij"), "{done:?}");
    assert_eq!(read(&env, FILE), None);
}
