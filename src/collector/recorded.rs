//! Status records on their way to the table: how many are taken of one speaker, and which have to wait.
//!
//! The last word of a speaker is what counts, so of those that wait for one moment or another only the last is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::hub::protocol::StatusRecord;
use crate::state::RowKey;
use crate::sys::namespaces::Standing;

/// So many records of one speaker are taken in a second.
const MOST: u32 = 20;

const SECOND: Duration = Duration::from_secs(1);

/// A title that goes on to show what a record says is over contradicts it after this long; a machine that is busy
/// draws late, and what the title does not contradict any more counts at once.
const TITLE_FOLLOWS: Duration = Duration::from_secs(2);

/// One record, and who handed it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) publisher: String,
    /// It may do nothing but publish.
    pub(super) hearsay: bool,
    pub(super) standing: Standing,
    pub(super) record: Box<StatusRecord>,
}

impl Spoken {
    /// The row of the pane that the record is about, where whoever hands it on can see that pane.
    pub(super) fn pane(&self) -> Option<RowKey> {
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
pub(super) enum Taken {
    /// It counts now.
    Now(Spoken),
    /// It counts later, unless another one comes before.
    Later,
    /// There are too many: it counts only if it is the last.
    TooMany,
}

/// What becomes of a record that has waited.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It was the last one.
    Last(Spoken),
    /// Nobody has told what the title of the pane says.
    Untitled(Spoken),
    /// The title of the pane has said otherwise all the time.
    Contradicted,
}

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
mod tests {
    use pane_patrol_hooks::target::PaneId;

    use super::*;
    use crate::status_record::Word;

    const BLIP: Duration = Duration::from_millis(100);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn spoken(state: Word, millis: i64) -> Spoken {
        Spoken {
            publisher: "tap-1".to_owned(),
            hearsay: false,
            standing: Standing::Home,
            record: Box::new(StatusRecord {
                agent_id: None,
                server: None,
                pane: None,
                pid: None,
                app: Some("codex".to_owned()),
                state,
                kind: None,
                id: None,
                title: None,
                message: None,
                written: at(millis),
            }),
        }
    }

    fn row() -> RowKey {
        RowKey {
            server: None,
            place: Target::Pane(PaneId(1)),
        }
    }

    #[test]
    fn work_that_is_over_at_once_is_none() {
        let mut recorded = Recorded::default();
        let idle = |millis| spoken(Word::Idle, millis);
        assert_eq!(
            recorded.take(spoken(Word::Working, 0), BLIP, at(0)),
            Taken::Later
        );
        assert_eq!(recorded.due(), Some(at(100)));
        assert_eq!(
            recorded.take(idle(40), Duration::ZERO, at(40)),
            Taken::Now(idle(40))
        );
        assert_eq!((recorded.due(), recorded.take_due(at(500))), (None, vec![]));

        assert_eq!(
            recorded.take(spoken(Word::Working, 600), BLIP, at(600)),
            Taken::Later
        );
        assert_eq!(recorded.take_due(at(699)), []);
        assert_eq!(
            recorded.take_due(at(700)),
            [Due::Last(spoken(Word::Working, 600))]
        );
    }

    #[test]
    fn of_too_many_in_a_second_the_last_counts_when_it_is_over() {
        let mut recorded = Recorded::default();
        for millis in 0..20 {
            let one = spoken(Word::Working, millis);
            assert_eq!(
                recorded.take(one.clone(), Duration::ZERO, at(millis)),
                Taken::Now(one)
            );
        }
        for millis in 20..900 {
            let one = spoken(Word::Done, millis);
            assert_eq!(
                recorded.take(one, Duration::ZERO, at(millis)),
                Taken::TooMany
            );
        }
        assert_eq!(recorded.due(), Some(at(1000)));
        assert_eq!(
            recorded.take_due(at(1000)),
            [Due::Last(spoken(Word::Done, 899))]
        );
        let later = spoken(Word::Idle, 1001);
        assert_eq!(
            recorded.take(later.clone(), Duration::ZERO, at(1001)),
            Taken::Now(later)
        );
    }

    #[test]
    fn a_part_of_the_program_does_not_take_the_place_of_the_whole() {
        let mut recorded = Recorded::default();
        assert_eq!(
            recorded.take(spoken(Word::Working, 0), BLIP, at(0)),
            Taken::Later
        );
        let mut part = spoken(Word::Clear, 10);
        part.record.id = Some("a1".to_owned());
        assert_eq!(
            recorded.take(part.clone(), Duration::ZERO, at(10)),
            Taken::Now(part)
        );
        assert_eq!(recorded.due(), Some(at(100)));
    }

    #[test]
    fn what_the_title_contradicts_to_the_end_does_not_count() {
        for (still_waits, counts) in [(true, false), (false, true)] {
            let mut recorded = Recorded::default();
            let one = spoken(Word::Idle, 0);
            assert_eq!(
                recorded.take(one.clone(), Duration::ZERO, at(0)),
                Taken::Now(one.clone())
            );
            recorded.wait_for_title(one.clone(), row(), at(0));
            assert_eq!(recorded.rows().collect::<Vec<_>>(), [&row()]);
            assert_eq!(recorded.titled(&row(), at(5), |_| true), []);
            let at_once = recorded.titled(&row(), at(200), |_| still_waits);
            assert_eq!(at_once, if counts { vec![one] } else { vec![] });
            let in_the_end = if counts {
                vec![]
            } else {
                vec![Due::Contradicted]
            };
            assert_eq!(recorded.take_due(at(2000)), in_the_end);
        }
        // Nobody has told of a title, or only of one from before.
        let mut recorded = Recorded::default();
        let one = spoken(Word::Idle, 0);
        recorded.take(one.clone(), Duration::ZERO, at(0));
        recorded.wait_for_title(one.clone(), row(), at(0));
        assert_eq!(recorded.titled(&row(), at(-1), |_| true), []);
        assert_eq!(recorded.take_due(at(2000)), [Due::Untitled(one)]);
    }

    #[test]
    fn who_has_gone_says_nothing_more() {
        let mut recorded = Recorded::default();
        recorded.take(spoken(Word::Working, 0), BLIP, at(0));
        recorded.forget("tap-1");
        assert_eq!(recorded.due(), None);
    }

    #[test]
    fn what_is_said_of_a_pane_before_its_row_is_there_counts_when_that_comes() {
        let mut recorded = Recorded::default();
        let of = |pane, state| {
            let mut spoken = spoken(state, 0);
            spoken.record.server = "/tmp/s,7".parse().ok();
            spoken.record.pane = Some(PaneId(pane));
            spoken
        };
        let key = of(5, Word::Idle).pane().unwrap();
        let early = |recorded: &mut Recorded, spoken: Spoken| {
            let Taken::Now(spoken) = recorded.take(spoken, Duration::ZERO, at(0)) else {
                panic!("it counts at once");
            };
            recorded.keep(spoken);
        };
        early(&mut recorded, of(5, Word::Working));
        early(&mut recorded, of(5, Word::Blocked));
        assert_eq!(recorded.due(), None);
        recorded.row_came(&of(6, Word::Idle).pane().unwrap(), at(10));
        assert_eq!(recorded.due(), None, "that is another pane's");
        recorded.row_came(&key, at(10));
        let due = recorded.take_due(at(10));
        assert_eq!(due, [Due::Last(of(5, Word::Blocked))]);
        early(&mut recorded, of(5, Word::Done));
        recorded.take(of(5, Word::Idle), Duration::ZERO, at(20));
        recorded.row_came(&key, at(30));
        assert_eq!(recorded.due(), None, "it was taken back");
    }
}
