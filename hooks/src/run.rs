//! The whole contract of `pane-patrol hook`: always exit status 0, never a word, and an end in time.
//!
//! In this order, because most hooks can stop early: is there a pane, does anybody listen or is the
//! event log on, what came on stdin, what does it mean, where is the pane, one datagram, one line. Only
//! this module reads the environment and the clock; nothing of the environment is ever written
//! anywhere.

use std::env;
use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::os::unix::process::parent_id;
use std::time::{Duration, Instant};

use pane_patrol_bare::leave;
use pane_patrol_sys::process::has_terminal;
use rustix::stdio::stdin;

use crate::adapter::{self, Adapter, Call};
use crate::approval;
use crate::json_scanner::Scanner;
use crate::outlet::{Outlet, Reach};
use crate::process;
use crate::stdin::{Copied, Glance, Input};
use crate::timestamp::Timestamp;
use crate::watchdog::Clock;

/// As much of a payload as is looked at, in bytes.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// How long the payload may take to come once it has begun, on a machine that does not let its writer
/// run: as long as anything may. A late one leaves no time to ask, which is the smaller loss: the
/// pane's id is known.
const STDIN_BUDGET: Duration = Duration::from_millis(82);
/// How long a writer that has more to say than is looked at may pause before it is left alone.
const DRAIN_PAUSE: Duration = Duration::from_millis(5);

/// The argument of a hook that waits for a person's decision.
const DECIDE: &str = "--decide";

/// The argument of a hook that reports also where there is no multiplexer.
pub const EVERYWHERE: &str = "--everywhere";

/// Runs `pane-patrol hook` and ends the process, before `main` and what Rust does before that: an
/// assistant waits for it. Comes back when it is another command, and when the hook needs what is done
/// there: one that prints, and one that was started without a stdin, stdout or stderr.
pub fn run_before_main() {
    let mut arguments = env::args_os().skip(1);
    let is_hook = arguments.next().is_some_and(|command| command == "hook");
    if !is_hook || env::args_os().any(|argument| argument == DECIDE) {
        return;
    }
    if let Some(stdin) = Glance::of_stdin() {
        let (clock, _) = Clock::start();
        serve(arguments, clock, stdin);
        leave();
    }
}

/// Runs `pane-patrol hook`; `arguments` are those after `hook`. The process should then exit with 0.
///
/// Ends the process itself, with exit status 0, when anything takes too long or panics.
pub fn run(arguments: impl Iterator<Item = OsString>) {
    // Without a watchdog there is still a limit to everything that waits.
    let (clock, _) = Clock::start();
    serve(arguments, clock, Glance::default());
}

fn serve(mut arguments: impl Iterator<Item = OsString>, clock: Clock, glance: Glance) {
    let ts = Timestamp::now();
    let assistant = arguments.next();
    let (everywhere, others): (Vec<_>, Vec<_>) =
        arguments.partition(|argument| argument == EVERYWHERE);
    let reach = if everywhere.is_empty() {
        Reach::Panes
    } else {
        Reach::Everywhere
    };
    let event = others.into_iter().next();
    let event = event.and_then(|event| event.into_string().ok());
    let adapter = assistant
        .as_ref()
        .and_then(|name| adapter::find(name.to_str()?));
    let deadline = clock.within(STDIN_BUDGET);
    let mut hook = Hook {
        event,
        parent: parent_id(),
        ts,
        input: Input::new(stdin(), MAX_PAYLOAD_BYTES, deadline).seen(glance),
        clock,
    };
    let outlet = adapter.and_then(|adapter| Outlet::find(adapter, hook.parent, reach, &hook.clock));
    match outlet {
        Some(outlet) => hook.tell(outlet),
        None => hook.pass_by(),
    }
}

/// One run, and what was known at its start: when the payload has come, its parent may be gone.
struct Hook {
    /// The argument after the assistant's name.
    event: Option<String>,
    parent: u32,
    ts: Timestamp,
    input: Input<BorrowedFd<'static>>,
    clock: Clock,
}

impl Hook {
    /// Nobody wants to know: what is there, or comes soon, is read only so that no assistant sees a
    /// broken pipe.
    fn pass_by(&mut self) {
        let is_complete = Scanner::new(&mut self.input).skip().is_ok();
        self.drain(is_complete);
    }

    /// Tells of the payload, and waits for a decision about it where that is wanted.
    fn tell(&mut self, outlet: Outlet) {
        let adapter = outlet.adapter();
        let arguments = self.arguments(adapter);
        let Some(outlet) = self.wait_for_payload(outlet) else {
            return self.pass_by();
        };
        let decides = self.event.as_deref() == Some(DECIDE);
        let call = Call {
            event: self.event.as_deref(),
            get: &|name| env::var_os(name),
            any_name: &|test| env::vars_os().any(|(name, _)| name.to_str().is_some_and(test)),
            parent: self.parent,
            arguments: &arguments,
            has_terminal: &|| has_terminal(self.parent),
        };
        let mut payload = Vec::new();
        let heard = if decides {
            let mut copied = Copied::new(&mut self.input);
            let heard = (adapter.hear)(&mut copied, &call);
            payload = copied.copy;
            heard
        } else {
            (adapter.hear)(&mut self.input, &call)
        };
        let report = heard.report;
        let sent = report.and_then(|report| outlet.send(report, self.ts, &self.clock));
        self.drain(heard.is_complete);
        let waits = sent.filter(|event| decides && approval::can_be_decided(event));
        if let Some((event, answering)) = waits.zip(adapter.answering) {
            self.clock.allow(approval::PATIENCE);
            let asked = answering.asked(&payload, adapter.project_variable.and_then(env::var_os));
            let (places, uid) = (&outlet.places, outlet.uid);
            approval::run(&event, asked.as_ref(), &answering, places, uid);
        }
    }

    /// Some say what they are in their environment; the others only by how they were started.
    fn arguments(&self, adapter: &Adapter) -> Vec<String> {
        if !adapter.environment.is_empty() {
            return Vec::new();
        }
        process::cheap_arguments(self.parent)
    }

    /// Waits for the payload's first byte. An assistant that has not written yet is not kept waiting
    /// by us, and the time that a hook has is for its own work: it counts from that byte. `None`: none
    /// came, or nobody wants it any more.
    fn wait_for_payload(&mut self, outlet: Outlet) -> Option<Outlet> {
        if self.input.begins(Instant::now()) {
            return Some(outlet);
        }
        let input = &mut self.input;
        let came =
            input.has_writer() && self.clock.wait_for_first_byte(|until| input.begins(until));
        input.until(
            self.clock
                .within(if came { STDIN_BUDGET } else { Duration::ZERO }),
        );
        came.then(|| outlet.look_again()).flatten()
    }

    /// No assistant may see a broken pipe; nor may one that leaves the pipe open make us wait.
    fn drain(&mut self, is_complete: bool) {
        let pause = if is_complete {
            Duration::ZERO
        } else {
            DRAIN_PAUSE
        };
        self.input.drain(pause, self.clock.within(STDIN_BUDGET));
    }
}
