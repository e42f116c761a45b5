//! Phones and browsers: how they are let in and put out again, what each may, and that nobody else is let in who says
//! so. The page's own tests are in a real browser; here a client says by hand what a page would.

mod approvals;
mod cells;
mod demo;
mod entry;
mod guests;
mod neighbour;
mod served;
mod words;

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::common::{Listening, TestEnv, finish, hear};

/// What `pair --json` prints.
fn offer(env: &TestEnv, arguments: &[&str]) -> Value {
    let printed = finish(env.pane_patrol().args(["pair", "--json"]).args(arguments));
    assert_eq!(printed.status.code(), Some(0), "{printed:?}");
    serde_json::from_str(&printed.stdout).expect("JSON")
}

/// A page that has its WebSocket and has said nothing.
fn page(listening: &Listening) -> Page {
    Page::over(listening.tcp(), &listening.address)
}

/// A page of ours, by hand.
struct Page {
    socket: WebSocket<TcpStream>,
    /// The hub's name, once it was told.
    session: String,
}

impl Page {
    /// One on a device that was paired just now, with its token.
    fn paired(env: &TestEnv, listening: &Listening, arguments: &[&str]) -> (Self, String) {
        let offer = offer(env, arguments);
        let mut page = page(listening);
        let paired = page.asks("pair", &json!({"code": offer["code"]}));
        assert_eq!(paired["type"], "paired", "{paired}");
        let token = paired["payload"]["token"].as_str().expect("a token");
        (page, token.to_owned())
    }

    /// One by that connection, which has said nothing.
    fn over(stream: TcpStream, address: &str) -> Self {
        let mut request = format!("ws://{address}/hub")
            .into_client_request()
            .expect("an address");
        let origin = format!("http://{address}").parse().expect("a header");
        request.headers_mut().insert("Origin", origin);
        let (socket, _) = tungstenite::client::client(request, stream).expect("it is let in");
        Self {
            socket,
            session: String::new(),
        }
    }

    /// One that has shown that token; else why it was refused.
    fn with_token(listening: &Listening, token: &str) -> Result<Self, String> {
        let mut page = page(listening);
        let answer = page.asks("authenticate", &json!({"token": token}));
        match answer["type"].as_str() {
            Some("authenticated") => Ok(page),
            _ => Err(answer["payload"]["code"]
                .as_str()
                .expect("a code")
                .to_owned()),
        }
    }

    fn say(&mut self, kind: &str, payload: &Value) {
        let message = json!({"version": "1", "type": kind, "session_id": self.session,
            "sender_id": "page-1", "timestamp": "2026-11-30T02:50:00Z", "payload": payload,
            "request_id": kind});
        // It may have been put out in the middle.
        let _ = self.socket.send(Message::text(message.to_string()));
    }

    /// The next message; `Err` is the reason with which it was closed.
    fn hear(&mut self) -> Result<Value, String> {
        loop {
            match hear(&mut self.socket) {
                Message::Text(text) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Message::Close(frame) => {
                    return Err(frame
                        .map(|frame| frame.reason.to_string())
                        .unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    /// Says the first message; what it is told.
    fn asks(&mut self, kind: &str, payload: &Value) -> Value {
        self.say(kind, payload);
        let answer = self.hear().expect("it is answered");
        assert_eq!(answer["request_id"].as_str().unwrap_or(kind), kind);
        let session = answer["session_id"].as_str().expect("the hub has a name");
        session.clone_into(&mut self.session);
        answer
    }

    /// Says hello and hears every agent there is.
    fn greets(&mut self) -> Vec<Value> {
        self.hello(&[], "snapshot")
    }

    /// Says hello to be told of nothing but these.
    fn greets_for(&mut self, kinds: &[&str]) {
        self.hello(kinds, "pong");
    }

    /// The agents that it is told of until the message `last`.
    fn hello(&mut self, kinds: &[&str], last: &str) -> Vec<Value> {
        let hello = json!({"client_id": "page-1", "role": "subscriber", "capabilities": kinds});
        self.say("hello", &hello);
        if last == "pong" {
            self.say("ping", &json!({}));
        }
        let mut told = Vec::new();
        loop {
            let message = self.hear().expect("the hub goes on");
            match message["type"].as_str() {
                Some(kind) if kind == last => return told,
                Some("agent_status") => told.push(message["payload"].clone()),
                Some("error") => panic!("{message}"),
                _ => {}
            }
        }
    }

    /// It is answered as before.
    fn is_there(&mut self) {
        self.say("ping", &json!({}));
        while self.hear().expect("it is there")["type"] != "pong" {}
    }

    /// What comes of an act: an `act_result`, or an error.
    fn act(&mut self, act: &Value) -> Value {
        self.say("act", act);
        self.result()
    }

    fn result(&mut self) -> Value {
        loop {
            let message = self.hear().expect("the hub goes on");
            if ["act_result", "error"].contains(&message["type"].as_str().expect("a type")) {
                return message;
            }
        }
    }
}

/// The devices that `devices list` knows.
fn listed(env: &TestEnv) -> Vec<Value> {
    let printed = finish(env.pane_patrol().args(["devices", "list", "--json"]));
    serde_json::from_str(&printed.stdout).expect("JSON")
}

fn revoke(env: &TestEnv, name: &str) {
    let revoked = finish(env.pane_patrol().args(["devices", "revoke", name]));
    assert_eq!(revoked.status.code(), Some(0), "{revoked:?}");
}
