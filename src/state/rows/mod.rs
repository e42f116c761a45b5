//! All rows by their keys, and beside them what finds some of them without a look at the others: by
//! their deadlines, processes, sessions, folders and publishers.
//!
//! Rows are only changed through [`Changing`], which brings all of that into line when it is done.

mod changing;
mod finder;
mod marks;
#[cfg(test)]
mod proof;

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::RowKey;
use super::entry::Entry;
use super::marked::{Expiry, Key, fingerprint};
pub(super) use changing::Changing;
use finder::Finder;
use marks::{Marks, first_place};

/// Which rows have a thing, in its order and then in that of their keys.
type Index<T> = BTreeSet<(T, Key)>;

/// All rows.
#[derive(Debug)]
pub(super) struct Rows {
    slots: HashMap<Key, Box<Slot>>,
    /// All keys.
    order: BTreeSet<Key>,
    indexes: Indexes,
    expiry: Expiry,
}

/// A row, and what the indexes say of it.
#[derive(Debug)]
struct Slot {
    entry: Entry,
    marks: Marks,
}

/// Each text stands there by its fingerprint: whoever finds a row looks whether it is the one.
#[derive(Debug)]
struct Indexes {
    /// No key stands before it.
    first: Key,
    due: Index<Timestamp>,
    processes: Finder<u32>,
    sessions: Finder<u64>,
    /// Folder and branch.
    folders: Index<(u64, u64)>,
    publishers: Finder<u64>,
    silent: BTreeSet<Key>,
}

impl Rows {
    pub(super) fn new(ttl: Duration) -> Self {
        let first = Arc::new(RowKey {
            server: None,
            place: first_place(),
        });
        Self {
            slots: HashMap::new(),
            order: BTreeSet::new(),
            indexes: Indexes {
                first,
                due: Index::new(),
                processes: Finder::default(),
                sessions: Finder::default(),
                folders: Index::new(),
                publishers: Finder::default(),
                silent: BTreeSet::new(),
            },
            expiry: Expiry {
                ttl,
                keeps_all: false,
            },
        }
    }

    pub(super) fn get(&self, key: &RowKey) -> Option<&Entry> {
        self.slots.get(key).map(|slot| &slot.entry)
    }

    /// A row, to be changed.
    pub(super) fn get_mut(&mut self, key: &RowKey) -> Option<Changing<'_>> {
        let slot = self.slots.get_mut(key)?;
        Some(Changing::new(slot, &mut self.indexes, self.expiry))
    }

    pub(super) fn contains_key(&self, key: &RowKey) -> bool {
        self.slots.contains_key(key)
    }

    /// Puts a row where its key says, in place of the one that is there.
    pub(super) fn insert(&mut self, entry: Entry) {
        self.remove(&entry.key.clone());
        let marks = Marks::of(&entry, self.expiry);
        self.indexes.change(&entry.key, &Marks::default(), &marks);
        let key = Arc::clone(&entry.key);
        self.order.insert(Arc::clone(&key));
        self.slots.insert(key, Box::new(Slot { entry, marks }));
    }

    pub(super) fn remove(&mut self, key: &RowKey) -> Option<Entry> {
        let Slot { entry, marks } = *self.slots.remove(key)?;
        self.order.remove(key);
        self.indexes.change(&entry.key, &marks, &Marks::default());
        Some(entry)
    }

    /// All rows, in the order of their keys.
    pub(super) fn values(&self) -> impl Iterator<Item = &Entry> {
        self.order.iter().filter_map(|key| self.get(key))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.order.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// From now on rows without any proof of life are kept, or are not.
    pub(super) fn keep_all(&mut self, keeps_all: bool) {
        self.expiry.keeps_all = keeps_all;
        let keys: Vec<Key> = self.keys().cloned().collect();
        for key in keys {
            // To be put where it belongs now.
            drop(self.get_mut(&key));
        }
    }

    /// When the first of all deadlines is.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.indexes.due.first().map(|(due, _)| *due)
    }

    /// The rows that have a deadline up to `now`, in the order of their keys.
    pub(super) fn due(&self, now: Timestamp) -> BTreeSet<Key> {
        let due = self.indexes.due.iter().take_while(|(due, _)| *due <= now);
        due.map(|(_, key)| Arc::clone(key)).collect()
    }

    /// The rows of a process: it is their assistant's, or the place that they stand for.
    pub(super) fn of_process(&self, pid: u32) -> impl Iterator<Item = &Entry> {
        self.entries(&self.indexes.processes, pid)
    }

    /// The rows of the sessions with this name, whichever assistant's.
    pub(super) fn of_session<'a>(
        &'a self,
        instance: Option<&String>,
    ) -> impl Iterator<Item = &'a Entry> {
        let found = instance.map(|name| self.entries(&self.indexes.sessions, fingerprint(name)));
        let found = found.into_iter().flatten();
        found.filter(move |entry| entry.instance_id.as_ref() == instance)
    }

    /// The rows that a publisher speaks for.
    pub(super) fn of_publisher<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Entry> {
        let found = self.entries(&self.indexes.publishers, fingerprint(name));
        found.filter(move |entry| entry.is_of(name))
    }

    /// The rows in a folder of which another branch is known than this one.
    pub(super) fn on_another_branch(&self, cwd: &str, branch: Option<&String>) -> Vec<Key> {
        let folder = fingerprint(cwd);
        let here = fingerprint(&branch);
        let first = || Arc::clone(&self.indexes.first);
        let folders = &self.indexes.folders;
        let before = folders.range(((folder, 0), first())..((folder, here), first()));
        let after = folders.range(((folder, here.saturating_add(1)), first())..);
        let after = after.take_while(|((known, _), _)| *known == folder);
        let found = before.chain(after).map(|(_, key)| Arc::clone(key));
        let mut found: Vec<Key> = found.collect();
        found.sort_unstable();
        found.retain(|key| {
            let entry = self.get(key);
            entry.is_some_and(|entry| entry.cwd.as_deref() == Some(cwd))
        });
        found
    }

    /// The rows of a server of which nothing is known but that they run.
    pub(super) fn silent_on<'a>(&'a self, server: &Server) -> impl Iterator<Item = &'a Entry> {
        let first = RowKey {
            server: Some(server.clone()),
            place: first_place(),
        };
        let silent = self.indexes.silent.range::<RowKey, _>(first..);
        let silent = silent.filter_map(|key| self.get(key));
        silent.take_while(move |entry| entry.server() == Some(server))
    }

    /// The rows of a server.
    pub(super) fn on_server<'a>(&'a self, server: &Server) -> impl Iterator<Item = &'a Entry> {
        let rows = self.from(Some(server.clone()));
        rows.take_while(move |entry| entry.server() == Some(server))
    }

    /// The rows of all servers that are or were on this socket.
    pub(super) fn on_socket<'a>(&'a self, socket: &str) -> impl Iterator<Item = &'a Entry> {
        let rows = self.from(Some(Server {
            socket: socket.to_owned(),
            pid: 0,
        }));
        rows.take_while(move |entry| entry.server().is_some_and(|it| it.socket == socket))
    }

    /// The servers of all rows.
    pub(super) fn servers(&self) -> impl Iterator<Item = &Server> {
        self.servers_from(String::new())
    }

    /// Those that are or were on this socket.
    pub(super) fn servers_on<'a>(&'a self, socket: &str) -> impl Iterator<Item = &'a Server> {
        let servers = self.servers_from(socket.to_owned());
        servers.take_while(move |server| server.socket == socket)
    }

    /// Each is found by a look behind the one before, whatever rows that has.
    fn servers_from(&self, socket: String) -> impl Iterator<Item = &Server> {
        let mut next = Some(Server { socket, pid: 0 });
        std::iter::from_fn(move || {
            let found = self.from(next.take()?.into()).next()?.server()?;
            let socket = found.socket.clone();
            next = Some(match found.pid.checked_add(1) {
                Some(pid) => Server { socket, pid },
                None => Server {
                    socket: socket + "\0",
                    pid: 0,
                },
            });
            Some(found)
        })
    }

    fn from(&self, server: Option<Server>) -> impl Iterator<Item = &Entry> {
        let place = first_place();
        let keys = self.order.range(RowKey { server, place }..);
        keys.filter_map(|key| self.get(key))
    }

    fn entries<'a, T: Eq + Hash + Copy>(
        &'a self,
        finder: &'a Finder<T>,
        what: T,
    ) -> impl Iterator<Item = &'a Entry> {
        let found = finder.find(&what).iter();
        found.filter_map(|key| self.get(key))
    }
}
