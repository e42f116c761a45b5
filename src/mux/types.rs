//! What a multiplexer is asked with, and what it answers.

use std::ffi::OsString;
use std::ops::Range;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::Kind;
use crate::state::{EndedSession, ListedPane};

/// A pane: of which multiplexer, on which server, and which one there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The multiplexer.
    pub kind: Kind,
    /// Its server; `None`: the person's own one.
    pub server: Option<Server>,
    /// The pane by its stable id; by its address as long as nobody has told that.
    pub pane: Target,
}

/// What one server told about its panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneList {
    /// The server's process.
    pub server_pid: u32,
    /// Each pane once, by id.
    pub panes: Vec<ListedPane>,
}

/// Where we are ourselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// The server of our pane or popup; `None` outside of any.
    pub server: Option<Server>,
    /// The session we were started in, for example `$0`.
    pub session: Option<String>,
    /// The pane of our environment, which may be another one's.
    pub pane: Option<PaneId>,
    /// Our terminal, for example `/dev/pts/3`.
    pub tty: Option<String>,
    /// The client that the person named: it is switched, from wherever she is, or nothing happens.
    pub named: Option<String>,
    /// In a popup the client it was opened on.
    pub client: Option<String>,
    /// The terminals of the clients that show us, where another multiplexer than ours is asked: they may be in its panes.
    pub shown_on: Vec<String>,
}

/// Where the person is on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What tells her client from others, also after it was moved.
    pub whose: String,
    /// The pane that it shows.
    pub place: Place,
}

/// Where a jump led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The client shows the pane.
    There {
        /// We are in a popup that lies over it now.
        covered: bool,
        /// The client is a program that draws its panes by itself, and the multiplexer cannot tell whether
        /// the person looks at it; or the multiplexer tells of that only much later.
        by_program: bool,
        /// What has become of the pane by that.
        remark: Option<&'static str>,
    },
    /// None of that server's clients is ours: a new one must be attached.
    Elsewhere(Attach),
}

/// What a new client is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attach {
    /// The server's socket.
    pub socket: String,
    /// What its multiplexer is told to show: session, window and pane by their stable ids.
    pub target: String,
}

/// What is to run in a pane of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// What it is called.
    pub name: String,
    /// The program and its arguments, run as they stand.
    pub words: Vec<OsString>,
    /// Where it starts, if the multiplexer finds the folder.
    pub folder: OsString,
    /// The session it belongs to, for example `$0`; `None`: whichever the server has, or a new one.
    pub session: Option<String>,
    /// Whether it comes to the front of its session at once.
    pub in_front: bool,
    /// Its `PATH`: the server may have been started with another one.
    pub path: Option<OsString>,
    /// Where it was, and is to be again, whatever its session and its name are otherwise.
    pub spot: Option<Spot>,
}

/// Where something was before its server ended: texts of anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The name of the session.
    pub session: String,
    /// The number of the window there.
    pub window: u32,
    /// Its name, if it had one of its own.
    pub name: Option<String>,
    /// How it was divided.
    pub layout: String,
    /// The pane before it in the same window, if that is there already; without it the window is to be made.
    pub beside: Option<PaneId>,
}

impl Spot {
    /// Where that session was, as far as its pane had an address; `beside` as the field.
    pub(crate) fn of(session: &EndedSession, beside: Option<PaneId>) -> Option<Self> {
        let Target::Address {
            session: name,
            window,
            ..
        } = &session.target
        else {
            return None;
        };
        let place = session.window.as_ref();
        Some(Self {
            session: name.clone(),
            window: *window,
            name: place.and_then(|place| place.name.clone()),
            layout: place.map(|place| place.layout.clone()).unwrap_or_default(),
            beside,
        })
    }
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its pane, for example `%7`.
    pub pane: String,
    /// The pane's address, for example `work:3.0`.
    pub target: String,
    /// Whether it was there when it was looked for: a program may have ended by then.
    pub is_there: bool,
}

/// A pane as its multiplexer shows it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Its text, line by line.
    pub text: String,
    /// How many cells a line has.
    pub width: usize,
    /// Why no key may be sent to it, whatever it shows.
    pub unfit: Option<&'static str>,
    /// What must be as it is when a key is pressed: the pane's size, its processes. Known to the
    /// multiplexer alone.
    pub stamp: Vec<(&'static str, String)>,
    /// The pane's first process.
    pub pid: Option<u32>,
}

/// What is seen of a pane by a dashboard that looks at it again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Glimpse {
    /// Nobody has the dashboard in view: nothing was read.
    Unseen,
    /// What the pane shows.
    Shown(Shown),
}

/// What a pane shows, and what it has shown before, with the sequences for colours in it: text of anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Line by line.
    pub lines: Vec<String>,
    /// How many of them, from the first on, stand above what it shows now.
    pub above: usize,
    /// How many lines stand above that altogether.
    pub history: usize,
}

/// What is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// Characters as they are.
    Text(String),
    /// Lines as if they were pasted: a program that wants to know can tell them from what is typed.
    Paste(String),
    /// A key by its name: `Enter`, `Escape`, `Tab`, `Up`, `Down`.
    Key(&'static str),
}

/// What has to be true of the pane in the very moment of the key press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// All lines of the pane as they were seen, with their colours taken off.
    pub screen: Vec<String>,
    /// The rows of the dialog among them.
    pub rows: Range<usize>,
    /// See `Screen::stamp`.
    pub stamp: Vec<(&'static str, String)>,
}

/// Whether the key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It was.
    Yes,
    /// The guard did not hold.
    No,
}

/// Who looks at a pane, and whom its server could tell something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// The terminal of the pane.
    pub tty: Option<String>,
    /// Where it belongs now.
    pub target: Option<Target>,
    /// Whether a person has it before them.
    pub in_view: bool,
    /// Everybody who looks at anything on that server.
    pub clients: Vec<Viewer>,
}

/// Somebody's client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// What the multiplexer calls it.
    pub name: String,
    /// The terminal of the pane that has its keys: certainly a visible one.
    pub tty: String,
    /// Why no sequence comes through to its own terminal.
    pub obstacle: Option<&'static str>,
}

/// The one pipe that a pane can have, where it has one or had ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipe {
    /// Somebody reads it, be it us.
    Open,
    /// The same, and the last who is known to have had it is us.
    Held,
    /// Somebody has taken it from us, and closed it.
    Left,
}

/// What a pane has for the person's own borders and names of windows: words of ours alone, because what draws
/// them may obey what stands in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The sign of its assistant's state.
    pub drawn: &'static str,
    /// The state's name.
    pub state: &'static str,
    /// Which assistant it is of, where that does not tell its terminal by itself what it does.
    pub of: Option<&'static str>,
}

/// What a multiplexer cannot do: for each thing the words for the person, or `None` where it can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absent {
    /// Taking a client of a person to a pane.
    pub jump: Option<&'static str>,
    /// Starting a program in a pane of its own.
    pub open: Option<&'static str>,
    /// Closing a pane.
    pub close: Option<&'static str>,
    /// Pressing a key in the same moment in which the screen is compared.
    pub guarded_keys: Option<&'static str>,
    /// Lending a pane to the place beside the dashboard.
    pub split: Option<&'static str>,
    /// Showing a line of text to whoever looks.
    pub message: Option<&'static str>,
    /// Telling by itself that panes were moved or looked at.
    pub stirs: Option<&'static str>,
    /// Making sessions and windows as they were before a server ended.
    pub restore: Option<&'static str>,
    /// Giving what a pane's program writes to another program as well.
    pub pipe: Option<&'static str>,
    /// A pane of ours at a side of a window.
    pub sidebar: Option<&'static str>,
}
