//! Lists of tasks: Taskmaster's of a project, and what all lists are read with. Files are read and
//! never written. Which list is an assistant's, `assistants` knows.
//!
//! May import: `sys`, and the hooks' words.

pub(crate) mod count;
pub(crate) mod taskmaster;
pub mod types;
pub mod words;

pub use self::types::{MAX_TASKS, Task, TaskSource, TaskState, TaskStatus, TaskSummary};

use std::io;
use std::path::Path;

use pane_patrol_sys::open::{OpenError, Opening};

/// The text of a regular file of at most `max` bytes. The error is one line.
pub(crate) fn read_text(path: &Path, max: u64) -> Result<String, String> {
    let failed = |error: io::Error| format!("cannot be read: {error}");
    let opened = Opening::to_read().regular(path);
    let opened = opened.map_err(|error| match error {
        OpenError::NotRegular => "is not a file".to_owned(),
        OpenError::Io(error) => failed(error),
    })?;
    if opened.about.len() > max {
        return Err(format!("is larger than {} MB", max / 1024 / 1024));
    }
    let bytes = opened.read(max).map_err(failed)?;
    let is_text = String::from_utf8(bytes);
    is_text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8 at byte {at}")
    })
}
