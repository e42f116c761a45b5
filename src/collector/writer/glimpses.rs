//! What the titles of panes say of assistants that have reported nothing.
//!
//! A title outlives whoever has set it. So one that stood there before the assistant began says nothing
//! of it, and where nobody had looked before, the first one says nothing either.

use std::collections::BTreeMap;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::Writer;
use crate::assistants::title;
use crate::collector::sources::panes::Order as ListOrder;
use crate::state::{Input, ListedPane, Listing, Reading, Row, RowKey};

/// What is known of the title of a pane of which nothing was reported.
#[derive(Debug)]
struct Title {
    /// The assistant that has been there since; `None`: none was.
    pid: Option<u32>,
    /// What may be another one's; `None`: it has changed since that assistant began.
    left: Option<String>,
}

/// Of all panes without a row, and of those of assistants that have reported nothing.
#[derive(Debug, Default)]
pub(super) struct Titles(BTreeMap<Server, BTreeMap<PaneId, Title>>);

impl Titles {
    /// Takes the titles of a listing; `unheard` are the rows there of which nothing was reported, and
    /// the last word is of which panes anything was. Which titles are an assistant's own.
    fn take<'a>(
        &mut self,
        listing: &'a Listing,
        unheard: &BTreeMap<PaneId, &'a Row>,
        heard: impl Fn(PaneId) -> bool,
    ) -> Vec<(&'a Row, &'a ListedPane)> {
        let mut before = self.0.remove(&listing.server).unwrap_or_default();
        let (mut now, mut own) = (BTreeMap::new(), Vec::new());
        for pane in listing.panes.iter().filter(|pane| !heard(pane.pane)) {
            let row = unheard.get(&pane.pane).copied();
            let pid = row.and_then(|row| row.pid);
            let known = before.remove(&pane.pane);
            let known = known.filter(|known| known.pid.is_none() || known.pid == pid);
            let has_changed =
                known.is_some_and(|known| known.left.is_none_or(|left| left != pane.title));
            if let Some(row) = row.filter(|_| has_changed) {
                own.push((row, pane));
            }
            let left = (row.is_none() || !has_changed).then(|| pane.title.clone());
            now.insert(pane.pane, Title { pid, left });
        }
        self.0.insert(listing.server.clone(), now);
        own
    }

    /// Nobody listens on that socket any more.
    pub(super) fn forget(&mut self, socket: &str) {
        self.0.retain(|server, _| server.socket != socket);
    }
}

impl Writer {
    /// What the titles in a listing say of assistants that have reported nothing.
    pub(super) fn glimpses(
        &mut self,
        listing: &Listing,
        shown: &[(Row, &ListedPane)],
    ) -> Vec<Reading> {
        let key = |pane: PaneId| RowKey {
            server: Some(listing.server.clone()),
            place: Target::Pane(pane),
        };
        let unheard = shown
            .iter()
            .filter(|(_, pane)| !pane.dead && self.table.is_unheard(&key(pane.pane)));
        let unheard: BTreeMap<PaneId, &Row> = unheard.map(|(row, pane)| (pane.pane, row)).collect();
        let heard = |pane: PaneId| !unheard.contains_key(&pane) && self.table.has_row(&key(pane));
        let own = self.unheard_titles.take(listing, &unheard, heard);
        let read = |(row, pane): (&Row, &ListedPane)| {
            let place = (&listing.server, pane.pane);
            title::glimpse(row, place, &pane.title, listing.asked)
        };
        own.into_iter().filter_map(read).collect()
    }

    /// Has the title looked at that an assistant leaves behind, before another one begins there.
    pub(super) fn note_what_it_leaves(&self, input: &Input) {
        let Input::ProcessExited { pid } = input else {
            return;
        };
        let row = self.table.row_of_process(*pid);
        if let Some(row) = row.filter(|row| title::is_shown_by(&row.assistant)) {
            let socket = self.socket_of(&row);
            // Without the thread nobody lists anything.
            let _ = self.sources.lister.send(ListOrder::Now(socket));
        }
    }
}
