//! Sessions that run in the background, where no pane shows them: no key reaches them, and some assistants
//! start what has ended there again.

use super::executor::Executor;
use crate::launch::{self, Resumption};
use crate::state::Row;
use crate::sys::shell;

impl Executor {
    /// Why no key is pressed for the row, if it is one of them, and what to do.
    pub(super) fn objection_to_keys(&self, row: &Row) -> Option<String> {
        Resumption::attaching(row, &self.homes).ok().map(|_| {
            let name = shell::shown(&row.target.to_string());
            format!(
                "it runs in the background and no pane shows it: attach to it first, by Enter in the \
                 dashboard or `pane-patrol resume {name}`"
            )
        })
    }

    /// Why its process is not asked to end, if that would be no end, and what to do.
    pub(super) fn objection_to_stop(&self, row: &Row) -> Option<String> {
        let command = launch::stopping(row, &self.homes)?;
        Some(format!(
            "its assistant would start it again: `{command}` ends it"
        ))
    }
}
