//! Status records on their way to the table: how many are taken of one speaker, and which have to wait.
//!
//! The last word of a speaker is what counts, so of those that wait for one moment or another only the last is kept.

mod claim;
mod spoken;

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::facets::turns::Turn;
use crate::state::{Level, RowKey};
pub(super) use claim::Claim;
use claim::{Answer, Told};
pub(super) use spoken::{Due, Spoken, Taken};

/// So many records of one speaker are taken in a second.
const MOST: u32 = 20;

const SECOND: Duration = Duration::from_secs(1);

/// Who could bear a record out has said otherwise for this long: a machine that is busy draws and writes late.
const TRUTH_FOLLOWS: Duration = Duration::from_secs(2);

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
    doubt: Option<Doubt>,
}

/// A record counts only if something else says so.
#[derive(Clone, Debug)]
struct Doubt {
    row: RowKey,
    level: Level,
    /// What is new in it, as the row was shown last.
    claim: Claim,
    told: Told,
}

/// What is told of a row beside its records.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    /// What the title of its pane says.
    Title(Option<Level>),
    /// Where its session is by its assistant's own record; `None`: there is none.
    Turn(Option<Turn>),
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
            doubt: None,
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
                    doubt: None,
                });
            }
        }
    }

    /// Has a record wait for what else is told of that row from `now` on. `is_written`: its assistant's own record
    /// tells.
    pub(super) fn doubt(
        &mut self,
        spoken: Spoken,
        row: RowKey,
        (level, claim): (Level, Claim),
        is_written: bool,
        now: Timestamp,
    ) {
        if let Some(speaker) = self.speakers.get_mut(&spoken.publisher) {
            let told = Told {
                title: Answer::Untold,
                turn: if is_written {
                    Answer::Untold
                } else {
                    Answer::Nothing
                },
            };
            speaker.waits = Some(Waits {
                spoken,
                due: now.plus(TRUTH_FOLLOWS),
                doubt: Some(Doubt {
                    row,
                    level,
                    claim,
                    told,
                }),
            });
        }
    }

    /// The rows of which something else has to be told.
    pub(super) fn rows(&self) -> impl Iterator<Item = &RowKey> {
        self.doubts().map(|doubt| &doubt.row)
    }

    /// Whether something else has to be told of the row, and could be by its title.
    pub(super) fn wants_title(&self, row: &RowKey) -> bool {
        let mut doubts = self.doubts().filter(|doubt| doubt.row == *row);
        doubts.any(|doubt| doubt.claim.is_for_title(doubt.told))
    }

    /// The same by its assistant's own record.
    pub(super) fn wants_turn(&self, row: &RowKey) -> bool {
        let mut doubts = self.doubts().filter(|doubt| doubt.row == *row);
        doubts.any(|doubt| doubt.told.turn != Answer::Nothing)
    }

    fn doubts(&self) -> impl Iterator<Item = &Doubt> {
        let speakers = self.speakers.values();
        speakers.filter_map(|speaker| speaker.waits.as_ref()?.doubt.as_ref())
    }

    /// Something was told of that row, which was looked up from `asked` on. What counts now; what the row, being in
    /// state `shown`, shows meanwhile has no news any more.
    pub(super) fn hear(
        &mut self,
        row: &RowKey,
        asked: Timestamp,
        shown: State,
        news: News,
    ) -> Vec<Spoken> {
        let mut counts = Vec::new();
        for speaker in self.speakers.values_mut() {
            let Some(waits) = &mut speaker.waits else {
                continue;
            };
            let is_news = waits.spoken.record.written <= asked;
            let doubt = waits.doubt.as_mut().filter(|doubt| doubt.row == *row);
            let Some(doubt) = doubt.filter(|_| is_news) else {
                continue;
            };
            match news {
                News::Title(level) => doubt.told.title = level.into(),
                News::Turn(turn) => doubt.told.turn = turn.into(),
            }
            let Some(claim) = Claim::of(doubt.level, shown) else {
                speaker.waits = None;
                continue;
            };
            doubt.claim = claim;
            if claim.is_borne_out(doubt.told) {
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
        due.map(|waits| match waits.doubt {
            None => Due::Last(waits.spoken),
            Some(doubt) if doubt.claim.is_untold(doubt.told) => Due::Untold(waits.spoken),
            Some(_) => Due::Unborne,
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
