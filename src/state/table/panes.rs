//! What lists of panes do to the table: rows of panes that are gone end, rows get the address their
//! pane has now, and a row that was known by its address gets its pane.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::addresses::Addresses;
use super::{Outcome, Table, keys};
use crate::state::entry::Entry;
use crate::state::{ListedPane, Listing, RowKey};

/// How many servers are remembered, to know those that were replaced.
const REMEMBERED_SERVERS: usize = 16;

impl Table {
    pub(super) fn listing(&mut self, listing: Listing, now: Timestamp, outcome: &mut Outcome) {
        let Listing {
            server,
            asked,
            panes,
        } = listing;
        self.see_server(&server);
        self.listings
            .insert(server.clone(), Addresses::of_panes(&panes));
        self.key_by_pane(&server, &panes, outcome);

        let living = panes.iter().filter(|pane| !pane.dead);
        let living: BTreeSet<PaneId> = living.map(|pane| pane.pane).collect();
        let listed = &self.listings[&server];
        let is_gone = |entry: &&Entry| {
            let restarted = entry.server() != Some(&server);
            let pane = entry.pane();
            let vanished = pane.is_some_and(|pane| !living.contains(&pane));
            // A pane that was listed once is gone for good, whoever still reports from it.
            let is_listed = pane.is_some_and(|pane| listed.has(pane));
            let was_there = entry.listed && (restarted || !is_listed);
            let has_lost = entry.server().is_some_and(|it| self.lost.contains(it));
            !has_lost && (restarted || vanished) && (was_there || entry.heard < asked)
        };
        let gone = keys(self.rows.on_socket(&server.socket).filter(is_gone));
        self.remove_all(gone, now, outcome);
        for pane in &panes {
            let key = RowKey {
                server: Some(server.clone()),
                place: Target::Pane(pane.pane),
            };
            let Some(mut entry) = self.rows.get_mut(&key) else {
                continue;
            };
            let is_shown_elsewhere = entry.shown_at.as_deref() != pane.shown_at.as_ref();
            let moved = entry.target != pane.target || is_shown_elsewhere || !entry.listed;
            entry.target = pane.target.clone();
            entry.shown_at = pane.shown_at.clone().map(Box::new);
            if entry.window != pane.window {
                entry.window.clone_from(&pane.window);
                outcome.rearranged.push(key.clone());
            }
            entry.listed = true;
            entry.in_view = pane.in_view.then_some(asked);
            let seen = entry.looked_at(now);
            if seen {
                entry.refresh(now);
                outcome.looked_at.push(key.clone());
            }
            if moved || seen {
                outcome.changed.push(key);
            }
        }
    }

    /// Takes an address for that pane, as whoever collected did, by what the log says: for events that
    /// name it, and for a row that is known by it.
    pub fn recall_place(
        &mut self,
        server: &Server,
        pane: PaneId,
        address: &Target,
        now: Timestamp,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if let Target::Address { .. } = address {
            let known = self.listings.entry(server.clone()).or_default();
            known.take(pane, address);
            self.meet_deadlines(now, &mut outcome);
            let pane = ListedPane {
                pane,
                target: address.clone(),
                shown_at: None,
                pid: 0,
                in_view: false,
                dead: false,
                title: String::new(),
                window: None,
            };
            self.key_by_pane(server, &[pane], &mut outcome);
        }
        outcome
    }

    /// Remembers the server that answers on its socket now.
    fn see_server(&mut self, server: &Server) {
        self.listings
            .retain(|known, _| known.socket != server.socket || self.lost.contains(known));
        self.seen.retain(|known| known != server);
        if self.seen.len() == REMEMBERED_SERVERS {
            self.seen.pop_front();
        }
        self.seen.push_back(server.clone());
    }

    /// Whether another server answers on its socket now: what its panes still say must not reach the
    /// panes of that one, which may have the same numbers. Not of one that has only lost its socket.
    pub(super) fn is_replaced(&self, server: &Server) -> bool {
        let mut newest_first = self.seen.iter().rev();
        let now_there = newest_first.find(|seen| seen.socket == server.socket);
        self.seen.contains(server) && now_there != Some(server) && !self.lost.contains(server)
    }

    /// Whether the server lives while another one listens on its socket.
    pub(crate) fn has_lost_its_socket(&self, server: &Server) -> bool {
        self.lost.contains(server)
    }

    pub(super) fn looked_at(
        &mut self,
        server: Server,
        pane: PaneId,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let key = RowKey {
            server: Some(server),
            place: Target::Pane(pane),
        };
        if let Some(mut entry) = self.rows.get_mut(&key)
            && entry.seen()
        {
            entry.refresh(now);
            outcome.looked_at.push(key.clone());
            outcome.changed.push(key);
        }
    }

    /// Rows that were known by their target only get the key of their pane.
    fn key_by_pane(&mut self, server: &Server, panes: &[ListedPane], outcome: &mut Outcome) {
        for (old, pane) in self.known_by_target(server, panes) {
            let key = RowKey {
                server: Some(server.clone()),
                place: Target::Pane(pane),
            };
            let Some(mut entry) = self.rows.remove(&old) else {
                continue;
            };
            outcome.removed.push(old.clone());
            entry.key = Arc::new(key.clone());
            let keep_other = self
                .rows
                .get(&key)
                .filter(|other| other.silent.is_none())
                .is_some_and(|other| other.instance_id.is_some() || other.ts > entry.ts);
            if keep_other {
                outcome.expired.push(old);
            } else {
                self.rows.insert(entry);
                outcome.found.push(key.clone());
                outcome.changed.push(key);
            }
        }
    }

    /// The rows that are known by the address of one of these panes, or by its number without a server.
    fn known_by_target(&self, server: &Server, panes: &[ListedPane]) -> BTreeMap<RowKey, PaneId> {
        let own = self.own_socket.as_ref();
        let is_own = own.is_none_or(|own| *own == server.socket);
        let nobodys = is_own.then_some(None);
        let addresses = panes.iter().flat_map(|pane| {
            let all = [Some(&pane.target), pane.shown_at.as_ref()];
            all.into_iter().flatten()
        });
        let by_address = addresses.filter_map(|address| {
            let pane = self.pane_at(server, address)?;
            Some((address.clone(), pane))
        });
        let by_address = by_address.flat_map(|(place, pane)| {
            let servers = nobodys.clone().into_iter().chain([Some(server.clone())]);
            servers.map(move |server| {
                (
                    RowKey {
                        server,
                        place: place.clone(),
                    },
                    pane,
                )
            })
        });
        let by_number = panes.iter().filter(|_| is_own).map(|pane| {
            let place = Target::Pane(pane.pane);
            (
                RowKey {
                    server: None,
                    place,
                },
                pane.pane,
            )
        });
        let known = by_address.chain(by_number);
        known
            .filter(|(key, _)| self.rows.contains_key(key))
            .collect()
    }
}
