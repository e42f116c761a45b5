//! What the table does because time passes, and when it is next due: rows without any proof of life
//! expire, and what a row waits for is settled.

use std::time::Duration;

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::evidence::Told;

/// How long a row that was rebuilt from the log, and would have expired meanwhile, may wait for a
/// listing that shows its pane.
pub const REBUILD_GRACE: Duration = Duration::from_secs(5);

impl Table {
    /// Keeps rows without any proof of life from now on, while the log is played: only listings
    /// prove that a pane is there, and they are not in the log.
    pub fn suspend_expiry(&mut self) {
        self.keeps_all = true;
    }

    /// Lets rows expire again. Those that would have expired meanwhile are kept a little longer, in
    /// which the first listing can prove them.
    pub fn resume_expiry(&mut self, now: Timestamp) {
        self.keeps_all = false;
        // Where an address was taken for a pane in the log, that is known no more.
        self.listings.clear();
        let kept_until = now.plus(REBUILD_GRACE).minus(self.settings.ttl);
        for entry in self.rows.values_mut() {
            entry.heard = entry.heard.max(kept_until);
            entry.listed = false;
            entry.look_at_end_again(now);
        }
    }

    /// When [`Input::Tick`](crate::state::Input::Tick) is wanted next, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.rows.values().filter_map(|entry| self.due(entry)).min()
    }

    fn due(&self, entry: &Entry) -> Option<Timestamp> {
        let expires = !entry.has_proof_of_life() && !self.keeps_all;
        let expiry = expires.then(|| entry.heard.plus(self.settings.ttl));
        let end = entry.ending_due().filter(|_| !self.keeps_all);
        let due = [
            entry.witness.due(),
            entry.due(),
            entry.trust_ends(),
            entry.look_ends(),
            expiry,
            end,
        ];
        due.into_iter().flatten().min()
    }

    pub(super) fn meet_deadlines(&mut self, now: Timestamp, outcome: &mut Outcome) {
        if self.next_deadline().is_none_or(|due| due > now) {
            return;
        }
        let (ttl, keeps_all) = (self.settings.ttl, self.keeps_all);
        self.remove_if(now, outcome, |entry| {
            !keeps_all && !entry.has_proof_of_life() && entry.heard.plus(ttl) <= now
        });
        outcome.expired.extend(outcome.removed.iter().cloned());
        for (key, entry) in &mut self.rows {
            if entry.end_trust(now) {
                outcome.changed.push(key.clone());
            }
            let before = entry.shown.state;
            let settled = entry.settle(now).map(|at| (at, "no hook explained that"));
            let is_unread = !keeps_all && entry.ending_due().is_some_and(|due| due <= now);
            let ended = (is_unread && entry.finish_ending(now))
                .then(|| (entry.about(now), "its session file cannot be read any more"));
            for (at, what) in settled.into_iter().chain(ended).chain(entry.conclude(now)) {
                let told = Told {
                    at,
                    source: Source::Witness,
                    what: what.to_owned(),
                    reason: None,
                };
                if entry.refresh(at) {
                    told.note(entry, Some(before));
                    outcome.changed.push(key.clone());
                }
            }
            if entry.looked_at(now) {
                entry.refresh(now);
                outcome.looked_at.push(key.clone());
                outcome.changed.push(key.clone());
            }
            if entry.take_reread(now) {
                outcome.reread.extend(entry.pid);
            }
        }
    }
}
