//! Words that are typed into a dialog.

use pane_patrol_hooks::text::printable;

use super::Pane;
use crate::actor::dialog::Dialog;

/// So much of a message is looked for in the dialog: a narrow pane wraps the rest.
const MAX_SEEN: usize = 12;

/// No message that is typed is longer than this, in characters, however large the pane is.
const LONGEST_LIMIT: usize = 500;

/// So many characters fit wherever the dialog does.
const SHORTEST_LIMIT: usize = 40;

/// Whether all of it is seen when it stands in the dialog, on one line.
pub(super) fn is_plain_line(message: &str) -> bool {
    let is_seen = printable(message) == message && !message.contains(['\t', '\n', '\r']);
    is_seen && !message.trim().is_empty()
}

/// So much may be written into a dialog that is to be seen with it in that pane, in characters.
pub(super) fn longest_message(pane: &Pane) -> usize {
    let cells = pane.width * pane.screen.lines().count();
    (cells / 4).clamp(SHORTEST_LIMIT, LONGEST_LIMIT)
}

/// Whether the last option holds the beginning of what was written into it.
pub(super) fn has_begun(dialog: &Dialog, message: &str) -> bool {
    let first_word = message.split_whitespace().next().unwrap_or_default();
    let beginning: String = first_word.chars().take(MAX_SEEN).collect();
    dialog
        .options
        .last()
        .and_then(|option| option.label.strip_prefix("No, "))
        .is_some_and(|written| written.starts_with(&beginning))
}
