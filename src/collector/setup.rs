//! What a collector has to be told.

use std::path::PathBuf;

use pane_patrol_hooks::timestamp::Timestamp;

use super::doors::Doors;
use super::{journal, sources};
use crate::config::Signs;
use crate::notify;
use crate::rules::Ground;

/// What a collector has to be told; read from the environment by whoever starts it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where it is to be found, and by whom.
    pub doors: Doors,
    /// What it remembers.
    pub journal: journal::Setup,
    /// What it listens to and looks at.
    pub sources: sources::Setup,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
    /// How the person is told that a row needs them; `None`: not at all.
    pub notice: Option<notify::Setup>,
    /// By which signs panes tell of the states of their assistants; `None`: by none.
    pub signs: Option<Signs>,
    /// Which panes are read by their pipes.
    pub taps: sources::taps::Setup,
    /// By what requests are judged that wait at a hook.
    pub rules: RulesSetup,
}

/// What the rules are read from, and what they stand on.
#[derive(Clone, Debug, Default)]
pub struct RulesSetup {
    /// The settings file.
    pub config: Option<PathBuf>,
    /// The person's home, and our own folders.
    pub ground: Ground,
    /// Where what came of it is written down; `None`: nowhere.
    pub record: Option<PathBuf>,
}
