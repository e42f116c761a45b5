//! Whether a request is still the one that stood before the person.

use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use super::digest::{NotShown, Shown, check};
use super::executor::Executor;
use super::keys::Access as _;
use crate::assistants::request as asked;
use crate::hub::client::HubError;
use crate::state::{Bound, Decision};

/// Why a request is not the one that stood before the person.
#[derive(Debug, Error)]
pub(super) enum NotAsShown {
    /// The collector cannot be asked.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// Its session does not ask this any more.
    #[error("it was answered or withdrawn before")]
    Over,
    /// There is another session, or none; says what differs.
    #[error("{0}")]
    Changed(&'static str),
    /// It was not shown, or not so.
    #[error(transparent)]
    NotShown(#[from] NotShown),
}

impl Executor {
    /// The request with its whole command, if it is still asked and may be answered by whoever had
    /// `shown` before them: read again, all of it, before anything is sent in whatever way.
    pub(super) fn as_shown(
        &self,
        bound: &Bound,
        decision: &Decision,
        shown: &Shown,
    ) -> Result<Bound, NotAsShown> {
        let row = self.row(&bound.row)?;
        if row.as_ref().and_then(|row| bound.is_asked_by(row)) == Some(false) {
            return Err(NotAsShown::Over);
        }
        if let Some(difference) = bound.difference(row.as_ref()) {
            return Err(NotAsShown::Changed(difference));
        }
        let age = bound.age(Timestamp::now());
        let known = asked::look(bound, &self.homes, age, &std::thread::sleep);
        check(bound, decision, shown, &known)?;
        Ok(asked::with_full(bound, known.full(), &self.homes))
    }
}
