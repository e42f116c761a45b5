//! How many lines what stands in the list has: a row as many as are set, all else one.

use super::{Entry, Model};

impl Model {
    /// Lines of it.
    pub(crate) fn lines_of(&self, entry: Entry<'_>) -> u16 {
        match entry {
            Entry::Row(_) => self.setup.row_lines.max(1),
            Entry::Heading(..) | Entry::Past(_) | Entry::Startable(_) => 1,
        }
    }

    /// How many stand in so many lines from the first one that is in view, each of them whole.
    pub(crate) fn shown_on(&self, lines: u16) -> usize {
        let mut left = lines;
        let fits = |entry: &Entry<'_>| {
            let rest = left.checked_sub(self.lines_of(*entry));
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        self.list.entries_from(self.top).take_while(fits).count()
    }

    /// What stands in this line from the first one that is in view.
    pub(crate) fn entry_at(&self, line: u16) -> Option<Entry<'_>> {
        let mut above = 0;
        let mut entries = self.list.entries_from(self.top);
        entries.find(|entry| {
            above += self.lines_of(*entry);
            above > line
        })
    }

    /// The first of those that stand in so many lines of which the last one is the one before `end`; one at least.
    pub(crate) fn top_of_those_to(&self, end: usize, lines: u16) -> usize {
        let height = usize::from(lines);
        if self.setup.row_lines <= 1 {
            return end.saturating_sub(height);
        }
        let first = end.saturating_sub(height);
        let entries: Vec<_> = self.list.entries_from(first).take(end - first).collect();
        let mut left = lines;
        let fit = entries.iter().rev().take_while(|entry| {
            let rest = left.checked_sub(self.lines_of(**entry));
            left = rest.unwrap_or(0);
            rest.is_some()
        });
        end - fit.count().max(usize::from(end > 0))
    }

    /// Lines of the whole list; where it has more than `enough`, no more than that is looked at.
    pub(crate) fn lines_of_list(&self, enough: usize) -> usize {
        if self.setup.row_lines <= 1 {
            return self.list.len();
        }
        let entries = self.list.entries_from(0).take(enough.saturating_add(1));
        entries.map(|entry| usize::from(self.lines_of(entry))).sum()
    }
}
