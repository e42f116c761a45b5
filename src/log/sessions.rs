//! `sessions.jsonl`: the sessions that can be taken up again, one a line, so that they are within reach of the next
//! collector too. It is kept whether the event log is on or not, is its user's alone, and never grows.

use std::io;
use std::path::Path;

use pane_patrol_sys::open::read_text;
use pane_patrol_sys::replace::replace;

use crate::state::EndedSession;

/// The file is no longer, in bytes: what is longer was not written by us.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the file. One that is not there holds none, and a line that makes no sense is none.
pub(crate) fn read(path: &Path) -> Vec<EndedSession> {
    let text = read_text(path, MAX_BYTES).unwrap_or_default();
    let line = |line: &str| serde_json::from_str(line).ok();
    let sessions = text.lines().filter_map(line);
    sessions.filter(EndedSession::is_plain).collect()
}

/// Writes the file, whole or not at all; `with_words`: what each has said last stands in it.
///
/// # Errors
/// The folder is not there or cannot be written to.
pub(crate) fn write(path: &Path, sessions: &[EndedSession], with_words: bool) -> io::Result<()> {
    let mut text = String::new();
    for session in sessions {
        let mut session = session.clone();
        session.message.take_if(|_| !with_words);
        text.push_str(&serde_json::to_string(&session)?);
        text.push('\n');
    }
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    replace(path, &beside, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::state::fixture::ended;

    #[test]
    fn what_is_written_is_read_again_by_its_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.jsonl");
        assert_eq!(read(&path), []);
        let sessions = [
            EndedSession {
                message: Some("said \"it\"\u{202e}".to_owned()),
                cwd: Some("/it's a \"folder\"".to_owned()),
                ..ended("claude", "s-1")
            },
            ended("codex", "s-2"),
        ];
        write(&path, &sessions, true).unwrap();
        assert_eq!(read(&path), sessions);
        let rights = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
        write(&path, &sessions, false).unwrap();
        assert_eq!(read(&path)[0].message, None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_line_that_could_become_anything_but_a_session_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.jsonl");
        let good = serde_json::to_string(&ended("claude", "s-1")).unwrap();
        let bad = ["--dangerously", "a b", "$(x)", "a/../b", ""];
        let bad = bad.map(|id| good.replace("\"s-1\"", &format!("\"{id}\"")));
        let drawn = good.replace("\"cwd\":\"/", "\"cwd\":\"/\\u001b[31m");
        let torn = &good[..good.len() / 2];
        let lines = [&bad.join("\n"), "", "nothing", &drawn, torn, &good].join("\n");
        std::fs::write(&path, lines).unwrap();
        assert_eq!(read(&path), [ended("claude", "s-1")]);
    }
}
