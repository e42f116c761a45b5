//! The two edits of a settings file, as functions from text to text: put our entries in, take them
//! out. Nothing here touches a file.
//!
//! Our group is appended last in each event's array, new events last in the section, the section
//! last in the file. Existing entries of ours are changed in place, so that an update moves nothing.

mod addition;
pub(crate) mod error;
mod removal;

use std::collections::{BTreeMap, BTreeSet};

use pane_patrol_hooks::adapter::{Registration, Version};
use serde::{Deserialize, Serialize};

use self::addition::Addition;
use self::error::{EditError, Unfit};
use self::removal::Removal;

use crate::assistant::Assistant;
use crate::command::Program;
use crate::entry::{self, Entry};
use crate::json::document::{BOM, Document, Kind, NodeId};
use crate::json::splice::carry_out;
use crate::json::style::Style;
use crate::line::Line;
use crate::schema::{HOOKS, Schema};
use crate::toml::Set;

/// What was created around our entries: it leaves with them. And what stood between the brackets of
/// the user's own empty containers, to be put back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traces {
    /// The `hooks` section.
    pub(crate) section: bool,
    /// The events, by name.
    pub(crate) events: BTreeSet<String>,
    /// Blanks of an empty file object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    file_blanks: String,
    /// Blanks of an empty section.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    section_blanks: String,
    /// Blanks of empty event arrays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    event_blanks: BTreeMap<String, String>,
    /// Single settings that were set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) settings: Vec<Set>,
    /// The last line had no end before tables were put in behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) open_end: bool,
    /// The one line that was put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<Line>,
    /// The section stands where the person had written `null`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    section_was_null: bool,
    /// So do these events.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    events_were_null: BTreeSet<String>,
}

/// What is known about how our entries came into the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// We wrote down what we created.
    Recorded(&'a Traces),
    /// The record is lost: whatever held nothing but our entries is taken for created by us.
    Unknown,
}

/// The text with our entries in it.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) text: String,
    /// `None` where the origin of earlier entries is unknown.
    pub(crate) traces: Option<Traces>,
}

/// Whether `text` says nothing at all and counts as `{}`.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))
}

/// Puts in one entry for each of `events` that runs `program`, changes those that are there and
/// differ, and takes out those that are not wanted any more.
pub(crate) fn install(
    text: &str,
    assistant: &Assistant,
    schema: &Schema,
    events: &[&Registration],
    program: Program<'_>,
    version: Option<Version>,
    previous: Option<&Traces>,
) -> Result<Installed, EditError> {
    let filled;
    let text = if is_blank(text) {
        filled = fill_blank(text, schema.blank);
        &filled
    } else {
        text
    };
    let document = Document::parse_as(text, schema.dialect)?;
    check_shape(&document, schema, events)?;
    check_fields(&document, schema, version)?;
    let entries = entry::find(&document, assistant, schema);
    let known = previous.is_some() || entries.is_empty();
    let kept = take_out_superfluous(&document, &entries, events, previous);
    let mut traces = previous.cloned().unwrap_or_default();
    let text = put_in(&kept, assistant, schema, events, program, &mut traces)?;
    Ok(Installed {
        text,
        traces: known.then_some(traces),
    })
}

/// Takes all our entries out, and what was created around them where it is empty then.
pub(crate) fn uninstall(
    text: &str,
    assistant: &Assistant,
    schema: &Schema,
    origin: Origin,
) -> Result<String, EditError> {
    if is_blank(text) {
        return Ok(text.to_owned());
    }
    let document = Document::parse_as(text, schema.dialect)?;
    let entries = entry::find(&document, assistant, schema);
    Ok(Removal::of(&document, &entries, origin).carry_out())
}

/// An empty file is given an object, in front of the blanks it may consist of.
fn fill_blank(text: &str, object: &str) -> String {
    let blanks = text.strip_prefix(BOM).unwrap_or(text);
    let bom = &text[..text.len() - blanks.len()];
    let end = if blanks.is_empty() { "\n" } else { blanks };
    format!("{bom}{object}{end}")
}

/// Refuses what there is no place for ours in: a wrong shape, or a key of ours that is there twice, of
/// which the assistant would follow only one. What is none of ours may be anything.
fn check_shape(
    document: &Document,
    schema: &Schema,
    events: &[&Registration],
) -> Result<(), EditError> {
    let refuse = |at: NodeId, reason: String| {
        let offset = document.whole(at).start;
        Err(EditError {
            offset,
            reason,
            field: None,
        })
    };
    if document.kind(Document::ROOT) != Kind::Object {
        return refuse(Document::ROOT, "expected an object".into());
    }
    for member in document.children(Document::ROOT) {
        let key = document.key(*member).unwrap_or_default();
        if !schema.allows(&key) {
            return refuse(
                *member,
                format!(
                    "the key `{key}`, because of which the assistant leaves the whole file out"
                ),
            );
        }
    }
    let sections: Vec<_> = document.members(Document::ROOT, HOOKS).collect();
    let section = match *sections.as_slice() {
        [] => return Ok(()),
        [section] => section,
        [_, second, ..] => return refuse(second, "the key `hooks` is there twice".into()),
    };
    if is_nothing(document, schema, section) {
        return Ok(());
    }
    if document.kind(section) != Kind::Object {
        return no_room(document, section, HOOKS.to_owned(), "an object");
    }
    let mut seen = BTreeSet::new();
    for event in document.children(section) {
        let name = document.key(*event).unwrap_or_default();
        if !events.iter().any(|ours| ours.event == name) || is_nothing(document, schema, *event) {
            continue;
        }
        if document.kind(*event) != Kind::Array {
            return no_room(document, *event, format!("{HOOKS}.{name}"), "a list");
        }
        if !seen.insert(name.clone()) {
            return refuse(*event, format!("the key `{name}` is there twice"));
        }
    }
    Ok(())
}

fn no_room(
    document: &Document,
    at: NodeId,
    field: String,
    expected: &'static str,
) -> Result<(), EditError> {
    Err(EditError {
        offset: document.whole(at).start,
        reason: format!("expected `{field}` to be {expected}"),
        field: Some(Unfit::NoRoom { field, expected }),
    })
}

/// Whether a value is a `null` that the assistant takes for nothing.
fn is_nothing(document: &Document, schema: &Schema, value: NodeId) -> bool {
    schema.null_is_nothing && document.raw(value) == "null"
}

/// Refuses a file that the assistant would drop as a whole for the value of one field.
pub(crate) fn check_fields(
    document: &Document,
    schema: &Schema,
    version: Option<Version>,
) -> Result<(), EditError> {
    let wrong = schema.fields.and_then(|first| first(document, version));
    let Some((at, field)) = wrong else {
        return Ok(());
    };
    Err(EditError {
        offset: document.whole(at).start,
        reason: format!("expected `{}` to be {}", field.field, field.expected),
        field: Some(Unfit::Dropped(field)),
    })
}

fn take_out_superfluous(
    document: &Document,
    entries: &[Entry],
    events: &[&Registration],
    previous: Option<&Traces>,
) -> String {
    let mut seen = BTreeSet::new();
    let wanted = |entry: &&Entry| events.iter().any(|event| event.event == entry.event);
    let superfluous: Vec<Entry> = entries
        .iter()
        .filter(|entry| !(wanted(entry) && seen.insert(entry.event.clone())))
        .cloned()
        .collect();
    if superfluous.is_empty() {
        return document.text().to_owned();
    }
    let origin = previous.map_or(Origin::Unknown, Origin::Recorded);
    Removal::of(document, &superfluous, origin).carry_out()
}

fn put_in(
    text: &str,
    assistant: &Assistant,
    schema: &Schema,
    events: &[&Registration],
    program: Program<'_>,
    traces: &mut Traces,
) -> Result<String, EditError> {
    let document = Document::parse_as(text, schema.dialect)?;
    let section = document.member(Document::ROOT, HOOKS);
    let addition = Addition {
        document: &document,
        style: Style::of(&document),
        section: section.filter(|section| !is_nothing(&document, schema, *section)),
        null_section: section.filter(|section| is_nothing(&document, schema, *section)),
        assistant,
        schema,
        program,
    };
    let entries = entry::find(&document, assistant, schema);
    let mut splices = Vec::new();
    let mut new = Vec::new();
    for event in events {
        if let Some(entry) = entries.iter().find(|entry| entry.event == event.event) {
            splices.extend(addition.renew(entry, event));
        } else if let Some(null) = addition.null_event(event.event) {
            traces.events_were_null.insert(event.event.to_owned());
            splices.push(addition.array_in_place_of(null, event));
        } else if let Some(array) = addition.array(event.event) {
            addition.note_blanks(array, event.event, traces);
            splices.extend(addition.append_group(array, event));
        } else {
            new.push(*event);
        }
    }
    addition.forget_gone_events(traces);
    splices.extend(addition.append_events(&new, traces));
    Ok(carry_out(text, splices))
}

#[cfg(test)]
mod tests;
