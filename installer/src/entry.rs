//! Our entries inside a settings file: `hooks` -> event -> group -> `hooks` -> one command each.

use std::path::PathBuf;

use crate::assistant::Assistant;
use crate::command::HookCommand;
use crate::json::document::{Document, Kind, NodeId};
use crate::schema::{HOOKS, Nesting, Schema};

/// One of our entries, and everything it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: String,
    /// The event's member of the section; its value is the array of groups.
    pub(crate) array: NodeId,
    pub(crate) group: NodeId,
    /// The array inside the group; the handler itself where there are no groups.
    pub(crate) handlers: NodeId,
    pub(crate) handler: NodeId,
    pub(crate) command: HookCommand,
}

/// Finds all entries of ours, in the order of the file. Whatever has another shape is not ours.
pub(crate) fn find(document: &Document, assistant: &Assistant, schema: &Schema) -> Vec<Entry> {
    let known = |handler: NodeId| {
        let command = document.member(handler, schema.command)?;
        HookCommand::recognise(&document.string(command)?, assistant)
    };
    let mut found = Vec::new();
    for section in sections(document) {
        for array in arrays(document, section) {
            let event = document.key(array).unwrap_or_default();
            for group in document.children(array) {
                let handlers = match schema.nesting {
                    Nesting::Groups => handlers(document, *group),
                    Nesting::Flat => Some(*group),
                };
                let Some(list) = handlers else { continue };
                let handlers = match schema.nesting {
                    Nesting::Groups => document.children(list),
                    Nesting::Flat => &[list],
                };
                for handler in handlers {
                    found.extend(known(*handler).map(|command| Entry {
                        event: event.clone(),
                        array,
                        group: *group,
                        handlers: list,
                        handler: *handler,
                        command,
                    }));
                }
            }
        }
    }
    found
}

/// The `hooks` sections that are objects. There is one, unless a key is there twice.
pub(crate) fn sections(document: &Document) -> Vec<NodeId> {
    document
        .members(Document::ROOT, HOOKS)
        .filter(|section| document.kind(*section) == Kind::Object)
        .collect()
}

/// The events of a section that are arrays.
pub(crate) fn arrays(document: &Document, section: NodeId) -> Vec<NodeId> {
    let is_array = |event: &NodeId| document.kind(*event) == Kind::Array;
    let events = document.children(section).iter().copied();
    events.filter(is_array).collect()
}

/// The array of commands inside a group.
pub(crate) fn handlers(document: &Document, group: NodeId) -> Option<NodeId> {
    document
        .member(group, HOOKS)
        .filter(|handlers| document.kind(*handlers) == Kind::Array)
}

/// The programs that our entries name, each once, in the order of the file.
pub(crate) fn executables(entries: &[Entry]) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = PathBuf::from(&entry.command.executable);
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}
