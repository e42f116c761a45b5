//! What keeps an assistant's hooks from running although they are registered, as its folder finds it
//! out. Doctor says it to the person.

use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::status::Registered;

use super::running::Running;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    /// The assistant's settings file.
    pub(crate) settings: &'a Path,
    /// What of ours is registered there.
    pub(crate) registered: Option<&'a Registered>,
    /// What runs of it.
    pub(crate) running: &'a Running,
    /// Its version, where that matters; `None` when it does not say it.
    pub(crate) version: Option<Version>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// What keeps hooks from running.
    pub(crate) obstacles: Vec<Obstacle>,
    /// Sessions of one server that cannot be told apart.
    pub(crate) alike: Alike,
}

/// Something that keeps hooks from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// What it is about, in one word: `hooks`, `trust`.
    pub(crate) check: &'static str,
    /// Of which kind it is.
    pub(crate) why: Why,
    /// What was seen; lower case, no full stop.
    pub(crate) seen: String,
    /// What to do.
    pub(crate) fix: String,
}

/// Why hooks do not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The settings cannot be read.
    Unreadable,
    /// The person, or who manages the machine, has switched them off.
    SwitchedOff,
    /// The person has not confirmed them.
    NotTrusted,
}

/// Sessions of one server that cannot be told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alike {
    /// Folders in which there are several.
    pub(crate) folders: Vec<String>,
    /// What to do about them.
    pub(crate) fix: &'static str,
}
