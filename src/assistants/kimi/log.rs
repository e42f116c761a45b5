//! Kimi Code's log of a session's main agent, `<config>/sessions/<folder>/<session>/agents/main/wire.jsonl`:
//! it alone says whether an end is that of the session's turn or of a sub-agent's, and how a question was
//! dealt with whose hook it has killed. A private format: a line that cannot be read is none.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Deserialize;

use crate::assistants::facets::request::plain;
use crate::assistants::facets::session_log::{Followed, SessionLog, SessionLogs, Story, Told};
use crate::state::Level;

/// The agent that a person talks to.
const MAIN: &str = "main";

/// The log of an agent, in its folder.
const FILE: &str = "wire.jsonl";

/// The logs.
pub(super) struct Logs;

impl SessionLogs for Logs {
    fn of(&self, followed: &Followed) -> Option<Box<dyn SessionLog>> {
        plain(Some(&followed.instance_id))?;
        Some(Box::new(Log {
            home: followed.home.clone(),
            session: followed.instance_id.clone(),
            told: None,
        }))
    }
}

/// Where the log of the session's main agent is; `None`: nowhere so far.
pub(super) fn main_of(home: &Path, session: &str) -> Option<PathBuf> {
    Some(agents(home, session)?.join(MAIN).join(FILE))
}

/// The logs of all agents of a session, the main one's first.
pub(super) fn all_of(home: &Path, session: Option<&str>) -> Option<Vec<PathBuf>> {
    let found = std::fs::read_dir(agents(home, session?)?).ok()?.flatten();
    let mut logs: Vec<PathBuf> = found.map(|agent| agent.path().join(FILE)).collect();
    logs.sort_by_key(|log| !log.parent().is_some_and(|agent| agent.ends_with(MAIN)));
    Some(logs)
}

/// The folder of a session's agents, which lies in that of its project.
fn agents(home: &Path, session: &str) -> Option<PathBuf> {
    let session = plain(Some(session))?;
    let projects = std::fs::read_dir(home.join("sessions")).ok()?;
    let mut folders = projects
        .flatten()
        .map(|project| project.path().join(session).join("agents"));
    folders.find(|folder| folder.is_dir())
}

/// A log, which may be begun only when the session is known already.
#[derive(Debug)]
struct Log {
    home: PathBuf,
    session: String,
    told: Option<Told<Turn>>,
}

impl SessionLog for Log {
    fn read_on(&mut self) -> Option<(Level, Timestamp)> {
        if self.told.is_none() {
            self.told = main_of(&self.home, &self.session).map(Told::of);
        }
        self.told.as_mut()?.read_on()
    }

    fn level(&self) -> Option<(Level, Timestamp)> {
        self.told.as_ref()?.level()
    }
}

/// What the lines so far have said of the turn.
#[derive(Debug, Default)]
struct Turn {
    works: bool,
    /// What is asked: its id, and with which level.
    asked: Vec<(String, Level)>,
    level: Option<(Level, Timestamp)>,
}

/// The fields of a line that are looked at.
#[derive(Deserialize)]
struct Line {
    r#type: String,
    time: Option<i64>,
    id: Option<String>,
    kind: Option<String>,
}

impl Story for Turn {
    fn take(&mut self, line: &[u8]) -> Option<()> {
        let tells = [&b"\"turn."[..], b"\"interaction."];
        let is_told = |word: &&[u8]| memchr::memmem::find(line, word).is_some();
        tells.iter().find(|word| is_told(word))?;
        let line: Line = serde_json::from_slice(line).ok()?;
        let at = Timestamp::from_millis(line.time?);
        match line.r#type.as_str() {
            "turn.prompt" => {
                self.works = true;
                self.asked.clear();
                self.level = None;
            }
            "turn.ended" => {
                self.works = false;
                self.asked.clear();
            }
            "interaction.request" => {
                let level = match line.kind.as_deref() {
                    Some("question") => Level::WaitingInput,
                    _ => Level::WaitingApproval,
                };
                self.asked.push((line.id?, level));
            }
            "interaction.resolved" => {
                let id = line.id?;
                self.asked.retain(|(asked, _)| *asked != id);
            }
            _ => return None,
        }
        let level = match self.asked.first() {
            Some((_, level)) => *level,
            None if self.works => Level::Busy,
            None => Level::Idle,
        };
        if self.level.is_none_or(|(before, _)| before != level) {
            self.level = Some((level, at));
        }
        Some(())
    }

    fn level(&self) -> Option<(Level, Timestamp)> {
        self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kimi");
        std::fs::read_to_string(Path::new(folder).join(name)).unwrap()
    }

    /// The levels that a log goes through, a letter each.
    fn levels(log: &str) -> String {
        let mut turn = Turn::default();
        let mut levels = String::new();
        let mut before = None;
        for line in log.lines() {
            turn.take(line.as_bytes());
            if turn.level != before {
                before = turn.level;
                levels.push(match turn.level.unwrap().0 {
                    Level::Busy => 'b',
                    Level::WaitingApproval => 'a',
                    Level::WaitingInput => 'q',
                    _ => 'i',
                });
            }
        }
        levels
    }

    #[test]
    fn the_captured_logs_tell_turns_requests_and_questions() {
        // Said; denied; asked twice; interrupted, also in a tool; refused by the model; two at once; queued;
        // three denied; a plan mode and its plan.
        let expected = "bi babi bqbi bqbi bi babi bi bababi bi bi babi babi babi bi babi";
        assert_eq!(levels(&fixture("wire.jsonl")), expected.replace(' ', ""));
        // Approved; a sub-agent, one that asks, one in the background that wakes it; todos; two files; a plan mode.
        let expected = "babi bi bi bi bi bi babi babi bi";
        let log = fixture("wire-subagents.jsonl");
        assert_eq!(levels(&log), expected.replace(' ', ""));
    }

    #[test]
    fn of_two_requests_the_answer_to_one_leaves_the_other() {
        let line = |kind: &str, id: &str| {
            format!("{{\"type\":\"{kind}\",\"id\":\"{id}\",\"kind\":\"approval\",\"time\":7}}\n")
        };
        let both = line("turn.prompt", "t") + &line("interaction.request", "a");
        let both = both + &line("interaction.request", "b");
        assert_eq!(levels(&both), "ba");
        let one = both + &line("interaction.resolved", "a");
        assert_eq!(levels(&one), "ba");
        assert_eq!(
            levels(&(one.clone() + &line("interaction.resolved", "b"))),
            "bab"
        );
        assert_eq!(levels(&(one + &line("turn.ended", "t"))), "bai");
        assert_eq!(levels("{\"type\":\"turn.prompt\"}\n{\"turn.\n[]\n"), "");
    }

    #[test]
    fn a_log_is_found_once_it_is_begun_and_no_name_leads_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let followed = |session: &str| Followed {
            assistant: pane_patrol_hooks::event::Assistant::KIMI,
            home: home.path().into(),
            instance_id: session.to_owned(),
            pid: None,
        };
        assert!(Logs.of(&followed("../x")).is_none() && Logs.of(&followed("")).is_none());
        let mut log = Logs.of(&followed("session_1")).unwrap();
        assert_eq!(log.read_on(), None);
        let folder = home.path().join("sessions/wd_p_1/session_1/agents/main");
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(log.read_on(), None);
        std::fs::write(folder.join("wire.jsonl"), fixture("wire.jsonl")).unwrap();
        assert_eq!(log.read_on().map(|(level, _)| level), Some(Level::Idle));
        assert_eq!(log.read_on(), None);
    }
}
