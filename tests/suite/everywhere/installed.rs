//! What is registered: without `--everywhere` nothing starts outside of a multiplexer, with it all does.

use std::fs;

use serde_json::Value;

use super::{Plain, payload};
use crate::common::{Collector, TestEnv, finish, finish_with_stdin};

fn run(env: &TestEnv, words: &[&str]) -> crate::common::Finished {
    finish(env.pane_patrol().args(words))
}

/// The command that Claude's settings hold for the event.
fn registered(env: &TestEnv, event: &str) -> String {
    let text = fs::read_to_string(env.home().join(".claude/settings.json")).expect("it is there");
    let settings: Value = serde_json::from_str(&text).expect("JSON");
    let command = &settings["hooks"][event][0]["hooks"][0]["command"];
    command.as_str().expect("a command").to_owned()
}

/// Runs what is registered as Claude would in that terminal.
fn fire(env: &TestEnv, plain: &Plain<'_>, session: &str, event: &str) {
    let mut shell = env.command("sh");
    shell.args(["-c", &registered(env, event)]);
    shell.env("CLAUDE_PID", plain.pid.to_string());
    shell.envs([("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")]);
    let payload = payload(env, session, event).to_string();
    let told = finish_with_stdin(&mut shell, payload.as_bytes());
    assert_eq!(
        (told.status.code(), &*told.stdout, &*told.stderr),
        (Some(0), "", "")
    );
}

#[test]
fn nothing_starts_outside_of_a_multiplexer_unless_that_was_asked_for() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(&env, "one", "sleep 1000") else {
        return;
    };
    let collector = Collector::start(&env);
    // In the program's place stands one that says that it was started.
    let settings = env.home().join(".claude/settings.json");
    let program = env.path("program");
    crate::common::write_program(
        &program,
        &format!("#!/bin/sh\ntouch '{}'\n", env.path("began").display()),
    );
    let points_there = |env: &TestEnv| {
        let text = fs::read_to_string(&settings).expect("it is there");
        let other = text.replace(crate::common::PROGRAM, program.to_str().expect("text"));
        assert_ne!(text, other);
        fs::write(&settings, other).expect("it is ours");
        fire(env, &plain, "s", "UserPromptSubmit");
        fs::write(&settings, text).expect("it is ours");
        env.path("began").exists()
    };
    run(&env, &["install", "--assistant", "claude"]);
    assert!(!points_there(&env), "something was started");
    fire(&env, &plain, "s", "UserPromptSubmit");
    run(&env, &["install", "--assistant", "claude", "--everywhere"]);
    assert!(points_there(&env), "nothing was started");
    fire(&env, &plain, "t", "UserPromptSubmit");
    let rows = collector.until("it is heard", |rows| !rows.is_empty());
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["instance_id"], "t", "the first was never sent");

    // Again without: it is said, and nothing more is heard.
    let again = run(&env, &["install", "--assistant", "claude"]);
    assert!(
        again.stderr.contains("`--everywhere` keeps that"),
        "{again:?}"
    );
    assert!(!registered(&env, "Stop").contains("everywhere"));
    run(&env, &["uninstall", "--assistant", "claude"]);
    assert!(!settings.exists());
}

#[test]
fn doctor_and_setup_know_which_way_is_installed() {
    let env = TestEnv::new();
    let programs = env.path("programs");
    crate::common::private_folder(&programs);
    crate::common::write_program(
        &programs.join("claude"),
        "#!/bin/sh\necho '2.1.300 (Claude Code)'\n",
    );
    let with_path = |words: &[&str]| {
        let path = format!(
            "{}:{}",
            programs.display(),
            std::env::var("PATH").unwrap_or_default()
        );
        finish(env.pane_patrol().env("PATH", path).args(words))
    };
    with_path(&[
        "install",
        "--assistant",
        "claude",
        "--everywhere",
        "--approvals",
    ]);
    let said = with_path(&["doctor"]).stdout;
    assert!(said.contains("settings.json, for every terminal"), "{said}");
    let before = registered(&env, "Stop");
    let set = with_path(&["setup", "--yes", "--skip", "keys,status,notices"]);
    assert!(set.status.success(), "{set:?}");
    assert_eq!(registered(&env, "Stop"), before);
    assert!(registered(&env, "PermissionRequest").contains("--decide --everywhere"));
    // What doctor has one do keeps what was asked for.
    let settings = env.home().join(".claude/settings.json");
    let text = fs::read_to_string(&settings).expect("it is there");
    fs::write(&settings, text.replacen("\"Stop\"", "\"Nothing\"", 1)).expect("it is ours");
    let said = with_path(&["doctor"]).stdout;
    let install = "`pane-patrol install --assistant claude --approvals --everywhere`";
    assert!(said.contains(install), "{said}");
}
