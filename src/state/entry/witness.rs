//! What the witness of a row has said, as far as it is still of use.

use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::candidates::Wait;
use crate::state::{Level, Reading, Request};

/// An idle level is explained by a turn's end that arrives within this time (measured: 20 to 50 ms).
pub(super) const SETTLE_TIME: Duration = Duration::from_millis(150);

/// What the witness of one row has said.
#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Witness {
    /// The newest reading's level and times.
    pub(in crate::state) latest: Option<Seen>,
    /// An idle level that waits for its explanation.
    pub(in crate::state) settle: Option<Box<Settle>>,
    /// When the file should be read again.
    pub(in crate::state) reread_at: Option<Timestamp>,
    /// It tells of a session that the pane shows in place of its process's own.
    pub(in crate::state) stands_in: bool,
    /// Where that session goes on when the pane shows it no more.
    pub(in crate::state) behind: Option<Box<Target>>,
    /// Its session was moved to the background and has not spoken there yet.
    pub(in crate::state) is_moving: bool,
    /// How the turn has ended by the last status record, if that was one of an end.
    pub(in crate::state) told_end: Option<Box<End>>,
    /// The first of the last status records of one level, where a session file tells, too.
    pub(in crate::state) told: Option<Seen>,
    /// The requests that a busy level closed last, and when that was read.
    pub(in crate::state) answered: Option<Box<(Vec<Request>, Timestamp)>>,
}

/// A level, and when it was read.
#[derive(Clone, Copy, Debug)]
pub(in crate::state) struct Seen {
    pub(in crate::state) level: Level,
    pub(in crate::state) written: Timestamp,
    pub(in crate::state) read: Timestamp,
    /// It was a status record.
    pub(in crate::state) by_record: bool,
}

impl Seen {
    pub(in crate::state) fn of(reading: &Reading) -> Self {
        Self {
            level: reading.level,
            written: reading.written,
            read: reading.seen,
            by_record: reading.by_record,
        }
    }
}

/// How a turn has ended, by a status record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::state) struct End {
    pub(in crate::state) failed: bool,
    pub(in crate::state) at: Timestamp,
    pub(in crate::state) message: Option<String>,
}

/// See [`Witness::settle`].
#[derive(Clone, Debug)]
pub(in crate::state) struct Settle {
    pub(in crate::state) due: Timestamp,
    pub(in crate::state) written: Timestamp,
    /// When the last prompt was written down.
    pub(in crate::state) prompted: Option<Timestamp>,
    /// How the main agent's turn has ended, and nothing else has; `None`: all is over, and nobody says how.
    pub(in crate::state) end: Option<End>,
    /// A status record says so.
    pub(in crate::state) by_record: bool,
}

impl Witness {
    pub(in crate::state) fn says_waiting(&self) -> bool {
        self.latest.is_some_and(|latest| {
            matches!(latest.level, Level::WaitingApproval | Level::WaitingInput)
        })
    }

    /// What it says, if that is that the assistant waits.
    pub(in crate::state) fn wait(&self) -> Option<Wait> {
        let latest = self.latest.filter(|_| self.says_waiting())?;
        Some(Wait {
            state: if latest.level == Level::WaitingInput {
                State::WaitingInput
            } else {
                State::WaitingApproval
            },
            since: latest.written,
            seen: latest.read,
            source: Source::Witness,
            confirmed: true,
        })
    }

    /// Whether `reading` is what it has said last.
    pub(in crate::state) fn has_said(&self, reading: &Reading) -> bool {
        let is_it = |latest: Seen| {
            (latest.read, latest.level, latest.by_record)
                == (reading.seen, reading.level, reading.by_record)
        };
        self.latest.is_some_and(is_it)
    }

    pub(in crate::state) fn says_busy(&self) -> bool {
        self.latest
            .is_some_and(|latest| latest.level == Level::Busy)
    }

    pub(in crate::state) fn says_input(&self) -> bool {
        self.latest
            .is_some_and(|latest| latest.level == Level::WaitingInput)
    }

    /// When this row wants the clock, if nothing is heard before.
    pub(in crate::state) fn due(&self) -> Option<Timestamp> {
        [
            self.settle.as_ref().map(|settle| settle.due),
            self.reread_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
