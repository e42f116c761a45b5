//! What the table does because time passes, and when it is next due: rows without any proof of life
//! expire, and what a row waits for is settled.

use std::time::Duration;

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table, keys};
use crate::state::evidence::EvidenceDraft;
use crate::state::marked::Key;

/// How long a row that was rebuilt from the log, and would have expired meanwhile, may wait for a
/// listing that shows its pane.
pub const REBUILD_GRACE: Duration = Duration::from_secs(5);

impl Table {
    /// Keeps rows without any proof of life from now on, while the log is played: only listings
    /// prove that a pane is there, and they are not in the log.
    pub fn suspend_expiry(&mut self) {
        self.rows.keep_all(true);
    }

    /// Lets rows expire again. Those that would have expired meanwhile are kept a little longer, in
    /// which the first listing can prove them.
    pub fn resume_expiry(&mut self, now: Timestamp) {
        // Where an address was taken for a pane in the log, that is known no more.
        self.listings.clear();
        let kept_until = now.plus(REBUILD_GRACE).minus(self.settings.ttl);
        for key in keys(self.rows.values()) {
            if let Some(mut entry) = self.rows.get_mut(&key) {
                entry.heard = entry.heard.max(kept_until);
                entry.listed = false;
                entry.look_at_end_again(now);
            }
        }
        self.rows.keep_all(false);
    }

    /// When [`Input::Tick`](crate::state::Input::Tick) is wanted next, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let own = [self.rows.next_due(), self.within_reach.next_due()];
        own.into_iter().flatten().min()
    }

    pub(super) fn meet_deadlines(&mut self, now: Timestamp, outcome: &mut Outcome) {
        if self.rows.next_due().is_none_or(|due| due > now) {
            return;
        }
        let expiry = self.rows.expiry();
        let (expired, due): (Vec<Key>, Vec<Key>) =
            self.rows.due(now).into_iter().partition(|key| {
                let entry = self.rows.get(key);
                entry.is_some_and(|entry| entry.expires_at(expiry).is_some_and(|end| end <= now))
            });
        let has_expired = expired.iter().map(|key| (**key).clone());
        outcome.expired.extend(has_expired);
        self.remove_all(expired, now, outcome);
        for key in due {
            let Some(mut entry) = self.rows.get_mut(&key) else {
                continue;
            };
            if entry.end_trust(now) {
                outcome.changed.push((*key).clone());
            }
            let before = entry.shown.state;
            let settled = entry.settle(now).map(|at| (at, "no hook explained that"));
            let is_unread = !expiry.keeps_all && entry.ending_due().is_some_and(|due| due <= now);
            let ended = (is_unread && entry.finish_ending(now))
                .then(|| (entry.about(now), "its session file cannot be read any more"));
            for (at, what) in settled.into_iter().chain(ended).chain(entry.conclude(now)) {
                let told = EvidenceDraft {
                    at,
                    source: Source::Witness,
                    what: what.to_owned(),
                    reason: None,
                };
                if entry.refresh(at) {
                    told.note(&mut entry, Some(before));
                    outcome.changed.push((*key).clone());
                }
            }
            if entry.looked_at(now) {
                entry.refresh(now);
                outcome.looked_at.push((*key).clone());
                outcome.changed.push((*key).clone());
            }
            if entry.take_reread(now) {
                outcome.reread.extend(entry.pid);
            }
        }
    }
}
