//! Files in which an assistant says what each of its sessions does, and who follows them.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::{Command, Listing, Reading};

/// What a witness tells.
#[derive(Debug)]
pub(crate) enum Report {
    /// An assistant's level.
    Reading(Box<Reading>),
    /// What a transcript tells in place of a hook.
    Event(Box<Event>),
    /// All commands that the assistant with this process runs; told while it waits for the person.
    Commands(u32, Vec<Command>),
    /// A listing of the server on this socket is needed to find a process's pane.
    Locate(String),
    /// What does not work with this folder; `None` when it works again.
    Trouble(PathBuf, Option<String>),
}

/// What a follower has to know, and whom it tells.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The assistant's config folder when nobody names another one.
    pub(crate) default_home: Option<PathBuf>,
    /// Socket of the server to look at for processes that do not say which one they are in.
    pub(crate) own_socket: String,
    /// Whether sessions are told of that no pane shows.
    pub(crate) background: bool,
    /// Whether sessions are told of that run outside of any multiplexer.
    pub(crate) everywhere: bool,
    /// The clock.
    pub(crate) now: Rc<dyn Fn() -> Timestamp>,
    /// Takes what is told.
    pub(crate) tell: Rc<dyn Fn(Report)>,
}

/// The session files of one assistant.
pub(crate) trait SessionFiles: Sync {
    /// The folder they are in, below a config folder.
    fn folder(&self) -> &'static str;

    /// Whether a file of that folder is one.
    fn is_one(&self, file: &Path) -> bool;

    /// Somebody who follows them.
    fn follower(&self, setting: Setting) -> Box<dyn Follower>;

    /// What the session that process `pid` shows, below a config folder, says at this moment; `None`
    /// when it says nothing or the process is another one. `instance`: the session that its pane was
    /// last known to show.
    fn look(&self, home: &Path, pid: u32, instance: Option<&str>) -> Option<Reading>;

    /// The session that process `pid` was started to show in its pane, where it is none itself.
    fn shown_by(&self, pid: u32) -> Option<String>;

    /// Counts the living sessions below a config folder; `None` without a folder of theirs.
    fn census(&self, home: &Path) -> Option<Census>;
}

/// Makes readings of session files. Who owns it watches the folders and says what has happened.
pub(crate) trait Follower {
    /// Another config folder; its files are read when it is scanned.
    fn add_home(&mut self, home: &Path);

    /// Reads all files of a folder.
    fn scan(&mut self, folder: &Path);

    /// Something happened to this file.
    fn touched(&mut self, file: &Path);

    /// Reads again what the session of this process says, and reports it, changed or not.
    fn reread(&mut self, pid: u32);

    /// The row of this process has gone: it may have shown a session that goes on without it.
    fn left(&mut self, pid: u32);

    /// The pane of this process has another title than before.
    fn titled(&mut self, pid: u32, title: &str);

    /// A listing that was asked for with [`Report::Locate`].
    fn listed(&mut self, listing: &Listing);

    /// When [`Follower::look_again`] is to be called, if at all.
    fn due(&self) -> Option<Instant>;

    /// Looks again at what was not explained yet.
    fn look_again(&mut self);
}

/// How many sessions live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    /// With a person in front of them.
    pub(crate) attended: usize,
    /// In the background: they have a pane when one shows them.
    pub(crate) background: usize,
    /// Headless: they have no pane of their own.
    pub(crate) unattended: usize,
    /// Of the attended ones those whose pane shows another session, of which no file tells.
    pub(crate) elsewhere: usize,
}
