//! What an event does to the table: it begins its row, hands it over to a new session, works on it, or
//! is held apart because it fits none.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::published::Told;
use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;
use crate::state::identity::{Identity, ends_session, fit, is_left_by_hand};
use crate::state::reason::Reason;
use crate::state::unmatched::Unmatched;
use crate::state::{Kin, Place, RowKey};

/// A sender's clock may be ahead by this much; anything later counts as now, or one bad clock
/// would make every later event look old.
const CLOCK_SLACK: Duration = Duration::from_secs(2);

impl Table {
    /// An event by somebody who speaks for nobody else.
    pub(super) fn report(&mut self, event: Event, kin: Kin, now: Timestamp, outcome: &mut Outcome) {
        let key = self.key_of(&event);
        // What we saw or did ourselves says nothing of who speaks for the row.
        let is_theirs = !is_ours(&event);
        let told = Told::by(&event);
        let at = event.ts;
        let works = event.kind == Some(Kind::SessionStarted)
            && self.rows.get(&key).is_some_and(Entry::works_by_its_word);
        self.event(&key, event, kin, now, outcome);
        if is_theirs
            && !outcome.again
            && outcome.held_apart.is_none()
            && (works || self.rows.get(&key).is_some_and(Entry::is_spoken_for))
            && let Some(mut entry) = self.rows.get_mut(&key)
        {
            if entry.is_spoken_for() {
                entry.take_back(told);
            }
            if works {
                entry.begins_at_work(at);
            }
        }
    }

    /// An event of the row with that key.
    pub(in crate::state) fn event(
        &mut self,
        key: &RowKey,
        mut event: Event,
        kin: Kin,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let again = self.delivered.is_again(&event);
        event.ts = if event.ts > now.plus(CLOCK_SLACK) {
            now
        } else {
            event.ts
        };
        if again {
            outcome.again = true;
            if let Some(mut entry) = self.rows.get_mut(key) {
                entry.heard = now;
            }
            return;
        }
        let silent = self.make_way(key);
        let before = self.rows.get(key).map(|entry| entry.shown.state);
        if let Err(reason) = self.make_room_for(&event, kin, key, now) {
            self.put_back(key, silent);
            outcome.held_apart = reason;
            if let Some(why) = reason {
                self.apart.note(Unmatched::of_event(&event, key, why, now));
            }
            return;
        }
        let Some(mut entry) = self.rows.get_mut(key) else {
            return;
        };
        entry.heard = now;
        if ends_session(&event) && event.ts >= entry.last_event() {
            if kin.place == Place::Inside {
                entry.prove_by(&event);
            }
            drop(entry);
            self.remove_row(key, event.ts, outcome);
            if is_left_by_hand(&event) {
                self.left_by_hand(&event, outcome);
            }
            return;
        }
        let reason = entry.apply_event(&event);
        if kin.place == Place::Inside {
            entry.prove_by(&event);
        }
        if let Target::Address { .. } = event.target
            && !entry.listed
            && entry.target != event.target
        {
            entry.target = event.target.clone();
        }
        if !is_ours(&event) {
            let told = event.pane.is_none().then_some(&event.target);
            if entry.told.as_deref() != told {
                entry.told = told.cloned().map(Box::new);
            }
        }
        entry.refresh(event.ts);
        entry.plan_reread(now);
        EvidenceDraft::by_event(&event, reason).note(&mut entry, before);
        outcome.changed.push(key.clone());
    }

    /// Sees to it that the row at `key` is this event's own: makes it, hands it over to a new
    /// session, or refuses. `Err(None)`: there is nothing to do and nothing to count.
    fn make_room_for(
        &mut self,
        event: &Event,
        kin: Kin,
        key: &RowKey,
        now: Timestamp,
    ) -> Result<(), Option<Reason>> {
        if key
            .server
            .as_ref()
            .is_some_and(|server| self.is_replaced(server))
        {
            return Err(Some("its server was replaced by another one"));
        }
        let says_nothing_new =
            event.kind == Some(Kind::SessionEnded) && !self.rows.contains_key(key);
        if let Some(why) = kin.is_astray().filter(|_| !says_nothing_new) {
            // A process may outlive its pane for long enough to say that it ends.
            return Err(Some(self.late(event, key).unwrap_or(why)));
        }
        let Some(entry) = self.rows.get(key) else {
            self.may_begin(event, kin, key)?;
            let target = self.target_of(key).unwrap_or_else(|| event.target.clone());
            let mut entry = Entry::new(Arc::new(key.clone()), target, event.assistant.clone(), now);
            entry.listed = self.is_listed(key);
            entry.shown_at = self.shown_at(key).map(Box::new);
            self.rows.insert(entry);
            return Ok(());
        };
        if let Some(why) = kin.is_childs(entry, event) {
            return Err(Some(why));
        }
        let is_another = kin.owns(entry, event)
            || match fit(entry, event) {
                Identity::Same => false,
                Identity::Successor => true,
                Identity::Unmatched(reason) => return Err(Some(reason)),
            };
        if is_another && let Some(mut entry) = self.rows.get_mut(key) {
            entry.successor(event.assistant.clone(), now);
        }
        Ok(())
    }
}

/// Whether we saw or did that ourselves: it says nothing of the sender's place.
fn is_ours(event: &Event) -> bool {
    matches!(event.source, Source::Witness | Source::User)
}
