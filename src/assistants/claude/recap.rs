//! What Claude writes into its transcript for a person who was away: `system`, `away_summary`, some minutes after a turn
//! is over (read in the bundle of 2.1.332: it could not be provoked). An undocumented format: what is not found is not
//! known.

use std::path::Path;

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::transcript::transcript;
use crate::assistants::facets::log_backwards::newest;
use crate::assistants::facets::request::plain;

/// What stands behind the words themselves.
const ADVICE: &str = "(disable recaps in /config)";

/// Lines that may hold one, or that go on after it.
const WORDS: [&str; 3] = [
    "\"away_summary\"",
    "\"type\":\"assistant\"",
    "\"type\":\"user\"",
];

/// The summary of `session`, if nothing was said there after it, and when it was written.
pub(super) fn of(config: &Path, session: &str) -> Option<(String, Timestamp)> {
    let main = transcript(config, plain(Some(session))?)?;
    let mut lines = newest(&main, &WORDS)?.filter(|line| line["isSidechain"] != true);
    in_line(&lines.next()?)
}

fn in_line(line: &Value) -> Option<(String, Timestamp)> {
    let is_one = line["type"] == "system" && line["subtype"] == "away_summary";
    let content = line["content"].as_str().filter(|_| is_one)?.trim();
    let words = content.strip_suffix(ADVICE).unwrap_or(content);
    let words = one_line(words.trim(), MAX_MESSAGE_CHARS);
    let at = Timestamp::parse(line["timestamp"].as_str()?)?;
    (!words.is_empty()).then_some((words, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_until_something_is_said_after_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("projects/-p");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("s-1.jsonl");
        let said = r#"{"type":"assistant","timestamp":"2026-11-21T14:00:00Z","message":{"content":"done"}}"#;
        let own = r#"{"type":"system","subtype":"away_summary","content":"The menu\nworks. (disable recaps in /config)","timestamp":"2026-11-21T14:03:00Z"}"#;
        let other =
            r#"{"type":"system","subtype":"turn_duration","timestamp":"2026-11-21T14:04:00Z"}"#;
        let side = said.replace("{\"type\"", "{\"isSidechain\":true,\"type\"");
        let at = Timestamp::parse("2026-11-21T14:03:00Z").unwrap();
        for (lines, expected) in [
            (
                vec![said, own, other, &side],
                Some(("The menu works.".to_owned(), at)),
            ),
            (vec![own, said], None),
            (vec![said], None),
            (vec![], None),
        ] {
            std::fs::write(&file, lines.join("\n") + "\n").unwrap();
            assert_eq!(of(home.path(), "s-1"), expected, "{lines:?}");
        }
        assert_eq!(of(home.path(), "../s-1"), None);
    }
}
