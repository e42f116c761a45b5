//! `explain`: why a row shows what it shows, now or at a time of the log.

use std::ops::ControlFlow;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::log::query::{From, local_clock, moment, read_records};
use super::{Surroundings, mirror};
use crate::cli::ExplainArgs;
use crate::error::{CommandError, CommandResult, EXIT_NOBODY};
use crate::hub_client::{HubClient, HubError};
use crate::log::apart::{from_place, from_row, sentence};
use crate::log::explain::explain;
use crate::log::files::Files;
use crate::log::player::Player;
use crate::log::when::{Ahead, LocalClock};
use crate::messages;
use crate::state::{Apart, Row, Settings};

/// Prints the explanation.
pub(super) fn run(surroundings: &Surroundings, arguments: &ExplainArgs) -> CommandResult {
    let mut clock = local_clock();
    let (rows, apart) = match &arguments.at {
        Some(at) => {
            clock.now = moment(&clock, at, Ahead::IsYesterday)?;
            from_log(surroundings, clock.now)?
        }
        None => now(surroundings, &clock)?,
    };
    let row = rows.iter().find(|row| is_meant(row, &arguments.target));
    let row = row.ok_or_else(|| nobody_there(&arguments.target, &rows, &apart, clock.now))?;
    messages::result(&(explain(row, &clock) + &from_row(row, &apart, clock.now)));
    Ok(())
}

/// The row that is meant, as it is now.
pub(super) fn row_of(surroundings: &Surroundings, target: &str) -> Result<Row, CommandError> {
    let clock = local_clock();
    let (rows, apart) = now(surroundings, &clock)?;
    let row = rows.iter().find(|row| is_meant(row, target)).cloned();
    row.ok_or_else(|| nobody_there(target, &rows, &apart, clock.now))
}

/// Rows, and what was held apart from them.
type Known = (Vec<Row>, Vec<Apart>);

/// What whoever collects knows, or else what the log says of now.
fn now(surroundings: &Surroundings, clock: &LocalClock) -> Result<Known, CommandError> {
    let uid = surroundings.environment.uid;
    let asked = HubClient::subscribe(&surroundings.places()?, uid, "explain", Timestamp::now)
        .and_then(|mut client| Ok((client.rows()?, client.health()?.apart)));
    match asked {
        Ok(known) => Ok(known),
        Err(error @ HubError::Nobody { .. }) => {
            if !has_log(surroundings)? {
                return Err(CommandError::new("there is nobody to ask")
                    .caused_by(&error)
                    .hint("start `pane-patrol`; with `pane-patrol mirror on` the log can be asked too")
                    .exit(EXIT_NOBODY));
            }
            messages::warning("nobody collects: this is what the log says");
            from_log(surroundings, clock.now)
        }
        Err(error) => Err(CommandError::new("there is no row to explain").caused_by(&error)),
    }
}

fn has_log(surroundings: &Surroundings) -> Result<bool, CommandError> {
    let mirror = mirror::path(surroundings)?;
    Ok(!Files::open(&mirror, &|_| false).seen.is_empty())
}

/// The rows as they were at `at`, by all that the log holds.
fn from_log(surroundings: &Surroundings, at: Timestamp) -> Result<Known, CommandError> {
    let settings = Settings {
        ttl: Duration::MAX,
        own_server: None,
    };
    let mut player = Player::new(settings, at);
    let mirror = From::Mirror(mirror::path(surroundings)?);
    read_records(&mirror, &mut |record| {
        if record.event.ts <= at {
            player.play(record, &mut |_, _, _| {});
        }
        ControlFlow::Continue(())
    })?;
    player.pass_time(at, &mut |_, _, _| {});
    Ok((player.table().rows(), player.table().apart()))
}

fn is_meant(row: &Row, text: &str) -> bool {
    row.id == text || text.parse().is_ok_and(|place| row.is_at(&place))
}

fn nobody_there(target: &str, rows: &[Row], apart: &[Apart], now: Timestamp) -> CommandError {
    let mut error = CommandError::new(format!("no assistant is known in {target}"));
    for apart in from_place(target, apart) {
        error = error.hint(format!("held apart: {}", sentence(apart, now)));
    }
    if rows.is_empty() {
        return error.hint("none is known at all at that time");
    }
    let known: Vec<String> = rows.iter().map(|row| row.target.to_string()).collect();
    error.hint(format!("there are {}", known.join(", ")))
}
