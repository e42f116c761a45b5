//! Which row an event is about by the address it gives, and which address a row's pane has.

use std::collections::BTreeMap;

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::Table;
use crate::state::entry::Entry;
use crate::state::{ListedPane, RowKey};

/// Where the panes of a server are, by its last listing.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// Of each pane its own address, then the one where it is shown.
    addresses: BTreeMap<PaneId, Vec<Target>>,
    panes: BTreeMap<Target, PaneId>,
}

impl Addresses {
    pub(super) fn of_panes<'a>(panes: &'a [ListedPane]) -> Self {
        let home = panes.iter().map(|pane| (pane.pane, &pane.target));
        let shown_at = |pane: &'a ListedPane| Some((pane.pane, pane.shown_at.as_ref()?));
        let shown = panes.iter().filter_map(shown_at);
        let mut all = Self::default();
        for (pane, target) in home.chain(shown) {
            all.addresses.entry(pane).or_default().push(target.clone());
            all.panes.entry(target.clone()).or_insert(pane);
        }
        all
    }

    /// That address is this pane's now, and it has no other.
    pub(super) fn take(&mut self, pane: PaneId, address: &Target) {
        if let Some(other) = self.panes.insert(address.clone(), pane)
            && other != pane
        {
            self.addresses.remove(&other);
        }
        let before = self.addresses.insert(pane, vec![address.clone()]);
        for gone in before.into_iter().flatten().filter(|gone| gone != address) {
            self.panes.remove(&gone);
        }
    }

    /// The addresses of a pane; `None`: it is not listed.
    fn of(&self, pane: PaneId) -> Option<&Vec<Target>> {
        self.addresses.get(&pane)
    }

    pub(super) fn has(&self, pane: PaneId) -> bool {
        self.addresses.contains_key(&pane)
    }
}

impl Table {
    /// The key of an event's row: its pane where that can be known, else the target it gives, which is
    /// its process where it runs in no pane.
    pub fn key_of(&self, event: &Event) -> RowKey {
        if event.pane.is_none()
            && let Target::Process { .. } | Target::Agent(_) = event.target
        {
            let place = self.process_like(&event.target);
            return RowKey {
                server: None,
                place: place.unwrap_or(&event.target).clone(),
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
        if pane.is_none()
            && let Some(key) = self.told_without_server(event)
        {
            return key;
        }
        RowKey {
            server,
            place: pane.map_or_else(|| event.target.clone(), Target::Pane),
        }
    }

    /// The place of the row that is this very process, whatever terminal it had when it was first told of: one that
    /// has lost its terminal is the same one.
    fn process_like(&self, target: &Target) -> Option<&Target> {
        let Target::Process { pid, start, .. } = target else {
            return None;
        };
        let mut known = self.rows.of_process(*pid).map(|entry| &entry.key.place);
        known.find(|place| place.is_process(*pid, *start))
    }

    /// The row of a session that was told its address by hand, as long as it is told the same: the
    /// address may mean another pane by now, but the session has not moved.
    fn told_before(&self, event: &Event, server: Option<&Server>) -> Option<RowKey> {
        if event.kind == Some(Kind::SessionStarted) {
            return None;
        }
        let is_it = |entry: &&Entry| {
            entry.assistant == event.assistant
                && entry.told.as_deref() == Some(&event.target)
                && (server.is_none() || entry.server() == server)
        };
        let mut rows = self.rows.of_session(event.instance_id.as_ref());
        rows.find(is_it).map(|entry| (*entry.key).clone())
    }

    /// The row of that place which was told of while no server was known: it is the same one until a
    /// listing shows where it is.
    fn told_without_server(&self, event: &Event) -> Option<RowKey> {
        let key = RowKey {
            server: None,
            place: event.target.clone(),
        };
        let own = self.own_socket.as_ref();
        let is_own = |server: &Server| own.is_none_or(|own| *own == server.socket);
        let may_be = event.server.as_ref().is_none_or(is_own);
        (may_be && self.rows.contains_key(&key)).then_some(key)
    }

    pub(super) fn pane_at(&self, server: &Server, address: &Target) -> Option<PaneId> {
        self.listings.get(server)?.panes.get(address).copied()
    }

    /// The keys of the panes that servers list at that address.
    pub(super) fn panes_at<'a>(&'a self, address: &'a Target) -> impl Iterator<Item = RowKey> + 'a {
        self.listings.iter().filter_map(move |(server, listing)| {
            let pane = listing.panes.get(address)?;
            Some(RowKey {
                server: Some(server.clone()),
                place: Target::Pane(*pane),
            })
        })
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
        let listing = key.server.as_ref();
        let listing = listing.and_then(|server| self.listings.get(server));
        let pane = match key.place {
            Target::Pane(pane) => Some(pane),
            Target::Address { .. } | Target::Process { .. } | Target::Agent(_) => None,
        };
        let addresses = listing
            .zip(pane)
            .and_then(|(listing, pane)| listing.of(pane));
        addresses.into_iter().flatten().cloned()
    }

    pub(super) fn is_listed(&self, key: &RowKey) -> bool {
        self.target_of(key).is_some()
    }
}
