//! What `update` wants done in the world, as data. The loop in `tui` carries it out.

use std::sync::Arc;

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::actor::{Bound, Decision, Shown};
use crate::git::PatchRequest;
use crate::mux::{Attach, Typed};
use crate::state::{EndedSession, Row};
use crate::tasks::TaskChange;
use crate::tui::kept::Change;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Take the person to the row's pane.
    Jump(Box<Row>),
    /// Answer a request of which the person has seen so much.
    Decide(Box<Bound>, Decision, Shown),
    /// Find out all of what a request asks.
    ReadRequest(Box<Bound>),
    /// The same for one whose command is known already: what stands beside it may take a while.
    ReadRest(Box<Bound>),
    /// Find out what is changed in the row's folder, and how far its tasks are.
    ReadWork(Box<Row>),
    /// Make the patch of a changed file.
    ReadPatch(Whose, PatchRequest),
    /// Leave the screen to a client of its own, and come back when it ends.
    Attach(Attach),
    /// Do something with the place beside the dashboard.
    Split(Split),
    /// Pass on what the person types for this pane, whose screen is drawn beside the dashboard; keys go there for the n-th
    /// time.
    Type(u64, (Server, PaneId), Typed),
    /// Look at this pane again and again and tell what it shows; `None`: at none.
    Look(Option<Box<Look>>),
    /// Find out what the launchers list that list names.
    ListItems,
    /// Start what was chosen, where this row works unless its launcher names a folder.
    Start {
        /// What.
        choice: Choice,
        /// Whose folder it is; `None`: the dashboard's.
        row: Option<Box<Row>>,
        /// Whether it is shown beside the dashboard.
        beside: bool,
    },
    /// Take up a session that is over again; whether it is shown beside the dashboard.
    Resume(Box<EndedSession>, bool),
    /// Show the session of a row that runs in the background in a pane; whether that is beside the dashboard.
    Bring(Box<Row>, bool),
    /// Ask the row's assistant to end.
    Stop(Box<Row>),
    /// Close the row's pane.
    ClosePane(Box<Row>),
    /// Keep the row with this id from being told of until then; `None`: not any longer.
    Snooze(String, Option<Timestamp>),
    /// Let the row do what no rule forbids for so many minutes; 0: not any longer.
    Trust(Box<Row>, u64),
    /// Give a row a person's text as its next prompt.
    Send(Letter),
    /// Remember a text that the person has written, beside those of before.
    Remember(String),
    /// Remember what the person has arranged otherwise, in this order.
    Keep(Vec<Change>),
    /// Find out what is remembered of that.
    ReadKept,
    /// Keep the rows with these ids from being told of until then; `None`: not any longer.
    SnoozeAll(Vec<String>, Option<Timestamp>),
    /// Change the row's list of tasks.
    ChangeTask(Box<Row>, TaskChange),
    /// Find out what has happened since then, or since the person left.
    ReadAway(Option<Timestamp>),
    /// Ask when the person last did anything elsewhere.
    AskLastKey,
    /// Find out whether any assistant's hooks are registered.
    CheckHooks,
    /// Find out how what else is needed is.
    ReadNeeds,
    /// Find out what an install would change.
    PlanInstall,
    /// Install.
    ApplyInstall,
    /// Draw every cell again, whatever the terminal shows.
    Redraw,
    /// Ask the terminal what stands behind the text.
    AskBackground,
    /// End.
    Quit,
}

/// A text for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The row, as it was when it was written to: the text is for that session.
    pub row: Arc<Row>,
    /// All of it.
    pub text: Arc<str>,
    /// How often the row had changed when the turn was over that the text was to wait for; `None`: it waits for
    /// none.
    pub generation: Option<u64>,
    /// Whether it is for a row that was marked.
    pub is_marked: bool,
}

/// What can be started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The place of its launcher in the list, from 0.
    pub launcher: usize,
    /// Which of the names that the launcher lists, where it lists any.
    pub item: Option<String>,
    /// Whether it runs through `wrap`; `None`: as its launcher says.
    pub wrap: Option<bool>,
}

impl Choice {
    /// Has it run through `wrap` this time where its launcher, one of those at the places `wrapping` or not, says
    /// otherwise; or as that says again.
    pub(crate) fn switch_wrap(&mut self, wrapping: &[usize]) {
        let other = !wrapping.contains(&self.launcher);
        self.wrap = self.wrap.is_none().then_some(other);
    }

    /// Whether both start the same, however it runs.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.launcher, &self.item) == (other.launcher, &other.item)
    }
}

/// What the preview shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whose pane.
    pub row: Row,
    /// Lines that it has shown before, at most so many. Where any are wanted it is looked at once: who reads back
    /// reads what does not move.
    pub above: u16,
}

/// What is to be done with the place beside the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// Open it, or close it when it is open.
    Toggle,
    /// Show the row's pane there, or move into it when it is shown already.
    Show(Box<Row>),
    /// Look what became of it and of what is shown; with the panes that are being stopped.
    Refresh(Vec<(Server, PaneId)>),
    /// The same in a moment: a process has ended, and its pane is about to.
    RefreshLater(Vec<(Server, PaneId)>),
    /// Leave it empty if this pane is shown: it was stopped.
    Empty(Server, PaneId),
}

/// The id by which the changes and tasks of the folder that we run in are told. No row has it: an id begins with a letter,
/// a digit or a path.
pub(crate) const PROJECT: &str = "\u{0}project";

/// Whose changes are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This row's.
    Row(Box<Row>),
    /// Those of this folder, which is no row's.
    Project(String),
}

impl Whose {
    /// The id by which they are told.
    pub fn id(&self) -> &str {
        match self {
            Self::Row(row) => &row.id,
            Self::Project(_) => PROJECT,
        }
    }
}
