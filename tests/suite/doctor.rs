//! `doctor`: each assistant's own trouble by its name, with what to do about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::{Collector, TestEnv, Tmux, finish, until, write_program};
use crate::install::{PROGRAMS, read, run, with_programs, write};
use crate::launch::isolating;

/// What `doctor --json` finds.
fn findings(env: &TestEnv) -> Vec<Value> {
    let finished = run(env, &["doctor", "--json"]);
    let findings: Vec<Value> = serde_json::from_str(&finished.stdout).expect("it is JSON");
    let failed = findings
        .iter()
        .any(|finding| finding["verdict"] == "failure");
    assert_eq!(
        finished.status.code(),
        Some(i32::from(failed)),
        "{finished:?}"
    );
    findings
}

/// Asserts that one finding about `check` has this condition (`-`: none), verdict, words and fix.
#[track_caller]
fn assert_found(env: &TestEnv, check: &str, [condition, verdict, seen, fix]: [&str; 4]) {
    let findings = findings(env);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let fits = |finding: &&Value| {
        finding["check"] == check
            && text(finding, "condition") == condition
            && text(finding, "verdict") == verdict
            && text(finding, "seen").contains(seen)
            && text(finding, "fix").contains(fix)
    };
    assert!(
        findings.iter().any(|finding| fits(&finding)),
        "{findings:#?}"
    );
}

fn has(env: &TestEnv, condition: &str) -> bool {
    let findings = findings(env);
    findings
        .iter()
        .any(|finding| finding["condition"] == condition)
}

fn install(env: &TestEnv, name: &str) {
    let done = run(env, &["install", "--assistant", name]);
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn nothing_written_is_told_from_nothing_found() {
    let env = TestEnv::new();
    with_programs(&env, &["gemini"]);
    let nothing = run(&env, &["doctor"]);
    assert_eq!(nothing.status.code(), Some(1), "{nothing:?}");
    let all = "pane-patrol install --all";
    assert!(nothing.stdout.contains(all), "{nothing:?}");
    assert_found(&env, "qwen", ["-", "ok", "not on PATH", "-"]);
    let fix = "pane-patrol install --assistant gemini";
    let never = ["never_written", "warning", "never installed", fix];
    assert_found(&env, "gemini hooks", never);
    install(&env, "gemini");
    let there = ["-", "ok", "7 events are registered", "-"];
    assert_found(&env, "gemini hooks", there);
    let reached = ["-", "ok", "reached a socket made for the test", "-"];
    assert_found(&env, "test event", reached);
    assert_eq!(run(&env, &["doctor"]).status.code(), Some(0));
}

#[test]
fn entries_that_were_taken_out_or_switched_off_are_not_taken_for_never_written() {
    let env = TestEnv::new();
    with_programs(&env, &["gemini"]);
    install(&env, "gemini");
    let text = read(&env, ".gemini/settings.json").expect("it is there");
    let fix = "pane-patrol install --assistant gemini";
    let gone = [
        "taken_out",
        "failure",
        "something has taken our entries out",
        fix,
    ];
    write(&env, ".gemini/settings.json", "{}");
    assert_found(&env, "gemini hooks", gone);
    fs::remove_file(env.home().join(".gemini/settings.json")).expect("it is there");
    assert_found(&env, "gemini hooks", gone);

    let disabled = "{ \"hooksConfig\": {\"disabled\": [\"pane-patrol\"]},";
    write(
        &env,
        ".gemini/settings.json",
        &text.replacen('{', disabled, 1),
    );
    let off = ["switched_off", "failure", "switched off", "hooksConfig"];
    assert_found(&env, "gemini hooks", off);
    write(
        &env,
        ".gemini/settings.json",
        &text.replacen("\"BeforeAgent\"", "\"Other\"", 1),
    );
    let part = ["incomplete", "warning", "missing: BeforeAgent", fix];
    assert_found(&env, "gemini hooks", part);
    write(&env, ".gemini/settings.json", "{ // open");
    let odd = [
        "unreadable",
        "failure",
        "line 1, column 10",
        "correct the file",
    ];
    assert_found(&env, "gemini hooks", odd);
}

#[test]
fn a_plugin_alone_is_enough_and_counts_as_taken_out_when_it_is_gone() {
    let env = TestEnv::new();
    with_programs(&env, &["opencode"]);
    install(&env, "opencode");
    assert_eq!(run(&env, &["doctor"]).status.code(), Some(0));
    let reached = ["-", "ok", "reached a socket made for the test", "-"];
    assert_found(&env, "test event", reached);
    fs::remove_file(env.path("config/opencode/plugin/pane-patrol.js")).expect("it is there");
    let fix = "install --assistant opencode";
    assert_found(
        &env,
        "opencode hooks",
        ["taken_out", "failure", "pane-patrol.js", fix],
    );
}

#[test]
fn hooks_of_another_program_are_told_from_those_of_one_that_is_gone() {
    let env = TestEnv::new();
    with_programs(&env, &["gemini", "opencode", "other"]);
    install(&env, "gemini");
    install(&env, "opencode");
    let ours = env!("CARGO_BIN_EXE_pane-patrol");
    let point_to = |program: &Path| {
        for file in [
            ".gemini/settings.json",
            "../config/opencode/plugin/pane-patrol.js",
        ] {
            let text = read(&env, file).expect("it is there");
            write(&env, &format!("{file}.kept"), &text);
            write(
                &env,
                file,
                &text.replace(ours, &program.display().to_string()),
            );
        }
    };
    let back = || {
        for file in [
            ".gemini/settings.json",
            "../config/opencode/plugin/pane-patrol.js",
        ] {
            let text = read(&env, &format!("{file}.kept")).expect("it is there");
            write(&env, file, &text);
        }
    };
    point_to(Path::new("/gone/pane-patrol"));
    for (check, fix) in [
        ("gemini program", "install --assistant gemini"),
        ("opencode program", "install --assistant opencode"),
    ] {
        let gone = [
            "no_executable",
            "failure",
            "/gone/pane-patrol: No such file",
            fix,
        ];
        assert_found(&env, check, gone);
    }
    back();
    point_to(&env.path("bin/other"));
    for (check, fix) in [
        ("gemini program", "install --assistant gemini"),
        ("opencode program", "install --assistant opencode"),
    ] {
        let other = [
            "other_executable",
            "warning",
            "bin/other is registered",
            fix,
        ];
        assert_found(&env, check, other);
    }
    back();
    let link = env.path("link");
    std::os::unix::fs::symlink(ours, &link).expect("a link can be made");
    point_to(&link);
    assert_found(&env, "gemini program", ["-", "ok", "link can be run", "-"]);
}

/// Writes down for each event of Codex's file what Codex would, by `note`.
fn noted(env: &TestEnv, note: impl Fn(&str) -> String) -> String {
    let hooks = env.home().join(".codex/hooks.json");
    let text = fs::read_to_string(&hooks).expect("it is there");
    let file: Value = serde_json::from_str(&text).expect("it is JSON");
    let events = file["hooks"].as_object().expect("an object").keys();
    let tables: Vec<String> = events
        .map(|event| {
            let event = snake_case(event);
            let key = format!("{}:{event}:0:0", hooks.display());
            format!("[hooks.state.\"{key}\"]\n{}\n", note(&event))
        })
        .collect();
    let config = tables.concat();
    write(env, ".codex/config.toml", &config);
    config
}

fn snake_case(event: &str) -> String {
    let mut words = String::new();
    for (at, letter) in event.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[test]
fn what_codex_notes_of_our_hooks_is_read_back() {
    let env = TestEnv::new();
    with_programs(&env, PROGRAMS);
    install(&env, "codex");
    let fix = "Trust all and continue";
    let never = [
        "not_trusted",
        "failure",
        "not trusted, so not run: SessionStart",
        fix,
    ];
    assert_found(&env, "codex trust", never);
    let config = noted(&env, |_| "trusted_hash = \"sha256:0\"".to_owned());
    let changed = [
        "not_trusted",
        "failure",
        "not what you trusted any more",
        fix,
    ];
    assert_found(&env, "codex trust", changed);
    write(&env, ".codex/config.toml", "[features]\nhooks = false\n");
    let off = [
        "switched_off",
        "failure",
        "Codex runs no hooks at all",
        "`[features]`",
    ];
    assert_found(&env, "codex hooks", off);
    write(&env, ".codex/config.toml", &config.replacen(']', "", 1));
    let odd = ["unreadable", "failure", "config.toml", "correct the file"];
    assert_found(&env, "codex trust", odd);
}

/// Moves what the record says of the time of the install.
fn installed(env: &TestEnv, assistant: &str, at: &str) {
    let records = env.path(format!("state/pane-patrol/installs/{assistant}"));
    for record in fs::read_dir(records).expect("there is a record").flatten() {
        let path: PathBuf = record.path().join("manifest.json");
        let text = fs::read_to_string(&path).expect("it is there");
        let mut manifest: Value = serde_json::from_str(&text).expect("it is JSON");
        manifest["writes"][0]["at"] = at.into();
        fs::write(path, manifest.to_string()).expect("it is ours");
    }
}

/// Puts programs on PATH that stay, named as the assistants are.
fn with_lasting(env: &TestEnv, names: &[&str]) {
    with_programs(env, names);
    for name in names {
        let text = "#!/bin/sh\n[ \"$1\" = --version ] && echo 2.1.329 && exit\nwhile sleep 100; do :; done\n";
        write_program(&env.path("bin").join(name), text);
    }
}

#[test]
fn sessions_older_than_the_install_are_to_be_restarted_but_not_those_of_another_home() {
    let env = TestEnv::new();
    with_lasting(&env, &["qwen", "claude"]);
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let bin = env.path("bin").display().to_string();
    for line in [
        format!("{bin}/qwen"),
        format!("HOME=/elsewhere {bin}/qwen"),
        format!("{bin}/qwen -p hello"),
        format!("{bin}/claude"),
    ] {
        tmux.run(&["new-window", "-t", "work", &line]);
    }
    install(&env, "qwen");
    install(&env, "claude");
    for name in ["qwen", "claude"] {
        installed(&env, name, "2126-01-01T00:00:00Z");
    }
    until("the programs run", || {
        has(&env, "older_than_install").then_some(())
    });
    let old = [
        "older_than_install",
        "warning",
        "1 running since before the install (%1)",
        "restart",
    ];
    assert_found(&env, "qwen sessions", old);
    let findings = findings(&env);
    assert!(
        !findings
            .iter()
            .any(|finding| finding["check"] == "claude sessions"),
        "{findings:#?}"
    );
    installed(&env, "qwen", "2026-01-01T00:00:00Z");
    assert!(!has(&env, "older_than_install"));
}

#[test]
fn a_session_that_was_heard_is_said_to_be_and_one_that_has_just_begun_is_not_called_silent() {
    let env = TestEnv::new();
    with_lasting(&env, &["qwen"]);
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    install(&env, "qwen");
    installed(&env, "qwen", "2026-01-01T00:00:00Z");
    let collector = Collector::start_in(&env, &tmux);
    let program = env.path("bin/qwen").display().to_string();
    tmux.run(&["new-window", "-t", "work", &program]);
    tmux.run(&["new-window", "-t", "work", &program]);
    let mut emit = env.pane_patrol();
    emit.args([
        "emit",
        "--assistant",
        "qwen",
        "--state",
        "running",
        "--strict",
    ]);
    emit.env("TMUX", tmux.variable()).env("TMUX_PANE", "%1");
    assert!(emit.status().expect("it runs").success());
    collector.until("it is heard", |rows| {
        rows.iter().any(|row| row["state"] == "running")
    });
    let heard = ["-", "ok", "1 in panes, and heard by their hooks", "-"];
    until("the programs run", || {
        let findings = findings(&env);
        let there = findings
            .iter()
            .any(|finding| finding["check"] == "qwen sessions");
        there.then_some(())
    });
    assert_found(&env, "qwen sessions", heard);
    assert!(!has(&env, "silent"));
}

/// Says what `claude --version` prints, and stays else.
fn with_claude(env: &TestEnv) {
    with_lasting(env, &["claude"]);
}

#[test]
fn a_file_that_claude_drops_is_named_with_its_field_and_what_it_tolerates_is_not() {
    let env = TestEnv::new();
    with_claude(&env);
    install(&env, "claude");
    let ours = read(&env, ".claude/settings.json").expect("it is there");
    let fix = "or take it out";
    for (field, with) in [
        ("disableAllHooks", r#"{"disableAllHooks":"true","#),
        ("permissions.allow", r#"{"permissions":{"allow":"Bash"},"#),
        ("env", r#"{"env":[],"#),
        ("statusLine.command", r#"{"statusLine":{"type":"command"},"#),
        (
            "permissions.defaultMode",
            r#"{"permissions":{"defaultMode":"yolo"},"#,
        ),
        ("autoUpdatesChannel", r#"{"autoUpdatesChannel":"beta","#),
        (
            "enableAllProjectMcpServers",
            r#"{"enableAllProjectMcpServers":"true","#,
        ),
        ("attribution", r#"{"attribution":"none","#),
        (
            "sandbox.network.allowedDomains",
            r#"{"sandbox":{"network":{"allowedDomains":"x"}},"#,
        ),
    ] {
        let text = ours.replacen('{', with, 1);
        write(&env, ".claude/settings.json", &text);
        let seen = format!("`{field}`");
        let found = ["unreadable", "failure", seen.as_str(), fix];
        assert_found(&env, "claude hooks", found);
        let refused = run(&env, &["install", "--assistant", "claude"]);
        assert!(!refused.status.success(), "{refused:?}");
        assert!(refused.stderr.contains(&seen), "{refused:?}");
        let kept = read(&env, ".claude/settings.json");
        assert_eq!(kept.as_deref(), Some(text.as_str()));
    }
    for with in [
        r#"{"permissions":{"allow":["Bash(", 5, null]},"#,
        r#"{"env":{"A":5,"B":null},"#,
        r#"{"nonsense":{},"#,
        r#"{"theme":5,"#,
        r#"{"model":"a","model":"sonnet","#,
        "\u{feff}{",
        r#"{"effortLevel":"x","#,
        r#"{"$schema":"x","#,
        r#"{"forceLoginMethod":"x","#,
        r#"{"enabledMcpjsonServers":"x","#,
        r#"{"permissions":{"defaultMode":"plan"},"#,
        r#"{"attribution":{"commit":""},"#,
        r#"{"sandbox":{"network":{"x":5}},"#,
    ] {
        write(&env, ".claude/settings.json", &ours.replacen('{', with, 1));
        let whole = ["-", "ok", "events are registered", "-"];
        assert_found(&env, "claude hooks", whole);
        let again = run(&env, &["install", "--assistant", "claude"]);
        assert!(again.status.success(), "{again:?}");
    }
}

#[test]
fn doctor_says_what_an_install_would() {
    let env = TestEnv::new();
    with_claude(&env);
    let fix = "pane-patrol install --assistant claude";
    for accepted in [
        "{}",
        r#"{"hooks":null}"#,
        r#"{"hooks":{"_comment":"x"}}"#,
        r#"{"hooks":{"Stop":null}}"#,
    ] {
        write(&env, ".claude/settings.json", accepted);
        let never = ["never_written", "warning", "never installed", fix];
        assert_found(&env, "claude hooks", never);
        install(&env, "claude");
        let there = ["-", "ok", "events are registered", "-"];
        assert_found(&env, "claude hooks", there);
        let out = run(&env, &["uninstall", "--assistant", "claude"]);
        assert!(out.status.success(), "{out:?}");
        let kept = read(&env, ".claude/settings.json");
        assert_eq!(kept.as_deref(), Some(accepted));
    }
    for refused in [
        r#"{"hooks":[]}"#,
        r#"{"hooks":"x"}"#,
        r#"{"hooks":{"Stop":"x"}}"#,
    ] {
        write(&env, ".claude/settings.json", refused);
        let would = [
            "unreadable",
            "failure",
            "an install would be refused",
            "or take it out",
        ];
        assert_found(&env, "claude hooks", would);
        let done = run(&env, &["install", "--assistant", "claude"]);
        assert!(!done.status.success(), "{done:?}");
    }
}

#[test]
fn an_event_that_became_no_list_is_named_and_the_others_stay() {
    for (event, value) in [
        ("Stop", r#""x""#),
        ("SessionEnd", "{}"),
        ("Notification", "true"),
    ] {
        let env = TestEnv::new();
        with_claude(&env);
        install(&env, "claude");
        let ours = read(&env, ".claude/settings.json").expect("it is there");
        let mut settings: Value = serde_json::from_str(&ours).expect("it is JSON");
        settings["hooks"][event] = serde_json::from_str(value).expect("it is JSON");
        let text = settings.to_string();
        write(&env, ".claude/settings.json", &text);
        let (missing, field) = (
            format!("missing: {event}; what these tell is not heard"),
            format!("`hooks.{event}`"),
        );
        let part = ["incomplete", "failure", missing.as_str(), field.as_str()];
        assert_found(&env, "claude hooks", part);
        let refused = run(&env, &["install", "--assistant", "claude"]);
        assert!(refused.stderr.contains(&field), "{refused:?}");
        let kept = read(&env, ".claude/settings.json");
        assert_eq!(kept.as_deref(), Some(text.as_str()));
    }
}

/// In a mount namespace, where what the manager of the machine has set is only ours.
#[test]
fn a_key_that_stands_there_twice_is_named_although_ours_is_one_of_them() {
    let env = TestEnv::new();
    with_claude(&env);
    install(&env, "claude");
    let ours = read(&env, ".claude/settings.json").expect("it is there");
    let end = ours.rfind('}').expect("it is an object");
    let twice = format!("{}, \"hooks\": {{}} }}\n", ours[..end].trim_end());
    write(&env, ".claude/settings.json", &twice);
    let said = [
        "unreadable",
        "warning",
        "the key `hooks` is there twice",
        "correct the file",
    ];
    assert_found(&env, "claude hooks", said);
    let done = run(&env, &["install", "--assistant", "claude"]);
    assert!(done.stderr.contains("is there twice"), "{done:?}");
}

#[test]
fn hooks_that_the_managed_settings_switch_off_are_named_with_the_file_and_what_to_do() {
    let env = TestEnv::new();
    with_claude(&env);
    let Some(isolating) = isolating(&env) else {
        return;
    };
    install(&env, "claude");
    let etc = env.path("etc");
    let findings = |file: &str, text: &str| {
        // Of the rest only what programs need to be loaded.
        let script = "set -e; etc=$1; mkdir -p \"$etc/claude-code/managed-settings.d\"; \
                      cp /etc/ld.so.* /etc/passwd \"$etc\" 2>/dev/null || :; \
                      printf %s \"$3\" >\"$etc/claude-code/$2\"; \
                      mount --bind \"$etc\" /etc; shift 3; exec \"$@\" doctor --json";
        let mut command = env.command(isolating[0]);
        command
            .args(&isolating[1..])
            .args(["sh", "-c", script, "sh"]);
        command
            .arg(&etc)
            .args([file, text])
            .arg(env!("CARGO_BIN_EXE_pane-patrol"));
        let said = finish(&mut command);
        fs::remove_dir_all(etc.join("claude-code")).expect("it was made");
        let found: Vec<Value> = serde_json::from_str(&said.stdout).unwrap_or_default();
        assert!(!found.is_empty(), "{said:?}");
        found
    };
    let print = |it: Value| format!("{}: {} -> {}", it["check"], it["seen"], it["fix"]);
    let doctor = |file: &str, text: &str| {
        let mut found = findings(file, text).into_iter();
        found
            .find(|it| it["condition"] == "switched_off")
            .map(print)
    };
    let doctor_of = |file: &str, text: &str, check: &str| {
        let mut found = findings(file, text).into_iter();
        found.find(|it| it["check"] == check).map(print)
    };
    let (main, part) = ("managed-settings.json", "managed-settings.d/10-all.json");
    for (file, field, text) in [
        (
            main,
            "allowManagedHooksOnly",
            r#"{"allowManagedHooksOnly":true}"#,
        ),
        (part, "disableAllHooks", r#"{"disableAllHooks":true}"#),
        (
            main,
            "strictPluginOnlyCustomization",
            r#"{"strictPluginOnlyCustomization":["hooks"]}"#,
        ),
    ] {
        let off = doctor(file, text).expect("it is named");
        let whole = format!("take `{field}` out of /etc/claude-code/{file}");
        assert!(
            off.contains("claude hooks") && off.contains(&whole),
            "{off}"
        );
        assert!(
            off.contains("in every session by the managed settings"),
            "{off}"
        );
    }
    assert_eq!(doctor(main, r#"{"allowManagedHooksOnly":false}"#), None);
    // What holds no object is named, too.
    let found = doctor_of(main, "{ not json", "claude settings").expect("it is named");
    assert!(
        found.contains("are no JSON object")
            && found.contains("/etc/claude-code/managed-settings.json"),
        "{found}"
    );
    assert_eq!(doctor_of(main, "{}", "claude settings"), None);
}

#[test]
fn a_nearer_file_switches_hooks_on_again_and_what_a_session_was_started_with_off() {
    let env = TestEnv::new();
    with_claude(&env);
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    install(&env, "claude");
    let program = env.path("bin/claude").display().to_string();
    let file = "one/.claude/settings.json";
    write(&env, file, r#"{"disableAllHooks":false}"#);
    let folder = env.home().join("one").display().to_string();
    tmux.run(&["new-window", "-t", "work", "-c", &folder, &program]);
    tmux.run(&[
        "new-window",
        "-t",
        "work",
        "-e",
        "CLAUDE_CODE_SIMPLE=1",
        &program,
    ]);
    let seen = "switched off in %2 by what it was started with: `CLAUDE_CODE_SIMPLE`";
    until("the programs run", || {
        let found = findings(&env);
        let mut seen_all = found.iter().filter_map(|finding| finding["seen"].as_str());
        seen_all.any(|text| text == seen).then_some(())
    });
    let without = "start it again without `CLAUDE_CODE_SIMPLE`";
    assert_found(
        &env,
        "claude hooks",
        ["switched_off", "failure", seen, without],
    );

    // Settings of its own, as they are and in a file of its folder.
    write(&env, "two/mine.json", r#"{"disableAllHooks":true}"#);
    let folder = env.home().join("two").display().to_string();
    for given in [r#"'{"disableAllHooks":true}'"#, "mine.json"] {
        let line = format!("exec '{program}' --settings {given}");
        tmux.run(&["new-window", "-t", "work", "-c", &folder, &line]);
    }
    let file = env.home().join("two/mine.json").display().to_string();
    for (pane, place) in [("%3", "what stands behind `--settings`"), ("%4", &file)] {
        let seen = format!(
            "switched off in {pane} by the settings it was started with: `disableAllHooks` in {place}"
        );
        until("it runs", || {
            let found = findings(&env);
            let mut seen_all = found.iter().filter_map(|finding| finding["seen"].as_str());
            seen_all.any(|text| text == seen).then_some(())
        });
    }

    let ours = read(&env, ".claude/settings.json").expect("it is there");
    let off = ours.replacen('{', "{\"disableAllHooks\": true,", 1);
    write(&env, ".claude/settings.json", &off);
    let again = format!(
        "in the same file; switched on again in %1 by {}/settings.json",
        env.home().join("one/.claude").display()
    );
    let fix = "take `disableAllHooks`";
    assert_found(
        &env,
        "claude hooks",
        ["switched_off", "failure", &again, fix],
    );

    let off = ours.replacen('{', "{\"env\": {\"CLAUDE_CODE_SAFE_MODE\": \"true\"},", 1);
    write(&env, ".claude/settings.json", &off);
    let seen = "switched off in every session by your own settings: `env.CLAUDE_CODE_SAFE_MODE` in";
    let fix = "take `env.CLAUDE_CODE_SAFE_MODE` out of";
    assert_found(&env, "claude hooks", ["switched_off", "failure", seen, fix]);
}

#[test]
fn hooks_that_a_project_switches_off_are_named_with_its_file() {
    let env = TestEnv::new();
    with_claude(&env);
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    install(&env, "claude");
    let program = env.path("bin/claude").display().to_string();
    for (name, file) in [("one", "settings.json"), ("two", "settings.local.json")] {
        write(
            &env,
            &format!("{name}/.claude/{file}"),
            r#"{"disableAllHooks":true}"#,
        );
        let folder = env.home().join(name).display().to_string();
        tmux.run(&["new-window", "-t", "work", "-c", &folder, &program]);
    }
    until("the programs run", || {
        has(&env, "switched_off").then_some(())
    });
    for (pane, file) in [
        ("%1", "one/.claude/settings.json"),
        ("%2", "two/.claude/settings.local.json"),
    ] {
        let seen = format!("switched off in {pane} by the project's");
        until("both run", || {
            let found = findings(&env);
            let mut seen_all = found.iter().filter_map(|finding| finding["seen"].as_str());
            seen_all.any(|text| text.contains(&seen)).then_some(())
        });
        let off = ["switched_off", "failure", seen.as_str(), file];
        assert_found(&env, "claude hooks", off);
    }
}

/// What is read to look for trouble may be a pipe that nobody writes to: that is said, and not waited for.
#[test]
fn a_pipe_in_the_place_of_settings_is_not_waited_for() {
    let env = TestEnv::new();
    with_programs(&env, &["codex"]);
    install(&env, "codex");
    let pipe = |path: &Path| {
        let _ = fs::remove_file(path);
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("there is mkfifo").success());
    };
    let codex = env.home().join(".codex/config.toml");
    pipe(&codex);
    assert_found(
        &env,
        "codex trust",
        [
            "unreadable",
            "failure",
            "config.toml: it is no regular file",
            "correct the file",
        ],
    );
    env.configure("");
    pipe(&env.path("config/pane-patrol/config.toml"));
    for arguments in [&["start", "--list"][..], &["doctor"], &["status"]] {
        let finished = run(&env, arguments);
        let said = format!("{}{}", finished.stdout, finished.stderr);
        if arguments[0] != "status" {
            assert!(said.contains("it is no regular file"), "{said}");
        }
    }
}
