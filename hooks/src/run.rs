//! The whole contract of `pane-patrol hook`: always exit status 0, never a word, and an end in time.
//!
//! In this order, because most hooks can stop early: is there a pane, does anybody listen or is the
//! mirror on, what came on stdin, what does it mean, where is the pane, one datagram, one line. Only
//! this module reads the environment and the clock; nothing of the environment is ever written
//! anywhere.

use std::env;
use std::ffi::OsString;
use std::io::BufRead;
use std::os::unix::process::parent_id;
use std::time::Duration;

use rustix::stdio::stdin;

use crate::adapter::{self, Adapter, Call, Heard};
use crate::decide;
use crate::event::Assistant;
use crate::guard::Clock;
use crate::outlet::Outlet;
use crate::process;
use crate::scan::Scanner;
use crate::stdin::{Copied, Input};
use crate::timestamp::Timestamp;

/// As much of a payload as is looked at, in bytes.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// How long the payload may take to come, on a machine that does not let its writer run: as long as
/// anything may. A late one leaves no time for tmux, which is the smaller loss: the pane's id is known.
const STDIN_BUDGET: Duration = Duration::from_millis(80);
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
