//! What a dashboard can have done outside itself. The commands lend it hands; tests lend others.

use std::process::Command;

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::{Bound, Decision, Outcome, Shown};
use crate::assistants::request::Known;
use crate::git::{DiffSummary, Patch, PatchRequest};
use crate::launch::Stopped;
use crate::log::away::Digest;
use crate::mux::{self, Attach, Beside, Glimpse, Onlooker, Typed};
use crate::notify::Snoozes;
use crate::state::{EndedSession, Row};
use crate::tasks::{TaskChange, TaskSummary};
use crate::tui::effect::{Choice, Letter, Split, Whose};
use crate::tui::kept::{Change, Kept};
use crate::tui::message::{
    Hooks, InstallOffer, InstallOutcome, Jumped, Listed, Need, Posted, Reread, Started,
};
use crate::tui::undone::{NoOffer, NoPatch, NotStarted, Unchanged};

/// Carries out effects. Every call may take a while, so each is made on a thread of its own.
pub trait Actions: Send + Sync + 'static {
    /// Called once before everything else: who draws what a pane shows beside the dashboard, where the multiplexer
    /// lends none.
    fn draws(&self, onlooker: Onlooker);

    /// Called once at the start: looks at what will not be there to be seen later.
    fn ready(&self);

    /// Sleeps until the settings file says something else: what that is, or why it cannot be used. `None`: nobody
    /// follows it.
    fn settings(&self) -> Option<Result<Box<Reread>, String>>;

    /// Takes the person to the row's pane, or tells how that must go on.
    fn jump(&self, row: &Row) -> Jumped;

    /// What the row's pane shows now, and at most so many lines that it has shown before; nothing is read while nobody
    /// has the dashboard in view.
    fn glance(&self, row: &Row, above: u16) -> mux::Outcome<Glimpse>;

    /// Answers a request of which the person has seen so much, or does nothing and says why.
    fn decide(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> Outcome;

    /// Finds out all of what a request asks, or why no more than its beginning is known.
    fn read_request(&self, bound: &Bound) -> Known;

    /// The same, with patience for what stands beside a command that is known.
    fn read_rest(&self, bound: &Bound) -> Known;

    /// What is changed in the row's folder, and how far its tasks are.
    fn read_work(&self, row: &Row) -> (DiffSummary, TaskSummary);

    /// What has happened since then, or since the person left; the error says why nobody can tell.
    fn away(&self, since: Option<Timestamp>) -> Result<Box<Digest>, String>;

    /// When the person last pressed a key anywhere in the multiplexer around us, if that is told.
    fn last_key(&self) -> Option<Timestamp>;

    /// The patch of a changed file of the folder, or why there is none.
    fn read_patch(&self, of: &Whose, request: &PatchRequest) -> Result<Patch, NoPatch>;

    /// The program that shows an attached session until the person detaches; the error says why its
    /// server is not believed.
    fn attach(&self, attach: &Attach) -> mux::Outcome<Command>;

    /// Whether any assistant's hooks are registered.
    fn hooks(&self) -> Hooks;

    /// How what is needed beside hooks and a collector is.
    fn needs(&self) -> Vec<Need>;

    /// Does something with the place beside the dashboard.
    fn split(&self, step: &Split) -> Beside;

    /// Passes on what the person types for the pane whose screen is drawn there.
    fn type_into(&self, pane: &(Server, PaneId), typed: &Typed) -> mux::Outcome<()>;

    /// What the launchers list that list names, and where it runs already; or why that is not known.
    fn items(&self) -> Listed;

    /// Starts what was chosen, where `row` works unless its launcher names a folder, and
    /// shows it beside the dashboard or in a window in front; says what happened, or why nothing did.
    fn start(
        &self,
        choice: &Choice,
        row: Option<&Row>,
        beside: bool,
    ) -> Result<Started, NotStarted>;

    /// Takes up a session that is over again, beside the dashboard or in a window in front; says what happened, or why
    /// nothing did.
    fn resume(&self, session: &EndedSession, beside: bool) -> Result<Started, NotStarted>;

    /// Shows the session of a row that runs in the background in a pane, beside the dashboard or in a window in front;
    /// says what happened, or why nothing did.
    fn bring(&self, row: &Row, beside: bool) -> Result<Started, NotStarted>;

    /// Asks the row's assistant to end and waits for that.
    fn stop(&self, row: &Row) -> Stopped;

    /// Closes the row's pane with everything in it.
    fn close_pane(&self, row: &Row) -> Stopped;

    /// Which rows are snoozed.
    fn snoozes(&self) -> Snoozes;

    /// Keeps notices of the row back until then, or, with `None`, not any longer; all snoozes after it.
    fn snooze(&self, id: &str, until: Option<Timestamp>) -> Result<Snoozes, Unchanged>;

    /// Lets the row do without asking, for so many minutes, what no rule forbids; 0: not any longer.
    /// Says what holds now, or why nothing was changed.
    fn trust(&self, row: &Row, minutes: u64) -> Result<String, Unchanged>;

    /// Gives a row a person's text as its next prompt, and says what became of it.
    fn send(&self, letter: &Letter) -> Posted;

    /// What the person has written before, the oldest first.
    fn recall(&self) -> Vec<String>;

    /// Remembers a text that the person has written, where the settings let it be written down; all that is written
    /// down then, the oldest first.
    fn remember(&self, text: &str) -> Vec<String>;

    /// How the list was arranged, as it is remembered.
    fn kept(&self) -> Kept;

    /// Remembers what the person has arranged otherwise.
    fn keep(&self, changes: &[Change]) -> Result<(), Unchanged>;

    /// Changes the row's list of tasks. Says what is so now, or why nothing was changed.
    fn change_task(&self, row: &Row, wanted: &TaskChange) -> Result<String, Unchanged>;

    /// What an install would change; the error says why there is nothing to be done.
    fn plan_install(&self) -> Result<InstallOffer, NoOffer>;

    /// Installs what was planned last; says of each assistant what happened and where the backup is,
    /// or why nothing was changed.
    fn apply_install(&self) -> InstallOutcome;
}
