//! `hook claude --decide`: after its event was sent, waits for a decision made elsewhere and prints it.
//!
//! The dialog stays usable all the while, and whoever answers first wins. So this leaves at once, and
//! without a word, when there is nobody to wait for, when the hub says that the request is gone, and
//! when the hub itself goes. Nothing of it is loaded by a hook without `--decide`.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::event::{Assistant, Event, Kind};
use crate::paths::Places;
use crate::send::is_runtime_ours;
use crate::timestamp::Timestamp;

/// How long an answer is waited for: as long as the assistant waits for this hook.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3600);

/// Longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What was decided about one permission request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "behavior")]
pub enum Verdict {
    /// Yes, this once.
    Allow,
    /// No.
    Deny {
        /// What the assistant is told.
        message: String,
        /// The turn ends with it.
        #[serde(default, skip_serializing_if = "is_false")]
        interrupt: bool,
    },
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    payload: serde_json::Value,
}

/// Whether somebody may decide about this event: the main agent of an attended session asks for
/// permission. For a sub-agent in the background Claude Code 2.1.329 shows its dialog only when this
/// hook has ended: waiting would hide the request from whoever sits at the pane.
pub(crate) fn can_be_decided(event: &Event) -> bool {
    event.assistant == Assistant::CLAUDE
        && event.kind == Some(Kind::ApprovalRequested)
        && event.event.as_deref() == Some("PermissionRequest")
        && event.agent_id.is_none()
        && event.attended
}

/// Waits for the decision about `event` and prints it.
pub(crate) fn run(event: &Event, places: &Places, uid: u32) {
    let verdict = is_runtime_ours(places, uid)
        .then(|| ask(event, places).ok().flatten())
        .flatten();
    if let Some(verdict) = verdict {
        // An assistant that has gone needs no answer.
        let _ = io::stdout().lock().write_all(printed(&verdict).as_bytes());
    }
}

/// What Claude Code reads from its `PermissionRequest` hook.
fn printed(verdict: &Verdict) -> String {
    let output = json!({
        "hookSpecificOutput": {"hookEventName": "PermissionRequest", "decision": verdict}
    });
    format!("{output}\n")
}

fn ask(event: &Event, places: &Places) -> io::Result<Option<Verdict>> {
    let mut stream = UnixStream::connect(&places.hub_socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    let sender = format!("hook-{}", std::process::id());
    let say = |kind: &str, payload: serde_json::Value| {
        let message = json!({
            "version": "1",
            "type": kind,
            "session_id": places.session,
            "sender_id": sender,
            "timestamp": Timestamp::now(),
            "payload": payload,
        });
        format!("{message}\n")
    };
    let event: serde_json::Value =
        serde_json::from_slice(&event.encode().map_err(io::Error::other)?)?;
    let hello = json!({"client_id": sender, "role": "publisher", "capabilities": ["decide"]});
    let both = say("hello", hello) + &say("wait_decision", json!({"event": event}));
    stream.write_all(both.as_bytes())?;
    let mut line = String::new();
    let mut reader = BufReader::new(io::Read::take(stream, MAX_ANSWER_BYTES));
    reader.read_line(&mut line)?;
    let answer: Answer = serde_json::from_str(&line)?;
    if answer.kind != "decision" {
        return Ok(None);
    }
    Ok(serde_json::from_value(answer.payload).ok())
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
    use super::*;

    #[test]
    fn a_verdict_is_printed_as_claude_reads_it() {
        assert_eq!(
            printed(&Verdict::Allow),
            "{\"hookSpecificOutput\":{\"decision\":{\"behavior\":\"allow\"},\"hookEventName\":\"PermissionRequest\"}}\n"
        );
        let deny = Verdict::Deny {
            message: "not now".to_owned(),
            interrupt: true,
        };
        let value: serde_json::Value = serde_json::from_str(&printed(&deny)).unwrap();
        assert_eq!(
            value["hookSpecificOutput"]["decision"],
            json!({"behavior": "deny", "message": "not now", "interrupt": true})
        );
    }
}
