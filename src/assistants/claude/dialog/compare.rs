//! What is known of a request, compared with the rows that show it.

use unicode_width::UnicodeWidthChar;

use crate::assistants::facets::dialog::flow::Flow;
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain_inside};
use crate::assistants::facets::dialog::{cut, names_of};
use crate::state::Bound;

/// Begins a file to say how it is encoded.
pub(super) const MARK: char = '\u{feff}';

/// A text for a file with the mark of its encoding, if it begins with that, as versions of Claude draw it:
/// as nothing, or as a sign for the unknown.
pub(super) fn marked_forms(text: &str) -> Vec<String> {
    match text.strip_prefix(MARK) {
        Some(rest) => vec![rest.to_owned(), format!("\u{fffd}{rest}")],
        None => vec![text.to_owned()],
    }
}

/// Refuses a text for a file that could draw a dialog, or hides more than the mark of its encoding.
pub(super) fn plain_file(text: &str) -> Result<(), Refusal> {
    plain_inside(Part::Content, text.strip_prefix(MARK).unwrap_or(text))
}

/// The names of a file as Claude writes them: newer versions have a sign for a line break in one.
pub(super) fn file_names(path: &str, cwd: &str) -> Vec<String> {
    let mut names = names_of(path, cwd);
    let signed: Vec<String> = names
        .iter()
        .filter(|name| name.contains('\n'))
        .map(|name| name.replace('\n', "\u{fffd}"))
        .collect();
    names.extend(signed);
    names
}

/// That a part which is this text is not the one that is shown, if it has no signs that are joined with
/// others: 2.1.197 counts their cells otherwise than a terminal, and draws over what stands behind them. Of half
/// a pair of surrogates, in whose place stands the sign for the unknown, it draws nothing.
pub(super) fn differs(part: Part, text: &str) -> Refusal {
    if text.chars().any(is_joined) {
        Refusal::Rewritten(part)
    } else {
        Refusal::Differs(part)
    }
}

/// Whether it has no cell of its own, though it is to be seen, or stands for what is no character.
fn is_joined(c: char) -> bool {
    c.width() == Some(0) && !c.is_control() || c == '\u{fffd}'
}

/// That a part is the request's, or that it differs.
pub(crate) fn said(is_its: bool, part: Part) -> Result<(), Refusal> {
    if is_its {
        Ok(())
    } else {
        Err(Refusal::Differs(part))
    }
}

/// Rows without what is drawn around them.
pub(crate) struct BareRows {
    pub(crate) rows: Vec<String>,
    pub(crate) flow: Flow,
}

/// What is looked for.
pub(crate) enum Wanted<'a> {
    /// All of it is known.
    All(&'a str),
    /// Only how it begins, with its blanks and line breaks run together.
    Beginning(&'a str),
}

impl<'a> Wanted<'a> {
    pub(super) fn of(message: &'a str) -> Self {
        match cut(message) {
            (beginning, true) => Self::Beginning(beginning),
            (_, false) => Self::All(message),
        }
    }

    pub(super) fn command(bound: &'a Bound, message: &'a str) -> Result<Self, Refusal> {
        let command = bound.command.as_deref();
        let wanted = command.map_or_else(|| Self::of(message), Self::All);
        let (Self::All(text) | Self::Beginning(text)) = wanted;
        plain_inside(Part::Command, text)?;
        Ok(wanted)
    }

    /// That it is another one; but of signs that are joined with others nobody knows how they are drawn.
    pub(crate) fn differs(&self, part: Part) -> Refusal {
        let (Self::All(text) | Self::Beginning(text)) = self;
        differs(part, text)
    }

    pub(crate) fn is_in(&self, shown: &BareRows) -> bool {
        match self {
            Self::All(text) => shown.flow.shows(&shown.rows, text),
            Self::Beginning(text) => shown.flow.begins(&shown.rows, text),
        }
    }
}
