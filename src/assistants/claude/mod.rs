//! Claude Code (2.1.197 and 2.1.329): its session files, its transcripts, its dialogs, its tasks.

pub mod commands;
pub(crate) mod dialog;
mod facts;
mod follower;
mod inbox;
pub(crate) mod job_record;
mod recap;
pub mod session_file;
pub(crate) mod switches;
pub(crate) mod tasks;
pub(crate) mod transcript;
pub(crate) mod turns;
pub(crate) mod viewer;
mod written;

use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::{Assistant as Row, CLAUDE};

use super::facets::background::Background;
use super::facets::composer::{Composer, Marked};
use super::facets::doctor::{Found, Look};
use super::facets::facts::FactsFile;
use super::facets::prompts::Prompts;
use super::facets::request::{Begun, Full, Given, Missing};
use super::facets::session_file::{Census, Follower, SessionFiles, Setting};
use super::facets::status_record::StatusRecords;
use super::facets::{Calls, Dialogs, Facets, TaskLists, Verdict};
use crate::state::{Bound, Reading, SessionId};

/// The oldest version that is known to write a session file (2.0.60 is known not to).
const WRITES_SESSION_FILE: Version = Version(2, 1, 197);

static RECORDS: StatusRecords = StatusRecords {
    app: "claude-code",
    blip: Duration::ZERO,
};

/// Claude Code.
#[derive(Debug)]
pub(crate) struct Claude;

/// Its prompt (2.1.197 and 2.1.332).
const PROMPT: Marked = Marked {
    marks: &['❯', '>'],
    hints: &["Try \"", "Press up to edit queued messages"],
};

impl Facets for Claude {
    fn row(&self) -> &'static Row {
        &CLAUDE
    }

    fn names_its_home(&self) -> bool {
        true
    }

    fn given(&self, tool: &str) -> Given {
        match tool {
            "AskUserQuestion" => Given::Question,
            "ExitPlanMode" => Given::Plan,
            "Edit" | "MultiEdit" => Given::Edit,
            "Write" => Given::Write,
            _ => Given::Command,
        }
    }

    fn status_records(&self) -> Option<&'static StatusRecords> {
        Some(&RECORDS)
    }

    fn session_files(&self) -> Option<&'static dyn SessionFiles> {
        Some(&Files)
    }

    fn request(&self, bound: &Bound, home: Option<&Path>) -> Result<Full, Missing> {
        transcript::find(bound, home)
    }

    fn calls(&self) -> Option<&'static dyn Calls> {
        Some(&Transcripts)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&dialog::Sheets)
    }

    fn prompts(&self) -> Option<&'static dyn Prompts> {
        Some(&inbox::Inbox)
    }

    fn lacks(&self, version: Version) -> Option<(&'static str, &'static str)> {
        (version < WRITES_SESSION_FILE).then_some((
            "may write no session file",
            "update it: without the file approvals show six seconds late, interrupts with the next prompt",
        ))
    }

    fn switches(&self) -> &'static [&'static str] {
        switches::HEEDED
    }

    fn look(&self, at: &Look<'_>) -> Found {
        switches::look(at)
    }

    fn verdict(&self, bound: &Bound, home: Option<&Path>) -> Option<Verdict> {
        transcript::verdict(bound, home)
    }

    fn tasks(&self) -> Option<&'static dyn TaskLists> {
        Some(&tasks::Files)
    }

    fn recap(&self, home: &Path, session: &str) -> Option<(String, Timestamp)> {
        recap::of(home, session)
    }

    fn facts(&self) -> Option<&'static dyn FactsFile> {
        Some(&facts::Transcripts)
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(["--resume", session.as_str()].map(str::to_owned).to_vec())
    }

    fn background(&self, home: &Path, pid: u32, session: &str) -> Option<Background> {
        let job = session_file::job_of(home, pid, session)?;
        Some(Background {
            attach: ["attach", &job].map(str::to_owned).to_vec(),
            stop: Some(["stop", &job].map(str::to_owned).to_vec()),
        })
    }

    fn revives(&self) -> bool {
        true
    }
}

struct Files;

impl SessionFiles for Files {
    fn folder(&self) -> &'static str {
        "sessions"
    }

    fn is_one(&self, file: &Path) -> bool {
        session_file::pid_of_file(file).is_some()
    }

    fn follower(&self, setting: Setting) -> Box<dyn Follower> {
        Box::new(follower::Sessions::new(setting))
    }

    fn look(&self, home: &Path, pid: u32, instance: Option<&str>) -> Option<Reading> {
        session_file::look(home, pid, instance)
    }

    fn shown_by(&self, pid: u32) -> Option<String> {
        viewer::attached_to(pid)
    }

    fn census(&self, home: &Path) -> Option<Census> {
        session_file::census(home)
    }
}

struct Transcripts;

impl Calls for Transcripts {
    fn call(&self, bound: &Bound, home: Option<&Path>) -> Option<(String, String)> {
        transcript::call(bound, home)
    }

    fn open(&self, bound: &Bound, home: Option<&Path>) -> Vec<Bound> {
        transcript::open_calls(bound, home)
    }

    fn has_result(&self, bound: &Bound, home: Option<&Path>) -> Option<bool> {
        transcript::has_result(bound, home)
    }

    fn has_company(&self, bound: &Bound, home: Option<&Path>) -> bool {
        transcript::has_company(bound, home)
    }

    fn begun(&self, home: &Path, session: &str, since: Timestamp) -> Option<Begun> {
        transcript::begun_calls(home, session, since)
    }

    fn is_run_by(&self, pid: u32, command: &str, since: Timestamp) -> bool {
        commands::is_run_by(pid, command, since)
    }
}
