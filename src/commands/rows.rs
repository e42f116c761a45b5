//! The rows that a command is about: those of whoever collects, or, when nobody does and the event
//! log is on, those that its recent end tells of.

use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Surroundings, mirror};
use crate::collector::liveness::has_ended;
use crate::error::{CommandError, EXIT_NOBODY};
use crate::hub_client::{HubClient, HubError};
use crate::log::condition::{Condition, condition};
use crate::log::files::Files;
use crate::log::player::Player;
use crate::log::recent::{self, Bounds};
use crate::messages;
use crate::mux::{Reach, Undone};
use crate::state::{Apart, Input, Listing, REBUILD_GRACE, Row, Settings, Table};

/// How long a tmux server may take to say which panes of the log are still there.
const LISTING_BUDGET: Duration = Duration::from_millis(300);

/// What else would have told.
pub(super) const ASK_THE_LOG: &str = "with `pane-patrol mirror on` the event log can be asked, too";

/// Rows, and who says so.
pub(super) struct Known {
    /// In no certain order.
    pub(super) rows: Vec<Row>,
    /// The event log says so, because nobody collects.
    pub(super) from_log: Option<FromLog>,
    /// What fitted none of them.
    pub(super) apart: Vec<Apart>,
}

/// How far the event log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FromLog {
    /// When the last event was logged; `None`: nothing recent is in it.
    pub(super) last: Option<Timestamp>,
}

/// The rows of whoever collects; `who` asks.
pub(super) fn live(surroundings: &Surroundings, who: &str) -> Result<Known, CommandError> {
    ask(surroundings, who)?.map_err(|error| nobody(&error))
}

/// The rows of whoever collects, or those of the event log; `who` asks.
pub(super) fn live_or_logged(
    surroundings: &Surroundings,
    who: &str,
) -> Result<Known, CommandError> {
    match ask(surroundings, who)? {
        Ok(known) => Ok(known),
        Err(error @ HubError::Nobody { .. }) => {
            logged(surroundings)?.ok_or_else(|| nobody(&error).hint(ASK_THE_LOG))
        }
        Err(error) => Err(nobody(&error)),
    }
}

fn ask(surroundings: &Surroundings, who: &str) -> Result<Result<Known, HubError>, CommandError> {
    let places = surroundings.places()?;
    let uid = surroundings.environment.uid;
    Ok(
        HubClient::subscribe(&places, uid, who, Timestamp::now).and_then(|mut client| {
            Ok(Known {
                rows: client.rows()?,
                from_log: None,
                apart: client.health()?.apart,
            })
        }),
    )
}

/// Why there is nobody to ask, as a person reads it.
pub(super) fn nobody(error: &HubError) -> CommandError {
    let failed = CommandError::new("cannot tell what assistants do").caused_by(error);
    match error {
        HubError::Nobody { .. } => failed
            .hint("start `pane-patrol`, or `pane-patrol collect` without a screen")
            .exit(EXIT_NOBODY),
        HubError::Silent { .. } => failed
            .hint("it may be stopped or very busy; try again, or restart it")
            .exit(EXIT_NOBODY),
        HubError::Untrusted { path } => failed.hint(format!(
            "look at {} and remove it if it is not yours",
            path.display()
        )),
        _ => failed,
    }
}

/// What the recent end of the event log says: rows whose process and pane are there. `None` when it
/// is off or cannot be used.
fn logged(surroundings: &Surroundings) -> Result<Option<Known>, CommandError> {
    let mirror = mirror::path(surroundings)?;
    match condition(&mirror) {
        Condition::On { .. } => {}
        Condition::Off => return Ok(None),
        Condition::Broken(trouble) => {
            messages::warning(&format!("the event log is not as it should be: {trouble}"));
            // What cannot be written may still be read.
            if Files::open(&mirror, &|_| false).live.is_none() {
                return Ok(None);
            }
        }
    }
    let config = surroundings.config()?;
    let now = Timestamp::now();
    let settings = Settings {
        ttl: config.table.ttl(),
        own_server: surroundings.tmux.clone(),
    };
    let bounds = Bounds {
        bytes: config.mirror.rebuild_bytes(),
        begin: now.minus(config.mirror.rebuild_window()),
    };
    let mut player = Player::new(settings, now);
    let (_, last) = recent::play(&mirror, bounds, Instant::now(), &mut player);
    let mut table = player.finish(now);
    table.remove_rows(has_ended, now);
    look_at_panes(&mut table, surroundings, now);
    // Nothing else will prove the others.
    table.apply(Input::Tick, now.plus(REBUILD_GRACE));
    Ok(Some(Known {
        rows: table.rows(),
        from_log: Some(FromLog { last }),
        apart: table.apart(),
    }))
}

/// Asks each tmux server of the rows where their panes are now.
fn look_at_panes(table: &mut Table, surroundings: &Surroundings, now: Timestamp) {
    let reach = surroundings.reach();
    let own = own_socket(table, surroundings, &reach);
    table.set_own_socket(own.clone());
    let socket_of = |row: &Row| match &row.server {
        Some(server) => server.socket.clone(),
        None => own.clone(),
    };
    let mut sockets: Vec<String> = table.rows().iter().map(socket_of).collect();
    sockets.sort();
    sockets.dedup();
    for socket in sockets {
        let path = Path::new(&socket);
        let mux = reach.at(path);
        // What runs in the panes of a server that nobody can talk to runs on.
        let servers = table.rows().into_iter().filter_map(|row| row.server);
        let on_it = servers.filter(|server| server.socket == socket);
        let without = on_it
            .filter(|server| mux.out_of_reach(server).is_some())
            .collect();
        table.set_lost(&socket, without);
        let input = match mux.list(path, LISTING_BUDGET) {
            Ok(list) => Input::Listing(Listing {
                server: Server {
                    socket,
                    pid: list.server_pid,
                },
                asked: now,
                panes: list.panes,
            }),
            Err(Undone::Gone(_)) => Input::ServerGone { socket },
            Err(Undone::NotBelieved { socket, why }) => {
                table.disbelieve(&socket, why, now);
                continue;
            }
            // What is not known removes nothing.
            Err(_) => continue,
        };
        table.apply(input, now);
    }
}

/// The server of rows that name none. Asked from outside tmux, with nobody at the default socket, it can
/// only be the one that all other rows are of: whoever collected there would have put them together.
fn own_socket(table: &Table, surroundings: &Surroundings, reach: &Reach) -> String {
    let own = &reach.own_socket;
    let text = own.to_string_lossy().into_owned();
    if surroundings.tmux.is_some() {
        return text;
    }
    let servers = table.rows().into_iter().filter_map(|row| row.server);
    let mut sockets: Vec<String> = servers.map(|server| server.socket).collect();
    sockets.sort();
    sockets.dedup();
    match (reach.own().list(own, LISTING_BUDGET), sockets.as_slice()) {
        (Err(Undone::Gone(_)), [only]) => only.clone(),
        _ => text,
    }
}
