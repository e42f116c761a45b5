//! `wait`: blocks until an assistant is in a state, for scripts.
//!
//! It listens to whoever collects and asks nothing again and again. When that one goes it waits for
//! the next and takes up from its rows. Who was meant at the start is meant until the end.

mod meant;

use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::State;

use super::Context;
use super::follow::{Follow, On, RETRY, expect_somebody_at};
use super::lookup::Unknown;
use super::rows;
use crate::cli::WaitArgs;
use crate::error::{CommandError, CommandResult, EXIT_TIMED_OUT};
use crate::hub::client::HubError;
use crate::messages;
use crate::state::update::Update;
use crate::state::words::word;
use meant::Meant;

/// So long a collector may take to tell of its rows, however little time there is.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// Waits, and prints the state that was reached.
pub(super) fn run(context: &Context, arguments: &WaitArgs) -> CommandResult {
    let name = arguments.name.as_deref().or(arguments.target.as_deref());
    let mut wait = Wait {
        context,
        meant: Meant::new(
            name.unwrap_or_default(),
            context.own_socket_text(),
            On::ours(context),
        ),
        states: &arguments.state,
        // So far away that no clock knows it is as good as never.
        end: arguments
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout)),
    };
    let mut follow = Follow::default();
    loop {
        let heard = match wait.listen() {
            Ok(Some(state)) => {
                messages::result(&format!("{state}\n"));
                return Ok(());
            }
            Ok(None) => Ok(()),
            Err(Failure::Usage(error)) => return Err(error),
            Err(Failure::Hub(error)) => Err(error),
        };
        follow.go_on(heard)?;
        if wait.is_over() {
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

struct Wait<'a> {
    context: &'a Context,
    meant: Meant<'a>,
    states: &'a [State],
    /// When to give up.
    end: Option<Instant>,
}

impl Wait<'_> {
    /// Listens to the collector there is. `None`: it has gone, or the time is over.
    fn listen(&mut self) -> Result<Option<State>, Failure> {
        let hub = self.context.hub();
        let mut client = hub.subscribe("wait")?;
        let mut has_looked = false;
        while !has_looked || !self.is_over() {
            let left = self.left();
            let limit = if has_looked {
                left
            } else {
                left.map(|left| left.max(FIRST_LOOK))
            };
            let update = match client.next_update_within(limit) {
                Err(HubError::Silent { .. }) if has_looked && self.is_over() => return Ok(None),
                update => update?,
            };
            let Some(update) = update else {
                return Ok(None);
            };
            has_looked |= matches!(update, Update::Snapshot(_));
            self.hear(update).map_err(Failure::Usage)?;
            let reached = self.meant.seen();
            if reached.is_some_and(|state| self.states.contains(&state)) {
                return Ok(reached);
            }
        }
        Ok(None)
    }

    /// Takes in what concerns the one that is meant.
    ///
    /// # Errors
    /// Several are meant, or nobody who could ever come.
    fn hear(&mut self, update: Update) -> Result<(), CommandError> {
        let was_there = self.meant.seen().is_some();
        match update {
            Update::Snapshot(rows) => match self.meant.find(&rows) {
                Ok(()) => {}
                Err(Unknown::Nobody) => return self.expect_somebody(),
                Err(unknown @ Unknown::Several(_)) => {
                    return Err(self.meant.explain(&unknown, &rows));
                }
            },
            Update::Row(row) => self.meant.hear(&row),
            Update::Gone(id) => self.meant.lose(&id),
            _ => return Ok(()),
        }
        if was_there && self.meant.seen().is_none() {
            return self.expect_somebody();
        }
        Ok(())
    }

    /// Whether anybody can come to be the one that is meant, now that nobody is.
    fn expect_somebody(&self) -> Result<(), CommandError> {
        // Who has gone since has a successor, whose rows are looked through again.
        let Ok(known) = rows::live(self.context, "wait") else {
            return Ok(());
        };
        let only = self.meant.only();
        expect_somebody_at(self.context, self.meant.name(), only, &known)
    }

    fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    fn left(&self) -> Option<Duration> {
        self.end
            .map(|end| end.saturating_duration_since(Instant::now()))
    }

    fn timed_out(&self) -> CommandError {
        let wanted: Vec<String> = self.states.iter().map(|state| said(*state)).collect();
        let error = CommandError::new(format!(
            "`{}` was not {} in time",
            self.meant.name(),
            wanted.join(" or ")
        ))
        .exit(EXIT_TIMED_OUT);
        match self.meant.seen() {
            Some(state) => error.hint(format!("it is `{}`; nothing was changed", word(state))),
            None => error.hint(
                "no assistant is known there; `pane-patrol status` lists them, and nothing was changed",
            ),
        }
    }
}

/// The state as the list of assistants says it.
fn said(state: State) -> String {
    format!("`{}`", word(state))
}
