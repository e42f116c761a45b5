//! The messages of the hub, whatever carries them: JSON objects, each in the same envelope.
//!
//! A client says `hello` first. A subscriber is then told of every agent (`agent_status`, `diff_summary`,
//! `task_summary`), then `snapshot` says that this was all of them, and from there on it hears of whatever
//! changes. A publisher says the same of the agents it speaks for, and `task_update`, `heartbeat` and
//! `error`, of which subscribers hear, too. Whoever says `diff_patch_request` gets a
//! `diff_patch_response`; of a publisher's own agent its publisher is asked.
//!
//! A hook that may answer a permission request says `wait_decision` and gets one `decision`, or
//! `released` when there is nothing more to wait for; `waiting` says at once that it was heard. Whoever
//! wants something done says `act` and gets an `act_result`.
//!
//! What is longer than [`MAX_MESSAGE_BYTES`] is never sent.
//!
//! May import: `state`, the types of `git` and `tasks`, and the hooks' words.

mod act;
mod diff;
#[cfg(test)]
mod fuzz;
mod patch;
mod right;
#[cfg(test)]
mod schema;
mod start;
mod status;
mod tasks;
#[cfg(test)]
pub(crate) mod words;

use std::sync::Arc;

use pane_patrol_hooks::approval::Asked;
use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::Row;
use crate::state::update::{Feed, Health};
pub use act::{
    Act, ActOutcome, ActResult, Decide, Located, MAX_TRUST, Named, ReadRequest, Verb, What,
};
pub use diff::{AgentDiff, ChangedFile, FileWord, NoGit};
pub use patch::{AgentPatch, PatchError, RequestPatch};
pub use right::{Right, needed};
pub use start::{Start, SystemText};
pub use status::{AgentStatus, Gone, PublishedStatus, Report, Status};
pub use tasks::{AgentTasks, TaskAction, TaskUpdate, TaskWord};

/// The version of the envelope.
pub const VERSION: &str = "1";

/// Longest message in either direction, in bytes, without its line end.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What a payload may take of that; the rest is more than any envelope needs.
const PAYLOAD_BYTES: usize = MAX_MESSAGE_BYTES - 4096;

/// What stands around every message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Envelope {
    /// [`VERSION`].
    pub version: String,
    /// What the payload is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The hub's name.
    pub session_id: String,
    /// Who sends.
    pub sender_id: String,
    /// When, in UTC. Nothing is decided by it.
    #[serde(deserialize_with = "in_utc")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub timestamp: Timestamp,
    /// What.
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, Value>"))]
    pub payload: Value,
    /// Given back in the answer to this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The hub's messages to one client are numbered, from 1; clients say none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

/// A time of which nobody has to ask in which zone it is.
fn in_utc<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_utc = text.ends_with(['Z', 'z']) || text.ends_with("+00:00");
    let time = Timestamp::parse(&text).filter(|_| is_utc);
    time.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no RFC 3339 time in UTC")))
}

/// What a client is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ClientRole {
    /// It tells.
    Publisher,
    /// It wants every row.
    Subscriber,
}

/// Payload of `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hello {
    /// The same as the envelope's `sender_id`.
    pub client_id: String,
    /// What it is there for.
    pub role: ClientRole,
    /// Of a publisher what it means to send. Of a subscriber the types of messages that it understands:
    /// it gets no others, but errors and the answers to what it asks; none means all. `parts` among them
    /// says that it understands patches in parts.
    pub capabilities: Vec<String>,
    /// The agent that a publisher is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// Its pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane_id: Option<String>,
    /// Its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_root: Option<String>,
}

/// Payload of `snapshot`: all agents were told of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// How many there are.
    pub count: u64,
    /// The number of this message.
    pub seq: u64,
}

/// Payload of `pong`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pong {
    /// What time it is at the hub.
    #[cfg_attr(test, schemars(with = "String"))]
    pub host_time: Timestamp,
}

/// Payload of `bye`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Bye {
    /// Why the hub ends.
    pub why: String,
}

/// Payload of `heartbeat`, publisher to hub and hub to subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Heartbeat {
    /// The agent.
    pub agent_id: String,
    /// Its process.
    pub pid: u32,
    /// Its folder.
    pub cwd: String,
    /// When it last did something, in UTC.
    #[serde(deserialize_with = "in_utc")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub last_update: Timestamp,
}

/// Payload of `admit`: what whoever carries the messages of somebody else says of the connection before
/// the first of them. A right can only become less by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Admit {
    /// What is allowed.
    pub right: Right,
    /// By which names the hub may be called beside its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<String>,
}

/// Payload of `wait_decision`: the event that the hook has just sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaitDecision {
    /// It opens the request that is waited for: an event of version 1.
    event: Value,
    /// The complete input, for the rules; without it the person is asked.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<crate::protocol::words::AskedShape>"))]
    pub asked: Option<Asked>,
}

impl WaitDecision {
    /// The event; the error says why it is none.
    pub fn event(&self) -> Result<Event, String> {
        Event::parse(self.event.to_string().as_bytes()).map_err(|error| error.to_string())
    }
}

/// Payload of `error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorPayload {
    /// One word for programs, see [`code`].
    pub code: String,
    /// One line for people.
    pub message: String,
    /// Which part says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Of the hub's own: whether the connection ends with it.
    #[serde(default)]
    pub fatal: bool,
    /// About what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
    /// Of which agent, where the hub tells subscribers what a publisher has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
}

/// The codes of `error`.
pub mod code {
    /// Not a JSON object.
    pub const BAD_JSON: &str = "bad_json";
    /// Not an envelope, or a payload that does not belong to its type.
    pub const BAD_SCHEMA: &str = "bad_schema";
    /// An envelope of another version.
    pub const BAD_VERSION: &str = "bad_version";
    /// A message of another session.
    pub const WRONG_SESSION: &str = "wrong_session";
    /// Something else came before `hello`, or nothing did.
    pub const HELLO_EXPECTED: &str = "hello_expected";
    /// More than [`super::MAX_MESSAGE_BYTES`].
    pub const TOO_LARGE: &str = "too_large";
    /// A type that this version does not know.
    pub const UNKNOWN_TYPE: &str = "unknown_type";
    /// The client does not read.
    pub const SLOW: &str = "slow";
    /// There are too many clients.
    pub const TOO_MANY: &str = "too_many_clients";
    /// A message that only clients of the other role may send.
    pub const WRONG_ROLE: &str = "wrong_role";
    /// What the connection's right does not allow.
    pub const NOT_ALLOWED: &str = "not_allowed";
    /// The name of an agent that is another one's, or of a form that is ours.
    pub const AGENT_TAKEN: &str = "agent_taken";
    /// No row of that id, or not one that this publisher speaks for.
    pub const UNKNOWN_AGENT: &str = "unknown_agent";
    /// The table did not take an event; the message says why.
    pub const NOT_TAKEN: &str = "not_taken";
    /// Another publisher of that name is connected.
    pub const DUPLICATE: &str = "duplicate_client";
    /// The publisher has said nothing for so long that it was forgotten.
    pub const SILENT: &str = "silent";
    /// There is no such patch; the message says why.
    pub const NO_PATCH: &str = "no_patch";
    /// Too much is asked at once.
    pub const BUSY: &str = "busy";
    /// There is no hub to carry messages to.
    pub const NOBODY: &str = "nobody_collects";
    /// Another user.
    pub const FOREIGN: &str = "foreign_user";
}

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

/// Reads one message, without its line end. The error is the code and the words of an `error`.
pub fn parse(line: &[u8]) -> Result<Envelope, (&'static str, String)> {
    let value: Value =
        serde_json::from_slice(line).map_err(|error| (code::BAD_JSON, error.to_string()))?;
    if let Some(version) = value.get("version")
        && version != VERSION
    {
        let words = format!("this is version \"{VERSION}\", not {version}");
        return Err((code::BAD_VERSION, words));
    }
    if value
        .get("payload")
        .is_some_and(|payload| !payload.is_object())
    {
        return Err((code::BAD_SCHEMA, "`payload` is no object".to_owned()));
    }
    serde_json::from_value(value).map_err(|error| (code::BAD_SCHEMA, error.to_string()))
}

/// What a hub's message means to a subscriber; `Ok(None)` for types that do not concern it.
///
/// What comes before the `snapshot` is told at once there: see [`crate::hub_client`].
pub fn feed_of(message: Envelope) -> Result<Option<Feed>, serde_json::Error> {
    Ok(match message.kind.as_str() {
        "agent_status" if message.payload.get("gone").is_some() => {
            let gone: Gone = serde_json::from_value(message.payload)?;
            Some(Feed::Gone(gone.agent_id))
        }
        "agent_status" => {
            let status: AgentStatus = serde_json::from_value(message.payload)?;
            Some(Feed::Row(Box::new(status.row)))
        }
        "diff_summary" => {
            let diff: AgentDiff = serde_json::from_value(message.payload)?;
            let id = diff.agent_id.clone();
            Some(Feed::Diff(id, Arc::new(diff.into_summary())))
        }
        "task_summary" => {
            let tasks: AgentTasks = serde_json::from_value(message.payload)?;
            let id = tasks.agent_id.clone();
            Some(Feed::Tasks(id, Arc::new(tasks.into_summary())))
        }
        "health" => {
            let health: Health = serde_json::from_value(message.payload)?;
            Some(Feed::Health(health))
        }
        _ => None,
    })
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pane_patrol_hooks::event::{Assistant, Source, State};

    use super::*;
    use crate::state::Evidence;

    fn row(id: &str, evidence_bytes: usize) -> Row {
        Row {
            id: id.into(),
            assistant: Assistant::CLAUDE,
            state: State::Idle,
            kind: None,
            target: "main:0.0".parse().unwrap(),
            pane: None,
            server: None,
            instance_id: None,
            pid: None,
            since: Timestamp::default(),
            ts: Timestamp::default(),
            tool: None,
            message: None,
            cwd: None,
            branch: None,
            diff: None,
            tasks: None,
            trusted_until: None,
            home: None,
            source: Source::Hook,
            publisher: None,
            offline: false,
            shown_at: None,
            suspended: false,
            silent: false,
            sub_agents: 0,
            waiting: Vec::new(),
            generation: 0,
            evidence: vec![Arc::new(Evidence {
                at: Timestamp::default(),
                source: Source::Hook,
                what: "x".repeat(evidence_bytes),
                before: None,
                after: State::Idle,
                reason: None,
            })],
        }
    }

    fn voice() -> Voice {
        Voice {
            session_id: "default".into(),
            sender_id: "collector".into(),
        }
    }

    fn heard(row: &Row) -> AgentStatus {
        let said = voice().say_row(row, Timestamp::default());
        assert!(said.len() <= MAX_MESSAGE_BYTES + 1);
        serde_json::from_value(parse(&said).unwrap().payload).unwrap()
    }

    #[test]
    fn a_row_too_long_for_a_message_loses_its_evidence() {
        assert_eq!(heard(&row("a", 10)).row.evidence.len(), 1);
        assert_eq!(heard(&row("b", 300_000)).row.evidence.len(), 0);
    }

    #[test]
    fn a_message_is_numbered_and_carries_the_name_by_which_the_hub_is_called() {
        let said = voice().say(
            "pong",
            &serde_json::json!({}),
            Some("r"),
            Timestamp::default(),
        );
        let numbered = voice().numbered(&said, "a \"b\"", 7);
        let message = parse(&numbered).unwrap();
        assert_eq!(
            (message.seq, message.session_id.as_str()),
            (Some(7), "a \"b\"")
        );
        assert_eq!(message.request_id.as_deref(), Some("r"));
        assert_eq!(numbered.last(), Some(&b'\n'));
    }

    #[test]
    fn what_is_said_is_understood() {
        let row = row("a", 10);
        let said = parse(&voice().say_row(&row, Timestamp::default())).unwrap();
        assert_eq!(said.session_id, "default");
        assert_eq!(feed_of(said).unwrap(), Some(Feed::Row(Box::new(row))));
        let gone = Gone::of("a");
        let said = parse(&voice().say("agent_status", &gone, None, Timestamp::default())).unwrap();
        assert_eq!(feed_of(said).unwrap(), Some(Feed::Gone("a".into())));
    }

    #[test]
    fn what_is_no_message_is_told_apart() {
        let code = |line: &str| parse(line.as_bytes()).unwrap_err().0;
        assert_eq!(code("{"), code::BAD_JSON);
        assert_eq!(code("[]"), code::BAD_SCHEMA);
        assert_eq!(code(r#"{"version":"2"}"#), code::BAD_VERSION);
        assert_eq!(code(r#"{"version":"1","type":"hello"}"#), code::BAD_SCHEMA);
        let envelope = |time: &str, payload: &str| {
            format!(
                r#"{{"version":"1","type":"ping","session_id":"d","sender_id":"a","timestamp":"{time}","payload":{payload}}}"#
            )
        };
        assert!(parse(envelope("2026-02-27T10:00:00Z", "{}").as_bytes()).is_ok());
        assert!(parse(envelope("2026-02-27T10:00:00+00:00", "{}").as_bytes()).is_ok());
        for (time, payload) in [
            ("2026-02-27T10:00:00+02:00", "{}"),
            ("2026-02-27T10:00:00", "{}"),
            ("now", "{}"),
            ("2026-02-27T10:00:00Z", "\"x\""),
            ("2026-02-27T10:00:00Z", "[]"),
        ] {
            assert_eq!(code(&envelope(time, payload)), code::BAD_SCHEMA, "{time}");
        }
    }
}
