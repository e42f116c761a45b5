//! The processes that read panes for the collectors of one world, by what the system tells of them: each is a child
//! of the server of its pane.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pane_patrol_hooks::process::{Processes, cheap_arguments, processes};
use pane_patrol_hooks::target::{PaneId, Server};

use crate::sys::process::children_of;
use crate::tap::{Tap, World};

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

/// A pane of a server.
pub(crate) type Pane = (Server, PaneId);

/// All panes that are read now.
pub(super) fn all(world: &World) -> Vec<Pane> {
    let processes = processes(Instant::now() + BUDGET);
    let taps = processes.all().into_iter().filter_map(|pid| {
        let tap = Tap::of_command(processes.arguments(pid))?;
        let is_its_child = processes.parent(pid) == Some(tap.server.pid);
        (is_its_child && tap.world == *world).then_some((tap.server, tap.pane))
    });
    taps.collect()
}

/// Those of this server.
pub(super) fn on(world: &World, server: &Server) -> BTreeSet<PaneId> {
    let children = children_of(server.pid).into_iter();
    let taps = children.filter_map(|pid| Tap::of_command(cheap_arguments(pid)));
    taps.filter(|tap| tap.world == *world && tap.server == *server)
        .map(|tap| tap.pane)
        .collect()
}

/// Whether this one is.
pub(crate) fn is_read(world: &World, (server, pane): &Pane) -> bool {
    on(world, server).contains(pane)
}
