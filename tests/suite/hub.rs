//! The hub's protocol on the real executable: what a client may say, and what becomes of one that
//! says anything else or does not listen.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};

use serde_json::{Value, json};

use crate::common::{Collector, PATIENCE, TestEnv};

/// A client that says what it likes.
struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    fn connect(env: &TestEnv) -> Self {
        let stream = UnixStream::connect(env.places().hub_socket).expect("the hub listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a stream has a timeout");
        Self {
            stream: BufReader::new(stream),
        }
    }

    fn subscribed(env: &TestEnv) -> Self {
        let mut client = Self::connect(env);
        client.say(&hello());
        client
    }

    fn say(&mut self, message: &Value) {
        self.say_bytes(format!("{message}\n").as_bytes());
    }

    fn say_bytes(&mut self, bytes: &[u8]) {
        // The hub may have closed in the middle of it.
        let _ = self.stream.get_mut().write_all(bytes);
    }

    /// The next message; `None` at the end.
    fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("the hub says JSON")),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("the hub says nothing: {error}"),
        }
    }

    fn hear_type(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear().expect("the hub goes on");
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Asserts that the hub refuses with `code` and closes.
    fn assert_refused(mut self, code: &str) {
        let error = self.hear_type("error");
        assert_eq!(error["payload"]["code"], code, "{error}");
        assert_eq!(error["payload"]["fatal"], true);
        assert!(error["payload"]["message"].is_string() && error["payload"]["component"] == "hub");
        assert_eq!(self.hear(), None);
    }
}

fn message(kind: &str, payload: &Value) -> Value {
    json!({
        "version": "1", "type": kind, "session_id": "default", "sender_id": "test-1",
        "timestamp": "2026-02-27T10:00:00Z", "payload": payload,
    })
}

fn hello() -> Value {
    let payload = json!({"client_id": "test-1", "role": "subscriber", "capabilities": []});
    message("hello", &payload)
}

/// `value` with the field at `path` (a JSON pointer) set.
fn with(mut value: Value, path: &str, field: Value) -> Value {
    *value.pointer_mut(path).expect("there is such a field") = field;
    value
}

fn event(target: &str, state: &str, second: usize) -> String {
    let words = "x".repeat(190);
    format!(
        r#"{{"assistant":"a","state":"{state}","target":"{target}","message":"{words}","ts":"2026-02-27T10:{:02}:{:02}Z"}}"#,
        second / 60,
        second % 60
    )
}

fn send(env: &TestEnv, datagram: &str) {
    let socket = UnixDatagram::unbound().expect("a socket can be made");
    socket
        .send_to(datagram.as_bytes(), env.places().events_socket)
        .expect("the collector listens");
}

#[test]
fn a_subscriber_hears_a_snapshot_and_then_each_change() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    send(&env, &event("a:0.0", "running", 1));
    collector.until_state("running");

    let mut client = Client::subscribed(&env);
    let snapshot = client.hear().expect("the hub answers");
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["version"], "1");
    assert_eq!(snapshot["session_id"], "default");
    assert_eq!(snapshot["sender_id"], "collector");
    assert_eq!(snapshot["payload"]["agents"][0]["state"], "running");
    let id = snapshot["payload"]["agents"][0]["id"].clone();
    client.hear_type("health");

    send(&env, &event("a:0.0", "waiting_approval", 2));
    let changed = client.hear_type("agent_status");
    assert_eq!(changed["payload"]["state"], "waiting_approval");
    let end = event("a:0.0", "idle", 3).replace("\"ts\"", "\"kind\":\"session_ended\",\"ts\"");
    send(&env, &end);
    let gone = client.hear_type("agent_status");
    assert_eq!(gone["payload"], json!({"id": id, "gone": true}));
}

#[test]
fn a_heartbeat_is_given_back_and_an_unknown_type_is_no_crime() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = Client::subscribed(&env);
    let mut unknown = message("patch", &json!({}));
    unknown["request_id"] = json!("r7");
    client.say(&unknown);
    let error = client.hear_type("error");
    assert_eq!(error["payload"]["code"], "unknown_type");
    assert_eq!(error["payload"]["fatal"], false);
    assert_eq!(error["request_id"], "r7");
    client.say(&message("heartbeat", &json!({"n": 1})));
    assert_eq!(client.hear_type("heartbeat")["payload"], json!({"n": 1}));
}

#[test]
fn a_publisher_is_not_told_of_rows() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = Client::connect(&env);
    client.say(&with(hello(), "/payload/role", json!("publisher")));
    client.say(&message("heartbeat", &json!({})));
    assert_eq!(client.hear().expect("the hub answers")["type"], "heartbeat");
}

#[test]
fn bad_messages_are_refused_with_a_reason_and_the_hub_goes_on() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let refused = |bytes: &[u8], code: &str| {
        let mut client = Client::connect(&env);
        client.say_bytes(bytes);
        client.assert_refused(code);
    };
    let line = |value: Value| format!("{value}\n").into_bytes();
    refused(b"garbage\n", "bad_json");
    refused(b"\xff\xfe\n", "bad_json");
    refused(b"[]\n", "bad_schema");
    refused(&line(with(hello(), "/version", json!("2"))), "bad_version");
    refused(
        &line(with(hello(), "/timestamp", json!("now"))),
        "bad_schema",
    );
    refused(
        &line(with(hello(), "/session_id", json!("work"))),
        "wrong_session",
    );
    refused(
        &line(with(hello(), "/payload/role", json!("king"))),
        "bad_schema",
    );
    refused(
        &line(with(hello(), "/payload/client_id", json!("x"))),
        "bad_schema",
    );
    refused(&line(message("heartbeat", &json!({}))), "hello_expected");
    refused(&vec![b'x'; 300 * 1024], "too_large");
    let mut long = with(
        hello(),
        "/payload/capabilities",
        json!(["x".repeat(300 * 1024)]),
    )
    .to_string();
    long.push('\n');
    refused(long.as_bytes(), "too_large");

    // Later messages are held to the same.
    let mut client = Client::subscribed(&env);
    client.say(&with(
        message("heartbeat", &json!({})),
        "/session_id",
        json!("work"),
    ));
    client.assert_refused("wrong_session");

    send(&env, &event("a:0.0", "running", 1));
    collector.until_state("running");
}

#[test]
fn a_client_that_does_not_read_is_dropped_and_holds_nobody_up() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut deaf = Client::subscribed(&env);
    let mut listening = Client::subscribed(&env);
    listening.hear_type("snapshot");

    // Enough to fill whatever the system keeps for a client that does not read.
    let state = |n: usize| ["running", "waiting_input"][n % 2];
    for n in 1..=400 {
        send(&env, &event("a:0.0", state(n), n));
        let changed = listening.hear_type("agent_status");
        assert_eq!(changed["payload"]["state"], state(n));
    }
    loop {
        let health = listening.hear_type("health");
        if health["payload"]["refused"]["slow"] == 1 {
            break;
        }
    }
    collector.until_state(state(400));
    let heard = std::iter::from_fn(|| deaf.try_hear()).count();
    assert!((1..400).contains(&heard), "{heard}");
}

impl Client {
    /// The next whole message; `None` at the end or in the middle of one.
    fn try_hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }
}
