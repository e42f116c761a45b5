//! Taking entries out of a settings file, with what was created around them and is empty then.

use std::collections::BTreeSet;

use super::Origin;
use crate::entry::{self, Entry};
use crate::json::document::{Document, Kind, NodeId};
use crate::json::splice::{Splice, carry_out, remove_children};

/// What leaves a document: decided from the inside out, cut from the outside in.
pub(super) struct Removal<'a> {
    document: &'a Document<'a>,
    origin: Origin<'a>,
    handlers: BTreeSet<NodeId>,
    groups: BTreeSet<NodeId>,
    events: BTreeSet<NodeId>,
    sections: BTreeSet<NodeId>,
}

impl<'a> Removal<'a> {
    pub(super) fn of(document: &'a Document<'a>, entries: &[Entry], origin: Origin<'a>) -> Self {
        let mut removal = Self {
            document,
            origin,
            handlers: entries.iter().map(|entry| entry.handler).collect(),
            groups: BTreeSet::new(),
            events: BTreeSet::new(),
            sections: BTreeSet::new(),
        };
        for entry in entries {
            let is_flat = entry.group == entry.handler;
            if is_flat || removal.all_gone(entry.handlers, &removal.handlers) {
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
                Origin::Recorded(traces) => self.document.key(event).is_some_and(|name| {
                    traces.events.contains(&name) || traces.events_were_null.contains(&name)
                }),
                Origin::Unknown => held_ours,
            };
            if ours && self.all_gone(event, &self.groups) {
                self.events.insert(event);
            }
        }
        let events = self.document.children(section);
        let ours = match self.origin {
            Origin::Recorded(traces) => traces.section || traces.section_was_null,
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

    pub(super) fn carry_out(&self) -> String {
        let mut splices = match self.origin {
            Origin::Recorded(traces) if traces.section_was_null => self.nulls(&self.sections),
            _ => self.cut(Document::ROOT, &self.sections, self.blanks(Document::ROOT)),
        };
        for section in entry::sections(self.document) {
            if !self.sections.contains(&section) {
                splices.extend(self.cut_section(section));
            }
        }
        carry_out(self.document.text(), splices)
    }

    fn cut_section(&self, section: NodeId) -> Vec<Splice> {
        let (nulls, ours): (BTreeSet<_>, BTreeSet<_>) =
            self.events.iter().partition(|event| self.was_null(**event));
        let mut splices = self.cut(section, &ours, self.blanks(section));
        splices.extend(self.nulls(&nulls));
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

    /// The person's `null` again in the place of these.
    fn nulls(&self, values: &BTreeSet<NodeId>) -> Vec<Splice> {
        let values = values.iter();
        let null = |value: &NodeId| Splice::replace(self.document.span(*value), "null");
        values.map(null).collect()
    }

    fn was_null(&self, event: NodeId) -> bool {
        let Origin::Recorded(traces) = self.origin else {
            return false;
        };
        let name = self.document.key(event);
        name.is_some_and(|name| traces.events_were_null.contains(&name))
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
