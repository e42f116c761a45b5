//! What is registered at present, from the settings file alone: one read, no record, no change.
//! Cheap enough for the start of a dashboard.

use std::path::PathBuf;

use pane_patrol_hooks::adapter::Version;

use crate::assistant::{Assistant, Location};
use crate::edit;
use crate::entry::{self, Entry};
use crate::error::PlanError;
use crate::json::scan::{Document, SyntaxError};
use crate::place;
use crate::view;

/// Whether an assistant reports to us.
#[derive(Debug)]
pub enum Status {
    /// No entry of ours.
    NotInstalled,
    /// Every event that should be registered is, with one program.
    Installed(Registered),
    /// Some events are missing, registered twice, or with different programs: installing again
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
    /// Whether requests may be answered from the dashboard.
    pub approvals: bool,
    /// Whether the person has switched all hooks off in the same file (`disableAllHooks`).
    pub switched_off: bool,
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

fn is_whole(registered: &Registered) -> bool {
    let mut events = registered.events.clone();
    events.sort();
    events.dedup();
    let no_doubles = events.len() == registered.events.len();
    registered.missing.is_empty() && no_doubles && registered.executables.len() == 1
}

fn read(
    assistant: &'static Assistant,
    location: &Location,
    version: Option<Version>,
) -> Result<Registered, PlanError> {
    let path = &location.settings;
    let found = place::read_file(path)?;
    let bytes = found.map(|found| found.bytes).unwrap_or_default();
    let text = view::decode(path, bytes)?;
    let text = if edit::is_blank(&text) { "{}" } else { &text };
    let fail = |error: SyntaxError| view::syntax_error(path, text, &error.into());
    let document = Document::parse(text).map_err(fail)?;
    let entries = entry::find(&document, assistant);
    let off = document.member(Document::ROOT, "disableAllHooks");
    Ok(Registered {
        missing: missing(assistant, version, &entries),
        executables: entry::executables(&entries),
        approvals: entries.iter().any(|entry| entry.command.decide),
        events: entries.into_iter().map(|entry| entry.event).collect(),
        switched_off: off.is_some_and(|off| document.raw(off) == "true"),
    })
}

fn missing(
    assistant: &'static Assistant,
    version: Option<Version>,
    entries: &[Entry],
) -> Vec<String> {
    let is_there = |event: &str| entries.iter().any(|entry| entry.event == event);
    assistant
        .events(version, false)
        .filter(|registration| !is_there(registration.event))
        .map(|registration| registration.event.to_owned())
        .collect()
}
