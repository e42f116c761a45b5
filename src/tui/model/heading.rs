//! What rows of the list have in common.

use std::cmp::Ordering;

use super::arranged::View;
use super::rows::Known;
use crate::config::{Grouping, Sorting};
use crate::state::Attention;
use crate::tui::labels;

/// Before the key of a heading in its id. No row has such an id.
const ID: &str = "\u{0}group ";

/// The title of a section.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heading {
    /// Rows that the person has pinned.
    Pinned,
    /// Rows of one urgency.
    Attention(Attention),
    /// All rows, where their order does not make sections.
    All(Sorted),
    /// Rows of one group; empty when it is not known.
    Group(Grouping, String),
    /// Rows that no pane shows, and that do not wait.
    Background,
    /// Sessions that are over.
    Ended,
    /// What launchers list.
    Startable,
}

/// In which order all rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sorted {
    Age,
    Project,
    Name,
}

impl Heading {
    /// That of a row. What waits for the person stands first, wherever it runs: only what does not is left in the
    /// background.
    pub(super) fn of(view: View, known: &Known) -> Self {
        let row = &*known.row;
        if known.flags.pinned {
            return Self::Pinned;
        }
        let name = match view.group {
            Grouping::None => return Self::of_all(view.sort, known),
            Grouping::Project => labels::project(row).unwrap_or_default().to_owned(),
            Grouping::Host => labels::host(row),
            Grouping::Assistant => row.assistant.to_string(),
        };
        Self::Group(view.group, name)
    }

    fn of_all(sort: Sorting, known: &Known) -> Self {
        match sort {
            Sorting::Age => Self::All(Sorted::Age),
            Sorting::Project => Self::All(Sorted::Project),
            Sorting::Name => Self::All(Sorted::Name),
            Sorting::Attention if known.row.is_in_background() && !known.needs_you() => {
                Self::Background
            }
            Sorting::Attention => Self::Attention(Attention::from(known.row.state)),
        }
    }

    /// Before all of a smaller one, whatever is in them.
    fn rank(&self) -> u8 {
        match self {
            Self::Pinned => 0,
            Self::Attention(_) | Self::All(_) => 1,
            Self::Group(_, name) => 1 + u8::from(name.is_empty()),
            Self::Background => 3,
            Self::Ended => 4,
            Self::Startable => 5,
        }
    }

    /// Its place among others, where their first rows do not matter. Groups whose rows are in the order of names are
    /// so, too.
    pub(super) fn order(&self, other: &Self, sort: Sorting) -> Ordering {
        let ranks = self.rank().cmp(&other.rank());
        let names = match (self, other, sort) {
            (Self::Group(_, one), Self::Group(_, other), Sorting::Name | Sorting::Project) => {
                one.cmp(other)
            }
            _ => Ordering::Equal,
        };
        ranks.then(names)
    }

    /// By which it is known again whether it is folded.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Group(grouping, name) => format!("{} {name}", grouping.word()),
            Self::Attention(attention) => labels::section(*attention).to_lowercase(),
            Self::All(_) => "all".to_owned(),
            Self::Pinned => "pinned".to_owned(),
            Self::Background => "background".to_owned(),
            Self::Ended => "ended".to_owned(),
            Self::Startable => "startable".to_owned(),
        }
    }

    /// By which that of such a key is selected.
    pub(crate) fn id(key: &str) -> String {
        format!("{ID}{key}")
    }

    pub(crate) fn is_id(id: &str) -> bool {
        id.starts_with(ID)
    }

    /// Its title.
    pub(crate) fn title(&self) -> &str {
        match self {
            Self::Pinned => "PINNED",
            Self::Attention(attention) => labels::section(*attention),
            Self::All(Sorted::Age) => "ALL, BY AGE",
            Self::All(Sorted::Project) => "ALL, BY PROJECT",
            Self::All(Sorted::Name) => "ALL, BY NAME",
            Self::Group(Grouping::Host, name) if name.is_empty() => "no multiplexer",
            Self::Group(_, name) if name.is_empty() => "no project",
            Self::Group(_, name) => name,
            Self::Background => labels::BACKGROUND,
            Self::Ended => "ENDED",
            Self::Startable => "CAN BE STARTED",
        }
    }
}
