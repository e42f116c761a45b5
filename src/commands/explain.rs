//! `explain`: why a row shows what it shows, now or at a time of the log.

use std::ops::ControlFlow;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::log::query::{From, local_clock, moment, read_records};
use super::rows::{self, nobody};
use super::{Surroundings, lookup};
use crate::cli::ExplainArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::client::HubError;
use crate::log::apart::from_row;
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
    let (name, own) = (&arguments.target, surroundings.own_socket_text());
    let row = lookup::pick(&rows, name, &own)
        .map_err(|unknown| lookup::explain(&unknown, name, &rows, &apart, clock.now))?;
    messages::result(&(explain(row, &clock) + &from_row(row, &apart, clock.now)));
    Ok(())
}

/// Rows, and what was held apart from them.
type Known = (Vec<Row>, Vec<Apart>);

/// What whoever collects knows, or else what the log says of now.
fn now(surroundings: &Surroundings, clock: &LocalClock) -> Result<Known, CommandError> {
    let asked = surroundings
        .hub()?
        .subscribe("explain")
        .and_then(|mut client| Ok((client.rows()?, client.health()?.apart)));
    match asked {
        Ok(known) => Ok(known),
        Err(error @ HubError::Nobody { .. }) => {
            if !has_log(surroundings)? {
                return Err(nobody(&error).hint(rows::ASK_THE_LOG));
            }
            rows::warn_of_log();
            from_log(surroundings, clock.now)
        }
        Err(error) => Err(nobody(&error)),
    }
}

fn has_log(surroundings: &Surroundings) -> Result<bool, CommandError> {
    let mirror = surroundings.mirror()?;
    Ok(!Files::open(&mirror, &|_| false).seen.is_empty())
}

/// The rows as they were at `at`, by all that the log holds.
fn from_log(surroundings: &Surroundings, at: Timestamp) -> Result<Known, CommandError> {
    let settings = Settings {
        ttl: Duration::MAX,
        own_server: None,
    };
    let mut player = Player::new(settings, at);
    let mirror = From::Mirror(surroundings.mirror()?);
    let mut records = Vec::new();
    read_records(&mirror, &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    })?;
    player.heed(records.iter().collect());
    for record in records.into_iter().filter(|it| it.event.ts <= at) {
        player.play(record, &mut |_, _, _| {});
    }
    player.pass_time(at, &mut |_, _, _| {});
    Ok((player.table().rows(), player.table().apart()))
}
