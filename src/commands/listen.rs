//! `--listen`: lets clients come over WebSocket too.

use std::net::SocketAddr;

use pane_patrol_hooks::timestamp::Timestamp;

use super::Context;
use crate::error::{CommandError, EXIT_USAGE};
use crate::hub::protocol::Right;
use crate::hub::websocket::{self, ListenError, Listening, Setup};
use crate::messages;
use crate::sys::runtime_dir::make_runtime_folder;

/// Where `argument` says to listen; without an argument nowhere. An empty one means where Mission Control's
/// programs look: `AOC_HUB_ADDR`, else the port of the name by which they call us.
pub(super) fn wanted(
    context: &Context,
    argument: Option<&str>,
) -> Result<Option<Setup>, CommandError> {
    let Some(argument) = argument else {
        return Ok(None);
    };
    let places = context.places();
    let listen = context.config()?.listen;
    let own = listen
        .aoc_session
        .or_else(|| context.told.aoc.session.clone());
    let other_name = own.filter(|name| !name.is_empty() && *name != places.session);
    let name = other_name.as_deref().unwrap_or(&places.session);
    let address = match (argument, &context.told.aoc.address) {
        ("", None) => websocket::usual_address(name),
        ("", Some(text)) => text.parse().map_err(|_| no_hub_address(text))?,
        (text, _) => text.parse().map_err(|_| not_an_address(text))?,
    };
    Ok(Some(Setup {
        address,
        origins: listen.origins,
        sessions: other_name.into_iter().collect(),
        places,
        clock: Timestamp::now,
    }))
}

/// Listens there and says so.
pub(super) fn start(context: &Context, setup: &Setup) -> Result<Listening, CommandError> {
    let listening = begin(context, setup)?;
    messages::status(&format!(
        "Listening on ws://{}/ws; a token to read is in {}, those to publish, answer and manage beside it; `pane-patrol pair` lets a phone or browser in.",
        listening.address(),
        listening.token(Right::Read).display()
    ));
    Ok(listening)
}

/// Listens as the settings alone want it: where that cannot be, a warning says why, and nothing else is kept from
/// going on.
pub(super) fn start_if_possible(context: &Context) -> Option<Listening> {
    let setup = wanted(context, Some(""));
    let listening = setup.and_then(|setup| setup.map(|it| start(context, &it)).transpose());
    listening.unwrap_or_else(|error| {
        // The outer causes say once more what was tried.
        let cause = error.causes().last().map(|cause| format!(": {cause}"));
        messages::warning(&format!(
            "nobody is let in over WebSocket, which `[listen] always` wants: {error}{}; \
             all else goes on, and `--listen 127.0.0.1:PORT` takes another port",
            cause.unwrap_or_default()
        ));
        None
    })
}

/// The same without a word.
pub(super) fn begin(context: &Context, setup: &Setup) -> Result<Listening, CommandError> {
    let address = setup.address;
    make_runtime_folder(&setup.places, context.environment.uid)
        .map_err(|error| failed(address).caused_by(&error))
        .and_then(|()| websocket::listen(setup).map_err(|error| explain(address, &error)))
}

fn failed(address: SocketAddr) -> CommandError {
    CommandError::new(format!("could not listen on {address}"))
}

fn not_an_address(text: &str) -> CommandError {
    CommandError::new(format!("`{text}` is no address"))
        .hint("write it as `127.0.0.1:42000`, or leave it out")
        .exit(EXIT_USAGE)
}

fn no_hub_address(text: &str) -> CommandError {
    CommandError::new(format!("`AOC_HUB_ADDR` is no address: `{text}`"))
        .hint("write it as `127.0.0.1:42000`, or say where after `--listen`")
        .exit(EXIT_USAGE)
}

fn explain(address: SocketAddr, error: &ListenError) -> CommandError {
    let failed = failed(address).caused_by(error);
    match error {
        ListenError::NotLoopback(_) => failed
            .hint("whoever reaches it can answer for you; to come from elsewhere, forward a port with `ssh -L`")
            .exit(EXIT_USAGE),
        ListenError::Io { .. } => failed.hint("nothing was started; `--listen 127.0.0.1:PORT` takes another port"),
    }
}
