//! Things that several rows may want at once, and what that changes since it was told last.

use std::borrow::Borrow;
use std::collections::BTreeMap;

/// What is wanted now and was not before, and the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes<T> {
    pub(crate) come: Vec<T>,
    pub(crate) gone: Vec<T>,
}

/// Things, each with how many want it.
#[derive(Debug)]
pub(crate) struct Counted<T> {
    counts: BTreeMap<T, usize>,
    /// Whether each thing that somebody began or ceased to want was wanted when it was told last.
    told: BTreeMap<T, bool>,
}

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self {
            counts: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }
}

impl<T: Ord + Clone> Counted<T> {
    /// One more wants it.
    pub(crate) fn add(&mut self, thing: T) {
        self.remember(&thing);
        *self.counts.entry(thing).or_default() += 1;
    }

    /// One less wants it.
    pub(crate) fn remove(&mut self, thing: &T) {
        self.remember(thing);
        if let Some(count) = self.counts.get_mut(thing) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(thing);
            }
        }
    }

    /// The thing that is equal to this one, if somebody wants it.
    pub(crate) fn known<Q: Ord + ?Sized>(&self, thing: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.counts.get_key_value(thing).map(|(known, _)| known)
    }

    /// Everything that somebody wants.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = &T> {
        self.counts.keys()
    }

    /// What has changed since this was asked last; `None`: nothing.
    pub(crate) fn take_changes(&mut self) -> Option<Changes<T>> {
        let (mut come, mut gone) = (Vec::new(), Vec::new());
        for (thing, was_wanted) in std::mem::take(&mut self.told) {
            match (was_wanted, self.counts.contains_key(&thing)) {
                (false, true) => come.push(thing),
                (true, false) => gone.push(thing),
                _ => {}
            }
        }
        let is_same = come.is_empty() && gone.is_empty();
        (!is_same).then_some(Changes { come, gone })
    }

    fn remember(&mut self, thing: &T) {
        if !self.told.contains_key(thing) {
            let is_wanted = self.counts.contains_key(thing);
            self.told.insert(thing.clone(), is_wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_or_went_is_told_once_and_what_did_both_is_not() {
        let mut counted = Counted::default();
        assert_eq!(counted.take_changes(), None);
        for thing in ["a", "a", "b"] {
            counted.add(thing);
        }
        let (come, gone) = (vec!["a", "b"], Vec::new());
        assert_eq!(counted.take_changes(), Some(Changes { come, gone }));
        counted.remove(&"a");
        assert_eq!(counted.take_changes(), None, "one wants it still");
        counted.remove(&"b");
        counted.add("b");
        counted.remove(&"a");
        let (come, gone) = (Vec::new(), vec!["a"]);
        assert_eq!(counted.take_changes(), Some(Changes { come, gone }));
        assert_eq!(counted.wanted().collect::<Vec<_>>(), [&"b"]);
    }
}
