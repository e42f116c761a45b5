//! Copilot CLI (1.0.102): its session log, what it asks, and its dialogs.

mod facts;
pub(crate) mod request;
pub(crate) mod session_log;
pub(crate) mod story;

use std::path::Path;

use pane_patrol_installer::{Assistant as Row, COPILOT};

use super::facets::composer::{Composer, Marked};
use super::facets::dialog::shape::{Shape, Shapes, box_above, file_in_question};
use super::facets::dialog::{Kind, Press};
use super::facets::facts::FactsFile;
use super::facets::request::{Full, Given, Missing};
use super::facets::session_log::SessionLogs;
use super::facets::{Dialogs, Facets};
use crate::state::{Bound, SessionId};

/// Copilot CLI.
#[derive(Debug)]
pub(crate) struct Copilot;

/// Its prompt.
const PROMPT: Marked = Marked {
    marks: &['❯'],
    hints: &[],
};

impl Facets for Copilot {
    fn row(&self) -> &'static Row {
        &COPILOT
    }

    fn names_its_home(&self) -> bool {
        true
    }

    fn given(&self, tool: &str) -> Given {
        match tool {
            "ask_user" => Given::Question,
            "exit_plan_mode" => Given::Plan,
            "edit" => Given::Edit,
            "create" | "write" => Given::Write,
            _ => Given::Command,
        }
    }

    fn session_logs(&self) -> Option<&'static dyn SessionLogs> {
        Some(&session_log::Logs)
    }

    fn request(&self, bound: &Bound, home: Option<&Path>) -> Result<Full, Missing> {
        request::find(bound, home)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&DIALOGS)
    }

    fn facts(&self) -> Option<&'static dyn FactsFile> {
        Some(&facts::Logs)
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(vec![format!("--resume={session}")])
    }
}

static DIALOGS: Shapes = Shapes(&[
    COMMAND,
    Shape {
        asks: "Do you want to create ",
        about: file_in_question,
        ..COMMAND
    },
]);

const COMMAND: Shape = Shape {
    kind: Kind::Permission,
    asks: "Do you want to run this command?",
    last: "↑/↓ to navigate",
    cursor: '❯',
    yes: "Yes",
    no: "No, and tell Copilot",
    // Its number only opens a line to write in.
    deny: Some(Press::Key("Escape")),
    about: box_above,
};
