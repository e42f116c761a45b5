//! Takes which known assistants run in panes, whether or not anything was heard of them.

use std::collections::BTreeSet;

use pane_patrol_hooks::target::{PaneId, Server};

use super::Writer;
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::present::Found;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::state::{Input, Present};

/// Said of an assistant that has reported nothing. Why depends on its settings, which doctor looks at.
const UNHEARD: &str = "nothing was heard of it yet; `pane-patrol doctor` says what may keep it";

/// An assistant in its pane.
fn present_in(pane: (Server, PaneId), found: &Found) -> Present {
    Present {
        assistant: found.assistant.clone(),
        pid: found.pid,
        pane,
        cwd: found.folder.clone(),
        why: UNHEARD.to_owned(),
    }
}

impl Writer {
    /// Takes which known assistants run in panes. One that shows another job now says so in no file.
    pub(super) fn take_present(&mut self, found: Vec<(Server, Found)>) {
        let before = std::mem::replace(&mut self.present, found);
        for (_, found) in &self.present {
            let mut known = before.iter().map(|(_, known)| known);
            let turned = known.any(|it| it.pid == found.pid && it.shows != found.shows);
            if turned {
                self.sources.witness.order(WitnessOrder::Reread(found.pid));
            }
        }
        self.tell_present();
    }

    /// Tells the table which known assistants run in which panes; those in panes that are not known yet
    /// are told with the next listing.
    pub(super) fn tell_present(&mut self) {
        let mut present = Vec::new();
        let mut unknown = BTreeSet::new();
        for (server, found) in &self.present {
            match self.ground.pane_of(server, found.root) {
                Some(pane) => present.push(present_in((server.clone(), pane), found)),
                // Nobody can ask one that has lost its socket.
                None if self.table.has_lost_its_socket(server) => {}
                None => {
                    unknown.insert(server.socket.clone());
                }
            }
        }
        for socket in unknown {
            let _ = self.sources.lister.send(ListOrder::Now(socket));
        }
        if !(present.is_empty() && self.told.present.is_empty()) {
            self.told.present.clone_from(&present);
            self.apply(Input::Present(present), self.clock.now());
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
