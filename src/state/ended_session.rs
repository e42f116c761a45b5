//! A session that is over, and what somebody has to know to take it up again.

use std::fmt;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, has_control, one_line};
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::entry::Entry;
use super::{Reading, WindowPlace, fingerprint};

/// So long what ended with its server stays within reach, if anything does.
const KEPT_AFTER_CRASH: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Longest id of a session, in bytes.
const MAX_ID_BYTES: usize = 128;

/// The id of a session in such a form that it may be an argument of its assistant: 1 to 128 letters, digits, `.`, `_`
/// and `-`, and no option.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(with = "String"))]
pub struct SessionId(String);

/// A text that is no such id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "an id of a session has 1 to {MAX_ID_BYTES} of the signs A-Z a-z 0-9 . _ - and does not begin with -"
)]
pub struct NoSessionId;

impl SessionId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionId {
    type Error = NoSessionId;

    fn try_from(text: String) -> Result<Self, NoSessionId> {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_id = (1..=MAX_ID_BYTES).contains(&text.len())
            && text.bytes().all(is_sign)
            && !text.starts_with('-');
        is_id.then_some(Self(text)).ok_or(NoSessionId)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An attended session that was certainly its pane's own, and is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EndedSession {
    /// Which assistant.
    #[cfg_attr(test, schemars(with = "String"))]
    pub assistant: Assistant,
    /// The assistant's session.
    pub instance_id: SessionId,
    /// Where its pane was.
    #[cfg_attr(test, schemars(with = "String"))]
    pub target: Target,
    /// Its multiplexer's id of the pane, which may be another one's by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub pane: Option<PaneId>,
    /// The pane's server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub server: Option<Server>,
    /// Its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The git branch of that folder, as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The assistant's config folder, when it was not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// One line: what it said or did last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it ended.
    #[cfg_attr(test, schemars(with = "String"))]
    pub ended: Timestamp,
    /// It was started again, and has not shown itself yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resuming: bool,
    /// Nobody saw it end: `ended` says when that was found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
    /// Where it stood in its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
    /// Whether it ended with its multiplexer's server, or with the machine, and not by itself; left out as long as
    /// nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_server: Option<bool>,
}

impl EndedSession {
    /// Of a row that is over since `ended`; `None` where nothing proves that the session was its pane's, or nobody sat
    /// before it.
    pub(super) fn of(entry: &Entry, ended: Timestamp) -> Option<Self> {
        let instance_id = SessionId::try_from(entry.conversation()?.to_owned()).ok()?;
        let row = entry.row();
        let is_its_own = entry.is_proved() && entry.attended && !entry.is_spoken_for();
        let message = row.message.map(|words| one_line(&words, MAX_MESSAGE_CHARS));
        is_its_own.then_some(Self {
            assistant: row.assistant,
            instance_id,
            target: row.target,
            pane: row.pane,
            server: row.server,
            cwd: row.cwd,
            branch: row.branch,
            home: row.home,
            message,
            ended,
            resuming: false,
            unseen: false,
            window: entry.window.as_deref().cloned(),
            with_server: None,
        })
    }

    /// What it is called in an act, and found by.
    pub fn id(&self) -> String {
        format!("ended/{}/{}", self.assistant, self.instance_id)
    }

    /// Until when it is within reach, where others are for `keep`: what went with its server was not wanted over, and
    /// may be looked for only days later.
    pub(crate) fn kept_until(&self, keep: Duration) -> Timestamp {
        let keep = match self.with_server {
            Some(true) if !keep.is_zero() => keep.max(KEPT_AFTER_CRASH),
            _ => keep,
        };
        self.ended.plus(keep)
    }

    /// What stands before how long ago it ended, as far as that is known.
    pub(crate) fn since(&self) -> &'static str {
        if self.unseen { "found ended" } else { "ended" }
    }

    /// How it is called where there is little room: the last name of its folder, else where it was.
    pub fn label(&self) -> String {
        let folder = self.cwd.as_deref().unwrap_or_default();
        let name = folder.rsplit('/').find(|name| !name.is_empty());
        name.map_or_else(|| self.target.to_string(), str::to_owned)
    }

    /// Whether no text of it holds a control character: all of them may be drawn.
    pub fn is_plain(&self) -> bool {
        let texts = [&self.cwd, &self.branch, &self.home, &self.message];
        let mut texts = texts.into_iter().flatten();
        let window = self.window.as_ref();
        !texts.any(|text| has_control(text))
            && !has_control(&self.target.to_string())
            && window.is_none_or(WindowPlace::is_plain)
    }

    /// Says whether it ended with its server, as far as nobody has said that yet; `is_gone`: whether a server has
    /// ended that was there at that moment.
    #[must_use]
    pub(crate) fn judged(self, is_gone: impl Fn(&Server, Timestamp) -> bool) -> Self {
        let server = self.server.as_ref();
        let found = server.map(|server| is_gone(server, self.ended));
        Self {
            with_server: self.with_server.or(found),
            ..self
        }
    }

    /// Whether both are the same session.
    pub fn is(&self, assistant: &Assistant, instance_id: Option<&str>) -> bool {
        self.assistant == *assistant && Some(self.instance_id.as_str()) == instance_id
    }
}

impl Entry {
    /// What can be taken up again: the session, or the conversation that is held in it.
    pub(super) fn conversation(&self) -> Option<&str> {
        if self.assistant.habits().turns_name_conversations {
            self.conversation.as_deref()
        } else {
            self.instance_id.as_deref()
        }
    }

    /// A process in the pane has told that.
    pub(super) fn prove_by(&mut self, event: &Event) {
        self.prove(event.instance_id.as_ref());
        let names_one =
            self.assistant.habits().turns_name_conversations && event.agent_id.is_none();
        if names_one && let Some(turn) = &event.turn_id {
            self.conversation = Some(turn.as_str().into());
        }
    }

    /// A process in the pane has told of the session with this id, or shows it.
    pub(super) fn prove(&mut self, instance: Option<&String>) {
        if instance == self.instance_id.as_ref() {
            self.proved = instance.map(fingerprint);
        }
    }

    fn is_proved(&self) -> bool {
        self.proved.is_some() && self.proved == self.instance_id.as_ref().map(fingerprint)
    }

    /// Whether the reading was made of a process that is certainly in this row's pane.
    pub(super) fn is_seen_by(&self, reading: &Reading) -> bool {
        let is_here = reading
            .shown_at()
            .is_some_and(|shown_at| shown_at == *self.key);
        is_here && reading.attended && reading.pid.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_option_no_path_and_no_command() {
        let id = |text: &str| SessionId::try_from(text.to_owned());
        for good in ["a", "0199f0c4-7b1e-7c3a", "ses_5f.2", &"x".repeat(128)] {
            assert_eq!(id(good).map(String::from).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "-p",
            "--resume",
            "a b",
            "a;b",
            "a/b",
            "$(id)",
            "a\nb",
            "é",
            "a'b",
            &"x".repeat(129),
        ] {
            assert_eq!(id(bad), Err(NoSessionId), "{bad:?}");
        }
    }
}
