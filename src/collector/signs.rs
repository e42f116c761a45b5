//! The panes of assistants have signs of their states, where the person wants that, so that her own borders
//! and names of windows can show them without a process of ours.
//!
//! One thread hears what every dashboard hears and tells each server what has changed, in one message for all
//! that comes in a burst. The signs go with the collector; those that a killed one has left go when the
//! next one comes to the server.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::{PaneId, Server};

use crate::config::Signs;
use crate::mux::{Gone, PATIENCE, Reach, Sign, Undone};
use crate::state::Row;
use crate::state::update::Update;

/// What comes within this time is told at once: each message has tmux draw everything anew.
const BURST: Duration = Duration::from_millis(100);

/// A server that did not answer is told again after this.
const RETRY: Duration = Duration::from_secs(5);

/// How long one may take to forget the signs at the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// The thread, which ends when its updates do. Dropped, it is waited for: then the signs are gone.
#[derive(Debug)]
pub(super) struct PaneSigns(Option<JoinHandle<()>>);

impl PaneSigns {
    /// Starts the thread; it hears through the sender.
    pub(super) fn start(reach: Reach, signs: Signs) -> io::Result<(Sender<Update>, Self)> {
        let (sender, updates) = channel();
        let signer = Signer {
            reach,
            signs,
            rows: BTreeMap::new(),
            shown: BTreeMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("signs".into())
            .spawn(move || signer.run(&updates))?;
        Ok((sender, Self(Some(thread))))
    }
}

impl Drop for PaneSigns {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

/// A pane with the sign that it is to have.
type Change = (PaneId, Option<Sign>);

struct Signer {
    reach: Reach,
    signs: Signs,
    /// The sign of each pane, by the ids of rows.
    rows: BTreeMap<String, (Server, PaneId, Sign)>,
    /// What each server was told; `None` of a pane that has one of another collector.
    shown: BTreeMap<Server, BTreeMap<PaneId, Option<Sign>>>,
}

impl Signer {
    fn run(mut self, updates: &Receiver<Update>) {
        self.sweep_own();
        let mut due: Option<Instant> = None;
        loop {
            let heard = match due {
                None => updates.recv().map_err(RecvTimeoutError::from),
                Some(due) => updates.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match heard {
                Ok(update) => {
                    if self.hear(update) {
                        let soon = Instant::now() + BURST;
                        due = Some(due.map_or(soon, |due| due.min(soon)));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let is_done = self.tell();
                    due = (!is_done).then(|| Instant::now() + RETRY);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.rows.clear();
        for (server, signs) in self.changes() {
            // One that takes too long keeps them until somebody collects again.
            let _ = self.put(&server, &signs, FAREWELL);
        }
    }

    /// Takes away what a killed collector has left on the person's own server, of which no row may tell.
    fn sweep_own(&self) {
        let (own, socket) = (self.reach.own(), &self.reach.own_socket);
        if !socket.exists() {
            return;
        }
        let left = own.signed(socket, PATIENCE).unwrap_or_default();
        let left: Vec<_> = left.into_iter().map(|pane| (pane, None)).collect();
        // What is refused is swept when an assistant is seen there.
        let _ = own.put_signs(socket, &left, PATIENCE);
    }

    /// Takes in an update; whether a sign is to be another.
    fn hear(&mut self, update: Update) -> bool {
        match update {
            Update::Snapshot(rows) => {
                let signed = |row: &Row| Some((row.id.clone(), self.sign_of(row)?));
                self.rows = rows.iter().filter_map(signed).collect();
                true
            }
            Update::Row(row) => match self.sign_of(&row) {
                Some(sign) => self.rows.insert(row.id.clone(), sign.clone()) != Some(sign),
                None => self.rows.remove(&row.id).is_some(),
            },
            Update::Gone(id) => self.rows.remove(&id).is_some(),
            Update::Ended(_)
            | Update::Diff(..)
            | Update::Tasks(..)
            | Update::Health(_)
            | Update::Role(_) => false,
        }
    }

    /// Where the row's sign belongs, and which: none of one that does nothing, or of which only a client
    /// tells that may do nothing but publish.
    fn sign_of(&self, row: &Row) -> Option<(Server, PaneId, Sign)> {
        if row.state == State::Idle || row.hearsay || row.offline {
            return None;
        }
        let sign = Sign {
            drawn: self.signs.of(row.state),
            state: row.state.as_str(),
        };
        Some((row.server.clone()?, row.pane?, sign))
    }

    /// Tells each server what has changed; whether all have taken it.
    fn tell(&mut self) -> bool {
        let mut is_done = true;
        for (server, signs) in self.changes() {
            match self.put(&server, &signs, PATIENCE) {
                Ok(()) => {
                    let shown = self.shown.entry(server).or_default();
                    for (pane, sign) in signs {
                        shown.remove(&pane);
                        shown.extend(sign.map(|sign| (pane, Some(sign))));
                    }
                }
                Err(Undone::Gone(Gone::Server)) => drop(self.shown.remove(&server)),
                Err(_) => is_done = false,
            }
        }
        is_done
    }

    /// What is to be told to each server.
    fn changes(&mut self) -> Vec<(Server, Vec<Change>)> {
        let mut wanted: BTreeMap<Server, BTreeMap<PaneId, Sign>> = BTreeMap::new();
        for (server, pane, sign) in self.rows.values() {
            let signs = wanted.entry(server.clone()).or_default();
            signs.insert(*pane, *sign);
        }
        for server in wanted.keys() {
            if !self.shown.contains_key(server) {
                let socket = Path::new(&server.socket);
                let left = self.reach.at(socket).signed(socket, PATIENCE);
                let left = left.unwrap_or_default().into_iter();
                let left = left.map(|pane| (pane, None)).collect();
                self.shown.insert(server.clone(), left);
            }
        }
        let of = |(server, shown): (&Server, &BTreeMap<PaneId, Option<Sign>>)| {
            let wanted = wanted.get(server);
            let panes = shown
                .keys()
                .chain(wanted.into_iter().flat_map(BTreeMap::keys));
            let panes: BTreeSet<PaneId> = panes.copied().collect();
            let change = |pane: PaneId| {
                let sign = wanted.and_then(|signs| signs.get(&pane)).copied();
                let is_so = match shown.get(&pane) {
                    Some(known) => sign.is_some() && *known == sign,
                    None => sign.is_none(),
                };
                (!is_so).then_some((pane, sign))
            };
            let changes: Vec<_> = panes.into_iter().filter_map(change).collect();
            (!changes.is_empty()).then(|| (server.clone(), changes))
        };
        self.shown.iter().filter_map(of).collect()
    }

    fn put(&self, server: &Server, signs: &[Change], within: Duration) -> Result<(), Undone> {
        let socket = Path::new(&server.socket);
        self.reach.at(socket).put_signs(socket, signs, within)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::fixture;

    fn signer() -> Signer {
        Signer {
            reach: Reach::default(),
            signs: Signs::Drawn,
            rows: BTreeMap::new(),
            shown: BTreeMap::new(),
        }
    }

    fn server() -> Server {
        Server {
            socket: "/own".to_owned(),
            pid: 7,
        }
    }

    fn row(state: State) -> Row {
        let mut row = fixture::row(3, "claude", state, "shop:1.1", 1);
        (row.server, row.pane) = (Some(server()), Some(PaneId(3)));
        row
    }

    #[test]
    fn a_sign_is_of_a_pane_in_which_something_is_the_matter_and_of_nobodys_hearsay() {
        let signer = signer();
        let sign = |change: &dyn Fn(&mut Row)| {
            let mut row = row(State::WaitingInput);
            change(&mut row);
            signer.sign_of(&row)
        };
        let asks = Sign {
            drawn: "?",
            state: "waiting_input",
        };
        assert_eq!(sign(&|_| ()), Some((server(), PaneId(3), asks)));
        for change in [
            (|row: &mut Row| row.state = State::Idle) as fn(&mut Row),
            |row| row.hearsay = true,
            |row| row.offline = true,
            |row| row.pane = None,
            |row| row.server = None,
        ] {
            assert_eq!(sign(&change), None);
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let mut signer = signer();
        // It was looked at before: another collector has left a sign in pane 4.
        signer
            .shown
            .insert(server(), BTreeMap::from([(PaneId(4), None)]));
        let hear = |signer: &mut Signer, state| signer.hear(Update::Row(Arc::new(row(state))));
        assert!(hear(&mut signer, State::Running));
        assert!(!hear(&mut signer, State::Running), "it is as it was");
        let works = Some(Sign {
            drawn: "●",
            state: "running",
        });
        let told = vec![(PaneId(3), works), (PaneId(4), None)];
        assert_eq!(signer.changes(), [(server(), told)]);
        signer
            .shown
            .insert(server(), BTreeMap::from([(PaneId(3), works)]));
        assert_eq!(signer.changes(), []);
        assert!(hear(&mut signer, State::Idle));
        assert_eq!(signer.changes(), [(server(), vec![(PaneId(3), None)])]);
    }
}
