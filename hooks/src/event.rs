//! The event, version 1: one report of one assistant, one JSON object, one datagram, one log line.
//!
//! Untrusted bytes become an [`Event`] here and nowhere else; whatever passes [`Event::parse`] is
//! safe to keep, print and draw. Nothing here knows where an event came from or what it means for a
//! row: that is the state table's work.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::target::{PaneId, Server, Target};
use crate::text::{MAX_MESSAGE_CHARS, has_control, one_line, spelt_line};
use crate::timestamp::Timestamp;

/// Largest encoded event, in bytes: below what one datagram carries on every system.
pub const MAX_EVENT_BYTES: usize = 2048;

/// Longest label, in characters.
pub const MAX_LABEL_CHARS: usize = 64;

/// Which assistant reports: `[a-z0-9][a-z0-9_-]{0,31}`, for example `claude`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Assistant(Cow<'static, str>);

impl Assistant {
    /// One that is known, by its name, which must be of the form above.
    pub const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name as it stands in events and on the screen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Assistant {
    type Err = EventError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let first = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9');
        let allowed = |b: u8| first(b) || matches!(b, b'_' | b'-');
        // One that begins with a `-` would be an option to every program that is told of it.
        let begins_well = name.bytes().next().is_some_and(first);
        if begins_well && name.len() <= 32 && name.bytes().all(allowed) {
            Ok(Self(Cow::Owned(name.to_owned())))
        } else {
            Err(EventError::Assistant(one_line(name, 40)))
        }
    }
}

impl<'de> Deserialize<'de> for Assistant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Assistant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that stands for it in events.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value that `word` stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What an assistant is doing, as far as the person is concerned.
    State {
        /// It asks for permission and does nothing until it is given or denied.
        WaitingApproval = "waiting_approval",
        /// It asks a question, or its turn is over and it waits for the next prompt.
        WaitingInput = "waiting_input",
        /// Its turn failed.
        Error = "error",
        /// Its turn is over and nobody has looked yet.
        Completed = "completed",
        /// It works.
        Running = "running",
        /// Nothing is going on and nothing is new.
        Idle = "idle",
    }
}

words! {
    /// Why an event was sent.
    Kind {
        /// A session began in the pane.
        SessionStarted = "session_started",
        /// A prompt was given.
        TurnStarted = "turn_started",
        /// A tool is about to run.
        ToolStarted = "tool_started",
        /// The person is asked for permission.
        ApprovalRequested = "approval_requested",
        /// The person is asked a question.
        InputRequested = "input_requested",
        /// A request was answered.
        Answered = "answered",
        /// A tool ended, well or badly; without tool and `request_id`: a whole batch ended.
        ToolFinished = "tool_finished",
        /// The turn ended.
        TurnFinished = "turn_finished",
        /// The turn failed.
        TurnFailed = "turn_failed",
        /// The person stopped the turn.
        Interrupted = "interrupted",
        /// The assistant noticed that it has been waiting for a prompt.
        PromptIdle = "prompt_idle",
        /// The session is over; `message` holds the reason.
        SessionEnded = "session_ended",
        /// Worth a line of evidence, changes nothing.
        Note = "note",
    }
}

words! {
    /// Who reports.
    Source {
        /// An assistant's hook.
        Hook = "hook",
        /// What the assistant publishes beside its hooks.
        Witness = "witness",
        /// The person, in the dashboard.
        User = "user",
        /// A script, through `pane-patrol emit`.
        Emit = "emit",
    }
}

/// One report of one assistant. Fields as in the JSON object; absent optional fields are not written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Event {
    /// Which assistant.
    pub assistant: Assistant,
    /// What it is doing now.
    pub state: State,
    /// Where.
    pub target: Target,
    /// When it happened.
    pub ts: Timestamp,
    /// Why the event was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its multiplexer's stable id of the pane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pane: Option<PaneId>,
    /// The server of the pane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// The assistant's process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The assistant's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The sub-agent, when it is not the main agent that reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The turn or prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// The tool call or permission request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The assistant's own name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The tool it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// One line for the person, at most [`MAX_MESSAGE_CHARS`] characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The assistant's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// False for a headless run, which nobody sits in front of.
    #[serde(skip_serializing_if = "is_true")]
    pub attended: bool,
    /// The assistant's config folder, when it is not the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// What a person calls it beside its name, at most [`MAX_LABEL_CHARS`] characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Who reports.
    #[serde(skip_serializing_if = "is_hook")]
    pub source: Source,
    /// It had a message, which the event log is not to have: of a line there alone.
    #[serde(skip_serializing_if = "is_false")]
    pub withheld: bool,
}

/// Why bytes were rejected, or an event could not be encoded.
#[derive(Debug, Error, PartialEq, Eq, Clone)]
pub enum EventError {
    /// More than [`MAX_EVENT_BYTES`].
    #[error("{0} bytes are more than the {MAX_EVENT_BYTES} an event may have")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not a JSON object with the fields of an event; holds the parser's words.
    #[error("not an event: {0}")]
    Malformed(String),
    /// A required field is not there; holds its name.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Not a state; holds the word.
    #[error("`{0}` is no state")]
    State(String),
    /// Not `[a-z0-9][a-z0-9_-]{0,31}`; holds the word.
    #[error("`{0}` is no assistant's name: 1 to 32 of a-z, 0-9, _ and -, a letter or digit first")]
    Assistant(String),
    /// A control character; holds the field's name.
    #[error("a control character in `{0}`")]
    Control(&'static str),
    /// A field's text does not parse; holds the field's name.
    #[error("`{0}` cannot be read")]
    Field(&'static str),
}

impl EventError {
    /// One word for counters and the dashboard.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "oversized",
            Self::NotUtf8 => "not UTF-8",
            Self::Malformed(_) => "malformed",
            Self::Missing(_) => "field missing",
            Self::State(_) => "unknown state",
            Self::Assistant(_) => "bad assistant name",
            Self::Control(_) => "control character",
            Self::Field(_) => "bad field",
        }
    }
}

/// The JSON object as it comes in, before anything is believed.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    assistant: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    state: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    target: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    ts: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pane: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    server: Option<Cow<'a, str>>,
    #[serde(default)]
    pid: Option<u32>,
    #[serde(borrow, default)]
    instance_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    agent_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    turn_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    request_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    tool: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cwd: Option<Cow<'a, str>>,
    #[serde(default)]
    attended: Option<bool>,
    #[serde(borrow, default)]
    home: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    label: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    source: Option<Cow<'a, str>>,
    #[serde(default)]
    withheld: Option<bool>,
}

impl Event {
    /// An event with the four required fields and nothing else.
    pub fn new(assistant: Assistant, state: State, target: Target, ts: Timestamp) -> Self {
        Self {
            assistant,
            state,
            target,
            ts,
            kind: None,
            pane: None,
            server: None,
            pid: None,
            instance_id: None,
            agent_id: None,
            turn_id: None,
            request_id: None,
            event: None,
            tool: None,
            message: None,
            cwd: None,
            attended: true,
            home: None,
            label: None,
            source: Source::Hook,
            withheld: false,
        }
    }

    /// The same as a log has it that is to have no messages: prompts, commands and last words. The reason
    /// of a session's end stays, which is a word of the assistant's own and decides what becomes of the row.
    #[must_use]
    pub fn without_message(&self) -> Self {
        let mut kept = self.clone();
        if kept.kind != Some(Kind::SessionEnded) && kept.message.take().is_some() {
            kept.withheld = true;
        }
        kept
    }

    /// Reads one datagram or log line (without its line end).
    ///
    /// Unknown fields are ignored, an empty text counts as absent, an unknown `kind` or `source`
    /// as not given: a newer sender must not be mute.
    ///
    /// # Errors
    /// More than [`MAX_EVENT_BYTES`], not UTF-8, not JSON, a required field missing, an unknown
    /// state, a field of the wrong type, or a control character in any text.
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(EventError::TooLarge(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| EventError::NotUtf8)?;
        let wire: Wire<'_> =
            serde_json::from_str(text).map_err(|error| EventError::Malformed(error.to_string()))?;
        let state = required("state", wire.state)?;
        Ok(Self {
            assistant: required("assistant", wire.assistant)?.parse()?,
            state: State::from_word(&state)
                .ok_or_else(|| EventError::State(one_line(&state, 40)))?,
            target: parse_text("target", &required("target", wire.target)?)?,
            ts: Timestamp::parse(&required("ts", wire.ts)?).ok_or(EventError::Field("ts"))?,
            kind: optional("kind", wire.kind)?.and_then(|word| Kind::from_word(&word)),
            pane: optional("pane", wire.pane)?
                .map(|pane| parse_text("pane", &pane))
                .transpose()?,
            server: optional("server", wire.server)?
                .map(|server| parse_text("server", &server))
                .transpose()?,
            pid: wire.pid.filter(|pid| *pid > 0),
            instance_id: optional("instance_id", wire.instance_id)?,
            agent_id: optional("agent_id", wire.agent_id)?,
            turn_id: optional("turn_id", wire.turn_id)?,
            request_id: optional("request_id", wire.request_id)?,
            event: optional("event", wire.event)?,
            tool: optional("tool", wire.tool)?,
            message: optional("message", wire.message)?
                .map(|message| spelt_line(&message, MAX_MESSAGE_CHARS))
                .filter(|message| !message.is_empty()),
            cwd: optional("cwd", wire.cwd)?,
            attended: wire.attended.unwrap_or(true),
            home: optional("home", wire.home)?,
            label: optional("label", wire.label)?
                .map(|label| one_line(&label, MAX_LABEL_CHARS))
                .filter(|label| !label.is_empty()),
            source: optional("source", wire.source)?
                .and_then(|word| Source::from_word(&word))
                .unwrap_or(Source::Hook),
            withheld: wire.withheld.unwrap_or(false),
        })
    }

    /// Prints the event as one JSON object without a line end.
    ///
    /// Too long an event loses, in this order and only as far as needed: the end of `message`,
    /// `cwd`, `turn_id`.
    ///
    /// # Errors
    /// [`EventError::TooLarge`] when it is still longer than [`MAX_EVENT_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, EventError> {
        let full = self.print();
        if full.len() <= MAX_EVENT_BYTES {
            return Ok(full);
        }
        let mut short = self.clone();
        while let Some(message) = short.message.take() {
            let keep = message.chars().count() / 2;
            let printed = {
                short.message = (keep > 0).then(|| one_line(&message, keep));
                short.print()
            };
            if printed.len() <= MAX_EVENT_BYTES {
                return Ok(printed);
            }
        }
        short.cwd = None;
        let mut printed = short.print();
        if printed.len() > MAX_EVENT_BYTES {
            short.turn_id = None;
            printed = short.print();
        }
        if printed.len() > MAX_EVENT_BYTES {
            Err(EventError::TooLarge(printed.len()))
        } else {
            Ok(printed)
        }
    }

    fn print(&self) -> Vec<u8> {
        // An object of texts, numbers and booleans: there is nothing in it that cannot be printed.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_true(value: &bool) -> bool {
    *value
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_hook(source: &Source) -> bool {
    *source == Source::Hook
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

fn required<'a>(
    name: &'static str,
    value: Option<Cow<'a, str>>,
) -> Result<Cow<'a, str>, EventError> {
    let value = value
        .filter(|text| !text.is_empty())
        .ok_or(EventError::Missing(name))?;
    if has_control(&value) {
        Err(EventError::Control(name))
    } else {
        Ok(value)
    }
}

fn optional(name: &'static str, value: Option<Cow<'_, str>>) -> Result<Option<String>, EventError> {
    match value {
        Some(text) if has_control(&text) => Err(EventError::Control(name)),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => Ok(Some(text.into_owned())),
        None => Ok(None),
    }
}

fn parse_text<T: FromStr>(name: &'static str, text: &str) -> Result<T, EventError> {
    text.parse().map_err(|_| EventError::Field(name))
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    const FOUR_FIELDS: &str = r#"{"assistant":"claude","state":"waiting_input","target":"main:0.0","message":"","ts":"2026-02-27T10:00:00Z"}"#;

    fn error(json: &str) -> EventError {
        Event::parse(json.as_bytes()).unwrap_err()
    }

    #[test]
    fn four_fields_from_any_program_are_enough() {
        let event = Event::parse(FOUR_FIELDS.as_bytes()).unwrap();
        let target = "main:0.0".parse().unwrap();
        let ts = Timestamp::parse("2026-02-27T10:00:00Z").unwrap();
        assert_eq!(
            event,
            Event::new(Assistant::CLAUDE, State::WaitingInput, target, ts)
        );
    }

    #[test]
    fn what_is_not_known_is_ignored() {
        let json = FOUR_FIELDS.replace(
            '}',
            r#","kind":"danced","source":"moon","colour":{"a":[1]},"pid":null}"#,
        );
        assert_eq!(
            Event::parse(json.as_bytes()),
            Event::parse(FOUR_FIELDS.as_bytes())
        );
    }

    #[test]
    fn each_kind_of_bad_input_has_its_own_reason() {
        assert_eq!(
            error(&FOUR_FIELDS.replace("\"state\"", "\"stat\"")),
            EventError::Missing("state")
        );
        assert_eq!(
            error(&FOUR_FIELDS.replace("main:0.0", "")),
            EventError::Missing("target")
        );
        assert_eq!(
            error(&FOUR_FIELDS.replace("waiting_input", "asleep")),
            EventError::State("asleep".into())
        );
        assert_eq!(
            error(&FOUR_FIELDS.replace("claude", "Claude!")),
            EventError::Assistant("Claude!".into())
        );
        for name in ["-c", "--help", "_x", "-", "a;", "a b", "a#b", "é"] {
            assert_eq!(
                error(&FOUR_FIELDS.replace("claude", name)),
                EventError::Assistant(name.into())
            );
        }
        assert_eq!(
            error(&FOUR_FIELDS.replace("\"message\":\"\"", r#""message":"\u001b[2J""#)),
            EventError::Control("message")
        );
        assert_eq!(
            error(&FOUR_FIELDS.replace("main:0.0", "main")),
            EventError::Field("target")
        );
        assert_eq!(
            error(&FOUR_FIELDS.replace("2026-02-27T10", "27.2. 10")),
            EventError::Field("ts")
        );
        assert!(matches!(error("[1]"), EventError::Malformed(_)));
        assert!(matches!(
            error(&FOUR_FIELDS.replace('}', r#","pid":"x"}"#)),
            EventError::Malformed(_)
        ));
        assert_eq!(Event::parse(b"\xff{}").unwrap_err(), EventError::NotUtf8);
        assert_eq!(
            Event::parse(&[b' '; MAX_EVENT_BYTES + 1]).unwrap_err(),
            EventError::TooLarge(2049)
        );
    }

    #[test]
    fn without_its_message_an_event_is_all_that_it_was_but_that() {
        let mut event = Event::parse(FOUR_FIELDS.as_bytes()).unwrap();
        assert_eq!(event.without_message(), event, "it has none");
        event.message = Some("rm secret".into());
        let kept = event.without_message();
        assert!(
            !String::from_utf8(kept.encode().unwrap())
                .unwrap()
                .contains("secret")
        );
        let (message, withheld) = (event.message.clone(), false);
        assert_eq!(
            Event {
                message,
                withheld,
                ..kept.clone()
            },
            event
        );
        assert_eq!(Event::parse(&kept.encode().unwrap()), Ok(kept));
        event.kind = Some(Kind::SessionEnded);
        assert_eq!(
            event.without_message(),
            event,
            "it is why the session ended"
        );
    }

    #[test]
    fn a_long_event_loses_its_message_first_then_its_folder_then_its_turn() {
        let mut event = Event::parse(FOUR_FIELDS.as_bytes()).unwrap();
        event.message = Some("m".repeat(200));
        event.cwd = Some("c".repeat(1700));
        event.turn_id = Some("t".repeat(36));
        let short = Event::parse(&event.encode().unwrap()).unwrap();
        assert!(short.message.is_some_and(|message| message.len() < 200));
        assert_eq!(short.cwd, event.cwd);

        event.cwd = Some("c".repeat(2000));
        let short = Event::parse(&event.encode().unwrap()).unwrap();
        assert_eq!(
            (short.message, short.cwd, short.turn_id.clone()),
            (None, None, event.turn_id.clone())
        );

        event.turn_id = Some("t".repeat(2000));
        let short = Event::parse(&event.encode().unwrap()).unwrap();
        assert_eq!(short.turn_id, None);

        event.instance_id = Some("i".repeat(2000));
        assert!(matches!(event.encode(), Err(EventError::TooLarge(_))));
    }

    fn word() -> impl Strategy<Value = String> {
        "[^\\p{Cc}]{1,24}"
    }

    fn any_target() -> impl Strategy<Value = Target> {
        prop_oneof![
            any::<u32>().prop_map(|n| Target::Pane(PaneId(n))),
            ("[a-z]{1,9}(/[0-9]{1,3})?", any::<u32>(), any::<u64>()).prop_map(
                |(terminal, pid, start)| Target::Process {
                    terminal,
                    pid,
                    start,
                }
            ),
            (word(), any::<u32>(), any::<u32>()).prop_map(|(session, window, pane)| {
                Target::Address {
                    session,
                    window,
                    pane,
                }
            }),
        ]
    }

    prop_compose! {
        fn any_event()(
            assistant in "[a-z0-9][a-z0-9_-]{0,31}",
            state in proptest::sample::select(State::ALL),
            target in any_target(),
            micros in 0_i64..4_102_444_800_000_000,
            kind in of(proptest::sample::select(Kind::ALL)),
            pane in of(any::<u32>().prop_map(PaneId)),
            server in of(("/[a-z,/]{0,20}", any::<u32>()).prop_map(|(socket, pid)| Server { socket, pid })),
            pid in of(1_u32..),
            ids in proptest::collection::vec(of(word()), 5),
            texts in proptest::collection::vec(of(word()), 3),
            message in of("[a-z]{1,20}( [a-z]{1,20}){0,4}"),
            label in of("[a-z]{1,20}(/[a-z]{1,20})?"),
            (attended, withheld) in any::<(bool, bool)>(),
            source in proptest::sample::select(Source::ALL),
        ) -> Event {
            let mut event = Event::new(assistant.parse().unwrap(), state, target, Timestamp::from_micros(micros));
            let mut ids = ids.into_iter();
            let mut texts = texts.into_iter();
            event.kind = kind;
            event.pane = pane;
            event.server = server;
            event.pid = pid;
            event.instance_id = ids.next().flatten();
            event.agent_id = ids.next().flatten();
            event.turn_id = ids.next().flatten();
            event.request_id = ids.next().flatten();
            event.event = ids.next().flatten();
            event.tool = texts.next().flatten();
            event.cwd = texts.next().flatten();
            event.home = texts.next().flatten();
            (event.message, event.label) = (message, label);
            (event.attended, event.withheld) = (attended, withheld);
            event.source = source;
            event
        }
    }

    proptest! {
        #[test]
        fn encode_then_parse_is_identity(event in any_event()) {
            let bytes = event.encode().unwrap();
            prop_assert!(!bytes.contains(&b'\n'));
            prop_assert_eq!(Event::parse(&bytes), Ok(event));
        }

        #[test]
        fn parse_never_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let _ = Event::parse(&bytes);
        }

        #[test]
        fn parse_never_panics_on_damaged_events(event in any_event(), cut in 0_usize..2048, byte in any::<u8>(), at in 0_usize..2048) {
            let mut bytes = event.encode().unwrap();
            bytes.truncate(cut);
            if let Some(hit) = bytes.get_mut(at) {
                *hit = byte;
            }
            if let Ok(event) = Event::parse(&bytes) {
                prop_assert!(event.encode().is_ok());
            }
        }
    }
}
