//! Whose word counts for what, before the table hears it.
//!
//! Everybody of this user may make and change rows of the panes they name. What else an event would
//! have us do is a matter of proof: talk to a server, watch a process, read in a folder. From a
//! container the same names mean something else, and a hook is gone so soon after it has sent that
//! where it ran can often not be looked up any more; then its assistant's process, which lives on, is
//! the proof. The whole list is in `docs/security.md`.

mod ground;

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::target::{PaneId, Server, Target};

use crate::mux::Disbelief;
use crate::sys::namespaces::Standing;

pub(super) use ground::{Ground, sift};

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
        Standing::Unknown if event.pane.is_none() && event.target.process().is_some() => {
            judge_process(event, facts)
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

/// The process that is the place is the proof, as that of a pane's assistant is.
fn judge_process(event: &mut Event, facts: &impl Facts) -> Result<(), &'static str> {
    let is_ours = |pid: &u32| facts.life(*pid) == Life::Ours;
    if !event.target.process().as_ref().is_some_and(is_ours) {
        return Err(UNPROVED);
    }
    event.pid = event.pid.filter(is_ours);
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

#[cfg(test)]
mod tests;
