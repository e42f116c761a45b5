//! Lists of tasks: Taskmaster's of a project, which can be changed, and what all lists are read with. Which
//! list is an assistant's, `assistants` knows; those that assistants keep themselves are never written.
//!
//! May import: `sys`, the hooks' words, and the installer's edits of JSON and files.

pub(crate) mod count;
pub(crate) mod taskmaster;
pub(crate) mod types;
pub(crate) mod words;

pub(crate) use self::taskmaster::{Mark, TaskChange};
pub(crate) use self::types::{MAX_TASKS, Task, TaskSource, TaskState, TaskStatus, TaskSummary};

use std::path::Path;

use pane_patrol_sys::open::{OpenError, read_whole};

/// The text of a regular file of at most `max` bytes. The error is one line.
pub(crate) fn read_text(path: &Path, max: u64) -> Result<String, String> {
    let bytes = read_whole(path, max).map_err(|error| match error {
        OpenError::NotRegular => "is not a file".to_owned(),
        OpenError::TooLong { max } => format!("is larger than {} MB", max / 1024 / 1024),
        OpenError::Io(error) => format!("cannot be read: {error}"),
    })?;
    let is_text = String::from_utf8(bytes);
    is_text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8 at byte {at}")
    })
}
