//! What a collector has to be told.

use pane_patrol_hooks::timestamp::Timestamp;

use super::doors::Doors;
use super::{journal, sources};
use crate::hub::server::JudgeSetup;
use crate::notify;

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
    /// By what requests are judged that wait at a hook.
    pub rules: JudgeSetup,
}
