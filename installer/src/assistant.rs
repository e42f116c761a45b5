//! What the installer has to know about an assistant, as a table. One constant an assistant; the
//! rest of the crate reads the table and knows no names.

use std::path::PathBuf;

use pane_patrol_hooks::adapter::{Registration, Version};

/// An assistant whose settings can be edited.
#[derive(Debug, PartialEq, Eq)]
pub struct Assistant {
    /// Its name in commands, events and folders.
    pub name: &'static str,
    /// The hook events that may be registered, in the order in which they are written.
    pub registrations: &'static [Registration],
    /// Whether the command asks for a pane before it starts anything. Not for an assistant whose
    /// hooks may run in a server that was started outside tmux.
    pub asks_for_a_pane: bool,
}

impl Assistant {
    /// The events to register with `version` (`None`: unknown, only those that all versions know).
    pub fn events(
        &self,
        version: Option<Version>,
        approvals: bool,
    ) -> impl Iterator<Item = &'static Registration> {
        self.registrations
            .iter()
            .filter(move |registration| registration.fits(version, approvals))
    }
}

/// Where an assistant keeps the settings that are edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The settings file, by the path that the assistant uses.
    pub settings: PathBuf,
    /// The home it was found below, which must be the user's own; `None` when the person named the
    /// config folder.
    pub home: Option<PathBuf>,
}
