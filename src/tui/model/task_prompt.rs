//! The title of a task, while the person types it.

use crate::state::Row;
use crate::tui::text_input::EditLine;

/// A title that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaskPrompt {
    /// Whose list it is for, whatever is selected meanwhile.
    pub(crate) row: Box<Row>,
    /// The tag whose list was shown.
    pub(crate) tag: Option<String>,
    pub(crate) about: Title,
    pub(crate) line: EditLine,
}

/// What it is the title of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Title {
    /// A task that is to be added.
    New,
    /// The task with this id.
    Of(String),
}

impl TaskPrompt {
    /// One that begins with the title as it is, unless only its beginning is known.
    pub(crate) fn new(row: Row, tag: Option<String>, about: Title, known: Option<&str>) -> Self {
        let mut line = EditLine::default();
        line.insert(
            known
                .filter(|title| !title.ends_with('…'))
                .unwrap_or_default(),
        );
        Self {
            row: Box::new(row),
            tag,
            about,
            line,
        }
    }
}
