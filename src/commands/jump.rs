//! `jump`: to the pane of an assistant, from any shell or tmux binding.

use std::process::Command;

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Surroundings, rows};
use crate::cli::JumpArgs;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::mux::{Arrival, Gone, PATIENCE_FOR_SEVERAL, Undone};
use crate::protocol::LookedAt;
use crate::state::{Attention, Row, urgency};

/// Goes there, or says why not.
pub(super) fn run(surroundings: &Surroundings, arguments: &JumpArgs) -> CommandResult {
    let known = rows::to_read(surroundings, "jump")?;
    let row = match &arguments.target {
        Some(name) => Some(known.row(name)?),
        None => next(known.rows),
    };
    let Some(row) = row else {
        messages::status("Nobody needs you.");
        return Ok(());
    };
    go(surroundings, &row, arguments.client.as_deref())
}

/// The one that has waited for the person longest, whatever it asks.
fn next(rows: Vec<Row>) -> Option<Row> {
    rows.into_iter()
        .filter(|row| Attention::from(row.state) == Attention::NeedsYou)
        .min_by(|a, b| a.since.cmp(&b.since).then_with(|| urgency(a, b)))
}

fn go(surroundings: &Surroundings, row: &Row, client: Option<&str>) -> CommandResult {
    let failed = || CommandError::new(format!("could not go to `{}`", row.target));
    let here = surroundings.here(client.map(str::to_owned));
    let (place, mux) = surroundings.reach().place_of(row);
    match mux.go(&place, &here, PATIENCE_FOR_SEVERAL) {
        Ok(Arrival::There { by_program, .. }) => {
            if by_program {
                looked_at(surroundings, row);
            }
            Ok(())
        }
        Ok(Arrival::Elsewhere(there)) => {
            let command = mux.attach(&there);
            let mut command = command.map_err(|undone| failed().caused_by(&undone))?;
            let status = attach(&mut command);
            status.map_err(|error| failed().caused_by(&error))
        }
        Err(Undone::Gone(gone)) => {
            let why = match gone {
                Gone::OutOfReach(words) => words,
                Gone::Pane | Gone::Server => "its pane is gone".to_owned(),
            };
            Err(failed().hint(format!("{why}; you are where you were")))
        }
        Err(undone) => {
            let words = format!("could not go to `{}`: {undone}", row.target);
            Err(CommandError::new(words))
        }
    }
}

/// Says that the person looks at the row now, where the multiplexer cannot tell.
pub(super) fn looked_at(surroundings: &Surroundings, row: &Row) {
    let looked = LookedAt::of(row);
    let Ok(hub) = surroundings.hub() else {
        return;
    };
    // Where nobody collects there is no row that could be seen.
    let _ = hub
        .subscribe("jump")
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
