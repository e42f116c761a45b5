//! What is changed in a row's folder and how far its tasks are: of one that is known by hearsay as its publisher
//! tells, for its folder may be another one here or nobody's; of all others, and where that tells nothing, as it
//! is found at this moment.

use std::path::Path;
use std::sync::Arc;

use super::Context;
use crate::assistants::tasks::Owner;
use crate::error::CommandError;
use crate::git::{DiffSummary, Git, Patch, PatchRequest};
use crate::hub::client::{HubError, Work};
use crate::state::Row;
use crate::tasks::TaskSummary;
use crate::tui::NoPatch;

/// Whom the hub takes us for.
const NAME: &str = "work";

/// What is changed; `folder` is the row's.
///
/// # Errors
/// Nobody collects, or whoever does says nothing.
pub(super) fn diff(context: &Context, row: &Row, folder: &Path) -> Result<DiffSummary, HubError> {
    let told = told(context, row)?.diff;
    Ok(told.map_or_else(|| Git::default().summarize(folder), Arc::unwrap_or_clone))
}

/// How far its tasks are; `owner` is made of the row.
///
/// # Errors
/// The same.
pub(super) fn tasks(context: &Context, row: &Row, owner: &Owner) -> Result<TaskSummary, HubError> {
    let told = told(context, row)?.tasks;
    Ok(told.map_or_else(|| owner.tasks(&context.homes()), Arc::unwrap_or_clone))
}

/// The patch of one of its files. The hub asks the publisher, or git, where the publisher tells nothing.
///
/// # Errors
/// There is none; says why.
pub(super) fn patch(
    context: &Context,
    row: &Row,
    folder: &Path,
    request: &PatchRequest,
) -> Result<Patch, NoPatch> {
    if row.hearsay {
        let patch = context.hub().patch(NAME, &row.id, request);
        return patch.map_err(|error| NoPatch::Elsewhere(error.to_string()));
    }
    Ok(Git::default().patch(folder, request)?)
}

fn told(context: &Context, row: &Row) -> Result<Work, HubError> {
    if row.hearsay {
        context.hub().work(NAME, &row.id)
    } else {
        Ok(Work::default())
    }
}

/// The folder of a row that says one.
pub(super) fn folder_of(row: &Row) -> Result<&Path, CommandError> {
    let folder = row.cwd.as_deref().map(Path::new);
    folder.ok_or_else(|| no_folder(row))
}

/// Nobody has told where the row's assistant works.
pub(super) fn no_folder(row: &Row) -> CommandError {
    CommandError::new(format!("the folder of {} is not known", row.target.shown()))
        .hint("an assistant names it with its first event; one by `emit` has none")
}
