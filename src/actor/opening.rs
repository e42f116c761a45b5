//! Dialogs that are about to open. An assistant may work at a long command or text for seconds before it shows
//! it (a command of 1,400 characters: a second; 2,900: 3 to 5 s), and a key that is pressed meanwhile, at the dialog that still
//! stands there, is taken by the one that then opens above it.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use crate::state::Bound;

/// What has no more characters opens at once.
const SHORT: u64 = 1_000;

/// Of a command of which only the beginning is known.
const UNKNOWN: u64 = 3_000;

/// Nothing is waited for longer.
const LONGEST: Duration = Duration::from_secs(120);

/// Whether the dialog of `other` may be about to open at `now`.
pub(super) fn may_open(other: &Bound, now: Timestamp) -> bool {
    let (length, within) = match &other.input {
        Some(input) if other.command.is_none() => as_text(input),
        _ => as_command(other),
    };
    length > SHORT && other.age(now) < within.min(LONGEST)
}

/// How long it is, and within which time its dialog opens: 18,000 characters of a file take 3 s, 36,000 4 s.
fn as_text(input: &Value) -> (u64, Duration) {
    let length = texts(input);
    (length, Duration::from_millis(length / 3))
}

/// The same of a command: the time grows with the square of it; twice what was measured.
fn as_command(other: &Bound) -> (u64, Duration) {
    let length = length(other);
    let within = length.saturating_mul(length) / 1_000;
    (length, Duration::from_millis(within))
}

/// The characters of all texts in it.
fn texts(value: &Value) -> u64 {
    match value {
        Value::String(text) => count(text),
        Value::Array(values) => values.iter().map(texts).sum(),
        Value::Object(fields) => fields.values().map(texts).sum(),
        _ => 0,
    }
}

fn length(other: &Bound) -> u64 {
    let message = other.request.message.as_deref().unwrap_or_default();
    match &other.command {
        Some(command) => count(command),
        None if message.ends_with('…') => UNKNOWN,
        None => count(message),
    }
}

fn count(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}
