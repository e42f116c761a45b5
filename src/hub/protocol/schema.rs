//! The schemas in `docs/protocol` are made from the types here, and the documented examples are
//! messages by both.
//!
//! `PANE_PATROL_WRITE_SCHEMAS=1 cargo test --lib protocol::schema` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::approval::Verdict;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::schema_check::{check, validate};
use super::words::{EventShape, VerdictShape};
use super::*;
use crate::state::update::Health;

/// Payload of `agent_status`: from the hub a row or its end, from a publisher its words or an event.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum AnyStatus {
    Row(Box<AgentStatus>),
    Gone(Box<Gone>),
    Published(Box<PublishedStatus>),
    Event(Box<EventShape>),
}

/// Payload of `bye`: a client need not say why.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct AnyBye {
    why: Option<String>,
}

/// Any object.
#[derive(JsonSchema)]
struct Anything {}

type Make = fn(&mut SchemaGenerator) -> schemars::Schema;

/// Every type of message, what it says, and its payload.
const MESSAGES: [(&str, &str, Make); 29] = [
    ("hello", "A client's first message.", make::<Hello>),
    (
        "snapshot",
        "Hub to subscriber: this was every agent.",
        make::<Snapshot>,
    ),
    (
        "agent_status",
        "Hub to subscriber: one agent as it is now, or that it is gone. Publisher to hub: how it is with its agent.",
        make::<AnyStatus>,
    ),
    (
        "diff_summary",
        "What is changed in an agent's folder, both ways.",
        make::<AgentDiff>,
    ),
    (
        "task_summary",
        "An agent's tasks, both ways.",
        make::<AgentTasks>,
    ),
    (
        "task_update",
        "Publisher to hub, hub to subscriber: one task is new, another or gone.",
        make::<TaskUpdate>,
    ),
    (
        "diff_patch_request",
        "Client to hub, hub to publisher: asks for the patch of one file.",
        make::<RequestPatch>,
    ),
    (
        "diff_patch_response",
        "Hub to client, publisher to hub: the patch, or one part of it.",
        make::<AgentPatch>,
    ),
    (
        "health",
        "Hub to subscriber: how well the collector hears.",
        make::<Health>,
    ),
    (
        "ended_sessions",
        "Hub to subscriber: the sessions that are over and can be taken up again.",
        make::<EndedSessions>,
    ),
    (
        "heartbeat",
        "Publisher to hub, hub to subscriber: an agent lives.",
        make::<Heartbeat>,
    ),
    (
        "status_record",
        "Publisher to hub: what a program says of itself in the stream of its terminal.",
        make::<StatusRecord>,
    ),
    (
        "error",
        "Hub to client: what was wrong; `fatal` says that the connection ends. Publisher to hub, hub to \
         subscriber: what is wrong at the publisher.",
        make::<ErrorPayload>,
    ),
    (
        "snapshot_request",
        "Client to hub: tell of every agent again.",
        make::<Anything>,
    ),
    ("ping", "Client to hub.", make::<Anything>),
    ("pong", "The answer to `ping`.", make::<Pong>),
    (
        "bye",
        "Hub to client: the hub ends. Client to hub: the client goes.",
        make::<AnyBye>,
    ),
    (
        "admit",
        "What carries the messages of somebody else says first what these may do.",
        make::<Admit>,
    ),
    (
        "authenticate",
        "A page's first message, on a device that was paired.",
        make::<Authenticate>,
    ),
    (
        "pair",
        "A page's first message, on a device that is to be paired.",
        make::<Pair>,
    ),
    (
        "authenticated",
        "The answer to `authenticate`: it may say hello.",
        make::<Authenticated>,
    ),
    (
        "paired",
        "The answer to `pair`: it is known from now on, and may say hello.",
        make::<Paired>,
    ),
    (
        "refused",
        "The answer to either: it is not let in, and the connection ends.",
        make::<NotLetIn>,
    ),
    (
        "act",
        "Client to hub: something is wanted done.",
        make::<Act>,
    ),
    (
        "act_result",
        "Hub to client: what came of it.",
        make::<ActResult>,
    ),
    (
        "wait_decision",
        "A hook waits for the decision about its request.",
        make::<WaitDecision>,
    ),
    (
        "waiting",
        "Hub to that hook: it was heard.",
        make::<Anything>,
    ),
    (
        "decision",
        "Hub to that hook: the decision.",
        make::<VerdictShape>,
    ),
    (
        "released",
        "Hub to that hook: there is nothing more to wait for.",
        make::<Anything>,
    ),
];

fn make<T: JsonSchema>(generator: &mut SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}

/// The schema of a whole message.
fn schema_of(kind: &str, about: &str, payload: Make) -> Value {
    let mut generator = SchemaGenerator::from(SchemaSettings::draft2020_12());
    let payload = payload(&mut generator).to_value();
    let envelope = generator.root_schema_for::<Envelope>().to_value();
    let mut schema = envelope.as_object().expect("a struct is an object").clone();
    schema.insert("title".into(), json!(kind));
    schema.insert("description".into(), json!(about));
    let fields = schema["properties"].as_object_mut().expect("it has fields");
    fields.insert("version".into(), json!({"const": VERSION}));
    fields.insert("type".into(), json!({"const": kind}));
    fields.insert("payload".into(), payload);
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        schema.insert("$defs".into(), Value::Object(definitions));
    }
    Value::Object(schema)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol")
}

#[test]
fn the_schemas_in_the_documentation_are_those_of_the_types() {
    let write = std::env::var_os("PANE_PATROL_WRITE_SCHEMAS").is_some();
    for (kind, about, payload) in MESSAGES {
        let path = folder().join(format!("{kind}.json"));
        let text = serde_json::to_string_pretty(&schema_of(kind, about, payload)).unwrap() + "\n";
        if write {
            fs::write(&path, &text).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        let again = "PANE_PATROL_WRITE_SCHEMAS=1 cargo test --lib protocol::schema";
        let path = path.display();
        assert!(written == text, "{path} is not of these types: {again}");
    }
}

#[test]
fn the_documented_examples_are_messages_by_the_schemas_and_by_the_types() {
    for (kind, about, payload) in MESSAGES {
        let schema = schema_of(kind, about, payload);
        let path = folder().join("examples").join(format!("{kind}.json"));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let examples: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(!examples.is_empty());
        for example in &examples {
            check(example, &schema, &schema, kind);
            let message = parse(example.to_string().as_bytes()).unwrap();
            assert_eq!(message.kind, kind);
            read(message);
            // The schema says something: it does not hold without the payload or with another type.
            for field in ["payload", "type", "sender_id"] {
                let mut broken = example.clone();
                broken.as_object_mut().unwrap().remove(field);
                assert!(
                    validate(&broken, &schema, &schema, kind).is_err(),
                    "{field}"
                );
            }
            let mut broken = example.clone();
            broken["payload"] = json!(7);
            assert!(validate(&broken, &schema, &schema, kind).is_err());
        }
    }
}

/// Reads the payload as its receiver does.
fn read(message: Envelope) {
    fn is<T: serde::de::DeserializeOwned>(payload: Value) {
        serde_json::from_value::<T>(payload).unwrap();
    }
    let payload = message.payload.clone();
    match message.kind.as_str() {
        "hello" => is::<Hello>(payload),
        "snapshot" => is::<Snapshot>(payload),
        "agent_status" if message.seq.is_none() => drop(Report::read(&payload).unwrap()),
        "diff_summary" if message.seq.is_none() => is::<AgentDiff>(payload),
        "task_summary" if message.seq.is_none() => is::<AgentTasks>(payload),
        "agent_status" | "diff_summary" | "task_summary" | "health" | "ended_sessions" => {
            assert!(update_of(message).unwrap().is_some());
        }
        "task_update" => is::<TaskUpdate>(payload),
        "diff_patch_request" => is::<RequestPatch>(payload),
        "diff_patch_response" => is::<AgentPatch>(payload),
        "heartbeat" => is::<Heartbeat>(payload),
        "status_record" => is::<StatusRecord>(payload),
        "pong" => is::<Pong>(payload),
        "admit" => is::<Admit>(payload),
        "authenticate" => is::<Authenticate>(payload),
        "pair" => is::<Pair>(payload),
        "authenticated" => is::<Authenticated>(payload),
        "paired" => is::<Paired>(payload),
        "refused" => is::<NotLetIn>(payload),
        "error" => is::<ErrorPayload>(payload),
        "wait_decision" => drop(
            serde_json::from_value::<WaitDecision>(payload)
                .unwrap()
                .event()
                .unwrap(),
        ),
        "decision" => is::<Verdict>(payload),
        "act" => is::<Act>(payload),
        "act_result" => is::<ActResult>(payload),
        kind => assert!(
            ["ping", "bye", "snapshot_request", "waiting", "released"].contains(&kind),
            "{kind}"
        ),
    }
}
