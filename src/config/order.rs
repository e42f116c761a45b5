//! The names of the ways in which the dashboard orders its rows.

use serde::{Deserialize, Serialize};

/// By what the rows are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sorting {
    /// Who needs the person first, and of these who has waited longest.
    #[default]
    Attention,
    /// What has changed last first.
    Age,
    /// The name of the project, and who needs the person first in each.
    Project,
    /// What a person calls it, else its place.
    Name,
}

/// What the rows of one group have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// There are no groups.
    #[default]
    None,
    /// Their project.
    Project,
    /// The server or the machine that they run in.
    Host,
    /// Which assistant they are.
    Assistant,
}

impl Sorting {
    /// The names that the settings file takes.
    pub const NAMES: [&str; 4] = ["attention", "age", "project", "name"];

    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Attention, Self::Age, Self::Project, Self::Name];

    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The one that comes after it.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}

impl Grouping {
    /// The names that the settings file takes.
    pub const NAMES: [&str; 4] = ["none", "project", "host", "assistant"];

    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Project, Self::Host, Self::Assistant];

    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The one that comes after it.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }
}
