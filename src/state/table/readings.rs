//! Which row a witness reading is about, and what it does there. What it means for the row stands in
//! `entry::readings`.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;
use crate::state::identity::is_other;
use crate::state::reason::Reason;
use crate::state::unmatched::Unmatched;
use crate::state::{Level, Reading, RowKey};

impl Table {
    pub(super) fn reading(&mut self, reading: &Reading, now: Timestamp, outcome: &mut Outcome) {
        self.note_whereabouts(reading);
        match reading.level {
            Level::Moved => return self.keep_moving(reading, now, outcome),
            Level::Elsewhere => return self.lose_sight(reading, outcome),
            _ => {}
        }
        if self.is_shown_elsewhere(reading, outcome) {
            return;
        }
        let key = match self.row_of(reading) {
            Ok(key) => key,
            Err(reason) => {
                outcome.held_apart = reason;
                return;
            }
        };
        self.make_way(&key);
        if self.shows_another(reading, &key) {
            self.leave_behind(&key, outcome);
        }
        let came = self.bring_to_front(reading, &key, outcome);
        let before = self.rows.get(&key).map(|entry| entry.shown.state);
        if before.is_none() {
            let target = self.target_of(&key).unwrap_or_else(|| key.place.clone());
            let assistant = reading.assistant.clone();
            let mut entry = Entry::new(Arc::new(key.clone()), target, assistant, now);
            entry.be_witnessed();
            entry.listed = self.is_listed(&key);
            entry.shown_at = self.shown_at(&key).map(Box::new);
            self.rows.insert(entry);
        }
        let Some(mut entry) = self.rows.get_mut(&key) else {
            return;
        };
        let is_moved = entry.was_moved_to(reading);
        if is_moved {
            entry.go_on_as(reading.instance_id.clone());
        } else if entry.assistant != reading.assistant
            || is_other(entry.instance_id.as_ref(), reading.instance_id.as_ref())
        {
            entry.successor(reading.assistant.clone(), now);
            entry.be_witnessed();
        }
        entry.heard = now;
        entry.learn_from_reading(reading);
        if entry.is_seen_by(reading) {
            entry.prove(reading.instance_id.as_ref());
        } else if reading.is_behind() {
            // Its assistant keeps it when it ends, and may start it again by itself.
            entry.proved = None;
        }
        let news = entry
            .witness
            .latest
            .is_none_or(|latest| latest.level != reading.level);
        let reason = entry.apply_reading(reading, now);
        let counts = entry.witness.has_said(reading);
        let ended = entry.about(reading.seen);
        let cause = if ended == reading.seen {
            reading.written
        } else {
            ended
        };
        let changed = entry.refresh(cause) || before.is_none() || is_moved || came;
        if counts && reading.seen.since(reading.written) < Duration::from_millis(250) {
            entry.plan_reread(now);
        } else if counts {
            entry.plan_look_at_queue(now);
        }
        if changed || news && counts {
            EvidenceDraft::by_reading(reading, reason).note(&mut entry, before);
            outcome.changed.push(key);
        }
    }

    /// Whether a session file tells of that row.
    pub(crate) fn has_session_file(&self, key: &RowKey) -> bool {
        self.rows.get(key).is_some_and(Entry::has_file)
    }

    /// The row that a reading is about; one that may be made when there is none.
    fn row_of(&mut self, reading: &Reading) -> Result<RowKey, Option<Reason>> {
        if let Some(entry) = self.known_to(reading) {
            let other = is_other(entry.instance_id.as_ref(), reading.instance_id.as_ref());
            // Its own word which session it shows; that one may have been silent for long.
            let shows = (reading.stands_in || entry.witness.stands_in) && entry.pid == reading.pid;
            let retired = reading
                .instance_id
                .as_ref()
                .is_some_and(|instance| entry.has_retired(instance));
            let older = reading.written < entry.last_event();
            return if other && !shows && (retired || older) {
                Err(None)
            } else {
                Ok((*entry.key).clone())
            };
        }
        // What a terminal is told makes no row.
        let key = self.place_of(reading).filter(|_| !reading.by_record);
        let key = key.ok_or(None)?;
        self.may_read(reading, &key)?;
        match self.rows.get(&key) {
            None => Ok(key),
            Some(entry)
                if entry.instance_id.is_none()
                    && entry.pid.is_none()
                    && entry.assistant == reading.assistant =>
            {
                Ok(key)
            }
            Some(entry) if !entry.attended || reading.written > entry.ts => Ok(key),
            Some(_) => {
                let why = "a reading of an unknown session in this pane";
                let target = self.target_of(&key).unwrap_or_else(|| key.place.clone());
                let apart = Unmatched::of_reading(reading, &key, target, why, reading.seen);
                self.apart.note(apart);
                Err(Some(why))
            }
        }
    }

    /// The row of the reading's process, else of its session: that may have been taken up again
    /// elsewhere, so it tells only where no process does, and no other pane.
    pub(super) fn known_to(&self, reading: &Reading) -> Option<&Entry> {
        let is_here = |entry: &&Entry| {
            reading
                .shown_at()
                .is_some_and(|shown_at| shown_at == *entry.key)
        };
        let is_its = |entry: &&Entry| entry.assistant == reading.assistant;
        let same_process = |entry: &&Entry| entry.pid == reading.pid;
        let same_session = |entry: &&Entry| {
            (entry.pid.is_none() || reading.pid.is_none())
                && (reading.pane.is_none() || entry.pane().is_none() || is_here(entry))
        };
        let rows = reading.pid.into_iter();
        let rows = rows.flat_map(|pid| self.rows.of_process(pid));
        let by_process = rows.filter(is_its).filter(same_process);
        let mut by_session = self.rows.of_session(reading.instance_id.as_ref());
        let by_process = by_process.max_by_key(is_here);
        by_process.or_else(|| by_session.find(|entry| is_its(entry) && same_session(entry)))
    }
}
