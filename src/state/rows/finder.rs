//! Which rows have a thing, where only those with just that thing are ever wanted: found at one place, however many
//! rows there are.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::Key;

/// The rows that have each thing, in the order of their keys; mostly there is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finder<T: Eq + Hash>(HashMap<T, Vec<Key>>);

impl<T: Eq + Hash> Default for Finder<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Finder<T> {
    /// The keys of the rows that have it.
    pub(super) fn find(&self, what: &T) -> &[Key] {
        self.0.get(what).map_or(&[], Vec::as_slice)
    }

    /// A row has it from now on.
    pub(super) fn insert(&mut self, what: T, key: &Key) {
        let rows = self.0.entry(what).or_default();
        if let Err(place) = rows.binary_search(key) {
            rows.reserve_exact(1);
            rows.insert(place, Arc::clone(key));
        }
    }

    /// A row has it no more.
    pub(super) fn remove(&mut self, what: &T, key: &Key) {
        let Some(rows) = self.0.get_mut(what) else {
            return;
        };
        if let Ok(place) = rows.binary_search(key) {
            rows.remove(place);
        }
        if rows.is_empty() {
            self.0.remove(what);
        }
    }

    /// A row has another one than `before`.
    pub(super) fn change(&mut self, key: &Key, before: Option<T>, now: Option<T>) {
        if before == now {
            return;
        }
        if let Some(before) = before {
            self.remove(&before, key);
        }
        if let Some(now) = now {
            self.insert(now, key);
        }
    }
}
