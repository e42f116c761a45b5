//! The rows that the person has marked. A mark goes with its row.

use std::collections::HashSet;

/// With no more than these something is done at one time: nobody reads more names.
pub(crate) const MOST: usize = 50;

/// Marked rows that are being stopped together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    /// The ids of those of which nothing is known yet.
    pub(crate) left: HashSet<String>,
    /// How many have ended.
    pub(crate) ended: usize,
    /// Which run on, and why.
    pub(crate) run: Vec<String>,
}

/// The ids of the marked rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(HashSet<String>);

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(crate) fn add(&mut self, id: &str) {
        self.0.insert(id.to_owned());
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    pub(crate) fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        self.0.retain(|id| is_there(id));
    }
}
