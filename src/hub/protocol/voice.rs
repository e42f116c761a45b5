//! How messages are printed.

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::AgentStatus;
use super::envelope::{MAX_MESSAGE_BYTES, VERSION};
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
    /// One message with its line end.
    pub fn say(
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

    /// One row as `agent_status`.
    pub fn say_row(&self, row: &Row, now: Timestamp) -> Vec<u8> {
        let status = AgentStatus::of(row.clone());
        let said = self.say("agent_status", &status, None, now);
        if said.len() <= MAX_MESSAGE_BYTES {
            return said;
        }
        let short = AgentStatus::of(shortened(row));
        self.say("agent_status", &short, None, now)
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
