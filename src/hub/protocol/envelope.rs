//! What stands around every message, and how one is read.

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::code;
use super::unique::Unique;

/// The version of the envelope.
pub const VERSION: &str = "1";

/// Longest message in either direction, in bytes, without its line end.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// What the hub itself says may have so much of that; the number that each client is told with it, and the
/// name by which that client calls the hub, come to it.
pub(super) const SAID_BYTES: usize = MAX_MESSAGE_BYTES - 2048;

/// Longest name or id in an envelope, in bytes.
const MAX_ID_BYTES: usize = 1024;

/// What a payload may take of that; the rest is more than any envelope needs.
pub(super) const PAYLOAD_BYTES: usize = MAX_MESSAGE_BYTES - 4096;

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
pub(super) fn in_utc<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_utc = text.ends_with(['Z', 'z']) || text.ends_with("+00:00");
    let time = Timestamp::parse(&text).filter(|_| is_utc);
    time.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no RFC 3339 time in UTC")))
}

/// Reads one message, without its line end. The error is the code and the words of an `error`.
pub fn parse(line: &[u8]) -> Result<Envelope, (&'static str, String)> {
    let Unique(value) = serde_json::from_slice(line).map_err(|error| {
        let code = if error.is_data() {
            code::BAD_SCHEMA
        } else {
            code::BAD_JSON
        };
        (code, error.to_string())
    })?;
    if !value.is_object() {
        return Err((code::BAD_SCHEMA, "a message is an object".to_owned()));
    }
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
    let message: Envelope =
        serde_json::from_value(value).map_err(|error| (code::BAD_SCHEMA, error.to_string()))?;
    let is_long = |id: &String| id.len() > MAX_ID_BYTES;
    let ids = [&message.kind, &message.session_id, &message.sender_id];
    if ids.into_iter().any(is_long) || message.request_id.as_ref().is_some_and(is_long) {
        let words = format!("a name or id has at most {MAX_ID_BYTES} bytes");
        return Err((code::BAD_SCHEMA, words));
    }
    Ok(message)
}
