//! `jump`: to the pane of an assistant, from any shell or tmux binding.

use std::process::Command;

use pane_patrol_hooks::timestamp::Timestamp;

use super::hands::{asking, here};
use super::{Surroundings, lookup, rows};
use crate::cli::JumpArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub_client::HubClient;
use crate::messages;
use crate::mux::tmux::jump::{self, Arrival};
use crate::mux::tmux::lost;
use crate::protocol::LookedAt;
use crate::state::{Attention, Row, urgency};

/// Goes there, or says why not.
pub(super) fn run(surroundings: &Surroundings, arguments: &JumpArgs) -> CommandResult {
    let row = match &arguments.target {
        Some(name) => Some(lookup::to_read(surroundings, name, "jump")?),
        None => next(surroundings)?,
    };
    let Some(row) = row else {
        messages::status("Nobody needs you.");
        return Ok(());
    };
    go(surroundings, &row, arguments.client.as_deref())
}

/// The one that has waited for the person longest, whatever it asks.
fn next(surroundings: &Surroundings) -> Result<Option<Row>, CommandError> {
    let known = rows::live_or_logged(surroundings, "jump")?;
    if known.from_log.is_some() {
        lookup::warn_of_log();
    }
    let rows = known.rows.into_iter();
    Ok(rows
        .filter(|row| Attention::from(row.state) == Attention::NeedsYou)
        .min_by(|a, b| a.since.cmp(&b.since).then_with(|| urgency(a, b))))
}

fn go(surroundings: &Surroundings, row: &Row, client: Option<&str>) -> CommandResult {
    let failed = || CommandError::new(format!("could not go to `{}`", row.target));
    let here = here(surroundings, client.map(str::to_owned));
    let belief = surroundings.belief();
    let ask = asking(belief.clone());
    match jump::to(row, &here, &surroundings.own_tmux_socket(), &ask) {
        Arrival::There { by_program, .. } => {
            if by_program {
                looked_at(surroundings, row);
            }
            Ok(())
        }
        Arrival::Gone => {
            let lost = row.server.as_ref().and_then(lost::words);
            let why = lost.unwrap_or_else(|| "its pane is gone".to_owned());
            Err(failed().hint(format!("{why}; you are where you were")))
        }
        Arrival::Refused(why) => {
            let why = row.server.as_ref().and_then(lost::words).unwrap_or(why);
            let words = format!("could not go to `{}`: {why}", row.target);
            Err(CommandError::new(words))
        }
        Arrival::Elsewhere { socket, target } => {
            let tmux = belief.tmux(socket.as_ref());
            let tmux = tmux.map_err(|error| failed().caused_by(&error))?;
            let status = attach(&mut tmux.attach(&target));
            status.map_err(|error| failed().caused_by(&error))
        }
    }
}

/// Says that the person looks at the row now, where tmux cannot tell.
pub(super) fn looked_at(surroundings: &Surroundings, row: &Row) {
    let (looked, uid) = (LookedAt::of(row), surroundings.environment.uid);
    let Ok(places) = surroundings.places() else {
        return;
    };
    // Where nobody collects there is no row that could be seen.
    let _ = HubClient::subscribe(&places, uid, "jump", Timestamp::now)
        .and_then(|mut hub| hub.looked_at(&looked, Timestamp::now));
}

fn attach(command: &mut Command) -> std::io::Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    // tmux has said why.
    Err(std::io::Error::other("tmux did not attach"))
}
