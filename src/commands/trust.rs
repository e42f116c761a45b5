//! `trust`: one assistant may do, for a while and without asking, what no rule forbids.

use std::time::Duration;

use thiserror::Error;

use super::acting::{NotActed, act};
use super::waiting_hook::{self, NotAsked};
use super::{Context, rows};
use crate::assistants;
use crate::cli::TrustArgs;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::{ActOutcome, What};
use crate::log::when::spoken;
use crate::messages;
use crate::state::Row;

/// Trusts it, or ends that.
pub(super) fn run(context: &Context, arguments: &TrustArgs) -> CommandResult {
    let row = rows::live(context, "trust")?.row(&arguments.target)?;
    let span = if arguments.off {
        Duration::ZERO
    } else {
        arguments.span
    };
    trust(context, "trust", &row, span).map_err(|why| {
        CommandError::new(format!("could not trust `{}`: {why}", row.target))
            .hint("nothing was changed: it asks you as before")
    })?;
    messages::status(&told(&row, span));
    if !span.is_zero() && is_asking(&row) {
        let target = &row.target;
        messages::status(&format!(
            "What it asks now still waits for you: `pane-patrol request {target}` shows it."
        ));
    }
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

/// Whether it waits for the person already: only what is asked from now on is done without asking.
pub(super) fn is_asking(row: &Row) -> bool {
    !row.waiting.is_empty()
}

/// Why a row cannot be trusted.
#[derive(Debug, Error)]
pub(super) enum Distrust {
    /// It says nothing of its session.
    #[error("its session is not known")]
    NoSession,
    /// Its assistant asks nobody but the person.
    #[error("only {} asks us before it asks you", assistants::answerable_titles())]
    KeysOnly,
    /// It does not ask us.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Nobody could be told.
    #[error(transparent)]
    NotActed(#[from] NotActed),
    /// Meanwhile it is another session's, or the like.
    #[error("{0}")]
    Refused(String),
}

/// Tells whoever collects; `door` is where the person is.
pub(super) fn trust(
    context: &Context,
    door: &str,
    row: &Row,
    span: Duration,
) -> Result<(), Distrust> {
    let trust = What::Trust {
        instance_id: row.instance_id.clone().ok_or(Distrust::NoSession)?,
        seconds: span.as_secs(),
    };
    if !row.assistant.can_ask_us() {
        return Err(Distrust::KeysOnly);
    }
    if !span.is_zero() {
        waiting_hook::asks_us(context, row)?;
    }
    let result = act(context, door, &row.id, trust)?;
    match result.outcome {
        ActOutcome::Done => Ok(()),
        ActOutcome::Refused | ActOutcome::Unknown => {
            Err(Distrust::Refused(result.why.unwrap_or_default()))
        }
    }
}
