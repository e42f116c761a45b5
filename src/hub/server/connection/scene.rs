//! Clients at a hub without a thread of its own, for tests: what each says goes through its connection.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use pane_patrol_hooks::event::{Event, State};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::Client;
use crate::hub::protocol::{Right, Voice};
use crate::hub::server::cache::Cache;
use crate::state::fixture::{With as _, row};
use crate::state::update::Update;
use crate::state::{Request, Row};
use crate::sys::monotone_clock::Clock;
use crate::sys::namespaces::Standing;

/// What the hub knows, and how many clients it had.
pub(in crate::hub::server) struct Scene {
    pub(super) cache: Cache,
    serial: u64,
    /// The clients' own ends: without these they have left.
    ends: Vec<UnixStream>,
}

impl Scene {
    /// One with that many rows, each of which asks for something.
    pub(in crate::hub::server) fn new(rows: u32) -> Self {
        let voice = Voice {
            session_id: "s".to_owned(),
            sender_id: "hub".to_owned(),
        };
        let mut scene = Self {
            cache: Cache::new(voice, Arc::new(Clock::new(Timestamp::now))),
            serial: 0,
            ends: Vec::new(),
        };
        for number in 0..rows {
            scene.learn(asks(number));
        }
        scene
    }

    /// The row with that number.
    pub(in crate::hub::server) fn row(&self, number: u32) -> Row {
        let id = asks(number).id;
        self.cache.row(&id).unwrap().clone()
    }

    /// The same, which that publisher tells of.
    pub(in crate::hub::server) fn published(&mut self, number: u32, publisher: &str) -> Row {
        let mut row = self.row(number);
        row.publisher = Some(publisher.to_owned());
        self.learn(row.clone());
        row
    }

    fn learn(&mut self, row: Row) {
        self.cache.learn(Update::Row(Arc::new(row)));
    }

    /// A client that runs there, by a token of that right if there is one, and its own end.
    pub(super) fn client(
        &mut self,
        standing: Standing,
        token: Option<Right>,
    ) -> (Client, UnixStream) {
        let (stream, end) = UnixStream::pair().unwrap();
        stream.set_nonblocking(true).unwrap();
        self.serial += 1;
        let mut client = Client::new(self.serial, stream, (None, standing));
        if let Some(right) = token {
            let admit = json!({"right": right.as_str()});
            self.says(&mut client, &end, "relay", "admit", &admit);
        }
        (client, end)
    }

    /// Has the client say that.
    pub(super) fn says(
        &self,
        client: &mut Client,
        mut end: &UnixStream,
        name: &str,
        kind: &str,
        payload: &Value,
    ) {
        let message = json!({"version": "1", "type": kind, "session_id": "s", "sender_id": name,
            "timestamp": "2026-02-27T10:00:00Z", "payload": payload});
        end.write_all(format!("{message}\n").as_bytes()).unwrap();
        client.receive(&self.cache);
    }

    /// A client of that name that waits for a decision about what the row asks.
    pub(in crate::hub::server) fn waits(
        &mut self,
        row: &Row,
        standing: Standing,
        token: Option<Right>,
        name: &str,
    ) -> Client {
        let (mut client, end) = self.client(standing, token);
        let hello = json!({"client_id": name, "role": "publisher", "capabilities": []});
        self.says(&mut client, &end, name, "hello", &hello);
        let request = request_of(row);
        let mut event = Event::new(
            row.assistant.clone(),
            request.state,
            row.target.clone(),
            request.since,
        );
        (event.pane, event.server) = (row.pane, row.server.clone());
        event.instance_id.clone_from(&row.instance_id);
        (event.tool, event.message) = (request.tool, request.message);
        let event: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
        let wanted = json!({"event": event, "asked": null});
        self.says(&mut client, &end, name, "wait_decision", &wanted);
        self.ends.push(end);
        client
    }

    /// What the client is told until there is no more of it.
    pub(super) fn told(&self, client: &mut Client, mut end: &UnixStream) -> String {
        end.set_nonblocking(true).unwrap();
        let mut told = Vec::new();
        loop {
            client.send(&self.cache);
            let before = told.len();
            // It says that there is nothing more for now.
            let _ = end.read_to_end(&mut told);
            if told.len() == before {
                return String::from_utf8(told).unwrap();
            }
        }
    }
}

/// What the row asks.
pub(in crate::hub::server) fn request_of(row: &Row) -> Request {
    row.waiting[0].clone()
}

fn asks(number: u32) -> Row {
    let target = format!("a:{number}.0");
    row(number, "claude", State::WaitingApproval, &target, 5).asks("Bash", "touch f")
}
