//! Takes which known assistants run in panes, whether or not anything was heard of them.

use std::collections::{BTreeMap, BTreeSet};

use pane_patrol_hooks::target::{PaneId, Server};

use super::Writer;
use crate::assistants::present::Found;
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::state::update::Role;
use crate::state::{Input, Present};
use crate::sys::process;

/// Said of an assistant that has reported nothing. Why depends on its settings, which doctor looks at.
const UNHEARD: &str = "nothing was heard of it yet; `pane-patrol doctor` says what may keep it";

/// Said of it where nobody collects, so that nobody could have heard it.
pub(in crate::collector) const UNCOLLECTED: &str =
    "no collector hears it: all that is known is that it runs";

/// An assistant in its pane.
fn present_in(pane: (Server, PaneId), found: &Found, why: &str) -> Present {
    Present {
        assistant: found.assistant.clone(),
        pid: found.pid,
        pane,
        cwd: found.folder.clone(),
        why: why.to_owned(),
    }
}

impl Writer {
    /// Takes which known assistants run in panes. One that shows another job now says so in no file.
    pub(super) fn take_present(&mut self, found: Vec<(Server, Found)>) {
        let mut by_server: BTreeMap<Server, Vec<Found>> = BTreeMap::new();
        for (server, found) in found {
            by_server.entry(server).or_default().push(found);
        }
        let before = std::mem::replace(&mut self.present, by_server);
        let showed = before.values().flatten().map(|it| (it.pid, &it.shows));
        let showed: BTreeMap<u32, &Option<String>> = showed.collect();
        for found in self.present.values().flatten() {
            let before = showed.get(&found.pid);
            let turned = before.is_some_and(|shows| **shows != found.shows);
            if turned || before.is_none() && found.shows.is_some() {
                self.sources.witness.order(WitnessOrder::Reread(found.pid));
            }
        }
        let servers = before.into_keys().chain(self.present.keys().cloned());
        for server in servers.collect::<BTreeSet<_>>() {
            self.tell_present(&server);
        }
    }

    /// Tells the table which known assistants run in the panes of a server; those in panes that are not
    /// known yet are told with the next listing.
    pub(super) fn tell_present(&mut self, server: &Server) {
        let why = if self.role == Role::Collector {
            UNHEARD
        } else {
            UNCOLLECTED
        };
        let mut present = Vec::new();
        let mut is_unknown = false;
        for found in self.present.get(server).into_iter().flatten() {
            match self.ground.pane_of(server, found.root) {
                // It has ended since it was found.
                _ if !process::lives(found.pid) => {}
                // The row of what it shows stands for it.
                Some(_) if found.shows.is_some() => {}
                Some(pane) => present.push(present_in((server.clone(), pane), found, why)),
                // Nobody can ask one that has lost its socket.
                None => is_unknown |= !self.table.has_lost_its_socket(server),
            }
        }
        if is_unknown {
            let order = ListOrder::Now(server.socket.clone());
            let _ = self.sources.lister.send(order);
        }
        let mut carried = self.carried.remove(server).unwrap_or_default();
        carried.retain(|known| process::is_alive(known.pid));
        let is_found = |known: &&Present| present.iter().any(|found| found.pane == known.pane);
        let others: Vec<Present> = carried.iter().filter(|it| !is_found(it)).cloned().collect();
        present.extend(others);
        if !carried.is_empty() {
            self.carried.insert(server.clone(), carried);
        }
        let was_empty = if present.is_empty() {
            !self.told_present.remove(server)
        } else {
            !self.told_present.insert(server.clone())
        };
        if !(present.is_empty() && was_empty) {
            let server = server.clone();
            self.apply(Input::Present { server, present }, self.clock.now());
        }
    }

    /// Has known assistants looked for on every server that is listed.
    pub(super) fn look_for_silent(&mut self) {
        let Some(silent) = &self.sources.silent else {
            return;
        };
        let listed = self.ground.listed();
        if listed != self.looked_on {
            // Without the thread nobody is found.
            let _ = silent.send(listed.clone());
            self.looked_on = listed;
        }
    }
}
