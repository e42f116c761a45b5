//! The whole contract of `pane-patrol hook`: always exit status 0, never a word, and an end in time.
//!
//! In this order, because most hooks can stop early: is there a pane, does anybody listen or is the
//! mirror on, what came on stdin, what does it mean, where is the pane, one datagram, one line. Only
//! this module reads the environment and the clock; nothing of the environment is ever written
//! anywhere.

use std::env;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::BufRead;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::parent_id;
use std::time::{Duration, SystemTime};

use rustix::process::geteuid;
use rustix::stdio::stdin;

use crate::adapter::codex::pane;
use crate::adapter::{self, Adapter, Call, Heard, Panes, Report};
use crate::decide;
use crate::event::{Assistant, Event, Kind};
use crate::guard::Clock;
use crate::memo::Memo;
use crate::mirror::Mirror;
use crate::paths::{Environment, Places};
use crate::place::{Place, Whereabouts};
use crate::process;
use crate::scan::Scanner;
use crate::send::{Listener, SEND_BUDGET, is_runtime_ours};
use crate::stdin::{Copied, Input};
use crate::timestamp::Timestamp;
use crate::tmux;

/// As much of a payload as is looked at, in bytes.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// How long the payload may take to come, on a machine that does not let its writer run: as long as
/// anything may. A late one leaves no time for tmux, which is the smaller loss: the pane's id is known.
const STDIN_BUDGET: Duration = Duration::from_millis(80);
/// How long tmux may take to answer.
const TMUX_BUDGET: Duration = Duration::from_millis(40);
/// How long a writer that has more to say than is looked at may pause before it is left alone.
const DRAIN_PAUSE: Duration = Duration::from_millis(5);

/// Runs `pane-patrol hook`; `arguments` are those after `hook`. The process should then exit with 0.
///
/// Ends the process itself, with exit status 0, when anything takes too long or panics.
pub fn run(mut arguments: impl Iterator<Item = OsString>) {
    let assistant = arguments.next();
    let event = arguments.next();
    let decides = event
        .as_ref()
        .is_some_and(|argument| argument == "--decide");
    // Without a watchdog there is still a limit to everything that waits.
    let (clock, _) = if decides {
        Clock::start_with(decide::PATIENCE)
    } else {
        Clock::start()
    };
    let ts = Timestamp::now();
    let mut undecided = None;
    let adapter = assistant
        .as_ref()
        .and_then(|name| adapter::find(name.to_str()?));
    let mut input = Input::new(stdin(), MAX_PAYLOAD_BYTES, clock.within(STDIN_BUDGET));
    let is_complete = match adapter.map(|adapter| (adapter, Outlet::find(adapter.panes))) {
        Some((adapter, Some(outlet))) => {
            let event = event.as_ref().and_then(|event| event.to_str());
            let mut payload = Vec::new();
            let heard = if decides {
                let mut copied = Copied::new(&mut input);
                let heard = hear(adapter, event, &mut copied);
                payload = copied.copy;
                heard
            } else {
                hear(adapter, event, &mut input)
            };
            if let Some(report) = heard.report {
                let places = decides.then(|| (outlet.places.clone(), outlet.uid));
                let sent = outlet.send(report, adapter, ts, &clock);
                undecided = sent
                    .filter(decide::can_be_decided)
                    .and_then(|event| Some((event, places?, payload)));
            }
            heard.is_complete
        }
        _ => Scanner::new(&mut input).skip().is_ok(),
    };
    // No assistant may see a broken pipe; nor may one that leaves the pipe open make us wait.
    let pause = if is_complete {
        Duration::ZERO
    } else {
        DRAIN_PAUSE
    };
    input.drain(pause, clock.within(STDIN_BUDGET));
    if let Some((event, (places, uid), payload)) = undecided {
        let asked = decide::Asked::read(&payload, env::var_os("CLAUDE_PROJECT_DIR"));
        decide::run(&event, asked.as_ref(), &places, uid);
    }
}

fn hear(adapter: &Adapter, event: Option<&str>, input: &mut dyn BufRead) -> Heard {
    let parent = parent_id();
    // Claude says what it is in its environment; the others only by how they were started.
    let arguments = if adapter.assistant == Assistant::CLAUDE {
        Vec::new()
    } else {
        process::cheap_arguments(parent)
    };
    let call = Call {
        event,
        get: &|name| env::var_os(name),
        any_name: &|test| env::vars_os().any(|(name, _)| name.to_str().is_some_and(test)),
        parent,
        arguments: &arguments,
    };
    (adapter.hear)(input, &call)
}

/// Somebody who wants the event, and what the environment says of the pane it is about. Without a
/// listener there is nothing to do, nor without a pane, unless the environment is not the pane's.
struct Outlet {
    listener: Option<Listener>,
    mirror: Option<Mirror>,
    places: Places,
    whereabouts: Option<Whereabouts>,
    uid: u32,
}

impl Outlet {
    fn find(panes: Panes) -> Option<Self> {
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
    fn send(
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
