//! Everything that can happen to a dashboard, as data. Whatever a thread or an effect has to say
//! arrives here; nothing else changes the model.

use crossterm::event::{KeyEvent, MouseEvent};

use super::effect::Attach;
use crate::act::{Bound, Decision, Outcome};
use crate::asked::Known;
use crate::feed::Feed;
use crate::launch::Stopped;
use crate::notice::Snoozes;
use crate::split::Place;
use crate::state::Row;

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
    /// The collector reports.
    Feed(Feed),
    /// The collector will not report any more.
    FeedEnded,
    /// Whether any assistant is set up to report.
    Hooks(Hooks),
    /// What an install would change: a diff, line by line; or why it cannot be done.
    InstallPlanned(Result<Vec<String>, String>),
    /// What an install did, line by line; or why nothing was changed.
    Installed(Result<Vec<String>, String>),
    /// What is beside the dashboard now.
    Split(Place),
    /// What was started; or why nothing was.
    Started(Result<String, String>),
    /// What became of stopping this row.
    Stopped(Box<Row>, Stopped),
    /// Which rows are snoozed; or why that could not be changed.
    Snoozed(Result<Snoozes, String>),
    /// What became of a jump.
    Jumped(Jumped),
    /// What became of a decision.
    Decided(Box<Bound>, Decision, Outcome),
    /// What a request asks, as far as that is known.
    RequestRead(Box<Bound>, Known),
    /// The person is back from an attached session; says what went wrong, if anything.
    AttachEnded(Result<(), String>),
    /// A text on the screen, an age or the clock, is to be brought up to date.
    Tick,
    /// The process was told to end.
    Terminate,
    /// A thread has panicked: nothing can be relied on any more.
    Broken,
}

/// Whether any assistant's hooks are registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hooks {
    /// Nobody has looked yet, or it could not be told.
    #[default]
    Unknown,
    /// No assistant will report.
    Missing,
    /// At least one assistant reports.
    Installed,
}

/// How a jump ended, or how it must go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jumped {
    /// The client shows the pane.
    There {
        /// The dashboard is a popup that lies over it.
        covered: bool,
    },
    /// The pane or its whole server does not exist any more.
    Gone,
    /// No client of ours is on that server: the dashboard must step aside for a new one.
    Attach(Attach),
    /// tmux refused or did not answer; says why.
    Failed(String),
}
