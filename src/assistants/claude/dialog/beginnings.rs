//! How what is drawn of a request begins for certain, however long it is and however little is known of it.
//!
//! Of a text that is too long both versions draw all or nothing of it, and then a sentence in its place. So
//! where a dialog shows one request wholly, it is none of another that begins in another way.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::plain::{is_no_sentence, is_tame_name};
use crate::assistants::facets::dialog::drawn::is_rounded;
use crate::assistants::facets::dialog::signs::{is_as_written, is_certain, is_frame};
use crate::assistants::facets::dialog::{cut, squeeze};
use pane_patrol_hooks::text::unmarked;

/// Cells between two tab stops.
const TAB: usize = 8;

/// The fields that a server's tool is given, by their names.
pub(super) struct Given {
    /// Each with how it begins, without blanks; `None` where that is not known.
    fields: Vec<(String, Option<String>)>,
}

/// Whether neither may be the beginning of the other.
pub(super) fn differ(one: &str, other: &str) -> bool {
    !one.starts_with(other) && !other.starts_with(one)
}

/// The letters of a command, without blanks and without what could be taken for a bar of Claude's; `None` where
/// some of it may be drawn otherwise: also tabs that bring a row to the pane's edge, at which older versions
/// draw rows over each other.
pub(super) fn of_command(text: &str, columns: usize) -> Option<String> {
    let is_within = |line: &str| {
        let tabs = line.matches('\t').count();
        tabs == 0 || line.width() + (tabs + 1) * TAB <= columns
    };
    let letters = || squeeze(text).replace(is_frame, "");
    (is_drawn(text) && text.split('\n').all(is_within)).then(letters)
}

/// The same of a command of which only its line is known, or the beginning of that.
pub(super) fn of_command_line(line: &str, columns: usize) -> Option<String> {
    of_command(&unmarked(cut(line).0), columns)
}

impl Given {
    /// What is given; `None` where something in it may be drawn as anything else.
    pub(super) fn of(input: &Value) -> Option<Self> {
        let fields = input.as_object()?;
        are_drawn(input).then(|| Self {
            fields: fields
                .iter()
                .map(|(name, value)| (name.clone(), of_value(value)))
                .collect(),
        })
    }

    /// Whether what is drawn of one is for certain not what is drawn of the other: both draw each field behind
    /// its name.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let has = |all: &Self, name: &String| all.fields.iter().any(|(own, _)| own == name);
        let has_more =
            |one: &Self, other: &Self| one.fields.iter().any(|(name, _)| !has(other, name));
        let is_other = |(name, own): &(String, Option<String>)| {
            let theirs = other.fields.iter().find(|(other, _)| other == name);
            let theirs = theirs.and_then(|(_, theirs)| theirs.as_deref());
            own.as_deref()
                .zip(theirs)
                .is_some_and(|(own, theirs)| differ(own, theirs))
        };
        has_more(self, other) && has_more(other, self) || self.fields.iter().any(is_other)
    }
}

/// How a value begins, without blanks.
fn of_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(_) | Value::Bool(_) | Value::Null => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The letters with which a text begins that stand in quotes as they stand without.
fn of_text(text: &str) -> Option<String> {
    let is_plain = |c: &char| is_certain(*c) && !matches!(c, '"' | '\\' | '\n' | '\t');
    let known: String = text.chars().take_while(is_plain).collect();
    Some(squeeze(&known)).filter(|known| !known.is_empty())
}

/// Whether all texts in it are, and all names are as they are written.
fn are_drawn(value: &Value) -> bool {
    match value {
        Value::String(text) => is_drawn(text),
        Value::Array(values) => values.iter().all(are_drawn),
        Value::Object(fields) => {
            let mut fields = fields.iter();
            fields.all(|(name, value)| is_tame_name(name) && are_drawn(value))
        }
        other => !is_rounded(other),
    }
}

/// Whether every sign of it is drawn as itself, or as a blank, and it stands for no other text.
fn is_drawn(text: &str) -> bool {
    text.chars().all(|c| is_as_written(c) || is_frame(c)) && is_no_sentence(text)
}
