//! One change of a file that belongs to no assistant: planned, carried out, and what is said of it.

use std::path::Path;

use pane_patrol_installer::{Plan, PlanError, apply};

use crate::commands::install::words::{sentence, with_hints};
use crate::error::{CommandError, CommandResult};
use crate::messages;

/// Carries a plan out and says what was done.
pub(super) fn carry_out(plan: &Plan) -> CommandResult {
    let report = apply(plan).map_err(|error| {
        let edit = plan.edits().first();
        let path = edit.map_or(Path::new("the file"), |edit| edit.path());
        let failed = CommandError::new(format!("could not change {}", path.display()));
        with_hints(failed.caused_by(&error), error.hints())
    })?;
    for change in &report.changes {
        messages::status(&sentence(change));
    }
    Ok(())
}

/// Why there is no plan for a file.
pub(super) fn refused(path: &Path, error: &PlanError) -> CommandError {
    let failed = CommandError::new(format!("{} is left as it is", path.display()));
    with_hints(failed.caused_by(error), error.hints())
}

/// Shows a plan, with what the person should know beside it.
pub(super) fn show(plan: &Plan) {
    for note in plan.notes() {
        messages::warning(note);
    }
    messages::result(&plan.diff());
}
