//! From a row to its pane. What tmux says is looked at afresh for every jump: windows may have been
//! swapped and sessions renamed since the row was last heard of, and a pane's id may have been given
//! out again by another server. Everything is pure but for what is asked through the function that is
//! handed in.
//!
//! Which client is "the one the key was pressed on", as seen on tmux 3.3a:
//! - In a pane, `$TMUX_PANE` names it, and a key press makes its client the most recently active one
//!   of those that show the pane.
//! - A popup has no pane, but may inherit a `$TMUX_PANE` of quite another server (a server started
//!   inside another tmux keeps it in its global environment). So a pane counts as ours only if its
//!   terminal is ours, too.
//! - Keys in a popup do *not* count as activity of its client, and `display-message -p
//!   '#{client_name}'` gives the most recently active client of all: the wrong one as soon as somebody
//!   types elsewhere. The key that opened the popup does count, so the client is looked for once, at
//!   the start, among those of the session that `$TMUX` names.

use std::borrow::Cow;
use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::lines::{Line, Query};
use super::{Ask, Call};
use crate::mux::{Arrival, Attach, Gone, Here, Outcome, Place, Undone};

/// All panes and clients of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Snapshot {
    server_pid: u32,
    panes: Vec<Pane>,
    clients: Vec<Client>,
}

/// A pane of a session; a linked window's panes are in several.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pane {
    id: PaneId,
    session: String,
    window: String,
    tty: String,
    address: Option<Target>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Client {
    name: String,
    /// A program in control mode: nobody sits at it, unless somebody says so by its name.
    is_program: bool,
    session: String,
    /// The pane it shows.
    pane: Option<PaneId>,
    /// When a key was last pressed on it, in seconds.
    activity: u64,
}

/// One process for both lists.
const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{session_id}",
        "#{window_id}",
        "#{pane_tty}",
        "#{session_name}:#{window_index}.#{pane_index}",
    ],
    client: &[
        "#{client_control_mode}",
        "#{client_activity}",
        "#{session_id}",
        "#{pane_id}",
        "#{client_name}",
    ],
};

/// Takes the person to the pane. `socket` is where its server listens.
pub(super) fn go(place: &Place, here: &Here, socket: &Path, ask: Ask<'_>) -> Outcome<Arrival> {
    let snapshot = Snapshot::parse(&ask(socket, &QUERY.call())?);
    let places = find(place, &snapshot).ok_or(Undone::Gone(Gone::Pane))?;
    let client = match &here.named {
        Some(name) => snapshot.client(name),
        None if !is_on(here, &snapshot) => {
            return Ok(Arrival::Elsewhere(Attach {
                socket: socket.to_string_lossy().into_owned(),
                target: places[0].target(),
            }));
        }
        None => client_of(here, &snapshot),
    };
    let refused = || Undone::Refused(without_client(here.named.as_deref(), socket));
    let client = client.ok_or_else(refused)?;
    // A window that is linked into the client's own session is shown there.
    let in_session = |pane: &&&Pane| pane.session == client.session;
    let place = places.iter().find(in_session).unwrap_or(&places[0]);
    ask(socket, &client.going_to(place))?;
    Ok(Arrival::There {
        covered: own_pane(here, &snapshot).is_none(),
        by_program: client.is_program,
        remark: None,
    })
}

/// The client that [`go`] would move, by its name, with its server and the pane that it shows.
pub(super) fn standing(
    here: &Here,
    socket: &Path,
    ask: Ask<'_>,
) -> Outcome<Option<(String, Server, PaneId)>> {
    let snapshot = Snapshot::parse(&ask(socket, &QUERY.call())?);
    let client = match &here.named {
        Some(name) => snapshot.client(name),
        None if !is_on(here, &snapshot) => None,
        None => client_of(here, &snapshot),
    };
    let server = Server {
        socket: socket.to_string_lossy().into_owned(),
        pid: snapshot.server_pid,
    };
    Ok(client.and_then(|client| Some((client.name, server, client.pane?))))
}

/// When a key was last pressed at any client of that server, in seconds since 1970; programs press none.
pub(super) fn last_key(socket: &Path, ask: Ask<'_>) -> Outcome<Option<u64>> {
    let snapshot = Snapshot::parse(&ask(socket, &QUERY.call())?);
    let people = snapshot.clients.iter().filter(|it| !it.is_program);
    Ok(people.map(|client| client.activity).max())
}

/// Whether the server that listens on `socket` has a client of this name.
pub(super) fn has_client(name: &str, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let snapshot = Snapshot::parse(&ask(socket, &QUERY.call())?);
    let client = snapshot.client(name);
    let refused = || Undone::Refused(without_client(Some(name), socket));
    client.map(|_| ()).ok_or_else(refused)
}

/// Everywhere the pane is shown; `None` when it does not exist any more.
fn find<'a>(place: &Place, snapshot: &'a Snapshot) -> Option<Vec<&'a Pane>> {
    let restarted = |server: &Server| server.pid != snapshot.server_pid;
    if place.server.as_ref().is_some_and(restarted) {
        return None;
    }
    let is_it = |pane: &&Pane| match &place.pane {
        Target::Pane(id) => pane.id == *id,
        address @ (Target::Address { .. } | Target::Process { .. } | Target::Agent(_)) => {
            pane.address.as_ref() == Some(address)
        }
    };
    let places: Vec<_> = snapshot.panes.iter().filter(is_it).collect();
    (!places.is_empty()).then_some(places)
}

/// Remembers the client we were started on. To be called at the start: see above.
pub(super) fn look_around(here: Here, ask: Ask<'_>) -> Here {
    let Some(server) = &here.server else {
        return here;
    };
    let answer = ask(Path::new(&server.socket), &QUERY.call()).unwrap_or_default();
    let snapshot = Snapshot::parse(&answer);
    // In a pane it may change with every key: two people can look at one pane.
    if here.named.is_some() || own_pane(&here, &snapshot).is_some() {
        return here;
    }
    let client = client_of(&here, &snapshot);
    Here {
        client: client.map(|client| client.name),
        ..here
    }
}

/// The server and the pane we are in; `None` outside tmux and in a popup.
pub(super) fn own_place(here: &Here, ask: Ask<'_>) -> Outcome<Option<(Server, PaneId)>> {
    let Some(server) = here.server.clone() else {
        return Ok(None);
    };
    let snapshot = Snapshot::parse(&ask(Path::new(&server.socket), &QUERY.call())?);
    let own = own_pane(here, &snapshot).filter(|_| snapshot.server_pid == server.pid);
    Ok(own.map(|own| (server, own.id)))
}

/// Why there is nobody to move.
fn without_client(named: Option<&str>, socket: &Path) -> String {
    match named {
        Some(name) => format!(
            "the tmux server on {} has no client `{name}`; nobody was moved",
            socket.display()
        ),
        None => "no tmux client shows this dashboard".to_owned(),
    }
}

fn is_on(here: &Here, snapshot: &Snapshot) -> bool {
    let same = |server: &Server| server.pid == snapshot.server_pid;
    here.server.as_ref().is_some_and(same)
}

/// The pane we are in, if we are in one.
fn own_pane<'a>(here: &Here, snapshot: &'a Snapshot) -> Option<&'a Pane> {
    let is_ours = |pane: &&Pane| Some(pane.id) == here.pane && Some(&pane.tty) == here.tty.as_ref();
    snapshot.panes.iter().find(is_ours)
}

/// The client the person sits at: a program in control mode only where there is no other.
fn client_of(here: &Here, snapshot: &Snapshot) -> Option<Client> {
    let among = |programs| client_among(here, snapshot, programs);
    among(false).or_else(|| among(true))
}

fn client_among(here: &Here, snapshot: &Snapshot, programs: bool) -> Option<Client> {
    let latest = |wanted: &dyn Fn(&Client) -> bool| {
        let such = |client: &&Client| client.is_program == programs;
        let clients = snapshot.clients.iter().filter(such);
        let clients = clients.filter(|client| wanted(client));
        clients.max_by_key(|client| client.activity).cloned()
    };
    if let Some(ours) = latest(&|client| Some(&client.name) == here.client.as_ref()) {
        return Some(ours);
    }
    if let Some(own) = own_pane(here, snapshot) {
        return latest(&|client| client.pane == Some(own.id))
            .or_else(|| latest(&|client| client.session == own.session));
    }
    latest(&|client| Some(&client.session) == here.session.as_ref()).or_else(|| latest(&|_| true))
}

impl Client {
    /// What shows it the place.
    fn going_to(&self, place: &Pane) -> Call {
        // With a pane as its target this also selects the window and the pane.
        let switch = Call::new("switch-client").option("-c", &self.name);
        let switch = switch.target(place.target());
        if !self.is_program {
            return switch;
        }
        // A program shows all windows of its session at once, and follows what is selected there.
        let window = format!("{}:{}", place.session, place.window);
        let select = Call::new("select-window").target(window);
        let select = select.then(Call::new("select-pane").target(place.id));
        if place.session == self.session {
            select
        } else {
            switch.then(select)
        }
    }
}

impl Pane {
    fn target(&self) -> String {
        format!("{}:{}.{}", self.session, self.window, self.id)
    }
}

impl Snapshot {
    fn client(&self, name: &str) -> Option<Client> {
        let named = self.clients.iter().find(|client| client.name == name);
        named.cloned()
    }

    /// Reads the answer to [`QUERY`]; lines that make no sense are left out.
    fn parse(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let mut snapshot = Self::default();
        for line in QUERY.lines(&text) {
            match line {
                Line::Pane(fields) => snapshot.take_pane(&fields),
                Line::Client(fields) => snapshot.take_client(&fields),
                Line::Other(_) => {}
            }
        }
        snapshot
    }

    fn take_pane(&mut self, fields: &[Cow<'_, str>]) {
        let [pid, id, session, window, tty, address] = fields else {
            return;
        };
        let (Ok(pid), Ok(id)) = (pid.parse(), id.parse()) else {
            return;
        };
        self.server_pid = pid;
        self.panes.push(Pane {
            id,
            session: session.to_string(),
            window: window.to_string(),
            tty: tty.to_string(),
            address: address.parse().ok(),
        });
    }

    fn take_client(&mut self, fields: &[Cow<'_, str>]) {
        let [is_program, activity, session, pane, name] = fields else {
            return;
        };
        self.clients.push(Client {
            name: name.to_string(),
            is_program: is_program != "0",
            session: session.to_string(),
            pane: pane.parse().ok(),
            activity: activity.parse().unwrap_or(0),
        });
    }
}

#[cfg(test)]
mod tests;
