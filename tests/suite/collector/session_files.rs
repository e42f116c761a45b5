//! What session files and transcripts say, also of what began before the collector.

use super::*;

impl Assistant<'_> {
    /// Writes the transcript of the session, or of its sub-agent.
    fn transcribes(&self, agent: Option<&str>, lines: &[String]) {
        let project = self.env.home().join(".claude/projects/-home-user-proj");
        let path = match agent {
            None => project.join("s1.jsonl"),
            Some(agent) => project.join(format!("s1/subagents/agent-{agent}.jsonl")),
        };
        fs::create_dir_all(path.parent().expect("a folder")).expect("home is ours");
        fs::write(path, lines.concat()).expect("home is ours");
    }
}

#[test]
fn a_collector_started_late_knows_at_once_what_the_session_files_say() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("waiting", Some("permission prompt"));
    // Started outside tmux: which server it is the process's own environment says.
    let collector = Collector::start(&env);
    let row = collector.until_state("waiting_approval");
    assert_eq!(row["pane"], assistant.pane.as_str());
    assert_eq!(row["pid"], assistant.pid);
    assert_eq!(row["target"], "main:1.0");
    assert_eq!(row["instance_id"], "s1");
    assert_eq!(row["cwd"], "/home/user/proj");
}

/// A line of a transcript: a call of a tool, or its result, so long ago.
fn transcribed(id: &str, ago: i64, call: Option<(&str, Value)>) -> String {
    let at = Timestamp::from_micros(Timestamp::now().as_micros() - ago * 1000);
    let (role, block) = match call {
        Some((tool, input)) => (
            "assistant",
            json!({"type": "tool_use", "id": id, "name": tool, "input": input}),
        ),
        None => (
            "user",
            json!({"type": "tool_result", "tool_use_id": id, "content": "ok"}),
        ),
    };
    let line = json!({"type": role, "message": {"role": role, "content": [block]},
        "timestamp": at.to_string(), "cwd": "/home/user/proj", "sessionId": "s1"});
    format!("{line}\n")
}

fn command(line: &str) -> (&'static str, Value) {
    ("Bash", json!({"command": line, "description": "lab"}))
}

#[test]
fn a_collector_started_late_shows_what_is_asked() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    let old = [
        transcribed(
            "t0",
            90_000,
            Some(command("an old one that was never answered")),
        ),
        transcribed("t1", 60_000, Some(command("ls"))),
        transcribed("t1", 59_000, None),
    ];
    let asks = |more: &[String]| assistant.transcribes(None, &[&old[..], more].concat());
    let shown = |tool: &str, message: &str, count: usize| {
        let collector = Collector::start(&env);
        let rows = collector.until(message, |rows| {
            rows.len() == 1 && rows[0]["message"] == message && rows[0]["tool"] == tool
        });
        assert_eq!(rows[0]["waiting"].as_array().map(Vec::len), Some(count));
        (collector, rows[0].clone())
    };

    asks(&[transcribed("t2", 500, Some(command("cargo publish")))]);
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "cargo publish", 1);
    assert_eq!(row["state"], "waiting_approval");
    assert_eq!(row["waiting"][0]["request_id"], "t2");
    // It was approved: for how long it runs no hook will tell.
    assistant.says("busy", None);
    let row = collector.until_state("running");
    assert!(
        row["waiting"].as_array().is_some_and(Vec::is_empty),
        "{row}"
    );
    collector.until("nothing is said of it", |rows| rows[0]["tool"].is_null());
    drop(collector);

    // A question, a sub-agent's command, and two of which nobody knows which one stands there.
    let question = json!({"questions": [{"question": "Which port?", "options": []}]});
    asks(&[transcribed("t3", 300, Some(("AskUserQuestion", question)))]);
    assistant.says("waiting", Some("input needed"));
    let (collector, row) = shown("AskUserQuestion", "Which port?", 1);
    assert_eq!(row["state"], "waiting_input");
    drop(collector);

    asks(&[]);
    assistant.transcribes(
        Some("a1"),
        &[transcribed("t4", 200, Some(command("rm -r build")))],
    );
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "rm -r build", 1);
    assert_eq!(row["waiting"][0]["agent_id"], "a1");
    drop(collector);

    asks(&[transcribed("t5", 200, Some(command("make")))]);
    assistant.says("waiting", Some("permission prompt"));
    let (collector, row) = shown("Bash", "one of 2: rm -r build · make", 2);
    assert_eq!(row["state"], "waiting_approval");
    drop(collector);

    // No transcript: it waits, and nobody knows for what.
    fs::remove_dir_all(env.home().join(".claude/projects")).expect("it is there");
    assistant.says("waiting", Some("permission prompt"));
    let row = Collector::start(&env).until_state("waiting_approval");
    assert!(row["tool"].is_null(), "{row}");
}

#[test]
fn what_a_session_file_says_is_followed_until_the_process_dies() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    // The folder comes after the collector.
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("idle", None);
    collector.until_state("idle");
    assistant.says("busy", None);
    collector.until_state("running");
    assistant.says("waiting", Some("input needed"));
    collector.until_state("waiting_input");
    fs::write(assistant.file(), r#"{"pid":1,"sta"#).expect("the folder is ours");
    assistant.says("busy", None);
    collector.until_state("running");
    assistant.says("idle", None);
    collector.until_state("idle");
    assistant.kill();
    collector.until("no row", <[Value]>::is_empty);
    assert!(assistant.file().exists(), "left behind, as Claude does");
}

#[test]
fn headless_runs_and_files_left_behind_make_no_row() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let headless = Assistant::start(&env, &tmux);
    headless.says_with("busy", None, &json!({"entrypoint": "sdk-cli"}));
    let stale = Assistant::start(&env, &tmux);
    stale.says_with("busy", None, &json!({"procStart": "1"}));
    let true_one = Assistant::start(&env, &tmux);
    true_one.says("busy", None);
    let collector = Collector::start_in(&env, &tmux);
    let row = collector.until_state("running");
    assert_eq!(row["pid"], true_one.pid);
}

#[test]
fn another_config_folder_is_watched_as_soon_as_an_event_names_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    let collector = Collector::start_in(&env, &tmux);
    let home = env.path("other claude");
    private_folder(&home);
    let event = json!({
        "assistant": "claude", "state": "idle", "kind": "session_started", "target": "main:1.0",
        "ts": Timestamp::now(), "pane": assistant.pane, "pid": assistant.pid, "instance_id": "s1",
        "server": tmux.variable().trim_end_matches(",0"), "home": home,
    });
    env.send(event.to_string().as_bytes());
    collector.until_state("idle");
    assistant.says("busy", None);
    fs::rename(env.home().join(".claude/sessions"), home.join("sessions")).expect("both are ours");
    collector.until_state("running");
}

/// What the person says, as the transcript holds it, or what a command of Claude's own writes there.
fn said(text: &str, is_meta: bool) -> String {
    let line = json!({"type": "user", "message": {"role": "user", "content": text},
        "isMeta": is_meta, "timestamp": Timestamp::now().to_string(), "sessionId": "s1"});
    format!("{line}\n")
}

#[test]
fn a_prompt_whose_hook_was_lost_is_told_from_a_command_by_the_transcript() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("idle", None);
    let collector = Collector::start(&env);
    collector.until_state("idle");
    let pid = assistant.pid.to_string();
    let hook = |name: &str, more: &str| {
        let payload = format!("{{\"hook_event_name\":\"{name}\",\"session_id\":\"s1\"{more}}}");
        let mut hook = tmux.claude_hook_of(&assistant.pane, &pid);
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    };
    assistant.says("busy", None);
    hook("UserPromptSubmit", ",\"prompt\":\"build\"");
    hook("Stop", ",\"last_assistant_message\":\"all is well\"");
    assistant.says("idle", None);
    let before = collector.until_state("completed");
    assert_eq!(before["message"], "all is well");
    let moment = |lines: &[String]| {
        assistant.says("busy", None);
        collector.until_state("running");
        assistant.transcribes(None, lines);
        assistant.says("idle", None);
    };
    moment(&[
        said("## Context Usage", true),
        said("<bash-input>ls</bash-input>", false),
    ]);
    assert_eq!(collector.until_state("completed")["message"], "all is well");
    moment(&[said("and test it", false)]);
    let row = collector.until_state("idle");
    assert_eq!(
        (&row["kind"], &row["message"]),
        (&json!("interrupted"), &Value::Null)
    );
}

#[test]
fn where_nobody_collects_the_session_file_tells_what_no_hook_has() {
    let env = TestEnv::new();
    env.mirror_on();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    let begins = |command: &str| {
        let payload = crate::common::fixture("claude/pre_tool_use.bash.json");
        let mut payload: Value = serde_json::from_str(&payload).expect("JSON");
        payload["session_id"] = json!("s1");
        payload["tool_input"]["command"] = json!(command);
        let transcript = env.home().join(".claude/projects/-home-user-proj/s1.jsonl");
        payload["transcript_path"] = json!(transcript);
        let mut hook = tmux.claude_hook_of(&assistant.pane, &assistant.pid.to_string());
        let payload = payload.to_string();
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
    };
    let row = || {
        let printed = finish(env.pane_patrol().args(["status", "--json"]));
        let rows: Vec<Value> = serde_json::from_str(&printed.stdout).expect("JSON");
        assert_eq!(rows.len(), 1, "{printed:?}");
        rows[0].clone()
    };
    begins("touch f1");
    assert_eq!(row()["state"], "running", "so the log says");
    assistant.says("waiting", Some("permission prompt"));
    let asks = row();
    let why = finish(env.pane_patrol().args(["explain", &assistant.pane]));
    assert_eq!(
        (&asks["state"], &asks["from_mirror"]),
        (&json!("waiting_approval"), &json!(true)),
        "{why:?}"
    );
    let request = finish(env.pane_patrol().args(["request", &assistant.pane]));
    assert!(request.stdout.contains("touch f1"), "{request:?}");
    assert!(request.stdout.contains("digest "), "{request:?}");
    assistant.says("idle", None);
    assert_ne!(
        row()["state"],
        "waiting_approval",
        "it was answered in the pane"
    );
}
