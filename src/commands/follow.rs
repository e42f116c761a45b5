//! Listening on from one collector to the next, and whom a name means while that lasts.

use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Context;
use super::lookup::{self, By, Unknown};
use super::rows::{Known, nobody};
use crate::error::CommandError;
use crate::hub::client::HubError;
use crate::log::unmatched::{from_place, sentence};
use crate::messages;
use crate::mux::{Reach, Undone};
use crate::state::{Row, RowKey};
use crate::sys::process;

/// How long to wait before the next collector is looked for.
pub(super) const RETRY: Duration = Duration::from_millis(100);

/// How long a server may take to say that it is there.
const SERVER_BUDGET: Duration = Duration::from_millis(300);

/// Whoever collects, and after that one the next.
#[derive(Default)]
pub(super) struct Follow {
    has_heard: bool,
}

impl Follow {
    /// Takes what came of listening to one of them.
    ///
    /// # Errors
    /// Nobody is there to listen to: only who has answered before may be between two owners.
    pub(super) fn go_on(&mut self, heard: Result<(), HubError>) -> Result<(), CommandError> {
        match heard {
            Ok(()) => self.has_heard = true,
            Err(error) if self.has_heard && may_pass(&error) => {}
            Err(error) => return Err(nobody(&error)),
        }
        Ok(())
    }
}

/// Whether it may be otherwise in a moment, with another owner.
fn may_pass(error: &HubError) -> bool {
    matches!(
        error,
        HubError::Nobody { .. } | HubError::Silent { .. } | HubError::Io { .. }
    )
}

/// On which server a place is meant: others have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// The one with this socket.
    Socket(String),
    /// Whichever: we are on none ourselves.
    Any,
}

impl On {
    /// The server that we are in.
    pub(super) fn ours(context: &Context) -> Self {
        match &context.around.server {
            Some(server) => Self::Socket(server.socket.clone()),
            None => Self::Any,
        }
    }

    /// That of `row`, or else as it was: who names no server is of the collector's own.
    pub(super) fn of(row: &Row, otherwise: Self) -> Self {
        let server = row.server.as_ref();
        server.map_or(otherwise, |server| Self::Socket(server.socket.clone()))
    }

    /// Whether the row is there, or may be.
    pub(super) fn holds(&self, row: &Row) -> bool {
        match (self, &row.server) {
            (Self::Socket(socket), Some(server)) => server.socket == *socket,
            _ => true,
        }
    }
}

/// Says why nobody has that name, if nobody ever can; else tells what was held apart from its place.
/// `only`: what means the one row that was found before, where nobody else is meant.
///
/// # Errors
/// It is a word, or the place cannot come to have anybody.
pub(super) fn expect_somebody_at(
    context: &Context,
    name: &str,
    only: Option<&str>,
    known: &Known,
) -> Result<(), CommandError> {
    let now = Timestamp::now();
    if !may_come(&context.reach(), only.unwrap_or(name)) {
        let unknown = Unknown::Nobody;
        return Err(lookup::explain(
            &unknown,
            name,
            &known.rows,
            &known.apart,
            now,
        ));
    }
    for apart in from_place(name, &known.apart) {
        messages::warning(&format!("held apart: {}", sentence(apart, now)));
    }
    Ok(())
}

/// Whether somebody may come to be called so. A word is nobody's that was never heard, and neither a
/// server nor a process comes back.
fn may_come(reach: &Reach, name: &str) -> bool {
    let mut keys = RowKey::named(name).peekable();
    if keys.peek().is_some() {
        return keys.any(|key| {
            may_live(&key.place) && key.server.is_none_or(|server| stands(reach, &server))
        });
    }
    name.parse().is_ok_and(|place| may_live(&place))
}

fn may_live(place: &Target) -> bool {
    match place {
        Target::Process { pid, start, .. } => process::start_of(*pid) == Some(*start),
        Target::Address { .. } | Target::Pane(_) | Target::Agent(_) => true,
    }
}

fn stands(reach: &Reach, server: &Server) -> bool {
    let socket = Path::new(&server.socket);
    let mux = reach.at(socket);
    match mux.list(socket, SERVER_BUDGET) {
        Ok(list) => list.server_pid == server.pid,
        // It may live on where nobody can talk to it.
        Err(Undone::Gone(_)) => mux.out_of_reach(server).is_some(),
        Err(Undone::NotBelieved { .. }) => false,
        Err(Undone::Refused(_) | Undone::Unknown(_)) => process::is_alive(server.pid),
    }
}

/// Whether what `by` names stays where it is while assistants come and go.
pub(super) fn is_place(by: By) -> bool {
    matches!(by, By::Target | By::Pane)
}
