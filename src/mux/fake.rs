//! A multiplexer for tests: it works, hangs, lies or dies as it is told, and lacks what it is told to
//! lack. All of it is in this file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::proof::NoServers;
use super::{
    Absent, Arrival, Attach, Audience, Beside, Entry, Glimpse, Gone, Guard, Here, Home, Kind,
    Multiplexer, Onlooker, Opened, Opening, Outcome, Owner, PaneList, Pipe, Place, Press, Pressed,
    Proof, Reach, Screen, Shown, Sidebar, Sign, SplitView, Standing, Stirring, Switch, Switched,
    Typed, Undone, Viewer, Windows,
};
use crate::state::{ListedPane, Row, fixture};

/// The fake.
pub(crate) const KIND: Kind = Kind("fake");

/// Its line of the registry.
pub(super) const ENTRY: Entry = Entry {
    kind: KIND,
    is_offered: false,
    variables: &[],
    around: |_| None,
    default_socket: |_, _| None,
    has_sockets_at: |socket| socket.starts_with("/fake"),
    is_of_a_session: |_| false,
    with: |reach| Box::new(Servers(reach.own_socket.clone())),
};

/// How a server is.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "tests that only Linux can have use them")
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It does what it is told.
    #[default]
    Works,
    /// It answers nothing.
    Hangs,
    /// It says that all went well, and does nothing.
    Lies,
    /// It is no more.
    Dead,
    /// It lives, but nobody reaches it.
    Lost,
}

/// One server.
#[derive(Debug, Default)]
pub(crate) struct FakeServer {
    pub(crate) mood: Mood,
    /// How it is when its panes are listed, which is done again and again.
    pub(crate) lists: Mood,
    pub(crate) absent: Absent,
    /// Each pane's process, and what it shows.
    pub(crate) panes: BTreeMap<u32, (u32, String)>,
    /// The pane that the person has before her.
    pub(crate) front: u32,
    /// Whether there is a place beside the dashboard, and the pane there.
    pub(crate) has_place: bool,
    pub(crate) beside: Option<u32>,
    /// What stands in the place when nothing is shown there.
    pub(crate) place_says: String,
    /// Whether it takes keys and then answers no more.
    pub(crate) swallows_keys: bool,
    /// What was typed, pane by pane.
    pub(crate) typed: Vec<(u32, Press)>,
}

static SERVERS: Mutex<BTreeMap<PathBuf, FakeServer>> = Mutex::new(BTreeMap::new());

fn servers() -> MutexGuard<'static, BTreeMap<PathBuf, FakeServer>> {
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Said of the pipes of panes.
const NO_PIPES: &str = "the fake's panes have no pipes";

/// A server of a test.
pub(crate) struct Fake(PathBuf);

/// Its process: what the test starts stands below it.
fn server_pid() -> u32 {
    std::process::id()
}

impl Fake {
    /// One that works and has no pane but that of the dashboard, `%0`.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let fake = Self(PathBuf::from(format!("/fake/{number}")));
        servers().insert(fake.0.clone(), FakeServer::default());
        fake.pane(0, 1);
        fake
    }

    /// Changes or looks at it.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut FakeServer) -> T) -> T {
        work(servers().get_mut(&self.0).expect("it is there"))
    }

    /// Has a pane with this process.
    pub(crate) fn pane(&self, id: u32, pid: u32) {
        self.with(|server| server.panes.insert(id, (pid, String::new())));
    }

    /// It is the person's own one.
    pub(crate) fn reach(&self) -> Reach {
        Reach {
            own_socket: self.0.clone(),
            ..Reach::default()
        }
    }

    /// Its socket and process.
    pub(crate) fn server(&self) -> Server {
        Server {
            socket: self.0.to_string_lossy().into_owned(),
            pid: server_pid(),
        }
    }

    /// A row of one of its panes.
    pub(crate) fn row(&self, pane: u32, assistant: &str, state: State) -> Row {
        let target = format!("work:{pane}.0");
        let mut row = fixture::row(pane, assistant, state, &target, 60);
        row.server = Some(self.server());
        row.id = format!("{}::%{pane}", self.server());
        row
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        servers().remove(&self.0);
    }
}

/// All of them; holds the socket of the person's own one.
struct Servers(PathBuf);

/// Has something done by the server there. `lie`: what a liar says instead.
fn on<T>(
    socket: &Path,
    lie: Option<T>,
    work: impl FnOnce(&mut FakeServer) -> Outcome<T>,
) -> Outcome<T> {
    in_mood(|server| server.mood, socket, lie, work)
}

fn in_mood<T>(
    mood: impl FnOnce(&FakeServer) -> Mood,
    socket: &Path,
    lie: Option<T>,
    work: impl FnOnce(&mut FakeServer) -> Outcome<T>,
) -> Outcome<T> {
    let mut servers = servers();
    let server = servers.get_mut(socket);
    let server = server.ok_or(Undone::Gone(Gone::Server))?;
    match (mood(server), lie) {
        (Mood::Hangs, _) => Err(Undone::Unknown("fake does not answer".to_owned())),
        (Mood::Dead, _) => Err(Undone::Gone(Gone::Server)),
        (Mood::Lost, _) => Err(Undone::Gone(Gone::OutOfReach(
            "its fake server cannot be reached; `fake revive` brings it back".to_owned(),
        ))),
        (Mood::Lies, Some(lie)) => Ok(lie),
        (Mood::Lies | Mood::Works, _) => work(server),
    }
}

impl Servers {
    fn at<T>(
        &self,
        place: &Place,
        lie: Option<T>,
        work: impl FnOnce(&mut FakeServer, u32) -> Outcome<T>,
    ) -> Outcome<T> {
        let socket = place
            .server
            .as_ref()
            .map(|server| Path::new(&server.socket));
        on(socket.unwrap_or(&self.0), lie, |server| match place.pane {
            Target::Pane(PaneId(id)) if server.panes.contains_key(&id) => work(server, id),
            _ => Err(Undone::Gone(Gone::Pane)),
        })
    }
}

fn address_of(pane: u32) -> Target {
    Target::Address {
        session: "work".to_owned(),
        window: pane,
        pane: 0,
    }
}

impl Multiplexer for Servers {
    fn kind(&self) -> Kind {
        KIND
    }

    fn absent(&self) -> Absent {
        servers()
            .get(&self.0)
            .map(|server| server.absent)
            .unwrap_or_default()
    }

    fn names_of_clients(&self) -> Option<&'static str> {
        Some("`fake clients` names the clients")
    }

    fn proof(&self) -> &dyn Proof {
        &NoServers
    }

    fn program(&self, _: Duration) -> Option<Outcome<String>> {
        None
    }

    fn list(&self, socket: &Path, _: Duration) -> Outcome<PaneList> {
        in_mood(
            |server| server.lists,
            socket,
            None,
            |server| {
                let pane = |(id, (pid, _)): (&u32, &(u32, String))| ListedPane {
                    pane: PaneId(*id),
                    target: address_of(*id),
                    shown_at: None,
                    pid: *pid,
                    in_view: server.front == *id,
                    dead: false,
                    title: String::new(),
                    window: None,
                };
                Ok(PaneList {
                    server_pid: server_pid(),
                    panes: server.panes.iter().map(pane).collect(),
                })
            },
        )
    }

    fn address(&self, place: &Place, _: Duration) -> Outcome<Target> {
        self.at(place, None, |_, id| Ok(address_of(id)))
    }

    fn process(&self, place: &Place, _: Duration) -> Outcome<u32> {
        self.at(place, None, |server, id| Ok(server.panes[&id].0))
    }

    fn read(&self, place: &Place, _: bool, _: Duration) -> Outcome<Screen> {
        self.at(place, None, |server, id| {
            let (_, text) = &server.panes[&id];
            Ok(Screen {
                text: text.clone(),
                width: text
                    .lines()
                    .map(|line| line.chars().count())
                    .max()
                    .unwrap_or(0),
                ..Screen::default()
            })
        })
    }

    fn glance(&self, place: &Place, _: u16, from: Option<&Place>, _: Duration) -> Outcome<Glimpse> {
        self.at(place, Some(Glimpse::Unseen), |server, id| {
            if from.is_some_and(|from| from.pane != Target::Pane(PaneId(server.front))) {
                return Ok(Glimpse::Unseen);
            }
            let lines = server.panes[&id].1.lines().map(str::to_owned).collect();
            Ok(Glimpse::Shown(Shown {
                lines,
                ..Shown::default()
            }))
        })
    }

    fn press(&self, at: &Place, press: &Press, _: &Guard, _: Duration) -> Outcome<Pressed> {
        self.at(at, Some(Pressed::Yes), |server, id| {
            if server.swallows_keys {
                return Err(Undone::Unknown("fake does not answer".to_owned()));
            }
            server.typed.push((id, press.clone()));
            // Whatever it shows takes one key.
            if let Some((_, text)) = server.panes.get_mut(&id) {
                text.clear();
            }
            Ok(Pressed::Yes)
        })
    }

    fn look_around(&self, here: Here, _: Duration) -> Here {
        here
    }

    fn own_place(&self, here: &Here, _: Duration) -> Outcome<Option<Place>> {
        on(&self.0, None, |_| {
            let place = here.server.clone().zip(here.pane);
            Ok(place.map(|(server, pane)| Place {
                kind: KIND,
                server: Some(server),
                pane: Target::Pane(pane),
            }))
        })
    }

    fn has_client(&self, place: &Place, _: &str, _: Duration) -> Outcome<()> {
        self.at(place, Some(()), |_, _| Ok(()))
    }

    fn standing(&self, _: &Place, here: &Here, within: Duration) -> Outcome<Option<Standing>> {
        let own = self.own_place(here, within)?;
        Ok(own.map(|place| Standing {
            whose: KIND.name().to_owned(),
            place,
        }))
    }

    fn last_key(&self, _: &Here, _: Duration) -> Outcome<Option<Timestamp>> {
        Ok(None)
    }

    fn go(&self, place: &Place, _: &Here, _: Duration) -> Outcome<Arrival> {
        let there = Arrival::There {
            covered: false,
            by_program: false,
            remark: None,
        };
        self.at(place, Some(there.clone()), |server, id| {
            server.front = id;
            Ok(there)
        })
    }

    fn attach(&self, _: &Attach) -> Outcome<Command> {
        Err("the fake has no program".into())
    }

    fn open(&self, _: &Opening, _: Duration) -> Outcome<Opened> {
        let opened = |id: u32| Opened {
            pane: PaneId(id).to_string(),
            target: address_of(id).to_string(),
            is_there: true,
        };
        on(&self.0, Some(opened(99)), |server| {
            let id = server.panes.keys().max().map_or(0, |last| last + 1);
            // A process that can be seen: our own.
            server.panes.insert(id, (std::process::id(), String::new()));
            Ok(opened(id))
        })
    }

    fn arrange(&self, _: &Place, _: &str, _: Duration) -> Outcome<()> {
        Err("the fake has no windows".into())
    }

    fn close(&self, place: &Place, _: Duration) -> Outcome<()> {
        self.at(place, Some(()), |server, id| {
            server.panes.remove(&id);
            Ok(())
        })
    }

    fn audience(&self, place: &Place, _: Duration) -> Outcome<Audience> {
        self.at(place, None, |server, id| {
            let viewer = Viewer {
                name: "person".to_owned(),
                tty: String::new(),
                obstacle: None,
            };
            Ok(Audience {
                tty: None,
                target: Some(address_of(id)),
                in_view: server.front == id,
                clients: vec![viewer],
            })
        })
    }

    fn tell(&self, place: &Place, _: &str, _: &str, _: Duration) -> Outcome<()> {
        self.at(place, Some(()), |_, _| Ok(()))
    }

    fn through(&self, sequence: &str) -> String {
        sequence.to_owned()
    }

    fn split(&self, home: Home, _: Onlooker) -> Outcome<Box<dyn SplitView>> {
        Ok(Box::new(Split {
            home,
            is_known: false,
            is_lost: false,
            name: String::new(),
        }))
    }

    fn heal(&self, _: &dyn Fn(&Owner) -> bool, _: Duration) -> Outcome<bool> {
        on(&self.0, Some(true), |_| Ok(false))
    }

    fn switch_sidebars(
        &self,
        _: &Windows,
        _: Switch,
        _: &Sidebar,
        _: Duration,
    ) -> Outcome<Switched> {
        Err("the fake one has none".into())
    }

    fn keep_sidebars(&self, _: &Sidebar, _: Duration) -> Outcome<usize> {
        Err("the fake one has none".into())
    }

    fn out_of_reach(&self, server: &Server) -> Option<String> {
        let servers = servers();
        let server = servers.get(Path::new(&server.socket))?;
        (server.mood == Mood::Lost).then(|| "its server has lost its socket".to_owned())
    }

    fn ask_for_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    fn wait_for_stir(&self, _: &Path, _: &Path) -> Outcome<Stirring> {
        Err("the fake tells nothing by itself".into())
    }

    fn forgo_stirs(&self, _: &Path, _: &Path, _: Duration) {}

    fn put_signs(&self, _: &Path, _: &[(PaneId, Option<Sign>)], _: Duration) -> Outcome<()> {
        Ok(())
    }

    fn signed(&self, _: &Path, _: Duration) -> Outcome<Vec<PaneId>> {
        Ok(Vec::new())
    }

    fn tap(&self, _: &Place, _: &[OsString], _: Option<u32>, _: Duration) -> Outcome<bool> {
        Err(NO_PIPES.into())
    }

    fn untap(&self, _: &Server, _: &[PaneId], _: Duration) -> Outcome<()> {
        Err(NO_PIPES.into())
    }

    fn note_taken(&self, _: &Server, _: PaneId, _: Duration) -> Outcome<()> {
        Err(NO_PIPES.into())
    }

    fn pipes(&self, _: &Path, _: Duration) -> Outcome<Vec<(PaneId, Pipe)>> {
        Err(NO_PIPES.into())
    }

    fn give_back(&self, _: PaneId) -> String {
        NO_PIPES.to_owned()
    }
}

/// The place beside the dashboard.
struct Split {
    home: Home,
    /// Whether it is open, as far as the dashboard knows.
    is_known: bool,
    is_lost: bool,
    /// What a person calls what was shown last.
    name: String,
}

impl Split {
    fn on(&self, lie: Option<Beside>, work: impl FnOnce(&mut FakeServer)) -> Outcome<Beside> {
        on(Path::new(&self.home.server.socket), lie, |server| {
            work(server);
            Ok(Beside {
                is_open: server.has_place,
                is_lost: self.is_lost && !server.has_place,
                shows: server
                    .beside
                    .map(|pane| (self.home.server.clone(), PaneId(pane))),
                ..Beside::default()
            })
        })
    }

    fn claim(&self, shows: Option<PaneId>) -> Beside {
        Beside {
            is_open: true,
            shows: shows.map(|pane| (self.home.server.clone(), pane)),
            ..Beside::default()
        }
    }
}

impl SplitView for Split {
    fn toggle(&mut self, _: Duration) -> Outcome<Beside> {
        let mut is_open = self.is_known;
        let toggled = self.on(Some(self.claim(None)), |server| {
            server.has_place = !server.has_place;
            server.beside = None;
            is_open = server.has_place;
        })?;
        (self.is_known, self.is_lost) = (is_open, false);
        Ok(toggled)
    }

    fn show(&mut self, place: &Place, name: &str, _: Duration) -> Outcome<Beside> {
        let Target::Pane(pane) = place.pane else {
            return Err("its pane is not known yet".into());
        };
        let mut is_open = self.is_known;
        let shown = self.on(Some(self.claim(Some(pane))), |server| {
            server.has_place = true;
            server.beside = Some(pane.0);
            is_open = true;
        })?;
        (self.is_known, self.is_lost) = (is_open, false);
        name.clone_into(&mut self.name);
        Ok(shown)
    }

    fn refresh(&mut self, _: &[(Server, PaneId)], within: Duration) -> Outcome<Beside> {
        let now = self.now(within)?;
        if now.is_open || !self.is_known {
            return Ok(now);
        }
        self.is_known = false;
        self.is_lost = true;
        let note = format!("{} is not shown any more · Enter shows it", self.name);
        Ok(Beside {
            is_lost: true,
            note: Some(note),
            ..now
        })
    }

    fn empty(&mut self, stopped: &(Server, PaneId), _: Duration) -> Outcome<Beside> {
        self.on(Some(self.claim(None)), |server| {
            if server.beside == Some(stopped.1.0) {
                server.beside = None;
                server.place_says = format!("{} was stopped", self.name);
            }
        })
    }

    fn close(&mut self, _: Duration) -> Outcome<Beside> {
        (self.is_known, self.is_lost) = (false, false);
        self.on(Some(Beside::default()), |server| {
            server.has_place = false;
            server.beside = None;
        })
    }

    fn now(&self, _: Duration) -> Outcome<Beside> {
        self.on(None, |_| {})
    }

    fn type_into(&mut self, _: &(Server, PaneId), _: &Typed, _: Duration) -> Outcome<()> {
        Err("the pane itself is there".into())
    }
}
