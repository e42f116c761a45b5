//! How wide the parts of the rows on the list are, and how old: counted when a row comes or goes.

use std::collections::BTreeMap;

use pane_patrol_hooks::timestamp::Timestamp;

use super::rows::Known;
use crate::state::Attention;
use crate::tui::age::Grain;

/// How wide the parts of the rows on the list are, and since when they are as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) assistant: Tally<usize>,
    pub(crate) target: Tally<usize>,
    pub(crate) place: Tally<usize>,
    pub(crate) word: Tally<usize>,
    pub(crate) work: [Tally<usize>; 2],
    /// Of rows that need the person.
    needing: Tally<Timestamp>,
    /// Of the others.
    others: Tally<Timestamp>,
}

/// Values, each with how often it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally<T>(BTreeMap<T, usize>);

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Copy> Tally<T> {
    fn add(&mut self, value: T) {
        *self.0.entry(value).or_default() += 1;
    }

    fn take(&mut self, value: T) {
        if let Some(count) = self.0.get_mut(&value) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&value);
            }
        }
    }

    fn count(&mut self, value: T, is_there: bool) {
        if is_there {
            self.add(value);
        } else {
            self.take(value);
        }
    }

    /// The values, in order.
    pub(crate) fn values(&self) -> &BTreeMap<T, usize> {
        &self.0
    }
}

impl Tally<usize> {
    /// The widest.
    pub(crate) fn widest(&self) -> usize {
        self.0.last_key_value().map_or(0, |(widest, _)| *widest)
    }
}

impl Columns {
    pub(super) fn count(&mut self, known: &Known, is_there: bool) {
        let widths = known.widths;
        self.assistant.count(widths.assistant, is_there);
        self.target.count(widths.target, is_there);
        self.place.count(widths.place, is_there);
        self.word.count(widths.word, is_there);
        for (tally, width) in self.work.iter_mut().zip(widths.work) {
            tally.count(width, is_there);
        }
        let since = match Attention::from(known.row.state) {
            Attention::NeedsYou => &mut self.needing,
            _ => &mut self.others,
        };
        since.count(known.row.since, is_there);
    }

    /// Since when rows are as they are, with how fine that is shown where there is room.
    pub(crate) fn since(&self) -> [(Grain, &Tally<Timestamp>); 2] {
        [(Grain::Fine, &self.needing), (Grain::Coarse, &self.others)]
    }
}
