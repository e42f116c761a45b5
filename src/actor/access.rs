//! What the answering by keys sees of the world and does to it: the real one, or a test's.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::dialog::Pane;
use crate::assistants::facets::Verdict;
use crate::hub::client::HubError;
use crate::mux::{self, Guard, Press, Pressed};
use crate::state::{Bound, Level, Row};

/// What an assistant says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// What it is doing.
    pub level: Level,
    /// Its session.
    pub instance_id: Option<String>,
    /// When it wrote that.
    pub written: Timestamp,
}

/// All that the procedure can see and do.
pub(crate) trait Access {
    /// The row as the collector has it now.
    fn row(&self, id: &str) -> Result<Option<Row>, HubError>;
    /// The same request in full, as far as its assistant's own record has it.
    fn in_full(&self, bound: Bound) -> Bound;
    /// All calls that this record holds without a result, whether anybody has told of them or not.
    fn open_calls(&self, bound: &Bound) -> Vec<Bound>;
    /// Whether others work beside whoever asks, who may ask before it is written down.
    fn has_company(&self, bound: &Bound) -> bool;
    /// Whether that record holds a result of the request; `None` where it does not tell.
    fn has_result(&self, bound: &Bound) -> Option<bool>;
    /// How the request was answered, as that record has it; `None` where it does not tell, or not yet.
    fn verdict(&self, bound: &Bound) -> Option<Verdict>;
    /// Whether the assistant runs just the request's command since then; `false` also where nothing tells.
    fn runs(&self, bound: &Bound, since: Timestamp) -> bool;
    /// What the assistant says of itself now; `None` where it says nothing.
    fn witness(&self, bound: &Bound) -> Option<Seen>;
    /// Whether its process waits for something to do in this moment, and would take a key at once; `None`
    /// where the system does not tell.
    fn is_at_rest(&self, bound: &Bound) -> Option<bool>;
    /// The pane as it is now.
    fn look(&self, bound: &Bound) -> mux::Outcome<Pane>;
    /// Presses, if `guard` holds in that moment.
    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> mux::Outcome<Pressed>;
    /// What time it is.
    fn now(&self) -> Timestamp;
    /// Lets time pass.
    fn wait(&self, time: Duration);
}
