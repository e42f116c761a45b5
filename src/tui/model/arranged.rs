//! How the person has arranged the list: what she has chosen for this dashboard, and what is remembered of rows and
//! groups, with what has changed since it was written down.

use std::collections::{HashMap, HashSet};

use crate::config::{Grouping, Sorting};
use crate::state::Row;
use crate::tui::kept::{Change, Flags, Kept, Scope, names};

/// Which rows are shown, in what order and groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) scope: Scope,
    pub(crate) sort: Sorting,
    pub(crate) group: Grouping,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arranged {
    pub(crate) view: View,
    /// The groups that are folded, by their keys.
    folds: HashSet<String>,
    /// By each name of theirs.
    rows: HashMap<String, Flags>,
    /// What was not written down yet.
    changes: Vec<Change>,
}

impl Arranged {
    /// As it was left.
    pub(crate) fn of(kept: &Kept) -> Self {
        let mut arranged = Self {
            view: View {
                scope: kept.view.unwrap_or_default(),
                sort: kept.sort.unwrap_or_default(),
                group: kept.group.unwrap_or_default(),
            },
            ..Self::default()
        };
        arranged.take(kept);
        arranged
    }

    /// Takes in what another dashboard has left of rows and groups. The view of this one stays.
    pub(crate) fn take(&mut self, kept: &Kept) {
        self.folds = kept.folds.iter().cloned().collect();
        self.rows = kept.rows.iter().cloned().collect();
    }

    pub(crate) fn folds(&self) -> &HashSet<String> {
        &self.folds
    }

    /// What is remembered of a row.
    pub(crate) fn flags(&self, row: &Row) -> Flags {
        if self.rows.is_empty() {
            return Flags::default();
        }
        let found = names(row).into_iter().find_map(|name| self.rows.get(&name));
        found.copied().unwrap_or_default()
    }

    /// Remembers this of rows.
    pub(crate) fn keep<'a>(&mut self, rows: impl IntoIterator<Item = (&'a Row, Flags)>) {
        let mut changed = Vec::new();
        for (row, flags) in rows {
            for name in names(row) {
                if flags == Flags::default() {
                    self.rows.remove(&name);
                } else {
                    self.rows.insert(name.clone(), flags);
                }
                changed.push((name, flags));
            }
        }
        if !changed.is_empty() {
            self.changes.push(Change::Rows(changed));
        }
    }

    pub(crate) fn sort(&mut self, sort: Sorting) {
        self.view.sort = sort;
        self.changes.push(Change::Sort(sort));
    }

    pub(crate) fn group(&mut self, group: Grouping) {
        self.view.group = group;
        self.changes.push(Change::Group(group));
    }

    pub(crate) fn look_at(&mut self, scope: Scope) {
        if self.view.scope != scope {
            self.view.scope = scope;
            self.changes.push(Change::View(scope));
        }
    }

    /// Folds the group with this key, or opens it.
    pub(crate) fn fold(&mut self, key: &str, is_folded: bool) {
        if is_folded {
            self.folds.insert(key.to_owned());
        } else {
            self.folds.remove(key);
        }
        self.changes.push(Change::Fold(key.to_owned(), is_folded));
    }

    /// What is to be written down now.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }
}
