//! Claude Code's session files, `<config>/sessions/<pid>.json`: what it says it is doing.
//!
//! An undocumented format, so everything is optional but what a reading is made of; what cannot be
//! read is no reading, never an error. The folder also holds secrets (`.key` files): nothing in it
//! is opened but what is named after a process. Written in place, so half a file is a usual sight.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::text::{has_control, one_line};
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::fs::{CWD, Mode, OFlags, openat};
use serde::Deserialize;

use super::{ancestry, process};
use crate::state::{Level, Reading};

/// Largest session file that is read, in bytes: fifty times what they have.
const MAX_BYTES: u64 = 64 * 1024;

/// Where the assistant says nothing better, its process must have started no later than this
/// after it wrote down its own start; else the number was given to another process.
const START_SLACK: Duration = Duration::from_secs(2);

/// What a session file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) pid: u32,
    pub(super) level: Level,
    pub(super) written: Timestamp,
    pub(super) attended: bool,
    instance_id: Option<String>,
    cwd: Option<String>,
    detail: Option<String>,
    started_at: Option<Timestamp>,
    process_start: Option<u64>,
}

/// The fields that are looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    pid: u32,
    status: String,
    session_id: Option<String>,
    cwd: Option<String>,
    started_at: Option<i64>,
    proc_start: Option<ProcStart>,
    kind: Option<String>,
    entrypoint: Option<String>,
    waiting_for: Option<String>,
    updated_at: Option<i64>,
    status_updated_at: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProcStart {
    Text(String),
    Number(u64),
    Other(serde::de::IgnoredAny),
}

/// The process that a file of a `sessions` folder is named after; `None` for every other file.
pub(super) fn pid_of_file(path: &Path) -> Option<u32> {
    let digits = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if canonical { digits.parse().ok() } else { None }
}

/// Reads one session file of process `pid`.
pub(super) fn read(path: &Path, pid: u32) -> Option<Session> {
    // Not blocking: a pipe of that name must not hold us up.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, path, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::with_capacity(1024);
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    parse(&bytes).filter(|session| session.pid == pid)
}

/// How many sessions live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// With a person in front of them.
    pub attended: usize,
    /// Headless or in the background: they have no pane of their own.
    pub unattended: usize,
}

/// Counts the living sessions below a config folder; `None` without a `sessions` folder.
pub fn census(config: &Path) -> Option<Census> {
    let entries = std::fs::read_dir(config.join("sessions")).ok()?;
    let sessions = entries.flatten().filter_map(|entry| {
        let path = entry.path();
        read(&path, pid_of_file(&path)?)
    });
    let mut census = Census::default();
    for session in sessions.filter(|session| session.living_process().is_some()) {
        if session.attended {
            census.attended += 1;
        } else {
            census.unattended += 1;
        }
    }
    Some(census)
}

/// What the session of process `pid` below a config folder says at this moment; `None` when it says
/// nothing or the process is another one.
pub fn look(config: &Path, pid: u32) -> Option<Reading> {
    let path = config.join("sessions").join(format!("{pid}.json"));
    let session = read(&path, pid)?;
    session.living_process()?;
    Some(session.reading(None, Timestamp::now()))
}

fn parse(bytes: &[u8]) -> Option<Session> {
    let wire: Wire = serde_json::from_slice(bytes).ok()?;
    let millis = wire
        .status_updated_at
        .or(wire.updated_at)
        .or(wire.started_at)?;
    let headless = wire
        .entrypoint
        .as_deref()
        .is_some_and(|entry| entry.starts_with("sdk"))
        || wire
            .kind
            .as_deref()
            .is_some_and(|kind| kind != "interactive");
    Some(Session {
        pid: wire.pid,
        level: level_of(&wire.status, wire.waiting_for.as_deref())?,
        written: Timestamp::from_millis(millis),
        attended: !headless,
        instance_id: plain(wire.session_id),
        cwd: plain(wire.cwd),
        detail: wire.waiting_for.map(|words| one_line(&words, 80)),
        started_at: wire.started_at.map(Timestamp::from_millis),
        process_start: wire.proc_start.and_then(|start| match start {
            ProcStart::Text(text) => text.parse().ok(),
            ProcStart::Number(number) => Some(number),
            ProcStart::Other(_) => None,
        }),
    })
}

fn level_of(status: &str, waiting_for: Option<&str>) -> Option<Level> {
    match (status, waiting_for) {
        ("busy", _) => Some(Level::Busy),
        // The turn is over; a shell in the background needs nobody.
        ("idle" | "shell", _) => Some(Level::Idle),
        ("waiting", Some("permission prompt" | "sandbox request" | "worker request")) => {
            Some(Level::WaitingApproval)
        }
        ("waiting", _) => Some(Level::WaitingInput),
        _ => None,
    }
}

fn plain(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty() && !has_control(text))
}

impl Session {
    /// The process that wrote this, by its start, if it still lives; 0 where the start is not known.
    pub(super) fn living_process(&self) -> Option<u64> {
        if !process::is_alive(self.pid) {
            return None;
        }
        let Some(ancestry::Stat { start, .. }) = ancestry::stat(self.pid) else {
            return Some(0).filter(|_| !cfg!(target_os = "linux"));
        };
        let is_same = match (self.process_start, self.started_at) {
            (Some(noted), _) => noted == start,
            (None, Some(noted)) => {
                ancestry::started_at(start).is_none_or(|started| started <= noted.plus(START_SLACK))
            }
            (None, None) => true,
        };
        is_same.then_some(start)
    }

    /// The reading, made at `seen`.
    pub(super) fn reading(&self, home: Option<&Path>, seen: Timestamp) -> Reading {
        Reading {
            assistant: Assistant::CLAUDE,
            level: self.level,
            written: self.written,
            seen,
            instance_id: self.instance_id.clone(),
            pid: Some(self.pid),
            pane: None,
            cwd: self.cwd.clone(),
            home: home.map(|home| home.to_string_lossy().into_owned()),
            attended: self.attended,
            detail: self.detail.clone(),
            lag: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITING: &str = r#"{"pid":12345,"sessionId":"s1","cwd":"/home/user/proj","startedAt":1795225608854,
        "procStart":"350097","version":"2.1.329","peerFeatures":["a"],"kind":"interactive","entrypoint":"cli",
        "status":"waiting","updatedAt":1795225616111,"statusUpdatedAt":1795225616112,"waitingFor":"permission prompt"}"#;

    #[test]
    fn a_session_file_becomes_a_reading() {
        let session = parse(WAITING.as_bytes()).unwrap();
        let seen = Timestamp::from_millis(7);
        let expected = Reading {
            assistant: Assistant::CLAUDE,
            level: Level::WaitingApproval,
            written: Timestamp::from_millis(1_795_225_616_112),
            seen,
            instance_id: Some("s1".into()),
            pid: Some(12345),
            pane: None,
            cwd: Some("/home/user/proj".into()),
            home: Some("/c".into()),
            attended: true,
            detail: Some("permission prompt".into()),
            lag: Duration::ZERO,
        };
        assert_eq!(session.reading(Some(Path::new("/c")), seen), expected);
        assert_eq!(session.process_start, Some(350_097));
    }

    #[test]
    fn every_status_has_its_level() {
        let level = |status, waiting_for| level_of(status, waiting_for);
        assert_eq!(level("busy", None), Some(Level::Busy));
        assert_eq!(level("idle", None), Some(Level::Idle));
        assert_eq!(level("shell", None), Some(Level::Idle));
        for approval in ["permission prompt", "sandbox request", "worker request"] {
            assert_eq!(
                level("waiting", Some(approval)),
                Some(Level::WaitingApproval)
            );
        }
        for input in [
            Some("input needed"),
            Some("dialog open"),
            Some("goal proposal"),
            None,
        ] {
            assert_eq!(level("waiting", input), Some(Level::WaitingInput));
        }
        assert_eq!(level("sleeping", None), None);
    }

    #[test]
    fn headless_runs_are_told_apart() {
        for change in [
            ("\"cli\"", "\"sdk-cli\""),
            ("\"interactive\"", "\"background\""),
        ] {
            let text = WAITING.replace(change.0, change.1);
            assert!(!parse(text.as_bytes()).unwrap().attended);
        }
    }

    #[test]
    fn only_files_named_after_a_process_are_session_files() {
        let pid = |name: &str| pid_of_file(&Path::new("/x/sessions").join(name));
        assert_eq!(pid("123.json"), Some(123));
        for other in [
            "123.abc.key",
            "123.key",
            "abc.json",
            "0123.json",
            "-1.json",
            "123.json.tmp",
            ".json",
            "123.x.json",
            "99999999999.json",
        ] {
            assert_eq!(pid(other), None, "{other}");
        }
    }

    #[test]
    fn half_a_file_is_no_reading() {
        for end in 0..WAITING.len() {
            assert_eq!(parse(&WAITING.as_bytes()[..end]), None);
        }
    }

    #[test]
    fn a_pipe_and_a_folder_in_its_place_are_no_reading() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("1.json");
        std::fs::create_dir(&path).unwrap();
        assert_eq!(read(&path, 1), None);
        std::fs::remove_dir(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert_eq!(read(&path, 12345), None, "nobody writes into it");
        // What was written stays in it as long as somebody has it open.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let _kept = openat(CWD, &path, flags, Mode::empty()).unwrap();
        std::fs::write(&path, WAITING).unwrap();
        assert_eq!(read(&path, 12345), None, "somebody has written into it");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, WAITING).unwrap();
        assert_eq!(read(&path, 1), None, "another process's file");
        assert!(read(&path, 12345).is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_left_behind_is_not_taken_for_another_process() {
        let own = std::process::id();
        let start = ancestry::stat(own).unwrap().start;
        let session = |extra: &str| {
            let text = format!(r#"{{"pid":{own},"status":"idle","updatedAt":1{extra}}}"#);
            parse(text.as_bytes()).unwrap().living_process()
        };
        assert_eq!(session(""), Some(start));
        assert_eq!(session(&format!(r#","procStart":"{start}""#)), Some(start));
        assert_eq!(session(r#","procStart":"1""#), None);
        assert_eq!(
            session(r#","startedAt":1000"#),
            None,
            "long before this process"
        );
        let now = Timestamp::now().as_micros() / 1000;
        assert_eq!(session(&format!(r#","startedAt":{now}"#)), Some(start));
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
