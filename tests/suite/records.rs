//! Status records at the hub: what is heard of a program that really is in front in a real tmux's pane, and
//! that ten thousand forged ones approve, clear, name and move nothing.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};
use tungstenite::Message;

use crate::common::{Collector, TestEnv, Tmux, hear, wait_until};

/// A pane whose shell stands for Codex.
struct Pane<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    pid: u32,
}

impl<'env> Pane<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let server = Tmux::start_on(env, "tmux.sock", "work", (120, 24), "exec sh")?;
        let pid = server.process_of("%0").parse().expect("a process");
        Some(Self { env, server, pid })
    }

    /// `$TMUX` without the number of the session.
    fn server_name(&self) -> String {
        let variable = self.server.variable();
        variable.trim_end_matches(",0").to_owned()
    }

    /// Codex's hook reports from there.
    fn reports(&self, kind: Kind, state: State) {
        let target: Target = "work:0.0".parse().expect("an address");
        let mut event = Event::new(Assistant::CODEX, state, target, Timestamp::now());
        event.kind = Some(kind);
        event.server = Some(self.server_name().parse::<Server>().expect("a server"));
        event.pane = Some(PaneId(0));
        event.pid = Some(self.pid);
        event.instance_id = Some("s1".to_owned());
        if kind == Kind::ApprovalRequested {
            event.tool = Some("Bash".to_owned());
            event.message = Some("make deploy".to_owned());
        }
        self.env.send(&event.encode().expect("it is an event"));
    }

    /// It asks whether it may run `make deploy`.
    fn asks(&self, collector: &Collector<'_>) -> Value {
        self.reports(Kind::TurnStarted, State::Running);
        self.reports(Kind::ApprovalRequested, State::WaitingApproval);
        collector.until_state("waiting_approval")
    }

    fn titled(&self, title: &str) {
        self.server.run(&["select-pane", "-t", "%0", "-T", title]);
    }

    /// What `app` says of itself in this pane.
    fn record(&self, app: Option<&str>, state: &str) -> Value {
        json!({
            "server": self.server_name(), "pane": "%0", "app": app, "state": state,
            "written": Timestamp::now().to_string(),
        })
    }

    /// Whether its shell is in front of all that it has started.
    fn is_in_front(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).expect("it lives");
        let rest = stat.rsplit_once(')').expect("a line of /proc").1;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        fields[2] == fields[5]
    }
}

/// Whoever reads the terminal of a pane.
struct Tap {
    stream: BufReader<UnixStream>,
    name: String,
}

impl Tap {
    fn new(env: &TestEnv, name: &str) -> Self {
        let stream = BufReader::new(env.connect_to_hub());
        let mut tap = Self {
            stream,
            name: name.to_owned(),
        };
        let hello = json!({"client_id": name, "role": "publisher", "capabilities": []});
        tap.say("hello", &hello);
        tap
    }

    fn say(&mut self, kind: &str, payload: &Value) {
        let message = message(&self.name, kind, payload);
        writeln!(self.stream.get_mut(), "{message}").expect("the hub takes it");
    }

    /// Waits until all that was said is taken; how much of it was no message.
    fn settle(&mut self) -> usize {
        self.say("ping", &json!({}));
        let mut wrong = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("the hub goes on");
            let message: Value = serde_json::from_str(&line).expect("JSON");
            match message["type"].as_str() {
                Some("pong") => return wrong,
                Some("error") => wrong += 1,
                other => panic!("{other:?}"),
            }
        }
    }
}

fn message(name: &str, kind: &str, payload: &Value) -> Value {
    json!({"version": "1", "type": kind, "session_id": "default", "sender_id": name,
        "timestamp": "2026-01-28T18:42:00Z", "payload": payload})
}

/// Why a record is held apart that is believed of nobody else.
const UNBORNE: &str = "a status record that nothing else bears out";

/// Waits until the hub says that something was held apart for that reason.
fn is_held_apart(env: &TestEnv, why: &str) {
    are_held_apart(env, why, 1);
}

/// The same of so many.
fn are_held_apart(env: &TestEnv, why: &str, count: u64) {
    let mut stream = BufReader::new(env.connect_to_hub());
    let hello = json!({"client_id": "watch", "role": "subscriber", "capabilities": ["health"]});
    let hello = message("watch", "hello", &hello);
    writeln!(stream.get_mut(), "{hello}").expect("the hub takes it");
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .unwrap_or_else(|error| panic!("{why}: {error}"));
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let held = told["payload"]["held_apart"][why].as_u64();
        if held.is_some_and(|held| held >= count) {
            return;
        }
    }
}

fn evidence(row: &Value) -> Vec<String> {
    let evidence = row["evidence"].as_array().expect("a list").iter();
    evidence
        .map(|piece| piece["what"].as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn what_codex_says_of_itself_in_its_pane_is_shown_step_by_step() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let collector = Collector::start_in(&env, &pane.server);
    pane.asks(&collector);
    wait_until("the shell is in front", || pane.is_in_front());
    let mut tap = Tap::new(&env, "tap-1");
    for (said, shown) in [
        ("working", "running"),
        ("done", "completed"),
        ("working", "running"),
        ("idle", "idle"),
        ("working", "running"),
        ("error", "error"),
    ] {
        tap.say("status_record", &pane.record(Some("codex"), said));
        let row = collector.until_state(shown);
        assert!(
            evidence(&row)
                .iter()
                .any(|what| what.starts_with("status record says ")),
            "{row}"
        );
        assert_eq!(row["instance_id"], "s1");
    }
    let mut blocked = pane.record(Some("codex"), "blocked");
    blocked["kind"] = json!("auth");
    tap.say("status_record", &blocked);
    collector.until_state("waiting_input");
}

#[test]
fn ten_thousand_forged_records_approve_clear_name_and_move_nothing() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let collector = Collector::start_in(&env, &pane.server);
    pane.titled("[ ! ] Action Required | shop");
    let before = pane.asks(&collector);
    wait_until("the shell is in front", || pane.is_in_front());
    let long = "x".repeat(5000);
    let mut others: Vec<Value> = ["evil", "claude-code", "pi", "Codex"]
        .into_iter()
        .flat_map(|app| {
            ["working", "idle", "done", "error"].map(|state| pane.record(Some(app), state))
        })
        .collect();
    others.push(pane.record(None, "done"));
    let mut elsewhere = pane.record(Some("codex"), "done");
    elsewhere["pane"] = json!("%7");
    others.push(elsewhere);
    let mut by_name = pane.record(Some("codex"), "done");
    by_name["agent_id"] = json!("codex-1");
    by_name["pane"] = json!("%8");
    others.push(by_name);
    let mut broken: Vec<Value> = ["sleeping", "", "done\u{7}"]
        .map(|state| pane.record(Some("codex"), state))
        .to_vec();
    let mut oversized = pane.record(Some("codex"), "done");
    oversized["message"] = json!(long);
    broken.push(oversized);
    let mut cut = pane.record(Some("codex"), "done");
    cut.as_object_mut().expect("an object").remove("written");
    broken.push(cut);

    // Of everything there is, and by the program's right name, which the title of its pane contradicts.
    let (mut wrong, mut taps) = (0, Vec::new());
    for round in 0..20 {
        let mut tap = Tap::new(&env, &format!("forger-{round}"));
        for at in 0..480 {
            let forged = match at % 4 {
                0 => &others[at / 4 % others.len()],
                1 => &broken[at / 4 % broken.len()],
                _ => &pane.record(
                    Some("codex"),
                    ["working", "done", "idle", "error"][at / 2 % 4],
                ),
            };
            tap.say("status_record", forged);
        }
        wrong += tap.settle();
        // What came last counts when its second is over, and then its title is looked at.
        taps.push(tap);
    }
    assert_eq!(wrong, 20 * 120, "what is broken is told to be");
    is_held_apart(&env, "a status record of another program than the row's");
    is_held_apart(&env, "more than 20 status records in a second");
    is_held_apart(&env, UNBORNE);

    // Something else is in front. The title contradicts until then, since the last word of each is still thought over.
    pane.server.run(&["send-keys", "-t", "%0", "cat", "Enter"]);
    wait_until("cat is in front", || !pane.is_in_front());
    pane.titled("cat");
    for round in 0..20 {
        let mut tap = Tap::new(&env, &format!("cat-{round}"));
        for at in 0..20 {
            let state = ["working", "done", "idle", "error"][at % 4];
            tap.say("status_record", &pane.record(Some("codex"), state));
        }
        tap.settle();
    }
    is_held_apart(
        &env,
        "a status record while the row's program is not in front",
    );

    let row = collector.until_state("waiting_approval");
    for field in [
        "id",
        "target",
        "instance_id",
        "waiting",
        "generation",
        "message",
        "assistant",
    ] {
        assert_eq!(row[field], before[field], "{field}");
    }
    assert!(
        evidence(&row)
            .iter()
            .all(|what| !what.contains("status record")),
        "{row}"
    );

    // Its own word, when it is in front again, is heard.
    pane.server.run(&["send-keys", "-t", "%0", "C-c"]);
    wait_until("the shell is in front", || pane.is_in_front());
    let mut tap = Tap::new(&env, "tap-1");
    tap.say("status_record", &pane.record(Some("codex"), "working"));
    collector.until_state("running");
}

/// What Codex writes down of the session that it reports.
struct Rollout(PathBuf);

impl Rollout {
    fn begin(env: &TestEnv) -> Self {
        let folder = env.home().join(".codex/sessions/2026/11/30");
        fs::create_dir_all(&folder).expect("ours");
        let rollout = Self(folder.join("rollout-2026-11-30T01-01-38-s1.jsonl"));
        rollout.add("session_meta", &json!({"id": "s1"}));
        rollout
    }

    fn add(&self, kind: &str, payload: &Value) {
        let line = json!({"type": kind, "payload": payload});
        let mut file = fs::File::options();
        let mut file = file.create(true).append(true).open(&self.0).expect("ours");
        writeln!(file, "{line}").expect("it is written");
    }

    fn turn(&self, kind: &str) {
        self.add("event_msg", &json!({"type": kind}));
    }

    fn call(&self, name: &str) {
        let call = json!({"type": "function_call", "name": name, "call_id": name});
        self.add("response_item", &call);
    }

    fn result(&self, name: &str) {
        let output = json!({"type": "function_call_output", "call_id": name});
        self.add("response_item", &output);
    }
}

#[test]
fn a_level_that_codex_neither_writes_down_nor_shows_in_its_title_is_not_shown() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let rollout = Rollout::begin(&env);
    let collector = Collector::start_in(&env, &pane.server);
    wait_until("the shell is in front", || pane.is_in_front());
    let mut codex = Tap::new(&env, "codex");
    let blocked = |kind: &str| {
        let mut record = pane.record(Some("codex"), "blocked");
        record["kind"] = json!(kind);
        record
    };
    let working = || pane.record(Some("codex"), "working");
    let mut held = 0;
    // Each by somebody else, for of what one says only the last counts.
    let mut forge = |records: &[Value]| {
        let forgers: Vec<Tap> = (held..)
            .zip(records)
            .map(|(number, record)| {
                let mut forger = Tap::new(&env, &format!("forger-{number}"));
                forger.say("status_record", record);
                forger
            })
            .collect();
        held += records.len();
        are_held_apart(&env, UNBORNE, held.try_into().expect("a few"));
        drop(forgers);
    };
    let is_as_before = |before: &Value| {
        let row = collector.rows().remove(0);
        for field in ["state", "generation", "waiting", "message", "evidence"] {
            assert_eq!(row[field], before[field], "{field}");
        }
    };

    // It rests.
    rollout.turn("task_started");
    pane.reports(Kind::TurnStarted, State::Running);
    rollout.turn("task_complete");
    pane.reports(Kind::TurnFinished, State::Completed);
    let rests = collector.until_state("completed");
    forge(&[working(), blocked("permission"), blocked("question")]);
    is_as_before(&rests);
    // A title is as easily forged.
    pane.titled("[ ! ] Action Required | proj");
    forge(&[working(), blocked("permission"), blocked("question")]);
    is_as_before(&rests);
    pane.titled("proj");

    // It works, also with leave, which is written down as what asks for it.
    rollout.turn("task_started");
    codex.say("status_record", &working());
    let works = collector.until_state("running");
    rollout.call("exec_command");
    let done = pane.record(Some("codex"), "done");
    forge(&[blocked("permission"), blocked("question"), done]);
    is_as_before(&works);

    // It asks.
    pane.titled("[ ! ] Action Required | proj");
    codex.say("status_record", &blocked("permission"));
    collector.until_state("waiting_approval");
    pane.titled("proj");
    codex.say("status_record", &working());
    collector.until_state("running");
    rollout.result("exec_command");
    rollout.call("request_user_input");
    codex.say("status_record", &blocked("question"));
    collector.until_state("waiting_input");
    rollout.turn("task_complete");
    codex.say("status_record", &pane.record(Some("codex"), "done"));
    collector.until_state("completed");
}

#[test]
fn who_may_only_publish_hands_on_records_of_its_own_agent_alone() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let collector = Collector::start_listening_in(&env, &pane.server);
    let before = pane.asks(&collector);
    wait_until("the shell is in front", || pane.is_in_front());
    let mut publisher = collector.web_client("publish");
    let mut say = |kind: &str, payload: &Value| {
        let sent = publisher.send(Message::text(message("robot", kind, payload).to_string()));
        sent.expect("it is heard");
    };
    say(
        "hello",
        &json!({"client_id": "robot", "role": "publisher", "capabilities": [], "agent_id": "robot-1"}),
    );
    for state in ["working", "done", "idle"] {
        say("status_record", &pane.record(Some("codex"), state));
        let mut by_process = pane.record(Some("codex"), state);
        by_process["pane"] = Value::Null;
        by_process["pid"] = json!(pane.pid);
        say("status_record", &by_process);
    }
    say(
        "agent_status",
        &json!({"agent_id": "robot-1", "status": "running", "pane_id": "", "project_root": ""}),
    );
    let mut own = pane.record(Some("robot"), "blocked");
    own["pane"] = Value::Null;
    own["agent_id"] = json!("robot-1");
    own["kind"] = json!("question");
    own["message"] = json!("Which port?");
    say("status_record", &own);
    say("ping", &json!({}));
    while !hear(&mut publisher).to_string().contains("\"pong\"") {}
    let rows = collector.until("both rows wait", |rows| {
        let waits = |row: &&Value| {
            row["state"]
                .as_str()
                .is_some_and(|state| state.starts_with("waiting"))
        };
        rows.iter().filter(waits).count() == 2
    });
    let by_id = |id: &Value| {
        rows.iter()
            .find(|row| row["id"] == *id)
            .expect("it is there")
    };
    assert_eq!(by_id(&before["id"])["generation"], before["generation"]);
    let own = by_id(&json!("robot-1"));
    assert_eq!(
        (&own["state"], &own["message"]),
        (&json!("waiting_input"), &json!("Which port?"))
    );
    assert_eq!(evidence(own)[0], "by its own word, blocked: Which port?");
    is_held_apart(&env, "a status record of a pane without a row");
}

#[test]
fn what_a_program_says_of_itself_is_the_state_of_a_row_that_only_its_publisher_has() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut wrap = Tap::new(&env, "wrap-1");
    let own = |state: &str| json!({"agent_id": "pi@here", "app": "pi", "state": state, "written": Timestamp::now().to_string()});
    wrap.say(
        "agent_status",
        &json!({"agent_id": "pi@here", "status": "running", "pane_id": "", "project_root": "/src"}),
    );
    for (said, shown) in [
        ("idle", "idle"),
        ("working", "running"),
        ("done", "completed"),
        ("error", "error"),
        ("clear", "idle"),
    ] {
        let mut said = own(said);
        said["message"] = json!(format!("words of {shown}"));
        wrap.say("status_record", &said);
        let row = collector.until_state(shown);
        assert_eq!(row["message"], format!("words of {shown}"));
    }
    for (kind, shown) in [
        ("permission", "waiting_approval"),
        ("auth", "waiting_input"),
    ] {
        let mut said = own("blocked");
        said["kind"] = json!(kind);
        wrap.say("status_record", &said);
        let row = collector.until_state(shown);
        assert_eq!(row["waiting"].as_array().map(Vec::len), Some(1));
    }
    // A part of it works on when the whole is done.
    let mut part = own("working");
    part["id"] = json!("a1");
    part["title"] = json!("look around");
    wrap.say("status_record", &part);
    wrap.say("status_record", &own("done"));
    // Between the two it waits still, and its part is told already.
    collector.until("only its part works", |rows| {
        rows[0]["sub_agents"] == 1 && rows[0]["state"] == "running"
    });
    part["state"] = json!("clear");
    part["written"] = json!(Timestamp::now().to_string());
    wrap.say("status_record", &part);
    collector.until_state("completed");
}
