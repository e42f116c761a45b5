//! How a connection begins, lives and ends: who comes, what it may do, and that it is still there.

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Right;
use super::envelope::in_utc;

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
    /// The device of the person's that speaks there, as it is called among those that are paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Payload of `error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorPayload {
    /// One word for programs; `docs/protocol.md` lists them.
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
