//! What the thread that tells has to know, and what it is told.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::homes::Homes;
use crate::collector::sources::changes::Report;
use crate::hub::client::Way;
use crate::hub::protocol::{AgentPatch, StatusRecord};

/// What a teller has to be told.
#[derive(Debug)]
pub(crate) struct Setup {
    /// Where the hub is looked for.
    pub way: Way,
    /// The event log, which is told while there is no hub.
    pub log: Option<PathBuf>,
    /// By which name the hub is called at first; it says if it is called otherwise.
    pub session: String,
    /// What we call ourselves: nobody else does.
    pub name: String,
    /// What the program is called at a hub that does not know its place, the first that is free of these.
    pub agents: Vec<String>,
    /// The folder whose changes and tasks are meant.
    pub folder: PathBuf,
    /// Where assistants keep their files.
    pub homes: Homes,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// The program has come to this.
    Tell(Box<Event>),
    /// The program has said this of itself.
    Record(Box<StatusRecord>),
    /// Say when everything before was said.
    Answer(SyncSender<()>),
    /// What is changed in its folder, or its tasks, are others than before.
    Work(Report),
    /// The patch that the hub has asked for.
    Patch(Box<AgentPatch>),
    /// It is over.
    End,
}
