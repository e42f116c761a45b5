//! `[columns]`: what the list tells of each assistant, in which order, and how wide.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::messages::nearest;

/// One thing that a line of the list tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The assistant's name.
    Assistant,
    /// The pane, or wherever else it is.
    Target,
    /// Its own name, project and branch.
    Place,
    /// What it does, in a word.
    State,
    /// What it does or asks, in full: it has what the others leave.
    Message,
    /// Changes and tasks.
    Work,
    /// Since when.
    Age,
    /// The model that it works with.
    Model,
    /// How much of the model's context is in use.
    Context,
    /// What it may do unasked.
    Mode,
    /// How many tokens its session has used.
    Tokens,
}

/// How many there are.
pub(crate) const COUNT: usize = Column::ALL.len();

impl Column {
    /// Each with its name in the settings and what is said of its width there: those of a list for which nothing is
    /// set in their order, and behind them those that are there when they are named.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 11] = [
        (
            Self::Assistant,
            "assistant",
            "at most so many columns for the assistant's name; 12 when not set",
        ),
        (
            Self::Target,
            "target",
            "the same for its pane; a fifth of the list when not set, and at least 10",
        ),
        (
            Self::Place,
            "project",
            "the same for project and branch; a quarter of the list when not set",
        ),
        (
            Self::State,
            "state",
            "the same for the word of its state; as many as it needs when not set",
        ),
        (Self::Message, "message", ""),
        (
            Self::Work,
            "work",
            "the same for changes and tasks, which are there from 88 columns on; as many as they need when not set",
        ),
        (
            Self::Age,
            "age",
            "the same for since when it is so; as many as it needs when not set",
        ),
        (
            Self::Model,
            "model",
            "the same for the model that it works with; 20 when not set",
        ),
        (
            Self::Context,
            "context",
            "the same for how much of the context is in use; as many as it needs when not set",
        ),
        (
            Self::Mode,
            "mode",
            "the same for what it may do unasked; 12 when not set",
        ),
        (
            Self::Tokens,
            "tokens",
            "the same for how many tokens its session has used; as many as it needs when not set",
        ),
    ];

    /// So many of them, from the first one, are there where nothing is set.
    const USUAL: usize = 7;

    /// What each is called.
    pub(crate) const NAMES: [&'static str; COUNT] = {
        let mut names = [""; COUNT];
        let mut place = 0;
        while place < COUNT {
            names[place] = Self::ALL[place].1;
            place += 1;
        }
        names
    };

    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().map(|(column, ..)| column)
    }

    /// Those of a list for which nothing is set.
    pub(crate) fn usual() -> impl Iterator<Item = Self> {
        Self::all().take(Self::USUAL)
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(_, known, _)| *known == name)
            .map(|(column, ..)| column)
    }
}

/// The key that names the columns.
pub(crate) const SHOW: &str = "show";

/// Which columns there are, from the left, and how wide each may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Written>")]
pub struct ListColumns {
    /// Each once; what it does or asks is always among them.
    shown: Vec<Column>,
    caps: [Option<u16>; COUNT],
}

/// As it stands in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Cap(u16),
    Shown(Vec<String>),
}

impl Default for ListColumns {
    fn default() -> Self {
        Self {
            shown: Column::usual().collect(),
            caps: [None; COUNT],
        }
    }
}

impl TryFrom<BTreeMap<String, Written>> for ListColumns {
    type Error = String;

    fn try_from(written: BTreeMap<String, Written>) -> Result<Self, String> {
        let mut columns = Self::default();
        for (key, value) in written {
            match (key.as_str(), value) {
                (SHOW, Written::Shown(names)) => columns.shown = shown(&names)?,
                (SHOW, Written::Cap(_)) => return Err(format!("`{SHOW}` is a list of columns")),
                (name, Written::Cap(cap)) => {
                    let known = Column::named(name).filter(|column| *column != Column::Message);
                    let known = known.ok_or_else(|| format!("there is no width of `{name}`"))?;
                    columns.caps[known as usize] = Some(cap);
                }
                (name, Written::Shown(_)) => {
                    return Err(format!("`{name}` is a number of columns"));
                }
            }
        }
        Ok(columns)
    }
}

fn shown(names: &[String]) -> Result<Vec<Column>, String> {
    let mut shown = Vec::new();
    for name in names {
        let column = Column::named(name).ok_or_else(|| {
            let near = nearest(name, Column::NAMES);
            let near = near.map(|near| format!(": is `{near}` meant?"));
            format!("there is no column `{name}`{}", near.unwrap_or_default())
        })?;
        if !shown.contains(&column) {
            shown.push(column);
        }
    }
    if !shown.contains(&Column::Message) {
        shown.push(Column::Message);
    }
    Ok(shown)
}

impl ListColumns {
    /// Those at the left of what the row does or asks, and those at its right.
    pub(crate) fn sides(&self) -> (&[Column], &[Column]) {
        let message = self
            .shown
            .iter()
            .position(|column| *column == Column::Message);
        let (left, right) = self.shown.split_at(message.unwrap_or(self.shown.len()));
        (left, right.get(1..).unwrap_or_default())
    }

    /// Whether it is there at all.
    pub(crate) fn shows(&self, column: Column) -> bool {
        self.shown.contains(&column)
    }

    /// How wide it may be, where that was set.
    pub(crate) fn cap(&self, column: Column) -> Option<usize> {
        self.caps[column as usize].map(usize::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ListColumns, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn every_column_stands_at_its_own_place() {
        for (place, column) in Column::all().enumerate() {
            assert_eq!(column as usize, place);
        }
    }

    #[test]
    fn what_assistants_work_with_is_there_only_where_it_is_named() {
        let added = [Column::Model, Column::Context, Column::Mode, Column::Tokens];
        let unset = read("").unwrap();
        let set = read("show = ['model', 'context', 'mode', 'tokens']").unwrap();
        for column in Column::all() {
            assert_eq!(unset.shows(column), !added.contains(&column), "{column:?}");
            let is_set = added.contains(&column) || column == Column::Message;
            assert_eq!(set.shows(column), is_set, "{column:?}");
        }
    }

    #[test]
    fn what_is_named_stands_there_once_and_in_that_order_and_the_message_always_does() {
        let set = read("show = ['age', 'state', 'age', 'message', 'target']\ntarget = 7").unwrap();
        let (left, right) = set.sides();
        assert_eq!(
            (left, right),
            (&[Column::Age, Column::State][..], &[Column::Target][..])
        );
        assert_eq!(set.cap(Column::Target), Some(7));
        assert!(!set.shows(Column::Work) && set.shows(Column::Message));
        let none = read("show = []").unwrap();
        assert_eq!(none.sides(), (&[][..], &[][..]));
        let without = read("show = ['work']").unwrap();
        assert_eq!(without.sides(), (&[Column::Work][..], &[][..]));
    }

    #[test]
    fn what_is_no_column_is_told() {
        let near = read("show = ['stat']").unwrap_err();
        assert_eq!(near, "there is no column `stat`: is `state` meant?");
        for wrong in ["message = 3", "nothing = 3", "show = 3", "target = ['a']"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
