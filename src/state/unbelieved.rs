//! What is held apart for the sake of who said it, before any row is looked at.

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::timestamp::Timestamp;

use super::RowKey;
use super::entry::Entry;
use super::reason::Reason;
use super::table::{Outcome, Table};
use super::unmatched::Unmatched;

impl Table {
    /// Holds an event apart. Not the end of a session that has no row: nothing would be shown of it
    /// anyway.
    pub fn hold_apart(&mut self, event: &Event, why: Reason, now: Timestamp) -> Outcome {
        let key = self.key_of(event);
        if event.kind == Some(Kind::SessionEnded) && !self.rows.contains_key(&key) {
            return Outcome::default();
        }
        self.apart.note(Unmatched::of_event(event, &key, why, now));
        Outcome {
            held_apart: Some(why),
            ..Outcome::default()
        }
    }

    /// Holds apart what was held apart when it was told, by what the log says.
    pub fn recall_apart(&mut self, event: &Event, why: &str, now: Timestamp) -> Outcome {
        let key = self.key_of(event);
        self.apart.note(Unmatched::of_event(event, &key, why, now));
        Outcome::default()
    }

    /// The server on `socket` is not believed: what was said of its panes is held apart, but not
    /// of those of one that lives and has only lost its socket.
    pub fn disbelieve(&mut self, socket: &str, why: Reason, now: Timestamp) -> Outcome {
        let lives = |entry: &&Entry| {
            let server = entry.server();
            server.is_some_and(|server| self.has_lost_its_socket(server))
        };
        let there = self.rows.on_socket(socket).filter(|entry| !lives(entry));
        let removed: Vec<RowKey> = there.map(|entry| (*entry.key).clone()).collect();
        for key in &removed {
            if let Some(entry) = self.rows.remove(key) {
                self.apart.note(Unmatched::of_row(&entry.row(), why, now));
            }
        }
        Outcome {
            held_apart: (!removed.is_empty()).then_some(why),
            removed,
            ..Outcome::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::state::{Input, Settings};

    const WHY: Reason = "not believed";

    fn event(kind: &str) -> Event {
        let text = format!(
            r#"{{"assistant":"claude","state":"running","kind":"{kind}","target":"a:0.0","pane":"%1",
            "server":"/tmp/other,7","instance_id":"s","ts":"2026-02-27T10:00:00Z"}}"#
        );
        Event::parse(text.as_bytes()).unwrap()
    }

    fn table() -> Table {
        Table::new(Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        })
    }

    #[test]
    fn what_is_held_apart_makes_no_row_and_is_named() {
        let (mut table, now) = (table(), Timestamp::default());
        let outcome = table.hold_apart(&event("turn_started"), WHY, now);
        assert_eq!((outcome.held_apart, table.len()), (Some(WHY), 0));
        let apart = &table.apart()[0];
        assert_eq!((&*apart.id, &*apart.why), ("/tmp/other,7::%1", WHY));
        let outcome = table.hold_apart(&event("session_ended"), WHY, now);
        assert_eq!(outcome.held_apart, None, "nothing ends that was not there");
    }

    #[test]
    fn rows_of_a_server_that_is_not_believed_go_and_may_come_back() {
        let (mut table, now) = (table(), Timestamp::default());
        table.apply(Input::Event(Box::new(event("turn_started"))), now);
        assert_eq!(table.disbelieve("/tmp/none", WHY, now), Outcome::default());
        let outcome = table.disbelieve("/tmp/other", WHY, now);
        assert_eq!((outcome.removed.len(), table.len()), (1, 0));
        assert_eq!(table.apart()[0].why, WHY);
        let mut later = event("tool_started");
        later.ts = later.ts.plus(Duration::from_secs(1));
        table.apply(Input::Event(Box::new(later)), now);
        assert_eq!(table.len(), 1, "once it is believed");
    }
}
