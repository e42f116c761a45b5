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

use crate::adapter::{Report, claude};
use crate::event::Assistant;
use crate::guard::Clock;
use crate::memo::Memo;
use crate::mirror::Mirror;
use crate::paths::{Environment, Places};
use crate::place::{Place, Whereabouts};
use crate::scan::Scanner;
use crate::send::{Listener, SEND_BUDGET, is_runtime_ours};
use crate::stdin::Input;
use crate::timestamp::Timestamp;
use crate::tmux;

/// As much of a payload as is looked at, in bytes.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// How long the payload may take to come. A late one leaves little time for tmux, which is the smaller loss.
const STDIN_BUDGET: Duration = Duration::from_millis(60);
/// How long tmux may take to answer.
const TMUX_BUDGET: Duration = Duration::from_millis(40);
/// How long a writer that has more to say than is looked at may pause before it is left alone.
const DRAIN_PAUSE: Duration = Duration::from_millis(5);

/// Runs `pane-patrol hook`; `arguments` are those after `hook`. The process should then exit with 0.
///
/// Ends the process itself, with exit status 0, when anything takes too long or panics.
pub fn run(mut arguments: impl Iterator<Item = OsString>) {
    // Without a watchdog there is still a limit to everything that waits.
    let (clock, _) = Clock::start();
    let ts = Timestamp::now();
    let assistant = arguments.next();
    let mut input = Input::new(stdin(), MAX_PAYLOAD_BYTES, clock.within(STDIN_BUDGET));
    let is_complete = match (
        assistant.as_ref().and_then(|name| name.to_str()),
        Outlet::find(),
    ) {
        (Some("claude"), Some(outlet)) => {
            let (report, is_complete) = read_claude(&mut input);
            if let Some(report) = report {
                outlet.send(report, Assistant::CLAUDE, ts, &clock);
            }
            is_complete
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
}

fn read_claude(input: impl BufRead) -> (Option<Report>, bool) {
    let any_name = |test: &dyn Fn(&str) -> bool| {
        env::vars_os().any(|(name, _)| name.to_str().is_some_and(test))
    };
    let caller = claude::Caller::read(|name| env::var_os(name), any_name, parent_id());
    let payload = claude::Payload::read(input);
    (claude::report(&payload, &caller), payload.is_complete)
}

/// Somebody who wants the event, and the pane it is about. Without both there is nothing to do.
struct Outlet {
    listener: Option<Listener>,
    mirror: Option<Mirror>,
    places: Places,
    whereabouts: Whereabouts,
    uid: u32,
}

impl Outlet {
    fn find() -> Option<Self> {
        let get = |name: &str| env::var_os(name);
        let uid = geteuid().as_raw();
        let whereabouts = Whereabouts::read(get)?;
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

    fn send(self, report: Report, assistant: Assistant, ts: Timestamp, clock: &Clock) {
        let (places, uid) = (&self.places, self.uid);
        if self.listener.is_none() {
            make_room_for_memos(places);
        }
        let place = Place::of(
            self.whereabouts,
            |pane, server| {
                // A listener that nobody named was only looked for in a folder of ours.
                let was_checked = self.listener.is_some() && !places.events_socket_is_explicit;
                let is_safe = was_checked || is_runtime_ours(places, uid);
                is_safe.then(|| Memo::of(&places.runtime, server, pane, uid))
            },
            |pane| tmux::address_of(pane, clock.within(TMUX_BUDGET)),
            SystemTime::now(),
        );
        let event = report.at(assistant, place, ts);
        if let Some(listener) = &self.listener {
            listener.send(&event, clock.within(SEND_BUDGET));
        }
        if let (Some(mirror), Ok(line)) = (self.mirror, event.encode()) {
            // Nobody could be told that it failed.
            let _ = mirror.append(&line);
        }
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
