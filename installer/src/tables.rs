//! Our entries as tables of a TOML file, one `[[hooks]]` an event: put in behind all that is there, changed
//! in their place, taken out again; no byte around them is touched. A file that was written anew meanwhile
//! has them still, by their commands.

use std::ops::Range;

use pane_patrol_hooks::adapter::{Registration, Version};
use toml_edit::{ArrayOfTables, Document, Item, Table};

use crate::assistant::Assistant;
use crate::command::{HookCommand, Program};
use crate::edit::error::{EditError, Unfit};
use crate::edit::{Installed, Traces};
use crate::json::document::BOM;
use crate::schema::{HOOKS, Tables};

/// One of our entries.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: String,
    pub(crate) command: HookCommand,
    /// Its number among all entries of the file, from 0.
    pub(crate) place: usize,
    timeout: Option<i64>,
    matcher: Option<String>,
    /// Its lines.
    lines: Range<usize>,
}

/// All entries of ours, in the order of the file.
///
/// # Errors
/// The text is no TOML.
pub(crate) fn find(text: &str, assistant: &Assistant) -> Result<Vec<Entry>, EditError> {
    let document = parse(text)?;
    let hooks = document.get(HOOKS).and_then(Item::as_array_of_tables);
    let tables = hooks.into_iter().flat_map(ArrayOfTables::iter).enumerate();
    let entries = tables.filter_map(|(place, table)| {
        let text_of = |name: &str| table.get(name)?.as_str().map(str::to_owned);
        Some(Entry {
            event: text_of("event")?,
            command: HookCommand::recognise(&text_of("command")?, assistant)?,
            place,
            timeout: table.get("timeout").and_then(Item::as_integer),
            matcher: text_of("matcher"),
            lines: lines(text, table)?,
        })
    });
    Ok(entries.collect())
}

/// Refuses a text for which the assistant leaves its hooks out.
///
/// # Errors
/// That, or it is no TOML.
pub(crate) fn check(
    text: &str,
    tables: &Tables,
    version: Option<Version>,
) -> Result<(), EditError> {
    let document = parse(text)?;
    match (tables.0)(document.as_table(), version) {
        None => Ok(()),
        Some((offset, field)) => Err(EditError {
            offset,
            reason: format!("expected `{}` to be {}", field.field, field.expected),
            field: Some(Unfit::Dropped(field)),
        }),
    }
}

/// Puts in one entry for each of `events` that runs `program`, changes those that are there and differ, and
/// takes out those that are not wanted any more.
pub(crate) fn install(
    text: &str,
    assistant: &Assistant,
    events: &[&Registration],
    program: Program<'_>,
    previous: Option<&Traces>,
) -> Result<Installed, EditError> {
    room(text)?;
    let entries = find(text, assistant)?;
    let known = previous.is_some() || entries.is_empty();
    let mut traces = previous.cloned().unwrap_or_default();
    let mut after = text.to_owned();
    let mut missing: Vec<&Registration> = events.to_vec();
    let mut changes = Vec::new();
    for entry in &entries {
        let at = missing.iter().position(|event| event.event == entry.event);
        match at.map(|at| missing.remove(at)) {
            None => changes.push((with_blank_line(text, &entry.lines), String::new())),
            Some(event) if entry.is(assistant, event, program) => {}
            Some(event) => changes.push((entry.lines.clone(), print(assistant, event, program))),
        }
    }
    for (lines, anew) in changes.into_iter().rev() {
        after.replace_range(lines, &anew);
    }
    for event in missing {
        if !after.is_empty() && !after.ends_with('\n') {
            traces.open_end |= entries.is_empty();
            after.push('\n');
        }
        if !after.is_empty() {
            after.push('\n');
        }
        after.push_str(&print(assistant, event, program));
    }
    Ok(Installed {
        text: after,
        traces: known.then_some(traces),
    })
}

/// Takes all our entries out. `open_end`: the last line had no end before them.
///
/// # Errors
/// The text is no TOML.
pub(crate) fn uninstall(
    text: &str,
    assistant: &Assistant,
    open_end: bool,
) -> Result<String, EditError> {
    let mut after = text.to_owned();
    let mut is_last = false;
    for entry in find(text, assistant)?.into_iter().rev() {
        let lines = with_blank_line(text, &entry.lines);
        is_last |= lines.end == after.len();
        after.replace_range(lines, "");
    }
    if open_end && is_last {
        let line = after.strip_suffix('\n').unwrap_or(&after);
        after.truncate(line.strip_suffix('\r').unwrap_or(line).len());
    }
    Ok(after)
}

impl Entry {
    /// Whether it is just what an install writes for `event`, in whatever way it is written.
    fn is(&self, assistant: &Assistant, event: &Registration, program: Program<'_>) -> bool {
        self.command == HookCommand::of(assistant, program, event)
            && self.timeout == Some(timeout(assistant, event))
            && self.matcher.as_deref() == event.matcher
    }
}

fn timeout(assistant: &Assistant, event: &Registration) -> i64 {
    assistant
        .adapter
        .timeout_unit
        .count(event.timeout_seconds)
        .into()
}

/// The entry for `event`. Not a word more: the assistant knows no other fields.
fn print(assistant: &Assistant, event: &Registration, program: Program<'_>) -> String {
    let command = HookCommand::of(assistant, program, event).print(assistant);
    let matcher = event.matcher.map_or_else(String::new, |matcher| {
        format!("matcher = {}\n", quoted(matcher))
    });
    format!(
        "[[{HOOKS}]]\nevent = {}\n{matcher}command = {}\ntimeout = {}\n",
        quoted(event.event),
        quoted(&command),
        timeout(assistant, event)
    )
}

/// A basic string. It holds no control characters: no program's path has one.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// The lines of a table, from its head to its last value.
fn lines(text: &str, table: &Table) -> Option<Range<usize>> {
    let ends = table.iter().filter_map(|(_, item)| Some(item.span()?.end));
    let head = table.span()?;
    let end = ends.max()?.max(head.end);
    let start = text[..head.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    Some(start..line)
}

/// The lines with the empty one before them, if there is one.
fn with_blank_line(text: &str, lines: &Range<usize>) -> Range<usize> {
    let before = &text[..lines.start];
    let line = ["\r\n", "\n"]
        .into_iter()
        .find_map(|end| before.strip_suffix(end));
    let is_empty = |before: &&str| before.is_empty() || before.ends_with('\n');
    line.filter(is_empty).map_or(lines.start, str::len)..lines.end
}

/// Whether there is room for entries at the end.
fn room(text: &str) -> Result<(), EditError> {
    let document = parse(text)?;
    let taken = document
        .get(HOOKS)
        .filter(|hooks| !hooks.is_array_of_tables());
    let Some(taken) = taken else {
        return Ok(());
    };
    let (field, expected) = (HOOKS.to_owned(), "a list of `[[hooks]]`");
    Err(EditError {
        offset: taken.span().map_or(0, |span| span.start),
        reason: format!("expected `{field}` to be {expected}"),
        field: Some(Unfit::NoRoom { field, expected }),
    })
}

fn parse(text: &str) -> Result<Document<&str>, EditError> {
    let refuse = |offset: usize, reason: &str| EditError {
        offset,
        reason: reason.to_owned(),
        field: None,
    };
    if text.starts_with(BOM) {
        return Err(refuse(
            0,
            "a byte order mark, which the assistant cannot read",
        ));
    }
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        refuse(at, error.message())
    })
}
