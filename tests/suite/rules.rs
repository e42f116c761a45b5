//! Rules with the real collector and the real hook that waits: what is allowed, denied and asked, and
//! what is written down of it.

use std::fs;
use std::io::Write;
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, TestEnv, Tmux, finish, finish_with_stdin, fixture, payload_about, started,
    until, wait, wait_until,
};

fn hook_in_project(env: &TestEnv) -> Command {
    let mut command = env.claude_hook();
    command.env("CLAUDE_PROJECT_DIR", "/home/user/proj");
    command
}

/// A hook that has reported that Claude wants to run `command`, and waits.
fn asking(env: &TestEnv, command: &str) -> Child {
    let (child, mut stdin) = started(hook_in_project(env).arg("--decide"));
    let payload = payload_about("claude/permission_request.bash.json", command).to_string();
    stdin.write_all(payload.as_bytes()).expect("it reads");
    child
}

/// The same, which was heard, and which waits for the person.
fn waiting(env: &TestEnv, collector: &Collector<'_>, command: &str) -> Child {
    let (hook, _) = collector.until_heard("waiting_approval", || asking(env, command));
    hook
}

/// What is decided about `command` without the person.
fn decided(env: &TestEnv, command: &str) -> Value {
    // One that finds the machine too busy leaves without a word.
    let finished = until("a hook is told of a decision", || {
        Some(wait(asking(env, command))).filter(|finished| !finished.stdout.is_empty())
    });
    decision(&finished)
}

/// The tool has run, or its call has come back: nothing waits any more.
fn ended(env: &TestEnv, collector: &Collector<'_>) {
    let ended = fixture("claude/post_tool_batch.bash.json");
    wait_until("the request is over", || {
        finish_with_stdin(&mut hook_in_project(env), ended.as_bytes()).assert_silent_success();
        let rows = collector.rows();
        rows.iter().all(|row| row["state"] != "waiting_approval")
    });
}

fn decision(finished: &Finished) -> Value {
    assert_eq!(finished.status.code(), Some(0), "{finished:?}");
    let printed: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    printed["hookSpecificOutput"]["decision"].clone()
}

/// The lines of `decisions.jsonl` that tell what came of something, once there are so many.
fn decisions(env: &TestEnv, count: usize) -> Vec<Value> {
    let path = env.places().decisions().expect("there is a state folder");
    until("the decisions are written down", || {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .filter(|line| line["outcome"] != "begun")
            .collect();
        Some(lines).filter(|lines| lines.len() >= count)
    })
}

const RULES: &str = "[[rules]]\nthen = 'allow'\ncommand = 'git status'\n\n\
    [[rules]]\nthen = 'deny'\nname = 'no rm'\ncommand = 'rm'\nmessage = 'use the trash'\n\n\
    [[rules]]\nthen = 'ask'\ncommand = 'git push'\n";

#[test]
fn a_request_that_a_rule_allows_is_released_at_once_and_written_down() {
    let env = TestEnv::new();
    env.configure(RULES);
    let collector = Collector::start(&env);
    assert_eq!(decided(&env, "git status"), json!({"behavior": "allow"}));
    let row = collector.until_state("waiting_approval");
    ended(&env, &collector);
    let line = decisions(&env, 1).remove(0);
    for (key, value) in [
        ("by", json!("rule")),
        ("rule", json!("rule 1")),
        ("why", json!("rule 1 allows it")),
        ("way", json!("hook")),
        ("decision", json!("approve")),
        ("outcome", json!("done")),
        ("row", row["id"].clone()),
        ("instance_id", row["instance_id"].clone()),
        ("tool", json!("Bash")),
        ("message", json!("git status")),
    ] {
        assert_eq!(line[key], value, "{key}: {line}");
    }
}

#[test]
fn a_request_that_a_rule_denies_tells_the_assistant_which() {
    let env = TestEnv::new();
    env.configure(RULES);
    let collector = Collector::start(&env);
    let decided = decided(&env, "git status && sudo rm -rf x");
    let told = "denied by rule 2 (no rm) of pane-patrol: use the trash";
    assert_eq!(decided, json!({"behavior": "deny", "message": told}));
    ended(&env, &collector);
    let line = decisions(&env, 1).remove(0);
    let what = [&line["decision"], &line["rule"], &line["outcome"]];
    assert_eq!(what, ["deny", "rule 2 (no rm)", "done"]);
}

#[test]
fn whatever_no_rule_surely_allows_waits_for_the_person() {
    let env = TestEnv::new();
    env.configure(RULES);
    let collector = Collector::start(&env);
    for command in [
        "git status && rm_ -rf x",
        "echo $(cat key)",
        "sudo git status",
        "git -c core.pager=sh status",
        "git status\ntouch x",
        "git push",
    ] {
        let hook = waiting(&env, &collector, command);
        if command == "git push" {
            let line = decisions(&env, 1).remove(0);
            let what = [&line["decision"], &line["rule"], &line["outcome"]];
            assert_eq!(what, ["ask", "rule 3", "nothing"]);
        }
        ended(&env, &collector);
        wait(hook).assert_silent_success();
        collector.until_state("running");
    }
    assert_eq!(
        decisions(&env, 1).len(),
        1,
        "only a rule's own word is written down"
    );
}

#[test]
fn rules_that_are_changed_count_at_once_and_broken_ones_allow_nothing() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    env.configure(RULES);
    assert_eq!(decided(&env, "git status"), json!({"behavior": "allow"}));
    ended(&env, &collector);
    env.configure(&format!("{RULES}unless = 'x'\n"));
    let hook = waiting(&env, &collector, "git status");
    let line = decisions(&env, 2).remove(1);
    let reason = line["why"].as_str().expect("a reason");
    assert!(
        reason.contains("config.toml, line 14: unknown key `unless`"),
        "{reason}"
    );
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    assert!(doctor.contains("unknown key `unless`"), "{doctor}");
    ended(&env, &collector);
    wait(hook).assert_silent_success();
}

#[test]
fn a_trusted_session_is_not_asked_about_until_its_time_or_a_rule_says_so() {
    let env = TestEnv::new();
    env.configure(RULES);
    let collector = Collector::start(&env);
    let hook = waiting(&env, &collector, "make");
    ended(&env, &collector);
    wait(hook).assert_silent_success();

    let trust = |arguments: &[&str]| {
        let mut command = env.pane_patrol();
        finish(command.args(["trust", "work:1.2"]).args(arguments))
    };
    assert_eq!(trust(&["--for", "241"]).status.code(), Some(2));
    let said = trust(&["--for", "20m"]);
    assert!(said.status.success(), "{said:?}");
    assert!(
        said.stderr
            .contains("For 20 minutes claude in work:1.2 may do"),
        "{said:?}"
    );
    collector.until("it is trusted", |rows| rows[0]["trusted_until"].is_string());
    assert_eq!(decided(&env, "make"), json!({"behavior": "allow"}));
    ended(&env, &collector);
    assert_eq!(decided(&env, "make && rm x")["behavior"], "deny");
    ended(&env, &collector);
    let lines = decisions(&env, 3);
    let by: Vec<&Value> = lines.iter().map(|line| &line["by"]).collect();
    assert_eq!(by, ["user", "trust", "rule"]);
    assert_eq!(lines[0]["door"], "trust");

    assert!(trust(&["--off"]).status.success());
    collector.until("it is trusted no more", |rows| {
        rows[0]["trusted_until"].is_null()
    });
    let hook = waiting(&env, &collector, "make");
    ended(&env, &collector);
    wait(hook).assert_silent_success();
}

#[test]
fn a_session_that_asks_nobody_but_the_person_cannot_be_trusted() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let started = fixture("claude/user_prompt_submit.plain.json");
    // The settings of this session are in our own home.
    let started = started.replace("/home/user/", &format!("{}/", env.home().display()));
    collector.until("it runs", |rows| {
        finish_with_stdin(&mut hook_in_project(&env), started.as_bytes()).assert_silent_success();
        rows.len() == 1 && rows[0]["state"] == "running"
    });
    let trust = || finish(env.pane_patrol().args(["trust", "work:1.2"]));
    let refused = |why: &str| {
        let said = trust();
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        assert!(said.stderr.contains(why), "{said:?}");
        assert!(said.stderr.contains("nothing was changed"), "{said:?}");
        assert!(collector.rows()[0]["trusted_until"].is_null());
    };
    let command = "`pane-patrol install --assistant claude --approvals` changes that";
    refused(command);
    let install = |arguments: &[&str]| {
        let mut install = env.pane_patrol();
        install.args(["install", "--assistant", "claude"]);
        let done = finish(install.args(arguments));
        assert!(done.status.success(), "{done:?}");
    };
    install(&[]);
    refused(command);
    install(&["--approvals"]);
    let settings = env.home().join(".claude/settings.json");
    let installed = fs::read_to_string(&settings).expect("it was installed");
    let off = installed.replacen('{', "{\"disableAllHooks\": true,", 1);
    fs::write(&settings, off).expect("it can be written");
    refused("switched off");
    fs::write(&settings, installed).expect("it can be written");
    let said = trust();
    assert!(said.status.success(), "{said:?}");
    collector.until("it is trusted", |rows| rows[0]["trusted_until"].is_string());
}

#[test]
fn a_session_in_whose_project_no_hook_runs_cannot_be_trusted() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let mut install = env.pane_patrol();
    install.args(["install", "--assistant", "claude", "--approvals"]);
    assert!(finish(&mut install).status.success());
    let project = env.home().join("proj/.claude");
    fs::create_dir_all(&project).expect("ours");
    let folder = env.home().join("proj").display().to_string();
    let payload = json!({
        "hook_event_name": "UserPromptSubmit", "session_id": "s1", "cwd": folder, "prompt": "go",
    });
    let pane = tmux.window("work", "cat");
    tmux.report(&pane, &payload.to_string(), "running");
    let trust = || finish(env.pane_patrol().args(["trust", &pane]));
    for (file, field) in [
        ("settings.local.json", r#"{"disableAllHooks":true}"#),
        ("settings.json", r#"{"disableAllHooks":true}"#),
    ] {
        fs::write(project.join(file), field).expect("ours");
        let said = trust();
        assert_eq!(said.status.code(), Some(1), "{said:?}");
        let place = project.join(file).display().to_string();
        let by = format!("switched off in {pane} by the project's");
        assert!(
            said.stderr.contains(&by) && said.stderr.contains(&place),
            "{said:?}"
        );
        fs::remove_file(project.join(file)).expect("ours");
    }
    // What the person switches off for herself a project may switch on again.
    let own = env.home().join(".claude/settings.json");
    let installed = fs::read_to_string(&own).expect("it was installed");
    let off = installed.replacen('{', "{\"disableAllHooks\": true,", 1);
    fs::write(&own, off).expect("it can be written");
    fs::write(
        project.join("settings.json"),
        r#"{"disableAllHooks":false}"#,
    )
    .expect("ours");
    let said = trust();
    assert!(said.status.success(), "{said:?}");
    collector.until("it is trusted", |rows| rows[0]["trusted_until"].is_string());
}

#[test]
fn rules_can_be_tried_on_a_payload_and_listed() {
    let env = TestEnv::new();
    env.configure(RULES);
    let rules = |arguments: &[&str], stdin: &str| {
        let mut command = env.pane_patrol();
        finish_with_stdin(command.arg("rules").args(arguments), stdin.as_bytes())
    };
    let listed = rules(&["list"], "").stdout;
    let expected = "deny   rule 2 (no rm) (line 5): command rm\n\
        ask    rule 3 (line 11): command git push\n\
        allow  rule 1 (line 1): command git status\n";
    assert_eq!(listed, expected);

    let asked = payload_about("claude/permission_request.bash.json", "git status").to_string();
    let tried = rules(&["test", "--expect", "allow"], &asked);
    assert!(tried.status.success(), "{tried:?}");
    let expected = "allow: rule 1 allows it\n\
        \x20 rule 1 (line 1), allow: matches\n\
        \x20 rule 2 (no rm) (line 5), deny: does not match: the command is another one\n\
        \x20 rule 3 (line 11), ask: does not match: the command is another one\n";
    assert_eq!(tried.stdout, expected);

    let chained =
        payload_about("claude/permission_request.bash.json", "git status; ls").to_string();
    let tried = rules(&["test", "--json", "--expect", "allow"], &chained);
    assert_eq!(tried.status.code(), Some(1), "{tried:?}");
    assert!(
        tried.stderr.contains("the rules say ask, not allow"),
        "{tried:?}"
    );
    let report: Value = serde_json::from_str(&tried.stdout).expect("JSON");
    assert_eq!(
        (&report["verdict"], &report["by"]),
        (&json!("ask"), &json!("nobody"))
    );
    assert_eq!(report["rules"][0]["why"], "it chains commands");

    for name in ["exit_plan_mode", "ask_user_question", "write", "mcp"] {
        let payload = fixture(&format!("claude/permission_request.{name}.json"));
        assert!(
            rules(&["test", "--expect", "ask"], &payload)
                .status
                .success(),
            "{name}"
        );
    }
    assert_eq!(rules(&["test"], "{").status.code(), Some(1));

    env.configure("[[rules]]\nthen = 'allow'\ncomand = 'ls'\n");
    let broken = rules(&["check"], "");
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        broken
            .stderr
            .contains("config.toml, line 3: unknown key `comand`"),
        "{broken:?}"
    );
}
