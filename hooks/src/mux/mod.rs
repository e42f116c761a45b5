//! The multiplexers that hooks run in: where a pane is, as far as a hook has the time to ask. One file each,
//! and a line of the table.

pub(crate) mod notation;
pub mod tmux;
pub mod zellij;

use std::ffi::OsString;
use std::time::Instant;

use pane_patrol_sys::process::{stat, variables};

use crate::target::{PaneId, Server, Target};

/// The variables by which a shell sees that it is in a pane. They stand in the command that assistants keep:
/// a change of them is a change of its bytes.
pub const PANE_VARIABLES: &[&str] = &["TMUX_PANE", "ZELLIJ_PANE_ID"];

/// Gives a variable of an environment.
pub type Get<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A line of the table.
struct Entry {
    /// Whether the environment says that there is a pane of it around, but not of which server.
    names_no_server: fn(Get<'_>) -> bool,
    /// The pane that the environment names, and its server where it is named, too.
    told: fn(Get<'_>) -> Option<(PaneId, Option<Server>)>,
    /// The pane of what runs below `first`, with that environment, if the process `server`, which has started
    /// `first`, is a server of its kind.
    below: fn(Get<'_>, server: u32, first: u32) -> Option<(PaneId, Server)>,
    /// Whether the pane is one of its panes.
    has: fn(PaneId) -> bool,
    /// The pane's address before the deadline; `None` for the server: that of the environment. `None` for all of
    /// it where a hook has no time to ask.
    address_of: Option<AddressOf>,
    /// All panes of the environment's server, before the deadline.
    panes: fn(Instant) -> Option<Vec<Pane>>,
}

/// See [`address_of`].
type AddressOf = fn(Option<&str>, PaneId, Instant) -> Option<Target>;

/// All that there are. The last one takes what is nobody else's.
const TABLE: &[Entry] = &[zellij::ENTRY, tmux::ENTRY];

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

/// Longest chain of parents that is followed.
const MAX_DEPTH: usize = 64;

/// The pane that we are in by the environment, and its server where that is known.
pub fn pane(get: Get<'_>) -> Option<(PaneId, Option<Server>)> {
    pane_around(get, std::process::id())
}

/// The pane that a process was started in. Only Linux tells.
pub fn pane_of(pid: u32) -> Option<(PaneId, Server)> {
    let get = |name: &str| {
        let [value] = variables(pid, [name])?;
        value.map(OsString::from)
    };
    let (pane, server) = pane_around(&get, pid)?;
    Some((pane, server?))
}

/// The pane of the process `pid`, which has the environment `get`. Variables are inherited by whatever runs in a
/// pane, also by another multiplexer there and all of its panes: where there may be several, the server that is
/// nearest among the ancestors decides. Nothing is looked up where only one can be meant.
fn pane_around(get: Get<'_>, pid: u32) -> Option<(PaneId, Option<Server>)> {
    let told = TABLE.iter().find_map(|entry| (entry.told)(get));
    if !TABLE.iter().any(|entry| (entry.names_no_server)(get)) {
        return told;
    }
    let nearest = nearest(get, pid, |pid| Some(stat(pid)?.parent));
    nearest.map(|(pane, server)| (pane, Some(server))).or(told)
}

fn nearest(
    get: Get<'_>,
    pid: u32,
    parent: impl Fn(u32) -> Option<u32>,
) -> Option<(PaneId, Server)> {
    let mut first = pid;
    for _ in 0..MAX_DEPTH {
        let server = parent(first).filter(|pid| *pid > 0)?;
        let mut below = TABLE.iter().map(|entry| (entry.below)(get, server, first));
        if let Some(found) = below.find_map(|found| found) {
            return Some(found);
        }
        first = server;
    }
    None
}

/// Whether a hook can ask for the address of that pane at all.
pub(crate) fn tells_address(pane: PaneId) -> bool {
    asked_for(pane).is_some()
}

fn asked_for(pane: PaneId) -> Option<AddressOf> {
    let entry = TABLE.iter().find(|entry| (entry.has)(pane));
    entry?.address_of
}

/// Asks the server on `socket` (`None`: that of the environment, else the default one) for the address of
/// `pane`.
pub fn address_of(socket: Option<&str>, pane: PaneId, deadline: Instant) -> Option<Target> {
    asked_for(pane)?(socket, pane, deadline)
}

/// Asks the servers of the environment (else the default ones) for all their panes.
pub fn panes(deadline: Instant) -> Option<Vec<Pane>> {
    let asked = TABLE.iter().filter_map(|entry| (entry.panes)(deadline));
    asked.reduce(|all, more| [all, more].concat())
}
