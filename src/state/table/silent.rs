//! Rows of known assistants of which nothing is known but that they run: they have reported nothing
//! yet, or cannot. The first report makes such a row one like any other, and what has reported once is
//! not silent again.

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::evidence::Told;
use crate::state::{Present, RowKey};

/// Said of it in its evidence.
const RUNS: &str = "its process runs in the pane";

impl Table {
    /// Makes a row of each that has none and has not reported, and takes away the rows of those that
    /// are gone.
    pub(super) fn present(&mut self, present: &[Present], now: Timestamp, outcome: &mut Outcome) {
        let runs = |key: &RowKey, pid: Option<u32>| {
            let mut present = present.iter();
            present.any(|it| key_of(it) == *key && Some(it.pid) == pid)
        };
        self.reported.retain(|(key, pid)| runs(key, Some(*pid)));
        let rows = self.rows.iter();
        let gone = rows.filter(|(key, entry)| entry.silent.is_some() && !runs(key, entry.pid));
        let gone: Vec<RowKey> = gone.map(|(key, _)| key.clone()).collect();
        for key in gone {
            self.rows.remove(&key);
            outcome.removed.push(key);
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
        self.reported.retain(|(reported, _)| reported != key);
        self.rows.entry(key.clone()).or_insert(silent);
    }

    fn has_reported(&mut self, key: &RowKey, pid: u32) {
        let it = (key.clone(), pid);
        if !self.reported.contains(&it) {
            self.reported.push(it);
        }
    }

    fn begin_silent(&mut self, key: &RowKey, it: &Present, now: Timestamp) {
        let target = self.target_of(key).unwrap_or_else(|| key.place.clone());
        let mut entry = Entry::new(key.clone(), target, it.assistant.clone(), now);
        entry.listed = self.is_listed(key);
        entry.be_silent(it);
        entry.ts = now;
        entry.refresh(now);
        let told = Told {
            at: now,
            source: Source::Witness,
            what: RUNS.to_owned(),
            reason: None,
        };
        told.note(&mut entry, None);
        self.rows.insert(key.clone(), entry);
    }
}

fn key_of(it: &Present) -> RowKey {
    RowKey {
        server: Some(it.pane.0.clone()),
        place: Target::Pane(it.pane.1),
    }
}
