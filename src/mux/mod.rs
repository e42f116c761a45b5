//! Terminal multiplexers, behind one trait: what they are asked, and what they answer.
//!
//! | part | holds |
//! | --- | --- |
//! | this file | the trait, and the registry of those that there are |
//! | `outcome` | done, gone, refused, unknown |
//! | `types`, `beside`, `sidebar`, `stirring` | what is asked with, and what is answered |
//! | `proof` | what the system says of its servers: whose word is believed |
//! | `reach` | what the person's environment and settings say, and who is asked by it |
//! | `looked` | what is the same for all: an ability that is absent is refused, and what is said to be done is looked at |
//! | `terminal` | no multiplexer: a plain terminal, with the words for what cannot be done there |
//! | [`tmux`] | the only place that knows what tmux is told and what it prints |
//! | `zellij` | the same of Zellij |
//!
//! A multiplexer is one folder beside `tmux`, and a line of the registry: what it is asked, whom of its
//! servers it believes (`Proof`), by which variables it is found, and where its own server is. All that
//! is said of it elsewhere is what the hook asks before anybody collects (`hooks/src/mux`).
//!
//! May import: `sys`, the hooks' words, `state`'s inputs.

mod beside;
#[cfg(test)]
pub(crate) mod fake;
mod looked;
pub(crate) mod outcome;
pub(crate) mod proof;
pub(crate) mod reach;
pub(crate) mod sidebar;
pub(crate) mod stirring;
pub(crate) mod terminal;
pub mod tmux;
pub(crate) mod types;
pub(crate) mod zellij;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use looked::Looked;

pub(crate) use beside::{
    Beside, Direction, Drawn, Home, Image, Mirrored, Onlooker, Owner, Room, Typed,
};
pub(crate) use outcome::{Gone, Outcome, Undone};
pub(crate) use proof::{Disbelief, Proof};
pub use reach::Reach;
pub(crate) use reach::{Variables, around, default_socket, variables};
pub(crate) use sidebar::{Side, Sidebar, Switch, Switched, Windows};
pub(crate) use stirring::{Lines, Stirring};
pub(crate) use types::{
    Absent, Arrival, Attach, Audience, Glimpse, Here, Opened, Opening, PaneList, Pipe, Place,
    Screen, Shown, Sign, Spot, Standing, Viewer,
};
pub use types::{Guard, Press, Pressed};

/// How long a multiplexer may take for one answer: about three hundred times what it usually needs.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The same for what takes several questions, one after the other.
pub const PATIENCE_FOR_SEVERAL: Duration = Duration::from_secs(5);

/// One kind of multiplexer, asked with what the person's environment and settings say of it.
///
/// Whatever is asked has an answer `within` a time, and is never said to be done without having been
/// looked at. A server is named by its socket: whether it may be talked to is a matter of the
/// implementation, which refuses.
pub trait Multiplexer: Send + Sync {
    /// Which one.
    fn kind(&self) -> Kind;

    /// What it cannot do.
    fn absent(&self) -> Absent;

    /// How a person learns what its clients are called; `None`: she cannot name one.
    fn names_of_clients(&self) -> Option<&'static str>;

    /// What the system says of its servers.
    fn proof(&self) -> &dyn Proof;

    /// What its program on `PATH` says of its version; `None`: there is no program to it.
    fn program(&self, within: Duration) -> Option<Outcome<String>>;

    /// All panes of the server, and which of them a person has in view.
    fn list(&self, socket: &Path, within: Duration) -> Outcome<PaneList>;

    /// The address of the pane now.
    fn address(&self, place: &Place, within: Duration) -> Outcome<Target>;

    /// The pane's first process.
    fn process(&self, place: &Place, within: Duration) -> Outcome<u32>;

    /// What the pane shows; `coloured`: with the sequences for colours in it.
    fn read(&self, place: &Place, coloured: bool, within: Duration) -> Outcome<Screen>;

    /// What the pane shows with the sequences for colours in it, and at most `above` lines that it has shown before;
    /// nothing is read while nobody has `from` in view, a pane of the same server. One question, however often it is
    /// asked.
    fn glance(
        &self,
        place: &Place,
        above: u16,
        from: Option<&Place>,
        within: Duration,
    ) -> Outcome<Glimpse>;

    /// Presses, if `guard` holds in that moment.
    fn press(&self, at: &Place, press: &Press, guard: &Guard, within: Duration)
    -> Outcome<Pressed>;

    /// `here` with the client that we were started on, where it could not be told later. To be called at
    /// the start.
    fn look_around(&self, here: Here, within: Duration) -> Here;

    /// The pane we are in; `None` outside of any and in a popup.
    fn own_place(&self, here: &Here, within: Duration) -> Outcome<Option<Place>>;

    /// Whether the server of the place has a client of this name; refused in the words of [`Self::go`].
    fn has_client(&self, place: &Place, name: &str, within: Duration) -> Outcome<()>;

    /// Where the person is that [`Self::go`] would move on the server of the place; `None`: nobody is known there.
    fn standing(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Option<Standing>>;

    /// When somebody last pressed a key at any terminal that is attached to the server which we are in; `None` where that
    /// is not told.
    fn last_key(&self, here: &Here, within: Duration) -> Outcome<Option<Timestamp>>;

    /// Takes the person to the pane.
    fn go(&self, place: &Place, here: &Here, within: Duration) -> Outcome<Arrival>;

    /// The program that shows an attached session until the person detaches.
    fn attach(&self, attach: &Attach) -> Outcome<Command>;

    /// Starts a program in a pane of its own on the person's own server, which is begun if need be.
    fn open(&self, opening: &Opening, within: Duration) -> Outcome<Opened>;

    /// Divides the window of the pane as the layout says, in which it has as many panes as that.
    fn arrange(&self, place: &Place, layout: &str, within: Duration) -> Outcome<()>;

    /// Closes the pane with everything in it.
    fn close(&self, place: &Place, within: Duration) -> Outcome<()>;

    /// Who looks at the pane.
    fn audience(&self, place: &Place, within: Duration) -> Outcome<Audience>;

    /// Shows the person at this client of the pane's server a line of text.
    fn tell(&self, place: &Place, client: &str, text: &str, within: Duration) -> Outcome<()>;

    /// The sequence as it has to be written to a pane to reach the terminal around it.
    fn through(&self, sequence: &str) -> String;

    /// The place beside a dashboard; nothing is done yet. Where no pane can be lent to it, `onlooker` is told what
    /// the pane shows.
    fn split(&self, home: Home, onlooker: Onlooker) -> Outcome<Box<dyn SplitView>>;

    /// Puts back what dashboards and sidebars left behind on the person's own server that are not alive any more;
    /// whether there was anything.
    fn heal(&self, is_alive: &dyn Fn(&Owner) -> bool, within: Duration) -> Outcome<bool>;

    /// Opens or closes sidebars on the person's own server. Once closed, nothing of them is left, and each window is as it was
    /// before, or in the shape that the person has given it since.
    fn switch_sidebars(
        &self,
        windows: &Windows,
        switch: Switch,
        sidebar: &Sidebar,
        within: Duration,
    ) -> Outcome<Switched>;

    /// Has each sidebar of the person's own server at its place again and, where that is wanted, one in each window that has
    /// come; how many there are. To be called by one of those that run in them each time that something moves there.
    fn keep_sidebars(&self, sidebar: &Sidebar, within: Duration) -> Outcome<usize>;

    /// What is so, and what to do, where the server lives although nobody can talk to it, as far as the
    /// system tells.
    fn out_of_reach(&self, server: &Server) -> Option<String>;

    /// Has the server tell from now on when panes are moved or looked at, until [`Self::forgo_stirs`]
    /// with the same `mark`, a folder that tells collectors apart. What it refuses is left at that.
    fn ask_for_stirs(&self, socket: &Path, mark: &Path, within: Duration);

    /// A process that waits until something moves.
    fn wait_for_stir(&self, socket: &Path, mark: &Path) -> Outcome<Stirring>;

    /// See [`Self::ask_for_stirs`].
    fn forgo_stirs(&self, socket: &Path, mark: &Path, within: Duration);

    /// Gives these panes their signs, or takes them away; panes that are gone are left out.
    fn put_signs(
        &self,
        socket: &Path,
        signs: &[(PaneId, Option<Sign>)],
        within: Duration,
    ) -> Outcome<()>;

    /// The panes that have a sign, whoever gave it.
    fn signed(&self, socket: &Path, within: Duration) -> Outcome<Vec<PaneId>>;

    /// Has all that the pane's program writes from now on given to the program of these words, too; whether that
    /// is so. A pane has one pipe: where there is one, or the person has taken it from us, nothing is done. `left_by`: a
    /// program of ours had it and has gone since, which the server notices only when the pane draws; that one is replaced.
    fn tap(
        &self,
        place: &Place,
        words: &[OsString],
        left_by: Option<u32>,
        within: Duration,
    ) -> Outcome<bool>;

    /// Ends that for panes of which it is known that the program still reads; for others nothing is done.
    fn untap(&self, server: &Server, panes: &[PaneId], within: Duration) -> Outcome<()>;

    /// The program has read to the end, and nobody has ended that: the person has taken the pipe, and it is not taken
    /// again before she gives it back.
    fn note_taken(&self, server: &Server, pane: PaneId, within: Duration) -> Outcome<()>;

    /// The panes that have a pipe, and those whose pipe was taken from us.
    fn pipes(&self, socket: &Path, within: Duration) -> Outcome<Vec<(PaneId, Pipe)>>;

    /// The command by which a person lets us have the pipe of the pane again that she has taken.
    fn give_back(&self, pane: PaneId) -> String;
}

/// The place beside one dashboard, with an assistant's own pane in it.
///
/// What fails leaves the panes as they were.
pub trait SplitView: Send {
    /// Opens it, or closes it when it is open.
    fn toggle(&mut self, within: Duration) -> Outcome<Beside>;

    /// Shows the pane there, which a person calls `name`; moves into it if it is shown already, and is no drawing
    /// of ours. Opens the place when it is not open.
    fn show(&mut self, place: &Place, name: &str, within: Duration) -> Outcome<Beside>;

    /// Looks what became of the place and of what is shown. When that has ended the place stays, and says
    /// what was there and how it ended; `stopping`: the panes that are being stopped from the list.
    fn refresh(&mut self, stopping: &[(Server, PaneId)], within: Duration) -> Outcome<Beside>;

    /// The same after this pane was stopped from the list: where it is shown, what is left of it goes back.
    fn empty(&mut self, stopped: &(Server, PaneId), within: Duration) -> Outcome<Beside>;

    /// Puts everything back.
    fn close(&mut self, within: Duration) -> Outcome<Beside>;

    /// What is there now, whatever was refused before.
    fn now(&self, within: Duration) -> Outcome<Beside>;

    /// Passes on what the person types for the pane that is drawn there; nothing, and why, where it is not that one
    /// any more, or where the pane itself is there.
    fn type_into(
        &mut self,
        pane: &(Server, PaneId),
        typed: &Typed,
        within: Duration,
    ) -> Outcome<()>;
}

/// Which multiplexer, by its name for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(&'static str);

impl Kind {
    /// The name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A line of the registry.
struct Entry {
    kind: Kind,
    /// Whether a person is told to have something run in it.
    is_offered: bool,
    /// The variables by which it is found.
    variables: &'static [&'static str],
    /// The pane that we are in, by these; `None`: none of its own, or another multiplexer's inside of one.
    around: fn(&Variables) -> Option<Here>,
    /// The server, by its socket, that its program talks to when none is named, if there is such a one.
    default_socket: fn(&Variables, u32) -> Option<PathBuf>,
    /// Whether a server of its kind has its socket there.
    has_sockets_at: fn(&Path) -> bool,
    /// Whether it is a pane of its kind, and each of its sessions is a server of its own.
    is_of_a_session: fn(PaneId) -> bool,
    /// Asks servers of its kind.
    with: fn(&Reach) -> Box<dyn Multiplexer>,
}

/// All that there are. The last one takes what is nobody else's.
const REGISTRY: &[Entry] = &[
    #[cfg(test)]
    fake::ENTRY,
    terminal::ENTRY,
    zellij::ENTRY,
    tmux::ENTRY,
];

/// Those that a person may have something run in, as a sentence names them: `tmux or zellij`.
pub fn offered() -> String {
    let offered = REGISTRY.iter().rev().filter(|entry| entry.is_offered);
    let names: Vec<&str> = offered.map(|entry| entry.kind.name()).collect();
    names.join(" or ")
}

/// Whether each session has a server of its own where that pane is: none of them is the one that is meant where
/// none is named.
pub(crate) fn is_of_a_session(pane: PaneId) -> bool {
    REGISTRY.iter().any(|entry| (entry.is_of_a_session)(pane))
}

/// Every kind.
pub fn kinds() -> impl Iterator<Item = Kind> {
    REGISTRY.iter().map(|entry| entry.kind)
}

/// The kind of what runs in no pane.
const OUTSIDE: Kind = terminal::KIND;

/// The multiplexer of this kind.
pub fn of(kind: Kind, reach: &Reach) -> Box<dyn Multiplexer> {
    let entry = REGISTRY.iter().find(|entry| entry.kind == kind);
    let entry = entry.unwrap_or(&REGISTRY[REGISTRY.len() - 1]);
    Box::new(Looked((entry.with)(reach)))
}

/// The kind of the server that has its socket there.
pub fn kind_at(socket: &Path) -> Kind {
    let is_its = |entry: &&Entry| (entry.has_sockets_at)(socket);
    let found = REGISTRY.iter().find(is_its);
    found.unwrap_or(&REGISTRY[REGISTRY.len() - 1]).kind
}
