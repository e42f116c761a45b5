//! The panes of assistants that tell of themselves unasked are read, by the pipe of each pane, where the person wants
//! that: this starts the process that reads (`tap`) and has it ended.
//!
//! One thread hears what every dashboard hears. A pane is read as soon as it has a row of such an assistant and that
//! runs before the person, and no longer than that. A pipe that is the person's is left alone, also one that she
//! has taken from us; given back, or where a reader was killed, it is taken again: at once, if it is certain that
//! nobody else has come meanwhile, else when the pane draws and its server notices. What a killed collector has left
//! is known by its processes, and goes on for the next one; where the person wants it no more, it is ended.

mod readers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::{PaneId, Server, Target};

use crate::assistants::present::in_front;
use crate::assistants::witness::Witness;
use crate::assistants::{self, Facets};
use crate::collector::bursts::{Worker, follow};
use crate::diagnostics::{self, Part};
use crate::mux::proof::Trace;
use crate::mux::{Gone, PATIENCE, Reach, Undone};
use crate::state::Row;
use crate::state::update::Update;
use crate::tap::{Tap, World};
use readers::Reader;
pub(crate) use readers::{Pane, is_read};

/// How long a server may take at the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// How long a reader is waited for that was started: a shell becomes it.
const BEGINS_WITHIN: Duration = Duration::from_millis(300);

/// How long between two looks for it.
const PAUSE: Duration = Duration::from_millis(5);

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What the person has set.
    pub witness: Witness,
    /// This program, which reads; `None`: nobody knows where it is, and nothing is read.
    pub program: Option<PathBuf>,
}

/// The thread, which ends when its updates do. Dropped, it is waited for: then nothing is read any more.
#[derive(Debug)]
pub(in crate::collector) struct Taps(Option<JoinHandle<()>>);

impl Taps {
    /// Starts the thread for the collectors of this world; it hears through the sender.
    pub(in crate::collector) fn start(
        reach: Reach,
        setup: Setup,
        world: World,
    ) -> io::Result<(Sender<Update>, Self)> {
        let (sender, updates) = channel();
        let tapper = Tapper {
            reach,
            setup,
            world,
            rows: BTreeMap::new(),
            panes: BTreeMap::new(),
            left: BTreeMap::new(),
            traces: BTreeMap::new(),
            looked: Instant::now(),
        };
        let thread = std::thread::Builder::new()
            .name("taps".into())
            .spawn(move || tapper.run(&updates))?;
        Ok((sender, Self(Some(thread))))
    }
}

impl Drop for Taps {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}

/// What was done with a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It is read, by that process; `None` as long as that has not begun to.
    Tapped(Option<Reader>),
    /// Its pipe is somebody else's.
    Taken,
    /// It is not, as was found when its row was in this state.
    NotIn(State),
}

struct Tapper {
    reach: Reach,
    setup: Setup,
    world: World,
    /// Where the rows are that are to be read, by their ids, and how they are.
    rows: BTreeMap<String, (Pane, State)>,
    panes: BTreeMap<Pane, Known>,
    /// The readers of panes that were not ended by us and are gone.
    left: BTreeMap<Pane, Reader>,
    /// What each server had done when its panes were looked at.
    traces: BTreeMap<Server, Option<Trace>>,
    /// When it was looked who has the pipes.
    looked: Instant,
}

impl Worker for Tapper {
    const BURST: Duration = Duration::from_millis(50);
    /// Also how often it is looked who has each pipe, where the server has run since.
    const RETRY: Duration = Duration::from_secs(2);

    fn hear(&mut self, update: Update) -> bool {
        match update {
            Update::Snapshot(rows) => {
                let at = |row: &Row| Some((row.id.clone(), self.place_of(row)?));
                self.rows = rows.iter().filter_map(at).collect();
                true
            }
            Update::Row(row) => match self.place_of(&row) {
                Some(at) => self.rows.insert(row.id.clone(), at.clone()) != Some(at),
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

    fn work(&mut self) -> bool {
        if self.looked.elapsed() >= Self::RETRY {
            self.look_at_pipes();
            self.looked = Instant::now();
        }
        self.tap_and_untap() && !self.has_pipes()
    }
}

impl Tapper {
    fn run(mut self, updates: &Receiver<Update>) {
        // What a collector of this world has left that was killed.
        let left = readers::all(&self.world).into_iter();
        self.panes
            .extend(left.map(|(pane, reader)| (pane, Known::Tapped(Some(reader)))));
        if !assistants::ALL.iter().any(|known| self.is_wanted(*known)) {
            return self.end(PATIENCE);
        }
        follow(&mut self, updates);
        self.end(FAREWELL);
    }

    /// Whether this assistant is to be read.
    fn is_wanted(&self, known: &dyn Facets) -> bool {
        let piped = known.piped(self.setup.witness);
        piped.is_some_and(|piped| piped.is_wanted)
    }

    /// Where the row is, if it is to be read: none of which only a client tells that may do nothing but publish.
    fn place_of(&self, row: &Row) -> Option<(Pane, State)> {
        let known = assistants::of(&row.assistant)?;
        if row.hearsay || row.offline || !self.is_wanted(known) {
            return None;
        }
        Some(((row.server.clone()?, row.pane?), row.state))
    }

    /// Whether any pane has a pipe, ours or not.
    fn has_pipes(&self) -> bool {
        let mut known = self.panes.values();
        known.any(|known| !matches!(known, Known::NotIn(_)))
    }

    /// Forgets what may have changed: whose reader is gone, and who had her own pipe.
    fn look_at_pipes(&mut self) {
        let servers: BTreeSet<Server> = self
            .panes
            .keys()
            .map(|(server, _)| server.clone())
            .collect();
        self.traces.retain(|server, _| servers.contains(server));
        for server in servers {
            let trace = self.reach.of(&server).proof().trace(&server);
            let is_beginning =
                |(at, known): (&Pane, &Known)| at.0 == server && *known == Known::Tapped(None);
            let has_begun = !self.panes.iter().any(is_beginning);
            if has_begun && trace.is_some() && self.traces.get(&server) == Some(&trace) {
                continue;
            }
            let read = readers::on(&self.world, &server);
            let left = &mut self.left;
            self.panes.retain(|at, known| {
                if at.0 != server {
                    return true;
                }
                let reads = read.get(&at.1).copied();
                match known {
                    Known::Tapped(None) => *known = Known::Tapped(reads),
                    Known::Tapped(Some(reader)) if reads != Some(*reader) => {
                        left.insert(at.clone(), *reader);
                        return false;
                    }
                    Known::Tapped(Some(_)) | Known::NotIn(_) => {}
                    Known::Taken => return false,
                }
                // What was started and does not read is started again.
                *known != Known::Tapped(None)
            });
            self.traces.insert(server, trace);
        }
    }

    /// Has read what is to be, and no more read what is not; whether all of that could be done.
    fn tap_and_untap(&mut self) -> bool {
        let wanted: BTreeMap<Pane, State> = self.rows.values().cloned().collect();
        let mut is_done = true;
        for (pane, state) in &wanted {
            let known = self.panes.get(pane);
            let is_known = |known: &Known| match known {
                Known::Tapped(_) | Known::Taken => true,
                Known::NotIn(then) => then == state,
            };
            if known.is_some_and(is_known) {
                continue;
            }
            match self.tap(pane, *state) {
                Ok(known) => {
                    self.panes.insert(pane.clone(), known);
                    // What the server has just done for us is nobody's word.
                    let trace = self.reach.of(&pane.0).proof().trace(&pane.0);
                    self.traces.insert(pane.0.clone(), trace);
                }
                Err(Undone::Unknown(_)) => is_done = false,
                Err(_) => {
                    self.panes.insert(pane.clone(), Known::NotIn(*state));
                }
            }
        }
        self.panes
            .retain(|pane, known| wanted.contains_key(pane) || matches!(known, Known::Tapped(_)));
        self.left.retain(|pane, _| wanted.contains_key(pane));
        let without = self.panes.keys().filter(|pane| !wanted.contains_key(*pane));
        let without: Vec<Pane> = without.cloned().collect();
        // Its row may only be late, as when this collector has just begun.
        let is_unknown = |undone| matches!(undone, Undone::Unknown(_));
        let may_run = |pane: &Pane| self.runs_in(pane).unwrap_or_else(is_unknown);
        let (stay, over): (Vec<Pane>, Vec<Pane>) = without.into_iter().partition(may_run);
        self.untap(over, PATIENCE) && is_done && stay.is_empty()
    }

    /// Whether one that is to be read runs in the pane before the person.
    ///
    /// # Errors
    /// The server does not tell which process is the pane's.
    fn runs_in(&self, (server, pane): &Pane) -> Result<bool, Undone> {
        let place = self.reach.place(Some(server.clone()), Target::Pane(*pane));
        match self.reach.of(server).process(&place, PATIENCE) {
            Ok(root) => {
                let found = in_front(root);
                let known = found.and_then(|found| assistants::of(&found.assistant));
                Ok(known.is_some_and(|known| self.is_wanted(known)))
            }
            Err(Undone::Gone(Gone::Pane | Gone::Server)) => Ok(false),
            Err(undone) => Err(undone),
        }
    }

    /// Has the pane read, whose row is in that state; what became of it.
    fn tap(&mut self, pane: &Pane, state: State) -> Result<Known, Undone> {
        if let Some(reader) = readers::of(&self.world, pane) {
            self.left.remove(pane);
            return Ok(Known::Tapped(Some(reader)));
        }
        let Some(program) = &self.setup.program else {
            return Ok(Known::NotIn(state));
        };
        if !self.runs_in(pane)? {
            return Ok(Known::NotIn(state));
        }
        let (server, id) = pane.clone();
        let place = self.reach.place(Some(server.clone()), Target::Pane(id));
        let tap = Tap {
            world: self.world.clone(),
            server,
            pane: id,
        };
        let mux = self.reach.of(&tap.server);
        let words = tap.command(program);
        let mut tapped = mux.tap(&place, &words, None, PATIENCE);
        let left_by = self.left_by(pane);
        if let (Ok(false), Some(left_by)) = (&tapped, left_by) {
            tapped = mux.tap(&place, &words, Some(left_by), PATIENCE);
        }
        diagnostics::debug(Part::Collector, || format!("tap {id}: {tapped:?}"));
        if !tapped? {
            return Ok(Known::Taken);
        }
        self.left.remove(pane);
        Ok(Known::Tapped(self.begun(pane)))
    }

    /// The reader that has just been started, once it is one: by it it is known later that nobody else has come after it.
    fn begun(&self, pane: &Pane) -> Option<Reader> {
        let until = Instant::now() + BEGINS_WITHIN;
        loop {
            let reader = readers::of(&self.world, pane);
            if reader.is_some() || Instant::now() >= until {
                return reader;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The reader of ours that has left the pipe of the pane open, if nobody else can have it by now.
    fn left_by(&self, pane: &Pane) -> Option<u32> {
        let reader = *self.left.get(pane)?;
        let mux = self.reach.of(&pane.0);
        let listed = mux.list(Path::new(&pane.0.socket), PATIENCE).ok()?;
        let roots: Vec<u32> = listed.panes.iter().map(|pane| pane.pid).collect();
        (!readers::may_be_anothers(pane, reader, &roots)).then_some(reader.pid)
    }

    /// Has these panes read no more; whether that could be done.
    fn untap(&mut self, panes: Vec<Pane>, within: Duration) -> bool {
        let mut by_server: BTreeMap<Server, Vec<PaneId>> = BTreeMap::new();
        for pane in panes {
            self.panes.remove(&pane);
            // Else its pipe is another's by now.
            if is_read(&self.world, &pane) {
                by_server.entry(pane.0).or_default().push(pane.1);
            }
        }
        let mut is_done = true;
        for (server, panes) in by_server {
            if let Err(Undone::Unknown(_)) = self.reach.of(&server).untap(&server, &panes, within) {
                is_done = false;
                let read = readers::on(&self.world, &server);
                let again = panes.into_iter().filter_map(|pane| {
                    let reader = read.get(&pane)?;
                    Some(((server.clone(), pane), Known::Tapped(Some(*reader))))
                });
                self.panes.extend(again);
            }
        }
        is_done
    }

    /// Has nothing read any more. A server that takes too long keeps its readers until these find out that nobody
    /// collects.
    fn end(&mut self, within: Duration) {
        let tapped = self.panes.iter();
        let tapped = tapped.filter(|(_, known)| matches!(known, Known::Tapped(_)));
        let tapped = tapped.map(|(pane, _)| pane.clone()).collect();
        self.untap(tapped, within);
    }
}
