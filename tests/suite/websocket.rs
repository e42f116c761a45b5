//! The hub over WebSocket, by a client that is no part of ours: who is let in, and what is carried.

use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::{Listening, PATIENCE, PROGRAM, Terminal, TestEnv, finish, hear, until};

/// A collector that listens on a port of its own.
struct Collector(Listening);

impl Collector {
    fn start(env: &TestEnv) -> Self {
        Self(Listening::start(env))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.0.token("read"))
    }

    /// A client that has shown the token for its role and said hello.
    fn greeted(&self, name: &str, role: &str) -> Client {
        let right = match role {
            "publisher" => "publish",
            _ => "read",
        };
        self.greeted_with(right, name, role)
    }

    /// The same with the token of that right.
    fn greeted_with(&self, right: &str, name: &str, role: &str) -> Client {
        let mut client = Client {
            socket: self.0.client(right),
        };
        client.say(&message(
            name,
            "hello",
            &json!({"client_id": name, "role": role, "capabilities": []}),
        ));
        client
    }
}

struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    fn say_text(&mut self, text: &str) {
        // It may have been refused in the middle.
        let _ = self.socket.send(Message::text(text));
    }

    /// The next message; `Err` is the close code and reason.
    fn hear(&mut self) -> Result<Value, (u16, String)> {
        loop {
            match hear(&mut self.socket) {
                Message::Text(text) => {
                    assert!(!text.contains('\n'));
                    return Ok(serde_json::from_str(&text).expect("JSON"));
                }
                Message::Close(frame) => {
                    let frame = frame.expect("with a reason");
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                _ => {}
            }
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

    /// It is told so, and the connection goes on.
    fn assert_told(&mut self, code: &str) {
        let error = self.hear_type("error");
        assert_eq!(error["payload"]["code"], code, "{error}");
        assert_eq!(error["payload"]["fatal"], false);
    }

    fn assert_refused(mut self, code: &str) {
        let error = self.hear_type("error");
        assert_eq!(error["payload"]["code"], code);
        assert_eq!(error["payload"]["fatal"], true);
        let (_, reason) = self.hear().expect_err("it is closed");
        assert!(reason.starts_with(code), "{reason}");
    }
}

fn message(sender: &str, kind: &str, payload: &Value) -> Value {
    json!({"version": "1", "type": kind, "session_id": "default", "sender_id": sender,
        "timestamp": "2026-02-27T10:00:00Z", "payload": payload})
}

fn event(state: &str, second: u32) -> Value {
    json!({"assistant": "a", "state": state, "target": "a:0.0",
        "ts": format!("2026-02-27T10:00:{second:02}Z")})
}

fn send(env: &TestEnv, event: &Value) {
    env.send(event.to_string().as_bytes());
}

#[test]
fn a_client_gets_the_snapshot_and_each_change_and_may_publish() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    send(&env, &event("running", 1));
    let mut reader = until("the row is there", || {
        let mut reader = collector.greeted("r1", "subscriber");
        let first = reader.hear().expect("it is told something");
        (first["payload"]["state"] == "running").then_some(reader)
    });
    send(&env, &event("waiting_input", 2));
    let changed = reader.hear_type("agent_status");
    assert_eq!(changed["payload"]["state"], "waiting_input");

    let mut publisher = collector.greeted("p1", "publisher");
    let mut own = event("error", 3);
    own["target"] = json!("b:0.0");
    let pretty = message("p1", "agent_status", &own);
    publisher.say_text(&serde_json::to_string_pretty(&pretty).expect("JSON"));
    let changed = reader.hear_type("agent_status");
    assert_eq!(changed["payload"]["state"], "error");
    assert_eq!(changed["payload"]["publisher"], "p1");
    // Many messages at once and a ping among them.
    for round in 0..10 {
        for n in 0..50 {
            let mut asked = message("p1", "ping", &json!({}));
            asked["request_id"] = json!(format!("{}", round * 50 + n));
            publisher.say(&asked);
        }
        let ping = Message::Ping(vec![1, 2].into());
        publisher.socket.send(ping).expect("it listens");
        for n in 0..50 {
            let number = format!("{}", round * 50 + n);
            assert_eq!(publisher.hear_type("pong")["request_id"], number);
        }
    }
}

#[test]
fn without_the_token_from_a_foreign_page_or_by_another_name_nobody_is_let_in() {
    let env = TestEnv::new();
    let known = "http://localhost:3000";
    let listen = format!("[listen]\norigins = ['{known}']\n");
    env.configure(&listen);
    let collector = Collector::start(&env);
    let bearer = collector.bearer();
    let token = ("Authorization", bearer.as_str());
    let status = |path: &str, headers: &[(&'static str, &str)]| {
        let refused = collector.0.knock(path, headers).map(|_| ());
        let refused = refused.map_err(|(status, words)| {
            assert!(words.len() > 10, "a reason: {words}");
            status
        });
        refused.err()
    };
    assert_eq!(status("/", &[]), Some(401));
    assert_eq!(status("/", &[("Authorization", "Bearer 0")]), Some(401));
    assert_eq!(
        status("/", &[token, ("Origin", "http://evil.example")]),
        Some(403)
    );
    assert_eq!(status("/", &[token, ("Host", "evil.example")]), Some(403));
    assert_eq!(status("/x", &[token]), Some(404));
    assert_eq!(status("/", &[token, ("Origin", known)]), None);
    assert_eq!(
        status(&format!("/?token={}", collector.0.token("read")), &[]),
        None
    );
}

#[test]
fn what_is_no_message_is_refused_with_a_reason_and_harms_nobody() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut reader = collector.greeted("r1", "subscriber");
    reader.hear_type("health");
    let refused = |text: &str, code: &str| {
        let mut client = collector.greeted("c1", "subscriber");
        client.hear_type("snapshot");
        client.say_text(text);
        client.assert_told(code);
    };
    refused("garbage", "bad_json");
    refused("[1]", "bad_schema");
    let mut long = collector.greeted("c1", "subscriber");
    long.say_text(&"x".repeat(300 * 1024));
    long.assert_refused("too_large");
    let mut foreign = message("c1", "ping", &json!({}));
    foreign["session_id"] = json!("work");
    refused(&foreign.to_string(), "wrong_session");
    let mut binary = collector.greeted("c1", "publisher");
    let _ = binary.socket.send(Message::Binary(vec![0, 1].into()));
    binary.assert_refused("bad_json");

    // What is no WebSocket at all: a file of the page, or none.
    let mut plain = collector.0.tcp();
    let request = format!("GET /ws HTTP/1.1\r\nHost: {}\r\n\r\n", collector.0.address);
    plain.write_all(request.as_bytes()).expect("it listens");
    let mut answer = String::new();
    plain.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    let mut garbage = collector.0.tcp();
    garbage.write_all(&vec![0xff; 100_000]).unwrap_or_default();
    let mut rest = Vec::new();
    let _ = garbage.read_to_end(&mut rest);

    send(&env, &event("running", 1));
    assert_eq!(
        reader.hear_type("agent_status")["payload"]["state"],
        "running"
    );
}

#[test]
fn a_request_that_drops_in_byte_by_byte_is_not_waited_for() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let mut slow = collector.0.tcp();
    slow.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    slow.write_all(b"GET / HTTP/1.1\r\nHost: 127")
        .expect("it listens");
    // Others are served meanwhile.
    collector.greeted("c1", "subscriber").hear_type("snapshot");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("it ends");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
fn when_the_hub_goes_its_clients_are_told() {
    let env = TestEnv::new();
    let first = crate::common::Collector::start(&env);
    let listening = env.pane_patrol().args(["collect", "--listen"]).output();
    let said = String::from_utf8_lossy(&listening.expect("it runs").stderr).into_owned();
    assert!(said.contains("another instance collects already"), "{said}");
    drop(first);

    let collector = Collector::start(&env);
    let mut reader = collector.greeted("r1", "subscriber");
    reader.hear_type("health");
    let pid = Pid::from_child(&collector.0.child);
    kill_process(pid, Signal::TERM).expect("it runs");
    assert_eq!(
        reader.hear_type("bye")["payload"]["why"],
        "the collector ends"
    );
    let (code, _) = reader.hear().expect_err("it is closed");
    assert_eq!(code, 1001);
}

#[test]
fn only_loopback_is_listened_on() {
    let env = TestEnv::new();
    for address in ["0.0.0.0:0", "192.0.2.1:42000", "[::]:0"] {
        let finished = finish(env.pane_patrol().args(["collect", "--listen", address]));
        assert_eq!(finished.status.code(), Some(2), "{finished:?}");
        assert!(
            finished.stderr.contains("not a loopback address"),
            "{finished:?}"
        );
    }
    let finished = finish(env.pane_patrol().args(["collect", "--listen", "nowhere"]));
    assert_eq!(finished.status.code(), Some(2));
    assert!(!env.places().events_socket.exists(), "nothing was started");
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_who_takes_names_for_sockets_keeps_clients_out() {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, socket};
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let pid = collector.0.child.id();
    let take = |number: u32| {
        let name = format!("pane-patrol-relayed-{pid}-{number}");
        let own = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        let name = SocketAddrUnix::new_abstract_name(name.as_bytes()).expect("a name");
        // One that is taken is taken.
        let _ = bind(&own, &name);
        own
    };
    let taken: Vec<_> = (0..1000).map(take).collect();
    for number in 0..3 {
        let mut client = collector.greeted(&format!("c-{number}"), "subscriber");
        let heard = client.hear().expect("it is let in");
        assert_eq!(heard["type"], "snapshot", "{heard}");
    }
    drop(taken);
}

#[test]
fn a_token_holds_for_whoever_listens_after_one_that_was_killed_and_not_after_one_that_has_ended() {
    let env = TestEnv::new();
    let mut killed = Listening::start(&env);
    let token = killed.token("read");
    killed.child.kill().expect("it runs");
    killed.child.wait().expect("it has ended");
    let mut next = Listening::start(&env);
    assert_eq!(next.token("read"), token);
    let bearer = format!("Bearer {token}");
    let header = ("Authorization", bearer.as_str());
    next.knock("/ws", &[header]).expect("it is let in again");
    let pid = Pid::from_child(&next.child);
    kill_process(pid, Signal::TERM).expect("it runs");
    next.child.wait().expect("it has ended");
    let last = Listening::start(&env);
    let (status, _) = last.knock("/ws", &[header]).expect_err("it is another one");
    assert_eq!(status, 401);
}

#[test]
fn an_orderly_end_leaves_no_token_however_many_are_on_their_way_in() {
    let env = TestEnv::new();
    for _ in 0..4 {
        let mut collector = Listening::start(&env);
        let file = std::path::PathBuf::from(collector.token_file("read"));
        let bearer = format!("Authorization: Bearer {}\r\n", collector.token("read"));
        let knock = format!(
            "GET /ws HTTP/1.1\r\nHost: {0}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{bearer}\r\n",
            collector.address
        );
        let address = collector.address.clone();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                        if let Ok(mut stream) = TcpStream::connect(&address) {
                            // It may end in the middle.
                            let _ = stream.write_all(knock.as_bytes());
                            let _ = stream.read(&mut [0; 512]);
                        }
                    }
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(300));
            let pid = Pid::from_child(&collector.child);
            kill_process(pid, Signal::TERM).expect("it runs");
            collector.child.wait().expect("it has ended");
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        assert!(!file.exists(), "{} is left", file.display());
    }
}

#[test]
fn who_may_not_collect_says_nothing_of_listening() {
    let env = TestEnv::new();
    let _first = Listening::start(&env);
    let second = finish(
        env.pane_patrol()
            .args(["collect", "--listen", "127.0.0.1:0"]),
    );
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    assert!(
        second.stderr.starts_with("error: could not collect"),
        "{second:?}"
    );
}

#[test]
fn a_dashboard_that_takes_over_from_one_that_listened_does_so_or_says_that_nobody_does() {
    for always in [false, true] {
        let env = TestEnv::new();
        let address = "127.0.0.1:0";
        env.configure(&format!("[listen]\nalways = {always}\n"));
        let mut killed = Listening::start(&env);
        let token = killed.token("read");
        let command = format!("AOC_HUB_ADDR={address} {PROGRAM} supervisor");
        let Some(dashboard) = Terminal::start(&env, "next", &command) else {
            return;
        };
        dashboard.wait_for("another pane-patrol collects");
        killed.child.kill().expect("it runs");
        killed.child.wait().expect("it has ended");
        if always {
            let file = killed.token_file("read");
            until("it takes the token up", || {
                let file = std::fs::File::open(&file).ok()?;
                let lock = FlockOperation::NonBlockingLockExclusive;
                flock(&file, lock).is_err().then_some(())
            });
            assert_eq!(killed.token("read"), token);
            assert!(!dashboard.screen().contains("WebSocket"));
        } else {
            dashboard.wait_for("nobody does now");
        }
        dashboard.press(&["q"]);
        let left = std::path::PathBuf::from(killed.token_file("read"));
        until("what it has taken up goes with it", || {
            (left.exists() != always).then_some(())
        });
    }
}
