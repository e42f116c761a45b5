//! Programs that know only the words of Mission Control, over WebSocket: what they say is taken, what they
//! ask is answered, and nothing is told to them in other words.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::common::{PATIENCE, TestEnv, fixture, until};

/// A collector of the session that the examples name.
struct Hub {
    child: Child,
    address: String,
    tokens: String,
}

impl Hub {
    fn start(env: &TestEnv) -> Self {
        let mut collect = env.pane_patrol();
        collect.env("PANE_PATROL_SESSION", "aoc-dev");
        collect.args(["collect", "--listen", "127.0.0.1:0"]);
        collect.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = collect.spawn().expect("the executable can be started");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let mut said = String::new();
        stderr.read_line(&mut said).expect("it says where");
        let (address, token) = said
            .strip_prefix("Listening on ws://")
            .and_then(|rest| rest.split_once("/ws; a token to read is in "))
            .and_then(|(address, rest)| Some((address, rest.split_once(", those")?.0)))
            .unwrap_or_else(|| panic!("{said}"));
        let (address, tokens) = (
            address.to_owned(),
            token.trim_end_matches("read").to_owned(),
        );
        stderr.read_line(&mut said).expect("it collects");
        Self {
            child,
            address,
            tokens,
        }
    }

    /// A client with the token of that right, which has not said anything.
    fn client(&self, right: &str) -> Client {
        let token = std::fs::read_to_string(format!("{}{right}", self.tokens));
        let bearer = format!("Bearer {}", token.expect("there is one").trim());
        let mut request = format!("ws://{}/ws", self.address)
            .into_client_request()
            .expect("an address");
        let headers = request.headers_mut();
        headers.insert("Authorization", bearer.parse().expect("a header"));
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (socket, _) = tungstenite::client::client(request, stream).expect("it is let in");
        Client { socket }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    fn say(&mut self, message: &Value) {
        let sent = self.socket.send(Message::text(message.to_string()));
        sent.expect("it is heard");
    }

    fn hear(&mut self) -> Value {
        let heard = self.socket.read().expect("the hub goes on").to_string();
        serde_json::from_str(&heard).expect("JSON")
    }

    fn hear_type(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear();
            assert_eq!(message["session_id"], "aoc-dev");
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// All that it is told before the answer to a question that is asked now.
    fn heard_until_now(&mut self, name: &str) -> Vec<Value> {
        self.say(&message(name, "ping", &json!({})));
        let mut heard = Vec::new();
        loop {
            let message = self.hear();
            if message["type"] == "pong" {
                return heard;
            }
            heard.push(message);
        }
    }
}

fn message(sender: &str, kind: &str, payload: &Value) -> Value {
    json!({"version": "1", "type": kind, "session_id": "aoc-dev", "sender_id": sender,
        "timestamp": "2026-01-28T18:42:00Z", "payload": payload})
}

fn hello(name: &str, role: &str, capabilities: &[&str]) -> Value {
    let payload = json!({"client_id": name, "role": role, "capabilities": capabilities});
    message(name, "hello", &payload)
}

/// The documented examples, by sender: the envelope with an empty payload, then the messages.
fn examples() -> (Value, Vec<Value>) {
    let all: Vec<Value> = serde_json::from_str(&fixture("mission-control.json")).expect("JSON");
    let (envelope, rest) = all.split_first().expect("there are some");
    (envelope.clone(), rest.to_vec())
}

fn example(kind: &str) -> Value {
    let (_, all) = examples();
    let mut all = all.into_iter();
    all.find(|message| message["type"] == kind)
        .expect("there is one")
}

#[test]
fn the_documented_examples_are_taken_and_answered() {
    let env = TestEnv::new();
    let hub = Hub::start(&env);
    let mut board = hub.client("read");
    let words = [
        "agent_status",
        "diff_summary",
        "task_summary",
        "heartbeat",
        "error",
    ];
    board.say(&hello("mission-control", "subscriber", &words));

    let (envelope, _) = examples();
    let mut agent = hub.client("publish");
    agent.say(&example("hello"));
    let status = board.hear_type("agent_status")["payload"].clone();
    assert_eq!(status["agent_id"], "agent-1");
    assert_eq!(status["status"], "idle");
    assert_eq!(status["project_root"], "/home/user/dev/agent-ops-cockpit");

    for kind in ["diff_summary", "task_summary", "heartbeat", "error"] {
        let said = example(kind);
        agent.say(&said);
        // What the collector has found in that folder itself may come before.
        until(kind, || {
            let told = board.hear_type(kind)["payload"].to_string();
            // The same time, with more digits.
            let told: Value = told.replace(".000000Z", "Z").parse().expect("JSON");
            let said = said["payload"].as_object().expect("an object");
            let mut fields = said.iter();
            let is_it = fields.all(|(field, value)| &told[field] == value);
            (is_it && told["agent_id"] == "agent-1").then_some(())
        });
    }

    board.say(&example("diff_patch_request"));
    let asked = agent.hear_type("diff_patch_request");
    assert_eq!(asked["payload"]["path"], "docs/mission-control.md");
    assert_eq!(asked["payload"]["context_lines"], 3);
    agent.say(&example("diff_patch_response"));
    let answer = board.hear_type("diff_patch_response");
    assert_eq!(answer["request_id"], "req-001");
    assert_eq!(answer["payload"]["request_id"], "req-001");
    assert_eq!(
        answer["payload"]["patch"],
        example("diff_patch_response")["payload"]["patch"]
    );

    agent.say(&envelope);
    let error = agent.hear_type("error");
    assert_eq!(error["payload"]["code"], "bad_schema", "{error}");
    assert_eq!(error["payload"]["fatal"], false);
    assert!(agent.heard_until_now("agent-1").is_empty());
    let told = board.heard_until_now("mission-control");
    let is_known = |it: &Value| words.contains(&it["type"].as_str().unwrap_or_default());
    assert!(told.iter().all(is_known), "{told:?}");
}

#[test]
fn a_task_is_added_changed_and_deleted() {
    let env = TestEnv::new();
    let hub = Hub::start(&env);
    let mut board = hub.client("read");
    board.say(&hello("b", "subscriber", &["task_summary"]));
    let mut agent = hub.client("publish");
    agent.say(&example("hello"));
    let update = |action: &str, task: Value| {
        let payload = json!({"agent_id": "agent-1", "tag": "t", "action": action, "task": task});
        message("agent-1", "task_update", &payload)
    };
    agent.say(&update(
        "add",
        json!({"id": "1", "title": "a", "status": "pending"}),
    ));
    agent.say(&update(
        "update",
        json!({"id": "1", "status": "in-progress"}),
    ));
    agent.say(&update(
        "add",
        json!({"id": "2", "title": "b", "status": "done"}),
    ));
    agent.say(&update("delete", json!({"id": "1"})));
    let last = until("the first task is deleted", || {
        let told = board.hear_type("task_summary")["payload"].clone();
        (told["counts"]["done"] == 1 && told["counts"]["total"] == 1).then_some(told)
    });
    assert_eq!(last["tasks"].as_array().map(Vec::len), Some(1));
    assert_eq!(last["active_tasks"], json!([]));
}

#[test]
fn each_right_allows_what_it_is_for_and_nothing_else() {
    let env = TestEnv::new();
    let hub = Hub::start(&env);
    let publisher = |right: &str| {
        let mut client = hub.client(right);
        client.say(&hello("x", "publisher", &[]));
        let heard = client.heard_until_now("x");
        heard.first().map(|it| it["payload"]["code"].clone())
    };
    for right in ["read", "answer", "manage"] {
        // Not greeted, its question is refused, too.
        let mut client = hub.client(right);
        client.say(&hello("x", "publisher", &[]));
        assert_eq!(client.hear()["payload"]["code"], "not_allowed", "{right}");
    }
    assert_eq!(publisher("publish"), None);
    let mut blind = hub.client("publish");
    blind.say(&hello("x", "subscriber", &[]));
    assert_eq!(blind.hear()["payload"]["code"], "not_allowed");

    let act = |what: Value| {
        let mut act = json!({"act_id": format!("{what}"), "agent_id": "x"});
        for (name, value) in what.as_object().expect("an object") {
            act[name] = value.clone();
        }
        act
    };
    let patch = json!({"agent_id": "x", "path": "y"});
    let asks = [
        ("snapshot_request", json!({}), "read"),
        ("diff_patch_request", patch, "read"),
        ("act", act(json!({"act": "read_request"})), "read"),
        ("act", act(json!({"act": "locate"})), "read"),
        ("act", act(json!({"act": "look"})), "read"),
        (
            "act",
            act(json!({"act": "decide", "decision": "deny"})),
            "answer",
        ),
        (
            "act",
            act(json!({"act": "snooze", "seconds": 60})),
            "answer",
        ),
        (
            "act",
            act(json!({"act": "trust", "instance_id": "y", "seconds": 60})),
            "own",
        ),
        (
            "act",
            act(json!({"act": "stop", "instance_id": "y"})),
            "manage",
        ),
        (
            "act",
            act(json!({"act": "stop", "instance_id": "y", "close_pane": true})),
            "manage",
        ),
        ("act", act(json!({"act": "start", "launcher": "y"})), "own"),
    ];
    let order = ["read", "answer", "manage", "own"];
    let rank = |right: &str| order.iter().position(|it| *it == right);
    for right in ["read", "answer", "manage"] {
        let mut client = hub.client(right);
        client.say(&hello("x", "subscriber", &["pong"]));
        for (kind, payload, needed) in &asks {
            client.say(&message("x", kind, payload));
            let refused = client.heard_until_now("x");
            let is_refused = refused
                .iter()
                .any(|it| it["payload"]["code"] == "not_allowed");
            assert_eq!(
                is_refused,
                rank(right) < rank(needed),
                "{right} {kind}: {refused:?}"
            );
        }
    }
}

#[test]
fn a_name_is_its_first_publishers_and_ids_given_here_are_nobodys() {
    let env = TestEnv::new();
    let hub = Hub::start(&env);
    let status = |name: &str| json!({"agent_id": name, "status": "running", "pane_id": "", "project_root": "/src"});
    let publisher = |client: &str| {
        let mut publisher = hub.client("publish");
        publisher.say(&hello(client, "publisher", &[]));
        publisher
    };
    let mut first = publisher("first");
    first.say(&message("first", "agent_status", &status("builder")));
    assert!(first.heard_until_now("first").is_empty());
    let mut board = hub.client("read");
    board.say(&hello("b", "subscriber", &[]));
    board.hear_type("agent_status");
    let mut other = publisher("other");
    for name in [
        "builder",
        "/tmp/tmux-1000/default,1::%3",
        "host/builder",
        "::builder",
        "%3",
        "",
    ] {
        other.say(&message("other", "agent_status", &status(name)));
        let error = other.hear_type("error");
        assert_eq!(error["payload"]["code"], "agent_taken", "{name}");
    }
    let beat =
        json!({"agent_id": "builder", "pid": 1, "cwd": "/", "last_update": "2026-01-28T18:42:00Z"});
    other.say(&message("other", "heartbeat", &beat));
    assert_eq!(other.hear_type("error")["payload"]["code"], "unknown_agent");
    drop(first);
    until("its first publisher has gone", || {
        other.say(&message("other", "agent_status", &status("builder")));
        other.heard_until_now("other").is_empty().then_some(())
    });
}
