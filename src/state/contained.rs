//! Rows that a container tells of by a socket of its own: it may make rows and change its own, and no
//! other ones.

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Kin;
use super::entry::Entry;
use super::reason::Reason;
use super::table::{Outcome, Table};
use super::unmatched::Unmatched;

/// The pane is known by a process of ours, another container or a publisher.
const OTHERS: Reason = "a container told of a pane in which another one's assistant is";

impl Table {
    /// An event that came by a container's socket.
    pub(super) fn contained(
        &mut self,
        container: String,
        event: Event,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let key = self.key_of(&event);
        let row = self.rows.get(&key);
        if row.is_some_and(|row| !may_tell(&container, &event, row)) {
            self.apart
                .note(Unmatched::of_event(&event, &key, OTHERS, now));
            outcome.held_apart = Some(OTHERS);
            return;
        }
        self.event(&key, event, Kin::default(), now, outcome);
        if outcome.held_apart.is_none()
            && let Some(mut entry) = self.rows.get_mut(&key)
        {
            entry.container = Some(container.into());
        }
    }
}

/// Whether the row is the container's: it has told of it, or it tells of the same session, whose name
/// nobody else knows, after the collector has changed.
fn may_tell(container: &str, event: &Event, row: &Entry) -> bool {
    let is_same_session = event.instance_id.is_some()
        && event.instance_id == row.instance_id
        && event.assistant == row.assistant;
    let is_free = row.container.is_none() && row.pid.is_none() && row.publisher.is_none();
    row.container.as_deref() == Some(container) || (is_free && is_same_session)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pane_patrol_hooks::event::{Kind, State};

    use super::*;
    use crate::state::{Input, Settings};

    fn event(second: i64, instance: &str, more: &str) -> Box<Event> {
        let ts = Timestamp::from_millis(1_795_000_000_000 + second * 1000);
        let text = format!(
            r#"{{"assistant":"claude","state":"running","kind":"turn_started","target":"a:0.0",
            "instance_id":"{instance}","ts":"{ts}"{more}}}"#
        );
        Box::new(Event::parse(text.as_bytes()).unwrap())
    }

    fn table() -> Table {
        Table::new(Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        })
    }

    fn contained(table: &mut Table, container: &str, event: Box<Event>) -> Option<Reason> {
        let now = event.ts;
        let container = container.to_owned();
        table
            .apply(Input::Contained { container, event }, now)
            .held_apart
    }

    #[test]
    fn a_container_changes_rows_of_its_own_and_no_others() {
        let mut table = table();
        assert_eq!(contained(&mut table, "box", event(1, "s", "")), None);
        let mut ends = event(2, "s", "");
        (ends.state, ends.kind) = (State::Completed, Some(Kind::TurnFinished));
        assert_eq!(contained(&mut table, "box", ends), None);
        assert_eq!(
            contained(&mut table, "cage", event(3, "s", "")),
            Some(OTHERS)
        );
        assert_eq!(table.rows()[0].state, State::Completed);
        let next = contained(&mut table, "box", event(4, "t", ""));
        assert_eq!(next, None, "its next session");
    }

    #[test]
    fn a_row_that_a_process_of_ours_told_of_is_no_containers() {
        let mut table = table();
        let ours = event(1, "s", r#","pid":7"#);
        let now = ours.ts;
        table.apply(Input::Event(ours), now);
        assert_eq!(
            contained(&mut table, "box", event(2, "s", "")),
            Some(OTHERS)
        );
    }

    #[test]
    fn after_a_change_of_collectors_its_session_is_its_own_again() {
        let mut table = table();
        contained(&mut table, "box", event(1, "s", ""));
        let mut next = self::table();
        let now = Timestamp::from_millis(1_795_000_002_000);
        next.adopt(&table.rows(), now);
        assert_eq!(
            contained(&mut next, "box", event(3, "other", "")),
            Some(OTHERS)
        );
        assert_eq!(contained(&mut next, "box", event(4, "s", "")), None);
    }
}
