//! What the person's environment and settings say of multiplexers, and which one is asked by it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::target::{Server, Target};

use super::{Here, Multiplexer, OUTSIDE, Place, REGISTRY, kind_at, of};
use crate::state::Row;

/// The variables by which multiplexers and their panes are found, those that are set.
pub(crate) type Variables = BTreeMap<&'static str, OsString>;

/// Reads them through `get`.
pub(crate) fn variables(get: impl Fn(&str) -> Option<OsString>) -> Variables {
    let names = REGISTRY.iter().flat_map(|entry| entry.variables);
    names.filter_map(|name| Some((*name, get(name)?))).collect()
}

/// The pane that we are in, as the variables have it.
pub(crate) fn around(variables: &Variables) -> Here {
    let found = REGISTRY.iter().find_map(|entry| (entry.around)(variables));
    found.unwrap_or_default()
}

/// The server that is meant where none is named and we are in none: that of a multiplexer which has one,
/// by its socket.
pub(crate) fn default_socket(variables: &Variables, uid: u32) -> PathBuf {
    let mut entries = REGISTRY.iter();
    let found = entries.find_map(|entry| (entry.default_socket)(variables, uid));
    found.unwrap_or_default()
}

/// What the person's environment and settings say of multiplexers. What it means for the servers of one
/// kind is that one's affair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The user.
    pub uid: u32,
    /// The servers that she has named, by their sockets: the one around us, and those of the settings.
    pub named: Vec<PathBuf>,
    /// The outermost folder of ours that may be shared with containers, if there is one.
    pub runtime: Option<PathBuf>,
    /// `PATH`: where her programs are.
    pub path: Option<OsString>,
    /// What her environment says.
    pub variables: Variables,
    /// The server of rows and panes that name none, by its socket.
    pub own_socket: PathBuf,
    /// The person lets keys be pressed for her also where the look at the screen and the key are two steps.
    pub unguarded_keys: bool,
    /// The person has a multiplexer that lists what waits told of what waits.
    pub feeds: bool,
}

impl Reach {
    /// The multiplexer of the server that has its socket there.
    pub fn at(&self, socket: &Path) -> Box<dyn Multiplexer> {
        of(kind_at(socket), self)
    }

    /// The multiplexer of that server.
    pub fn of(&self, server: &Server) -> Box<dyn Multiplexer> {
        self.at(Path::new(&server.socket))
    }

    /// The multiplexer of the person's own server.
    pub fn own(&self) -> Box<dyn Multiplexer> {
        self.at(&self.own_socket)
    }

    /// All multiplexers that there are.
    pub fn all(&self) -> impl Iterator<Item = Box<dyn Multiplexer>> {
        REGISTRY.iter().map(|entry| of(entry.kind, self))
    }

    /// That pane of the server, or of the person's own one.
    pub fn place(&self, server: Option<Server>, pane: Target) -> Place {
        let socket = server.as_ref().map(|server| Path::new(&server.socket));
        let kind = match pane {
            Target::Process { .. } | Target::Agent(_) => OUTSIDE,
            Target::Address { .. } | Target::Pane(_) => kind_at(socket.unwrap_or(&self.own_socket)),
        };
        Place { kind, server, pane }
    }

    /// `here` with the terminals on which our own multiplexer shows us, if the place is another one's, which may be
    /// around ours.
    pub(crate) fn seen_from(&self, here: &Here, place: &Place, within: Duration) -> Here {
        let own = here.server.as_ref().map(|server| self.of(server));
        let own = own.filter(|own| own.kind() != place.kind);
        let audience = own.and_then(|own| {
            let at = own.own_place(here, within).ok()??;
            own.audience(&at, within).ok()
        });
        let clients = audience.map_or_else(Vec::new, |audience| audience.clients);
        let names = clients.into_iter().map(|client| client.name);
        Here {
            shown_on: names.filter(|name| name.starts_with("/dev/")).collect(),
            ..here.clone()
        }
    }

    /// The pane of the row, and its multiplexer.
    pub fn place_of(&self, row: &Row) -> (Place, Box<dyn Multiplexer>) {
        let pane = row.pane.map_or_else(|| row.target.clone(), Target::Pane);
        let place = self.place(row.server.clone(), pane);
        let mux = of(place.kind, self);
        (place, mux)
    }
}
