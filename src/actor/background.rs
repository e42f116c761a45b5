//! Sessions that no pane shows: no key reaches them. Some run in the background, where their assistants start again
//! what has ended; others in a terminal outside of any multiplexer.

use std::path::Path;

use super::executor::Executor;
use crate::assistants::facets::Facets;
use crate::assistants::{self, asking_install};
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

    /// Why no key is pressed for the row, if it runs outside of any multiplexer, and what to do.
    pub(super) fn objection_to_terminal(row: &Row) -> Option<String> {
        row.target.process()?;
        let home = row.home.as_deref().map(Path::new);
        let known = assistants::of(&row.assistant).map(Facets::row);
        let asks = known.filter(|known| known.adapter.can_ask_us());
        let asks = asks.map(|known| {
            let install = asking_install(known, home, true);
            format!(", or let its hook ask: {install} registers that")
        });
        let place = match row.target.terminal() {
            Some(terminal) => format!("no key is pressed in {terminal}: answer it there"),
            None => "it has no terminal: answer it where you see it".to_owned(),
        };
        Some(format!(
            "it runs outside of any multiplexer, and no hook of it waits; {place}{}",
            asks.unwrap_or_default()
        ))
    }

    /// Why its process is not asked to end, if that would be no end, and what to do.
    pub(super) fn objection_to_stop(&self, row: &Row) -> Option<String> {
        let command = launch::stopping(row, &self.homes)?;
        Some(format!(
            "its assistant would start it again: `{command}` ends it"
        ))
    }
}
