//! Records of a row that only its publisher tells of: they are its state.

use pane_patrol_hooks::event::{Event, Source, State};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};

use super::NOT_ITS;
use crate::assistants::status_record;
use crate::collector::recorded::Spoken;
use crate::collector::writer::Writer;
use crate::collector::writer::events::Speaker;
use crate::state::{Level, Row};

impl Writer {
    /// The row is the publisher's own: the record is its state.
    pub(super) fn put_own_record(
        &mut self,
        spoken: &Spoken,
        row: &Row,
    ) -> Result<(), &'static str> {
        let record = &spoken.record;
        let state = match status_record::level(record.state, record.kind) {
            Some(Level::Busy) => State::Running,
            Some(Level::WaitingApproval) => State::WaitingApproval,
            Some(Level::WaitingInput) => State::WaitingInput,
            Some(Level::Done) => State::Completed,
            Some(Level::Failed) => State::Error,
            _ => State::Idle,
        };
        // What comes over one connection is in order, by whatever clock.
        let at = record.written.max(row.ts);
        let mut event = Event::new(row.assistant.clone(), state, row.target.clone(), at);
        event.source = Source::Emit;
        event.event = Some(format!("by its own word, {}", record.state.as_str()));
        event.agent_id.clone_from(&record.id);
        event.instance_id.clone_from(&row.instance_id);
        event.pid = row.pid;
        event.server.clone_from(&row.server);
        event.pane = row.pane;
        event.cwd.clone_from(&row.cwd);
        let words = record.message.as_ref().or(record.title.as_ref());
        event.message = words.map(|words| one_line(words, MAX_MESSAGE_CHARS));
        let speaker = Speaker {
            publisher: spoken.publisher.clone(),
            hearsay: spoken.hearsay,
        };
        let put = self.put_published(speaker, Box::new(event), self.clock.now());
        put.map(drop).map_err(|_| NOT_ITS)
    }
}
