//! Who wants an event, where its pane is, and how it gets there.

use std::env;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pane_patrol_sys::private;
use rustix::process::geteuid;

use crate::adapter::shared_pane as pane;
use crate::adapter::{Adapter, Panes, Report};
use crate::event::{Event, Kind};
use crate::event_log::EventLog;
use crate::locate::{Location, Whereabouts};
use crate::mux;
use crate::outside;
use crate::pane_cache::CacheEntry;
use crate::paths::{Environment, Places};
use crate::process;
use crate::send::{Listener, SEND_BUDGET, is_runtime_ours};
use crate::target::{PaneId, Server, Target};
use crate::timestamp::Timestamp;
use crate::watchdog::Clock;

/// How long a multiplexer may take to answer.
const MUX_BUDGET: Duration = Duration::from_millis(40);

/// Where a hook reports from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// From panes of multiplexers alone.
    Panes,
    /// From every terminal: the person has said so.
    Everywhere,
}

/// Somebody who wants the event, and what the environment says of the pane it is about. Without a
/// listener there is nothing to do, nor without a pane, unless the environment is not the pane's.
pub(crate) struct Outlet {
    delivery: Arc<Delivery>,
    adapter: &'static Adapter,
    pub(crate) places: Places,
    whereabouts: Option<Whereabouts>,
    /// What has started the hook.
    parent: u32,
    /// The pane of [`Self::whereabouts`], where that had to be proved and was.
    own: Option<pane::Found>,
    reach: Reach,
    pub(crate) uid: u32,
}

impl Outlet {
    /// What there is for a hook of `adapter` which `parent` has started. Whatever may be gone when
    /// the payload has come is looked at here.
    pub(crate) fn find(
        adapter: &'static Adapter,
        parent: u32,
        reach: Reach,
        clock: &Clock,
    ) -> Option<Self> {
        let get = |name: &str| env::var_os(name);
        let uid = geteuid().as_raw();
        let whereabouts = Whereabouts::read(get);
        let is_told = whereabouts.is_some() || reach == Reach::Everywhere;
        if !is_told && adapter.panes == Panes::Own {
            return None;
        }
        let (places, delivery) = Delivery::reach(&Environment::read(get, uid), uid)?;
        let own = match (adapter.panes, &whereabouts) {
            (Panes::Shared, Some(told)) => {
                let processes = process::processes(clock.within(MUX_BUDGET));
                pane::own(told, parent, &processes)
            }
            _ => None,
        };
        Some(Self {
            delivery: Arc::new(delivery),
            adapter,
            places,
            whereabouts,
            parent,
            own,
            reach,
            uid,
        })
    }

    /// Looks again who wants the event: while its payload was waited for, a collector may have come
    /// or gone, and the log may have got another file. `None` when nobody does any more.
    pub(crate) fn look_again(mut self) -> Option<Self> {
        self.delivery = Arc::new(Delivery::find(&self.places, self.uid)?);
        Some(self)
    }

    /// Whose hook it is.
    pub(crate) fn adapter(&self) -> &'static Adapter {
        self.adapter
    }

    /// The event as it was sent; `None` when its pane is not known.
    pub(crate) fn send(&self, mut report: Report, ts: Timestamp, clock: &Clock) -> Option<Event> {
        if self.delivery.listener.is_none() {
            make_room_for_memos(&self.places);
        }
        let whereabouts = self.locate(&mut report, clock)?;
        let place = self.place(&whereabouts, &report, ts, clock);
        let event = report.at(self.adapter.assistant.clone(), place, ts);
        clock.finish(|| self.delivery.deliver(&event, clock));
        Some(event)
    }

    /// The pane the report is about, or the process that is its place; corrects the report's process where it is
    /// another one's.
    fn locate(&self, report: &mut Report, clock: &Clock) -> Option<Whereabouts> {
        if self.adapter.panes == Panes::Own {
            let told = self.whereabouts.clone();
            return match self.reach {
                Reach::Panes => told,
                Reach::Everywhere => told
                    .filter(|told| is_where(told, report.pid))
                    .or_else(|| self.outside(report)),
            };
        }
        let is_right = |found: &pane::Found| {
            self.reach == Reach::Panes || is_where(&found.whereabouts, found.pid)
        };
        let own = self.own.clone().filter(is_right);
        let found = own.or_else(|| self.search(report, clock))?;
        report.pid = found.pid;
        Some(found.whereabouts)
    }

    /// The place of an assistant that runs in no pane. A session that its assistant keeps in the background has files
    /// that tell of it.
    fn outside(&self, report: &Report) -> Option<Whereabouts> {
        let get = |name: &str| env::var_os(name);
        if self.adapter.parked_by.and_then(get).is_some() {
            return None;
        }
        let place = outside::place_of(report.pid?, report.attended, get)?;
        Some(Whereabouts::Process(place))
    }

    /// Looks for the pane of a session that says nothing of it.
    fn search(&self, report: &Report, clock: &Clock) -> Option<pane::Found> {
        let session = pane::Session {
            id: report.instance_id.as_deref().unwrap_or_default(),
            folder: report.cwd.as_deref().unwrap_or_default(),
            begins: report.kind == Kind::SessionStarted,
            is_asked: report.kind == Kind::TurnStarted,
        };
        let memo = (!session.id.is_empty() && self.memory_is_safe())
            .then(|| CacheEntry::of_session(&self.places.runtime, session.id, self.uid));
        let processes = process::processes(clock.within(MUX_BUDGET));
        let in_pane = pane::find(session, &processes, memo.as_ref(), || {
            mux::panes(clock.within(MUX_BUDGET))
        });
        let is_everywhere = in_pane.is_none() && self.reach == Reach::Everywhere;
        in_pane.or_else(|| {
            let screen =
                is_everywhere.then(|| pane::outside(session, self.parent, &processes))??;
            let place = outside::place_of(screen, report.attended, |name| env::var_os(name))?;
            Some(pane::Found {
                whereabouts: Whereabouts::Process(place),
                pid: Some(screen),
            })
        })
    }

    /// Where `whereabouts` is. While its multiplexer is asked, the watchdog has the event as it will be without
    /// the answer: what was read is told, also when the time is up.
    fn place(
        &self,
        whereabouts: &Whereabouts,
        report: &Report,
        ts: Timestamp,
        clock: &Clock,
    ) -> Location {
        Location::of(
            whereabouts.clone(),
            |pane, server| {
                (mux::tells_address(pane) && self.memory_is_safe())
                    .then(|| CacheEntry::of(&self.places.runtime, server, pane, self.uid))
            },
            |pane, known| {
                if !mux::tells_address(pane) {
                    return None;
                }
                let server = server_of(whereabouts);
                let place = location_of(pane, known, server);
                let event = (report.clone()).at(self.adapter.assistant.clone(), place, ts);
                let (delivery, late) = (Arc::clone(&self.delivery), clock.clone());
                clock.entrust(move || delivery.deliver(&event, &late));
                let other = server.filter(|_| self.whereabouts.as_ref() != Some(whereabouts));
                let socket = other.map(|server| server.socket.as_str());
                mux::address_of(socket, pane, clock.within(MUX_BUDGET))
            },
            SystemTime::now(),
        )
    }

    /// Whether what is written into the runtime folder cannot be read or planted by others.
    fn memory_is_safe(&self) -> bool {
        // A listener that nobody named was only looked for in a folder of ours.
        let was_checked =
            self.delivery.listener.is_some() && !self.places.events_socket_is_explicit;
        was_checked || is_runtime_ours(&self.places, self.uid)
    }
}

/// Whether a process is in the pane that its environment names.
fn is_where(told: &Whereabouts, pid: Option<u32>) -> bool {
    match (told, pid) {
        (Whereabouts::Pane(_, Some(server)), Some(pid)) => outside::is_in_pane_of(pid, server),
        _ => true,
    }
}

/// The server of the environment is asked as ever; another one has to be named.
fn server_of(whereabouts: &Whereabouts) -> Option<&Server> {
    match whereabouts {
        Whereabouts::Pane(_, server) => server.as_ref(),
        Whereabouts::Told(_) | Whereabouts::Process(_) => None,
    }
}

fn location_of(pane: PaneId, target: &Target, server: Option<&Server>) -> Location {
    Location {
        target: target.clone(),
        pane: Some(pane),
        server: server.cloned(),
    }
}

/// The ways by which an event is told.
#[derive(Debug)]
struct Delivery {
    listener: Option<Listener>,
    log: Option<EventLog>,
}

impl Delivery {
    /// By the places of `environment`, or by the other standard ones when only there somebody listens.
    fn reach(environment: &Environment, uid: u32) -> Option<(Places, Self)> {
        let places = Places::of(environment);
        let own = Self::find(&places, uid);
        let is_heard = |found: &Self| found.listener.is_some();
        if !own.as_ref().is_some_and(is_heard) {
            let other = environment.other_places();
            let there = other.and_then(|other| Some((Self::find(&other, uid)?, other)));
            if let Some((found, other)) = there.filter(|(found, _)| is_heard(found)) {
                return Some((other, found));
            }
        }
        Some((places, own?))
    }

    /// `None` when nobody wants it.
    fn find(places: &Places, uid: u32) -> Option<Self> {
        let found = Self {
            listener: Listener::find(places, uid),
            log: places.event_log().and_then(|path| EventLog::open(&path)),
        };
        (found.listener.is_some() || found.log.is_some()).then_some(found)
    }

    /// Tells `event`. Whoever listens hears it first, but a full queue is waited for only when the
    /// event is in the log.
    fn deliver(&self, event: &Event, clock: &Clock) {
        let Ok(line) = event.encode() else { return };
        let full = self
            .listener
            .as_ref()
            .filter(|listener| !listener.send_now(&line));
        if let Some(log) = &self.log {
            // Nobody could be told that it failed.
            let _ = log.append_event(event, &line);
        }
        if let Some(listener) = full {
            listener.send_later(&line, clock.within(SEND_BUDGET));
        }
    }
}

/// Makes the runtime folder, which else a collector makes: with the event log on and no collector yet,
/// every event would ask the multiplexer again.
fn make_room_for_memos(places: &Places) {
    for folder in places.runtime_folders() {
        // It is there already, or cannot be made, and then the multiplexer is asked.
        let _ = private::make_folder(folder);
    }
}
