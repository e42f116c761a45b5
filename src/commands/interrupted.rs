//! Commands that have programs work for them and end by whatever signal comes, as any command does. Those programs are
//! in groups of their own, which no key of the terminal reaches, so they are ended first.

use std::thread;

use pane_patrol_bare::die_by;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{CommandError, CommandResult};
use crate::sys::child::end_groups_unheard;

/// Has a signal that ends this command end them, too.
pub(super) fn ends_all() -> CommandResult {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])
        .map_err(|error| CommandError::new("could not wait for signals").caused_by(&error))?;
    let hear = move || {
        for signal in signals.forever() {
            end_groups_unheard();
            die_by(signal);
        }
    };
    let started = thread::Builder::new().name("signals".into()).spawn(hear);
    started.map_err(|error| CommandError::new("could not start a thread").caused_by(&error))?;
    Ok(())
}
