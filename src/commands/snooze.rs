//! `snooze`: no notice of one assistant for a while.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::Surroundings;
use super::jump::row_at;
use crate::cli::SnoozeArgs;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::notice::Snoozes;

/// Snoozes it, or ends that.
pub(super) fn run(surroundings: &Surroundings, arguments: &SnoozeArgs) -> CommandResult {
    let row = row_at(surroundings, &arguments.target, "snooze")?;
    let minutes = arguments.minutes;
    let span = Duration::from_secs(minutes * 60);
    let until = (minutes > 0).then(|| Timestamp::now().plus(span));
    snooze(surroundings, &row.id, until)?;
    messages::status(&match minutes {
        0 => format!(
            "Notices of {} in {} are given again.",
            row.assistant, row.target
        ),
        1 => format!(
            "No notice of {} in {} for a minute.",
            row.assistant, row.target
        ),
        _ => format!(
            "No notice of {} in {} for {minutes} minutes.",
            row.assistant, row.target
        ),
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
