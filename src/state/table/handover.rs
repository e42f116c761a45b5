//! Rows of the collector before, taken over where nothing better is known of them: all that it told, or those that
//! rested unseen by what it wrote down.

use std::sync::Arc;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Table;
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;
use crate::state::{Row, RowKey};

impl Table {
    /// Takes over `rows`, which another collector showed last: those that this table does not know
    /// or knows less of. What has ended since stays away.
    pub fn adopt(&mut self, rows: &[Row], now: Timestamp) {
        for row in rows.iter().filter(|row| !row.silent) {
            let key = key_of(row);
            let known = self.entry(&key).map(Entry::row);
            if self.has_ended(row) || known.is_some_and(|known| knows_as_much(&known, row)) {
                continue;
            }
            self.rows.insert(Entry::of_row(Arc::new(key), row, now));
        }
    }

    /// Takes up `rows`, as they rested unseen when that was written down: those that this table knows less of. `is_gone`
    /// says whether a process has ended since.
    pub fn recall_unseen(
        &mut self,
        rows: Vec<Row>,
        is_gone: impl Fn(u32, Timestamp) -> bool,
        now: Timestamp,
    ) {
        for row in rows {
            let key = key_of(&row);
            let known = self.entry(&key).map(Entry::row);
            let is_over =
                row.pid.is_some_and(|pid| is_gone(pid, row.since)) || self.has_ended(&row);
            if is_over || known.is_some_and(|known| has_gone_on(&known, &row)) {
                continue;
            }
            let mut entry = Entry::of_row(Arc::new(key), &row, now);
            let kept = EvidenceDraft {
                at: row.since,
                source: row.source,
                what: KEPT.to_owned(),
                reason: None,
            };
            kept.note(&mut entry, Some(row.state));
            self.rows.insert(entry);
        }
    }

    /// How and since when the row rests and is for the person to know, if it does, and whether nobody has looked.
    pub(crate) fn unseen(&self, key: &RowKey) -> Option<Unseen> {
        let entry = self.entry(key)?;
        let of_others = entry.publisher.is_some() || entry.hearsay || entry.silent.is_some();
        let shown = &entry.shown;
        let rests = rests_unseen(shown.state, shown.waits());
        (rests && !of_others).then_some((shown.state, shown.since, entry.is_unseen()))
    }
}

/// How a row rests, since when, and whether nobody has looked.
pub(crate) type Unseen = (State, Timestamp, bool);

/// What is told of a row that was taken up so.
const KEPT: &str = "kept from before: nobody had looked";

/// Whether its turn is over, so that nothing goes on there, and that is for the person to know.
pub(in crate::state) fn rests_unseen(state: State, waits: bool) -> bool {
    match state {
        State::Completed | State::Error => true,
        State::WaitingInput => !waits,
        State::WaitingApproval | State::Running | State::Idle => false,
    }
}

/// Whether what is `known` is more than that the session of `row` does nothing now, as a witness would say.
fn has_gone_on(known: &Row, row: &Row) -> bool {
    let is_other = known.instance_id.is_some() && known.instance_id != row.instance_id;
    let mut told = known.evidence.iter();
    let is_told = told.any(|it| it.source != Source::Witness && it.at > row.since);
    is_other || is_told || known.state != State::Idle
}

fn key_of(row: &Row) -> RowKey {
    RowKey {
        server: row.server.clone(),
        place: row.pane.map_or_else(|| row.target.clone(), Target::Pane),
    }
}

fn knows_as_much(known: &Row, row: &Row) -> bool {
    let says_the_same = known.instance_id == row.instance_id
        && known.state == row.state
        && known.waiting == row.waiting
        && known.publisher == row.publisher;
    says_the_same || known.ts > row.ts
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pane_patrol_hooks::event::Event;

    use super::*;
    use crate::state::{Input, Settings};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000 + seconds * 1000)
    }

    fn table(events: &[(i64, &str, &str)]) -> Table {
        let mut table = Table::new(Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        });
        for (second, state, kind) in events {
            let event = format!(
                r#"{{"assistant":"claude","state":"{state}","kind":"{kind}","target":"a:0.0","instance_id":"s","ts":"{}"}}"#,
                at(*second)
            );
            let event = Event::parse(event.as_bytes()).unwrap();
            table.apply(Input::Event(Box::new(event)), at(*second));
        }
        table
    }

    fn states(table: &Table) -> Vec<State> {
        table.rows().iter().map(|row| row.state).collect()
    }

    const STARTED: (i64, &str, &str) = (1, "running", "turn_started");
    const FINISHED: (i64, &str, &str) = (2, "completed", "turn_finished");
    const ENDED: (i64, &str, &str) = (3, "idle", "session_ended");

    #[test]
    fn what_is_known_better_stays_and_what_is_known_less_of_is_taken_over() {
        let older = table(&[STARTED]).rows();
        let newer = table(&[STARTED, FINISHED]).rows();
        let mut knows_more = table(&[STARTED, FINISHED]);
        knows_more.adopt(&older, at(4));
        assert_eq!(states(&knows_more), [State::Completed]);
        for events in [&[STARTED][..], &[]] {
            let mut knows_less = table(events);
            knows_less.adopt(&newer, at(4));
            assert_eq!(knows_less.rows(), newer);
        }
    }

    #[test]
    fn a_session_that_ended_meanwhile_is_not_brought_back() {
        let mut ended = table(&[STARTED, ENDED]);
        ended.adopt(&table(&[STARTED]).rows(), at(4));
        assert!(ended.is_empty());
    }

    /// A prompt idle notice, which comes a minute after the end.
    const WAITS: (i64, &str, &str) = (62, "waiting_input", "prompt_idle");
    const FAILED: (i64, &str, &str) = (2, "error", "turn_failed");
    const AGAIN: (i64, &str, &str) = (90, "running", "turn_started");

    fn key(table: &Table) -> RowKey {
        table.keys().remove(0)
    }

    #[test]
    fn what_rests_is_taken_up_where_less_is_known_of_its_session() {
        for (events, unseen) in [
            (&[STARTED, FINISHED][..], true),
            (&[STARTED, FINISHED, WAITS], true),
            (&[STARTED, FAILED], false),
        ] {
            let before = table(events);
            assert!(before.unseen(&key(&before)).is_some());
            let kept: Vec<Row> = before.rows().into_iter().map(|it| it.kept(true)).collect();
            let idle = table(&[(1, "idle", "session_started")]);
            for mut knows_less in [table(&[]), idle] {
                let rows = kept.clone();
                knows_less.recall_unseen(rows, |_, _| false, at(100));
                let [now, then] = [&knows_less, &before].map(|it| it.rows().remove(0));
                assert_eq!((now.state, now.since), (then.state, then.since));
                assert_eq!((now.unseen, now.kind), (unseen, then.kind));
                assert_eq!(now.evidence[0].what, KEPT);
            }
            let stopped = (91, "idle", "interrupted");
            for (events, state) in [
                (&[AGAIN][..], State::Running),
                (&[AGAIN, stopped], State::Idle),
            ] {
                let mut goes_on = table(events);
                goes_on.recall_unseen(kept.clone(), |_, _| false, at(100));
                assert_eq!(states(&goes_on), [state]);
            }
        }
    }

    #[test]
    fn what_rests_is_not_taken_up_where_its_process_is_gone() {
        let mut row = table(&[STARTED, FINISHED]).rows().remove(0);
        row.pid = Some(7);
        for gone in [true, false] {
            let mut next = table(&[]);
            next.recall_unseen(vec![row.clone()], |pid, _| gone && pid == 7, at(4));
            assert_eq!(next.is_empty(), gone);
        }
    }

    #[test]
    fn only_what_goes_on_or_was_seen_does_not_rest() {
        for events in [&[STARTED][..], &[STARTED, FINISHED, AGAIN]] {
            let table = table(events);
            assert_eq!(table.unseen(&key(&table)), None, "{events:?}");
        }
    }
}
