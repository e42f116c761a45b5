//! Copilot's own log of a session, `<config>/session-state/<session>/events.jsonl`: the only sign of
//! an answer, a denial and an interrupt. A private format, so everything is optional, and a line that
//! cannot be read is none.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;

use super::story::Story as Rounds;
use crate::assistants::facets::session_log::{Followed, SessionLog, SessionLogs, Story, Told};
use crate::state::Level;

/// The logs.
pub(crate) struct Logs;

impl SessionLogs for Logs {
    fn of(&self, followed: &Followed) -> Option<Box<dyn SessionLog>> {
        Some(Box::new(log(followed)?))
    }
}

impl Story for Rounds {
    fn take(&mut self, line: &[u8]) -> Option<()> {
        Self::take(self, line)
    }

    fn level(&self) -> Option<(Level, Timestamp)> {
        self.level
    }
}

/// Where the log of a session is. `None` when its name is no plain one.
pub(super) fn events_of(home: &Path, session: &str) -> Option<PathBuf> {
    let session = Path::new(session);
    let is_plain = session.components().count() == 1 && session.file_name().is_some();
    let folder = home.join("session-state").join(session);
    is_plain.then(|| folder.join("events.jsonl"))
}

/// The log of a session, of which nothing was read yet. `None` when its name is no plain one.
fn log(followed: &Followed) -> Option<Told<Rounds>> {
    events_of(&followed.home, &followed.instance_id).map(Told::of)
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;
    use std::fs::File;
    use std::io::Write;

    use super::*;

    fn line(kind: &str, second: u32, rest: &str) -> String {
        format!(
            "{{\"type\":\"{kind}\",\"data\":{{{rest}}},\"timestamp\":\"2026-11-21T01:00:{second:02}.5Z\"}}\n"
        )
    }

    fn level(text: &str) -> Option<Level> {
        let mut story = Rounds::default();
        for line in text.lines() {
            story.take(line.as_bytes());
        }
        story.level.map(|(level, _)| level)
    }

    /// A log in a folder of its own.
    struct LogFolder {
        _root: tempfile::TempDir,
        path: PathBuf,
        log: Told<Rounds>,
    }

    impl LogFolder {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let followed = Followed {
                assistant: Assistant::COPILOT,
                home: root.path().into(),
                instance_id: "s1".into(),
                pid: None,
            };
            let log = log(&followed).unwrap();
            let path = root.path().join("session-state/s1/events.jsonl");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            Self {
                _root: root,
                path,
                log,
            }
        }

        fn add(&mut self, text: &str) -> Option<Level> {
            let mut file = File::options()
                .append(true)
                .create(true)
                .open(&self.path)
                .unwrap();
            file.write_all(text.as_bytes()).unwrap();
            self.log.read_on().map(|(level, _)| level)
        }
    }

    #[test]
    fn the_captured_log_tells_rounds_answers_and_interrupts() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/copilot/session-state-events.jsonl"
        );
        let text = std::fs::read_to_string(path).unwrap();
        let mut story = Rounds::default();
        let mut levels = String::new();
        for line in text.lines() {
            story.take(line.as_bytes());
            let mark = match story.level.unwrap().0 {
                Level::Busy => 'b',
                Level::WaitingApproval => 'w',
                _ => 'i',
            };
            if !levels.ends_with(mark) {
                levels.push(mark);
            }
        }
        // A sub-agent's turn inside one round; a dialog and the answer; an interrupt.
        assert_eq!(levels, "bibi bwbibi bi".replace(' ', ""));
    }

    #[test]
    fn of_two_dialogs_the_answer_to_one_leaves_the_other() {
        let ask = |id: &str| {
            line(
                "permission.requested",
                1,
                &format!("\"requestId\":\"{id}\""),
            )
        };
        let answer = |id: &str| {
            line(
                "permission.completed",
                2,
                &format!("\"requestId\":\"{id}\""),
            )
        };
        let both = ask("a") + &ask("b") + &answer("a");
        assert_eq!(level(&both), Some(Level::WaitingApproval));
        assert_eq!(level(&(both + &answer("b"))), Some(Level::Busy));
        assert_eq!(
            level(&(ask("a") + &line("abort", 3, ""))),
            Some(Level::Idle)
        );
    }

    #[test]
    fn a_sub_agents_turn_says_nothing_of_the_session() {
        let sub = line("assistant.turn_start", 1, "").replacen('{', "{\"agentId\":\"x\",", 1);
        assert_eq!(level(&sub), None);
    }

    #[test]
    fn a_log_is_read_on_from_where_it_was_left() {
        let mut folder = LogFolder::new();
        assert_eq!(folder.log.read_on(), None, "it is not there yet");
        let whole = line("abort", 2, "");
        assert_eq!(folder.add(&line("user.message", 1, "")), Some(Level::Busy));
        assert_eq!(folder.add(&whole[..20]), None, "half a line");
        assert_eq!(folder.add(&whole[20..]), Some(Level::Idle));
        assert_eq!(folder.add("nonsense\n{}\n"), None);
        std::fs::remove_file(&folder.path).unwrap();
        assert_eq!(
            folder.add(&line("user.message", 3, "")),
            Some(Level::Busy),
            "another file"
        );
    }

    #[test]
    fn the_beginning_of_a_long_log_is_left_out() {
        let mut folder = LogFolder::new();
        let filler = line("noise", 1, &format!("\"x\":\"{}\"", "y".repeat(300_000)));
        let text = line("abort", 1, "") + &filler + &filler;
        assert_eq!(folder.add(&text), None);
        assert_eq!(folder.add(&line("user.message", 2, "")), Some(Level::Busy));
    }

    #[test]
    fn a_session_that_is_a_path_has_no_log() {
        for instance_id in ["../x", "a/b", "", ".."] {
            let followed = Followed {
                assistant: Assistant::COPILOT,
                home: "/h".into(),
                instance_id: instance_id.into(),
                pid: None,
            };
            assert!(log(&followed).is_none(), "{instance_id}");
        }
    }
}
