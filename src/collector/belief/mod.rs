//! Whose word counts for what, before the table hears it.
//!
//! Everybody of this user may make and change rows of the panes they name. What else an event would
//! have us do is a matter of proof: talk to a server, watch a process, read in a folder. From a
//! container the same names mean something else, and a hook is gone so soon after it has sent that
//! where it ran can often not be looked up any more; then its assistant's process, which lives on, is
//! the proof. The whole list is in `docs/security.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::mux::proof::File;
use crate::mux::{Disbelief, Multiplexer, Reach};
use crate::state::{Listing, RowKey, Table};
use crate::sys::namespaces::{Side, Standing, user_of, world_of};
use crate::sys::process::{self, descends};

/// As many servers are remembered as believed.
const MAX_PROVED: usize = 64;

/// Nothing but `PANE_PATROL_TARGET` says where something in a container runs.
const ELSEWHERE: &str = "its sender is in another mount namespace, as in a container, where only \
                         PANE_PATROL_TARGET says where it runs";

/// An agent without a place is one that a client of the hub tells of.
const NAMED: &str = "only a client of the hub may tell of an agent by a name alone";

/// Its hook had ended before anybody could look where it ran.
pub(super) const UNPROVED: &str = "its sender was gone before it could be looked at, and its process is none \
                        of that pane";

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// There is none of that number.
    Over,
    /// It runs as this user and sees what we see.
    Ours,
    /// It is another user's, or in a container.
    Others,
}

/// The system, as far as belief needs it.
pub(super) trait Facts {
    /// Whether a server may be talked to.
    fn server(&mut self, socket: &str) -> Result<(), Disbelief>;
    /// The words for it where its process is a living server, but that of another socket.
    fn is_of_another(&self, server: &Server) -> Option<&'static str>;
    /// Whether it is known by its panes, or proved by its process, and lives, although nobody can talk to
    /// it.
    fn has_lost_its_socket(&self, server: &Server) -> bool;
    /// Whether that was found out before, and its socket is the same one.
    fn is_proved(&self, socket: &str) -> bool;
    /// What is known of a process.
    fn life(&self, pid: u32) -> Life;
    /// Whether the process is the pane's or below it; where the pane is not known yet, the server's.
    fn is_in(&self, pid: u32, server: &Server, pane: Option<PaneId>) -> bool;
    /// Whether a row of that pane is known by that process already, which is watched.
    fn is_known(&self, pid: u32, server: &Server, pane: Option<PaneId>) -> bool;
}

/// Takes from `event`, which names its server if anybody knows one, what its sender is not believed
/// in. `own` is the socket of the collector's own server.
///
/// # Errors
/// It is to be held apart; says why.
pub(super) fn judge(
    event: &mut Event,
    names_server: bool,
    standing: Standing,
    own: &str,
    facts: &mut impl Facts,
) -> Result<(), &'static str> {
    if matches!(event.target, Target::Agent(_)) {
        return Err(NAMED);
    }
    // Before anybody is connected to.
    if let Some(server) = event.server.as_ref().filter(|_| names_server)
        && standing != Standing::Elsewhere
        && let Some(words) = facts.is_of_another(server)
    {
        return Err(words);
    }
    // Whose numbers mean other panes and processes there.
    let has_number = event.pane.is_some() || event.target.process().is_some();
    match standing {
        Standing::Home => judge_home(event, own, facts),
        Standing::Elsewhere if names_server || has_number => Err(ELSEWHERE),
        Standing::Elsewhere => {
            (event.pid, event.home) = (None, None);
            Ok(())
        }
        Standing::Unknown
            if event
                .target
                .process()
                .is_some_and(|pid| facts.life(pid) != Life::Ours) =>
        {
            Err(UNPROVED)
        }
        Standing::Unknown => judge_unknown(event, names_server, own, facts),
    }
}

fn judge_home(event: &mut Event, own: &str, facts: &mut impl Facts) -> Result<(), &'static str> {
    if let Some(server) = &event.server
        && server.socket != own
    {
        match facts.server(&server.socket) {
            // Hooks end after their server; the row goes anyway.
            Err(Disbelief::Absent(_)) if event.kind == Some(Kind::SessionEnded) => {}
            Err(_) if facts.has_lost_its_socket(server) => {}
            judged => judged.map_err(Disbelief::reason)?,
        }
    }
    let is_known = |pid, server| facts.is_known(pid, server, event.pane);
    if let Some(pid) = event.pid
        && !event
            .server
            .as_ref()
            .is_some_and(|server| is_known(pid, server))
        && facts.life(pid) == Life::Others
    {
        event.pid = None;
    }
    Ok(())
}

fn judge_unknown(
    event: &mut Event,
    names_server: bool,
    own: &str,
    facts: &mut impl Facts,
) -> Result<(), &'static str> {
    let Some(server) = event
        .server
        .clone()
        .filter(|_| names_server || event.pane.is_some())
    else {
        (event.pid, event.home) = (None, None);
        return Ok(());
    };
    let is_own = server.socket == own;
    let is_known = |pid| facts.is_known(pid, &server, event.pane);
    // A process that has ended as well, as of a program that was soon done, proves nothing either.
    let proof = event
        .pid
        .filter(|pid| is_known(*pid) || facts.life(*pid) != Life::Over);
    let Some(pid) = proof else {
        event.home = None;
        // As good as if it had been told its pane by hand, on a server that we talk to anyway.
        let is_talked_to = is_own || facts.is_proved(&server.socket);
        return is_talked_to.then_some(()).ok_or(UNPROVED);
    };
    let is_known = is_known(pid);
    if !is_known && facts.life(pid) == Life::Others {
        return Err(UNPROVED);
    }
    if !is_own {
        match facts.server(&server.socket) {
            Err(_) if facts.has_lost_its_socket(&server) => {}
            judged => judged.map_err(Disbelief::reason)?,
        }
    }
    if is_known || facts.is_in(pid, &server, event.pane) {
        Ok(())
    } else {
        Err(UNPROVED)
    }
}

/// Takes out rows that the event log or another collector told of, on servers that are not believed.
/// Gives why, once for each server.
pub(super) fn sift(table: &mut Table, reach: &Reach, now: Timestamp) -> Vec<&'static str> {
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
pub(super) struct Ground {
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
    pub(super) fn new(reach: Reach) -> Self {
        Self {
            reach,
            proved: BTreeMap::new(),
            panes: BTreeMap::new(),
        }
    }

    /// Remembers which processes a server's panes are.
    pub(super) fn learn(&mut self, listing: &Listing) {
        let panes = || listing.panes.iter();
        let panes = Panes {
            processes: panes().map(|pane| (pane.pane, pane.pid)).collect(),
            // Of several the first one.
            of_process: panes().rev().map(|pane| (pane.pid, pane.pane)).collect(),
        };
        self.forget_panes(&listing.server.socket);
        self.panes.insert(listing.server.clone(), panes);
    }

    /// The process that the pane was started with, by the last listing of its server.
    pub(super) fn process_of(&self, server: &Server, pane: PaneId) -> Option<u32> {
        self.panes.get(server)?.processes.get(&pane).copied()
    }

    /// The pane that was started with this process, by the last listing of its server.
    pub(super) fn pane_of(&self, server: &Server, process: u32) -> Option<PaneId> {
        self.panes.get(server)?.of_process.get(&process).copied()
    }

    /// Every server that was listed last.
    pub(super) fn listed(&self) -> Vec<Server> {
        self.panes.keys().cloned().collect()
    }

    /// That server is gone, or is not believed any more.
    pub(super) fn forget(&mut self, socket: &str) {
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
    pub(super) fn lives_without_socket(&self, server: &Server) -> bool {
        lives_without_socket(&*self.reach.of(server), server)
    }

    /// The servers that were listed on `socket` and live.
    pub(super) fn living_on(&self, socket: &str) -> impl Iterator<Item = &Server> {
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
    pub(super) fn server(&mut self, socket: &str) -> Result<(), Disbelief> {
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
    pub(super) fn with<'a>(&'a mut self, rows: &'a Table) -> impl Facts + 'a {
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

#[cfg(test)]
mod tests;
