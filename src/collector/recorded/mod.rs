//! Status records on their way to the table: how many are taken of one speaker, and which have to wait.
//!
//! The last word of a speaker is what counts, so of those that wait for one moment or another only the last is kept.

mod spoken;

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::hub::protocol::StatusRecord;
use crate::state::RowKey;
pub(super) use spoken::{Due, Spoken, Taken};

/// So many records of one speaker are taken in a second.
const MOST: u32 = 20;

const SECOND: Duration = Duration::from_secs(1);

/// A title that goes on to show what a record says is over contradicts it after this long; a machine that is busy
/// draws late, and what the title does not contradict any more counts at once.
const TITLE_FOLLOWS: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    speakers: BTreeMap<String, Speaker>,
}

#[derive(Debug)]
struct Speaker {
    /// When its second began, and how many have come since.
    since: Timestamp,
    count: u32,
    waits: Option<Waits>,
    /// Its last record, of a pane that has no row yet.
    early: Option<Spoken>,
}

#[derive(Debug)]
struct Waits {
    spoken: Spoken,
    due: Timestamp,
    /// The row whose title is looked at, and whether that contradicts.
    title: Option<(RowKey, bool)>,
}

impl Recorded {
    /// Takes a record at `now` that is to count only if no other one comes within `blip`.
    pub(super) fn take(&mut self, spoken: Spoken, blip: Duration, now: Timestamp) -> Taken {
        let speaker = self.speakers.entry(spoken.publisher.clone());
        let speaker = speaker.or_insert(Speaker {
            since: now,
            count: 0,
            waits: None,
            early: None,
        });
        if now.since(speaker.since) >= SECOND {
            (speaker.since, speaker.count) = (now, 0);
        }
        speaker.count = speaker.count.saturating_add(1);
        let is_too_many = speaker.count > MOST;
        if spoken.record.id.is_some() {
            // A part of the program says nothing of the whole.
            return if is_too_many {
                Taken::TooMany
            } else {
                Taken::Now(spoken)
            };
        }
        let due = if is_too_many {
            speaker.since.plus(SECOND)
        } else {
            now.plus(blip)
        };
        (speaker.waits, speaker.early) = (None, None);
        if due <= now {
            return Taken::Now(spoken);
        }
        speaker.waits = Some(Waits {
            spoken,
            due,
            title: None,
        });
        if is_too_many {
            Taken::TooMany
        } else {
            Taken::Later
        }
    }

    /// Keeps a record of a pane that has no row: that may only be late, as where the collector has just begun.
    pub(super) fn keep(&mut self, spoken: Spoken) {
        if let Some(speaker) = self.speakers.get_mut(&spoken.publisher) {
            speaker.early = Some(spoken);
        }
    }

    /// There is that row now: what was said of it counts next.
    pub(super) fn row_came(&mut self, row: &RowKey, now: Timestamp) {
        let is_its = |spoken: &mut Spoken| spoken.pane().as_ref() == Some(row);
        for speaker in self.speakers.values_mut() {
            if let Some(spoken) = speaker.early.take_if(is_its) {
                speaker.waits = Some(Waits {
                    spoken,
                    due: now,
                    title: None,
                });
            }
        }
    }

    /// Has a record wait for what the title of that row's pane says, read from `now` on.
    pub(super) fn wait_for_title(&mut self, spoken: Spoken, row: RowKey, now: Timestamp) {
        if let Some(speaker) = self.speakers.get_mut(&spoken.publisher) {
            speaker.waits = Some(Waits {
                spoken,
                due: now.plus(TITLE_FOLLOWS),
                title: Some((row, false)),
            });
        }
    }

    /// The rows whose titles are waited for.
    pub(super) fn rows(&self) -> impl Iterator<Item = &RowKey> {
        let waits = self
            .speakers
            .values()
            .filter_map(|speaker| speaker.waits.as_ref());
        waits.filter_map(|waits| Some(&waits.title.as_ref()?.0))
    }

    /// The title of that row's pane, which was asked for at `asked`, `contradicts` a record, or does not. What
    /// counts now.
    pub(super) fn titled(
        &mut self,
        row: &RowKey,
        asked: Timestamp,
        contradicts: impl Fn(&StatusRecord) -> bool,
    ) -> Vec<Spoken> {
        let mut counts = Vec::new();
        for speaker in self.speakers.values_mut() {
            let Some(waits) = &mut speaker.waits else {
                continue;
            };
            let is_news = waits.spoken.record.written <= asked;
            let title = waits.title.as_mut().filter(|(of, _)| of == row && is_news);
            let Some((_, is_contradicted)) = title else {
                continue;
            };
            *is_contradicted = contradicts(&waits.spoken.record);
            if !*is_contradicted {
                counts.extend(speaker.waits.take().map(|waits| waits.spoken));
            }
        }
        counts
    }

    /// When the next one has waited for long enough.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let waits = self
            .speakers
            .values()
            .filter_map(|speaker| speaker.waits.as_ref());
        waits.map(|waits| waits.due).min()
    }

    /// Those that have waited for long enough.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Due> {
        let speakers = self.speakers.values_mut();
        let due = speakers.filter_map(|speaker| speaker.waits.take_if(|waits| waits.due <= now));
        due.map(|waits| match waits.title {
            None => Due::Last(waits.spoken),
            Some((_, false)) => Due::Untitled(waits.spoken),
            Some((_, true)) => Due::Contradicted,
        })
        .collect()
    }

    /// The speaker has gone, and what it has said with it.
    pub(super) fn forget(&mut self, publisher: &str) {
        self.speakers.remove(publisher);
    }
}

#[cfg(test)]
mod tests;
