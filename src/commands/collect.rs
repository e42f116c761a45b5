//! `collect`: the collector without a screen, until it is told to end.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Context, listen};
use crate::cli::CollectArgs;
use crate::collector::{self, CollectorError, RuntimeDirError, SocketError};
use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Collects until SIGINT, SIGTERM or SIGHUP.
pub(super) fn run(context: &Context, arguments: &CollectArgs) -> CommandResult {
    let setup = context.collector(&arguments.containers.containers)?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| CommandError::new("could not wait for signals").caused_by(&error))?;
    let handle = signals.handle();
    let listen = listen::wanted(context, arguments.listen.listen.as_deref())?;
    let always = context.config()?.listen.always;
    let running = collector::collect(&setup, Vec::new(), move || handle.close())
        .map_err(|error| explain(&error))?;
    // Only now: where somebody else collects nothing is begun.
    let _listening = match listen {
        Some(listen) => Some(listen::start(context, &listen)?),
        None if always => listen::start_if_possible(context),
        None => None,
    };
    messages::status(&format!(
        "Collecting on {}.",
        setup.doors.places.events_socket.display()
    ));
    for container in &setup.doors.containers {
        messages::status(&format!(
            "Container {} reports to {}.",
            container.name,
            container.socket(&setup.doors.places).display()
        ));
    }
    let signal = signals.forever().next();
    running.stop();
    match signal {
        Some(_) => Ok(()),
        None => Err(CommandError::new("the collector ended unexpectedly")
            .hint("please report what it printed above")),
    }
}

/// What a person can do about it.
fn explain(error: &CollectorError) -> CommandError {
    let failed = CommandError::new("could not collect").caused_by(error);
    match error {
        CollectorError::RuntimeDir(RuntimeDirError::Taken { .. }) => {
            failed.hint("`pane-patrol status` asks the one that collects; stop it to collect here")
        }
        CollectorError::RuntimeDir(RuntimeDirError::NotOurs { path, .. }) => failed.hint(format!(
            "nothing was changed; look at {}, remove it if it is not yours, and try again",
            path.display()
        )),
        CollectorError::Socket(SocketError::Occupied { path, .. }) => failed.hint(format!(
            "nothing was changed; end that program or move {} away",
            path.display()
        )),
        CollectorError::RuntimeDir(RuntimeDirError::Io { .. })
        | CollectorError::Socket(SocketError::Io { .. })
        | CollectorError::Threads { .. } => {
            failed.hint("nothing was started; `pane-patrol doctor` says how its folders are")
        }
    }
}
