//! The hub's protocol on the real executable: what a client may say, and what becomes of one that
//! says anything else or does not listen.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, finish, until};

/// A client that says what it likes.
struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    fn connect(env: &TestEnv) -> Self {
        let stream = BufReader::new(env.connect_to_hub());
        Self { stream }
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

    /// Asserts that the hub refuses with `code`, and that the connection goes on.
    fn assert_told(&mut self, code: &str) {
        let error = self.hear_type("error");
        assert_eq!(error["payload"]["code"], code, "{error}");
        assert_eq!(error["payload"]["fatal"], false);
        assert!(error["payload"]["message"].is_string() && error["payload"]["component"] == "hub");
    }

    /// All that it was told before the answer to a question that is asked now.
    fn heard_until_now(&mut self, name: &str) -> Vec<Value> {
        self.say(&of(name, "ping", &json!({})));
        let mut heard = Vec::new();
        loop {
            let message = self.hear().expect("the hub goes on");
            if message["type"] == "pong" {
                return heard;
            }
            heard.push(message);
        }
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

#[test]
fn a_subscriber_hears_a_snapshot_and_then_each_change() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    env.send(event("a:0.0", "running", 1).as_bytes());
    collector.until_state("running");

    let mut client = Client::subscribed(&env);
    let first = client.hear().expect("the hub answers");
    assert_eq!(first["type"], "agent_status");
    assert_eq!(first["version"], "1");
    assert_eq!(first["session_id"], "default");
    assert_eq!(first["sender_id"], "collector");
    assert_eq!(first["payload"]["state"], "running");
    assert_eq!(first["payload"]["status"], "running");
    assert_eq!(first["seq"], 1);
    let id = first["payload"]["agent_id"].clone();
    let end = client.hear_type("snapshot");
    assert_eq!(end["payload"], json!({"count": 1, "seq": end["seq"]}));
    client.hear_type("health");

    env.send(event("a:0.0", "waiting_approval", 2).as_bytes());
    let changed = client.hear_type("agent_status");
    assert_eq!(changed["payload"]["state"], "waiting_approval");
    let end = event("a:0.0", "idle", 3).replace("\"ts\"", "\"kind\":\"session_ended\",\"ts\"");
    env.send(end.as_bytes());
    let gone = client.hear_type("agent_status");
    let is_gone = json!({"agent_id": id, "status": "offline", "pane_id": "", "project_root": "",
        "gone": true});
    assert_eq!(gone["payload"], is_gone);
    client.say(&message("snapshot_request", &json!({})));
    assert_eq!(client.hear_type("snapshot")["payload"]["count"], 0);
}

#[test]
fn what_is_said_to_one_client_is_numbered_without_gaps() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut client = Client::subscribed(&env);
    for second in 1..20 {
        let state = ["running", "idle"][second % 2];
        env.send(event("a:0.0", state, second).as_bytes());
        collector.until_state(state);
    }
    let heard = client.heard_until_now("test-1");
    let numbers: Vec<u64> = heard.iter().filter_map(|it| it["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=heard.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_subscriber_gets_only_the_types_that_it_understands() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut client = Client::connect(&env);
    let understood = json!(["agent_status", "diff_summary"]);
    client.say(&with(hello(), "/payload/capabilities", understood));
    env.send(event("a:0.0", "running", 1).as_bytes());
    collector.until_state("running");
    let heard = client.heard_until_now("test-1");
    let kinds: Vec<&str> = heard.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(kinds, ["agent_status"]);
}

#[test]
fn a_ping_is_answered_and_an_unknown_type_is_no_crime() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = Client::subscribed(&env);
    let mut unknown = message("tidings", &json!({}));
    unknown["request_id"] = json!("r7");
    client.say(&unknown);
    let error = client.hear_type("error");
    assert_eq!(error["payload"]["code"], "unknown_type");
    assert_eq!(error["payload"]["fatal"], false);
    assert_eq!(error["request_id"], "r7");
    let mut ping = message("ping", &json!({}));
    ping["request_id"] = json!("r8");
    client.say(&ping);
    let answered = client.hear_type("pong");
    assert_eq!(answered["request_id"], "r8");
    let time = answered["payload"]["host_time"].as_str().expect("a time");
    assert!(time.ends_with('Z'), "{time}");
}

fn publisher(env: &TestEnv, name: &str) -> Client {
    let mut client = Client::connect(env);
    let payload = json!({"client_id": name, "role": "publisher", "capabilities": []});
    client.say(&of(name, "hello", &payload));
    client
}

/// A message of the client with that name.
fn of(name: &str, kind: &str, payload: &Value) -> Value {
    with(message(kind, payload), "/sender_id", json!(name))
}

/// A publisher's summary with one changed file.
fn diff(agent: &Value, path: &str) -> Value {
    json!({"agent_id": agent, "repo_root": "/src", "git_available": true,
        "summary": {"staged": {"files": 0, "additions": 0, "deletions": 0},
            "unstaged": {"files": 1, "additions": 3, "deletions": 0}, "untracked": {"files": 0}},
        "files": [{"path": path, "status": "modified", "additions": 3, "deletions": 0,
            "staged": false, "untracked": false}]})
}

fn report(target: &str, state: &str, second: usize) -> Value {
    serde_json::from_str(&event(target, state, second)).expect("an event is JSON")
}

#[test]
fn what_a_publisher_says_reaches_the_table_and_every_subscriber() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut reader = Client::subscribed(&env);
    reader.hear_type("snapshot");
    let mut client = publisher(&env, "p1");
    client.say(&of("p1", "agent_status", &report("a:0.0", "running", 1)));
    let row = reader.hear_type("agent_status")["payload"].clone();
    assert_eq!(
        (&row["state"], &row["publisher"]),
        (&json!("running"), &json!("p1"))
    );
    assert_eq!(
        (&row["source"], &row["offline"]),
        (&json!("emit"), &json!(false))
    );

    client.say(&of("p1", "diff_summary", &diff(&row["id"], "a b.txt")));
    let told = reader.hear_type("diff_summary")["payload"].clone();
    assert_eq!(told["agent_id"], row["id"]);
    assert_eq!(told["files"][0]["path"], "a b.txt");
    let task = |action: &str, status: &str| {
        json!({"agent_id": row["id"], "tag": "", "action": action,
            "task": {"id": "1", "title": "t", "status": status}})
    };
    client.say(&of("p1", "task_update", &task("add", "in_progress")));
    client.say(&of("p1", "task_update", &task("update", "done")));
    let tasks = until("the task is done", || {
        let told = reader.hear_type("task_summary");
        (told["payload"]["counts"]["done"] == 1).then_some(told)
    });
    assert_eq!(tasks["payload"]["counts"]["total"], 1);
    let rows = collector.until("the row has the sums", |rows| rows[0]["tasks"]["done"] == 1);
    assert_eq!(rows[0]["diff"]["additions"], 3);
    assert_eq!(rows[0]["diff"]["files"], Value::Null, "a row has no lists");

    // Whoever comes later is told the same after the snapshot.
    let mut late = Client::subscribed(&env);
    assert_eq!(late.hear_type("diff_summary")["payload"], told);
    late.hear_type("task_summary");

    drop(client);
    let rows = collector.until("the row is offline", |rows| rows[0]["offline"] == true);
    assert_eq!(rows[0]["state"], "running");
    let mut client = publisher(&env, "p1");
    client.say(&of("p1", "agent_status", &report("a:0.0", "completed", 2)));
    collector.until("it is back", |rows| rows[0]["offline"] == false);
    drop(client);
    collector.until("it has left its result", |rows| {
        rows[0]["publisher"] == Value::Null && rows[0]["state"] == "completed"
    });
}

#[test]
fn a_publisher_is_told_what_is_wrong_and_nobody_else_is() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut reader = Client::subscribed(&env);
    reader.hear_type("health");
    let mut client = publisher(&env, "p1");
    let mut refused = |kind: &str, payload: &Value, code: &str| {
        let mut message = of("p1", kind, payload);
        message["request_id"] = json!("r1");
        client.say(&message);
        let error = client.hear_type("error");
        assert_eq!(error["payload"]["code"], code, "{error}");
        assert_eq!(error["payload"]["fatal"], false);
        assert_eq!(error["request_id"], "r1");
    };
    let x = json!("x");
    refused("diff_summary", &diff(&x, "a"), "unknown_agent");
    refused("agent_status", &json!({"state": "running"}), "bad_schema");
    refused("agent_status", &report("a:0.0", "asleep", 1), "bad_schema");
    refused("diff_summary", &diff(&x, "\u{1b}[2J"), "bad_schema");
    refused("diff_summary", &json!({}), "bad_schema");
    let mut many = diff(&x, "a");
    many["files"] = json!(vec![many["files"][0].clone(); 501]);
    refused("diff_summary", &many, "bad_schema");
    let tasks = json!({"agent_id": "x", "tag": "", "counts":
        {"total": 0, "pending": 0, "in_progress": 0, "done": 0, "blocked": 0}});
    refused("task_summary", &tasks, "unknown_agent");
    let beat =
        json!({"agent_id": "x", "pid": 1, "cwd": "/", "last_update": "2026-02-27T10:00:00Z"});
    refused("heartbeat", &beat, "unknown_agent");
    for fault in ["pid", "last_update"] {
        let mut beat = beat.clone();
        beat[fault] = json!("2026-02-27T10:00:00+02:00");
        refused("heartbeat", &beat, "bad_schema");
    }
    refused("heartbeat", &json!({}), "bad_schema");
    let patch = json!({"agent_id": "x", "path": "a"});
    refused("diff_patch_request", &patch, "unknown_agent");
    client.say(&of("p1", "agent_status", &report("a:0.0", "running", 1)));
    collector.until_state("running");

    // Another one may neither take its name nor speak for its agent.
    let mut other = publisher(&env, "p2");
    other.say(&of("p2", "agent_status", &report("b:0.0", "running", 1)));
    collector.until("both are there", |rows| rows.len() == 2);
    let rows = collector.rows();
    let first = rows
        .iter()
        .find(|row| row["publisher"] == "p1")
        .expect("p1 has a row");
    other.say(&of("p2", "diff_summary", &diff(&first["id"], "a")));
    assert_eq!(other.hear_type("error")["payload"]["code"], "unknown_agent");
    let mut twin = publisher(&env, "p1");
    twin.say(&of("p1", "agent_status", &report("a:0.0", "error", 2)));
    twin.assert_refused("duplicate_client");
    reader.say(&message("agent_status", &report("a:0.0", "error", 2)));
    let error = reader.hear_type("error");
    assert_eq!(error["payload"]["code"], "wrong_role");
    assert!(collector.rows().iter().all(|row| row["state"] == "running"));
}

#[test]
fn what_a_publisher_says_at_length_keeps_nobody_from_reading() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let long = "/x".repeat(30_000);
    let status = |folder: &str, message: &str| {
        json!({"agent_id": "a", "status": "running", "pane_id": "", "project_root": folder,
            "cwd": folder, "message": message})
    };
    let mut client = publisher(&env, "p1");
    client.say(&of("p1", "agent_status", &status(&long, "m")));
    client.assert_told("bad_schema");
    client.say(&of(
        "p1",
        "agent_status",
        &status("/src", &"m".repeat(4000)),
    ));
    let told = collector.until_state("running");
    let length = |text: &Value| text.as_str().map(|text| text.chars().count());
    assert_eq!(length(&told["message"]), Some(200), "{told}");
    let mut long_diff = diff(&json!("a"), "a b.txt");
    long_diff["repo_root"] = json!(long);
    client.say(&of("p1", "diff_summary", &long_diff));
    client.assert_told("bad_schema");
    // What is wrong is told, as much of it as anybody would read.
    let mut reader = Client::subscribed(&env);
    reader.hear_type("snapshot");
    let context = json!({"a": long});
    let error = json!({"code": long, "message": long, "component": long, "context": context});
    client.say(&of("p1", "error", &error));
    let heard = reader.hear_type("error")["payload"].clone();
    assert_eq!(length(&heard["message"]), Some(200));
    assert_eq!(heard["context"], Value::Null);
    assert!(heard.to_string().len() < 2000, "{heard}");
    assert_eq!(collector.rows().len(), 1, "status goes on");
}

#[test]
fn a_publisher_speaks_under_a_name_that_is_its_own_and_of_what_is_its_own() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut reader = Client::subscribed(&env);
    reader.hear_type("snapshot");
    let beat = |agent: &str| json!({"agent_id": agent, "pid": 1, "cwd": "/", "last_update": "2026-02-27T10:00:00Z"});
    let status = |status: &str| json!({"agent_id": "alpha", "status": status, "pane_id": "", "project_root": "/src"});
    let mut client = publisher(&env, "p1");
    client.say(&of("p1", "agent_status", &status("running")));
    collector.until_state("running");
    // A name is one connection's, whatever it says first.
    for (kind, payload) in [
        ("heartbeat", beat("alpha")),
        ("error", json!({"code": "c", "message": "not mine"})),
    ] {
        let mut twin = publisher(&env, "p1");
        twin.say(&of("p1", kind, &payload));
        twin.assert_refused("duplicate_client");
    }
    // Another one that calls itself by that agent's name speaks for itself alone.
    let mut other = Client::connect(&env);
    let hello = json!({"client_id": "p2", "role": "publisher", "capabilities": [],
        "agent_id": "alpha"});
    other.say(&of("p2", "hello", &hello));
    other.say(&of("p2", "error", &json!({"code": "c", "message": "m2"})));
    let heard = reader.hear_type("error")["payload"].clone();
    assert_eq!(
        (&heard["message"], &heard["agent_id"]),
        (&json!("m2"), &Value::Null)
    );
    // What it complained of goes with it.
    let troubles = |reader: &mut Client| reader.hear_type("health")["payload"]["troubles"].clone();
    until("its trouble is told", || {
        let told = troubles(&mut reader).to_string();
        told.contains("publisher p2: m2").then_some(())
    });
    drop(other);
    until("its trouble is over", || {
        let told = troubles(&mut reader).to_string();
        (!told.contains("publisher p2")).then_some(())
    });
    // An id of ours is nobody's, though there is no such row.
    let ours = "/tmp/tmux-0/default,1::%7";
    let mut third = Client::connect(&env);
    let hello = json!({"client_id": "p3", "role": "publisher", "capabilities": [],
        "agent_id": ours});
    third.say(&of("p3", "hello", &hello));
    third.say(&of("p3", "heartbeat", &beat(ours)));
    third.assert_told("unknown_agent");

    // One that is back is heard again by its sign of life alone.
    drop(client);
    collector.until("it is offline", |rows| rows[0]["offline"] == true);
    let mut client = publisher(&env, "p1");
    client.say(&of("p1", "heartbeat", &beat("alpha")));
    collector.until("it is back", |rows| rows[0]["offline"] == false);
}

#[test]
fn whoever_says_that_it_carries_anothers_words_has_no_more_than_that_ones_right() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = Client::connect(&env);
    client.say(&message("admit", &json!({"right": "read"})));
    client.say(&hello());
    client.hear_type("snapshot");
    client.say(&message("agent_status", &report("a:0.0", "running", 1)));
    client.assert_told("not_allowed");
    // It is said once.
    let mut client = Client::connect(&env);
    client.say(&message("admit", &json!({"right": "publish"})));
    client.say(&message("admit", &json!({"right": "own"})));
    client.assert_told("hello_expected");
    client.say(&hello());
    client.assert_told("not_allowed");
    let path = env.places().decisions().expect("a state folder");
    until("it is written down by its name", || {
        let lines = crate::common::lines_so_far(&path).join("\n");
        lines
            .contains("\"door\":\"websocket test-1\"")
            .then_some(())
    });
}

#[test]
fn a_publisher_is_not_told_of_rows() {
    let env = TestEnv::new();
    let _collector = Collector::start(&env);
    let mut client = Client::connect(&env);
    client.say(&with(hello(), "/payload/role", json!("publisher")));
    assert_eq!(client.heard_until_now("test-1"), Vec::<Value>::new());
}

#[test]
fn bad_messages_are_refused_with_a_reason_and_the_hub_goes_on() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    // Nothing is wrong with the connection: what is said right afterwards is heard.
    let refused = |bytes: &[u8], code: &str| {
        let mut client = Client::connect(&env);
        client.say_bytes(bytes);
        client.assert_told(code);
        client.say(&hello());
        client.hear_type("snapshot");
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
    refused(&line(message("ping", &json!({}))), "hello_expected");
    refused(&line(with(hello(), "/payload", json!("x"))), "bad_schema");
    let no_capabilities = json!({"client_id": "test-1", "role": "subscriber"});
    refused(&line(message("hello", &no_capabilities)), "bad_schema");
    let elsewhere = json!("2026-02-27T10:00:00+02:00");
    refused(&line(with(hello(), "/timestamp", elsewhere)), "bad_schema");
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
    client.hear_type("health");
    client.say(&with(
        message("ping", &json!({})),
        "/session_id",
        json!("work"),
    ));
    client.assert_told("wrong_session");
    assert_eq!(client.heard_until_now("test-1"), Vec::<Value>::new());

    env.send(event("a:0.0", "running", 1).as_bytes());
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
        env.send(event("a:0.0", state(n), n).as_bytes());
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

/// A repository in HOME with one changed file, and an agent that works there.
fn repository(env: &TestEnv, lines: usize) {
    let file = env.home().join("a b.txt");
    env.git(&env.home(), &["init", "-q"]);
    std::fs::write(&file, "one\n").expect("a file can be written");
    env.git(&env.home(), &["add", "."]);
    env.git(&env.home(), &["commit", "-qm", "first"]);
    std::fs::write(&file, "one\n".to_owned() + &"two \u{e9}\n".repeat(lines)).expect("again");
    let home = env.home();
    let event = event("a:0.0", "running", 1)
        .replace("\"ts\"", &format!("\"cwd\":\"{}\",\"ts\"", home.display()));
    env.send(event.as_bytes());
}

#[test]
fn a_patch_is_given_to_who_asks_for_it_and_to_nobody_else() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    repository(&env, 50_000);
    let id = collector.until_state("running")["id"].clone();
    let mut other = Client::subscribed(&env);
    let mut client = Client::connect(&env);
    client.say(&with(hello(), "/payload/capabilities", json!(["parts"])));
    let mut ask = message(
        "diff_patch_request",
        &json!({"agent_id": id, "path": "a b.txt"}),
    );
    ask["request_id"] = json!("p1");
    client.say(&ask);
    let mut text = String::new();
    for number in 1.. {
        let part = client.hear_type("diff_patch_response");
        assert_eq!(part["request_id"], "p1");
        assert_eq!(part["payload"]["request_id"], "p1");
        assert_eq!(part["payload"]["path"], "a b.txt");
        assert_eq!(part["payload"]["status"], "modified");
        assert_eq!(part["payload"]["part"], number);
        text += part["payload"]["patch"].as_str().expect("a text");
        if part["payload"]["parts"] == number {
            break;
        }
    }
    assert_eq!(text.matches("\n+two \u{e9}").count(), 50_000);

    // Who knows no parts is told why there is none.
    let mut plain = Client::subscribed(&env);
    plain.say(&ask);
    let answer = plain.hear_type("diff_patch_response")["payload"].clone();
    assert_eq!(answer["patch"], Value::Null);
    let error = json!({"code": "patch_unavailable", "message": "too_large"});
    assert_eq!(answer["error"], error);

    let refused = |client: &mut Client, path: &str| {
        client.say(&with(ask.clone(), "/payload/path", json!(path)));
        client.hear_type("error")["payload"].clone()
    };
    for path in ["none", "../../etc/passwd", "/etc/passwd"] {
        assert_eq!(refused(&mut client, path)["code"], "no_patch");
    }
    let heard = other.heard_until_now("test-1");
    assert!(heard.iter().all(|it| it["type"] != "diff_patch_response"));
}

#[test]
fn patches_are_as_they_are_asked_for_and_several_may_be_at_once() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    repository(&env, 5);
    std::fs::write(env.home().join("new.txt"), "new\n").expect("a file can be written");
    std::fs::write(env.home().join("logo.bin"), [0, 1, 2]).expect("again");
    let id = collector.until_state("running")["id"].clone();
    let mut client = Client::subscribed(&env);
    let mut ask = |number: usize, path: &str, more: &Value| {
        let mut payload = json!({"agent_id": id, "path": path});
        for (name, value) in more.as_object().expect("an object") {
            payload[name] = value.clone();
        }
        let mut ask = message("diff_patch_request", &payload);
        ask["request_id"] = json!(format!("r{number}"));
        client.say(&ask);
    };
    ask(1, "a b.txt", &json!({"context_lines": 0}));
    ask(2, "a b.txt", &json!({}));
    ask(3, "new.txt", &json!({}));
    ask(4, "new.txt", &json!({"include_untracked": false}));
    ask(5, "logo.bin", &json!({}));
    let mut answers = std::collections::BTreeMap::new();
    while answers.len() < 5 {
        let heard = client.hear().expect("the hub goes on");
        if let Some(request) = heard["request_id"].as_str() {
            answers.insert(request.to_owned(), heard.clone());
        }
    }
    let patch = |request: &str| answers[request]["payload"]["patch"].clone();
    let context = |request: &str| patch(request).as_str().expect("a text").contains("\n one");
    assert!(!context("r1") && context("r2"), "{answers:?}");
    let status = |request: &str| answers[request]["payload"]["status"].clone();
    assert_eq!(
        (status("r2"), status("r3")),
        (json!("modified"), json!("untracked"))
    );
    assert!(patch("r3").as_str().expect("a text").contains("+new"));
    assert_eq!(answers["r4"]["type"], "error", "{answers:?}");
    assert_eq!(answers["r4"]["payload"]["code"], "no_patch");
    assert_eq!(patch("r5"), Value::Null);
    assert_eq!(answers["r5"]["payload"]["is_binary"], true);
    assert_eq!(answers["r5"]["payload"]["error"]["message"], "binary");
}

#[test]
fn a_file_written_again_and_again_is_told_at_most_every_two_seconds_and_as_it_is_at_last() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    repository(&env, 1);
    collector.until("its changes are known", |rows| {
        rows.first()
            .is_some_and(|row| row["diff"]["file_count"] == 1)
    });
    let mut client = Client::subscribed(&env);
    client.hear_type("health");
    let mut told = Vec::new();
    for round in 1..=60 {
        let text = "one\n".to_owned() + &"two\n".repeat(round);
        std::fs::write(env.home().join("a b.txt"), text).expect("a file can be written");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    until("the last one is told", || {
        let heard = client.hear_type("diff_summary");
        told.push(Timestamp::parse(heard["timestamp"].as_str()?)?);
        (heard["payload"]["additions"] == 60).then_some(())
    });
    let pauses = told.windows(2).map(|two| two[1].since(two[0]));
    let shortest = pauses.min().unwrap_or(std::time::Duration::MAX);
    // The message says when it was made, some time before it is sent.
    assert!(
        shortest >= std::time::Duration::from_millis(1500),
        "{told:?}"
    );
}

/// Bytes that look like messages more or less: a valid one with some of its bytes changed.
fn damaged(valid: &str, seed: &mut u64) -> Vec<u8> {
    let mut next = |below: usize| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        usize::try_from(*seed >> 8).unwrap_or_default() % below
    };
    let mut bytes = valid.as_bytes().to_vec();
    for _ in 0..=next(6) {
        let at = next(bytes.len());
        bytes[at] = u8::try_from(next(256)).unwrap_or_default();
    }
    bytes.truncate(next(bytes.len()) + 1);
    bytes.push(b'\n');
    bytes
}

#[test]
fn what_is_damaged_reaches_nobody_and_ends_nothing() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut reader = Client::subscribed(&env);
    reader.hear_type("health");
    let valid = [
        of("f", "agent_status", &report("f:0.0", "asleep", 1)).to_string(),
        of("f", "diff_summary", &diff(&json!("x"), "a")).to_string(),
        of(
            "f",
            "task_update",
            &json!({"agent_id": "x", "task": {"id": "1"}}),
        )
        .to_string(),
        of(
            "f",
            "diff_patch_request",
            &json!({"agent_id": "x", "path": "y"}),
        )
        .to_string(),
        of(
            "f",
            "act",
            &json!({"act_id": "1", "agent_id": "x", "act": "decide"}),
        )
        .to_string(),
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    for round in 0..300 {
        let mut client = publisher(&env, "f");
        client.say_bytes(&damaged(&valid[round % valid.len()], &mut seed));
    }
    let heard = reader.heard_until_now("test-1");
    // It counts what was refused.
    assert!(heard.iter().all(|it| it["type"] == "health"), "{heard:?}");
    assert_eq!(collector.rows(), Vec::<Value>::new());
}

#[test]
fn our_own_clients_take_the_hubs_word_for_its_name() {
    let env = TestEnv::new();
    let mut team = env.pane_patrol();
    team.env("PANE_PATROL_SESSION", "team");
    let _collector = Collector::start_with(&env, &mut team);
    let runtime = env.places().runtime;
    for socket in ["hub.sock", "events.sock"] {
        let there = runtime.join("sessions/team").join(socket);
        std::os::unix::fs::symlink(there, runtime.join(socket)).expect("a link can be made");
    }
    env.send(event("a:0.0", "running", 1).as_bytes());
    let id = until("the row is there", || {
        let status = finish(env.pane_patrol().args(["status", "--json"]));
        let rows: Value = serde_json::from_str(&status.stdout).ok()?;
        rows[0]["id"].as_str().map(str::to_owned)
    });
    let snoozed = finish(env.pane_patrol().args(["snooze", &id, "10m"]));
    assert!(snoozed.status.success(), "{snoozed:?}");
    let decisions = env.places().decisions().expect("a state folder");
    let decisions = std::fs::read_to_string(decisions).expect("it is written down");
    assert!(decisions.contains("\"snooze\""), "{decisions}");
}
