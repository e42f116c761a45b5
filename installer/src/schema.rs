//! How entries of ours look in a file of settings, and what such a file may hold.

use pane_patrol_hooks::adapter::Version;
use toml_edit::Table;

use crate::edit::error::WrongField;
use crate::json::document::{Dialect, Document, NodeId};

/// The key of the section, and of the list inside a group.
pub(crate) const HOOKS: &str = "hooks";

/// Finds the first field for which the assistant of that version (`None`: any) drops the whole file.
pub(crate) type Check = fn(&Document, Option<Version>) -> Option<(NodeId, WrongField)>;

/// How entries look in a JSON file.
#[derive(Debug)]
pub struct Schema {
    pub(crate) dialect: Dialect,
    pub(crate) nesting: Nesting,
    /// The key of a handler's command.
    pub(crate) command: &'static str,
    /// The key of its timeout.
    pub(crate) timeout: &'static str,
    /// What the assistant calls the hook while it runs, instead of the whole command.
    pub(crate) name: Option<&'static str>,
    /// What a file says that we make.
    pub(crate) blank: &'static str,
    /// The only keys that the top level may have; empty: any.
    pub(crate) only: &'static [&'static str],
    /// Whether a `null` in the place of the section, or of an event, is taken for nothing.
    pub(crate) null_is_nothing: bool,
    /// What is known of the fields for which the assistant drops the whole file.
    pub(crate) fields: Option<Check>,
}

impl Schema {
    /// Whether the assistant reads a file whose top level has `key`.
    pub(crate) fn allows(&self, key: &str) -> bool {
        self.only.is_empty() || self.only.contains(&key)
    }
}

/// Finds the first thing for which the assistant of that version (`None`: any) leaves its hooks out, and
/// where that stands.
pub(crate) type TableCheck = fn(&Table, Option<Version>) -> Option<(usize, WrongField)>;

/// Entries as tables of a TOML file, and what is known of how their assistant reads them.
#[derive(Debug)]
pub struct Tables(pub(crate) TableCheck);

/// What stands in an event's array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// Groups of handlers.
    Groups,
    /// The handlers themselves.
    Flat,
}

/// The schema that the first one began and others took over.
pub const GROUPS: Schema = Schema {
    dialect: Dialect::Strict,
    nesting: Nesting::Groups,
    command: "command",
    timeout: "timeout",
    name: None,
    blank: "{}",
    only: &[],
    null_is_nothing: false,
    fields: None,
};

/// The same with comments. These two draw the whole command on the screen while a hook without a
/// name runs.
pub(crate) const COMMENTED: Schema = Schema {
    dialect: Dialect::Comments,
    name: Some("pane-patrol"),
    ..GROUPS
};
