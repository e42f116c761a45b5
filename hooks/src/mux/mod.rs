//! The multiplexers that hooks run in: where a pane is, as far as a hook has the time to ask. One file each,
//! and a line of the table.

pub(crate) mod notation;
pub mod tmux;

use std::ffi::OsString;
use std::time::Instant;

use crate::target::{PaneId, Server, Target};

/// The variables by which a shell sees that it is in a pane. They stand in the command that assistants keep:
/// a change of them is a change of its bytes.
pub const PANE_VARIABLES: &[&str] = &["TMUX_PANE", "ZELLIJ_PANE_ID"];

/// Gives a variable of an environment.
pub type Get<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A line of the table.
struct Entry {
    /// The pane that the environment names, and its server where it is named, too; `None`: it names none, or
    /// that of another multiplexer inside of one.
    pane: fn(Get<'_>) -> Option<(PaneId, Option<Server>)>,
    /// The pane that a process was started in, by its own environment, where the system tells.
    pane_of: fn(u32) -> Option<(PaneId, Server)>,
    /// Whether a server of its kind has its socket there.
    has_sockets_at: fn(&str) -> bool,
    /// The pane's address before the deadline; `None` for the server: that of the environment.
    address_of: fn(Option<&str>, PaneId, Instant) -> Option<Target>,
    /// All panes of the environment's server, before the deadline.
    panes: fn(Instant) -> Option<Vec<Pane>>,
}

/// All that there are. The last one takes what is nobody else's.
const TABLE: &[Entry] = &[tmux::ENTRY];

/// A pane as it looks from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// Its stable id.
    pub id: PaneId,
    /// Its server.
    pub server: Server,
    /// The process it was started with.
    pub pid: u32,
    /// The folder of the program in front.
    pub folder: String,
    /// Its title.
    pub title: String,
}

/// The pane that the environment names, and its server where it is named, too.
pub fn pane(get: Get<'_>) -> Option<(PaneId, Option<Server>)> {
    TABLE.iter().find_map(|entry| (entry.pane)(get))
}

/// The pane that a process was started in, by its own environment. Only Linux tells.
pub fn pane_of(pid: u32) -> Option<(PaneId, Server)> {
    TABLE.iter().find_map(|entry| (entry.pane_of)(pid))
}

/// Asks the server on `socket` (`None`: that of the environment, else the default one) for the address of
/// `pane`.
pub fn address_of(socket: Option<&str>, pane: PaneId, deadline: Instant) -> Option<Target> {
    let is_its = |entry: &&Entry| match socket {
        Some(socket) => (entry.has_sockets_at)(socket),
        None => (entry.pane)(&|name| std::env::var_os(name)).is_some(),
    };
    let entry = TABLE.iter().find(is_its).or(TABLE.last())?;
    (entry.address_of)(socket, pane, deadline)
}

/// Asks the servers of the environment (else the default ones) for all their panes.
pub fn panes(deadline: Instant) -> Option<Vec<Pane>> {
    let asked = TABLE.iter().filter_map(|entry| (entry.panes)(deadline));
    asked.reduce(|all, more| [all, more].concat())
}
