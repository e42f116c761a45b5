//! A client that says by hand what it likes, with one right: with that right's token over WebSocket, or at
//! the hub's own socket, which is its owner's.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use pane_patrol::hub::protocol::Right;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::{Listening, TestEnv, hear};

/// How a client comes in.
enum Way {
    Hub(BufReader<UnixStream>),
    WebSocket(Box<WebSocket<TcpStream>>),
}

/// A client with one right.
pub(super) struct Client(Way);

impl Client {
    /// One with that right, which has said nothing yet.
    pub(super) fn with(right: Right, env: &TestEnv, listening: &Listening) -> Self {
        Self(match right {
            Right::Own => Way::Hub(BufReader::new(env.connect_to_hub())),
            given => Way::WebSocket(Box::new(listening.client(given.as_str()))),
        })
    }

    /// One that a token has let in, and that has said nothing yet.
    pub(super) fn by_token(socket: WebSocket<TcpStream>) -> Self {
        Self(Way::WebSocket(Box::new(socket)))
    }

    /// Says that.
    pub(super) fn say(&mut self, kind: &str, payload: &Value) {
        self.say_whole(&envelope(kind, payload));
    }

    /// Says that, whatever it is.
    pub(super) fn say_whole(&mut self, message: &Value) {
        match &mut self.0 {
            Way::Hub(stream) => {
                let said = stream
                    .get_mut()
                    .write_all(format!("{message}\n").as_bytes());
                said.expect("the hub hears");
            }
            Way::WebSocket(socket) => {
                let said = socket.send(Message::text(message.to_string()));
                said.expect("the hub hears");
            }
        }
    }

    /// The next message.
    pub(super) fn hear(&mut self) -> Value {
        let text = match &mut self.0 {
            Way::Hub(stream) => {
                let mut line = String::new();
                stream.read_line(&mut line).expect("the hub goes on");
                line
            }
            Way::WebSocket(socket) => loop {
                match hear(socket) {
                    Message::Text(text) => break text.to_string(),
                    // By these the hub knows that somebody is there.
                    Message::Ping(_) => {}
                    other => panic!("{other:?}"),
                }
            },
        };
        serde_json::from_str(&text).expect("JSON")
    }

    /// Says hello; whether that is taken.
    pub(super) fn greets(&mut self, role: &str) -> bool {
        let hello = json!({"client_id": "x", "role": role, "capabilities": ["pong"]});
        self.say("hello", &hello);
        self.refusals().is_empty()
    }

    /// The code of the next error.
    pub(super) fn first_refusal(&mut self) -> String {
        loop {
            let heard = self.hear();
            if heard["type"] == "error" {
                let code = heard["payload"]["code"].as_str();
                return code.expect("a code").to_owned();
            }
        }
    }

    /// The codes of all errors before the answer to a question that is asked now.
    pub(super) fn refusals(&mut self) -> Vec<String> {
        self.say("ping", &json!({}));
        let mut codes = Vec::new();
        loop {
            let heard = self.hear();
            let code = heard["payload"]["code"].as_str();
            match (heard["type"].as_str(), code) {
                (Some("pong"), _) => return codes,
                // Of a question before hello.
                (_, Some("hello_expected")) if heard["request_id"] == "ping" => return codes,
                (Some("error"), Some(code)) => codes.push(code.to_owned()),
                _ => {}
            }
        }
    }
}

/// A message with everything that belongs to one.
pub(super) fn envelope(kind: &str, payload: &Value) -> Value {
    json!({"version": "1", "type": kind, "session_id": "default", "sender_id": "x",
        "timestamp": "2026-11-21T14:02:15Z", "payload": payload, "request_id": kind})
}

/// What is whole of its kind, so that only the right decides.
pub(super) fn payload_of(kind: &str) -> Value {
    match kind {
        "agent_status" => {
            json!({"agent_id": "x", "status": "idle", "pane_id": "", "project_root": "/"})
        }
        "diff_summary" => json!({"agent_id": "x", "repo_root": "/", "git_available": true,
            "summary": {"staged": {"files": 0, "additions": 0, "deletions": 0},
                "unstaged": {"files": 0, "additions": 0, "deletions": 0},
                "untracked": {"files": 0}}, "files": []}),
        "task_summary" => json!({"agent_id": "x", "tag": "", "counts": {"total": 0, "pending": 0,
            "in_progress": 0, "done": 0, "blocked": 0}, "active_tasks": []}),
        "task_update" => json!({"agent_id": "x", "tag": "", "action": "add",
            "task": {"id": "1", "title": "t", "status": "pending"}}),
        "heartbeat" => json!({"agent_id": "x", "pid": 1, "cwd": "/",
            "last_update": "2026-11-21T14:02:15Z"}),
        "status_record" => json!({"agent_id": "x", "app": "codex", "state": "blocked",
            "kind": "permission", "message": "m", "written": "2026-11-21T14:02:15Z"}),
        "error" => json!({"code": "c", "message": "m"}),
        "diff_patch_response" => json!({"agent_id": "x", "path": "p", "status": "modified",
            "is_binary": false, "patch": ""}),
        "wait_decision" => json!({"event": {"assistant": "claude", "state": "waiting_approval",
            "target": "a:0.0", "ts": "2026-11-21T14:02:15Z", "kind": "approval_requested"}}),
        "diff_patch_request" => json!({"agent_id": "x", "path": "p"}),
        "hello" => json!({"client_id": "x", "role": "subscriber", "capabilities": ["pong"]}),
        "snapshot_request" | "ping" => json!({}),
        other => panic!("`{other}` is in the table and not tried"),
    }
}

/// An act of that kind, whole.
pub(super) fn act_of(name: &str) -> Value {
    let mut act = json!({"act_id": name, "agent_id": "x", "act": name});
    let more = match name {
        "read_request" | "locate" | "look" | "resume" => json!({}),
        "decide" => json!({"decision": "deny"}),
        "snooze" => json!({"seconds": 60}),
        "trust" => json!({"instance_id": "y", "seconds": 60}),
        "send" => json!({"text": "y"}),
        "stop" => json!({"instance_id": "y"}),
        "task" => json!({"change": "set", "id": "1", "status": "done"}),
        "start" => json!({"launcher": "y"}),
        other => panic!("`{other}` is in the table and not tried"),
    };
    for (field, value) in more.as_object().expect("an object") {
        act[field] = value.clone();
    }
    act
}
