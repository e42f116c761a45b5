//! What lists of panes do to the table: rows of panes that are gone end, rows get the address their
//! pane has now, and a row that was known by its address gets its pane.

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Outcome, Table};
use crate::state::entry::Entry;
use crate::state::{ListedPane, Listing, RowKey};

/// How many tmux servers are remembered, to know those that were replaced.
const REMEMBERED_SERVERS: usize = 16;

impl Table {
    pub(super) fn listing(&mut self, listing: Listing, now: Timestamp, outcome: &mut Outcome) {
        let Listing {
            server,
            asked,
            panes,
        } = listing;
        let home = panes.iter().map(|pane| (pane.pane, pane.target.clone()));
        let is_shown = |pane: &ListedPane| Some((pane.pane, pane.shown_at.clone()?));
        // A pane's own address stands before the one where it is shown.
        let targets = home.chain(panes.iter().filter_map(is_shown)).collect();
        self.see_server(&server);
        self.listings.insert(server.clone(), targets);
        self.key_by_pane(&server, outcome);

        let lost = std::mem::take(&mut self.lost);
        let on_socket = |entry: &Entry| {
            entry
                .server()
                .is_some_and(|known| known.socket == server.socket && !lost.contains(known))
        };
        self.remove_if(now, outcome, |entry| {
            let restarted = entry.server() != Some(&server);
            let listed = panes.iter().find(|pane| Some(pane.pane) == entry.pane());
            let vanished = entry.pane().is_some() && listed.is_none_or(|pane| pane.dead);
            // A pane that was listed once is gone for good, whoever still reports from it.
            let was_there = entry.listed && (restarted || listed.is_none());
            on_socket(entry) && (restarted || vanished) && (was_there || entry.heard < asked)
        });
        self.lost = lost;
        for pane in &panes {
            let key = RowKey {
                server: Some(server.clone()),
                place: Target::Pane(pane.pane),
            };
            let Some(entry) = self.rows.get_mut(&key) else {
                continue;
            };
            let moved =
                entry.target != pane.target || entry.shown_at != pane.shown_at || !entry.listed;
            entry.target = pane.target.clone();
            entry.shown_at.clone_from(&pane.shown_at);
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
            known.retain(|(id, target)| *id != pane && target != address);
            known.push((pane, address.clone()));
            self.meet_deadlines(now, &mut outcome);
            self.key_by_pane(server, &mut outcome);
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
        if let Some(entry) = self.rows.get_mut(&key)
            && entry.seen()
        {
            entry.refresh(now);
            outcome.looked_at.push(key.clone());
            outcome.changed.push(key);
        }
    }

    /// Rows that were known by their target only get the key of their pane.
    fn key_by_pane(&mut self, server: &Server, outcome: &mut Outcome) {
        let by_target: Vec<RowKey> = self
            .rows
            .keys()
            .filter(|key| match &key.server {
                Some(known) => known == server,
                None => self
                    .own_socket
                    .as_ref()
                    .is_none_or(|own| *own == server.socket),
            })
            .filter(|key| key.server.is_none() || matches!(key.place, Target::Address { .. }))
            .cloned()
            .collect();
        for old in by_target {
            let pane = match &old.place {
                Target::Pane(pane) => self.listings[server]
                    .iter()
                    .any(|(id, _)| id == pane)
                    .then_some(*pane),
                address @ Target::Address { .. } => self.pane_at(server, address),
                // No pane of any server.
                Target::Process { .. } | Target::Agent(_) => None,
            };
            let Some(pane) = pane else { continue };
            let key = RowKey {
                server: Some(server.clone()),
                place: Target::Pane(pane),
            };
            let Some(mut entry) = self.rows.remove(&old) else {
                continue;
            };
            outcome.removed.push(old.clone());
            entry.key = key.clone();
            let keep_other = self
                .rows
                .get(&key)
                .filter(|other| other.silent.is_none())
                .is_some_and(|other| other.instance_id.is_some() || other.ts > entry.ts);
            if keep_other {
                outcome.expired.push(old);
            } else {
                self.rows.insert(key.clone(), entry);
                outcome.found.push(key.clone());
                outcome.changed.push(key);
            }
        }
    }
}
