//! What a chat of Gemini's says of the model and the tokens of its session (0.61.0):
//! `<config>/tmp/<project>/chats/session-<when>-<beginning of the session's id>.jsonl`. Neither the mode nor how long
//! the context window is stands there, and what the model's side refuses is not written down.

use std::path::{Path, PathBuf};

use pane_patrol_sys::open::Opening;
use serde_json::Value;

use crate::assistants::facets::facts::{FactsFile, MAX_BYTES, files_below};
use crate::assistants::facets::log_backwards::within;
use crate::assistants::facets::request::plain;
use crate::state::Facts;

/// The lines that are looked at, by what stands in them.
const WORDS: [&str; 1] = ["\"type\":\"gemini\""];

/// So much of a session's id stands in the name of its file, in bytes.
const ID_IN_NAME: usize = 8;

/// Longest first line that is read, in bytes.
const MAX_FIRST: u64 = 4096;

/// The chats.
pub(super) struct Chats;

impl FactsFile for Chats {
    fn find(&self, home: &Path, session: &str) -> Option<PathBuf> {
        let session = plain(Some(session))?;
        let end = format!("-{}.jsonl", session.get(..ID_IN_NAME)?);
        let is_named = |name: &str| name.starts_with("session-") && name.ends_with(&end);
        let mut files = files_below(&home.join("tmp"), "chats", is_named);
        files.find(|file| is_of(file, session))
    }

    fn read(&self, file: &Path) -> Facts {
        let newest = within(file, MAX_BYTES, &WORDS).and_then(|lines| {
            let mut lines = lines.filter(|line| line["type"] == "gemini");
            lines.next()
        });
        newest.map_or_else(Facts::default, |line| Facts {
            model: line["model"].as_str().map(str::to_owned),
            context_tokens: line["tokens"]["input"].as_u64(),
            ..Facts::default()
        })
    }
}

/// Whether a file is of that session, by its first line.
fn is_of(file: &Path, session: &str) -> bool {
    let first = || {
        let opened = Opening::to_read().regular(file).ok()?;
        let bytes = opened.read(MAX_FIRST).ok()?;
        let line = bytes.split(|byte| *byte == b'\n').next()?;
        serde_json::from_slice::<Value>(line).ok()
    };
    first().is_some_and(|line| line["sessionId"] == session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_of_the_session_that_its_first_line_names() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tmp/proj/chats");
        std::fs::create_dir_all(&folder).unwrap();
        let write = |when: &str, session: &str, model: &str| {
            let first = format!("{{\"sessionId\":\"{session}\"}}\n");
            let said = format!(
                "{{\"type\":\"gemini\",\"model\":\"{model}\",\"tokens\":{{\"input\":7}}}}\n"
            );
            let name = format!("session-{when}-{}.jsonl", &session[..8]);
            std::fs::write(folder.join(name), first + &said).unwrap();
        };
        write("2026-11-30T17-10", "e9cf1240-7704", "right");
        write("2026-11-30T17-11", "e9cf1240-0000", "wrong");
        let model = |session: &str| {
            let file = Chats.find(home.path(), session)?;
            Chats.read(&file).model
        };
        assert_eq!(model("e9cf1240-7704").as_deref(), Some("right"));
        assert_eq!(model("e9cf1240-0000").as_deref(), Some("wrong"));
        for none in ["e9cf1240", "e9cf1240-9999", "short", "../../../x", ""] {
            assert_eq!(model(none), None, "{none}");
        }
    }
}
