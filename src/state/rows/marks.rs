//! What the indexes say of a row, to be compared with what it is after a change.

use std::sync::Arc;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Expiry, Index, Indexes, Key};
use crate::state::entry::Entry;
use crate::state::marked::fingerprint;

/// What the indexes say of one row; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) due: Option<Timestamp>,
    /// That of its assistant, and the one that it stands for.
    pub(super) processes: [Option<u32>; 2],
    pub(super) session: Option<u64>,
    pub(super) folder: Option<(u64, u64)>,
    pub(super) publisher: Option<u64>,
    pub(super) is_silent: bool,
}

impl Marks {
    pub(super) fn of(entry: &Entry, expiry: Expiry) -> Self {
        let place = entry.key.place.process();
        let publisher = entry.publisher.as_ref();
        Self {
            due: entry.next_due(expiry),
            processes: [entry.pid, place.filter(|place| entry.pid != Some(*place))],
            session: entry.instance_id.as_ref().map(fingerprint),
            folder: entry
                .cwd
                .as_deref()
                .map(|cwd| (fingerprint(cwd), fingerprint(&entry.branch.as_ref()))),
            publisher: publisher.map(|publisher| fingerprint(&*publisher.name)),
            is_silent: entry.silent.is_some(),
        }
    }
}

impl Indexes {
    /// Brings the indexes into line with what a row is now.
    pub(super) fn change(&mut self, key: &Key, before: &Marks, now: &Marks) {
        if before == now {
            return;
        }
        change(&mut self.due, key, before.due, now.due);
        if before.processes != now.processes {
            for pid in before.processes.into_iter().flatten() {
                self.processes.remove(&pid, key);
            }
            for pid in now.processes.into_iter().flatten() {
                self.processes.insert(pid, key);
            }
        }
        self.sessions.change(key, before.session, now.session);
        change(&mut self.folders, key, before.folder, now.folder);
        self.publishers.change(key, before.publisher, now.publisher);
        match (before.is_silent, now.is_silent) {
            (false, true) => {
                self.silent.insert(Arc::clone(key));
            }
            (true, false) => {
                self.silent.remove(key);
            }
            _ => {}
        }
    }
}

fn change<T: Ord>(index: &mut Index<T>, key: &Key, before: Option<T>, now: Option<T>) {
    if before == now {
        return;
    }
    if let Some(before) = before {
        index.remove(&(before, Arc::clone(key)));
    }
    if let Some(now) = now {
        index.insert((now, Arc::clone(key)));
    }
}

/// No place stands before it.
pub(super) fn first_place() -> Target {
    Target::Address {
        session: String::new(),
        window: 0,
        pane: 0,
    }
}
