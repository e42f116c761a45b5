//! Our entries inside a settings file: `hooks` -> event -> group -> `hooks` -> one command each.

use std::path::PathBuf;

use crate::assistant::Assistant;
use crate::command::HookCommand;
use crate::json::scan::{Document, Kind, NodeId};

/// The key of the section, and of the list inside a group.
pub(crate) const HOOKS: &str = "hooks";

/// One of our entries, and everything it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: String,
    /// The event's member of the section; its value is the array of groups.
    pub(crate) array: NodeId,
    pub(crate) group: NodeId,
    /// The array inside the group.
    pub(crate) handlers: NodeId,
    pub(crate) handler: NodeId,
    pub(crate) command: HookCommand,
}

/// Finds all entries of ours, in the order of the file. Whatever has another shape is not ours.
pub(crate) fn find(document: &Document, assistant: &Assistant) -> Vec<Entry> {
    let mut found = Vec::new();
    for section in sections(document) {
        for array in arrays(document, section) {
            let event = document.key(array).unwrap_or_default();
            for group in document.children(array) {
                find_in_group(document, assistant, array, *group, |entry| {
                    found.push(Entry {
                        event: event.clone(),
                        ..entry
                    });
                });
            }
        }
    }
    found
}

fn find_in_group(
    document: &Document,
    assistant: &Assistant,
    array: NodeId,
    group: NodeId,
    mut found: impl FnMut(Entry),
) {
    let Some(handlers) = handlers(document, group) else {
        return;
    };
    for handler in document.children(handlers) {
        let command = document
            .member(*handler, "command")
            .and_then(|command| document.string(command))
            .and_then(|command| HookCommand::recognise(&command, assistant));
        if let Some(command) = command {
            found(Entry {
                event: String::new(),
                array,
                group,
                handlers,
                handler: *handler,
                command,
            });
        }
    }
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
