//! Putting entries into a settings file, in the manner of its owner.

use pane_patrol_hooks::adapter::Registration;

use super::{Traces, is_nothing};
use crate::assistant::Assistant;
use crate::command::{HookCommand, Program};
use crate::entry::{self, Entry};
use crate::json::document::{Document, Kind, NodeId};
use crate::json::splice::{Gap, Splice, interior};
use crate::json::style::{Layout, Piece, Style, layout};
use crate::schema::{HOOKS, Nesting, Schema};

const ASYNC: &str = "async";
const MATCHER: &str = "matcher";

/// Puts entries into one document.
pub(super) struct Addition<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) style: Style,
    pub(super) section: Option<NodeId>,
    /// A `null` that stands in the section's place.
    pub(super) null_section: Option<NodeId>,
    pub(super) assistant: &'a Assistant,
    pub(super) schema: &'a Schema,
    pub(super) program: Program<'a>,
}

impl Addition<'_> {
    pub(super) fn array(&self, event: &str) -> Option<NodeId> {
        self.document.member(self.section?, event)
    }

    /// A `null` that stands in the event's place.
    pub(super) fn null_event(&self, event: &str) -> Option<NodeId> {
        let value = self.array(event)?;
        is_nothing(self.document, self.schema, value).then_some(value)
    }

    pub(super) fn array_in_place_of(&self, null: NodeId, event: &Registration) -> Splice {
        let array = Piece::Array(vec![self.group(event)]);
        self.in_place_of(null, &array)
    }

    fn in_place_of(&self, null: NodeId, piece: &Piece) -> Splice {
        let text = self.style.in_place_of(self.document, null, piece, &[]);
        Splice::replace(self.document.span(null), text)
    }

    fn command(&self, event: &Registration) -> String {
        HookCommand::of(self.assistant, self.program, event).print(self.assistant)
    }

    fn handler(&self, event: &Registration) -> Piece {
        let schema = self.schema;
        let text = |text: &str| Piece::Text(text.to_owned());
        let mut members = vec![
            ("type".into(), text("command")),
            (schema.command.into(), Piece::Text(self.command(event))),
        ];
        members.extend(schema.name.map(|name| ("name".into(), text(name))));
        members.push((
            schema.timeout.into(),
            Piece::Number(self.timeout(event).into()),
        ));
        if event.runs_async {
            members.push((ASYNC.into(), Piece::Truth));
        }
        Piece::Object(members)
    }

    fn timeout(&self, event: &Registration) -> u32 {
        let unit = self.assistant.adapter.timeout_unit;
        unit.count(event.timeout_seconds)
    }

    /// What stands in the event's array: a group of one handler, or the handler itself.
    fn group(&self, event: &Registration) -> Piece {
        let handler = self.handler(event);
        if self.schema.nesting == Nesting::Flat {
            return handler;
        }
        let matcher = event.matcher.map(|pattern| Piece::Text(pattern.to_owned()));
        let mut members: Vec<_> = matcher
            .into_iter()
            .map(|pattern| (MATCHER.into(), pattern))
            .collect();
        members.push((HOOKS.into(), Piece::Array(vec![handler])));
        Piece::Object(members)
    }

    /// Changes an entry of ours to what is wanted; keys that somebody added to it stay.
    pub(super) fn renew(&self, entry: &Entry, event: &Registration) -> Vec<Splice> {
        let document = self.document;
        let kind = document.member(entry.handler, "type");
        let is_command = kind.and_then(|kind| document.string(kind)).as_deref() == Some("command");
        let command = document.member(entry.handler, self.schema.command);
        let timeout = document.member(entry.handler, self.schema.timeout);
        let is_async = document
            .member(entry.handler, ASYNC)
            .is_some_and(|value| document.raw(value) == "true");
        let is_command = is_command && is_async == event.runs_async;
        let (true, Some(command), Some(timeout)) = (is_command, command, timeout) else {
            let own = layout(document, entry.handler);
            let text =
                self.style
                    .in_place_of(document, entry.handler, &self.handler(event), &[own]);
            return vec![Splice::replace(document.span(entry.handler), text)];
        };
        let wanted = self.command(event);
        let seconds = self.timeout(event).to_string();
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

    pub(super) fn append_group(&self, array: NodeId, event: &Registration) -> Vec<Splice> {
        let layouts = self.example(Some(array));
        let added = [(None, self.group(event))];
        self.style
            .append(self.document, array, &added, &layouts[1..])
    }

    pub(super) fn append_events(
        &self,
        events: &[&Registration],
        traces: &mut Traces,
    ) -> Vec<Splice> {
        if events.is_empty() {
            return Vec::new();
        }
        let names = events.iter().map(|event| event.event);
        traces.events.extend(names.map(str::to_owned));
        let array = |event: &Registration| Piece::Array(vec![self.group(event)]);
        let Some(section) = self.section else {
            traces.section = self.null_section.is_none();
            traces.section_was_null = self.null_section.is_some();
            traces.file_blanks = self.blanks(Document::ROOT).unwrap_or_default();
            let members = events
                .iter()
                .map(|event| (event.event.to_owned(), array(event)));
            let section = Piece::Object(members.collect());
            if let Some(null) = self.null_section {
                return vec![self.in_place_of(null, &section)];
            }
            let added = [(Some(HOOKS), section)];
            return self
                .style
                .append(self.document, Document::ROOT, &added, &[]);
        };
        if let Some(blanks) = self.blanks(section) {
            traces.section_blanks = blanks;
        }
        let added: Vec<_> = events
            .iter()
            .map(|event| (Some(event.event), array(event)))
            .collect();
        let layouts = self.example(None);
        self.style.append(self.document, section, &added, &layouts)
    }

    pub(super) fn note_blanks(&self, array: NodeId, event: &str, traces: &mut Traces) {
        if let Some(blanks) = self.blanks(array).filter(|blanks| !blanks.is_empty()) {
            traces.event_blanks.insert(event.to_owned(), blanks);
        }
    }

    /// An event that was created and has left since is not ours any more when it comes back.
    pub(super) fn forget_gone_events(&self, traces: &mut Traces) {
        traces.events.retain(|event| self.array(event).is_some());
        traces
            .events_were_null
            .retain(|event| self.array(event).is_some());
        traces.section &= self.section.is_some();
        traces.section_was_null &= self.section.is_some();
    }

    fn blanks(&self, container: NodeId) -> Option<String> {
        let is_empty = self.document.children(container).is_empty();
        let inside = &self.document.text()[interior(self.document, container)];
        // Comments in it stay where they are, and the blanks with them.
        (is_empty && Gap::of(inside, 0..inside.len()).comments.is_empty())
            .then(|| inside.to_owned())
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
            .filter(|_| self.schema.nesting == Nesting::Groups)
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
