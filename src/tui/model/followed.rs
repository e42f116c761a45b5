//! The session that the person looks at, by which its row is known again under another id: as that of a pane, or of
//! no pane any more; and why the selection moves without the person.

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Row;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// The id of its row.
    pub(crate) row: String,
    assistant: Assistant,
    instance_id: String,
    /// Since when it has no row.
    pub(crate) gone: Option<Timestamp>,
}

impl Followed {
    /// That of the row; `None`: nobody knows its session.
    pub(crate) fn of(row: &Row) -> Option<Self> {
        Some(Self {
            row: row.id.clone(),
            assistant: row.assistant.clone(),
            instance_id: row.instance_id.clone()?,
            gone: None,
        })
    }

    /// Whether the row is that session's.
    pub(crate) fn is_of(&self, row: &Row) -> bool {
        let instance_id = row.instance_id.as_deref();
        row.assistant == self.assistant && instance_id == Some(&self.instance_id)
    }
}

/// Why the selection has moved without the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fall {
    /// Nothing was selected; or the person has done something since.
    Settled,
    /// Another row is more urgent than the one that the person may have looked at, and none was chosen.
    Displaced,
    /// Its row was gone.
    Replaced,
}
