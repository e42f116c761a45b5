//! `install` and `uninstall` as they are typed: all assistants that are found, one plan, each on its
//! own, and everything out again.

use std::fs;
use std::process::Command;

use crate::common::{Finished, TestEnv, finish, write_program};

pub(crate) const PROGRAMS: &[&str] = &[
    "claude", "codex", "opencode", "gemini", "copilot", "qwen", "kimi",
];

/// Puts programs of these names on PATH that say nothing.
pub(crate) fn with_programs(env: &TestEnv, names: &[&str]) {
    let folder = env.path("bin");
    fs::create_dir_all(&folder).expect("the folder can be made");
    for name in names {
        write_program(&folder.join(name), "#!/bin/sh\nexit 1\n");
    }
}

pub(crate) fn run(env: &TestEnv, arguments: &[&str]) -> Finished {
    let mut command: Command = env.pane_patrol();
    command.args(arguments);
    command.env(
        "PATH",
        format!("{}:/usr/bin:/bin", env.path("bin").display()),
    );
    finish(&mut command)
}

pub(crate) fn write(env: &TestEnv, file: &str, text: &str) {
    let path = env.home().join(file);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
    fs::write(path, text).expect("it can be written");
}

pub(crate) fn read(env: &TestEnv, file: &str) -> Option<String> {
    fs::read_to_string(env.home().join(file)).ok()
}

const GEMINI: &str = "{\n  // mine\n  \"ui\": {\"theme\": \"x\"}, // dark\n}\n";

#[test]
fn everybody_found_is_told_in_one_go_and_everything_comes_out_again() {
    let env = TestEnv::new();
    with_programs(&env, PROGRAMS);
    write(&env, ".gemini/settings.json", GEMINI);
    let dry = run(&env, &["install", "--all", "--dry-run"]);
    assert!(dry.status.success(), "{dry:?}");
    let told = dry
        .stderr
        .matches("This was a dry run; nothing was changed.");
    assert_eq!(told.count(), 1, "{dry:?}");
    for file in [
        "hooks.json",
        "pane-patrol.js",
        "pane-patrol.json",
        ".qwen/settings.json",
        ".kimi-code/config.toml",
    ] {
        assert!(
            dry.stdout.contains(&format!("{file}\n@@")),
            "{file}: {dry:?}"
        );
    }
    assert_eq!(read(&env, ".gemini/settings.json").as_deref(), Some(GEMINI));
    assert_eq!(read(&env, ".codex/hooks.json"), None);

    let done = run(&env, &["install", "--all"]);
    assert!(done.status.success(), "{done:?}");
    assert!(done.stderr.contains("Trust all and continue"), "{done:?}");
    assert!(
        done.stderr
            .contains("Qwen Code reports when it is started anew."),
        "{done:?}"
    );
    let gemini = read(&env, ".gemini/settings.json").expect("it is there");
    assert!(
        gemini.contains("// mine") && gemini.contains("\"timeout\": 5000"),
        "{gemini}"
    );
    let codex = read(&env, ".codex/hooks.json").expect("it is there");
    assert!(
        codex.contains("\"async\": true") && !codex.contains("TMUX_PANE"),
        "{codex}"
    );
    let again = run(&env, &["install", "--all"]);
    assert!(
        again.status.success() && again.stdout.is_empty(),
        "{again:?}"
    );

    fs::remove_dir_all(env.path("bin")).expect("the programs can go");
    let out = run(&env, &["uninstall"]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(read(&env, ".gemini/settings.json").as_deref(), Some(GEMINI));
    assert!(!env.path("config/opencode").exists());
    for folder in [".claude", ".codex", ".copilot", ".qwen", ".kimi-code"] {
        assert!(!env.home().join(folder).exists(), "{folder} is still there");
    }
    let nothing = run(&env, &["uninstall"]);
    assert!(
        nothing.stderr.contains("No hooks of ours are registered;"),
        "{nothing:?}"
    );
}

#[test]
fn one_that_cannot_be_installed_does_not_keep_the_others_from_it() {
    let env = TestEnv::new();
    with_programs(&env, PROGRAMS);
    write(&env, ".qwen/settings.json", "{ // open");
    let done = run(&env, &["install", "--assistant", "gemini,qwen,gemini"]);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(
        done.stderr.contains("could not install for 1 of 2"),
        "{done:?}"
    );
    assert!(done.stderr.contains("line 1, column 10"), "{done:?}");
    assert!(read(&env, ".gemini/settings.json").is_some());
    assert_eq!(
        read(&env, ".qwen/settings.json").as_deref(),
        Some("{ // open")
    );
}

#[test]
fn only_those_on_path_are_meant_by_all() {
    let env = TestEnv::new();
    with_programs(&env, &["qwen"]);
    let done = run(&env, &["install", "--all"]);
    assert!(done.status.success(), "{done:?}");
    let absent = "Not on PATH, so left out: claude, codex, opencode, gemini, copilot, kimi;";
    assert!(done.stderr.starts_with(absent), "{done:?}");
    assert!(
        done.stderr
            .contains("`pane-patrol doctor` says how each is"),
        "{done:?}"
    );
    assert!(read(&env, ".qwen/settings.json").is_some());
    assert!(!env.home().join(".gemini").exists());
}

#[test]
fn two_files_in_a_folder_that_was_not_there_are_both_written_and_both_go() {
    let env = TestEnv::new();
    with_programs(&env, &["codex"]);
    let done = run(&env, &["install", "--all", "--codex-no-daemon"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(done.stderr.matches("Trust all").count(), 1, "{done:?}");
    assert!(read(&env, ".codex/hooks.json").is_some());
    let config = read(&env, ".codex/config.toml").expect("it is there");
    assert!(config.contains("daemon_auto_start = false"), "{config}");
    assert!(run(&env, &["uninstall"]).status.success());
    assert!(!env.home().join(".codex").exists());
}

#[test]
fn settings_of_codex_are_changed_only_when_asked_for_and_given_back() {
    let env = TestEnv::new();
    with_programs(&env, &["codex"]);
    let config = "# mine\nnotify = [\"say\", \"done\"]\n\n[tui]\ntheme = 'x' # why\n";
    write(&env, ".codex/config.toml", config);
    assert!(run(&env, &["install", "--all"]).status.success());
    assert_eq!(read(&env, ".codex/config.toml").as_deref(), Some(config));
    let options = ["--codex-terminal-title", "--codex-no-daemon"];
    let arguments = [&["install", "--assistant", "codex"][..], &options[..]].concat();
    let done = run(&env, &arguments);
    assert!(done.status.success(), "{done:?}");
    let set = read(&env, ".codex/config.toml").expect("it is there");
    assert!(
        set.contains("\"thread-id\"]") && set.contains("daemon_auto_start = false"),
        "{set}"
    );
    assert_eq!(set.matches("[tui]").count(), 1, "{set}");
    assert!(
        set.starts_with("# mine\nnotify = [\"say\", \"done\"]\n"),
        "{set}"
    );
    let again = run(&env, &arguments);
    assert!(again.stdout.is_empty(), "{again:?}");
    let trusted = "\n[hooks.state.\"/x:stop:0:0\"]\ntrusted_hash = \"y\"\n";
    write(&env, ".codex/config.toml", &(set + trusted));
    assert!(
        run(&env, &["uninstall", "--assistant", "codex"])
            .status
            .success()
    );
    assert_eq!(
        read(&env, ".codex/config.toml"),
        Some(config.to_owned() + trusted)
    );
    let alone = run(
        &env,
        &["install", "--assistant", "qwen", "--codex-no-daemon"],
    );
    assert_eq!(alone.status.code(), Some(2), "{alone:?}");
}
