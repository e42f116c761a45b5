//! Everything that can happen to a dashboard, as data. Whatever a thread or an effect has to say
//! arrives here; nothing else changes the model.

use crossterm::event::{KeyEvent, MouseEvent};
use pane_patrol_hooks::target::PaneId;
use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use crate::actor::{Bound, Decision, Outcome};
use crate::assistants::request::Known;
use crate::git::{DiffSummary, Patch};
use crate::launch::{Item, Stopped};
use crate::log::away::Digest;
use crate::mux::{Attach, Beside, Mirrored, Shown, Undone};
use crate::notify::Snoozes;
use crate::state::update::Update;
use crate::state::{EndedSession, Row};
use crate::tasks::TaskSummary;
use crate::tui::background::Background;
use crate::tui::effect::{Letter, Look};
use crate::tui::kept::Kept;
use crate::tui::setup::Setup;
use crate::tui::undone::{NoOffer, NoPatch, NotStarted, Unchanged};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// A button was pressed or the wheel turned.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and lines now.
    Resize(u16, u16),
    /// The model as it is was drawn, on this many columns and lines.
    Drawn(u16, u16),
    /// The collector reports.
    Update(Update),
    /// The collector will not report any more.
    FeedEnded,
    /// Whether any assistant is set up to report.
    Hooks(Hooks),
    /// How what else is needed is.
    NeedsRead(Vec<Need>),
    /// What an install would change; or why there is nothing to be done.
    InstallPlanned(Result<InstallOffer, NoOffer>),
    /// What an install did.
    Installed(InstallOutcome),
    /// What is beside the dashboard now.
    Split(Beside),
    /// The same without a key.
    SplitSeen(Beside),
    /// What a pane shows that is drawn beside the dashboard.
    Mirrored(Mirrored),
    /// What was typed for that pane, when keys went there for the n-th time, has come there; or why that is not known.
    Typed(u64, Result<(), String>),
    /// What the pane of this row shows, with as many lines that it has shown before as were asked for; or why that is
    /// not to be had.
    Previewed(Box<Look>, Result<Shown, String>),
    /// What the launchers list that list names, each with its place; or why that is not known.
    Listed(Listed),
    /// What was started; or why nothing was.
    Started(Result<Started, NotStarted>),
    /// What became of taking this session up again.
    Resumed(Box<EndedSession>, Result<Started, NotStarted>),
    /// What became of stopping this row.
    Stopped(Box<Row>, Stopped),
    /// Which rows are snoozed, as it was found.
    SnoozesRead(Snoozes),
    /// The row with this id was to be snoozed, or not any longer: which rows are now; or why nothing changed.
    Snoozed(String, Result<Snoozes, Unchanged>),
    /// Whether a row is trusted now; or why that could not be changed.
    Trusted(Result<String, Unchanged>),
    /// What became of a text for a row.
    Posted(Letter, Posted),
    /// How the list was arranged, as it is remembered.
    KeptRead(Box<Kept>),
    /// Something that was arranged otherwise could not be written down; says why.
    NotKept(String),
    /// How the list was arranged before is lost; says why, and where what there was is.
    Mislaid(String),
    /// What the person has written before.
    Recalled(Vec<String>),
    /// The rows with these ids were to be snoozed until then, or not any longer: which rows are now; or why not all
    /// of them.
    SnoozedAll(Vec<String>, Option<Timestamp>, Result<Snoozes, Unchanged>),
    /// What a list of tasks is now; or why it is as it was.
    TaskChanged(Result<String, Unchanged>),
    /// What became of a jump.
    Jumped(Jumped),
    /// Where the session of that row is shown, which ran in the background; or why it is not.
    Brought(Box<Row>, Result<Started, NotStarted>),
    /// What became of a decision.
    Decided(Box<Bound>, Decision, Outcome),
    /// What a request asks, as far as that is known.
    RequestRead(Box<Bound>, Known),
    /// What is changed in the folder of the row with this id, and how far its tasks are.
    WorkRead(String, Box<DiffSummary>, Box<TaskSummary>),
    /// What happened while the person was away; or why that is not known.
    AwayRead(Result<Box<Digest>, String>),
    /// When the person last did anything elsewhere, if that is told.
    LastKey(Option<Timestamp>),
    /// The patch of this file, or why there is none, for the row with this id.
    PatchRead(String, String, Result<Patch, NoPatch>),
    /// The person is back from an attached session; says what went wrong, if anything.
    AttachEnded(Result<(), NotAttached>),
    /// What stands behind the text, as the terminal says.
    Background(Background),
    /// The settings file has changed: what it says now; or why it cannot be used.
    Settings(Result<Box<Reread>, String>),
    /// A text on the screen, an age or the clock, is to be brought up to date.
    Tick,
    /// The process was told to end.
    Terminate,
    /// A thread has panicked: nothing can be relied on any more.
    Broken,
}

/// What became of a text for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is there: what it waits for, and what the person has to know of that.
    Done(Option<String>),
    /// Nothing was sent: the row has changed since the turn was over.
    Changed,
    /// Nothing was sent; says why.
    Nothing(String),
    /// Nobody knows whether it has come; says why.
    Unknown(String),
}

/// A settings file that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reread {
    /// What a dashboard with it is told at its start.
    pub setup: Setup,
    /// The keys that were set otherwise when this one started, and hold from the next start on.
    pub later: Vec<String>,
}

/// Something that is needed, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What, in a word.
    pub what: String,
    /// How it is.
    pub words: String,
    /// Whether it does what it is needed for.
    pub is_well: bool,
}

/// Whether any assistant's hooks are registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hooks {
    /// Nobody has looked yet, or it could not be told.
    #[default]
    Unknown,
    /// No assistant will report.
    Missing,
    /// At least one assistant reports, and some that is there does not.
    Partly,
    /// Every assistant that is there reports.
    Installed,
}

/// An install that was worked out, to be confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallOffer {
    /// The assistants that are there.
    pub assistants: Vec<OfferedInstall>,
    /// Every change, line by line, as diffs.
    pub changes: Vec<String>,
}

impl InstallOffer {
    /// Whether there is anything to be done.
    pub fn is_ready(&self) -> bool {
        self.assistants.iter().any(|assistant| assistant.is_ready)
    }
}

/// One assistant of an [`InstallOffer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedInstall {
    /// Its name for people.
    pub title: String,
    /// The file that would change, as a person writes it.
    pub file: String,
    /// How much would change there, or why nothing will.
    pub what: String,
    /// Whether it would change.
    pub is_ready: bool,
}

/// What an install did, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallOutcome {
    /// What happened, line by line.
    pub said: Vec<String>,
    /// When it was over.
    pub at: Timestamp,
    /// Those that were told of us, and have not reported since.
    pub awaited: Vec<Awaited>,
}

/// An assistant whose first report is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Its name in events.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What the person has to do until it reports.
    pub until: &'static str,
    /// Whether it has reported.
    pub reports: bool,
}

/// What launchers list, each with its place among all; or why that is not known.
pub type Listed = Vec<(usize, Result<Vec<Item>, String>)>;

/// What was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// One line for the person.
    pub said: String,
    /// The socket of its server, and its pane there.
    pub pane: Option<(String, PaneId)>,
}

/// How a jump ended, or how it must go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jumped {
    /// The client shows the pane.
    There {
        /// The dashboard is a popup that lies over it.
        covered: bool,
        /// What has become of the pane by that.
        remark: Option<&'static str>,
    },
    /// The pane or its whole server does not exist any more.
    Gone,
    /// No client of ours is on that server: the dashboard must step aside for a new one.
    Attach(Attach),
    /// The multiplexer refused or did not answer; says why.
    Failed(String),
}

/// Why the person was not taken to an attached session, or came back from it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotAttached {
    /// There is no program for it.
    #[error(transparent)]
    Undone(#[from] Undone),
    /// The program does not start.
    #[error("could not start {program}: {why}")]
    NotStarted {
        /// Which one.
        program: String,
        /// What the system said.
        why: String,
    },
    /// It cannot be waited for; says why.
    #[error("{0}")]
    NotWaited(String),
    /// It ended badly; what it said.
    #[error("could not attach: {0}")]
    Ended(String),
}
