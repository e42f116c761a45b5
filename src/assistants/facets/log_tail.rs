//! The end of a file of JSON lines that somebody else writes.

use std::path::Path;

use pane_patrol_sys::open::Opening;
use serde_json::Value;

/// So much of its end is read, in bytes. What is asked now stands there.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The lines of `path`, the newest first, that hold one of `words`; what is no JSON is left out.
pub(crate) fn lines(path: &Path, words: &[&str]) -> Option<Vec<Value>> {
    let bytes = read(path)?;
    let wanted = |line: &&[u8]| {
        words
            .iter()
            .any(|word| memchr::memmem::find(line, word.as_bytes()).is_some())
    };
    let lines = bytes.split(|byte| *byte == b'\n').rev().filter(wanted);
    Some(
        lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect(),
    )
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let opened = Opening::to_read().regular(path).ok()?;
    opened.read_end(MAX_BYTES).ok()
}
