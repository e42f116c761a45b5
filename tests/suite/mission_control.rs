//! Programs that know only the words of Mission Control, over WebSocket: what they say is taken, what they
//! ask is answered, and nothing is told to them in other words.

use std::net::{TcpListener, TcpStream};

use pane_patrol::hub::websocket::usual_address;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::{Listening, TestEnv, finish, fixture, hear, until};

/// A collector of the session that the examples name.
struct Hub(Listening);

impl Hub {
    fn start(env: &TestEnv) -> Self {
        let mut collect = env.pane_patrol();
        collect.env("PANE_PATROL_SESSION", "aoc-dev");
        Self(Listening::start_with(collect.args([
            "collect",
            "--listen",
            "127.0.0.1:0",
        ])))
    }

    /// A client with the token of that right, which has not said anything.
    fn client(&self, right: &str) -> Client {
        Client {
            socket: self.0.client(right),
        }
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
        let heard = hear(&mut self.socket).to_string();
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

/// A collector that programs of Mission Control find by these variables.
fn found_by(env: &TestEnv, variables: &[(&str, &str)], listen: &[&str]) -> Listening {
    let mut collect = env.pane_patrol();
    collect.envs(variables.iter().copied());
    Listening::start_with(collect.args(["collect", "--listen"]).args(listen))
}

/// By which of these names the hub may be called; it answers in the same.
fn called<'a>(listening: &Listening, names: &[&'a str]) -> Vec<&'a str> {
    let is_taken = |name: &&&str| {
        let mut client = Client {
            socket: listening.client("read"),
        };
        let mut hello = hello("b", "subscriber", &["snapshot"]);
        hello["session_id"] = json!(name);
        client.say(&hello);
        let answer = client.hear();
        if answer["type"] == "error" {
            assert_eq!(answer["payload"]["code"], "wrong_session", "{answer}");
            assert_eq!(answer["session_id"], "default");
            return false;
        }
        assert_eq!(answer["session_id"], **name, "{answer}");
        true
    };
    names.iter().filter(is_taken).copied().collect()
}

#[test]
fn the_hub_is_called_by_its_own_name_and_by_the_one_that_its_clients_know() {
    let env = TestEnv::new();
    let names = ["default", "calm-otter", "keen-fox", "wise-owl", "other"];
    let zellij = ("ZELLIJ_SESSION_NAME", "calm-otter");
    let aoc = ("AOC_SESSION_ID", "keen-fox");
    let here = ["127.0.0.1:0"];
    for (variables, expected) in [
        (&[][..], &["default"][..]),
        (&[zellij, aoc], &["default", "calm-otter"]),
        (&[aoc], &["default", "keen-fox"]),
    ] {
        let listening = found_by(&env, variables, &here);
        assert_eq!(called(&listening, &names), expected, "{variables:?}");
    }
    for (setting, expected) in [
        ("wise-owl", &["default", "wise-owl"][..]),
        ("", &["default"]),
    ] {
        env.configure(&format!("[listen]\naoc_session = '{setting}'\n"));
        let listening = found_by(&env, &[zellij, aoc], &here);
        assert_eq!(called(&listening, &names), expected, "{setting}");
    }
}

#[test]
fn the_hub_listens_where_its_clients_look() {
    let env = TestEnv::new();
    let is_free = |name: &String| TcpListener::bind(usual_address(name)).is_ok();
    let mut names = (0..).map(|n| format!("calm-otter-{}-{n}", std::process::id()));
    let name = names.find(is_free).expect("one is free");
    let listening = found_by(&env, &[("ZELLIJ_SESSION_NAME", &name)], &[]);
    assert_eq!(listening.address, usual_address(&name).to_string());
    drop(listening);

    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let free = free.expect("one is free").to_string();
    let said = ("AOC_HUB_ADDR", free.as_str());
    let listening = found_by(&env, &[said], &[]);
    assert_eq!(listening.address, free);
    drop(listening);
    for (address, why) in [
        ("0.0.0.0:0", "not a loopback address"),
        ("hub", "AOC_HUB_ADDR"),
    ] {
        let mut collect = env.pane_patrol();
        collect.env("AOC_HUB_ADDR", address);
        let finished = finish(collect.args(["collect", "--listen"]));
        assert_eq!(finished.status.code(), Some(2), "{finished:?}");
        assert!(finished.stderr.contains(why), "{finished:?}");
    }
}
