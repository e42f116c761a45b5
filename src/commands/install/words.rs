//! What is said of a change of a settings file, and of one that failed.

use pane_patrol_installer::Change;

use crate::error::CommandError;

/// What was done to one file, and where what it was is kept.
pub(in crate::commands) fn sentence(change: &Change) -> String {
    let path = change.path.display();
    let did = if change.removed { "Removed" } else { "Changed" };
    match &change.backup {
        Some(backup) => format!("{did} {path}; what it was is kept in {}.", backup.display()),
        None => format!(
            "Made {path}; there was no such file before, as recorded in {}.",
            change.record.display()
        ),
    }
}

/// The error with what the person can do.
pub(in crate::commands) fn with_hints(error: CommandError, hints: Vec<String>) -> CommandError {
    hints.into_iter().fold(error, CommandError::hint)
}
