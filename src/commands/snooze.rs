//! `snooze`: no notice of one assistant for a while.

use std::time::Duration;

use super::acting::act;
use super::{Context, rows};
use crate::cli::SnoozeArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::{ActOutcome, What};
use crate::log::when::spoken;
use crate::messages;

/// Snoozes it, or ends that.
pub(super) fn run(context: &Context, arguments: &SnoozeArgs) -> CommandResult {
    let row = rows::live(context, "snooze")?.row(&arguments.target)?;
    let span = arguments.span;
    snooze(context, "snooze", &row.id, span)?;
    let name = format!("{} in {}", row.assistant, row.target.shown());
    messages::status(&if span.is_zero() {
        format!("Notices of {name} are given again.")
    } else {
        format!("No notice of {name} for {}.", spoken(span))
    });
    Ok(())
}

/// Has the collector write it down for whoever gives notices; `door` is where the person is.
pub(super) fn snooze(
    context: &Context,
    door: &str,
    id: &str,
    span: Duration,
) -> Result<(), CommandError> {
    let failed = |why: &str| {
        CommandError::new(format!("could not snooze `{id}`: {why}"))
            .hint("nothing was changed: notices are given as before")
    };
    let what = What::Snooze {
        seconds: span.as_secs(),
    };
    let result = act(context, door, id, what);
    let result = result.map_err(|error| failed(&error.to_string()))?;
    match result.outcome {
        ActOutcome::Done => Ok(()),
        ActOutcome::Refused | ActOutcome::Unknown => Err(failed(&result.why.unwrap_or_default())),
    }
}
