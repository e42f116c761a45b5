//! Codex (0.169.0): its title, its dialogs, its rollouts, its plans and whom it trusts.

mod control;
mod facts;
pub(crate) mod rollout;
pub(crate) mod settings;
pub(crate) mod tasks;
pub(crate) mod trust;
mod turns;

use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::adapter::codex::pane::is_server;
use pane_patrol_installer::{Assistant as Row, CODEX};

use super::facets::answers::Answers;
use super::facets::composer::{Composer, Marked};
use super::facets::dialog::Kind;
use super::facets::dialog::shape::{
    Shape, Shapes, destination_below, prompt_below, question_below,
};
use super::facets::doctor::{Found, Look};
use super::facets::facts::FactsFile;
use super::facets::prompts::Prompts;
use super::facets::request::{Full, Given, Missing};
use super::facets::status_record::StatusRecords;
use super::facets::title::Title;
use super::facets::turns::Turns;
use super::facets::{Dialogs, Facets, TaskLists, Verdict};
use super::witness::{Piped, Witness};
use crate::state::{Bound, Level, SessionId};

/// Codex.
#[derive(Debug)]
pub(crate) struct Codex;

/// Its prompt.
const PROMPT: Marked = Marked {
    marks: &['›'],
    hints: &["Ask Codex to do anything", "Ask a follow-up question"],
};

impl Facets for Codex {
    fn row(&self) -> &'static Row {
        &CODEX
    }

    fn title(&self) -> Option<&'static Title> {
        Some(&TITLE)
    }

    fn status_records(&self) -> Option<&'static StatusRecords> {
        Some(&RECORDS)
    }

    fn piped(&self, set: Witness) -> Option<Piped> {
        Some(Piped {
            key: "codex_pipe",
            is_wanted: set.codex_pipe,
        })
    }

    fn turns(&self) -> Option<&'static dyn Turns> {
        Some(&turns::Rollouts)
    }

    fn given(&self, tool: &str) -> Given {
        match tool {
            "request_user_input" => Given::Question,
            _ => Given::Command,
        }
    }

    fn request(&self, bound: &Bound, home: Option<&Path>) -> Result<Full, Missing> {
        rollout::find(bound, home)
    }

    fn verdict(&self, bound: &Bound, home: Option<&Path>) -> Option<Verdict> {
        rollout::verdict(bound, home)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&DIALOGS)
    }

    fn prompts(&self) -> Option<&'static dyn Prompts> {
        Some(&control::Queue)
    }

    fn answers(&self) -> Option<&'static dyn Answers> {
        Some(&control::ById)
    }

    fn is_server(&self, arguments: &[String]) -> bool {
        is_server(arguments)
    }

    fn restart_server(&self) -> &'static str {
        "end it with `codex app-server daemon stop`, then start `codex` anew"
    }

    fn look(&self, at: &Look<'_>) -> Found {
        trust::look(at)
    }

    fn tasks(&self) -> Option<&'static dyn TaskLists> {
        Some(&tasks::Plans)
    }

    fn facts(&self) -> Option<&'static dyn FactsFile> {
        Some(&facts::Rollouts)
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(["resume", session.as_str()].map(str::to_owned).to_vec())
    }
}

static TITLE: Title = Title {
    level,
    lag: None,
    tells_answers: true,
    tells_ends: false,
};

/// At its start, and when a conversation begins anew, it says `working` for 10 to 50 ms without any prompt
/// (measured, in half of the runs).
static RECORDS: StatusRecords = StatusRecords {
    app: "codex",
    blip: Duration::from_millis(100),
};

/// A spinner while it works, and what it needs.
fn level(title: &str) -> Option<Level> {
    let mut chars = title.chars();
    match chars.next()? {
        '\u{2801}'..='\u{28ff}' if chars.next() == Some(' ') => Some(Level::Busy),
        '[' => ["[ ! ] Action Required", "[ . ] Action Required"]
            .iter()
            .any(|start| title.starts_with(start))
            .then_some(Level::WaitingApproval),
        _ => None,
    }
}

static DIALOGS: Shapes = Shapes(&[
    COMMAND,
    Shape {
        asks: "Would you like to make the following edits?",
        about: destination_below,
        ..COMMAND
    },
    Shape {
        kind: Kind::Question,
        asks: "Question 1/1 ",
        last: "tab to add notes",
        about: question_below,
        ..COMMAND
    },
]);

const COMMAND: Shape = Shape {
    kind: Kind::Permission,
    asks: "Would you like to run the following command?",
    last: "Press enter to confirm or esc to cancel",
    cursor: '›',
    yes: "Yes, proceed (y)",
    no: "No, and tell Codex",
    deny: None,
    about: prompt_below,
};
