//! What the indexes say is what a naive look at all rows says; tried after every input of every test.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use super::finder::Finder;
use super::marks::Marks;
use super::{Index, Key, Rows};

impl Rows {
    pub(in crate::state) fn assert_in_line(&self) {
        let naive = self
            .values()
            .filter_map(|entry| entry.next_due(self.expiry));
        assert_eq!(self.next_due(), naive.min(), "the next deadline");
        let all: BTreeSet<Key> = self.slots.keys().cloned().collect();
        assert_eq!(self.order, all);
        let marks = || {
            let marks = |key: &Key| Some((Arc::clone(key), Marks::of(self.get(key)?, self.expiry)));
            self.keys().filter_map(marks)
        };
        let indexes = &self.indexes;
        assert_eq!(indexes.due, index(marks().map(|(key, it)| (key, it.due))));
        let processes = marks().flat_map(|(key, it)| it.processes.map(|pid| (key.clone(), pid)));
        assert_eq!(indexes.processes, finder(processes));
        assert_eq!(
            indexes.sessions,
            finder(marks().map(|(key, it)| (key, it.session)))
        );
        assert_eq!(
            indexes.folders,
            index(marks().map(|(key, it)| (key, it.folder)))
        );
        assert_eq!(
            indexes.publishers,
            finder(marks().map(|(key, it)| (key, it.publisher)))
        );
        let silent = marks().filter(|(_, it)| it.is_silent).map(|(key, _)| key);
        assert_eq!(indexes.silent, silent.collect::<BTreeSet<Key>>());
    }
}

fn finder<T: Eq + Hash>(found: impl Iterator<Item = (Key, Option<T>)>) -> Finder<T> {
    let mut finder = Finder::default();
    for (key, what) in found {
        finder.change(&key, None, what);
    }
    finder
}

fn index<T: Ord>(found: impl Iterator<Item = (Key, Option<T>)>) -> Index<T> {
    let found = found.filter_map(|(key, what)| Some((what?, key)));
    found.collect()
}
