//! The end of a file of JSON lines that somebody else writes.

use std::path::Path;

use pane_patrol_sys::open::Opening;
use serde_json::Value;

/// So much of its end is read, in bytes. What is asked now stands there.
pub(crate) const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Stands in the place of a line that cannot be read: its `ids`, and when it was written.
const UNREADABLE: &str = "unreadable";

/// How the ids of calls begin.
const IDS: &[u8] = b"toolu_";

/// The lines of `path`, the newest first, that hold one of `words`; what is no JSON is [unreadable].
///
/// [unreadable]: is_unreadable
pub(crate) fn lines(path: &Path, words: &[&str]) -> Option<Vec<Value>> {
    tail(path, words).map(|tail| tail.lines)
}

/// The end of a file.
pub(crate) struct Tail {
    /// The lines that were looked for, the newest first.
    pub(crate) lines: Vec<Value>,
    /// There is more of the file before it.
    pub(crate) is_cut: bool,
    /// Its last line has not been written to its end: nobody knows what it is going to say.
    pub(crate) is_broken_off: bool,
}

/// As [`lines`], with what is known of the file.
pub(crate) fn tail(path: &Path, words: &[&str]) -> Option<Tail> {
    end(path, MAX_BYTES, words)
}

/// As [`tail`], of no more than `most` bytes.
pub(crate) fn end(path: &Path, most: u64, words: &[&str]) -> Option<Tail> {
    let bytes = read(path, most)?;
    let is_cut = u64::try_from(bytes.len()).is_ok_and(|length| length >= most);
    let wanted = |line: &&[u8]| {
        words
            .iter()
            .any(|word| memchr::memmem::find(line, word.as_bytes()).is_some())
    };
    // The first of them may be the end of one.
    let first = memchr::memchr(b'\n', &bytes).filter(|_| is_cut);
    let whole = &bytes[first.map_or(0, |end| end + 1)..];
    let last = whole.split(|byte| *byte == b'\n').next_back();
    let last = last.unwrap_or_default().trim_ascii();
    let is_broken_off = !last.is_empty() && !wanted(&last) && is_unreadable(&parsed(last));
    let lines = whole.split(|byte| *byte == b'\n').rev().filter(wanted);
    Some(Tail {
        lines: lines.map(parsed).collect(),
        is_cut,
        is_broken_off,
    })
}

/// Whether nobody knows what stands in the line.
pub(crate) fn is_unreadable(line: &Value) -> bool {
    line[UNREADABLE].is_array()
}

/// The ids of calls that stand in an unreadable line, as far as they can be found.
pub(crate) fn ids(line: &Value) -> impl Iterator<Item = &str> {
    let ids = line[UNREADABLE].as_array().into_iter().flatten();
    ids.filter_map(Value::as_str)
}

/// The lines of `path` as they are written, the newest first, that hold `word`.
pub(crate) fn texts(path: &Path, word: &str) -> Option<Vec<Vec<u8>>> {
    let bytes = read(path, MAX_BYTES)?;
    let lines = bytes.split(|byte| *byte == b'\n').rev();
    let wanted = lines.filter(|line| memchr::memmem::find(line, word.as_bytes()).is_some());
    Some(wanted.map(<[u8]>::to_vec).collect())
}

/// The line; what is no JSON is [unreadable](is_unreadable).
pub(super) fn parsed(line: &[u8]) -> Value {
    let parsed = serde_json::from_slice(line).or_else(|_| serde_json::from_slice(&mended(line)));
    parsed.unwrap_or_else(|_| unreadable(line))
}

/// A line of JSON with a sign for the unknown in the place of what no text may hold: half of a pair of
/// surrogates, which JavaScript writes as it is.
fn mended(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let bytes = text.as_bytes();
    let half = |at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let number = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        Some(number & 0xfc00)
    };
    let mut mended = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (length, is_alone) = match (*byte, half(at)) {
            (b'\\', Some(0xd800)) if half(at + 6) == Some(0xdc00) => (12, false),
            (b'\\', Some(0xd800 | 0xdc00)) => (6, true),
            (b'\\', _) => (2, false),
            _ => (1, false),
        };
        let end = (at + length).min(bytes.len());
        mended.extend_from_slice(if is_alone {
            b"\\ufffd"
        } else {
            &bytes[at..end]
        });
        at = end;
    }
    mended
}

fn unreadable(line: &[u8]) -> Value {
    let has = |words: &str| memchr::memmem::find(line, words.as_bytes()).is_some();
    // Quotes within a text are escaped: this one tells of results alone.
    if has("\"type\":\"tool_result\"") && !has("\"type\":\"tool_use\"") {
        return Value::Null;
    }
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut ids: Vec<String> = memchr::memmem::find_iter(line, IDS)
        .map(|at| line[at..].iter().copied().take_while(is_id).map(char::from))
        .map(String::from_iter)
        .collect();
    ids.dedup();
    let written = memchr::memmem::find(line, b"\"timestamp\":\"").map(|at| {
        let text = line[at + 13..].iter().take_while(|byte| **byte != b'"');
        text.map(|byte| char::from(*byte)).collect::<String>()
    });
    serde_json::json!({UNREADABLE: ids, "timestamp": written})
}

fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let opened = Opening::to_read().regular(path).ok()?;
    opened.read_end(most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_of_surrogates_is_a_sign_for_the_unknown() {
        let read = |line: &str| parsed(line.as_bytes());
        assert_eq!(read(r#"["a\ud800b"]"#), serde_json::json!(["a\u{fffd}b"]));
        assert_eq!(
            read(r#"["\udc00\\ud800"]"#),
            serde_json::json!(["\u{fffd}\\ud800"])
        );
        assert_eq!(read(r#"["\ud83d\udc4d"]"#), serde_json::json!(["👍"]));
        assert_eq!(
            read(r#"["\ud800\ud83d\udc4d"]"#),
            serde_json::json!(["\u{fffd}👍"])
        );
        assert_eq!(parsed(b"[\"\xff\"]"), serde_json::json!(["\u{fffd}"]));
    }

    #[test]
    fn of_what_is_no_json_the_ids_are_known() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let line =
            format!(r#"{{"id":"toolu_1","input":{deep},"timestamp":"2026-11-29T01:00:00Z"}}"#);
        let line = parsed(line.as_bytes());
        assert!(is_unreadable(&line));
        assert_eq!(ids(&line).collect::<Vec<_>>(), ["toolu_1"]);
        assert_eq!(line["timestamp"], "2026-11-29T01:00:00Z");
        assert!(!is_unreadable(&parsed(b"{}")));
    }
}
