//! What a collector has to be told.

use std::time::Duration;

use pane_patrol_hooks::event_log::Limits;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::contained::Container;
use super::judge::Setup as JudgeSetup;
use crate::assistants::homes::Homes;
use crate::mux::Reach;
use crate::notify;

/// What a collector has to be told; read from the environment by whoever starts it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where sockets and lock are.
    pub places: Places,
    /// The other standard places, where others may look for them.
    pub elsewhere: Option<Places>,
    /// The containers that have sockets of their own.
    pub containers: Vec<Container>,
    /// The user whose events count.
    pub uid: u32,
    /// The tmux server of events that name none, as far as it is known.
    pub own_server: Option<Server>,
    /// Which multiplexers are asked, and with what.
    pub reach: Reach,
    /// Where assistants keep their files.
    pub homes: Homes,
    /// How long a row without any proof of life is kept.
    pub ttl: Duration,
    /// Whether assistants have a row that have not reported.
    pub silent: bool,
    /// When the mirror is rotated, and how many files are kept.
    pub mirror_limits: Limits,
    /// How much of the mirror's end is read at the start, in bytes.
    pub rebuild_bytes: u64,
    /// How old that may be.
    pub rebuild_window: Duration,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
    /// How the person is told that a row needs them; `None`: not at all.
    pub notice: Option<notify::Setup>,
    /// By what requests are judged that wait at a hook.
    pub rules: JudgeSetup,
}
