//! A program without a terminal of its own: where stdin or stdout lead elsewhere, and where the system gives none.
//! It stays in our group, where the terminal's signals reach it anyway; when it stops we stop, so that a shell
//! notices, and when the shell wakes us we wake it.

use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use signal_hook::consts::{SIGINT, SIGQUIT, SIGTSTP};

use super::signals::{self, PASSED_ON};
use super::{End, News, Program, Turn, end_of, has_shell};
use crate::sys::child::persons;
use crate::sys::wake_channel::Inbox;

/// Runs the program to its end.
///
/// # Errors
/// It cannot be started; nothing was told then.
pub(super) fn run(program: Program<'_>, tell: &mut impl FnMut(News)) -> io::Result<End> {
    let (name, arguments) = (program.words.split_first()).ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = persons(name);
    program.place(command.args(arguments));
    // Before it is there: what is sent to us from then on is for it.
    let signals = signals::watch(&PASSED_ON)?;
    signals::release_stops();
    let child = command.spawn();
    signals::hold_stops();
    let child = child?;
    let pid = Pid::from_child(&child);
    tell(News::Turn(Turn::Running { pid: child.id() }));
    pass_on(signals, pid)?;
    loop {
        let options = WaitOptions::UNTRACED | WaitOptions::CONTINUED;
        let status = match waitpid(Some(pid), options) {
            Ok(Some((_, status))) => status,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(end) = end_of(status) {
            tell(News::Turn(Turn::Ended(end)));
            return Ok(end);
        }
        if let Some(signal) = status.stopping_signal() {
            tell(News::Turn(Turn::Stopped));
            // Else whoever has stopped it can only wake it itself.
            if has_shell() {
                signals::stop(signal);
                // It may have ended.
                let _ = kill_process(pid, Signal::CONT);
            }
        } else if status.continued() {
            tell(News::Turn(Turn::Running { pid: child.id() }));
        }
    }
}

/// What is sent to us alone is meant for the program. The terminal's own signals reach it without us; then they must
/// only not end us before it.
fn pass_on(signals: Inbox<i32>, pid: Pid) -> io::Result<()> {
    let pass = move || loop {
        // Interrupted, it looks again.
        let _ = poll(&mut [PollFd::new(&signals, PollFlags::IN)], None);
        for signal in signals.take().messages {
            if let Some(named) = Signal::from_named_raw(signal)
                && ![SIGINT, SIGQUIT, SIGTSTP].contains(&signal)
            {
                // It may have ended.
                let _ = kill_process(pid, named);
            }
        }
    };
    let thread = std::thread::Builder::new().name("passing on".into());
    thread.spawn(pass).map(|_: std::thread::JoinHandle<()>| ())
}
