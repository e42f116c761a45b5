//! `jump`: to the pane of an assistant, from any shell or tmux binding.

use std::process::Command;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Surroundings;
use super::hands::{ask, attach_command, here};
use crate::cli::JumpArgs;
use crate::error::{CommandError, CommandResult, EXIT_NOBODY, EXIT_USAGE};
use crate::hub_client::{HubClient, HubError};
use crate::jump::{self, Arrival};
use crate::messages;
use crate::state::{Attention, Row, urgency};

/// Goes there, or says why not.
pub(super) fn run(surroundings: &Surroundings, arguments: &JumpArgs) -> CommandResult {
    let wanted = arguments.target.as_deref().map(parse).transpose()?;
    let rows = rows(surroundings, "jump")?;
    let row = match &wanted {
        Some(target) => Some(find(&rows, target).ok_or_else(|| unknown(target))?),
        None => next(&rows),
    };
    let Some(row) = row else {
        messages::status("Nobody needs you.");
        return Ok(());
    };
    go(surroundings, row, arguments.client.as_deref())
}

/// Every row, asked of whoever collects; `who` asks.
fn rows(surroundings: &Surroundings, who: &str) -> Result<Vec<Row>, CommandError> {
    let places = surroundings.places()?;
    HubClient::subscribe(&places, surroundings.environment.uid, who, Timestamp::now)
        .and_then(|mut client| client.rows())
        .map_err(|error| explain(&error))
}

/// The row that the person means by `target`; `who` asks.
pub(super) fn row_at(
    surroundings: &Surroundings,
    target: &str,
    who: &str,
) -> Result<Row, CommandError> {
    let target = parse(target)?;
    let rows = rows(surroundings, who)?;
    find(&rows, &target)
        .cloned()
        .ok_or_else(|| unknown(&target))
}

fn unknown(target: &Target) -> CommandError {
    CommandError::new(format!("no assistant is known in `{target}`"))
        .hint("`pane-patrol status` lists them; nothing was done")
}

fn parse(target: &str) -> Result<Target, CommandError> {
    target.parse().map_err(|error| {
        CommandError::new("that is no place of an assistant")
            .caused_by(&error)
            .exit(EXIT_USAGE)
    })
}

/// The row in that place; one with its address before one with only its pane's id.
fn find<'a>(rows: &'a [Row], wanted: &Target) -> Option<&'a Row> {
    let in_pane = |row: &&Row| match wanted {
        Target::Pane(id) => row.pane == Some(*id),
        Target::Address { .. } => false,
    };
    let at_target = rows.iter().find(|row| row.target == *wanted);
    at_target.or_else(|| rows.iter().find(in_pane))
}

/// The one that has waited for the person longest, whatever it asks.
fn next(rows: &[Row]) -> Option<&Row> {
    rows.iter()
        .filter(|row| Attention::from(row.state) == Attention::NeedsYou)
        .min_by(|a, b| a.since.cmp(&b.since).then_with(|| urgency(a, b)))
}

fn go(surroundings: &Surroundings, row: &Row, client: Option<&str>) -> CommandResult {
    let failed = || CommandError::new(format!("could not go to `{}`", row.target));
    let here = here(surroundings, client.map(str::to_owned));
    match jump::to(row, &here, &surroundings.own_tmux_socket(), &ask) {
        Arrival::There { .. } => Ok(()),
        Arrival::Gone => Err(failed().hint("its pane is gone; you are where you were")),
        Arrival::Refused(why) => Err(CommandError::new(format!(
            "could not go to `{}`: {why}",
            row.target
        ))),
        Arrival::Elsewhere { socket, target } => {
            let status = attach(&mut attach_command(socket.as_ref(), &target));
            status.map_err(|error| failed().caused_by(&error))
        }
    }
}

fn attach(command: &mut Command) -> std::io::Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    // tmux has said why.
    Err(std::io::Error::other("tmux did not attach"))
}

fn explain(error: &HubError) -> CommandError {
    let failed = CommandError::new("cannot tell where assistants are").caused_by(error);
    match error {
        HubError::Nobody { .. } | HubError::Silent { .. } => failed
            .hint("start `pane-patrol`, or `pane-patrol collect` without a screen")
            .exit(EXIT_NOBODY),
        _ => failed,
    }
}
