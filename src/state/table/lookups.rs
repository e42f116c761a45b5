//! What others ask the table for: rows by what is known of them.

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::Table;
use crate::state::entry::Entry;
use crate::state::{Reading, Row, RowKey};

impl Table {
    /// The row with this id.
    pub fn row_with_id(&self, id: &str) -> Option<Row> {
        self.key_of_id(id).and_then(|key| self.row(&key))
    }

    /// The first row of the assistant with this process.
    pub fn row_of_process(&self, pid: u32) -> Option<Row> {
        let mut rows = self.rows.of_process(pid);
        rows.find(|entry| entry.pid == Some(pid)).map(Entry::row)
    }

    /// Whether it is the process of an assistant that runs in no pane, of which its hooks have told.
    pub fn is_of_an_assistant_outside(&self, pid: u32) -> bool {
        let mut rows = self.rows.of_process(pid);
        rows.any(|entry| {
            let is_its = entry.pid == Some(pid) && entry.key.place.process().is_some();
            is_its && entry.publisher.is_none() && entry.attended
        })
    }

    /// The first row that a reading may be about: one of its process, its session or its pane.
    pub fn row_about(&self, reading: &Reading) -> Option<(RowKey, Row)> {
        let is_its = |entry: &&Entry| entry.assistant == reading.assistant;
        let by_process = reading.pid.and_then(|pid| {
            let rows = self.rows.of_process(pid).filter(is_its);
            rows.into_iter().find(|entry| entry.pid == Some(pid))
        });
        let mut by_session = self.rows.of_session(reading.instance_id.as_ref());
        let by_session = by_session.find(is_its);
        let by_pane = reading.pane.as_ref().and_then(|(server, pane)| {
            let server = Some(server.clone());
            let place = Target::Pane(*pane);
            self.rows.get(&RowKey { server, place }).filter(is_its)
        });
        let found = [by_process, by_session, by_pane].into_iter().flatten();
        let first = found.min_by(|one, other| one.key.cmp(&other.key))?;
        Some(((*first.key).clone(), first.row()))
    }

    /// The row in a pane of that id, whichever server's, if there is but one.
    pub fn only_row_in(&self, pane: PaneId) -> Option<RowKey> {
        let keys = self.rows.servers().map(|server| RowKey {
            server: Some(server.clone()),
            place: Target::Pane(pane),
        });
        let mut found = keys.filter(|key| self.rows.contains_key(key));
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }

    /// The sockets of all rows.
    pub fn sockets(&self) -> impl Iterator<Item = &str> {
        self.rows.servers().map(|server| &*server.socket)
    }

    /// The servers of all rows that are or were on this socket.
    pub fn servers_on<'a>(&'a self, socket: &str) -> impl Iterator<Item = &'a Server> {
        self.rows.servers_on(socket)
    }

    /// Whether there are rows of this server.
    pub fn has_rows_on(&self, server: &Server) -> bool {
        self.rows.on_server(server).next().is_some()
    }
}
