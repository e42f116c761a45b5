//! What is registered at present, from the settings file alone: one read, no record, no change.
//! Cheap enough for the start of a dashboard.

use std::path::PathBuf;

use pane_patrol_hooks::adapter::Version;

use crate::assistant::{Assistant, Format, Location};
use crate::edit;
use crate::edit::error::EditError;
use crate::entry::{self, Entry};
use crate::error::PlanError;
use crate::json::document::{Document, Kind, NodeId, SyntaxError};
use crate::plugin;
use crate::schema::{Schema, Tables};
use crate::snapshot;
use crate::tables;
use crate::target_file;

/// Whether an assistant reports to us.
#[derive(Debug)]
pub enum Status {
    /// No entry of ours.
    NotInstalled,
    /// Every event that should be registered is, with one program.
    Installed(Registered),
    /// Some events are missing, registered twice, or in different ways: installing again
    /// repairs it.
    Partly(Registered),
    /// The file cannot be read or understood; the assistant has the same difficulty.
    Unreadable(PlanError),
}

/// Our entries as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The programs they run, each once: one, if all is well.
    pub executables: Vec<PathBuf>,
    /// The events, in the order of the file.
    pub events: Vec<String>,
    /// Events that should be registered and are not.
    pub missing: Vec<String>,
    /// Where each of them stands: the number of its group among the event's, and its own in the
    /// group, from 0.
    pub positions: Vec<(usize, usize)>,
    /// Whether requests may be answered from the dashboard.
    pub approvals: bool,
    /// Where sessions are heard.
    pub hears: Hears,
    /// Whether the person has switched all hooks off in the same file (`disableAllHooks`).
    pub switched_off: bool,
    /// Whether an entry was written by an older version, and would be changed by an install.
    pub outdated: bool,
}

/// Where sessions run that our entries hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// In the panes of a multiplexer.
    Panes,
    /// In any terminal, too.
    Everywhere,
    /// Some of the entries in panes alone, and others everywhere.
    Mixed,
}

impl Hears {
    /// Whether any of them hears what runs in no multiplexer.
    pub fn beyond_panes(self) -> bool {
        self != Self::Panes
    }

    fn of(mut everywhere: impl Iterator<Item = bool>) -> Self {
        let first = everywhere.next().unwrap_or(false);
        match (everywhere.any(|other| other != first), first) {
            (true, _) => Self::Mixed,
            (false, true) => Self::Everywhere,
            (false, false) => Self::Panes,
        }
    }
}

/// What is registered in the settings at `location`. With `version` known, events that only later
/// versions have count as missing too.
pub fn status(
    assistant: &'static Assistant,
    location: &Location,
    version: Option<Version>,
) -> Status {
    match read(assistant, location, version) {
        Ok(registered) if registered.events.is_empty() => Status::NotInstalled,
        Ok(registered) if is_whole(&registered) => Status::Installed(registered),
        Ok(registered) => Status::Partly(registered),
        Err(error) => Status::Unreadable(error),
    }
}

/// Whether the assistant leaves out a settings file of this text, as a whole, for what it holds. Of a
/// version that is not known only what is certain is told.
pub fn is_left_out(assistant: &Assistant, text: &str, version: Option<Version>) -> bool {
    let Format::Json(schema) = &assistant.format else {
        return false;
    };
    if edit::is_blank(text) {
        return false;
    }
    Document::parse_as(text, schema.dialect).map_or(true, |document| {
        edit::check_fields(&document, schema, version).is_err()
    })
}

/// Whether a settings file of this text holds one object, as the assistant reads it, or nothing at all.
pub fn is_object(assistant: &Assistant, text: &str) -> bool {
    let Format::Json(schema) = &assistant.format else {
        return false;
    };
    let document = Document::parse_as(text, schema.dialect);
    let is_object = |document: Document| document.kind(Document::ROOT) == Kind::Object;
    edit::is_blank(text) || document.is_ok_and(is_object)
}

fn is_whole(registered: &Registered) -> bool {
    let mut events = registered.events.clone();
    events.sort();
    events.dedup();
    let no_doubles = events.len() == registered.events.len();
    let is_alike = registered.executables.len() == 1 && registered.hears != Hears::Mixed;
    registered.missing.is_empty() && no_doubles && is_alike
}

fn read(
    assistant: &'static Assistant,
    location: &Location,
    version: Option<Version>,
) -> Result<Registered, PlanError> {
    let path = &location.settings;
    let bytes = target_file::read_bytes(path)?.unwrap_or_default();
    let text = snapshot::decode(path, bytes)?;
    let schema = match &assistant.format {
        Format::Json(schema) => schema,
        Format::Tables(tables) => {
            return of_tables(&text, assistant, tables, version)
                .map_err(|error| snapshot::edit_error(path, &text, &error));
        }
        Format::Plugin | Format::Toml => return Ok(of_plugin(&text, assistant)),
    };
    let text = if edit::is_blank(&text) { "{}" } else { &text };
    let fail = |error: SyntaxError| snapshot::syntax_error(path, text, &error.into());
    let document = Document::parse_as(text, schema.dialect).map_err(fail)?;
    edit::check_fields(&document, schema, version)
        .map_err(|error| snapshot::edit_error(path, text, &error))?;
    let entries = entry::find(&document, assistant, schema);
    let off = document.member(Document::ROOT, "disableAllHooks");
    let is_off = off.is_some_and(|off| document.raw(off) == "true");
    let events: Vec<String> = entries.iter().map(|entry| entry.event.clone()).collect();
    Ok(Registered {
        missing: missing(assistant, version, &events),
        executables: entry::executables(&entries),
        positions: entries
            .iter()
            .map(|entry| position(&document, entry))
            .collect(),
        approvals: entries.iter().any(|entry| entry.command.decide),
        hears: Hears::of(entries.iter().map(|entry| entry.command.everywhere)),
        outdated: entries.iter().any(|entry| entry.command.is_outdated()),
        events,
        switched_off: is_off || has_disabled_us(&document, schema),
    })
}

fn position(document: &Document, entry: &Entry) -> (usize, usize) {
    let place = |list: NodeId, child: NodeId| {
        let before = document.children(list).iter();
        before.take_while(|other| **other != child).count()
    };
    let is_flat = entry.group == entry.handler;
    let inner = if is_flat {
        0
    } else {
        place(entry.handlers, entry.handler)
    };
    (place(entry.array, entry.group), inner)
}

/// Whether the person has switched the hook off by its name, or hooks as a whole.
fn has_disabled_us(document: &Document, schema: &Schema) -> bool {
    let Some(config) = document.member(Document::ROOT, "hooksConfig") else {
        return false;
    };
    let enabled = document.member(config, "enabled");
    let disabled = document.member(config, "disabled");
    let names = disabled.map_or(&[][..], |names| document.children(names));
    let is_our_name = |name: &NodeId| document.string(*name).as_deref() == schema.name;
    enabled.is_some_and(|enabled| document.raw(enabled) == "false")
        || (schema.name.is_some() && names.iter().any(is_our_name))
}

/// A plugin says everything, or it is not there.
fn of_plugin(text: &str, assistant: &'static Assistant) -> Registered {
    let is_ours = plugin::is_ours(text, assistant);
    let events = assistant.events(None, false).filter(|_| is_ours);
    Registered {
        executables: plugin::executable(text)
            .filter(|_| is_ours)
            .into_iter()
            .collect(),
        events: events.map(|event| event.event.to_owned()).collect(),
        missing: Vec::new(),
        positions: Vec::new(),
        approvals: false,
        hears: Hears::of([is_ours && plugin::is_everywhere(text)].into_iter()),
        switched_off: false,
        outdated: false,
    }
}

fn of_tables(
    text: &str,
    assistant: &'static Assistant,
    tables: &Tables,
    version: Option<Version>,
) -> Result<Registered, EditError> {
    tables::check(text, tables, version)?;
    let entries = tables::find(text, assistant)?;
    let events: Vec<String> = entries.iter().map(|entry| entry.event.clone()).collect();
    let mut executables: Vec<PathBuf> = Vec::new();
    for entry in &entries {
        let program = PathBuf::from(&entry.command.executable);
        if !executables.contains(&program) {
            executables.push(program);
        }
    }
    Ok(Registered {
        executables,
        missing: missing(assistant, version, &events),
        events,
        positions: entries.iter().map(|entry| (entry.place, 0)).collect(),
        approvals: entries.iter().any(|entry| entry.command.decide),
        hears: Hears::of(entries.iter().map(|entry| entry.command.everywhere)),
        switched_off: false,
        outdated: entries.iter().any(|entry| entry.command.is_outdated()),
    })
}

fn missing(
    assistant: &'static Assistant,
    version: Option<Version>,
    events: &[String],
) -> Vec<String> {
    let is_there = |event: &str| events.iter().any(|there| there == event);
    assistant
        .events(version, false)
        .filter(|registration| !is_there(registration.event))
        .map(|registration| registration.event.to_owned())
        .collect()
}
