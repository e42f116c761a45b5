//! The messages of `hub.sock`: one JSON object a line, each in the same envelope.
//!
//! A client says `hello` first. A subscriber then gets a `snapshot`, and from there on an
//! `agent_status` for each row that changes, a `diff_summary` and a `task_summary` when the changes in
//! a row's folder and its tasks do, and a `health` when the collector's counters change. A publisher
//! says `agent_status` (an event of version 1), `diff_summary`, `task_summary` and `task_update` of
//! the agents it speaks for, and a `heartbeat` while there is nothing to say. Whoever says
//! `request_patch` gets a `patch`.
//! A hook that may answer a permission request says `wait_decision` and gets one `decision`, or
//! `released` when there is nothing more to wait for; `waiting` says at once that it was heard. Whoever
//! decides says `decide` and gets a `decide_result`: whether a hook was waiting for just that. Whoever
//! trusts a row for a while says `trust` and gets the same: whether it is that row. Whoever has taken the
//! person to a row where tmux cannot tell that she looks says `looked_at`, with the same answer.
//! What is longer than [`MAX_MESSAGE_BYTES`] is never sent: a snapshot is cut into several messages,
//! of which all but the last say `"more":true`.
//!
//! May import: `state`, the types of `git` and `tasks`, and the hooks' words.

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod schema;
#[cfg(test)]
pub(crate) mod words;
mod work;

use std::time::Duration;

use pane_patrol_hooks::approval::{Asked, Verdict};
use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::update::{Feed, Health};
use crate::state::{Input, Request, Row};
pub use work::{AgentDiff, AgentPatch, AgentTasks, RequestPatch, TaskUpdate};

/// The version of the envelope.
pub const VERSION: &str = "1";

/// Longest message in either direction, in bytes, its line end included.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What a payload may take of that; the rest is more than any envelope needs.
const PAYLOAD_BYTES: usize = MAX_MESSAGE_BYTES - 4096;

/// What stands around every message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Envelope {
    /// [`VERSION`].
    pub version: String,
    /// What the payload is: `hello`, `snapshot`, `agent_status`, `diff_summary`, `task_summary`,
    /// `task_update`, `request_patch`, `patch`, `health`, `heartbeat`, `error`, `wait_decision`,
    /// `waiting`, `decision`, `released`, `decide`, `trust`, `looked_at`,
    /// `decide_result`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `PANE_PATROL_SESSION`, else `default`.
    pub session_id: String,
    /// Who sends.
    pub sender_id: String,
    /// When.
    #[cfg_attr(test, schemars(with = "String"))]
    pub timestamp: Timestamp,
    /// What.
    pub payload: Value,
    /// Given back in the answer to this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
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
    /// What it means to do, for people who look at it; nothing depends on it.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// Payload of `snapshot`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Rows, in the order of attention.
    pub agents: Vec<Row>,
    /// Whether the rest follows in another `snapshot`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub more: bool,
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

/// Payload of `decide`; that of `decision` is the verdict alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Decide {
    /// The row's id.
    pub row: String,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The request, as the row has it.
    pub request: Request,
    /// What was decided.
    #[cfg_attr(test, schemars(with = "crate::protocol::words::VerdictShape"))]
    pub verdict: Verdict,
}

/// Payload of `trust`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trust {
    /// The row's id.
    pub row: String,
    /// The assistant's session.
    pub instance_id: String,
    /// For how long, in seconds, at most [`MAX_TRUST`]; 0: not any longer.
    pub seconds: u64,
}

/// Nobody is trusted for longer at one time.
pub const MAX_TRUST: Duration = Duration::from_secs(4 * 60 * 60);

impl Trust {
    /// What the table is told of it.
    pub fn input(&self, now: Timestamp) -> Input {
        let span = Duration::from_secs(self.seconds).min(MAX_TRUST);
        Input::Trust {
            row: self.row.clone(),
            instance_id: self.instance_id.clone(),
            until: (self.seconds > 0).then(|| now.plus(span)),
        }
    }
}

/// Payload of `looked_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LookedAt {
    /// The row's id.
    pub row: String,
}

impl LookedAt {
    /// That the person looks at this one.
    pub fn of(row: &Row) -> Self {
        Self {
            row: row.id.clone(),
        }
    }
}

/// Payload of `decide_result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecideResult {
    /// Whether a hook was waiting for it and has got it; of a trust, whether it is that row; of a look,
    /// whether there is such a row.
    pub taken: bool,
}

/// Payload of `agent_status` when the row is gone; else the payload is the row itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gone {
    /// The row's id.
    pub id: String,
    /// Always true.
    pub gone: bool,
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
    pub component: String,
    /// Whether the connection ends with it.
    pub fatal: bool,
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
            #[serde(rename = "type")]
            kind: &'a str,
            session_id: &'a str,
            sender_id: &'a str,
            timestamp: Timestamp,
            payload: &'a P,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: Option<&'a str>,
        }
        let message = Outgoing {
            version: VERSION,
            kind,
            session_id: &self.session_id,
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

    /// The rows as one `snapshot`, or as many as it takes. There is always one.
    pub fn say_snapshot(&self, rows: &[Row], now: Timestamp) -> Vec<u8> {
        let mut parts = split_into_parts(rows).into_iter().peekable();
        let mut bytes = Vec::new();
        while let Some(agents) = parts.next() {
            let more = parts.peek().is_some();
            let part = Snapshot { agents, more };
            bytes.extend(self.say("snapshot", &part, None, now));
        }
        bytes
    }

    /// One row as `agent_status`.
    pub fn say_row(&self, row: &Row, now: Timestamp) -> Vec<u8> {
        self.say("agent_status", &bounded(row).0, None, now)
    }
}

fn split_into_parts(rows: &[Row]) -> Vec<Vec<Row>> {
    let mut parts = vec![Vec::new()];
    let mut left = PAYLOAD_BYTES;
    for (row, length) in rows.iter().map(bounded) {
        if length > left {
            parts.push(Vec::new());
            left = PAYLOAD_BYTES;
        }
        left = left.saturating_sub(length);
        if let Some(part) = parts.last_mut() {
            part.push(row);
        }
    }
    parts
}

/// A row that fits into one message, and its length there.
fn bounded(row: &Row) -> (Row, usize) {
    let length = |row: &Row| serde_json::to_vec(row).map_or(0, |bytes| bytes.len() + 1);
    match length(row) {
        long if long > PAYLOAD_BYTES => {
            let short = shortened(row);
            let length = length(&short);
            (short, length)
        }
        length => (row.clone(), length),
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
    serde_json::from_value(value).map_err(|error| (code::BAD_SCHEMA, error.to_string()))
}

/// What a hub's message means to a subscriber; `Ok(None)` for types that do not concern it.
///
/// A `snapshot` that says `more` is not joined here: see [`crate::hub_client`].
pub fn feed_of(message: Envelope) -> Result<Option<Feed>, serde_json::Error> {
    Ok(match message.kind.as_str() {
        "agent_status" if message.payload.get("gone").is_some() => {
            let Gone { id, .. } = serde_json::from_value(message.payload)?;
            Some(Feed::Gone(id))
        }
        "agent_status" => {
            let row: Row = serde_json::from_value(message.payload)?;
            Some(Feed::Row(Box::new(row)))
        }
        "diff_summary" => {
            let AgentDiff { agent_id, diff } = serde_json::from_value(message.payload)?;
            agent_id.map(|id| Feed::Diff(id, diff))
        }
        "task_summary" => {
            let AgentTasks { agent_id, tasks } = serde_json::from_value(message.payload)?;
            agent_id.map(|id| Feed::Tasks(id, tasks))
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

#[cfg(test)]
mod tests {
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
            evidence: vec![Evidence {
                at: Timestamp::default(),
                source: Source::Hook,
                what: "x".repeat(evidence_bytes),
                before: None,
                after: State::Idle,
                reason: None,
            }],
        }
    }

    fn voice() -> Voice {
        Voice {
            session_id: "default".into(),
            sender_id: "collector".into(),
        }
    }

    fn parts_of(rows: &[Row]) -> Vec<Snapshot> {
        let bytes = voice().say_snapshot(rows, Timestamp::default());
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines
            .map(|line| {
                assert!(line.len() <= MAX_MESSAGE_BYTES);
                serde_json::from_value(parse(line).unwrap().payload).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_snapshot_without_rows_is_still_a_message() {
        assert_eq!(parts_of(&[]), [Snapshot::default()]);
    }

    #[test]
    fn a_long_snapshot_comes_in_several_messages_with_every_row_once() {
        let rows: Vec<Row> = (0..10).map(|n| row(&n.to_string(), 100_000)).collect();
        let parts = parts_of(&rows);
        let more: Vec<bool> = parts.iter().map(|part| part.more).collect();
        assert_eq!(more, [true, true, true, true, false]);
        let joined: Vec<Row> = parts.into_iter().flat_map(|part| part.agents).collect();
        assert_eq!(joined, rows);
    }

    #[test]
    fn a_row_too_long_for_a_message_loses_its_evidence() {
        let parts = parts_of(&[row("a", 10), row("b", 300_000)]);
        let kept: Vec<usize> = parts
            .iter()
            .flat_map(|part| &part.agents)
            .map(|row| row.evidence.len())
            .collect();
        assert_eq!(kept, [1, 0]);
    }

    #[test]
    fn what_is_said_is_understood() {
        let row = row("a", 10);
        let said = parse(&voice().say_row(&row, Timestamp::default())).unwrap();
        assert_eq!(said.session_id, "default");
        assert_eq!(feed_of(said).unwrap(), Some(Feed::Row(Box::new(row))));
        let gone = Gone {
            id: "a".into(),
            gone: true,
        };
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
    }
}
