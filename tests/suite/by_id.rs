//! An answer goes to the assistant itself where that takes answers by a request's id: to just that request, once,
//! and no key is pressed for it. Where nobody takes it so, keys are left.
//!
//! Whose socket it is the system says, so the stand-in for Codex's server is this test program itself, started anew
//! by another name.
#![cfg(target_os = "linux")]

#[path = "../../src/assistants/codex/control/tests/server.rs"]
mod server;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use self::server::{CodexServer, Twist, command_call, write_record};
use crate::acts::{ActsByHand, decisions};
use crate::common::{Collector, TestEnv, Tmux, fixture, until, write_program};

const SESSION: &str = "01a229aa-aa42-7ac0-86dd-b4f9963473a7";
const CALL: &str = "call_1";
const COMMAND: &str = "touch ../o1.txt";

/// What has the program be the server, by its folder.
const FOLDER: &str = "STAND_IN_FOLDER";

/// Draws the dialog, and writes down what is typed at it.
const SCREEN: &str =
    "#!/bin/bash\nstty raw -echo; printf '\\033[2J\\033[H'; cat \"$1/dialog\"; cat > \"$1/keys\"\n";

/// No test by itself: the server, started by the others, which asks at once and is told on its input what else it is
/// to do.
#[test]
#[ignore = "the others start it"]
fn stands_in_for_the_server() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let home = PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".codex");
    let server = CodexServer::listen(&home, &PathBuf::from(folder), SESSION);
    server.ask_to_run(CALL, COMMAND);
    say("ready");
    for line in std::io::stdin().lines() {
        match line.expect("a text").as_str() {
            "be second" => server.twist(|said| {
                let is_answer = said.get("method").is_none();
                is_answer.then(|| Twist::Press(CALL.to_owned(), json!({"decision": "cancel"})))
            }),
            "be busy" => {
                server.press(CALL, &json!({"decision": "accept"}));
                server.be_busy();
            }
            "be interrupted" => server.rest(true),
            "be old" => server.twist(|said| {
                let refused = json!({"id": said["id"], "error": {"code": -32600, "message": "no"}});
                (said["method"] == "thread/read").then(|| Twist::Say(vec![refused.to_string()]))
            }),
            _ => {}
        }
        let told =
            json!({"taken": server.taken(), "greeted": server.heard(Some("initialize")).len()});
        say(&told.to_string());
    }
}

/// On a line of its own, whatever the test harness has printed.
fn say(what: &str) {
    let mut output = std::io::stdout();
    let said = writeln!(output, "\n{what}").and_then(|()| output.flush());
    said.expect("somebody reads it");
}

/// The server at work; it ends with its handle.
struct StandIn {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl StandIn {
    fn start(env: &TestEnv) -> Self {
        let program = env.path("server/codex");
        fs::create_dir_all(env.path("server")).expect("it can be made");
        let own = std::env::current_exe().expect("this program");
        symlink(own, &program).expect("a link can be made");
        let mut command = env.command(&program);
        command.args(["by_id::stands_in_for_the_server", "app-server"]);
        command.args(["--exact", "--ignored", "--nocapture"]);
        command.env(FOLDER, env.path("daemon"));
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it can be started");
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut stand_in = Self {
            child,
            input: input.expect("a pipe"),
            output: BufReader::new(output.expect("a pipe")),
        };
        stand_in.hear(|line| (line == "ready").then_some(()));
        stand_in
    }

    fn hear<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> T {
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("it speaks");
            assert!(read > 0, "it has ended");
            if let Some(found) = wanted(line.trim()) {
                return found;
            }
        }
    }

    /// Has it do something; what it has seen so far.
    fn tell(&mut self, what: &str) -> Value {
        writeln!(self.input, "{what}").expect("it hears");
        self.hear(|line| serde_json::from_str(line).ok())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A session that asks, in a pane.
struct Stage<'env> {
    env: &'env TestEnv,
    collector: Collector<'env>,
    tmux: Tmux<'env>,
    row: Value,
    /// What was told of it.
    told: Value,
}

impl<'env> Stage<'env> {
    /// One of Codex, which shows its dialog; `None` without tmux.
    fn new(env: &'env TestEnv) -> Option<Self> {
        let (program, folder) = (env.path("codex"), env.path("screen"));
        write_program(&program, SCREEN);
        let line = format!("exec {} {}", program.display(), folder.display());
        Self::showing(env, &line, "Press enter to confirm")
    }

    /// One that is said to be of Codex, in a pane that runs `line`, which shows `shown`.
    fn showing(env: &'env TestEnv, line: &str, shown: &str) -> Option<Self> {
        let tmux = Tmux::start_on(env, "tmux.sock", "work", (120, 40), "cat")?;
        let collector = Collector::start_in(env, &tmux);
        let folder = env.path("screen");
        fs::create_dir_all(&folder).expect("it can be made");
        let dialog = fixture("codex/screens/permission_command.txt").replace('\n', "\r\n");
        fs::write(folder.join("dialog"), dialog.trim_end()).expect("it can be written");
        write_record(
            &env.path("home/.codex"),
            SESSION,
            &[command_call(CALL, COMMAND)],
        );
        let pane = tmux.window("work", line);
        until("it is shown", || {
            tmux.screen_of(&pane).contains(shown).then_some(())
        });
        let pid: u32 = tmux.process_of(&pane).trim().parse().expect("a number");
        let event = json!({"assistant": "codex", "state": "waiting_approval", "kind": "approval_requested",
            "target": "work:1.0", "pane": pane, "server": tmux.variable().trim_end_matches(",0"), "pid": pid,
            "instance_id": SESSION, "request_id": CALL, "tool": "Bash", "message": COMMAND,
            "ts": pane_patrol_hooks::timestamp::Timestamp::now().to_string()});
        env.send(event.to_string().as_bytes());
        let row = collector.until_state("waiting_approval");
        Some(Self {
            env,
            collector,
            tmux,
            row,
            told: event,
        })
    }

    /// Approves it as it was shown.
    fn approve(&self) -> Value {
        let mut phone = ActsByHand::at_hub(self.env, "phone");
        let read = phone.act(&self.row, &json!({"act": "read_request"}));
        let digest = read["request"]["digest"].clone();
        assert!(digest.is_string(), "{read}");
        let approve = json!({"act": "decide", "decision": "approve", "digest": digest});
        phone.act(&self.row, &approve)
    }

    /// What was typed at the dialog.
    fn keys(&self) -> String {
        fs::read_to_string(self.env.path("screen/keys")).unwrap_or_default()
    }

    /// By which way it was decided, and what came of it.
    fn decided(&self) -> (String, String) {
        let line = decisions(self.env).pop().expect("a line");
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (word("way"), word("outcome"))
    }
}

fn words(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[test]
fn a_request_is_answered_at_the_server_and_no_key_is_pressed() {
    let env = TestEnv::new();
    let mut server = StandIn::start(&env);
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let done = stage.approve();
    assert_eq!(done["outcome"], "done", "{done}");
    assert_eq!(
        server.tell("")["taken"],
        json!([[CALL, {"decision": "accept"}]])
    );
    assert_eq!(stage.keys(), "");
    assert_eq!(stage.decided(), words("id", "done"));
    // What took effect is told to the collector.
    stage.collector.until_state("running");
    // Nobody has drawn anything else there.
    let why = done["why"].as_str().unwrap_or_default();
    assert!(
        why.contains("its dialog is drawn in its pane still"),
        "{done}"
    );
}

#[test]
fn an_answer_whose_dialog_has_gone_is_told_without_more() {
    let env = TestEnv::new();
    let _server = StandIn::start(&env);
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let pane = stage.row["pane"].as_str().expect("a pane");
    stage.tmux.run(&["clear-history", "-t", pane]);
    stage.tmux.run(&["send-keys", "-R", "-t", pane]);
    until("nothing is drawn", || {
        stage.tmux.screen_of(pane).trim().is_empty().then_some(())
    });
    let done = stage.approve();
    assert_eq!(
        (&done["outcome"], &done["why"]),
        (&json!("done"), &Value::Null)
    );
}

/// Nobody sees a queue: whoever has sent the text is told by the record of it, and the row says so.
#[test]
fn a_text_that_is_kept_back_when_its_turn_is_interrupted_is_told_by_the_record_and_the_row() {
    let env = TestEnv::new();
    let mut server = StandIn::start(&env);
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    server.tell("be busy");
    let mut told = stage.told.clone();
    told["state"] = json!("running");
    told["kind"] = json!("answered");
    told["ts"] = json!(pane_patrol_hooks::timestamp::Timestamp::now().to_string());
    env.send(told.to_string().as_bytes());
    stage.collector.until_state("running");
    let mut phone = ActsByHand::at_hub(&env, "phone");
    let wanted = json!({"act": "send", "text": "and then", "instance_id": SESSION});
    let sent = phone.act(&stage.row, &wanted);
    assert_eq!(
        sent["sent"],
        json!({"way": "queue", "queued": true}),
        "{sent}"
    );
    server.tell("be interrupted");
    let line = until("it is written down", || {
        let lines = decisions(&env).into_iter();
        let is_it = |line: &Value| {
            line["reason"]
                .as_str()
                .is_some_and(|why| why.contains("was interrupted"))
        };
        lines.rev().find(is_it)
    });
    assert_eq!(
        (&line["decision"], &line["outcome"]),
        (&json!("send"), &json!("unknown"))
    );
    assert_eq!(line["message"], "and then");
    stage.collector.until("the row says so", |rows| {
        let its = rows[0]["evidence"].to_string();
        its.contains("keeps the text in its queue")
    });
}

#[test]
fn an_answer_that_the_person_was_quicker_than_is_told_as_late_and_no_key_follows_it() {
    let env = TestEnv::new();
    let mut server = StandIn::start(&env);
    server.tell("be second");
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let late = stage.approve();
    assert_eq!(late["outcome"], "refused", "{late}");
    let told = (late["late"].as_bool(), late["why"].as_str());
    assert_eq!(told, (Some(true), Some("it was denied before")));
    assert_eq!(
        server.tell("")["taken"],
        json!([[CALL, {"decision": "cancel"}]])
    );
    assert_eq!(stage.keys(), "");
    assert_eq!(stage.decided(), words("id", "late"));
}

#[test]
fn an_answer_to_what_was_answered_before_is_told_as_late_with_what_the_record_says() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let mut phone = ActsByHand::at_hub(&env, "phone");
    let read = phone.act(&stage.row, &json!({"act": "read_request"}));
    let ended = json!({"type": "function_call_output", "call_id": CALL, "output": "Wall time: 2.0 seconds\naborted by user"});
    let record = [command_call(CALL, COMMAND), ended];
    write_record(&env.path("home/.codex"), SESSION, &record);
    let mut told = stage.told.clone();
    told["state"] = json!("idle");
    told["kind"] = json!("interrupted");
    told["ts"] = json!(pane_patrol_hooks::timestamp::Timestamp::now().to_string());
    env.send(told.to_string().as_bytes());
    stage.collector.until_state("idle");
    let decide = |more: Value| {
        let mut decide =
            json!({"act": "decide", "decision": "approve", "digest": read["request"]["digest"]});
        decide
            .as_object_mut()
            .expect("fields")
            .extend(more.as_object().expect("fields").clone());
        decide
    };
    let shown = json!({"request": stage.row["waiting"][0]});
    for (more, how) in [
        (shown, "its turn was ended before"),
        (json!({}), "it was answered or withdrawn before"),
    ] {
        let late = phone.act(&stage.row, &decide(more));
        assert_eq!(late["outcome"], "refused", "{late}");
        let told = (late["late"].as_bool(), late["why"].as_str());
        assert_eq!(told, (Some(true), Some(how)));
        assert_eq!(stage.decided(), words("none", "late"));
    }
    assert_eq!(stage.keys(), "");
}

#[test]
fn where_nobody_takes_it_a_key_is_pressed() {
    for is_old in [false, true] {
        let env = TestEnv::new();
        let mut server = is_old.then(|| StandIn::start(&env));
        if let Some(server) = &mut server {
            server.tell("be old");
        }
        let Some(stage) = Stage::new(&env) else {
            return;
        };
        // The dialog stays where nobody takes the key from it.
        assert_eq!(stage.approve()["outcome"], "unknown");
        assert_eq!(stage.keys(), "1");
        assert_eq!(stage.decided(), words("keys", "unknown"));
        if let Some(server) = &mut server {
            let seen = server.tell("");
            assert_eq!((&seen["taken"], &seen["greeted"]), (&json!([]), &json!(1)));
        }
    }
}

#[test]
fn a_pane_in_which_no_such_assistant_runs_has_nothing_answered_elsewhere() {
    let env = TestEnv::new();
    let mut server = StandIn::start(&env);
    let Some(stage) = Stage::showing(&env, "echo here; exec cat", "here") else {
        return;
    };
    assert_eq!(stage.approve()["outcome"], "refused");
    let seen = server.tell("");
    assert_eq!((&seen["taken"], &seen["greeted"]), (&json!([]), &json!(0)));
}
