//! `emit`: one event from any script, as one datagram, and one line of the log when that is on.

use std::io::{self, IsTerminal};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, MAX_LABEL_CHARS, Source};
use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::outside::as_target;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::send::{SEND_BUDGET, is_runtime_ours};
use pane_patrol_hooks::target::{PaneId, Target};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line, spelt_line};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process::stat;

use super::Context;
use crate::cli::EmitArgs;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;
use crate::mux;

/// How long a multiplexer may take to name our pane; without an answer its id will do.
const RESOLVE_BUDGET: Duration = Duration::from_millis(200);

/// So long we stay when we have named a server or a process: who collects wants to see where its sender runs.
/// A hook has no time for that, but names its assistant's process, which stays.
const SEEN_WITHIN: Duration = Duration::from_millis(5);

/// Sends the event. Not delivered it is only worth a warning, unless `--strict` says otherwise.
pub(super) fn run(context: &Context, arguments: &EmitArgs) -> CommandResult {
    let event = event(context, arguments)?;
    let places = context.places();
    let bytes = event
        .encode()
        .map_err(|error| CommandError::new("could not send the event").caused_by(&error))?;
    let sent = send(&places, context.environment.uid, &bytes);
    let names_a_number = event.server.is_some() || event.target.process().is_some();
    if sent.is_ok() && names_a_number {
        std::thread::sleep(SEEN_WITHIN);
    }
    let log = places.event_log().and_then(|path| EventLog::open(&path));
    let is_logged = log.is_some_and(|log| log.append_event(&event, &bytes));
    match sent {
        Ok(()) => Ok(()),
        Err(error) if arguments.strict => Err(CommandError::new(format!(
            "could not deliver the event to {}",
            places.events_socket.display()
        ))
        .caused_by(&error)
        .hint("start `pane-patrol`, or `pane-patrol collect` without a screen")),
        Err(_) if is_logged => Ok(()),
        // An assistant that runs this as a hook may show what it prints, or take it for a failure.
        Err(_) if !io::stderr().is_terminal() => Ok(()),
        Err(error) => {
            messages::warning(&format!("nobody took the event: {error}"));
            Ok(())
        }
    }
}

fn event(context: &Context, arguments: &EmitArgs) -> Result<Event, CommandError> {
    let usage = |error: &dyn std::error::Error| {
        CommandError::new("could not make an event of that")
            .caused_by(error)
            .hint("nothing was sent; `pane-patrol man emit` tells how it is written")
            .exit(EXIT_USAGE)
    };
    let assistant: Assistant = arguments.assistant.parse().map_err(|error| usage(&error))?;
    let told = arguments.target.as_ref().or(context.told.target.as_ref());
    let told: Option<Target> = told
        .map(|text| text.parse())
        .transpose()
        .map_err(|error: pane_patrol_hooks::target::TargetError| usage(&error))?;
    let own_pane = context.around.pane.filter(|_| told.is_none());
    let target = told
        .or_else(|| own_pane.map(|pane| address_of(context, pane)))
        .or_else(outside)
        .ok_or_else(|| {
            CommandError::new("could not tell which pane this is about")
                .hint(
                    "outside of any it is about the session that this runs in, and there is none that \
                     outlives it: nothing was sent",
                )
                .hint(format!("name it with `--target session:window.pane` or run this inside {}", mux::offered()))
                .exit(EXIT_USAGE)
        })?;
    let mut event = Event::new(assistant, arguments.state, target, Timestamp::now());
    event.source = Source::Emit;
    let message = arguments.message.as_deref().unwrap_or_default();
    event.message =
        Some(spelt_line(message, MAX_MESSAGE_CHARS)).filter(|message| !message.is_empty());
    event.label = label(context, arguments.label.as_deref());
    event.pane = own_pane;
    event.server = own_pane.and(context.around.server.clone());
    Ok(event)
}

/// Outside of any pane: the process that our terminal belongs to, or that was begun in the background,
/// whatever it has called us through. A session that we lead ourselves ends with us.
fn outside() -> Option<Target> {
    let own = stat(std::process::id())?;
    if own.session == std::process::id() {
        return None;
    }
    as_target(own.session).or_else(|| as_target(own.parent))
}

/// What a person calls it: as she types, else as the environment says.
pub(super) fn label(context: &Context, typed: Option<&str>) -> Option<String> {
    let told = typed.or(context.told.label.as_deref())?;
    Some(one_line(told, MAX_LABEL_CHARS)).filter(|label| !label.is_empty())
}

/// The address of our own pane, or its id when nobody tells.
pub(super) fn address_of(context: &Context, pane: PaneId) -> Target {
    let reach = context.reach();
    let place = reach.place(None, Target::Pane(pane));
    let address = mux::of(place.kind, &reach).address(&place, RESOLVE_BUDGET);
    address.unwrap_or(Target::Pane(pane))
}

/// Sends once, waiting for a place in a full queue no longer than a hook does.
fn send(places: &Places, uid: u32, bytes: &[u8]) -> io::Result<()> {
    if !places.events_socket_is_explicit && places.runtime.exists() && !is_runtime_ours(places, uid)
    {
        let words = "its folder is not ours alone";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let sender = UnixDatagram::unbound()?;
    sender.set_write_timeout(Some(SEND_BUDGET))?;
    sender.send_to(bytes, &places.events_socket).map(|_| ())
}
