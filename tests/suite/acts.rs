//! A program at the hub has something done about an agent: with the same checks as the person's own keys,
//! once, and with a line that says who it was.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, until, wait_until};
use crate::foreground::Stage;

/// A client that says by hand what it wants done.
pub(super) struct ActsByHand {
    name: String,
    stream: BufReader<UnixStream>,
}

impl ActsByHand {
    pub(super) fn at_hub(env: &TestEnv, name: &str) -> Self {
        let mut client = Self {
            name: name.to_owned(),
            stream: BufReader::new(env.connect_to_hub()),
        };
        let hello =
            json!({"client_id": name, "role": "subscriber", "capabilities": ["act_result"]});
        client.say("hello", &hello);
        client
    }

    fn say(&mut self, kind: &str, payload: &Value) {
        let message = json!({"version": "1", "type": kind, "session_id": "default",
            "sender_id": self.name, "timestamp": "2026-11-21T14:02:15Z", "payload": payload});
        let line = format!("{message}\n");
        let said = self.stream.get_mut().write_all(line.as_bytes());
        said.expect("the hub hears");
    }

    /// Has that done under an id that nobody has used; what came of it.
    pub(super) fn act(&mut self, row: &Value, what: &Value) -> Value {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let id = format!("act-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.act_as(&id, row, what)
    }

    /// The same under that id.
    fn act_as(&mut self, id: &str, row: &Value, what: &Value) -> Value {
        let mut act = json!({"act_id": id, "agent_id": row["id"]});
        for (name, value) in what.as_object().expect("an object") {
            act[name] = value.clone();
        }
        self.say("act", &act);
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("the hub answers");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(answer["type"], "act_result", "{answer}");
        assert_eq!(answer["payload"]["act_id"], id);
        answer["payload"].clone()
    }
}

/// What was tried to be done; every try leaves a line.
fn decisions(env: &TestEnv) -> Vec<Value> {
    let path = env.places().decisions().expect("a state folder");
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = |line| serde_json::from_str(line).expect("JSON");
    text.lines().map(line).collect()
}

fn row(collector: &Collector<'_>) -> Value {
    until("there is a row", || collector.rows().into_iter().next())
}

#[test]
fn a_program_approves_by_keys_what_it_was_shown_and_nothing_else() {
    let env = TestEnv::new();
    let Some(stage) = Stage::new(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &stage.server);
    stage.asks("", &collector);
    stage.until_shown();
    let row = row(&collector);
    let mut program = ActsByHand::at_hub(&env, "phone-7");
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
    let last = tried.last().expect("a line");
    assert_eq!(
        (&last["door"], &last["right"]),
        (&json!("hub phone-7"), &json!("own"))
    );
    assert_eq!(
        (&last["decision"], &last["digest"]),
        (&json!("approve"), digest)
    );
    let pressed = tried.iter().filter(|line| line["outcome"] != "nothing");
    assert_eq!(pressed.count(), 1, "{tried:?}");
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
            r#""trust" "done" "hub script""#
        ]
    );
}
