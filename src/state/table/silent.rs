//! Rows of known assistants of which nothing is known but that they run: they have reported nothing
//! yet, or cannot. The first report makes such a row one like any other, and what has reported once is
//! not silent again. Until then what it shows of itself, in its title, is all there is to go by.

use std::collections::BTreeSet;
use std::sync::Arc;

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table, keys};
use crate::state::entry::Entry;
use crate::state::evidence::EvidenceDraft;
use crate::state::marked::Key;
use crate::state::{Present, Reading, RowKey};

/// Said of it in its evidence.
const RUNS: &str = "its process runs in the pane";

impl Table {
    /// Makes a row of each on the server that has none and has not reported, and takes away the rows of
    /// those that are gone.
    pub(super) fn present(
        &mut self,
        server: &Server,
        present: &[Present],
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let all: BTreeSet<(RowKey, u32)> = present.iter().map(|it| (key_of(it), it.pid)).collect();
        let runs = |key: &Key, pid: Option<u32>| {
            pid.is_some_and(|pid| all.contains(&((**key).clone(), pid)))
        };
        let known = self.reported_on(server).filter(|it| !all.contains(it));
        for it in known.cloned().collect::<Vec<_>>() {
            self.reported.remove(&it);
        }
        let silent = self.rows.silent_on(server);
        for key in keys(silent.filter(|entry| !runs(&entry.key, entry.pid))) {
            self.take_out(&key, outcome);
        }
        for it in present {
            let key = key_of(it);
            let known = self.rows.get(&key);
            if known.is_some_and(|entry| entry.silent.is_none()) {
                self.has_reported(&key, it.pid);
            } else if known.is_none() && !self.reported.contains(&(key.clone(), it.pid)) {
                self.begin_silent(&key, it, now);
                outcome.changed.push(key);
            }
        }
    }

    fn reported_on(&self, server: &Server) -> impl Iterator<Item = &(RowKey, u32)> {
        let first = RowKey {
            server: Some(server.clone()),
            place: Target::Pane(PaneId(0)),
        };
        let known = self.reported.range((first, 0)..);
        known.take_while(move |(key, _)| key.server.as_ref() == Some(server))
    }

    /// Takes a silent row out of the way of what is known better, if there is one.
    pub(super) fn make_way(&mut self, key: &RowKey) -> Option<Entry> {
        self.rows.get(key).filter(|entry| entry.silent.is_some())?;
        let silent = self.rows.remove(key)?;
        if let Some(pid) = silent.pid {
            self.has_reported(key, pid);
        }
        Some(silent)
    }

    /// It made way for nothing.
    pub(super) fn put_back(&mut self, key: &RowKey, silent: Option<Entry>) {
        let Some(silent) = silent else { return };
        let of_it = (key.clone(), 0)..=(key.clone(), u32::MAX);
        let of_it: Vec<_> = self.reported.range(of_it).cloned().collect();
        for reported in of_it {
            self.reported.remove(&reported);
        }
        if !self.rows.contains_key(key) {
            self.rows.insert(silent);
        }
    }

    /// Whether all that is known of the row is that its process runs, and what that shows.
    pub(crate) fn is_unheard(&self, key: &RowKey) -> bool {
        self.rows.get(key).is_some_and(|it| it.silent.is_some())
    }

    /// Takes into account what a silent one shows of itself. It stays one that has reported nothing.
    pub(super) fn glimpsed(&mut self, reading: &Reading, outcome: &mut Outcome) {
        let Some((server, pane)) = reading.pane.clone() else {
            return;
        };
        let key = RowKey {
            server: Some(server),
            place: Target::Pane(pane),
        };
        if !self.is_unheard(&key) {
            return;
        }
        let Some(mut entry) = self.rows.get_mut(&key) else {
            return;
        };
        let before = entry.shown.state;
        if entry.glimpse(reading) {
            entry.ts = entry.ts.max(reading.seen);
            entry.refresh(reading.seen);
            let reason = reading.by_record.then_some("by its own word");
            EvidenceDraft::by_reading(reading, reason).note(&mut entry, Some(before));
            outcome.changed.push(key);
        }
    }

    fn has_reported(&mut self, key: &RowKey, pid: u32) {
        self.reported.insert((key.clone(), pid));
    }

    fn begin_silent(&mut self, key: &RowKey, it: &Present, now: Timestamp) {
        let target = self.target_of(key).unwrap_or_else(|| key.place.clone());
        let mut entry = Entry::new(Arc::new(key.clone()), target, it.assistant.clone(), now);
        entry.listed = self.is_listed(key);
        entry.be_silent(it);
        entry.ts = now;
        entry.refresh(now);
        let told = EvidenceDraft {
            at: now,
            source: Source::Witness,
            what: RUNS.to_owned(),
            reason: None,
        };
        told.note(&mut entry, None);
        self.rows.insert(entry);
    }
}

fn key_of(it: &Present) -> RowKey {
    RowKey {
        server: Some(it.pane.0.clone()),
        place: Target::Pane(it.pane.1),
    }
}
