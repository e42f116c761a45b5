//! Qwen Code (0.24.4): its title and its dialogs. What it asks is written down only when it is answered.

mod facts;

use std::time::Duration;

use pane_patrol_installer::{Assistant as Row, QWEN};

use super::facets::composer::{Composer, Marked};
use super::facets::dialog::Kind;
use super::facets::dialog::shape::{
    Shape, Shapes, call_above, question_below_header, writing_above,
};
use super::facets::facts::FactsFile;
use super::facets::title::Title;
use super::facets::{Dialogs, Facets};
use crate::state::{Level, SessionId};

/// Qwen Code.
#[derive(Debug)]
pub(crate) struct Qwen;

/// Its prompt.
const PROMPT: Marked = Marked {
    marks: &['>'],
    hints: &["Type your message"],
};

impl Facets for Qwen {
    fn row(&self) -> &'static Row {
        &QWEN
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

/// Its hooks tell of every answer and of every end, and on a machine with much to do its title comes
/// seconds after them: it mends only what has stayed wrong for so long.
static TITLE: Title = Title {
    level,
    lag: Some(Duration::from_secs(5)),
    tells_answers: false,
    tells_ends: false,
};

fn level(title: &str) -> Option<Level> {
    match title.chars().next()? {
        '✳' => Some(Level::WaitingApproval),
        '◐' => Some(Level::Busy),
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
        asks: "? AskUserQuestion Ask user 1 question",
        cursor: '❯',
        about: question_below_header,
        ..COMMAND
    },
]);

const COMMAND: Shape = Shape {
    kind: Kind::Permission,
    asks: "Allow execution of:",
    last: "Waiting for user confirmation",
    cursor: '›',
    yes: "Yes, allow once",
    no: "No, suggest changes",
    deny: None,
    about: call_above,
};
