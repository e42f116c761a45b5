//! Who wants an event, where its pane is, and how it gets there.

use std::env;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::parent_id;
use std::time::{Duration, SystemTime};

use rustix::process::geteuid;

use crate::adapter::codex::pane;
use crate::adapter::{Adapter, Panes, Report};
use crate::event::{Event, Kind};
use crate::guard::Clock;
use crate::memo::Memo;
use crate::mirror::Mirror;
use crate::paths::{Environment, Places};
use crate::place::{Place, Whereabouts};
use crate::process;
use crate::send::{Listener, SEND_BUDGET, is_runtime_ours};
use crate::timestamp::Timestamp;
use crate::tmux;

/// How long tmux may take to answer.
const TMUX_BUDGET: Duration = Duration::from_millis(40);

/// Somebody who wants the event, and what the environment says of the pane it is about. Without a
/// listener there is nothing to do, nor without a pane, unless the environment is not the pane's.
pub(crate) struct Outlet {
    listener: Option<Listener>,
    mirror: Option<Mirror>,
    pub(crate) places: Places,
    whereabouts: Option<Whereabouts>,
    pub(crate) uid: u32,
}

impl Outlet {
    pub(crate) fn find(panes: Panes) -> Option<Self> {
        let get = |name: &str| env::var_os(name);
        let uid = geteuid().as_raw();
        let whereabouts = Whereabouts::read(get);
        if whereabouts.is_none() && panes == Panes::Own {
            return None;
        }
        let places = Places::of(&Environment::read(get, uid))?;
        let listener = Listener::find(&places, uid);
        let mirror = places.mirror().and_then(|path| Mirror::open(&path));
        if listener.is_none() && mirror.is_none() {
            return None;
        }
        Some(Self {
            listener,
            mirror,
            places,
            whereabouts,
            uid,
        })
    }

    /// The event as it was sent; `None` when its pane is not known.
    pub(crate) fn send(
        self,
        mut report: Report,
        adapter: &Adapter,
        ts: Timestamp,
        clock: &Clock,
    ) -> Option<Event> {
        if self.listener.is_none() {
            make_room_for_memos(&self.places);
        }
        let whereabouts = self.locate(&mut report, adapter.panes, clock)?;
        // The tmux of the environment is asked as ever; another one has to be named.
        let other = match (&whereabouts, &self.whereabouts) {
            (Whereabouts::Pane(_, Some(server)), told) if told.as_ref() != Some(&whereabouts) => {
                Some(server.socket.clone())
            }
            _ => None,
        };
        let place = Place::of(
            whereabouts,
            |pane, server| {
                self.memory_is_safe()
                    .then(|| Memo::of(&self.places.runtime, server, pane, self.uid))
            },
            |pane| tmux::address_of(other.as_deref(), pane, clock.within(TMUX_BUDGET)),
            SystemTime::now(),
        );
        let event = report.at(adapter.assistant.clone(), place, ts);
        if let Some(listener) = &self.listener {
            listener.send(&event, clock.within(SEND_BUDGET));
        }
        if let (Some(mirror), Ok(line)) = (self.mirror, event.encode()) {
            // Nobody could be told that it failed.
            let _ = mirror.append(&line);
        }
        Some(event)
    }

    /// The pane the report is about; corrects the report's process where it is another one's.
    fn locate(&self, report: &mut Report, panes: Panes, clock: &Clock) -> Option<Whereabouts> {
        if panes == Panes::Own {
            return self.whereabouts.clone();
        }
        let session = pane::Session {
            id: report.instance_id.as_deref().unwrap_or_default(),
            folder: report.cwd.as_deref().unwrap_or_default(),
            begins: report.kind == Kind::SessionStarted,
        };
        let memo = (!session.id.is_empty() && self.memory_is_safe())
            .then(|| Memo::of_session(&self.places.runtime, session.id, self.uid));
        let found = pane::find(
            session,
            self.whereabouts.clone(),
            parent_id(),
            &process::processes(clock.within(TMUX_BUDGET)),
            memo.as_ref(),
            || tmux::panes(clock.within(TMUX_BUDGET)),
        )?;
        report.pid = found.pid;
        Some(found.whereabouts)
    }

    /// Whether what is written into the runtime folder cannot be read or planted by others.
    fn memory_is_safe(&self) -> bool {
        // A listener that nobody named was only looked for in a folder of ours.
        let was_checked = self.listener.is_some() && !self.places.events_socket_is_explicit;
        was_checked || is_runtime_ours(&self.places, self.uid)
    }
}

/// Makes the runtime folder, which else a collector makes: with the mirror on and no collector yet,
/// every event would ask tmux again.
fn make_room_for_memos(places: &Places) {
    for folder in places.runtime_folders() {
        // It is there already, or cannot be made, and then tmux is asked.
        let _ = DirBuilder::new().mode(0o700).create(folder);
    }
}
