//! A program at the hub has something done about an agent: with the same checks as the person's own keys,
//! once, and with a line that says who it was.

mod again;
mod alone;
mod begun;
mod bounds;
mod crowded;
mod hearsay;
mod managed;
mod told;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::stage::{self, Stage};
use crate::common::{Collector, TestEnv, hear, until, wait_until};

/// A client that says by hand what it wants done.
pub(super) struct ActsByHand {
    name: String,
    door: Door,
}

/// How it came.
enum Door {
    Hub(BufReader<UnixStream>),
    Web(Box<WebSocket<TcpStream>>),
}

impl ActsByHand {
    pub(super) fn at_hub(env: &TestEnv, name: &str) -> Self {
        Self::greeted(name, Door::Hub(BufReader::new(env.connect_to_hub())))
    }

    /// The same over WebSocket, with the token of that right.
    pub(super) fn with_token(collector: &Collector<'_>, right: &str, name: &str) -> Self {
        Self::greeted(name, Door::Web(Box::new(collector.web_client(right))))
    }

    fn greeted(name: &str, door: Door) -> Self {
        let mut client = Self {
            name: name.to_owned(),
            door,
        };
        let hello =
            json!({"client_id": name, "role": "subscriber", "capabilities": ["act_result"]});
        client.say("hello", &hello);
        client
    }

    pub(super) fn say(&mut self, kind: &str, payload: &Value) {
        let message = json!({"version": "1", "type": kind, "session_id": "default",
            "sender_id": self.name, "timestamp": "2026-11-21T14:02:15Z", "payload": payload});
        match &mut self.door {
            Door::Hub(stream) => {
                let said = stream
                    .get_mut()
                    .write_all(format!("{message}\n").as_bytes());
                said.expect("the hub hears");
            }
            Door::Web(socket) => {
                let said = socket.send(Message::text(message.to_string()));
                said.expect("the hub hears");
            }
        }
    }

    pub(super) fn hear(&mut self) -> Value {
        let mut line = String::new();
        match &mut self.door {
            Door::Hub(stream) => drop(stream.read_line(&mut line).expect("the hub answers")),
            Door::Web(socket) => line = hear(socket).to_string(),
        }
        serde_json::from_str(&line).expect("JSON")
    }

    /// Has that done under an id that nobody has used; what came of it.
    pub(super) fn act(&mut self, row: &Value, what: &Value) -> Value {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let id = format!("act-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.act_as(&id, row, what)
    }

    /// The same under that id.
    fn act_as(&mut self, id: &str, row: &Value, what: &Value) -> Value {
        let answer = self.ask_as(id, row, what);
        assert_eq!(answer["type"], "act_result", "{answer}");
        assert_eq!(answer["payload"]["act_id"], id);
        answer["payload"].clone()
    }

    /// What is said to it, an `act_result` or an error.
    fn ask_as(&mut self, id: &str, row: &Value, what: &Value) -> Value {
        let mut act = json!({"act_id": id});
        if row["id"].is_string() {
            act["agent_id"] = row["id"].clone();
        }
        for (name, value) in what.as_object().expect("an object") {
            act[name] = value.clone();
        }
        self.say("act", &act);
        self.hear()
    }
}

/// What was tried to be done; every try leaves a line for what came of it.
pub(super) fn decisions(env: &TestEnv) -> Vec<Value> {
    let lines = audit(env).into_iter();
    lines.filter(|line| line["outcome"] != "begun").collect()
}

/// All that stands in the audit, also what was about to be done.
fn audit(env: &TestEnv) -> Vec<Value> {
    let path = env.places().decisions().expect("a state folder");
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = |line| serde_json::from_str(line).expect("JSON");
    text.lines().map(line).collect()
}

fn row(collector: &Collector<'_>) -> Value {
    until("there is a row", || collector.rows().into_iter().next())
}

/// An assistant whose request is on its screen, a collector that has heard of it, and its row; `None` without
/// tmux.
fn asking(env: &TestEnv) -> Option<(Stage<'_>, Collector<'_>, Value)> {
    let stage = Stage::new(env)?;
    let collector = Collector::start_listening_in(env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    let row = row(&collector);
    Some((stage, collector, row))
}

#[test]
fn a_program_approves_by_keys_what_it_was_shown_and_nothing_else() {
    approves_what_it_was_shown(|env, _| ActsByHand::at_hub(env, "phone-7"), "hub", "own");
}

#[test]
fn a_program_with_a_token_approves_by_keys_what_it_was_shown_and_nothing_else() {
    let with = |right| {
        move |_: &TestEnv, collector: &Collector<'_>| {
            ActsByHand::with_token(collector, right, "phone-7")
        }
    };
    approves_what_it_was_shown(with("answer"), "websocket", "answer");
    approves_what_it_was_shown(with("manage"), "websocket", "manage");
}

fn approves_what_it_was_shown(
    program: impl Fn(&TestEnv, &Collector<'_>) -> ActsByHand,
    door: &str,
    right: &str,
) {
    let env = TestEnv::new();
    let Some((stage, collector, row)) = asking(&env) else {
        return;
    };
    let mut program = program(&env, &collector);
    let read = program.act(&row, &json!({"act": "read_request"}));
    assert_eq!(read["outcome"], "done", "{read}");
    let digest = &read["request"]["digest"];
    assert_eq!(read["request"]["whole"], true);
    assert!(
        read["request"]["text"]
            .as_str()
            .expect("a text")
            .contains("touch"),
        "{read}"
    );

    let refused = |program: &mut ActsByHand, more: Value| {
        let mut decide = json!({"act": "decide", "decision": "approve"});
        for (name, value) in more.as_object().expect("an object") {
            decide[name] = value.clone();
        }
        let done = program.act(&row, &decide);
        assert_eq!(done["outcome"], "refused", "{decide}: {done}");
        done["why"].as_str().expect("a reason").to_owned()
    };
    assert!(refused(&mut program, json!({})).contains("not shown"));
    let other = "0".repeat(digest.as_str().expect("a text").len());
    assert!(refused(&mut program, json!({"digest": other})).contains("not what was shown"));
    let old = json!({"digest": digest, "generation": 1_000_000});
    assert!(refused(&mut program, old).contains("changed since"));
    let late = json!({"digest": digest, "expires": "2026-01-01T00:00:00Z"});
    assert!(refused(&mut program, late).contains("expired"));
    let id = json!({"digest": digest, "request": "toolu_nobody"});
    assert!(refused(&mut program, id).contains("does not ask that"));
    // An old digest: meanwhile it asks for more than was read.
    let mut more = stage::input();
    more["dangerouslyDisableSandbox"] = json!(true);
    env.write_transcript(&[more]);
    assert!(refused(&mut program, json!({"digest": digest})).contains("not what was shown"));
    env.write_transcript(&[stage::input()]);
    // Another dialog stands on the screen.
    let dialog = stage.folder.join("dialog");
    let as_asked = fs::read_to_string(&dialog).expect("it is there");
    stage.redraw(&as_asked.replace("touch f1", "touch f2"));
    assert!(refused(&mut program, json!({"digest": digest})).contains("dialog"));
    stage.redraw(&as_asked);
    assert!(!stage.folder.join("keys").exists(), "no key was pressed");

    let located = program.act(&row, &json!({"act": "locate"}));
    assert_eq!(located["place"]["pane"], row["pane"]);

    let approve = json!({"act": "decide", "decision": "approve", "digest": digest});
    let done = program.act_as("once", &row, &approve);
    assert_eq!(
        fs::read_to_string(stage.folder.join("keys"))
            .ok()
            .as_deref(),
        Some("1")
    );
    assert_ne!(done["outcome"], "refused", "{done}");
    // The same again is not done again.
    assert_eq!(program.act_as("once", &row, &approve), done);
    let tried = decisions(&env);
    let not_even = tried.iter().filter(|line| line["way"] == "none");
    // One of two refusals for the same reason is left out for whoever is not the owner.
    let refusals = if right == "own" { 6 } else { 5 };
    assert_eq!(
        not_even.count(),
        refusals,
        "all but the dialog's, for which the keys were tried: {tried:?}"
    );
    let last = tried.last().expect("a line");
    assert_eq!(
        (&last["door"], &last["right"]),
        (&json!(format!("{door} phone-7")), &json!(right))
    );
    assert_eq!(
        (&last["decision"], &last["digest"]),
        (&json!("approve"), digest)
    );
    let pressed = tried.iter().filter(|line| line["outcome"] != "nothing");
    assert_eq!(pressed.count(), 1, "{tried:?}");

    // Another act under that id is none, and neither is one about nobody; both are written down.
    let snooze = json!({"act": "snooze", "seconds": 60});
    let used = program.act_as("once", &row, &snooze);
    assert_eq!(used["outcome"], "refused", "{used}");
    let nobody = json!({"id": "nobody"});
    assert_eq!(
        program.act_as("other", &nobody, &snooze)["outcome"],
        "refused"
    );
    let noted = until("both are written down", || {
        let all = decisions(&env);
        let noted: Vec<Value> = all.into_iter().skip(tried.len()).collect();
        (noted.len() == 2).then_some(noted)
    });
    for line in noted {
        let what = (&line["decision"], &line["outcome"], &line["way"]);
        assert_eq!(what, (&json!("snooze"), &json!("nothing"), &json!("none")));
    }
}

#[test]
fn what_is_done_about_a_row_otherwise_leaves_a_line_as_well() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let event = r#"{"assistant":"claude","state":"running","target":"a:0.0","instance_id":"s1","ts":"2026-02-27T10:00:00Z"}"#;
    env.send(event.as_bytes());
    collector.until_state("running");
    let row = row(&collector);
    let mut program = ActsByHand::at_hub(&env, "script");
    let snoozed = program.act(&row, &json!({"act": "snooze", "seconds": 60}));
    assert_eq!(snoozed["outcome"], "done", "{snoozed}");
    let other = json!({"act": "trust", "instance_id": "s2", "seconds": 60});
    assert_eq!(program.act(&row, &other)["outcome"], "refused");
    let nobody = json!({"id": "nobody"});
    assert_eq!(
        program.act(&nobody, &other)["why"],
        "there is no such agent"
    );
    let trust = json!({"act": "trust", "instance_id": "s1", "seconds": 60});
    assert_eq!(program.act(&row, &trust)["outcome"], "done");
    wait_until("it is trusted", || {
        collector.rows()[0]["trusted_until"].is_string()
    });
    let told: Vec<_> = decisions(&env)
        .iter()
        .map(|line| format!("{} {} {}", line["decision"], line["outcome"], line["door"]))
        .collect();
    assert_eq!(
        told,
        [
            r#""snooze" "done" "hub script""#,
            r#""trust" "nothing" "hub script""#,
            // About nobody.
            r#""trust" "nothing" "hub script""#,
            r#""trust" "done" "hub script""#
        ]
    );
}
