//! Gemini CLI (0.61.0): its title and its dialogs. What it asks is written down only when it is answered.

mod facts;

use pane_patrol_installer::{Assistant as Row, GEMINI};

use super::facets::composer::{Composer, Marked};
use super::facets::dialog::shape::{Shape, Shapes, box_above, question_below, writing_above};
use super::facets::dialog::{Kind, Press};
use super::facets::facts::FactsFile;
use super::facets::title::Title;
use super::facets::{Dialogs, Facets};
use crate::state::{Level, SessionId};

/// Gemini CLI.
#[derive(Debug)]
pub(crate) struct Gemini;

/// Its prompt: behind another mark it takes commands, or asks nothing.
const PROMPT: Marked = Marked {
    marks: &['>'],
    hints: &["Type your message"],
};

impl Facets for Gemini {
    fn row(&self) -> &'static Row {
        &GEMINI
    }

    fn title(&self) -> Option<&'static Title> {
        Some(&TITLE)
    }

    fn composer(&self) -> Option<&'static dyn Composer> {
        Some(&PROMPT)
    }

    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        Some(&DIALOGS)
    }

    fn facts(&self) -> Option<&'static dyn FactsFile> {
        Some(&facts::Chats)
    }

    fn resume(&self, session: &SessionId) -> Option<Vec<String>> {
        Some(["--resume", session.as_str()].map(str::to_owned).to_vec())
    }
}

static TITLE: Title = Title {
    level,
    lag: None,
    tells_answers: true,
    tells_ends: true,
};

fn level(title: &str) -> Option<Level> {
    match title.chars().next()? {
        '◇' => Some(Level::Idle),
        '✋' => Some(Level::WaitingApproval),
        '✦' => Some(Level::Busy),
        _ => None,
    }
}

static DIALOGS: Shapes = Shapes(&[
    COMMAND,
    Shape {
        asks: "Apply this change?",
        about: writing_above,
        ..COMMAND
    },
    Shape {
        kind: Kind::Question,
        asks: "Answer Questions",
        last: "Enter to select",
        about: question_below,
        ..COMMAND
    },
]);

const COMMAND: Shape = Shape {
    kind: Kind::Permission,
    asks: "Allow execution of",
    last: "",
    cursor: '●',
    yes: "Allow once",
    no: "No, suggest changes",
    deny: Some(Press::Key("Escape")),
    about: box_above,
};
