//! The processes that read panes for the collectors of one world, by what the system tells of them: each is a child
//! of the server of its pane.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pane_patrol_hooks::process::{Processes, cheap_arguments, processes};
use pane_patrol_hooks::target::{PaneId, Server};

use crate::sys::process::{children_of, start_of};
use crate::tap::{Tap, World};

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

/// A pane of a server.
pub(crate) type Pane = (Server, PaneId);

/// A process that reads a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reader {
    pub(super) pid: u32,
    /// When it began, in the system's own unit.
    start: u64,
}

impl Reader {
    fn of(pid: u32) -> Option<Self> {
        let start = start_of(pid)?;
        Some(Self { pid, start })
    }
}

/// All panes that are read now.
pub(super) fn all(world: &World) -> Vec<(Pane, Reader)> {
    let processes = processes(Instant::now() + BUDGET);
    let taps = processes.all().into_iter().filter_map(|pid| {
        let tap = Tap::of_command(processes.arguments(pid))?;
        let is_its_child = processes.parent(pid) == Some(tap.server.pid);
        let is_ours = is_its_child && tap.world == *world;
        let reader = Reader::of(pid).filter(|_| is_ours)?;
        Some(((tap.server, tap.pane), reader))
    });
    taps.collect()
}

/// Those of this server.
pub(super) fn on(world: &World, server: &Server) -> BTreeMap<PaneId, Reader> {
    let children = children_of(server.pid).into_iter();
    let taps = children.filter_map(|pid| {
        let tap = Tap::of_command(cheap_arguments(pid))?;
        let is_ours = tap.world == *world && tap.server == *server;
        Some((tap.pane, Reader::of(pid).filter(|_| is_ours)?))
    });
    taps.collect()
}

/// Who reads this one.
pub(super) fn of(world: &World, (server, pane): &Pane) -> Option<Reader> {
    on(world, server).remove(pane)
}

/// Whether this one is.
pub(crate) fn is_read(world: &World, pane: &Pane) -> bool {
    of(world, pane).is_some()
}

/// Whether the pipe of the pane may be somebody else's since `left`, a reader of ours, has gone: her program is a child
/// of the server, too, which has begun after ours. `roots` are the first processes of its panes, which read no pipe.
pub(super) fn may_be_anothers((server, pane): &Pane, left: Reader, roots: &[u32]) -> bool {
    let reads_elsewhere = |pid: u32| {
        let tap = Tap::of_command(cheap_arguments(pid));
        tap.is_some_and(|tap| tap.server == *server && tap.pane != *pane)
    };
    let mut children = children_of(server.pid).into_iter();
    children.any(|pid| {
        let is_older = start_of(pid).is_some_and(|start| start < left.start);
        !roots.contains(&pid) && !is_older && !reads_elsewhere(pid)
    })
}
