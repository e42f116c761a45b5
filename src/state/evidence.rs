//! What was heard, in words for a person: the evidence of a row.

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::entry::Entry;
use super::reason::Reason;
use super::{Evidence, Level, Reading};

/// One piece of evidence in the making.
pub(super) struct EvidenceDraft {
    pub(super) at: Timestamp,
    pub(super) source: Source,
    pub(super) what: String,
    pub(super) reason: Option<Reason>,
}

impl EvidenceDraft {
    pub(super) fn by_event(event: &Event, reason: Option<Reason>) -> Self {
        let name = event
            .event
            .as_deref()
            .or(event.kind.map(Kind::as_str))
            .unwrap_or(event.state.as_str());
        let mut what = name.to_owned();
        if let Some(tool) = &event.tool {
            what.push(' ');
            what.push_str(tool);
        }
        if let Some(message) = &event.message {
            what.push_str(": ");
            what.push_str(message);
        }
        Self {
            at: event.ts,
            source: event.source,
            what,
            reason,
        }
    }

    pub(super) fn by_reading(reading: &Reading, reason: Option<Reason>) -> Self {
        let level = match reading.level {
            Level::Busy => "busy",
            Level::WaitingApproval => "waiting for approval",
            Level::WaitingInput => "waiting for input",
            Level::Menu => "a menu is open",
            Level::Moved => "moved to the background",
            Level::Elsewhere => "another session is shown",
            Level::Idle => "idle",
            Level::Done => "done",
            Level::Failed => "failed",
        };
        let witness = if reading.by_record {
            "status record"
        } else {
            reading.assistant.habits().witness.as_str()
        };
        let what = match &reading.detail {
            Some(detail) => format!("{witness} says {level} ({detail})"),
            None => format!("{witness} says {level}"),
        };
        Self {
            at: reading.written,
            source: Source::Witness,
            what,
            reason,
        }
    }

    pub(super) fn note(self, entry: &mut Entry, before: Option<State>) {
        let Self {
            at,
            source,
            what,
            reason,
        } = self;
        let after = entry.shown.state;
        entry.note_evidence(Evidence {
            at,
            source,
            what,
            before,
            after,
            reason: reason.map(str::to_owned),
        });
    }
}
