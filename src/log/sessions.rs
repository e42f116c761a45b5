//! `sessions.jsonl`: the sessions that can be taken up again, one a line, so that they are within reach of the next
//! collector too, and those that live, each with its process, so that it finds which have ended meanwhile. It is kept whether the event log is on or not, is its user's alone, and never grows.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::replace::replace;

use serde::Deserialize;

use crate::state::{EndedSession, LivingSession};

/// No more of the file is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// A line is no longer, in bytes: what is longer was not written by us.
const MAX_LINE: u64 = 64 << 10;

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sessions {
    pub(crate) ended: Vec<EndedSession>,
    /// As far as was known when it was written.
    pub(crate) living: Vec<LivingSession>,
    /// So many lines are no session.
    pub(crate) nonsense: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Living(LivingSession),
    Ended(EndedSession),
}

/// Reads the file. One that is not there holds none, and a line that makes no sense, or is too long, is none.
pub(crate) fn read(path: &Path) -> Sessions {
    let mut sessions = Sessions::default();
    for line in lines(path) {
        match serde_json::from_slice(&line) {
            Ok(Line::Ended(session)) if session.is_plain() => sessions.ended.push(session),
            Ok(Line::Living(living)) if living.lives.is_plain() => sessions.living.push(living),
            _ => sessions.nonsense += 1,
        }
    }
    sessions
}

/// The lines of a file that was written here; none of one that is not there. One that is too long is an empty one.
pub(super) fn lines(path: &Path) -> impl Iterator<Item = Vec<u8>> {
    let opened = Opening::to_read().no_link().regular(path).ok();
    let mut file = opened.map(|opened| BufReader::new(opened.file.take(MAX_BYTES)));
    std::iter::from_fn(move || next_line(file.as_mut()?))
}

/// The next line, or the end of one that is too long; `None` where there is no more that can be read.
fn next_line(file: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut read = |line: &mut Vec<u8>| file.by_ref().take(MAX_LINE).read_until(b'\n', line).ok();
    let mut count = read(&mut line)?;
    while count as u64 == MAX_LINE && line.last() != Some(&b'\n') {
        line.clear();
        count = read(&mut line)?;
    }
    (!line.is_empty()).then_some(line)
}

/// Writes the file, whole or not at all; `with_words`: what each has said last stands in it.
///
/// # Errors
/// The folder is not there or cannot be written to.
pub(crate) fn write(path: &Path, sessions: &Sessions, with_words: bool) -> io::Result<()> {
    let mut text = String::new();
    for session in &sessions.ended {
        let mut session = session.clone();
        session.message.take_if(|_| !with_words);
        text.push_str(&serde_json::to_string(&session)?);
        text.push('\n');
    }
    for living in &sessions.living {
        text.push_str(&serde_json::to_string(living)?);
        text.push('\n');
    }
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    replace(path, &beside, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::state::fixture::ended as session;

    #[test]
    fn what_is_written_is_read_again_by_its_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.jsonl");
        assert_eq!(read(&path), Sessions::default());
        let ended = vec![
            EndedSession {
                message: Some("said \"it\"\u{202e}".to_owned()),
                cwd: Some("/it's a \"folder\"".to_owned()),
                ..session("claude", "s-1")
            },
            session("codex", "s-2"),
        ];
        let living = LivingSession {
            pid: 42,
            lives: session("claude", "s-3"),
        };
        let sessions = Sessions {
            ended,
            living: vec![living],
            nonsense: 0,
        };
        write(&path, &sessions, true).unwrap();
        assert_eq!(read(&path), sessions);
        let rights = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
        write(&path, &sessions, false).unwrap();
        assert_eq!(read(&path).ended[0].message, None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_line_that_is_too_long_is_lost_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.jsonl");
        let sessions = ["s-1", "s-2"].map(|id| session("claude", id));
        let [first, last] = sessions
            .clone()
            .map(|it| serde_json::to_string(&it).unwrap());
        for length in [(64 << 10) - 1, 64 << 10, 3 << 20] {
            let long = "x".repeat(length);
            std::fs::write(&path, [&*first, &long, &last].join("\n")).unwrap();
            assert_eq!(read(&path).ended, sessions, "{length}");
        }
    }

    #[test]
    fn a_line_that_could_become_anything_but_a_session_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.jsonl");
        let good = serde_json::to_string(&session("claude", "s-1")).unwrap();
        let bad = ["--dangerously", "a b", "$(x)", "a/../b", ""];
        let bad = bad.map(|id| good.replace("\"s-1\"", &format!("\"{id}\"")));
        let drawn = good.replace("\"cwd\":\"/", "\"cwd\":\"/\\u001b[31m");
        let torn = &good[..good.len() / 2];
        let lines = [&bad.join("\n"), "", "nothing", &drawn, torn, &good].join("\n");
        std::fs::write(&path, lines).unwrap();
        assert_eq!(read(&path).ended, [session("claude", "s-1")]);
    }
}
