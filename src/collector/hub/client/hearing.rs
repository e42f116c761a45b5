//! What a client says, line by line: hello first, then what its role may say.
//!
//! What is no message, or one of another session, ends the connection; a message whose payload is
//! wrong is refused alone.

use pane_patrol_hooks::text::one_line;

use super::super::seats;
use super::super::wish::{What, Wish, wish_of};
use super::super::world::World;
use super::{Client, Seat, Waiting};
use crate::protocol::{self, ClientRole, Envelope, Hello, MAX_MESSAGE_BYTES, WaitDecision, code};

/// Longest name of a client, in bytes.
const MAX_NAME_BYTES: usize = 128;

impl Client {
    /// Hears every whole line that has come, as long as the client has not too many wishes.
    pub(super) fn take_lines(&mut self, world: &World) {
        let mut taken = 0;
        while self.refused.is_none() && !self.is_full() {
            let rest = &self.input[taken..];
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if rest.len() >= MAX_MESSAGE_BYTES {
                    self.refuse_length(world);
                }
                break;
            };
            if end >= MAX_MESSAGE_BYTES {
                self.refuse_length(world);
                break;
            }
            let line = rest[..end].to_vec();
            taken += end + 1;
            self.take_line(&line, world);
        }
        self.input.drain(..taken);
    }

    fn refuse_length(&mut self, world: &World) {
        let words = format!("a message has at most {MAX_MESSAGE_BYTES} bytes");
        self.refuse(world, code::TOO_LARGE, &words);
    }

    fn take_line(&mut self, line: &[u8], world: &World) {
        let message = match protocol::parse(line) {
            Ok(message) => message,
            Err((code, words)) => return self.refuse(world, code, &one_line(&words, 200)),
        };
        if message.session_id != world.voice.session_id {
            let words = format!("this is session `{}`", world.voice.session_id);
            return self.refuse(world, code::WRONG_SESSION, &words);
        }
        let Some(role) = self.role else {
            return self.take_hello(message, world);
        };
        if message.sender_id != self.name {
            let words = "`sender_id` must be the one of your hello";
            return self.refuse(world, code::BAD_SCHEMA, words);
        }
        match message.kind.as_str() {
            "heartbeat" => self.say(world, "heartbeat", &message.payload, &message),
            "wait_decision" => self.wait(&message, world),
            // A client's complaint needs no answer.
            "error" => {}
            _ => self.wish(role, message, world),
        }
    }

    fn take_hello(&mut self, message: Envelope, world: &World) {
        if message.kind != "hello" {
            return self.refuse(world, code::HELLO_EXPECTED, "say hello first");
        }
        let hello: Hello = match serde_json::from_value(message.payload) {
            Ok(hello) => hello,
            Err(error) => return self.refuse(world, code::BAD_SCHEMA, &error.to_string()),
        };
        if hello.client_id != message.sender_id {
            let words = "`client_id` must be the `sender_id`";
            return self.refuse(world, code::BAD_SCHEMA, words);
        }
        if !(1..=MAX_NAME_BYTES).contains(&hello.client_id.len())
            || hello.client_id != one_line(&hello.client_id, MAX_NAME_BYTES)
        {
            let words = format!("`client_id` is one line of 1 to {MAX_NAME_BYTES} bytes");
            return self.refuse(world, code::BAD_SCHEMA, &words);
        }
        if self.seat == Seat::None {
            return self.refuse(world, code::TOO_MANY, seats::FULL);
        }
        self.name = hello.client_id;
        self.role = Some(hello.role);
        if self.is_subscriber() {
            self.output.extend(world.snapshot());
            for item in world.beside_the_snapshot() {
                self.owed.add(item);
            }
        }
    }

    fn wish(&mut self, role: ClientRole, message: Envelope, world: &World) {
        let request = message.request_id.as_deref();
        let (code, words) = match wish_of(&message) {
            Ok(Some(What::Publish(_))) if role != ClientRole::Publisher => {
                let words = format!("`{}` is for publishers", message.kind);
                (code::WRONG_ROLE, words)
            }
            Ok(Some(what)) => {
                self.wishes.push_back(Wish {
                    what,
                    question: message,
                });
                return;
            }
            Ok(None) => {
                let words = format!("`{}` means nothing here", one_line(&message.kind, 40));
                (code::UNKNOWN_TYPE, words)
            }
            Err(why) => (code::BAD_SCHEMA, one_line(&why, 200)),
        };
        self.say_error(world, code, &words, false, request);
    }

    fn wait(&mut self, message: &Envelope, world: &World) {
        let wanted = serde_json::from_value(message.payload.clone())
            .map_err(|error| error.to_string())
            .and_then(|wanted: WaitDecision| Ok((wanted.event()?, wanted.asked)));
        let mut waiting = match wanted {
            Ok((event, asked)) => Waiting::new(event, asked),
            Err(why) => return self.refuse(world, code::BAD_SCHEMA, &why),
        };
        self.say(world, "waiting", &serde_json::json!({}), message);
        // Its event may have come before it.
        for row in world.rows() {
            waiting.hear(row);
        }
        self.waiting = Some(waiting);
    }
}
