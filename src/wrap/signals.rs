//! What is sent to this process, as a channel that can be waited for beside files, and how it is stopped.

use std::io;
use std::sync::Arc;

use nix::sys::signal::{SigSet, Signal as AnySignal};
use pane_patrol_sys::process::text_of;
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};
use signal_hook::consts::{
    SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
};
use signal_hook::iterator::Signals;

use crate::sys::wake_channel::{Inbox, inbox};

/// What is passed on to the program.
pub(super) const PASSED_ON: [i32; 7] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2];

/// What says that something about the terminal is another than before.
pub(super) const OF_TERMINAL: [i32; 2] = [SIGCONT, SIGWINCH];

/// Keeps SIGTSTP from stopping this thread and all that it starts from now on: [`watch`] hears of it. It gets no
/// handler, because only so can this process be stopped by that very signal later, and the shell say so.
pub(crate) fn hold_stops() {
    // There is such a signal.
    let _ = SigSet::from(AnySignal::SIGTSTP).thread_block();
}

/// The opposite, for this thread and what it starts.
pub(super) fn release_stops() {
    let _ = SigSet::from(AnySignal::SIGTSTP).thread_unblock();
}

/// Hears of these signals, but not of those that whoever started us has ignored, as `nohup` does: then they stay so
/// for the program. For SIGTSTP each thread must hold it.
///
/// # Errors
/// The system gives no handler, thread or descriptor.
pub(super) fn watch(signals: &[i32]) -> io::Result<Inbox<i32>> {
    let (orders, heard) = inbox()?;
    let orders = Arc::new(orders);
    let heeded = signals.iter().filter(|signal| !is_ignored(**signal));
    let (stops, others): (Vec<i32>, Vec<i32>) = heeded.partition(|signal| **signal == SIGTSTP);
    let mut others = Signals::new(others)?;
    let told = Arc::clone(&orders);
    spawn("signals", move || {
        others.forever().for_each(|signal| told.send(signal));
    })?;
    if !stops.is_empty() {
        let stops = SigSet::from(AnySignal::SIGTSTP);
        spawn("stops", move || {
            while stops.wait().is_ok() {
                orders.send(SIGTSTP);
            }
        })?;
    }
    Ok(heard)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map(drop)
}

/// Whether whoever started us has this signal ignored.
fn is_ignored(signal: i32) -> bool {
    let status = text_of(std::process::id(), "status", 64 * 1024).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Stops this process by `signal`, and comes back when somebody wakes it. Where nobody could, the system stops nothing
/// by a signal of the terminal.
pub(super) fn stop(signal: i32) {
    stop_by(signal, |signal| kill_process(getpid(), signal));
}

/// The same with all of our group: what Ctrl-Z would have stopped, had the program been in this terminal.
pub(super) fn stop_group(signal: i32) {
    stop_by(signal, |signal| kill_process_group(getpgrp(), signal));
}

fn stop_by(signal: i32, send: impl FnOnce(Signal) -> rustix::io::Result<()>) {
    release_stops();
    if let Some(signal) = Signal::from_named_raw(signal) {
        // We may always do that to ourselves.
        let _ = send(signal);
    }
    hold_stops();
}
