//! Runs any program in this terminal as if it ran without us, and tells the hub how it is doing: for
//! assistants that have no hooks.
//!
//! There is no terminal in between. Started by a shell with job control, the program gets a process
//! group of its own and the terminal with it, as the shell would give it; when it stops we stop, so
//! that the shell notices, and when the shell wakes us we wake it. Started in any other way it stays
//! in our group, where the terminal's signals reach it anyway. It is waited for, and we end as it
//! ended: with its status, or by its signal. Nothing is printed.
//!
//! May import: `hub`'s client, what the collector follows a folder with, `git`, `tasks`, `assistants`, `sys`, and
//! the hooks' words.

mod complaint;
mod line;
mod order;
mod report;
mod teller;
mod work;

use std::io::{self, IsTerminal};
use std::process::{Child, Command};

use nix::unistd::{Pid as AnyPid, getpgid, getsid};
use pane_patrol_sys::process::text_of;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, WaitStatus, getpid, getppid, kill_process,
    kill_process_group, setrlimit, waitpid,
};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use signal_hook::consts::{
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
};
use signal_hook::iterator::Signals;

pub(crate) use order::Setup;
pub(crate) use report::{Subject, name_of, names_elsewhere};
pub(crate) use teller::Teller;

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

/// Runs `command` to its end. `tell` hears of each turn.
///
/// # Errors
/// It cannot be started; nothing was told then.
pub(crate) fn run(command: &mut Command, mut tell: impl FnMut(Turn)) -> io::Result<End> {
    // Before it is there: what is sent to us from then on is for it.
    let signals = Signals::new(SIGNALS.iter().filter(|signal| !is_ignored(**signal)))?;
    let job = Job::start(command)?;
    let pid = job.child.id();
    tell(Turn::Running { pid });
    job.pass_signals_on(signals)?;
    loop {
        let options = WaitOptions::UNTRACED | WaitOptions::CONTINUED;
        let status = match waitpid(Some(job.pid), options) {
            Ok(Some((_, status))) => status,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(end) = end_of(status) {
            tell(Turn::Ended(end));
            return Ok(end);
        }
        if let Some(signal) = status.stopping_signal() {
            job.stopped(signal, &mut tell);
        } else if status.continued() {
            tell(Turn::Running { pid });
        }
    }
}

/// Ends this process as the program ended.
pub(crate) fn end_like(end: End) -> ! {
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
    if Signal::from_named_raw(signal) == Some(Signal::KILL) {
        let _ = kill_process(getpid(), Signal::KILL);
    }
    let _ = signal_hook::low_level::emulate_default_handler(signal);
    // A signal that nobody knows the default of.
    std::process::exit(128 + signal)
}

fn end_of(status: WaitStatus) -> Option<End> {
    let exited = status.exit_status().map(End::Exited);
    exited.or_else(|| status.terminating_signal().map(End::Killed))
}

/// What is passed on.
const SIGNALS: [i32; 7] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2];

/// Whether whoever started us has this signal ignored, as `nohup` does: then it stays so for the program.
fn is_ignored(signal: i32) -> bool {
    let status = text_of(std::process::id(), "status", 64 * 1024).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// The program that runs.
struct Job {
    child: Child,
    pid: Pid,
    /// It has a process group of its own.
    has_group: bool,
    /// Somebody notices when we stop, and can wake us.
    has_shell: bool,
}

impl Job {
    fn start(command: &mut Command) -> io::Result<Self> {
        let has_shell = is_job_of_shell();
        let has_group = has_shell && io::stdin().is_terminal() && io::stdout().is_terminal();
        if has_group {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        let child = command.spawn()?;
        let job = Self {
            pid: Pid::from_child(&child),
            child,
            has_group,
            has_shell,
        };
        job.hand_terminal_over();
        Ok(job)
    }

    /// Gives the program the terminal if it is ours to give.
    fn hand_terminal_over(&self) {
        let terminal = io::stdin();
        // Who has a shell leads a group, which is therefore known by our own number.
        if self.has_group && tcgetpgrp(&terminal) == Ok(getpid()) {
            // Without it the program stops when it reads, and the person sees why.
            let _ = tcsetpgrp(&terminal, self.pid);
        }
    }

    /// What is sent to us alone is meant for the program. The terminal's own signals reach it without
    /// us; then they must only not end us before it.
    fn pass_signals_on(&self, mut signals: Signals) -> io::Result<()> {
        let (pid, has_group) = (self.pid, self.has_group);
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    let of_terminal = [SIGINT, SIGQUIT, SIGTSTP].contains(&signal);
                    if let Some(signal) = Signal::from_named_raw(signal)
                        && (has_group || !of_terminal)
                    {
                        // It may have ended.
                        let _ = if has_group {
                            kill_process_group(pid, signal)
                        } else {
                            kill_process(pid, signal)
                        };
                    }
                }
            })
            .map(|_| ())
    }

    /// The program has stopped: so do we, until somebody wakes us.
    fn stopped(&self, signal: i32, tell: &mut impl FnMut(Turn)) {
        // It asked for the terminal in the moment before it got it.
        let too_early = [SIGTTIN, SIGTTOU].contains(&signal)
            && self.has_group
            && tcgetpgrp(io::stdin()) == Ok(self.pid);
        if !too_early {
            tell(Turn::Stopped);
            if !self.has_shell {
                // Whoever stopped it can only wake it itself.
                return;
            }
            let _ = kill_process(getpid(), Signal::STOP);
            self.hand_terminal_over();
        }
        self.send(Signal::CONT);
    }

    fn send(&self, signal: Signal) {
        // It may have ended.
        let _ = if self.has_group {
            kill_process_group(self.pid, signal)
        } else {
            kill_process(self.pid, signal)
        };
    }
}

/// Whether a shell with job control started us: it made us a group of our own in its own session.
///
/// In a container groups and sessions of outside have the number 0, which is no process; so has the
/// parent of its first process.
fn is_job_of_shell() -> bool {
    let number = |pid: Pid| AnyPid::from_raw(pid.as_raw_nonzero().get());
    let own = number(getpid());
    let Some(shell) = getppid().map(number) else {
        return false;
    };
    getpgid(None) == Ok(own)
        && getsid(None).is_ok_and(|session| getsid(Some(shell)) == Ok(session))
        && getpgid(Some(shell)).is_ok_and(|group| group != own)
}
