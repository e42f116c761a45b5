//! What the hub's thread is told.

use std::sync::mpsc::SyncSender;

use super::who::Handed;
use crate::hub::protocol::{ActResult, AgentPatch};
use crate::state::update::Update;
use crate::state::{EndedSession, Row};

/// What the hub's thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// Something to know.
    Update(Update),
    /// A publisher's message was not taken: code and words.
    NotTaken(Reply, &'static str, String),
    /// What a publisher tells of the changes of the row with this id was taken; what it calls that row.
    TellsOfWork(String, String),
    /// An act was carried out, or not.
    Acted(Box<ActResult>),
    /// Whoever carries one out wants to know how a row is.
    Row(String, SyncSender<Option<Box<Row>>>),
    /// The same wants to know how an ended session is.
    Ended(String, SyncSender<Option<Box<EndedSession>>>),
    /// The same has something for the hook that waits for it; whether one does.
    Hand(Box<Handed>, SyncSender<bool>),
    /// A patch is there, or why it is not.
    Patch(Box<Done>),
    /// The writer takes messages of publishers again.
    CaughtUp,
    /// It is over.
    End,
}

/// Where the answer to one message goes.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The serial number of the connection.
    pub(super) client: u64,
    /// As the message had it.
    pub(super) request_id: Option<String>,
}

/// What became of a patch that a client wants.
#[derive(Debug)]
pub(super) struct Done {
    /// The serial number of the client's connection.
    pub(super) client: u64,
    /// Given back with the answer.
    pub(super) request_id: Option<String>,
    pub(super) result: Result<AgentPatch, String>,
}
