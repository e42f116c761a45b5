//! One thing that is to be said of a settings file.

use std::ops::Range;

use serde::Serialize;

/// One thing that is wrong, or of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// Counted from 1.
    pub(crate) line: usize,
    /// In characters, counted from 1.
    pub(crate) column: usize,
    /// Whether the file cannot be used; else it can, and this does not do what it looks like.
    pub(crate) is_error: bool,
    /// What is wrong.
    pub(crate) what: String,
    /// What to write instead.
    pub(crate) fix: Option<String>,
}

impl Fault {
    pub(super) fn at(text: &str, span: &Range<usize>, what: String, fix: Option<String>) -> Self {
        let start = span.start.min(text.len());
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            is_error: true,
            what,
            fix,
        }
    }

    /// As one sentence, without its place.
    pub(crate) fn sentence(&self) -> String {
        match &self.fix {
            Some(fix) => format!("{}: {fix}", self.what),
            None => self.what.clone(),
        }
    }
}
