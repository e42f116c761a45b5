//! How a session is given a person's text as its next prompt: by the assistant's own way, where it has one,
//! else typed into its prompt.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::sha256;

use crate::state::Row;

/// A text for a session.
pub(crate) struct Prompt<'a> {
    /// The session's row, as it was read a moment ago.
    pub(crate) row: &'a Row,
    /// The text, whole: lines without control characters but tabs, not blank, at most 64 KiB.
    pub(crate) text: &'a str,
    /// The assistant's config folder, where that is known.
    pub(crate) home: Option<&'a Path>,
    /// Why it must not be sent, as all else stands in this moment: to be asked right before it is.
    pub(crate) objection: &'a dyn Fn() -> Option<String>,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The session has it, as the assistant itself shows.
    Done {
        /// It waits for the end of the turn that runs.
        queued: bool,
    },
    /// The same, and it waits behind what the session has begun to ask in the same moment.
    Behind,
    /// Nothing was sent: there is no such way to this session. Keys may do.
    NoWay,
    /// Nothing was sent, and nothing else is to be tried; says why.
    Refused(String),
    /// It was sent, and nobody knows what became of it; says what was seen.
    Unknown(String),
}

/// An assistant's own way for prompts. It never waits longer than a few seconds, and never sends twice.
pub(crate) trait Prompts: Sync {
    /// By what it sends, in one word for the record and for scripts.
    fn way(&self) -> &'static str;

    /// What a person has to know of what is sent in this way; `is_queued`: behind a turn that runs.
    fn note(&self, _is_queued: bool) -> Option<&'static str> {
        None
    }

    /// Hands the text to the session as its next prompt; it is queued while a turn runs.
    fn send(&self, prompt: &Prompt<'_>) -> Sent;

    /// The same, with whoever sees what becomes of one that is queued, where that can be seen.
    fn send_and_follow(&self, prompt: &Prompt<'_>) -> (Sent, Option<Later>) {
        (self.send(prompt), None)
    }
}

/// Waits until it is known what became of a text that is queued: why it does not come although its turn is over. `None`:
/// it came, or nobody tells.
pub(crate) type Later = Box<dyn FnOnce() -> Option<&'static str> + Send>;

/// An id in the form of a UUID, which no other message has.
pub(crate) fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = Timestamp::now().as_micros();
    let digest = sha256(format!("{} {now} {number}", std::process::id()).as_bytes());
    let (version, variant) = (
        format!("4{}", &digest[13..16]),
        format!("8{}", &digest[17..20]),
    );
    [
        &digest[..8],
        &digest[8..12],
        &version,
        &variant,
        &digest[20..32],
    ]
    .join("-")
}
