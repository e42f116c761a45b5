//! Claude's inbox: a socket of each session, named in its session file, that takes a text as the next prompt
//! (2.1.332). It answers nothing; that a text came is read in the transcript, which holds it within some
//! milliseconds when it is queued, and again with its id when its turn begins. While a dialog is open it is
//! queued, too, and the dialog is left alone; nothing is sent then all the same.
//!
//! Beside it lie keys and tokens of the session. They are never opened: a text comes without.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::session_file::{self, Session};
use super::transcript::transcript;
use crate::assistants::facets::log_tail as tail;
use crate::assistants::facets::prompts::{Prompt, Prompts, Sent, new_id};
use crate::state::Level;
use crate::sys::own_socket::{NotConnected, connect};

/// So long a session may take to take the line off its socket.
const WRITES_WITHIN: Duration = Duration::from_secs(2);

/// So long it may take to write down that a text came: a thousand times what was measured.
const TELLS_WITHIN: Duration = Duration::from_secs(4);

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// How the line begins that tells of a text which its settings hold back.
const HELD: &str = "Held peer message";

/// See the module.
pub(super) struct Inbox;

impl Prompts for Inbox {
    fn way(&self) -> &'static str {
        "inbox"
    }

    fn note(&self, _: bool) -> Option<&'static str> {
        Some(
            "Claude is told that it comes from another session and was not typed by you, so it takes it as no \
             approval of anything",
        )
    }

    fn send(&self, prompt: &Prompt<'_>) -> Sent {
        let Some(session) = session_of(prompt) else {
            return Sent::NoWay;
        };
        let (Some(socket), Some(home)) = (session.inbox(), prompt.home) else {
            return Sent::NoWay;
        };
        let mut stream = match connect(socket, session.pid) {
            Ok(stream) => stream,
            Err(NotConnected::Nobody) => return Sent::NoWay,
            Err(why) => return Sent::Refused(format!("its inbox is not used: {why}")),
        };
        let (id, line) = message(prompt.text);
        if let Err(error) = stream.set_write_timeout(Some(WRITES_WITHIN)) {
            return Sent::Refused(error.to_string());
        }
        if let Some(why) = (prompt.objection)() {
            return Sent::Refused(why);
        }
        let sent = Sending {
            id: &id,
            text: prompt.text,
            began: Timestamp::now(),
            is_busy: session.level == Level::Busy,
        };
        match stream.write_all(line.as_bytes()) {
            Ok(()) => sent.fate(home, prompt.row.instance_id.as_deref()),
            Err(error) => Sent::Unknown(format!("its inbox did not take all of it: {error}")),
        }
    }
}

/// The living session of the row's own process, by a file that nobody else may have written. One whose pane shows
/// a session of the background is none.
fn session_of(prompt: &Prompt<'_>) -> Option<Session> {
    let (pid, home) = (prompt.row.pid?, prompt.home?);
    let folder = home.join("sessions");
    let path = folder.join(format!("{pid}.json"));
    if !is_ours_alone(&folder) || !is_ours_alone(&path) {
        return None;
    }
    let session = session_file::read(&path, pid)?;
    session.living_process()?;
    let is_shown = session.parked.is_none() && session.is_of(prompt.row.instance_id.as_deref());
    is_shown.then_some(session)
}

fn is_ours_alone(path: &Path) -> bool {
    let ours = rustix::process::geteuid().as_raw();
    let found = path.symlink_metadata();
    found.is_ok_and(|found| !found.is_symlink() && found.uid() == ours && found.mode() & 0o022 == 0)
}

/// An id of the message, and the message as its line.
fn message(text: &str) -> (String, String) {
    let id = new_id();
    let line = json!({
        "type": "user",
        "msgV": 1,
        "msg_id": id,
        "from": "pane-patrol",
        "priority": "next",
        "message": {"role": "user", "content": text},
    });
    (id, format!("{line}\n"))
}

/// A text that is on its way.
struct Sending<'a> {
    id: &'a str,
    text: &'a str,
    began: Timestamp,
    /// A turn ran when it was sent.
    is_busy: bool,
}

impl Sending<'_> {
    /// What became of it, by the session's transcript.
    fn fate(&self, home: &Path, session: Option<&str>) -> Sent {
        let until = Instant::now() + TELLS_WITHIN;
        let mut path: Option<PathBuf> = None;
        while Instant::now() < until {
            // A session that was asked nothing so far has none yet.
            path = path.or_else(|| transcript(home, session?));
            if let Some(sent) = path.as_deref().and_then(|path| self.told_by(path)) {
                return sent;
            }
            std::thread::sleep(PAUSE);
        }
        let why = "its inbox took it, and its transcript does not show it: its setting `crossSessionInbound` may \
                   be \"refuse\"";
        Sent::Unknown(why.to_owned())
    }

    fn told_by(&self, path: &Path) -> Option<Sent> {
        let words = ["\"enqueue\"", self.id, HELD];
        let lines = tail::lines(path, &words)?;
        lines.iter().find_map(|line| self.told_in(line))
    }

    fn told_in(&self, line: &Value) -> Option<Sent> {
        if line["origin"]["msg_id"] == self.id || line["attachment"]["origin"]["msg_id"] == self.id
        {
            return Some(Sent::Done { queued: false });
        }
        let written = Timestamp::parse(line["timestamp"].as_str()?)?;
        // It writes whole milliseconds.
        if written.as_micros() < self.began.as_micros() / 1000 * 1000 {
            return None;
        }
        let content = line["content"].as_str()?;
        if line["operation"] == "enqueue" && content == self.text {
            return Some(Sent::Done {
                queued: self.is_busy,
            });
        }
        let is_held = line["type"] == "system" && content.starts_with(HELD);
        is_held.then(|| {
            let why = "its setting `crossSessionInbound` holds it back: it is shown in its pane, and Claude gets it \
                       once that is \"accept\"";
            Sent::Unknown(why.to_owned())
        })
    }
}

#[cfg(test)]
mod tests;
