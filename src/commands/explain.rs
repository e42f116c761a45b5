//! `explain`: why a row shows what it shows, now or at a time of the log.

use std::ops::ControlFlow;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::Context;
use super::log::audit::Audit;
use super::log::query::{From, local_clock, moment, read_records};
use super::rows::{self, Known};
use crate::cli::ExplainArgs;
use crate::error::{CommandError, CommandResult};
use crate::log::decisions::Decided;
use crate::log::explain::explain;
use crate::log::filter::Filter;
use crate::log::player::Player;
use crate::log::unmatched::from_row;
use crate::log::when::Ahead;
use crate::messages;
use crate::state::{Row, Settings, Unmatched};

/// So many decisions are told at most, the latest ones, and what was carried out before what was refused.
const MOST: usize = 20;

/// Prints the explanation.
pub(super) fn run(context: &Context, arguments: &ExplainArgs) -> CommandResult {
    let mut clock = local_clock();
    let known = match &arguments.at {
        Some(at) => {
            clock.now = moment(&clock, at, Ahead::IsYesterday)?;
            from_log(context, clock.now)?
        }
        None => now(context, clock.now)?,
    };
    let row = known.row_at(&arguments.target, clock.now)?;
    let (row, apart) = (&row, &known.apart);
    let decided = decided_about(context, row, clock.now);
    if arguments.json {
        return messages::json(&Explained::of(row, &decided, apart));
    }
    let (decided, _): (Vec<Decided>, Vec<String>) = decided.into_iter().unzip();
    messages::result(
        &(explain(row, &known.rows, &decided, &clock) + &from_row(row, apart, clock.now)),
    );
    Ok(())
}

/// All that is explained, for programs.
#[derive(Serialize)]
struct Explained<'a> {
    /// As `status --json` has it, with what was heard of it in `evidence`.
    row: &'a Row,
    /// What was decided about its session, oldest first, as it stands in the audit.
    decisions: Vec<Value>,
    /// What was held apart from it.
    apart: Vec<&'a Unmatched>,
}

impl<'a> Explained<'a> {
    fn of(row: &'a Row, decided: &[(Decided, String)], apart: &'a [Unmatched]) -> Self {
        let lines = decided.iter();
        Self {
            row,
            decisions: lines
                .filter_map(|(_, line)| serde_json::from_str(line).ok())
                .collect(),
            apart: apart.iter().filter(|apart| apart.id == row.id).collect(),
        }
    }
}

/// What was decided about the row's session up to `now`, oldest first.
fn decided_about(context: &Context, row: &Row, now: Timestamp) -> Vec<(Decided, String)> {
    let Some(path) = context.places().decisions() else {
        return Vec::new();
    };
    let mut audit = Audit::open(path, None);
    audit.read(&Filter::default(), &mut |_| {});
    audit.give_up(Some(now));
    let all = std::iter::from_fn(|| audit.next(Some(now)));
    let about = all.filter(|(decided, _)| decided.is_about(&row.id, row.instance_id.as_deref()));
    let mut about: Vec<_> = about.collect();
    let refused = |it: &(Decided, String)| it.0.is_refused();
    let carried_out = about.iter().filter(|it| !refused(it)).count();
    let mut left_out = [
        (carried_out.saturating_sub(MOST), false),
        (
            (about.len() - carried_out).saturating_sub(MOST.saturating_sub(carried_out)),
            true,
        ),
    ];
    about.retain(|it| {
        let mut left_out = left_out.iter_mut();
        let left = left_out.find(|(left, is_refused)| *is_refused == refused(it) && *left > 0);
        left.map(|(left, _)| *left -= 1).is_none()
    });
    about
}

/// What whoever collects knows, or else what the whole log says of now, where it is on.
fn now(context: &Context, now: Timestamp) -> Result<Known, CommandError> {
    match rows::to_read(context, "explain")? {
        known if known.from_log.is_some() => from_log(context, now),
        known => Ok(known),
    }
}

/// The rows as they were at `at`, by all that the log holds.
fn from_log(context: &Context, at: Timestamp) -> Result<Known, CommandError> {
    let settings = Settings {
        ttl: Duration::MAX,
        own_server: None,
    };
    let mut player = Player::new(settings, at);
    let log = From::EventLog(context.event_log()?);
    let mut records = Vec::new();
    read_records(&log, &[], &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    })?;
    player.heed(records.iter().collect());
    for record in records.into_iter().filter(|it| it.event.ts <= at) {
        player.play(record, &mut |_, _, _| {});
    }
    player.pass_time(at, &mut |_, _, _| {});
    Ok(Known {
        rows: player.table().rows(),
        // Who asks of then knows that the log speaks.
        from_log: None,
        apart: player.table().apart(),
        own: context.own_socket_text(),
    })
}
