//! `hook NAME --decide`: after its event was sent, waits for a decision made elsewhere and prints it.
//!
//! The dialog stays usable all the while, and whoever answers first wins. So this leaves at once, and
//! without a word, when there is nobody to wait for, when the hub says that the request is gone, and
//! when the hub itself goes. Nothing of it is loaded by a hook without `--decide`.
//!
//! What it waits with is the complete input of the tool, because rules judge nothing less.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket};
use serde::Deserialize;
use serde_json::json;

use crate::adapter::{self, Adapter, Answering};
use crate::event::{Event, Kind};
use crate::paths::Places;
use crate::send::is_runtime_ours;
use crate::timestamp::Timestamp;

pub use crate::adapter::{CompleteRequest, Verdict};

/// How long an answer is waited for: as long as the assistant waits for this hook.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3600);

/// How long the hub may take until it has accepted us and heard what we wait for.
const HUB_BUDGET: Duration = Duration::from_secs(2);

/// How long to wait before the next try to be accepted.
const CONNECT_PAUSE: Duration = Duration::from_millis(20);

/// Longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: String,
    /// What the hub calls itself.
    #[serde(default)]
    session_id: String,
    #[serde(default)]
    payload: serde_json::Value,
}

impl Answer {
    /// Whether the hub is called otherwise than it was.
    fn is_misnamed(&self) -> bool {
        self.kind == "error" && self.payload["code"] == "wrong_session"
    }
}

/// Whether somebody may decide about this event: the main agent of an attended session asks for
/// permission, or asks a question. For a sub-agent in the background there may be a dialog only when this
/// hook has ended: waiting would hide the request from whoever sits at the pane.
pub(crate) fn can_be_decided(event: &Event) -> bool {
    let adapter = adapter::find(event.assistant.as_str());
    let asking = adapter.and_then(Adapter::asking).map(|asking| asking.event);
    asking.is_some()
        && event.event.as_deref() == asking
        && matches!(
            event.kind,
            Some(Kind::ApprovalRequested | Kind::InputRequested)
        )
        && event.agent_id.is_none()
        && event.attended
}

/// Waits for the decision about `event` and prints it.
pub(crate) fn run(
    event: &Event,
    asked: Option<&CompleteRequest>,
    answering: &Answering,
    places: &Places,
    uid: u32,
) {
    let verdict = is_runtime_ours(places, uid)
        .then(|| ask(event, asked, places).ok().flatten())
        .flatten();
    if let Some(line) = verdict.and_then(|verdict| (answering.print)(&verdict, asked)) {
        // An assistant that has gone needs no answer.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }
}

fn ask(
    event: &Event,
    asked: Option<&CompleteRequest>,
    places: &Places,
) -> io::Result<Option<Verdict>> {
    let stream = accepted(&places.hub_socket, Instant::now() + HUB_BUDGET)?;
    stream.set_read_timeout(Some(HUB_BUDGET))?;
    stream.set_write_timeout(Some(HUB_BUDGET))?;
    let mut reader = BufReader::new(io::Read::take(&stream, MAX_ANSWER_BYTES));
    // A guess: the hub says if it is called otherwise.
    (&stream).write_all(question(event, asked, &places.session)?.as_bytes())?;
    let mut answer = next(&mut reader)?;
    if answer.is_misnamed() {
        (&stream).write_all(question(event, asked, &answer.session_id)?.as_bytes())?;
        // Each of the first messages is refused.
        for _ in 1..MESSAGES {
            next(&mut reader)?;
        }
        answer = next(&mut reader)?;
    }
    if answer.kind == "waiting" {
        stream.set_read_timeout(Some(PATIENCE))?;
        answer = next(&mut reader)?;
    }
    if answer.kind != "decision" {
        return Ok(None);
    }
    Ok(serde_json::from_value(answer.payload).ok())
}

/// A connection to the hub. One whose queue of connections is full may hang for good: it is tried
/// again until `deadline`, and never waited for in the kernel.
fn accepted(path: &Path, deadline: Instant) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(path)?;
    loop {
        let stream = UnixStream::from(socket(AddressFamily::UNIX, SocketType::STREAM, None)?);
        stream.set_nonblocking(true)?;
        match connect(&stream, &address) {
            Ok(()) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(Errno::AGAIN | Errno::INPROGRESS | Errno::INTR) if Instant::now() < deadline => {
                thread::sleep(CONNECT_PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// So many messages say who we are and what we wait for.
const MESSAGES: usize = 2;

/// Who we are, and what we wait for, said to the hub of this session.
fn question(event: &Event, asked: Option<&CompleteRequest>, session: &str) -> io::Result<String> {
    let sender = format!("hook-{}", std::process::id());
    let say = |kind: &str, payload: serde_json::Value| {
        let message = json!({
            "version": "1",
            "type": kind,
            "session_id": session,
            "sender_id": sender,
            "timestamp": Timestamp::now(),
            "payload": payload,
        });
        format!("{message}\n")
    };
    let event: serde_json::Value =
        serde_json::from_slice(&event.encode().map_err(io::Error::other)?)?;
    let hello = json!({"client_id": sender, "role": "publisher", "capabilities": ["decide"]});
    let wanted = json!({"event": event, "asked": asked});
    Ok(say("hello", hello) + &say("wait_decision", wanted))
}

fn next(reader: &mut impl BufRead) -> io::Result<Answer> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_accepts_nobody_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sock");
        let listener = socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&listener, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let mut held = Vec::new();
        let refused = loop {
            match accepted(&path, Instant::now() + CONNECT_PAUSE) {
                Ok(stream) => held.push(stream),
                Err(error) => break error,
            }
            assert!(held.len() < 100, "a queue of connections has an end");
        };
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    }
}
