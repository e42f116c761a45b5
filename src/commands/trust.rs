//! `trust`: one assistant may do, for a while and without asking, what no rule forbids.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::{Surroundings, asking, rows};
use crate::assistants;
use crate::cli::TrustArgs;
use crate::error::{CommandError, CommandResult};
use crate::log::when::spoken;
use crate::messages;
use crate::protocol::Trust;
use crate::state::Row;

/// Trusts it, or ends that.
pub(super) fn run(surroundings: &Surroundings, arguments: &TrustArgs) -> CommandResult {
    let row = rows::live(surroundings, "trust")?.row(&arguments.target)?;
    let span = if arguments.off {
        Duration::ZERO
    } else {
        arguments.span
    };
    trust(surroundings, &row, span).map_err(|why| {
        CommandError::new(format!("could not trust `{}`: {why}", row.target))
            .hint("nothing was changed: it asks you as before")
    })?;
    messages::status(&told(&row, span));
    Ok(())
}

/// What holds from now on.
pub(super) fn told(row: &Row, span: Duration) -> String {
    let name = format!("{} in {}", row.assistant, row.target);
    if span.is_zero() {
        return format!("{name} asks you again.");
    }
    format!("For {} {name} may do what no rule forbids.", spoken(span))
}

/// Tells whoever collects; the error says why the row cannot be trusted.
pub(super) fn trust(surroundings: &Surroundings, row: &Row, span: Duration) -> Result<(), String> {
    let hub = surroundings.hub().map_err(|error| error.to_string())?;
    let trust = Trust {
        row: row.id.clone(),
        instance_id: row.instance_id.clone().ok_or("its session is not known")?,
        seconds: span.as_secs(),
    };
    if !row.assistant.can_ask_us() {
        let titles = assistants::answerable_titles();
        return Err(format!("only {titles} can be answered without keys"));
    }
    if !span.is_zero() {
        asking::asks_us(surroundings, row).map_err(|why| why.to_string())?;
    }
    let taken = hub
        .subscribe("trust")
        .and_then(|mut hub| hub.trust(&trust, Timestamp::now))
        .map_err(|error| error.to_string())?;
    taken
        .then_some(())
        .ok_or_else(|| "another session has taken its place".to_owned())
}
