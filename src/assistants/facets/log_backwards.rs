//! A file of JSON lines that somebody else writes, read from its end and only as far as it is looked at: what is
//! asked now stands there, however long the file has become.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use pane_patrol_sys::open::Opening;
use serde_json::Value;

use super::log_tail::parsed;

/// So much is read at first, in bytes; twice as much each time that a line is longer.
const PIECE: u64 = 64 * 1024;

/// Nothing before so many bytes from the end is looked at.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The lines of `path` that hold one of `words`, the newest first, each read when it is asked for.
pub(crate) fn newest<'a>(
    path: &Path,
    words: &'a [&'a str],
) -> Option<impl Iterator<Item = Value> + use<'a>> {
    within(path, MAX_BYTES, words)
}

/// The same of its last `most` bytes.
pub(crate) fn within<'a>(
    path: &Path,
    most: u64,
    words: &'a [&'a str],
) -> Option<impl Iterator<Item = Value> + use<'a>> {
    let opened = Opening::to_read().regular(path).ok()?;
    let from = opened.about.len();
    let lines = Lines {
        file: opened.file,
        rest: Vec::new(),
        from,
        lowest: from.saturating_sub(most),
        piece: PIECE,
    };
    let is_wanted = |line: &Vec<u8>| {
        let mut words = words.iter();
        words.any(|word| memchr::memmem::find(line, word.as_bytes()).is_some())
    };
    Some(lines.filter(is_wanted).map(|line| parsed(&line)))
}

/// Lines, the last one first.
struct Lines {
    file: File,
    /// What was read and not given so far: it begins at `from`.
    rest: Vec<u8>,
    from: u64,
    lowest: u64,
    piece: u64,
}

impl Iterator for Lines {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = memchr::memrchr(b'\n', &self.rest) {
                let line = self.rest.split_off(end + 1);
                self.rest.truncate(end);
                self.piece = PIECE;
                return Some(line);
            }
            if self.from == self.lowest {
                // What is cut off at its beginning is no line.
                let first = std::mem::take(&mut self.rest);
                return (self.lowest == 0 && !first.is_empty()).then_some(first);
            }
            self.read_more()?;
        }
    }
}

impl Lines {
    fn read_more(&mut self) -> Option<()> {
        let from = self.from.saturating_sub(self.piece).max(self.lowest);
        let mut piece = vec![0; usize::try_from(self.from - from).ok()?];
        self.file.read_exact_at(&mut piece, from).ok()?;
        piece.append(&mut self.rest);
        (self.rest, self.from) = (piece, from);
        self.piece *= 2;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, words: &[&str]) -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, text).unwrap();
        newest(&path, words).unwrap().collect()
    }

    #[test]
    fn lines_come_from_the_end_whole_however_long_they_are() {
        let long = "x".repeat(200_000);
        let text = format!("{{\"a\":1}}\n{{\"b\":\"{long}\"}}\n\n{{\"a\":2}}\n{{\"a\":3}}");
        let found = read(&text, &["\"a\"", "\"b\""]);
        let long = serde_json::json!({ "b": long });
        let a = |number: u32| serde_json::json!({ "a": number });
        assert_eq!(found, [a(3), a(2), long, a(1)]);
        assert_eq!(read(&text, &["\"c\""]), Vec::<Value>::new());
        assert_eq!(read("", &["a"]), Vec::<Value>::new());
    }

    #[test]
    fn what_lies_far_back_is_not_read_and_half_a_line_is_none() {
        let line = format!("{{\"a\":\"{}\"}}\n", "x".repeat(1_000_000));
        let found = read(&line.repeat(9), &["\"a\""]);
        assert_eq!(found.len(), 8, "and neither the first one nor its end");
    }
}
