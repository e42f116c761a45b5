//! Kimi Code (2.1.0): its log, what it asks, its dialogs, its todos. Its process calls itself otherwise than
//! its program, and writes over its arguments.

mod dialog;
mod facts;
mod log;
mod record;
mod tasks;

use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::{Assistant as Row, KIMI};

use super::facets::composer::{Composer, Marked};
use super::facets::facts::FactsFile;
use super::facets::request::{Full, Given, Missing};
use super::facets::session_log::SessionLogs;
use super::facets::{Dialogs, Facets, TaskLists, Verdict};
use crate::state::{Bound, SessionId};

/// Kimi Code.
#[derive(Debug)]
pub(crate) struct Kimi;

/// Its prompt.
const PROMPT: Marked = Marked {
    marks: &['>'],
    hints: &[],
};

impl Facets for Kimi {
    fn row(&self) -> &'static Row {
        &KIMI
    }

    fn calls_itself(&self) -> Option<&'static str> {
        Some("kimi-code")
    }

    fn given(&self, tool: &str) -> Given {
        match tool {
            "AskUserQuestion" => Given::Question,
            "ExitPlanMode" => Given::Plan,
            "Edit" => Given::Edit,
            "Write" => Given::Write,
            _ => Given::Command,
        }
    }

    fn session_logs(&self) -> Option<&'static dyn SessionLogs> {
        Some(&log::Logs)
    }

    fn facts(&self) -> Option<&'static dyn FactsFile> {
        Some(&facts::Logs)
    }

    fn request(&self, bound: &Bound, home: Option<&Path>) -> Result<Full, Missing> {
        record::find(bound, home)
    }

    fn verdict(&self, bound: &Bound, home: Option<&Path>) -> Option<Verdict> {
        record::verdict(bound, home)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&dialog::Panels)
    }

    fn tasks(&self) -> Option<&'static dyn TaskLists> {
        Some(&tasks::Todos)
    }

    fn lacks(&self, version: Version) -> Option<(&'static str, &'static str)> {
        let is_silent = version < Version(0, 20, 0);
        is_silent.then_some((
            "does not tell of an interrupt",
            "update it with `kimi upgrade`, then install again",
        ))
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(["--session", session.as_str()].map(str::to_owned).to_vec())
    }
}
