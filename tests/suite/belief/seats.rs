//! Connections that say nothing shut nobody out.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::{Listening, PATIENCE, TestEnv, finish, hear, until};

fn message(name: &str, kind: &str, payload: &Value) -> String {
    let message = json!({
        "version": "1", "type": kind, "session_id": "default", "sender_id": name,
        "timestamp": "2026-02-27T10:00:00Z", "payload": payload,
    });
    format!("{message}\n")
}

fn hello(name: &str) -> String {
    let payload = json!({"client_id": name, "role": "subscriber", "capabilities": []});
    message(name, "hello", &payload)
}

/// A client with the token gets in and is told the rows.
fn lets_in(listening: &Listening) {
    let mut socket = listening.client("read");
    let sent = socket.send(Message::text(hello("phone").trim_end()));
    sent.expect("it is heard");
    let answer = hear(&mut socket).to_string();
    assert!(answer.contains("\"seq\":1"), "{answer}");
}

/// A client that tells of an agent of its own.
pub(super) struct Publisher {
    name: String,
    way: Way,
}

enum Way {
    Hub(BufReader<UnixStream>),
    WebSocket(Box<WebSocket<TcpStream>>),
}

impl Publisher {
    /// One over WebSocket with the token.
    pub(super) fn at(listening: &Listening, name: &str) -> Self {
        let mut publisher = Self {
            name: name.to_owned(),
            way: Way::WebSocket(Box::new(listening.client("publish"))),
        };
        publisher.send(&publishes(name));
        publisher
    }

    /// One at the hub's socket.
    pub(super) fn at_hub(env: &TestEnv, name: &str) -> Self {
        let mut publisher = Self {
            name: name.to_owned(),
            way: Way::Hub(BufReader::new(env.connect_to_hub())),
        };
        publisher.send(&publishes(name));
        publisher
    }

    /// Says `agent_status`; what it is answered.
    pub(super) fn says(&mut self, status: &Value) -> String {
        self.send(&message(&self.name.clone(), "agent_status", status));
        match &mut self.way {
            Way::Hub(stream) => {
                let mut line = String::new();
                stream.read_line(&mut line).expect("the hub answers");
                line
            }
            Way::WebSocket(socket) => hear(socket).to_string(),
        }
    }

    fn send(&mut self, line: &str) {
        match &mut self.way {
            Way::Hub(stream) => {
                let sent = stream.get_mut().write_all(line.as_bytes());
                sent.expect("the hub hears");
            }
            Way::WebSocket(socket) => {
                let sent = socket.send(Message::text(line.trim_end()));
                sent.expect("it is heard");
            }
        }
    }
}

fn publishes(name: &str) -> String {
    message(
        name,
        "hello",
        &json!({"client_id": name, "role": "publisher", "capabilities": []}),
    )
}

fn status(env: &TestEnv) {
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert!(status.status.success(), "{status:?}");
}

/// A connection that says nothing, as soon as the hub takes it: many at once fill its queue.
fn silent_client(env: &TestEnv) -> UnixStream {
    let stream = until("the hub takes a connection", || {
        UnixStream::connect(env.places().hub_socket).ok()
    });
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

#[test]
fn silent_connections_keep_nobody_from_the_hub_or_the_websocket() {
    let env = TestEnv::new();
    let collector = Listening::start(&env);
    let silent: Vec<UnixStream> = (0..128).map(|_| silent_client(&env)).collect();
    status(&env);
    let waiting: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(&collector.address).expect("it listens"))
        .collect();
    lets_in(&collector);
    status(&env);
    // The oldest have made room.
    let mut last = String::new();
    let mut oldest = BufReader::new(&silent[0]);
    oldest.read_line(&mut last).expect("it is told why");
    assert!(last.contains("others want to say hello"), "{last}");
    let mut oldest = &waiting[0];
    oldest.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    assert_eq!(oldest.read(&mut [0; 1]).expect("it is closed"), 0);
}

/// Clients that have said hello, were answered, and say nothing more.
fn greeted(env: &TestEnv, count: usize) -> Vec<BufReader<UnixStream>> {
    let one = |number| {
        let mut stream = silent_client(env);
        let said = stream.write_all(hello(&format!("c{number}")).as_bytes());
        said.expect("the hub hears");
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).expect("the hub answers");
        assert!(line.contains("\"seq\":1"), "{number}: {line}");
        stream
    };
    (0..count).map(one).collect()
}

/// Whether the client is told of the rows, and goes on when others have come and gone.
fn stays(listening: &Listening, right: &str, others: impl Fn()) {
    let mut socket = listening.client(right);
    let mut is_answered = |text: String, answer: &str| {
        let said = socket.send(Message::text(text.trim_end()));
        said.expect("it is heard");
        until("it is answered", || {
            let heard = hear(&mut socket);
            assert!(heard.is_text(), "{right}: {heard}");
            heard.to_string().contains(answer).then_some(())
        });
    };
    is_answered(hello("phone"), "\"seq\":1");
    others();
    is_answered(message("phone", "ping", &json!({})), "\"type\":\"pong\"");
}

#[test]
fn clients_that_say_hello_and_nothing_more_shut_nobody_out_at_either_door() {
    let env = TestEnv::new();
    let collector = Listening::start(&env);
    let silent = greeted(&env, 144);
    for right in ["read", "answer", "manage"] {
        stays(&collector, right, || status(&env));
    }
    // Not even those that have shown the same token.
    let web: Vec<_> = (0..70)
        .map(|number| {
            let mut socket = collector.client("read");
            let said = socket.send(Message::text(hello(&format!("w{number}")).trim_end()));
            said.expect("it is heard");
            let answer = hear(&mut socket).to_string();
            assert!(answer.contains("\"seq\":1"), "{number}: {answer}");
            socket
        })
        .collect();
    for right in ["read", "answer", "manage"] {
        stays(&collector, right, || {
            drop(greeted(&env, 20));
            status(&env);
        });
    }
    let mut publisher = Publisher::at(&collector, "agent-1");
    let status =
        json!({"agent_id": "agent-1", "status": "busy", "pane_id": "", "project_root": "/"});
    assert!(publisher.says(&status).contains("bad_schema"));
    drop((silent, web));
}

#[test]
fn of_those_without_a_seat_the_one_goes_that_was_silent_for_longest() {
    let env = TestEnv::new();
    let collector = Listening::start(&env);
    let _silent = greeted(&env, 128);
    let mut visits = greeted(&env, 16);
    let beat = message("c0", "ping", &json!({}));
    let said = visits[0].get_mut().write_all(beat.as_bytes());
    said.expect("the hub hears");
    until("it is answered", || {
        let mut line = String::new();
        visits[0].read_line(&mut line).expect("it stays");
        line.contains("\"type\":\"pong\"").then_some(())
    });
    let _more = greeted(&env, 15);
    let mut rest = String::new();
    visits[1].read_to_string(&mut rest).expect("it is told why");
    assert!(rest.contains("silent for longest"), "{rest}");
    let said = visits[0].get_mut().write_all(beat.as_bytes());
    said.expect("the hub hears");
    until("it is answered again", || {
        let mut line = String::new();
        assert_ne!(visits[0].read_line(&mut line).expect("it stays"), 0);
        line.contains("\"type\":\"pong\"").then_some(())
    });
    drop(collector);
}

#[test]
fn a_hub_full_of_clients_that_stay_still_answers_short_commands() {
    let env = TestEnv::new();
    let collector = Listening::start(&env);
    let mut clients = greeted(&env, 150);
    status(&env);
    // The first 128 have kept their seats; of those after them the oldest have gone.
    let ended = |client: &mut BufReader<UnixStream>| {
        until("it is told something or nothing more", || {
            let mut line = String::new();
            let beat = message("c0", "ping", &json!({}));
            let _ = client.get_mut().write_all(beat.as_bytes());
            match client.read_line(&mut line) {
                Ok(0) | Err(_) => Some(true),
                Ok(_) if line.contains("\"type\":\"error\"") => Some(true),
                Ok(_) if line.contains("\"type\":\"pong\"") => Some(false),
                Ok(_) => None,
            }
        })
    };
    assert!(!ended(&mut clients[0]), "the first one stays");
    assert!(
        ended(&mut clients[128]),
        "the oldest of the short visits goes"
    );
    drop(collector);
}
