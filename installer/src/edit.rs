//! The two edits of a settings file, as functions from text to text: put our entries in, take them
//! out. Nothing here touches a file.
//!
//! Our group is appended last in each event's array, new events last in the section, the section
//! last in the file. Existing entries of ours are changed in place, so that an update moves nothing.

use std::collections::{BTreeMap, BTreeSet};

use pane_patrol_hooks::adapter::Registration;
use serde::{Deserialize, Serialize};

use crate::assistant::Assistant;
use crate::command::HookCommand;
use crate::entry::{self, Entry, HOOKS};
use crate::json::scan::{BOM, Document, Kind, NodeId, SyntaxError};
use crate::json::splice::{Splice, carry_out, interior, remove_children};
use crate::json::style::{Layout, Piece, Style, layout};

/// Why a text cannot be edited, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EditError {
    pub(crate) offset: usize,
    pub(crate) reason: String,
}

impl From<SyntaxError> for EditError {
    fn from(error: SyntaxError) -> Self {
        Self {
            offset: error.offset,
            reason: error.reason.to_owned(),
        }
    }
}

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

/// Puts in one entry for each of `events` that runs `executable`, changes those that are there and
/// differ, and takes out those that are not wanted any more.
pub(crate) fn install(
    text: &str,
    assistant: &Assistant,
    events: &[&Registration],
    executable: &str,
    previous: Option<&Traces>,
) -> Result<Installed, EditError> {
    let filled;
    let text = if is_blank(text) {
        filled = fill_blank(text);
        &filled
    } else {
        text
    };
    let document = Document::parse(text)?;
    check_shape(&document)?;
    let entries = entry::find(&document, assistant);
    let known = previous.is_some() || entries.is_empty();
    let kept = take_out_superfluous(&document, &entries, events, previous);
    let mut traces = previous.cloned().unwrap_or_default();
    let text = put_in(&kept, assistant, events, executable, &mut traces)?;
    Ok(Installed {
        text,
        traces: known.then_some(traces),
    })
}

/// Takes all our entries out, and what was created around them where it is empty then.
pub(crate) fn uninstall(
    text: &str,
    assistant: &Assistant,
    origin: Origin,
) -> Result<String, EditError> {
    if is_blank(text) {
        return Ok(text.to_owned());
    }
    let document = Document::parse(text)?;
    let entries = entry::find(&document, assistant);
    Ok(Removal::of(&document, &entries, origin).carry_out())
}

/// An empty file is given an empty object, in front of the blanks it may consist of.
fn fill_blank(text: &str) -> String {
    let blanks = text.strip_prefix(BOM).unwrap_or(text);
    let bom = &text[..text.len() - blanks.len()];
    let end = if blanks.is_empty() { "\n" } else { blanks };
    format!("{bom}{{}}{end}")
}

/// Refuses what cannot be what its owner meant: a wrong shape, or a key that is there twice, of
/// which the assistant would follow only one.
fn check_shape(document: &Document) -> Result<(), EditError> {
    let refuse = |at: NodeId, reason: String| {
        let offset = document.whole(at).start;
        Err(EditError { offset, reason })
    };
    if document.kind(Document::ROOT) != Kind::Object {
        return refuse(Document::ROOT, "expected an object".into());
    }
    let sections: Vec<_> = document.members(Document::ROOT, HOOKS).collect();
    let section = match *sections.as_slice() {
        [] => return Ok(()),
        [section] => section,
        [_, second, ..] => return refuse(second, "the key `hooks` is there twice".into()),
    };
    if document.kind(section) != Kind::Object {
        return refuse(section, "expected `hooks` to be an object".into());
    }
    let mut seen = BTreeSet::new();
    for event in document.children(section) {
        let name = document.key(*event).unwrap_or_default();
        if document.kind(*event) != Kind::Array {
            return refuse(*event, format!("expected `{name}` to be a list"));
        }
        if !name.is_empty() && !seen.insert(name.clone()) {
            return refuse(*event, format!("the key `{name}` is there twice"));
        }
    }
    Ok(())
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
    events: &[&Registration],
    executable: &str,
    traces: &mut Traces,
) -> Result<String, EditError> {
    let document = Document::parse(text)?;
    let addition = Addition {
        document: &document,
        style: Style::of(&document),
        section: document.member(Document::ROOT, HOOKS),
        assistant,
        executable,
    };
    let entries = entry::find(&document, assistant);
    let mut splices = Vec::new();
    let mut new = Vec::new();
    for event in events {
        if let Some(entry) = entries.iter().find(|entry| entry.event == event.event) {
            splices.extend(addition.renew(entry, event));
        } else if let Some(array) = addition.array(event.event) {
            addition.note_blanks(array, event.event, traces);
            splices.push(addition.append_group(array, event));
        } else {
            new.push(*event);
        }
    }
    addition.forget_gone_events(traces);
    splices.extend(addition.append_events(&new, traces));
    Ok(carry_out(text, splices))
}

/// Puts entries into one document.
struct Addition<'a> {
    document: &'a Document<'a>,
    style: Style,
    section: Option<NodeId>,
    assistant: &'a Assistant,
    executable: &'a str,
}

impl Addition<'_> {
    fn array(&self, event: &str) -> Option<NodeId> {
        self.document.member(self.section?, event)
    }

    fn command(&self, event: &Registration) -> String {
        let command = HookCommand {
            executable: self.executable.to_owned(),
            decide: event.approvals_only,
        };
        command.print(self.assistant)
    }

    fn handler(&self, event: &Registration) -> Piece {
        let text = |text: &str| Piece::Text(text.to_owned());
        Piece::Object(vec![
            ("type".into(), text("command")),
            ("command".into(), Piece::Text(self.command(event))),
            ("timeout".into(), Piece::Number(event.timeout_seconds)),
        ])
    }

    fn group(&self, event: &Registration) -> Piece {
        let handlers = Piece::Array(vec![self.handler(event)]);
        Piece::Object(vec![(HOOKS.into(), handlers)])
    }

    /// Changes an entry of ours to what is wanted; keys that somebody added to it stay.
    fn renew(&self, entry: &Entry, event: &Registration) -> Vec<Splice> {
        let document = self.document;
        let kind = document.member(entry.handler, "type");
        let is_command = kind.and_then(|kind| document.string(kind)).as_deref() == Some("command");
        let command = document.member(entry.handler, "command");
        let timeout = document.member(entry.handler, "timeout");
        let (true, Some(command), Some(timeout)) = (is_command, command, timeout) else {
            let own = layout(document, entry.handler);
            let text =
                self.style
                    .in_place_of(document, entry.handler, &self.handler(event), &[own]);
            return vec![Splice::replace(document.span(entry.handler), text)];
        };
        let wanted = self.command(event);
        let seconds = event.timeout_seconds.to_string();
        let mut splices = Vec::new();
        if document.string(command).as_ref() != Some(&wanted) {
            let text = serde_json::Value::from(wanted).to_string();
            splices.push(Splice::replace(document.span(command), text));
        }
        if document.raw(timeout) != seconds {
            splices.push(Splice::replace(document.span(timeout), seconds));
        }
        splices
    }

    fn append_group(&self, array: NodeId, event: &Registration) -> Splice {
        let layouts = self.example(Some(array));
        let added = [(None, self.group(event))];
        self.style
            .append(self.document, array, &added, &layouts[1..])
    }

    fn append_events(&self, events: &[&Registration], traces: &mut Traces) -> Option<Splice> {
        if events.is_empty() {
            return None;
        }
        let names = events.iter().map(|event| event.event);
        traces.events.extend(names.map(str::to_owned));
        let array = |event: &Registration| Piece::Array(vec![self.group(event)]);
        let Some(section) = self.section else {
            traces.section = true;
            traces.file_blanks = self.blanks(Document::ROOT).unwrap_or_default();
            let members = events
                .iter()
                .map(|event| (event.event.to_owned(), array(event)));
            let added = [(Some(HOOKS), Piece::Object(members.collect()))];
            return Some(
                self.style
                    .append(self.document, Document::ROOT, &added, &[]),
            );
        };
        if let Some(blanks) = self.blanks(section) {
            traces.section_blanks = blanks;
        }
        let added: Vec<_> = events
            .iter()
            .map(|event| (Some(event.event), array(event)))
            .collect();
        let layouts = self.example(None);
        Some(self.style.append(self.document, section, &added, &layouts))
    }

    fn note_blanks(&self, array: NodeId, event: &str, traces: &mut Traces) {
        if let Some(blanks) = self.blanks(array).filter(|blanks| !blanks.is_empty()) {
            traces.event_blanks.insert(event.to_owned(), blanks);
        }
    }

    /// An event that was created and has left since is not ours any more when it comes back.
    fn forget_gone_events(&self, traces: &mut Traces) {
        traces.events.retain(|event| self.array(event).is_some());
        traces.section &= self.section.is_some();
    }

    fn blanks(&self, container: NodeId) -> Option<String> {
        let is_empty = self.document.children(container).is_empty();
        is_empty.then(|| self.document.text()[interior(self.document, container)].to_owned())
    }

    /// How the owner lays out an event's array, a group, its list and a handler: as in the last
    /// group of this event, else of the section.
    fn example(&self, array: Option<NodeId>) -> [Layout; 4] {
        let sections = self.section.iter();
        let others = sections.flat_map(|section| entry::arrays(self.document, *section));
        let others: Vec<_> = others.collect();
        array
            .into_iter()
            .chain(others.into_iter().rev())
            .find_map(|array| self.example_in(array))
            .unwrap_or([self.style.default; 4])
    }

    fn example_in(&self, array: NodeId) -> Option<[Layout; 4]> {
        let document = self.document;
        let group = document.children(array).last()?;
        let handlers = entry::handlers(document, *group)?;
        let handler = document.children(handlers).last()?;
        let is_object = document.kind(*handler) == Kind::Object;
        is_object.then(|| [array, *group, handlers, *handler].map(|node| layout(document, node)))
    }
}

/// What leaves a document: decided from the inside out, cut from the outside in.
struct Removal<'a> {
    document: &'a Document<'a>,
    origin: Origin<'a>,
    handlers: BTreeSet<NodeId>,
    groups: BTreeSet<NodeId>,
    events: BTreeSet<NodeId>,
    sections: BTreeSet<NodeId>,
}

impl<'a> Removal<'a> {
    fn of(document: &'a Document<'a>, entries: &[Entry], origin: Origin<'a>) -> Self {
        let mut removal = Self {
            document,
            origin,
            handlers: entries.iter().map(|entry| entry.handler).collect(),
            groups: BTreeSet::new(),
            events: BTreeSet::new(),
            sections: BTreeSet::new(),
        };
        for entry in entries {
            if removal.all_gone(entry.handlers, &removal.handlers) {
                removal.groups.insert(entry.group);
            }
        }
        for section in entry::sections(document) {
            removal.decide_events(section, entries);
        }
        removal
    }

    fn decide_events(&mut self, section: NodeId, entries: &[Entry]) {
        for event in entry::arrays(self.document, section) {
            let held_ours = entries.iter().any(|entry| entry.array == event);
            let ours = match self.origin {
                Origin::Recorded(traces) => self
                    .document
                    .key(event)
                    .is_some_and(|name| traces.events.contains(&name)),
                Origin::Unknown => held_ours,
            };
            if ours && self.all_gone(event, &self.groups) {
                self.events.insert(event);
            }
        }
        let events = self.document.children(section);
        let ours = match self.origin {
            Origin::Recorded(traces) => traces.section,
            Origin::Unknown => events.iter().any(|event| self.events.contains(event)),
        };
        if ours && self.all_gone(section, &self.events) {
            self.sections.insert(section);
        }
    }

    fn all_gone(&self, container: NodeId, gone: &BTreeSet<NodeId>) -> bool {
        let children = self.document.children(container);
        children.iter().all(|child| gone.contains(child))
    }

    fn carry_out(&self) -> String {
        let mut splices = self.cut(Document::ROOT, &self.sections, self.blanks(Document::ROOT));
        for section in entry::sections(self.document) {
            if !self.sections.contains(&section) {
                splices.extend(self.cut_section(section));
            }
        }
        carry_out(self.document.text(), splices)
    }

    fn cut_section(&self, section: NodeId) -> Vec<Splice> {
        let mut splices = self.cut(section, &self.events, self.blanks(section));
        for event in entry::arrays(self.document, section) {
            if self.events.contains(&event) {
                continue;
            }
            splices.extend(self.cut(event, &self.groups, self.blanks(event)));
            for group in self.document.children(event) {
                let handlers = entry::handlers(self.document, *group);
                if let Some(handlers) = handlers.filter(|_| !self.groups.contains(group)) {
                    splices.extend(self.cut(handlers, &self.handlers, ""));
                }
            }
        }
        splices
    }

    fn cut(&self, container: NodeId, gone: &BTreeSet<NodeId>, blanks: &str) -> Vec<Splice> {
        let children = self.document.children(container).iter().copied();
        let gone: Vec<_> = children.filter(|child| gone.contains(child)).collect();
        if gone.is_empty() {
            return Vec::new();
        }
        remove_children(self.document, container, &gone, blanks)
    }

    /// What stood in the user's own container before we put something into it.
    fn blanks(&self, container: NodeId) -> &'a str {
        let Origin::Recorded(traces) = self.origin else {
            return "";
        };
        if container == Document::ROOT {
            return &traces.file_blanks;
        }
        match self.document.key(container) {
            Some(name) if self.document.kind(container) == Kind::Array => {
                traces.event_blanks.get(&name).map_or("", String::as_str)
            }
            _ => &traces.section_blanks,
        }
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
