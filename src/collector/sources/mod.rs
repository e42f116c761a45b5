//! What the collector listens to and looks at: each source is a thread or a watch of its own, and all of
//! them tell the one writer.

pub(super) mod branch;
pub(crate) mod changes;
pub(crate) mod conflicts;
pub(super) mod event_log;
pub(super) mod event_socket;
pub(super) mod exits;
pub(super) mod facts;
mod hearing;
pub(super) mod panes;
pub(crate) mod session_files;
pub(super) mod silent;
pub(super) mod stirs;
pub(crate) mod taps;
pub(super) mod turns;
pub(super) mod unheard;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::target::Server;

use super::Message;
use super::counted::Changes;
use crate::assistants::homes::Homes;
use crate::git::Git;
use crate::hub::server::Hub;
use crate::log::tailer::Tailer;
use crate::mux::{PATIENCE, Reach};
use crate::state::Input;
use crate::sys::monotone_clock::Clock;
use crate::sys::wake_channel::Orders;
use exits::News;
use stirs::Stirs;
use unheard::Unheard;

/// What is listened to and looked at.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The server of events that name none, as far as it is known.
    pub own_server: Option<Server>,
    /// Which multiplexers are asked, and with what.
    pub reach: Reach,
    /// Where assistants keep their files.
    pub homes: Homes,
    /// Whether assistants have a row that have not reported.
    pub silent: bool,
    /// Whether sessions have a row that no pane shows.
    pub background: bool,
    /// The assistants whose sessions have a row that run outside of any multiplexer.
    pub everywhere: BTreeSet<Assistant>,
}

impl Setup {
    /// The server of events that name none: that of our pane, else the default one if it runs.
    pub(super) fn own_server(&self) -> Option<Server> {
        self.own_server.clone().or_else(|| {
            let own = &self.reach.own_socket;
            let list = self.reach.own().list(own, PATIENCE).ok()?;
            Some(Server {
                socket: own.to_string_lossy().into_owned(),
                pid: list.server_pid,
            })
        })
    }
}

/// The threads that the writer gives orders to. They end with this.
pub(super) struct Sources {
    /// Who is told; `None`: nobody may ask us.
    pub(super) hub: Option<Hub>,
    pub(super) lister: Sender<panes::Order>,
    /// Servers that tell by themselves when something moves; `None`: they are asked for nothing but their panes.
    pub(super) stirs: Option<Stirs>,
    pub(super) unheard: Unheard,
    pub(super) facts: facts::Keeper,
    pub(super) branches: Sender<String>,
    pub(super) turns: Sender<turns::Look>,
    pub(super) exits: Orders<Changes<u32>>,
    pub(super) witness: session_files::Handle,
    pub(super) work: changes::Handle,
    pub(super) conflicts: conflicts::Handle,
    /// Told which servers to look for assistants on, where that is wanted.
    pub(super) silent: Option<Sender<Vec<Server>>>,
    /// Held for its thread, which ends with it.
    _tail: Option<event_log::Tail>,
}

impl Sources {
    /// Starts them all. `open`: the hub of a collector that others come to, and the runtime folder it is
    /// known by; `None` for one that only looks.
    pub(super) fn start(
        setup: &Setup,
        open: Option<(Hub, &Path)>,
        clock: &Arc<Clock>,
        output: &SyncSender<Message>,
        tailer: Option<Tailer>,
    ) -> io::Result<Self> {
        let (hub, runtime) = open.unzip();
        let (exit_clock, exit_output) = (Arc::clone(clock), output.clone());
        let exits = exits::watch_lives(move |pid, news| {
            let input = match news {
                News::Ended => Input::ProcessExited { pid },
                News::Stopped => Input::Stopped { pid, stopped: true },
                News::GoesOn => Input::Stopped {
                    pid,
                    stopped: false,
                },
            };
            // Nobody listens any more: the thread is about to be told.
            let _ = exit_output.send(Message::Input(input, exit_clock.now()));
        })?;
        let lister = panes::start_lister(setup.reach.clone(), Arc::clone(clock), output.clone())?;
        let stirs = |runtime| Stirs::start(setup.reach.clone(), runtime, lister.clone());
        let stirs = runtime.map(stirs).transpose()?;
        Ok(Self {
            hub,
            lister,
            stirs,
            unheard: Unheard::start(setup.homes.clone(), output.clone())?,
            facts: start_facts(setup.homes.clone(), output.clone())?,
            branches: branch::start_reader(Arc::clone(clock), output.clone())?,
            turns: turns::start_reader(Arc::clone(clock), output.clone())?,
            exits,
            witness: start_witness(setup, clock, output.clone())?,
            work: start_work(setup.homes.clone(), output.clone())?,
            conflicts: start_conflicts(output.clone())?,
            silent: setup
                .silent
                .then(|| silent::start_search(setup.reach.clone(), output.clone()))
                .transpose()?,
            _tail: tailer
                .map(|tailer| event_log::start_tail(tailer, Arc::clone(clock), output.clone()))
                .transpose()?,
        })
    }
}

fn start_work(homes: Homes, output: SyncSender<Message>) -> io::Result<changes::Handle> {
    changes::start_keeper(Git::default(), homes, changes::Pace::SHOWN, move |report| {
        output.send(Message::Work(report)).is_ok()
    })
}

fn start_facts(homes: Homes, output: SyncSender<Message>) -> io::Result<facts::Keeper> {
    facts::Keeper::start(homes, move |read| output.send(Message::Facts(read)).is_ok())
}

fn start_conflicts(output: SyncSender<Message>) -> io::Result<conflicts::Handle> {
    conflicts::start_keeper(Git::default(), move |report| {
        output.send(Message::Conflicts(report)).is_ok()
    })
}

fn start_witness(
    setup: &Setup,
    clock: &Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<session_files::Handle> {
    let setting = session_files::Setting {
        homes: setup.homes.clone(),
        own_socket: setup.reach.own_socket.to_string_lossy().into_owned(),
        background: setup.background,
        everywhere: setup.everywhere.clone(),
    };
    let (now, seen) = (Arc::clone(clock), Arc::clone(clock));
    let report = move |report| {
        let message = match report {
            session_files::Report::Reading(reading) => {
                Message::Input(Input::Reading(reading), seen.now())
            }
            session_files::Report::Event(event) => Message::Witnessed(event, seen.now()),
            session_files::Report::Commands(pid, commands) => {
                Message::Commands(pid, commands, seen.now())
            }
            session_files::Report::Locate(socket) => Message::Locate(socket),
            session_files::Report::Trouble(folder, trouble) => {
                Message::Trouble(subject_of(&folder), trouble)
            }
        };
        // Nobody listens any more: the thread is about to be told.
        let _ = output.send(message);
    };
    session_files::start_watch(setting, move || now.now(), report)
}

fn subject_of(folder: &Path) -> String {
    format!("session files in {}", folder.display())
}
