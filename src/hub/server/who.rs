//! Who wants something done, who does it, and what that one asks the hub on the way.

use std::time::Duration;

use pane_patrol_hooks::approval::Verdict;

use crate::hub::client::HubError;
use crate::hub::protocol::{Act, ActResult, Right};
use crate::state::{EndedSession, Request, Row};

/// Who wants something done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Through which door: `dashboard`, a command's name, or what a client of the hub calls itself and
    /// how it came.
    pub door: String,
    /// What it calls itself, also when it comes again.
    pub name: String,
    /// The paired device that it is, if it is one.
    pub device: Option<String>,
    /// What that door allows.
    pub right: Right,
    /// The process at the other end, where the system tells and nobody stands between.
    pub pid: Option<u32>,
    /// Under what it is known that this was wanted.
    pub under: Option<Under>,
}

/// Under what an act is written down and known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// Its id.
    pub act_id: String,
    /// Of all of it and of who wanted it, as far as that stays the same when it is asked for again.
    pub digest: String,
}

/// An act that was carried out by whoever collected before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    /// How long ago.
    pub ago: Duration,
    /// Whose it was.
    pub right: Right,
    /// As in [`Under`].
    pub digest: String,
    /// What came of it.
    pub result: ActResult,
}

/// What a hook that waits is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The row's id.
    pub row: String,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The request, as the row has it.
    pub request: Request,
    /// What was decided.
    pub verdict: Verdict,
}

/// Whoever carries out what is wanted, and looks again before that.
pub trait Actor: Send + Sync {
    /// Does it, or says why not.
    fn act(&self, act: &Act, who: &Who) -> ActResult;

    /// Writes down that somebody wanted what their door does not allow.
    fn note_overstep(&self, what: &str, who: &Who);

    /// Writes down that somebody wanted this, and that it was not even tried.
    fn note_refused(&self, act: &Act, who: &Who, why: &str);

    /// What was carried out within that time and written down, oldest first.
    fn lately(&self, within: Duration) -> Vec<Lately>;
}

/// What the hub is asked on the way.
pub trait Collector: std::fmt::Debug + Send + Sync {
    /// The row with this id as it is now.
    ///
    /// # Errors
    /// The collector has ended.
    fn row(&self, id: &str) -> Result<Option<Row>, HubError>;

    /// The ended session with this id, if it is within reach.
    ///
    /// # Errors
    /// The collector has ended.
    fn ended(&self, id: &str) -> Result<Option<EndedSession>, HubError>;

    /// Hands a decision to the hook that waits for it; false when none does.
    ///
    /// # Errors
    /// The collector has ended, and the hook may have got it or not.
    fn hand(&self, handed: Handed) -> Result<bool, HubError>;
}
