//! `tasks set`, `add`, `edit`, `tag`: has a list changed by whoever collects.

use thiserror::Error;

use super::Context;
use super::acting::{NotActed, act_knowing};
use crate::cli::TasksCommand;
use crate::error::{CommandError, CommandResult};
use crate::hub::protocol::{ActOutcome, ActResult, What};
use crate::messages;
use crate::state::Row;
use crate::sys::shell;
use crate::tasks::TaskChange;

/// Has it changed, and says what became of it.
pub(super) fn run(
    context: &Context,
    row: &Row,
    wanted: &TasksCommand,
    json: bool,
) -> CommandResult {
    let wanted = meant(wanted);
    let changed = change(context, "tasks", row, &wanted).map_err(|why| {
        let name = format!("{} in {}", row.assistant, row.target);
        let failed = CommandError::new(format!("could not change the tasks of {name}: {why}"));
        let next = format!(
            "`pane-patrol tasks {}` prints the list as it is",
            shell::shown(&row.target.to_string())
        );
        match why {
            NotChanged::NotActed(why) if why.is_unsure() => failed.hint(next),
            _ => failed.hint("nothing was changed").hint(next),
        }
    })?;
    if json {
        return messages::json(&changed);
    }
    let told = told(&wanted, &changed);
    messages::status(&format!("{} in {}: {told}.", row.assistant, row.target));
    Ok(())
}

fn meant(typed: &TasksCommand) -> TaskChange {
    match typed {
        TasksCommand::Set { id, status, tag } => TaskChange::Set {
            id: id.clone(),
            status: *status,
            tag: tag.clone(),
        },
        TasksCommand::Add { title, tag } => TaskChange::Add {
            title: title.clone(),
            tag: tag.clone(),
        },
        TasksCommand::Edit { id, title, tag } => TaskChange::Edit {
            id: id.clone(),
            title: title.clone(),
            tag: tag.clone(),
        },
        TasksCommand::Tag { name } => TaskChange::Tag { name: name.clone() },
    }
}

/// Why a list is as it was.
#[derive(Debug, Error)]
pub(super) enum NotChanged {
    /// Nobody could be asked, or what came of it was not heard.
    #[error(transparent)]
    NotActed(#[from] NotActed),
    /// Whoever changes it has refused; says why.
    #[error("{0}")]
    Refused(String),
}

/// Has a list changed; `door` is where the person is.
pub(super) fn change(
    context: &Context,
    door: &str,
    row: &Row,
    wanted: &TaskChange,
) -> Result<ActResult, NotChanged> {
    let task = What::Task(wanted.clone());
    let result = act_knowing(context, door, &row.id, Some(row), task)?;
    match result.outcome {
        ActOutcome::Done => Ok(result),
        ActOutcome::Refused | ActOutcome::Unknown => {
            Err(NotChanged::Refused(result.why.unwrap_or_default()))
        }
    }
}

/// What is so now, without a full stop.
pub(super) fn told(wanted: &TaskChange, changed: &ActResult) -> String {
    let is = if changed.why.is_some() { "was" } else { "is" };
    let already = if changed.why.is_some() {
        " already"
    } else {
        ""
    };
    match wanted {
        TaskChange::Set { id, status, .. } => format!("task {id} {is} {}{already}", status.word()),
        TaskChange::Add { .. } => {
            let id = changed.task.as_ref().and_then(|task| task.id.as_deref());
            format!("added task {}", id.unwrap_or_default())
        }
        TaskChange::Edit { id, .. } => format!("task {id} {is} called so{already}"),
        TaskChange::Tag { name } => format!("the current tag {is} {name}{already}"),
    }
}
