//! Rows of the collector before, taken over where nothing better is known of them.

use std::sync::Arc;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Table;
use crate::state::entry::Entry;
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

    use pane_patrol_hooks::event::{Event, State};

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
}
