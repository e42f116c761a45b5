//! What the system says of servers, panes and processes, and what was found out about them before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Facts, Life};
use crate::mux::proof::File;
use crate::mux::{Disbelief, Multiplexer, Reach};
use crate::state::{Listing, RowKey, Table};
use crate::sys::namespaces::{Side, user_of, world_of};
use crate::sys::process::{self, descends};

/// As many servers are remembered as believed.
const MAX_PROVED: usize = 64;

/// Takes out rows that the event log or another collector told of, on servers that are not believed.
/// Gives why, once for each server.
pub(in crate::collector) fn sift(
    table: &mut Table,
    reach: &Reach,
    now: Timestamp,
) -> Vec<&'static str> {
    let sockets: BTreeSet<String> = table.sockets().map(str::to_owned).collect();
    let mut reasons = Vec::new();
    for socket in &sockets {
        let mux = reach.at(Path::new(socket));
        let on_it = table.servers_on(socket);
        let lost = on_it.filter(|server| lives_without_socket(&*mux, server));
        let lost = lost.cloned().collect();
        table.set_lost(socket, lost);
        match mux.proof().judge(Path::new(socket)) {
            // Whether it is there is asked like that of every other server.
            Ok(()) | Err(Disbelief::Absent(_) | Disbelief::Unreadable(_)) => {}
            Err(why) => reasons.extend(table.disbelieve(socket, why.reason(), now).held_apart),
        }
    }
    reasons
}

/// Whether a server that nobody can talk to lives all the same, and is ours by what its process runs and
/// by the socket that this has made: its rows are as good as those of any other.
fn lives_without_socket(mux: &dyn Multiplexer, server: &Server) -> bool {
    mux.proof().is_ours(server.pid) && mux.proof().has_lost_its_socket(server)
}

/// Whether its process lives and is a server of its kind.
fn is_one(reach: &Reach, server: &Server) -> bool {
    reach.of(server).proof().is_one(server.pid)
}

/// The system itself, and what was found out about it before.
#[derive(Debug)]
pub(in crate::collector) struct Ground {
    reach: Reach,
    /// The servers that were believed last, each with what its socket was.
    proved: BTreeMap<String, File>,
    /// Of each server the processes of its panes. Several may have had one socket, and live.
    panes: BTreeMap<Server, Panes>,
}

/// The processes of a server's panes, and the panes by them.
#[derive(Debug)]
struct Panes {
    processes: BTreeMap<PaneId, u32>,
    of_process: BTreeMap<u32, PaneId>,
}

impl Ground {
    pub(in crate::collector) fn new(reach: Reach) -> Self {
        Self {
            reach,
            proved: BTreeMap::new(),
            panes: BTreeMap::new(),
        }
    }

    /// Remembers which processes a server's panes are.
    pub(in crate::collector) fn learn(&mut self, listing: &Listing) {
        // Of some it is not told.
        let panes = || listing.panes.iter().filter(|pane| pane.pid > 0);
        let panes = Panes {
            processes: panes().map(|pane| (pane.pane, pane.pid)).collect(),
            // Of several the first one.
            of_process: panes().rev().map(|pane| (pane.pid, pane.pane)).collect(),
        };
        self.forget_panes(&listing.server.socket);
        self.panes.insert(listing.server.clone(), panes);
    }

    /// The process that the pane was started with, by the last listing of its server.
    pub(in crate::collector) fn process_of(&self, server: &Server, pane: PaneId) -> Option<u32> {
        self.panes.get(server)?.processes.get(&pane).copied()
    }

    /// The pane that was started with this process, by the last listing of its server.
    pub(in crate::collector) fn pane_of(&self, server: &Server, process: u32) -> Option<PaneId> {
        self.panes.get(server)?.of_process.get(&process).copied()
    }

    /// Every server that was listed last.
    pub(in crate::collector) fn listed(&self) -> Vec<Server> {
        self.panes.keys().cloned().collect()
    }

    /// That server is gone, or is not believed any more.
    pub(in crate::collector) fn forget(&mut self, socket: &str) {
        self.proved.remove(socket);
        self.forget_panes(socket);
    }

    /// What lives has only lost its socket, and has its panes still.
    fn forget_panes(&mut self, socket: &str) {
        let reach = &self.reach;
        self.panes
            .retain(|server, _| server.socket != socket || is_one(reach, server));
    }

    /// See [`lives_without_socket`].
    pub(in crate::collector) fn lives_without_socket(&self, server: &Server) -> bool {
        lives_without_socket(&*self.reach.of(server), server)
    }

    /// The servers that were listed on `socket` and live.
    pub(in crate::collector) fn living_on(&self, socket: &str) -> impl Iterator<Item = &Server> {
        let listed = self.panes.keys();
        listed.filter(move |server| server.socket == socket && is_one(&self.reach, server))
    }

    fn is_proved(&self, socket: &str) -> bool {
        let before = self.proved.get(socket);
        before.is_some() && before.copied() == self.file(socket)
    }

    fn file(&self, socket: &str) -> Option<File> {
        let socket = Path::new(socket);
        self.reach.at(socket).proof().file(socket)
    }

    /// Whether a server may be talked to.
    pub(in crate::collector) fn server(&mut self, socket: &str) -> Result<(), Disbelief> {
        if self.is_proved(socket) {
            return Ok(());
        }
        self.proved.remove(socket);
        let name = Path::new(socket);
        let judged = self.reach.at(name).proof().judge(name);
        // A socket that is only not there says nothing of the panes that were.
        if judged.is_err_and(|why| !matches!(why, Disbelief::Absent(_))) {
            self.forget(socket);
        }
        judged?;
        if let Some(file) = self.file(socket) {
            if self.proved.len() >= MAX_PROVED {
                self.proved.clear();
            }
            self.proved.insert(socket.to_owned(), file);
        }
        Ok(())
    }

    /// These facts and those of `rows`.
    pub(in crate::collector) fn with<'a>(&'a mut self, rows: &'a Table) -> impl Facts + 'a {
        WithRows { ground: self, rows }
    }
}

struct WithRows<'a> {
    ground: &'a mut Ground,
    rows: &'a Table,
}

impl Facts for WithRows<'_> {
    fn server(&mut self, socket: &str) -> Result<(), Disbelief> {
        self.ground.server(socket)
    }

    fn is_of_another(&self, server: &Server) -> Option<&'static str> {
        let is_listed = self.ground.panes.contains_key(server);
        let told = || self.ground.reach.of(server).proof().is_of_another(server);
        (!is_listed).then(told).flatten()
    }

    fn has_lost_its_socket(&self, server: &Server) -> bool {
        if self.ground.panes.contains_key(server) && is_one(&self.ground.reach, server) {
            return true;
        }
        // Also of a multiplexer of another make, which a row is known of already.
        let is_its = || self.ground.reach.of(server).proof().is_its_socket(server);
        let is_known = self.rows.has_rows_on(server) && is_its();
        is_known || self.ground.lives_without_socket(server)
    }

    fn is_proved(&self, socket: &str) -> bool {
        self.ground.is_proved(socket)
    }

    fn life(&self, pid: u32) -> Life {
        // One that has ended and is not reaped yet tells nothing any more.
        if !process::lives(pid) {
            return Life::Over;
        }
        match (user_of(pid), world_of(pid)) {
            // Where the system does not tell there is nothing to be told by.
            (None, _) if !cfg!(target_os = "linux") => Life::Ours,
            (Some(user), Side::Ours) if user == self.ground.reach.uid => Life::Ours,
            _ => Life::Others,
        }
    }

    fn is_in(&self, pid: u32, server: &Server, pane: Option<PaneId>) -> bool {
        let listed = self.ground.panes.get(server);
        let in_pane = listed.and_then(|panes| panes.processes.get(&pane?).copied());
        let listener = || {
            let socket = Path::new(&server.socket);
            self.ground.reach.at(socket).proof().listener(socket)
        };
        let is_ours = || {
            let lives = self.ground.lives_without_socket(server);
            lives.then_some(server.pid)
        };
        let root = in_pane
            .or_else(|| listed.map(|_| server.pid))
            .or_else(listener)
            .or_else(is_ours);
        root.is_some_and(|root| descends(pid, root) == Some(true))
    }

    fn is_known(&self, pid: u32, server: &Server, pane: Option<PaneId>) -> bool {
        let Some(pane) = pane else { return false };
        let key = RowKey {
            server: Some(server.clone()),
            place: Target::Pane(pane),
        };
        self.rows.process_at(&key) == Some(pid)
    }
}
