//! How messages are printed.

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::envelope::{SAID_BYTES, VERSION};
use super::{ActResult, AgentStatus};
use crate::state::Row;

/// Who speaks, in which session: what is the same in all messages of one sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The session.
    pub session_id: String,
    /// The sender.
    pub sender_id: String,
}

impl Voice {
    /// One message with its line end. One that would be longer than any may be loses the ends of its
    /// texts and lists: whatever is said can be read.
    pub fn say(
        &self,
        kind: &str,
        payload: &impl Serialize,
        request_id: Option<&str>,
        now: Timestamp,
    ) -> Vec<u8> {
        let mut said = self.print(kind, payload, request_id, now);
        if said.len() <= SAID_BYTES {
            return said;
        }
        let mut short = serde_json::to_value(payload).unwrap_or_default();
        for most in [4096, 1024, 256, 64, 16] {
            shorten(&mut short, most);
            said = self.print(kind, &short, request_id, now);
            if said.len() <= SAID_BYTES {
                break;
            }
        }
        said
    }

    /// The same, however long it is.
    pub(super) fn print(
        &self,
        kind: &str,
        payload: &impl Serialize,
        request_id: Option<&str>,
        now: Timestamp,
    ) -> Vec<u8> {
        #[derive(Serialize)]
        struct Outgoing<'a, P> {
            version: &'a str,
            session_id: &'a str,
            #[serde(rename = "type")]
            kind: &'a str,
            sender_id: &'a str,
            timestamp: Timestamp,
            payload: &'a P,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: Option<&'a str>,
        }
        let message = Outgoing {
            version: VERSION,
            session_id: &self.session_id,
            kind,
            sender_id: &self.sender_id,
            timestamp: now,
            payload,
            request_id,
        };
        // Texts, numbers and lists of them: there is nothing in it that cannot be printed.
        let mut bytes = serde_json::to_vec(&message).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// A message of [`Voice::say`] with its number, in the name of the hub by which the client calls it.
    pub fn numbered(&self, message: &[u8], session: &str, seq: u64) -> Vec<u8> {
        let rest = message.get(Self::head(&self.session_id).len()..);
        let mut bytes = Self::head(session).into_bytes();
        bytes.extend(format!(r#""seq":{seq},"#).bytes());
        bytes.extend(rest.unwrap_or_default());
        bytes
    }

    /// How every message begins.
    fn head(session: &str) -> String {
        let session = Value::from(session);
        format!(r#"{{"version":"{VERSION}","session_id":{session},"#)
    }

    /// What came of an act. A request that is too long to be told in full is not told: nobody approves
    /// what was cut.
    pub fn say_result(
        &self,
        result: &ActResult,
        request_id: Option<&str>,
        now: Timestamp,
    ) -> Vec<u8> {
        let said = self.print("act_result", result, request_id, now);
        if said.len() <= SAID_BYTES || result.request.is_none() {
            return self.say("act_result", result, request_id, now);
        }
        // The pieces say nothing that the text does not.
        let mut plain = result.clone();
        if let Some(request) = &mut plain.request {
            request.parts.clear();
        }
        let said = self.print("act_result", &plain, request_id, now);
        if said.len() <= SAID_BYTES {
            return said;
        }
        let why = "the request is too long for a message; it can be read in its pane";
        let refused = ActResult::refused(&result.act_id, why);
        self.say("act_result", &refused, request_id, now)
    }

    /// One row as `agent_status`.
    pub fn say_row(&self, row: &Row, now: Timestamp) -> Vec<u8> {
        let status = AgentStatus::of(row.clone());
        let said = self.print("agent_status", &status, None, now);
        if said.len() <= SAID_BYTES {
            return said;
        }
        let short = AgentStatus::of(shortened(row));
        self.say("agent_status", &short, None, now)
    }
}

/// Takes the ends of all texts of more than `most` bytes, and of all lists of more than as many.
fn shorten(value: &mut Value, most: usize) {
    match value {
        Value::String(text) if text.len() > most => {
            let end = (0..=most).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(end.unwrap_or_default());
            text.push('…');
        }
        Value::Array(values) => {
            values.truncate(most);
            for value in values {
                shorten(value, most);
            }
        }
        Value::Object(fields) => {
            for value in fields.values_mut() {
                shorten(value, most);
            }
        }
        _ => {}
    }
}

/// The row without what may be long: open requests beyond the first and the evidence.
fn shortened(row: &Row) -> Row {
    let mut short = row.clone();
    short.waiting.truncate(1);
    short.evidence.clear();
    (short.diff, short.tasks) = (None, None);
    short
}
