//! The panes of assistants have signs of their states, where the person wants that, so that her own borders
//! and names of windows can show them without a process of ours.
//!
//! One thread hears what every dashboard hears and tells each server what has changed, in one message for all
//! that comes in a burst. The signs go with the collector; those that a killed one has left go when the
//! next one comes to the server, also where that has none itself: a file in the runtime folder says that there
//! may be some.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_sys::private;

use super::bursts::{Worker, follow};
use crate::assistants;
use crate::config::Signs;
use crate::mux::{Gone, PATIENCE, Reach, Sign, Undone, is_of_a_session};
use crate::state::Row;
use crate::state::update::Update;

/// Stands in the runtime folder as long as panes may have signs.
const MARK: &str = "signs";

/// How long one may take to forget the signs at the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// The thread, which ends when its updates do. Dropped, it is waited for: then the signs are gone.
#[derive(Debug)]
pub(super) struct PaneSigns {
    thread: Option<JoinHandle<()>>,
    mark: PathBuf,
}

impl PaneSigns {
    /// Starts the thread, where there are to be signs or a killed collector may have left some; it hears through
    /// the sender.
    pub(super) fn start(
        runtime: &Path,
        reach: Reach,
        signs: Option<Signs>,
    ) -> io::Result<Option<(Sender<Update>, Self)>> {
        let mark = runtime.join(MARK);
        if signs.is_some() || reach.feeds {
            // It may be there; without it signs stay until a collector comes that has some.
            let _ = private::write_file(&mark, b"");
        } else if !mark.exists() {
            return Ok(None);
        }
        let (sender, updates) = channel();
        let signer = Signer {
            reach,
            signs,
            rows: BTreeMap::new(),
            seen: BTreeSet::new(),
            shown: BTreeMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("signs".into())
            .spawn(move || signer.run(&updates))?;
        let thread = Some(thread);
        Ok(Some((sender, Self { thread, mark })))
    }
}

impl Drop for PaneSigns {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
        // Where it stays the next one looks once more.
        let _ = fs::remove_file(&self.mark);
    }
}

/// A pane with the sign that it is to have.
type Change = (PaneId, Option<Sign>);

struct Signer {
    reach: Reach,
    /// `None`: none is put, and those that are left are taken away.
    signs: Option<Signs>,
    /// The servers that rows have told of.
    seen: BTreeSet<Server>,
    /// The sign of each pane, by the ids of rows.
    rows: BTreeMap<String, (Server, PaneId, Sign)>,
    /// What each server was told; `None` of a pane that has one of another collector.
    shown: BTreeMap<Server, BTreeMap<PaneId, Option<Sign>>>,
}

impl Worker for Signer {
    /// Each message has tmux draw everything anew.
    const BURST: Duration = Duration::from_millis(100);
    /// A server that did not answer is told again after this.
    const RETRY: Duration = Duration::from_secs(5);

    fn hear(&mut self, update: Update) -> bool {
        match update {
            Update::Snapshot(rows) => {
                for row in &rows {
                    self.see(row);
                }
                let signed = |row: &Row| Some((row.id.clone(), self.sign_of(row)?));
                self.rows = rows.iter().filter_map(signed).collect();
                true
            }
            Update::Row(row) => {
                let is_new = self.see(&row);
                let is_other = match self.sign_of(&row) {
                    Some(sign) => self.rows.insert(row.id.clone(), sign.clone()) != Some(sign),
                    None => self.rows.remove(&row.id).is_some(),
                };
                is_new || is_other
            }
            Update::Gone(id) => self.rows.remove(&id).is_some(),
            Update::Ended(_)
            | Update::Diff(..)
            | Update::Tasks(..)
            | Update::Health(_)
            | Update::Role(_) => false,
        }
    }

    /// Tells each server what has changed; whether all have taken it.
    fn work(&mut self) -> bool {
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
                Err(Undone::Gone(Gone::Server)) => {
                    self.seen.remove(&server);
                    self.shown.remove(&server);
                }
                Err(_) => is_done = false,
            }
        }
        is_done
    }
}

impl Signer {
    fn run(mut self, updates: &Receiver<Update>) {
        self.sweep_own();
        follow(&mut self, updates);
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

    /// Takes note of the row's server; whether it was not known.
    fn see(&mut self, row: &Row) -> bool {
        let server = row.server.as_ref().filter(|_| !row.hearsay);
        let is_new = server.filter(|server| !self.seen.contains(server));
        is_new.is_some_and(|server| self.seen.insert(server.clone()))
    }

    /// Where the row's sign belongs, and which: none of one that does nothing, or of which only a client
    /// tells that may do nothing but publish.
    fn sign_of(&self, row: &Row) -> Option<(Server, PaneId, Sign)> {
        if row.state == State::Idle || row.hearsay || row.offline {
            return None;
        }
        let (server, pane) = (row.server.clone()?, row.pane?);
        let of = of(row);
        let signs = if takes_records(pane) {
            // Who tells it himself is not to be taken back by us either.
            (self.reach.feeds && of.is_some()).then(Signs::default)
        } else {
            self.signs
        };
        let sign = Sign {
            drawn: signs?.of(row.state),
            state: row.state.as_str(),
            of,
        };
        Some((server, pane, sign))
    }

    /// What is to be told to each server.
    fn changes(&mut self) -> Vec<(Server, Vec<Change>)> {
        let mut wanted: BTreeMap<Server, BTreeMap<PaneId, Sign>> = BTreeMap::new();
        for (server, pane, sign) in self.rows.values() {
            let signs = wanted.entry(server.clone()).or_default();
            signs.insert(*pane, *sign);
        }
        for server in &self.seen {
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

/// Whether its server takes what it is told for a list of its own, and draws nothing of ours.
fn takes_records(pane: PaneId) -> bool {
    is_of_a_session(pane)
}

/// Which assistant the sign is of; `None` where it tells its terminal by itself what it does, or somebody publishes it.
fn of(row: &Row) -> Option<&'static str> {
    let known = assistants::named(row.assistant.as_str())?;
    let tells = known.status_records().is_some();
    (!tells && row.publisher.is_none()).then_some(known.row().name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::fixture;

    fn signer() -> Signer {
        Signer {
            reach: Reach::default(),
            signs: Some(Signs::Drawn),
            rows: BTreeMap::new(),
            seen: BTreeSet::new(),
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
            of: None,
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
            of: None,
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
