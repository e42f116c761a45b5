//! Words of others on a terminal: what could move the cursor is shown as its code.

use serde::Serialize;

use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Prints a value as JSON.
pub(super) fn print_json(value: &impl Serialize) -> CommandResult {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CommandError::new("could not print the answer").caused_by(&error))?;
    messages::result(&(text + "\n"));
    Ok(())
}

/// One line without control characters.
pub(super) fn line(text: &str) -> String {
    let shown = |char: char| -> Vec<char> {
        if char.is_control() {
            char.escape_default().collect()
        } else {
            vec![char]
        }
    };
    text.chars().flat_map(shown).collect()
}
