//! `snooze`: no notice of one assistant for a while.

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Surroundings, rows};
use crate::cli::SnoozeArgs;
use crate::error::{CommandError, CommandResult};
use crate::log::when::spoken;
use crate::messages;
use crate::notify::Snoozes;

/// Snoozes it, or ends that.
pub(super) fn run(surroundings: &Surroundings, arguments: &SnoozeArgs) -> CommandResult {
    let row = rows::live(surroundings, "snooze")?.row(&arguments.target)?;
    let span = arguments.span;
    let until = (!span.is_zero()).then(|| Timestamp::now().plus(span));
    snooze(surroundings, &row.id, until)?;
    let name = format!("{} in {}", row.assistant, row.target);
    messages::status(&if span.is_zero() {
        format!("Notices of {name} are given again.")
    } else {
        format!("No notice of {name} for {}.", spoken(span))
    });
    Ok(())
}

/// Writes it down for whoever gives notices; all snoozes after it.
pub(super) fn snooze(
    surroundings: &Surroundings,
    id: &str,
    until: Option<Timestamp>,
) -> Result<Snoozes, CommandError> {
    let place = Snoozes::place(&surroundings.places()?);
    let snoozes = Snoozes::read(&place).with(id, until, Timestamp::now());
    snoozes.write(&place).map_err(|error| {
        CommandError::new(format!("could not write {}", place.display()))
            .caused_by(&error)
            .hint("nothing was changed: notices are given as before")
    })?;
    Ok(snoozes)
}
