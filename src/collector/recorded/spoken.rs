//! A record on its way, and what becomes of it.

use pane_patrol_hooks::target::Target;

use crate::hub::protocol::StatusRecord;
use crate::state::RowKey;
use crate::sys::namespaces::Standing;

/// One record, and who handed it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collector) struct Spoken {
    pub(in crate::collector) publisher: String,
    /// It may do nothing but publish.
    pub(in crate::collector) hearsay: bool,
    pub(in crate::collector) standing: Standing,
    pub(in crate::collector) record: Box<StatusRecord>,
}

impl Spoken {
    /// The row of the pane that the record is about, where whoever hands it on can see that pane.
    pub(in crate::collector) fn pane(&self) -> Option<RowKey> {
        let sees = self.standing == Standing::Home && !self.hearsay;
        let pane = self.record.server.clone().zip(self.record.pane);
        pane.filter(|_| sees).map(|(server, pane)| RowKey {
            server: Some(server),
            place: Target::Pane(pane),
        })
    }
}

/// What becomes of a record that has come.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::collector) enum Taken {
    /// It counts now.
    Now(Spoken),
    /// It counts later, unless another one comes before.
    Later,
    /// There are too many: it counts only if it is the last.
    TooMany,
}

/// What becomes of a record that has waited.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::collector) enum Due {
    /// It was the last one.
    Last(Spoken),
    /// Nobody has told what else is known of the row.
    Untold(Spoken),
    /// What was told of the row has said otherwise all the time.
    Unborne,
}
