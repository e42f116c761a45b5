//! How the person has arranged the list, as it is remembered: order, groups, view, what is folded, and which rows are
//! pinned, hidden or marked. A row is known again by its session, or else by its process in its pane, so that another
//! assistant in the same pane is none of them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::config::{Grouping, Sorting};
use crate::state::Row;

/// Of so many rows something is remembered, twice at most of each; the oldest is forgotten.
pub const MOST_KEPT: usize = 2_000;

/// So many groups stay folded.
pub const MOST_FOLDS: usize = 500;

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// All that are not hidden.
    #[default]
    All,
    /// Those of them that wait, failed or are done.
    Attention,
    /// Those that the person has hidden.
    Hidden,
}

/// What the person has done with a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flags {
    /// It stays on top.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// It is away until it needs the person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Something is to be done with all that are marked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
}

/// All that is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// What the person has chosen; `None`: nothing yet.
    pub sort: Option<Sorting>,
    /// The same.
    pub group: Option<Grouping>,
    /// The same.
    pub view: Option<Scope>,
    /// The groups that are folded, by `Heading::key`, the last one last.
    pub folds: Vec<String>,
    /// Rows, each by one or two names of `names`, the one that was changed last at the end.
    pub rows: Vec<(String, Flags)>,
}

/// Something that the person has arranged otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another order.
    Sort(Sorting),
    /// Other groups.
    Group(Grouping),
    /// Another view.
    View(Scope),
    /// Whether a group is folded.
    Fold(String, bool),
    /// What is so of rows now, by their names.
    Rows(Vec<(String, Flags)>),
}

impl Kept {
    /// The same with these changes, and no more than is remembered.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Sort(sort) => self.sort = Some(*sort),
                Change::Group(group) => self.group = Some(*group),
                Change::View(view) => self.view = Some(*view),
                Change::Fold(key, is_folded) => {
                    self.folds.retain(|other| other != key);
                    if *is_folded {
                        self.folds.push(key.clone());
                    }
                }
                Change::Rows(rows) => self.put(rows),
            }
        }
        let too_many = self.folds.len().saturating_sub(MOST_FOLDS);
        self.folds.drain(..too_many);
        let mut too_many = self.rows.len().saturating_sub(MOST_KEPT);
        // A mark is of the moment; a pin is not.
        self.rows.retain(|(_, flags)| {
            let goes = too_many > 0 && !flags.pinned && !flags.hidden;
            too_many -= usize::from(goes);
            !goes
        });
        self.rows.drain(..too_many);
    }

    fn put(&mut self, rows: &[(String, Flags)]) {
        let changed: HashMap<&str, Flags> = rows.iter().map(|(name, it)| (&**name, *it)).collect();
        self.rows.retain(|(name, _)| !changed.contains_key(&**name));
        let flagged = rows.iter().filter(|(_, flags)| *flags != Flags::default());
        self.rows.extend(flagged.cloned());
    }
}

/// By what a row is known again, the surest name first: its session, then its process in its pane. Empty where nobody
/// has told either.
pub(crate) fn names(row: &Row) -> Vec<String> {
    let assistant = row.assistant.as_str();
    let session = row.instance_id.as_deref();
    let session = session.map(|session| format!("{assistant} session {session}"));
    let process = row
        .pid
        .map(|pid| format!("{assistant} process {pid} {}", row.id));
    let agent = matches!(row.target, pane_patrol_hooks::target::Target::Agent(_));
    let agent = (agent && session.is_none()).then(|| format!("{assistant} {}", row.id));
    [session, process, agent].into_iter().flatten().collect()
}

/// Whether `after` may be the assistant that `before` was, as far as both tell.
pub(crate) fn is_same(before: &Row, after: &Row) -> bool {
    fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> Option<bool> {
        one.zip(other).map(|(one, other)| one == other)
    }
    let sessions = agree(before.instance_id.as_ref(), after.instance_id.as_ref());
    let processes = agree(before.pid.as_ref(), after.pid.as_ref());
    let is_one = sessions == Some(true) || processes == Some(true);
    let may_be = sessions.is_none() && processes.is_none();
    before.assistant == after.assistant && (is_one || may_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned() -> Flags {
        Flags {
            pinned: true,
            ..Flags::default()
        }
    }

    #[test]
    fn no_more_is_remembered_than_is_said_and_pins_outlive_marks() {
        let marked = Flags {
            marked: true,
            ..Flags::default()
        };
        let mut kept = Kept::default();
        kept.apply(&[Change::Rows(vec![("pinned".to_owned(), pinned())])]);
        let many = (0..3_000).map(|n| (n.to_string(), marked));
        kept.apply(&[Change::Rows(many.collect())]);
        assert_eq!(kept.rows.len(), MOST_KEPT);
        assert_eq!(kept.rows[0], ("pinned".to_owned(), pinned()));
        assert_eq!(kept.rows.last(), Some(&("2999".to_owned(), marked)));
        for n in 0..600 {
            kept.apply(&[Change::Fold(n.to_string(), true)]);
        }
        assert_eq!(kept.folds.len(), MOST_FOLDS);
        assert_eq!(kept.folds.last().map(String::as_str), Some("599"));
        kept.apply(&[Change::Fold("599".to_owned(), false)]);
        assert_eq!(kept.folds.last().map(String::as_str), Some("598"));
    }

    #[test]
    fn what_is_changed_back_is_not_remembered() {
        let mut kept = Kept::default();
        kept.apply(&[Change::Rows(vec![("a".to_owned(), pinned())])]);
        kept.apply(&[Change::Rows(vec![("a".to_owned(), Flags::default())])]);
        assert_eq!(kept, Kept::default());
    }
}
