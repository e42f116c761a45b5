//! Takes what a multiplexer's server answers to a listing of its panes, and what is known of one that
//! answers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pane_patrol_hooks::target::{Server, Target};

use super::Writer;
use super::interests::has_session_file;
use crate::assistants::title;
use crate::collector::message::Answer;
use crate::collector::sources::session_files::Order as WitnessOrder;
use crate::mux::kind_at;
use crate::state::{Input, ListedPane, Listing, Reading, Row, RowKey};

impl Writer {
    pub(super) fn take_answer(&mut self, socket: &str, answer: Answer) {
        let subject = format!("{} server {socket}", kind_at(Path::new(socket)));
        match answer {
            Answer::Panes(listing) => {
                let mut lost = self.living_on(socket);
                lost.remove(&listing.server);
                self.trouble(subject.clone(), self.told_lost(&subject, &lost));
                self.table.set_lost(socket, lost);
                if let Some(tidy) = &mut self.tidy {
                    tidy.by(&listing);
                }
                self.ground.learn(&listing);
                if socket == self.own_socket {
                    self.own_server = Some(listing.server.clone());
                }
                let for_witness = self
                    .wanted_by_witness
                    .remove(socket)
                    .then(|| Arc::new(listing.clone()));
                let shown = self.shown_in(&listing);
                let readings = self.titles(&listing, &shown);
                let glimpses = self.glimpses(&listing, &shown);
                self.note_titles(&shown);
                drop(shown);
                self.take_titled_records(&listing);
                let server = listing.server.clone();
                self.apply(Input::Listing(listing), self.clock.now());
                for reading in readings {
                    self.apply(Input::Reading(Box::new(reading)), self.clock.now());
                }
                for glimpse in glimpses {
                    let glimpse = Box::new(glimpse);
                    self.apply(Input::Glimpsed(glimpse), self.clock.now());
                }
                self.look_for_silent();
                self.tell_present(&server);
                if let Some(listing) = for_witness {
                    self.sources.witness.order(WitnessOrder::Listed(listing));
                }
            }
            Answer::Gone => {
                self.tell_witness_of_none(socket);
                self.unheard_titles.forget(socket);
                let lost = self.living_on(socket);
                self.trouble(subject.clone(), self.told_lost(&subject, &lost));
                self.ground.forget(socket);
                let lives = |server: &Server| lost.contains(server);
                if socket == self.own_socket && !self.own_server.as_ref().is_some_and(lives) {
                    self.own_server = None;
                }
                self.table.set_lost(socket, lost);
                let socket = socket.to_owned();
                self.apply(Input::ServerGone { socket }, self.clock.now());
            }
            Answer::NotBelieved(why) => {
                self.tell_witness_of_none(socket);
                self.ground.forget(socket);
                let is_own = socket == self.own_socket;
                let lost = self.living_without(socket);
                let own = is_own.then(|| format!("{subject}: {why}"));
                self.trouble(subject.clone(), self.told_lost(&subject, &lost).or(own));
                self.table.set_lost(socket, lost);
                let outcome = self.table.disbelieve(socket, why, self.now);
                self.count_apart(&outcome);
                self.follow(&outcome);
            }
            Answer::Unknown(why) => self.trouble(subject, Some(why)),
        }
    }

    /// Nothing that a witness looks for is in a pane there.
    fn tell_witness_of_none(&mut self, socket: &str) {
        if self.wanted_by_witness.remove(socket) {
            let server = Server {
                socket: socket.to_owned(),
                pid: 0,
            };
            let none = Listing {
                server,
                asked: self.clock.now(),
                panes: Vec::new(),
            };
            self.sources
                .witness
                .order(WitnessOrder::Listed(Arc::new(none)));
        }
    }

    /// What is so of those that have lost their socket, to another one or to whoever took the file away, and
    /// what to do; `None` where none has.
    fn told_lost(&self, subject: &str, lost: &BTreeSet<Server>) -> Option<String> {
        let words = |server: &Server| {
            let remedy = self.reach.of(server).proof().remedy(server);
            let pid = server.pid;
            format!(
                "{subject}: process {pid} has lost its socket, but lives and so do its rows; {remedy}"
            )
        };
        let all: Vec<String> = lost.iter().map(words).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// The servers that live and are or were on `socket`: listed there, or by what their process has
    /// made. What a row was told to be on is nobody's word for that.
    fn living_on(&self, socket: &str) -> BTreeSet<Server> {
        let own = self.own_server.iter();
        let own = own.filter(|server| server.socket == socket);
        let known = self.table.servers_on(socket).chain(own);
        let mux = self.reach.at(Path::new(socket));
        let known = known.filter(|server| mux.proof().is_its_socket(server));
        known
            .chain(self.ground.living_on(socket))
            .cloned()
            .collect()
    }

    /// Those that live and have lost `socket` to another program: what was listed there before, by a
    /// server that was believed, or is proved by its process.
    fn living_without(&self, socket: &str) -> BTreeSet<Server> {
        let mux = self.reach.at(Path::new(socket));
        let listed = self.ground.living_on(socket);
        let listed = listed.filter(|server| mux.out_of_reach(server).is_some());
        let proved = self.table.servers_on(socket);
        let proved = proved.filter(|server| self.ground.lives_without_socket(server));
        listed.chain(proved).cloned().collect()
    }

    /// Tells the witness what the title of each pane with a session file says, when it says something
    /// new.
    fn note_titles(&mut self, shown: &[(Row, &ListedPane)]) {
        for (row, pane) in shown.iter().filter(|(row, _)| has_session_file(row)) {
            let Some(pid) = row.pid else { continue };
            if self.titles.get(&pid) != Some(&pane.title) {
                self.titles.insert(pid, pane.title.clone());
                let order = WitnessOrder::Titled(pid, pane.title.clone());
                self.sources.witness.order(order);
            }
        }
    }

    /// The rows of the panes in a listing, in the order of their keys.
    fn shown_in<'a>(&self, listing: &'a Listing) -> Vec<(Row, &'a ListedPane)> {
        let mut panes = BTreeMap::new();
        for pane in &listing.panes {
            panes.entry(pane.pane).or_insert(pane);
        }
        let shown = panes.into_iter().filter_map(|(id, pane)| {
            let key = RowKey {
                server: Some(listing.server.clone()),
                place: Target::Pane(id),
            };
            Some((self.table.row(&key)?, pane))
        });
        shown.collect()
    }

    /// What the titles in a listing say of the rows that show themselves there.
    fn titles(&self, listing: &Listing, shown: &[(Row, &ListedPane)]) -> Vec<Reading> {
        let is_unheard = |pane: &ListedPane| {
            self.table.is_unheard(&RowKey {
                server: Some(listing.server.clone()),
                place: Target::Pane(pane.pane),
            })
        };
        let wanted = shown.iter().filter(|(row, _)| title::is_wanted(row));
        let wanted = wanted.filter(|(_, pane)| !is_unheard(pane));
        let read = |(row, pane): &(Row, &ListedPane)| {
            let place = (&listing.server, pane.pane);
            title::reading(row, place, &pane.title, listing.asked)
        };
        wanted
            .filter(|(_, pane)| !pane.dead)
            .filter_map(read)
            .collect()
    }
}
