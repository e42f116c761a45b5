//! How wide the parts of the rows on the list are, and how old: counted when a row comes or goes.

use std::collections::BTreeMap;

use pane_patrol_hooks::timestamp::Timestamp;

use super::rows::Known;
use crate::config::{COUNT, Column};
use crate::state::Attention;
use crate::tui::age::Grain;

/// How wide the parts of the rows on the list are, and since when they are as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Of each column, in its short form and in its whole one.
    widths: [[Tally<usize>; 2]; COUNT],
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
    fn widest(&self) -> usize {
        self.0.last_key_value().map_or(0, |(widest, _)| *widest)
    }
}

impl Columns {
    pub(super) fn count(&mut self, known: &Known, is_there: bool) {
        let tallies = self.widths.iter_mut().flatten();
        for (tally, width) in tallies.zip(known.widths.into_iter().flatten()) {
            tally.count(width, is_there);
        }
        let since = match Attention::from(known.row.state) {
            Attention::NeedsYou => &mut self.needing,
            _ => &mut self.others,
        };
        since.count(known.row.since, is_there);
    }

    /// How wide the widest text of the column is in this form.
    pub(crate) fn widest(&self, column: Column, form: usize) -> usize {
        self.widths[column as usize][form].widest()
    }

    /// Since when rows are as they are, with how fine that is shown where there is room.
    pub(crate) fn since(&self) -> [(Grain, &Tally<Timestamp>); 2] {
        [(Grain::Fine, &self.needing), (Grain::Coarse, &self.others)]
    }
}
