//! The end of a file of JSON lines that somebody else writes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use serde_json::Value;

/// So much of its end is read, in bytes. What is asked now stands there.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The lines of `path`, the newest first, that hold one of `words`; what is no JSON is left out.
pub(super) fn lines(path: &Path, words: &[&str]) -> Option<Vec<Value>> {
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
    // Not blocking: a pipe of that name must not hold us up.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = File::from(openat(CWD, path, flags, Mode::empty()).ok()?);
    let found = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let from = found.len().saturating_sub(MAX_BYTES);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
