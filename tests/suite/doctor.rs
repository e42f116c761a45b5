//! `doctor`: each assistant's own trouble by its name, with what to do about it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::TestEnv;
use crate::install::{PROGRAMS, read, run, with_programs, write};

/// What `doctor` says of `check`: verdict, what was seen, and the fix.
fn said(env: &TestEnv, check: &str) -> Vec<(String, String, String)> {
    let finished = run(env, &["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_str(&finished.stdout).expect("it is JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .filter(|finding| finding["check"] == check)
        .map(|finding| {
            (
                text(finding, "verdict"),
                text(finding, "seen"),
                text(finding, "fix"),
            )
        })
        .collect()
}

#[track_caller]
fn assert_said(env: &TestEnv, check: &str, verdict: &str, seen: &str, fix: &str) {
    let said = said(env, check);
    let fits =
        |(a, b, c): &(String, String, String)| a == verdict && b.contains(seen) && c.contains(fix);
    assert!(said.iter().any(fits), "{check}: {said:?}");
}

#[test]
fn every_assistants_trouble_is_told_apart() {
    let env = TestEnv::new();
    with_programs(&env, &["gemini", "codex"]);
    let nothing = run(&env, &["doctor"]);
    assert_eq!(nothing.status.code(), Some(1), "{nothing:?}");
    assert!(
        nothing.stdout.contains("pane-patrol install --all"),
        "{nothing:?}"
    );
    assert_said(&env, "qwen", "ok", "not on PATH", "");
    let install = "pane-patrol install --assistant gemini";
    assert_said(&env, "gemini hooks", "warning", "never installed", install);

    assert!(run(&env, &["install", "--all"]).status.success());
    assert_said(&env, "gemini hooks", "ok", "7 events are registered", "");
    assert_said(
        &env,
        "test event",
        "ok",
        "reached a socket made for the test",
        "",
    );
    assert_said(
        &env,
        "codex trust",
        "failure",
        "not trusted, so not run: SessionStart",
        "Trust all",
    );
    assert_eq!(run(&env, &["doctor"]).status.code(), Some(1));

    write(&env, ".gemini/settings.json", "{}");
    assert_said(
        &env,
        "gemini hooks",
        "failure",
        "something has taken our entries out",
        install,
    );
    assert!(
        run(&env, &["install", "--assistant", "gemini"])
            .status
            .success()
    );
    let text = read(&env, ".gemini/settings.json").expect("it is there");
    let off = text.replacen(
        '{',
        "{ \"hooksConfig\": {\"disabled\": [\"pane-patrol\"]},",
        1,
    );
    write(&env, ".gemini/settings.json", &off);
    assert_said(
        &env,
        "gemini hooks",
        "failure",
        "switched off",
        "hooksConfig",
    );
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    write(
        &env,
        ".gemini/settings.json",
        &text.replace(program, "/gone/pane-patrol"),
    );
    assert_said(
        &env,
        "hook program",
        "failure",
        "/gone/pane-patrol: No such file",
        install,
    );
}

#[test]
fn what_codex_notes_of_our_hooks_is_read_back() {
    let env = TestEnv::new();
    with_programs(&env, PROGRAMS);
    assert!(
        run(&env, &["install", "--assistant", "codex"])
            .status
            .success()
    );
    let hooks = env.home().join(".codex/hooks.json");
    let text = fs::read_to_string(&hooks).expect("it is there");
    let file: Value = serde_json::from_str(&text).expect("it is JSON");
    let events = file["hooks"].as_object().expect("an object").keys();
    let config: String = events.map(|event| noted(&hooks, event)).collect();
    write(&env, ".codex/config.toml", &config);
    assert!(said(&env, "codex trust").is_empty());
    let less = config.replacen("[hooks.state", "[other.state", 1);
    write(&env, ".codex/config.toml", &less);
    assert_said(&env, "codex trust", "failure", "not trusted", "");
}

/// What Codex writes when the person has confirmed the first hook of `event`.
fn noted(hooks: &Path, event: &str) -> String {
    let mut words = String::new();
    for (at, letter) in event.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    let path = hooks.display();
    format!("[hooks.state.\"{path}:{words}:0:0\"]\ntrusted_hash = \"sha256:0\"\n")
}
