//! What the hub tells whoever writes the table.

use std::sync::Arc;

use super::backpressure::Ticket;
use super::order::Reply;
use crate::git::DiffSummary;
use crate::hub::protocol::{Report, StatusRecord, TaskUpdate};
use crate::state::PublisherWord;
use crate::sys::namespaces::Standing;
use crate::tasks::TaskSummary;

/// Something that the table, or the count of what was refused, is to know.
#[derive(Debug)]
pub(crate) enum Event {
    /// A publisher said something of an agent of its own, or is there no more.
    Published(Box<Published>),
    /// A client was refused or dropped; the reason.
    Refused(&'static str),
    /// Something does not work (or, with `None`, works again), by what it is about.
    Trouble(String, Option<String>),
}

/// Whoever writes the table, as the hub tells it.
pub(crate) trait Scribe: Send + Sync {
    /// Tells it, and waits until that is taken. One that has ended hears nothing any more.
    fn tell(&self, event: Event);

    /// Tells it unless it is busy.
    fn mention(&self, event: Event);
}

/// What a publisher says of an agent.
#[derive(Debug)]
pub(crate) enum Said {
    /// Its state.
    Report(Box<Report>),
    /// What is changed in its folder.
    Diff(String, Arc<DiffSummary>),
    /// Its tasks.
    Tasks(String, Arc<TaskSummary>),
    /// One of its tasks.
    Task(TaskUpdate),
    /// What a program says of itself to its terminal.
    Record(Box<StatusRecord>),
    /// How it is with the publisher itself.
    Word(PublisherWord),
}

/// A publisher's message on its way to the writer.
#[derive(Debug)]
pub(crate) struct Published {
    /// Its name.
    pub(crate) publisher: String,
    /// The agent that it is, by its hello.
    pub(crate) agent: Option<String>,
    pub(crate) said: Said,
    /// It may do nothing but publish.
    pub(crate) hearsay: bool,
    /// Where it runs.
    pub(crate) standing: Standing,
    /// Whom to tell that it was not taken.
    pub(crate) reply: Option<Reply>,
    /// Held until it was worked on; a word about a publisher needs none.
    pub(super) _ticket: Option<Ticket>,
}
