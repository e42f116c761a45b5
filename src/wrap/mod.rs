//! Runs any program in this terminal as if it ran without us, and tells the hub how it is doing.
//!
//! Where stdin and stdout are this process's terminal, the program gets one of its own, of the same size and modes
//! ([`relay`]): so every status record that it writes is seen, and a question for them answered, whatever multiplexer
//! is around. A small [`leader`] stands between us and the program as a shell would, so that Ctrl-Z, `fg`, `bg` and
//! signals do what they do without us. Otherwise the program stays in our group, with what it was given ([`plain`]).
//! It is waited for, and we end as it ended: with its status, or by its signal. Nothing is printed.
//!
//! | file | does |
//! | --- | --- |
//! | `relay` | hands every byte through, stops and wakes with the program |
//! | `stream`, `queue`, `ground` | what passes: records are heard, a question for them is answered |
//! | `outer`, `inner` | the person's terminal, raw and put back; the program's |
//! | `leader`, `between` | who starts the program in its session and waits for it; what both say to each other |
//! | `plain` | a program without a terminal of its own |
//! | `signals` | what is sent to us, and how we are stopped |
//! | `report`, `said`, `teller`, `line`, `order`, `work`, `complaint` | what the hub is told |
//!
//! May import: `hub`'s client, what the collector follows a folder with, `git`, `tasks`, `assistants`, `status_record`,
//! `sys`, and the hooks' words.

mod between;
mod complaint;
mod ground;
mod inner;
mod leader;
mod line;
mod order;
mod outer;
mod plain;
mod queue;
mod relay;
mod report;
mod said;
mod signals;
mod stream;
mod teller;
mod work;

use std::ffi::OsString;
use std::io;
use std::process::Command;

use nix::unistd::{Pid as AnyPid, getpgid, getsid};
use pane_patrol_bare::die_by;
use pane_patrol_hooks::outside::WRAPPED;
use pane_patrol_hooks::target::Target;
use rustix::process::{Resource, Rlimit, WaitStatus, setrlimit};

pub use leader::LEADER;
pub(crate) use leader::lead;
pub(crate) use order::Setup;
pub(crate) use report::{Subject, name_of, names_elsewhere};
pub(crate) use signals::hold_stops;
pub(crate) use teller::Teller;

use crate::status_record::Record;
use crate::sys::child::end_groups;
use crate::sys::process::ancestors;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

/// What happens to the program while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It runs, or runs again.
    Running {
        /// Its process.
        pid: u32,
    },
    /// It was stopped by the person.
    Stopped,
    /// It is over.
    Ended(End),
}

/// What there is to tell of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum News<'a> {
    /// It has come to this.
    Turn(Turn),
    /// It has said this of itself.
    Record(&'a Record),
}

/// What is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'a> {
    /// The program and its arguments.
    pub(crate) words: &'a [OsString],
    /// Our own place where that is no pane: its hooks report from there.
    pub(crate) place: Option<&'a Target>,
}

impl Program<'_> {
    /// Has `command` know where it runs, which becomes the program or starts it.
    fn place(self, command: &mut Command) {
        if let Some(place) = self.place {
            command.env(WRAPPED, place.to_string());
        }
    }
}

/// Runs the program to its end. `asks`: whether the terminal may be asked what not every one knows.
/// Each thread of this process must have [`hold_stops`] behind it.
///
/// # Errors
/// It cannot be started; nothing was told then.
pub(crate) fn run(
    program: Program<'_>,
    asks: bool,
    mut tell: impl FnMut(News<'_>),
) -> io::Result<End> {
    relay::run(program, asks, &mut tell).unwrap_or_else(|| plain::run(program, &mut tell))
}

/// Ends this process as the program ended.
pub(crate) fn end_like(end: End) -> ! {
    // Nothing that is dropped at the end of a program is dropped here.
    end_groups();
    let signal = match end {
        End::Exited(status) => std::process::exit(status),
        End::Killed(signal) => signal,
    };
    // The program has left its core already, if it was to leave one.
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    die_by(signal);
    // One that ends nobody here.
    std::process::exit(128 + signal)
}

fn end_of(status: WaitStatus) -> Option<End> {
    let exited = status.exit_status().map(End::Exited);
    exited.or_else(|| status.terminating_signal().map(End::Killed))
}

/// Whether whoever stops us can wake us: a shell with job control has made us, or the script that we are in, a group
/// of its own in its own session. The system asks the same before a key stops anything.
///
/// In a container groups and sessions of outside have the number 0, which is no process; so has the
/// parent of its first process.
fn has_shell() -> bool {
    let (Ok(group), Ok(session)) = (getpgid(None), getsid(None)) else {
        return false;
    };
    for pid in ancestors(std::process::id()).into_iter().skip(1) {
        let Ok(pid) = i32::try_from(pid).map(AnyPid::from_raw) else {
            return false;
        };
        if getsid(Some(pid)) != Ok(session) {
            return false;
        }
        if getpgid(Some(pid)).is_ok_and(|its| its != group) {
            return true;
        }
    }
    false
}
