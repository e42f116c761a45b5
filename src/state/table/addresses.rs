//! Which row an event is about by the address it gives, and which address a row's pane has.

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::Table;
use crate::state::RowKey;
use crate::state::entry::Entry;

impl Table {
    /// The key of an event's row: its pane where that can be known, else the target it gives, which is
    /// its process where it runs in no pane.
    pub fn key_of(&self, event: &Event) -> RowKey {
        if event.pane.is_none()
            && let Target::Process { .. } | Target::Agent(_) = event.target
        {
            return RowKey {
                server: None,
                place: event.target.clone(),
            };
        }
        let server = event
            .server
            .clone()
            .or_else(|| self.settings.own_server.clone());
        if event.pane.is_none()
            && let Some(key) = self.told_before(event, server.as_ref())
        {
            return key;
        }
        let pane = match (event.pane, &event.target) {
            (Some(pane), _) | (None, &Target::Pane(pane)) => Some(pane),
            (None, address) => server
                .as_ref()
                .and_then(|server| self.pane_at(server, address)),
        };
        RowKey {
            server,
            place: pane.map_or_else(|| event.target.clone(), Target::Pane),
        }
    }

    /// The row of a session that was told its address by hand, as long as it is told the same: the
    /// address may mean another pane by now, but the session has not moved.
    fn told_before(&self, event: &Event, server: Option<&Server>) -> Option<RowKey> {
        let goes_on = event.kind != Some(Kind::SessionStarted) && event.instance_id.is_some();
        let is_it = |entry: &&Entry| {
            entry.instance_id == event.instance_id
                && entry.assistant == event.assistant
                && entry.told.as_ref() == Some(&event.target)
                && (server.is_none() || entry.server() == server)
        };
        let mut rows = self.rows.values().filter(|_| goes_on);
        rows.find(is_it).map(|entry| entry.key.clone())
    }

    pub(super) fn pane_at(&self, server: &Server, address: &Target) -> Option<PaneId> {
        self.listings
            .get(server)?
            .iter()
            .find(|(_, target)| target == address)
            .map(|(pane, _)| *pane)
    }

    pub(super) fn target_of(&self, key: &RowKey) -> Option<Target> {
        self.addresses_of(key).next()
    }

    /// Where the pane stands while a dashboard shows it beside itself.
    pub(super) fn shown_at(&self, key: &RowKey) -> Option<Target> {
        self.addresses_of(key).nth(1)
    }

    /// The pane's own address, then the one where it is shown.
    fn addresses_of(&self, key: &RowKey) -> impl Iterator<Item = Target> {
        let panes = key
            .server
            .as_ref()
            .and_then(|server| self.listings.get(server));
        let panes = panes.into_iter().flatten();
        let of_it = panes.filter(|(pane, _)| key.place == Target::Pane(*pane));
        of_it.map(|(_, target)| target.clone())
    }

    pub(super) fn is_listed(&self, key: &RowKey) -> bool {
        self.target_of(key).is_some()
    }
}
