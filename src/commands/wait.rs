//! `wait`: blocks until an assistant is in a state, for scripts.
//!
//! It listens to whoever collects and asks nothing again and again. When that one goes it waits for
//! the next and takes up from its rows.

use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Context;
use super::lookup::{self, By, Unknown};
use super::rows::nobody;
use crate::cli::WaitArgs;
use crate::error::{CommandError, CommandResult, EXIT_TIMED_OUT};
use crate::hub::client::HubError;
use crate::messages;
use crate::state::Row;
use crate::state::update::Update;

/// How long to wait before the next collector is looked for.
const RETRY: Duration = Duration::from_millis(100);

/// Waits, and prints the state that was reached.
pub(super) fn run(context: &Context, arguments: &WaitArgs) -> CommandResult {
    let mut wait = Wait {
        name: arguments
            .name
            .as_deref()
            .or(arguments.target.as_deref())
            .unwrap_or_default(),
        own: context.own_socket_text(),
        states: &arguments.state,
        // So far away that no clock knows it is as good as never.
        end: arguments
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
        seen: None,
    };
    let mut is_known = false;
    loop {
        match wait.follow(context) {
            Ok(Some(state)) => {
                messages::result(&format!("{state}\n"));
                return Ok(());
            }
            Err(Failure::Usage(error)) => return Err(error),
            // Only who has answered before may be between two owners.
            Err(Failure::Hub(error)) if !is_known || !may_pass(&error) => {
                return Err(nobody(&error));
            }
            Ok(None) | Err(Failure::Hub(_)) => is_known = true,
        }
        if wait.left().is_some_and(|left| left.is_zero()) {
            return Err(wait.timed_out());
        }
        thread::sleep(wait.left().map_or(RETRY, |left| left.min(RETRY)));
    }
}

/// Why a hub could not be followed.
enum Failure {
    Usage(CommandError),
    Hub(HubError),
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        Self::Hub(error)
    }
}

/// Whether it may be otherwise in a moment, with another owner.
fn may_pass(error: &HubError) -> bool {
    matches!(
        error,
        HubError::Nobody { .. } | HubError::Silent { .. } | HubError::Io { .. }
    )
}

struct Wait<'a> {
    name: &'a str,
    /// The socket of the server that is meant where several have the same place.
    own: String,
    states: &'a [State],
    /// When to give up.
    end: Option<Instant>,
    /// The row's state, by the last that was heard.
    seen: Option<State>,
}

impl Wait<'_> {
    /// Listens to the collector there is. `None`: it has gone, or the time is over.
    fn follow(&mut self, context: &Context) -> Result<Option<State>, Failure> {
        let hub = context.hub();
        let mut client = hub.subscribe("wait")?;
        let mut id = None;
        loop {
            let left = self.left();
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
            let update = match client.next_update_within(left) {
                Err(HubError::Silent { .. }) if self.left().is_some_and(|left| left.is_zero()) => {
                    return Ok(None);
                }
                update => update?,
            };
            let Some(update) = update else {
                return Ok(None);
            };
            self.hear(update, &mut id).map_err(Failure::Usage)?;
            if self.seen.is_some_and(|seen| self.states.contains(&seen)) {
                return Ok(self.seen);
            }
        }
    }

    /// Takes in what concerns the one that is meant; `id` is that of its row.
    ///
    /// # Errors
    /// Several are meant, or a word that nobody has: only a place may come to have somebody.
    fn hear(&mut self, update: Update, id: &mut Option<String>) -> Result<(), CommandError> {
        match update {
            Update::Snapshot(rows) => match lookup::pick(&rows, self.name, &self.own) {
                Ok(row) => (*id, self.seen) = (Some(row.id.clone()), Some(row.state)),
                Err(Unknown::Nobody) if lookup::is_place(self.name) => {
                    (*id, self.seen) = (None, None);
                }
                Err(unknown) => {
                    let now = Timestamp::now();
                    return Err(lookup::explain(&unknown, self.name, &rows, &[], now));
                }
            },
            Update::Row(row) if self.is_meant(&row, id.as_deref()) => {
                self.seen = Some(row.state);
                *id = Some(row.id);
            }
            // Its pane was moved elsewhere, or it is no more.
            Update::Row(row) if id.as_ref() == Some(&row.id) => (*id, self.seen) = (None, None),
            Update::Gone(gone) if id.as_ref() == Some(&gone) => (*id, self.seen) = (None, None),
            _ => {}
        }
        Ok(())
    }

    /// Whether a row that has changed is the one: that of `id`, or who has come to its place.
    fn is_meant(&self, row: &Row, id: Option<&str>) -> bool {
        let is_it = id == Some(row.id.as_str());
        match lookup::meaning(row, self.name) {
            Some(By::Word) => is_it || id.is_none(),
            Some(By::Pane) if !is_it => {
                let server = row.server.as_ref();
                id.is_none() && server.is_none_or(|server| server.socket == self.own)
            }
            Some(_) => true,
            None => false,
        }
    }

    fn left(&self) -> Option<Duration> {
        self.end
            .map(|end| end.saturating_duration_since(Instant::now()))
    }

    fn timed_out(&self) -> CommandError {
        let wanted: Vec<&str> = self.states.iter().map(|state| state.as_str()).collect();
        let error = CommandError::new(format!(
            "`{}` did not become {} in time",
            self.name,
            wanted.join(" or ")
        ))
        .exit(EXIT_TIMED_OUT);
        match self.seen {
            Some(state) => error.hint(format!("it is {state}")),
            None => error.hint("no assistant is known there; `pane-patrol status` lists them"),
        }
    }
}
