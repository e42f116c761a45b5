//! Assistants in plain terminals, once the person has installed `--everywhere`: each is a row of its own, is answered
//! through its hook, and is gone with its process.

mod installed;
mod kitty;
mod nested;
mod windows;

use std::process::Command;

use serde_json::{Value, json};

use crate::acts::ActsByHand;
use crate::common::{
    Collector, Terminal, TestEnv, finish, finish_with_stdin, payload_about, private_folder,
    started, wait, wait_until,
};

/// A terminal of no multiplexer, as far as what runs in it can know, and the process that stands for Claude there.
pub(crate) struct Plain<'env> {
    env: &'env TestEnv,
    pub(crate) terminal: Terminal<'env>,
    pub(crate) pid: u32,
}

impl<'env> Plain<'env> {
    /// `None` where there is no tmux to draw it.
    pub(crate) fn start(env: &'env TestEnv, name: &str, command: &str) -> Option<Self> {
        let terminal = Terminal::start(env, name, command)?;
        let pid = terminal.ask("#{pane_pid}").parse().expect("a process");
        Some(Self { env, terminal, pid })
    }

    /// The name of its terminal.
    pub(crate) fn tty(&self) -> String {
        let tty = self.terminal.ask("#{pane_tty}");
        tty.trim_start_matches("/dev/").to_owned()
    }

    /// The hook as that Claude starts it.
    pub(crate) fn hook(&self, words: &[&str]) -> Command {
        hook_of(self.env, self.pid, words)
    }

    /// Has its hook tell of `event` in the session of that name.
    pub(crate) fn tells(&self, session: &str, event: &str) {
        tell(self.env, self.pid, session, event);
    }
}

/// The hook as the Claude with this process starts it.
pub(crate) fn hook_of(env: &TestEnv, pid: u32, words: &[&str]) -> Command {
    let mut hook = env.pane_patrol();
    hook.args(["hook", "claude"]).args(words);
    hook.env("CLAUDE_PID", pid.to_string());
    hook.envs([("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")]);
    hook
}

/// Has the hook of the Claude with this process tell of `event`.
pub(crate) fn tell(env: &TestEnv, pid: u32, session: &str, event: &str) {
    let mut hook = hook_of(env, pid, &["--everywhere"]);
    let payload = payload(env, session, event).to_string();
    finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
}

/// What Claude writes to its hooks.
fn payload(env: &TestEnv, session: &str, event: &str) -> Value {
    let transcript = format!(".claude/projects/-p/{session}.jsonl");
    json!({
        "session_id": session, "transcript_path": env.home().join(transcript), "cwd": env.home(),
        "hook_event_name": event, "prompt": "do it", "source": "startup", "reason": "other",
    })
}

/// The rows of that terminal.
pub(crate) fn rows_in<'r>(rows: &'r [Value], tty: &str) -> Vec<&'r Value> {
    let place = format!("{tty}@");
    let is_there = |row: &&Value| {
        row["target"]
            .as_str()
            .is_some_and(|at| at.starts_with(&place))
    };
    rows.iter().filter(is_there).collect()
}

#[test]
fn a_waiting_claude_in_a_plain_terminal_is_a_row_and_is_answered_by_its_hook() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(&env, "one", "sleep 1000") else {
        return;
    };
    let collector = Collector::start(&env);
    let tty = plain.tty();
    let (child, row) = collector.until_heard("waiting_approval", || {
        let mut payload = payload_about("claude/permission_request.bash.json", "touch /tmp/x");
        payload["transcript_path"] = json!(env.transcript());
        let (child, mut stdin) = started(&mut plain.hook(&["--decide", "--everywhere"]));
        std::io::Write::write_all(&mut stdin, payload.to_string().as_bytes()).expect("it reads");
        child
    });
    assert!(
        !rows_in(std::slice::from_ref(&row), &tty).is_empty(),
        "{row}"
    );
    assert_eq!(row["pid"], plain.pid);
    assert!(row["pane"].is_null() && row["server"].is_null(), "{row}");
    assert_eq!(row["cwd"], "/home/user/proj");

    // By the name of its terminal, as a person sees it.
    let status = finish(env.pane_patrol().arg("status"));
    assert!(status.stdout.contains(&format!("{tty} ")), "{status:?}");
    assert!(!status.stdout.contains('@'), "{status:?}");
    let asked = finish(env.pane_patrol().args(["request", &tty]));
    assert!(asked.stdout.contains("touch /tmp/x"), "{asked:?}");
    let gone = finish(env.pane_patrol().args(["jump", &tty]));
    assert_eq!(gone.status.code(), Some(1), "{gone:?}");
    let words = "this assistant runs outside of any multiplexer: go to its terminal yourself";
    assert!(gone.stderr.contains(&format!("{words}, {tty}")), "{gone:?}");

    let mut hub = ActsByHand::at_hub(&env, "test");
    let request = &row["waiting"][0];
    let read = hub.act(&row, &json!({"act": "read_request", "request": request}));
    let digest = read["request"]["digest"].clone();
    wait_until("the hook has taken it", || {
        let decide = json!({"act": "decide", "decision": "approve", "request": request,
            "digest": digest, "partly": true});
        hub.act(&row, &decide)["outcome"] != "refused"
    });
    let printed: Value = serde_json::from_str(&wait(child).stdout).expect("JSON");
    let decision = &printed["hookSpecificOutput"]["decision"];
    assert_eq!(decision, &json!({"behavior": "allow"}));
}

#[test]
fn without_a_hook_that_waits_no_key_is_pressed_and_it_is_said_how_it_is_answered() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(
        &env,
        "one",
        "sh -c 'read line; echo got \"$line\"; sleep 1000'",
    ) else {
        return;
    };
    let collector = Collector::start(&env);
    let mut payload = payload_about("claude/permission_request.bash.json", "touch /tmp/x");
    payload["transcript_path"] = json!(env.transcript());
    let payload = payload.to_string();
    finish_with_stdin(&mut plain.hook(&["--everywhere"]), payload.as_bytes())
        .assert_silent_success();
    let rows = collector.until("it waits", |rows| rows.len() == 1);
    assert_eq!(rows[0]["state"], "waiting_approval");
    let tty = plain.tty();
    let told = finish(env.pane_patrol().args(["approve", "--yes", &tty]));
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    for words in ["outside of any multiplexer", "--approvals --everywhere"] {
        assert!(told.stderr.contains(words), "{told:?}");
    }
    let sent = finish(env.pane_patrol().args(["send", &tty, "hello"]));
    assert_ne!(sent.status.code(), Some(0), "{sent:?}");
    assert!(
        !plain.terminal.screen().contains("got"),
        "a key was pressed"
    );
    assert_eq!(collector.rows()[0]["state"], "waiting_approval");
}

#[test]
fn it_goes_from_session_to_session_and_is_gone_within_a_second_of_its_process() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(&env, "one", "sleep 1000") else {
        return;
    };
    let collector = Collector::start(&env);
    let tty = plain.tty();
    plain.tells("first", "SessionStart");
    plain.tells("first", "UserPromptSubmit");
    collector.until("it works", |rows| {
        rows.len() == 1 && rows[0]["state"] == "running"
    });
    // `/clear`: the same process, another session.
    plain.tells("second", "SessionStart");
    plain.tells("second", "UserPromptSubmit");
    let rows = collector.until("the other session works", |rows| {
        rows.len() == 1 && rows[0]["instance_id"] == "second" && rows[0]["state"] == "running"
    });
    assert_eq!(rows_in(&rows, &tty).len(), 1);
    let pid = i32::try_from(plain.pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::KILL)
        .expect("it is ours");
    let ended = std::time::Instant::now();
    collector.until("it is gone", <[Value]>::is_empty);
    // No test asserts a time on a busy machine, but a listing would come after two seconds only.
    assert!(ended.elapsed() < std::time::Duration::from_secs(20));
}

#[test]
fn a_dashboard_that_begins_late_finds_what_waits_in_a_plain_terminal() {
    let env = TestEnv::new();
    let Some(plain) = Plain::start(&env, "one", "sleep 1000") else {
        return;
    };
    private_folder(&env.home().join(".claude/sessions"));
    let now = pane_patrol_hooks::timestamp::Timestamp::now().as_micros() / 1000;
    let session = json!({
        "pid": plain.pid, "sessionId": "s", "cwd": "/", "startedAt": now, "kind": "interactive",
        "entrypoint": "cli", "status": "waiting", "waitingFor": "permission prompt", "updatedAt": now,
    });
    let file = env
        .home()
        .join(format!(".claude/sessions/{}.json", plain.pid));
    std::fs::write(file, session.to_string()).expect("it is ours");
    let install = |more: &[&str]| {
        let mut install = env.pane_patrol();
        install
            .args(["install", "--assistant", "claude"])
            .args(more);
        assert!(finish(&mut install).status.success());
    };
    install(&[]);
    let collector = Collector::start(&env);
    // What is told after it is heard when it has been read.
    tell(&env, plain.pid, "other", "SessionEnd");
    assert!(collector.rows().is_empty(), "nobody has asked for it");
    drop(collector);
    install(&["--everywhere"]);
    let collector = Collector::start(&env);
    let rows = collector.until("it is found", |rows| rows.len() == 1);
    assert_eq!(rows[0]["state"], "waiting_approval");
    assert_eq!(rows_in(&rows, &plain.tty()).len(), 1, "{rows:?}");
}

#[test]
fn what_has_neither_a_terminal_nor_anybody_before_it_is_no_row() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut without = env.command("setsid");
    let mut process = without.args(["sleep", "1000"]).spawn().expect("it starts");
    let mut alone = hook_of(&env, process.id(), &["--everywhere"]);
    alone.env("CLAUDE_CODE_ENTRYPOINT", "sdk-cli");
    let told = payload(&env, "cron", "UserPromptSubmit").to_string();
    finish_with_stdin(&mut alone, told.as_bytes()).assert_silent_success();
    // An editor has no terminal for it, but somebody sits before it.
    tell(&env, process.id(), "editor", "UserPromptSubmit");
    let rows = collector.until("the attended one is there", |rows| !rows.is_empty());
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["instance_id"], "editor");
    let place = format!("background@{}.", process.id());
    assert!(
        rows[0]["target"]
            .as_str()
            .is_some_and(|at| at.starts_with(&place))
    );
    process.kill().expect("it runs");
    process.wait().expect("it is ours");
    collector.until("it is gone", <[Value]>::is_empty);
}
