//! What is not by its schema is answered with an `error` and changes nothing, by whatever door it comes.

use pane_patrol::hub::protocol::Right;
use pane_patrol::hub::protocol::right::{MESSAGES, needed};
use serde_json::{Value, json};

use crate::common::{Listening, TestEnv, finish, until};
use crate::either::{Client, act_of, envelope, payload_of};

/// The fields of a kind's payload that it must have, as its schema says.
fn required(kind: &str) -> Vec<String> {
    let path = format!("{}/docs/protocol/{kind}.json", env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(path).expect("each kind has one");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let name = schema["properties"]["payload"]["$ref"].as_str();
    let payload = schema.pointer(name.expect("it is named").trim_start_matches('#'));
    let required = payload.expect("it is there")["required"].as_array();
    let own = |field: &Value| field.as_str().map(str::to_owned);
    let required: Vec<String> = required.into_iter().flatten().filter_map(own).collect();
    match kind {
        // One of several shapes: that of a client with four words.
        "agent_status" => ["agent_id", "status", "pane_id", "project_root"]
            .map(str::to_owned)
            .into(),
        _ => required,
    }
}

/// That kind of message with one thing wrong with it, and what.
fn faulty(kind: &str) -> Vec<(String, Value)> {
    let payload = match kind {
        "act" => act_of("read_request"),
        kind => payload_of(kind),
    };
    let whole = envelope(kind, &payload);
    let mut all = Vec::new();
    for field in required(kind) {
        let mut message = whole.clone();
        let fields = message["payload"].as_object_mut().expect("an object");
        assert!(fields.remove(&field).is_some(), "{kind} has {field}");
        all.push((format!("no `{field}`"), message));
    }
    for field in payload.as_object().expect("an object").keys() {
        let mut message = whole.clone();
        // Nothing is a list of lists.
        message["payload"][field] = json!([[]]);
        all.push((format!("`{field}` is a list"), message));
    }
    for payload in [json!("text"), json!([]), json!(null), json!(7)] {
        let mut message = whole.clone();
        message["payload"] = payload.clone();
        all.push((format!("the payload is {payload}"), message));
    }
    for time in [
        "2026-11-21T14:02:15+02:00",
        "2026-11-21T14:02:15",
        "now",
        "",
    ] {
        let mut message = whole.clone();
        message["timestamp"] = json!(time);
        all.push((format!("the time is {time}"), message));
    }
    for field in ["version", "session_id", "sender_id", "timestamp", "payload"] {
        let mut message = whole.clone();
        message.as_object_mut().expect("an object").remove(field);
        all.push((format!("no {field}"), message));
    }
    all
}

fn rows(env: &TestEnv) -> String {
    finish(env.pane_patrol().args(["status", "--json"])).stdout
}

/// Who may say that, by each door.
fn rights(kind: &str) -> [Right; 2] {
    match needed(kind) {
        Some(Right::Publish) => [Right::Publish, Right::Own],
        _ => [Right::Read, Right::Own],
    }
}

#[test]
fn a_message_that_is_not_by_its_schema_is_answered_with_an_error_and_changes_nothing() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let mut agent = Client::with(Right::Publish, &env, &listening);
    assert!(agent.greets("publisher"));
    agent.say("agent_status", &payload_of("agent_status"));
    assert!(agent.refusals().is_empty());
    let before = until("it has a row", || {
        let rows = rows(&env);
        rows.contains("\"x\"").then_some(rows)
    });

    let kinds = MESSAGES.into_iter().map(|(kind, _)| kind);
    for kind in kinds.chain(["ping"]) {
        for right in rights(kind) {
            let role = match needed(kind) {
                Some(Right::Publish) => "publisher",
                _ => "subscriber",
            };
            for (fault, message) in faulty(kind) {
                let mut client = Client::with(right, &env, &listening);
                assert!(client.greets(role));
                client.say_whole(&message);
                let codes = client.first_refusal();
                assert_eq!(codes, "bad_schema", "{right:?} {kind}, {fault}");
            }
        }
    }
    for right in [Right::Read, Right::Own] {
        for (fault, message) in faulty("hello") {
            let mut client = Client::with(right, &env, &listening);
            client.say_whole(&message);
            let code = client.first_refusal();
            assert_eq!(code, "bad_schema", "{right:?} hello, {fault}");
            // The connection goes on.
            assert!(client.greets("subscriber"), "{right:?} {fault}");
        }
    }
    assert_eq!(rows(&env), before);
}
