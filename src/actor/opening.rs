//! Dialogs that are about to open. Claude Code 2.1.197 works at a long command for seconds before it shows it
//! (1,400 characters: a second; 2,900: 3 to 5 s), and a key that is pressed meanwhile, at the dialog that still
//! stands there, is taken by the one that then opens above it.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Bound;

/// What has no more characters opens at once.
const SHORT: u64 = 1_000;

/// Of a command of which only the beginning is known.
const UNKNOWN: u64 = 3_000;

/// Nothing is waited for longer.
const LONGEST: Duration = Duration::from_secs(120);

/// Whether the dialog of `other` may be about to open at `now`.
pub(super) fn may_open(other: &Bound, now: Timestamp) -> bool {
    let length = length(other);
    // The time grows with the square of it; twice what was measured.
    let within = Duration::from_millis(length.saturating_mul(length) / 1_000);
    length > SHORT && other.age(now) < within.min(LONGEST)
}

fn length(other: &Bound) -> u64 {
    let count = |text: &str| u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let message = other.request.message.as_deref().unwrap_or_default();
    match &other.command {
        Some(command) => count(command),
        None if message.ends_with('…') => UNKNOWN,
        None => count(message),
    }
}
