//! Claude Code's session files, `<config>/sessions/<pid>.json`: what it says it is doing.
//!
//! An undocumented format, so everything is optional but what a reading is made of; what cannot be
//! read is no reading, never an error. The folder also holds secrets (`.key` files): nothing in it
//! is opened but what is named after a process. Written in place, so half a file is a usual sight.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::{has_control, one_line};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use serde::Deserialize;

use super::viewer;
use crate::assistants::facets::session_file::Census;
use crate::state::{Level, Reading};
use crate::sys::process::{self, start_of};

/// Largest session file that is read, in bytes: fifty times what they have.
const MAX_BYTES: u64 = 64 * 1024;

/// Where the assistant says nothing better, its process must have started no later than this
/// after it wrote down its own start; else the number was given to another process.
const START_SLACK: Duration = Duration::from_secs(2);

/// A background job speaks within this time after a session was moved to it (measured: 1.5 to 8 s).
const SPEAKS_WITHIN: Duration = Duration::from_secs(30);

/// A job says that it is idle when it begins, and goes on with its turn a while later (measured: 1.2 s).
const STARTS_WITHIN: Duration = Duration::from_secs(2);

/// What a session file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) pid: u32,
    pub(crate) level: Level,
    pub(crate) written: Timestamp,
    pub(crate) attended: bool,
    instance_id: Option<String>,
    cwd: Option<String>,
    detail: Option<String>,
    started_at: Option<Timestamp>,
    process_start: Option<u64>,
    /// The background job that this session is.
    pub(crate) job: Option<String>,
    /// It runs in the background, for a person who comes to look at it.
    pub(crate) is_background: bool,
    /// The background job that its pane shows in its place.
    pub(crate) parked: Option<String>,
    /// When that was written.
    moved: Option<Timestamp>,
    /// The socket that takes texts for it.
    inbox: Option<PathBuf>,
    /// What the assistant calls a background job, also in the title of the pane that shows it.
    name: Option<String>,
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
    job_id: Option<String>,
    parked_job_id: Option<String>,
    name: Option<String>,
    messaging_socket_path: Option<PathBuf>,
    spare: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProcStart {
    Text(String),
    Number(u64),
    Other(serde::de::IgnoredAny),
}

/// The process that a file of a `sessions` folder is named after; `None` for every other file.
pub(crate) fn pid_of_file(path: &Path) -> Option<u32> {
    let digits = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if canonical { digits.parse().ok() } else { None }
}

/// Reads one session file of process `pid`.
pub(crate) fn read(path: &Path, pid: u32) -> Option<Session> {
    let opened = Opening::to_read().regular(path).ok()?;
    let bytes = opened.read(MAX_BYTES).ok()?;
    parse(&bytes).filter(|session| session.pid == pid)
}

/// Counts the living sessions below a config folder; `None` without a `sessions` folder.
pub(crate) fn census(config: &Path) -> Option<Census> {
    let folder = config.join("sessions");
    let entries = std::fs::read_dir(&folder).ok()?;
    let sessions = entries.flatten().filter_map(|entry| {
        let path = entry.path();
        read(&path, pid_of_file(&path)?)
    });
    let mut census = Census::default();
    for session in sessions.filter(|session| session.living_process().is_some()) {
        if session.is_background {
            census.background += 1;
        } else if session.attended {
            census.attended += 1;
            let job = session.parked.as_deref();
            let is_unknown = job.is_some_and(|job| job_in(&folder, job).is_none());
            census.elsewhere += usize::from(is_unknown);
        } else {
            census.unattended += 1;
        }
    }
    Some(census)
}

/// What the session that process `pid` shows, below a config folder, says at this moment; `None` when
/// it says nothing or the process is another one.
/// `instance`: the session that its pane was last known to show.
pub fn look(config: &Path, pid: u32, instance: Option<&str>) -> Option<Reading> {
    let sessions = config.join("sessions");
    let now = Timestamp::now();
    let Some(session) = read(&sessions.join(format!("{pid}.json")), pid) else {
        let job = viewer::attached_to(pid).filter(|_| viewer::keeps_files_in(pid, config))?;
        return Some(job_in(&sessions, &job)?.reading_for(pid, None, now));
    };
    let start = session.living_process()?;
    if session.is_background {
        return Some(session.reading_behind(start, None, now));
    }
    let is_it = |job: &Session| instance.is_some_and(|instance| job.is(instance));
    let opened = jobs_in(&sessions).into_iter().find(is_it);
    let opened = opened.and_then(|job| job.job);
    Some(session.shown(&sessions, opened.as_deref(), None, now))
}

/// The id of the background job that process `pid` is, which runs `session` below a config folder.
pub(crate) fn job_of(config: &Path, pid: u32, session: &str) -> Option<String> {
    let found = read(&config.join(format!("sessions/{pid}.json")), pid)?;
    found.living_process()?;
    found
        .job
        .filter(|_| found.is_background && found.instance_id.as_deref() == Some(session))
}

/// The living session of a `sessions` folder that is the background job `job`.
pub(crate) fn job_in(sessions: &Path, job: &str) -> Option<Session> {
    jobs_in(sessions)
        .into_iter()
        .find(|session| session.job.as_deref() == Some(job))
}

/// Every living background job of a `sessions` folder.
pub(crate) fn jobs_in(sessions: &Path) -> Vec<Session> {
    living_in(sessions, |session| session.job.is_some())
}

/// Every living session of a `sessions` folder whose pane shows a background job in its place.
pub(crate) fn parked_in(sessions: &Path) -> Vec<Session> {
    living_in(sessions, |session| {
        session.attended && session.parked.is_some()
    })
}

fn living_in(sessions: &Path, is_meant: impl Fn(&Session) -> bool) -> Vec<Session> {
    let Ok(entries) = std::fs::read_dir(sessions) else {
        return Vec::new();
    };
    let found = entries.flatten().filter_map(|entry| {
        let path = entry.path();
        read(&path, pid_of_file(&path)?)
    });
    found
        .filter(|session| is_meant(session) && session.living_process().is_some())
        .collect()
}

/// The job that a pane with this title shows, where its session was moved to the job `parked`: the only
/// one of that name. `None`: it shows that session, the list of all, or what cannot be told apart.
pub(crate) fn opened_by_title(sessions: &Path, parked: &str, title: &str) -> Option<String> {
    let title = title.trim_start_matches(|mark: char| !mark.is_ascii() || mark == ' ');
    let jobs = jobs_in(sessions);
    let is_named = |job: &&Session| {
        let name = job
            .name
            .as_deref()
            .map(|name| name.trim_start_matches(|mark: char| !mark.is_ascii() || mark == ' '));
        name == Some(title) && !title.is_empty()
    };
    let mut named = jobs.iter().filter(is_named);
    let found = named.next()?.job.clone()?;
    (named.next().is_none() && found != parked).then_some(found)
}

/// What is known of the pane of process `pid` once it shows no session any more that is told of.
pub(crate) fn elsewhere(pid: u32, seen: Timestamp) -> Reading {
    Reading {
        assistant: Assistant::CLAUDE,
        level: Level::Elsewhere,
        written: seen,
        seen,
        instance_id: None,
        pid: Some(pid),
        pane: None,
        terminal: None,
        background: None,
        cwd: None,
        home: None,
        attended: true,
        detail: None,
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: false,
    }
}

fn parse(bytes: &[u8]) -> Option<Session> {
    let wire: Wire = serde_json::from_slice(bytes).ok()?;
    let millis = wire
        .status_updated_at
        .or(wire.updated_at)
        .or(wire.started_at)?;
    let parked = plain(wire.parked_job_id);
    let moved = parked.as_ref().and(wire.updated_at);
    let name = wire.job_id.as_ref().and(wire.name);
    let is_program = |entry: &str| entry.starts_with("sdk");
    let is_programs = wire.entrypoint.as_deref().is_some_and(is_program);
    let kind = wire.kind.as_deref();
    let headless = is_programs || kind.is_some_and(|kind| kind != "interactive");
    let job = plain(wire.job_id).filter(|job| viewer::is_id(job));
    Some(Session {
        pid: wire.pid,
        level: level_of(&wire.status, wire.waiting_for.as_deref())?,
        written: Timestamp::from_millis(millis),
        attended: !headless,
        instance_id: plain(wire.session_id),
        cwd: plain(wire.cwd),
        // One that is kept ready has no work yet, and nobody's list has it.
        is_background: job.is_some()
            && kind == Some("bg")
            && !is_programs
            && wire.spare != Some(true),
        job,
        parked,
        moved: moved.map(Timestamp::from_millis),
        inbox: wire.messaging_socket_path,
        // Of others it changes with their work and says nothing.
        name,
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
        // The person has opened it and is there. A dialog of Claude's own that says no more than this
        // is told of by its notification.
        ("waiting", Some("dialog open")) => Some(Level::Menu),
        ("waiting", _) => Some(Level::WaitingInput),
        _ => None,
    }
}

fn plain(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty() && !has_control(text))
}

impl Session {
    /// The process that wrote this, by its start, if it still lives; 0 where the start is not known.
    pub(crate) fn living_process(&self) -> Option<u64> {
        if !process::is_alive(self.pid) {
            return None;
        }
        let Some(process::Stat { start, .. }) = process::stat(self.pid) else {
            return Some(0).filter(|_| !cfg!(target_os = "linux"));
        };
        let is_same = match (self.process_start, self.started_at) {
            (Some(noted), _) => noted == start,
            (None, Some(noted)) => {
                process::started_at(start).is_none_or(|started| started <= noted.plus(START_SLACK))
            }
            (None, None) => true,
        };
        is_same.then_some(start)
    }

    /// Whether it is the session of that id, or its id or that one is not known.
    pub(crate) fn is_of(&self, instance: Option<&str>) -> bool {
        let own = self.instance_id.as_deref();
        own.zip(instance).is_none_or(|(own, other)| own == other)
    }

    /// The socket that takes texts for it.
    pub(crate) fn inbox(&self) -> Option<&Path> {
        self.inbox.as_deref()
    }

    /// The reading, made at `seen`.
    pub(crate) fn reading(&self, home: Option<&Path>, seen: Timestamp) -> Reading {
        Reading {
            assistant: Assistant::CLAUDE,
            level: self.level,
            written: self.written,
            seen,
            instance_id: self.instance_id.clone(),
            pid: Some(self.pid),
            pane: None,
            terminal: None,
            background: None,
            cwd: self.cwd.clone(),
            home: home.map(|home| home.to_string_lossy().into_owned()),
            attended: self.attended,
            detail: self.detail.clone(),
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
            by_record: false,
        }
    }

    /// The reading of what the pane of this process shows: this session, or the job that was moved to
    /// the background from it.
    /// `opened`: another job that the person has opened there since.
    pub(crate) fn shown(
        &self,
        sessions: &Path,
        opened: Option<&str>,
        home: Option<&Path>,
        seen: Timestamp,
    ) -> Reading {
        let Some(parked) = &self.parked else {
            return self.reading(home, seen);
        };
        if let Some(job) = opened.and_then(|job| job_in(sessions, job)) {
            return job.reading_for(self.pid, home, seen);
        }
        let unspoken = |level| Reading {
            level,
            written: seen,
            detail: None,
            ..self.reading(home, seen)
        };
        match job_in(sessions, parked) {
            Some(job) if self.level != Level::Idle && job.is_starting(seen) => {
                unspoken(Level::Moved)
            }
            Some(job) => job.reading_for(self.pid, home, seen),
            None if self.is_moving(sessions, parked, seen) => unspoken(Level::Moved),
            None => unspoken(Level::Elsewhere),
        }
    }

    /// Whether this job is idle only because it has just begun: it goes on with a turn when it is
    /// there.
    fn is_starting(&self, seen: Timestamp) -> bool {
        let began = self.started_at.filter(|_| self.level == Level::Idle);
        began.is_some_and(|began| {
            self.written.since(began) < STARTS_WITHIN && seen.since(began) < STARTS_WITHIN * 2
        })
    }

    /// Whether the job that this session was moved to is about to write its first word.
    fn is_moving(&self, sessions: &Path, job: &str, seen: Timestamp) -> bool {
        let is_plain = job.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let folder = sessions.with_file_name("jobs").join(job);
        let is_recent = self
            .moved
            .is_some_and(|moved| seen.since(moved) < SPEAKS_WITHIN);
        is_plain && is_recent && folder.is_dir()
    }

    /// The process that works for what its pane shows.
    pub(crate) fn worker(&self, sessions: &Path, opened: Option<&str>) -> u32 {
        let job = opened.or(self.parked.as_deref());
        let job = job.and_then(|job| job_in(sessions, job));
        job.map_or(self.pid, |job| job.pid)
    }

    /// The reading of this background job where no pane shows it. `start`: that of its process.
    pub(crate) fn reading_behind(
        &self,
        start: u64,
        home: Option<&Path>,
        seen: Timestamp,
    ) -> Reading {
        Reading {
            background: Some(Target::in_background(self.pid, start)),
            attended: self.is_background,
            stands_in: true,
            ..self.reading(home, seen)
        }
    }

    /// Whether it is the session of that name.
    pub(crate) fn is(&self, instance: &str) -> bool {
        self.instance_id.as_deref() == Some(instance)
    }

    /// The reading of this background job for the pane of process `viewer`, which shows it.
    pub(crate) fn reading_for(&self, viewer: u32, home: Option<&Path>, seen: Timestamp) -> Reading {
        let start = start_of(self.pid).filter(|_| self.is_background);
        Reading {
            pid: Some(viewer),
            background: start.map(|start| Target::in_background(self.pid, start)),
            attended: true,
            stands_in: true,
            ..self.reading(home, seen)
        }
    }
}

#[cfg(test)]
mod tests;
