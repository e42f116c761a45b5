//! What the sources tell the writer.

use std::sync::Arc;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;

use super::contained::Container;
use super::sources::{changes, conflicts, facts};
use crate::assistants::facets::turns::Turn;
use crate::assistants::present::Found;
use crate::hub::server;
use crate::state::{Command, Input, Listing, RowKey};
use crate::sys::namespaces::Standing;

/// What the sources tell the writer.
#[derive(Debug)]
pub(super) enum Message {
    /// Something for the table, and when it came; no event.
    Input(Input, Timestamp),
    /// An event came as a datagram: where its sender runs, and when it came.
    Heard(Box<Event>, Standing, Timestamp),
    /// The same by the socket of a container.
    Contained(Arc<Container>, Box<Event>, Timestamp),
    /// An event stood in the event log; it may have come as a datagram too.
    Logged(Box<Event>, Timestamp),
    /// An assistant's own record tells what its hooks would have told, and when that was read.
    Witnessed(Box<Event>, Timestamp),
    /// A line of the event log was no event; the reason.
    Unreadable(&'static str),
    /// A datagram was rejected; the reason.
    Rejected(&'static str),
    /// A datagram of another user.
    Foreign,
    /// A publisher said something of an agent of its own, or is there no more.
    Published(Box<server::Published>),
    /// A client of the hub was refused or dropped; the reason.
    Refused(&'static str),
    /// A server was asked for its panes.
    Listed {
        /// Its socket.
        socket: String,
        /// What came of it.
        answer: Answer,
    },
    /// A row's session was looked up in its assistant's own record.
    Turn {
        /// The row.
        row: RowKey,
        /// When that was begun.
        asked: Timestamp,
        /// Where it is; `None`: there is no such record.
        turn: Option<Turn>,
    },
    /// What the assistant's own files say of a row's session.
    Facts(facts::Read),
    /// The commands that the assistant with this process runs, and when that was looked up.
    Commands(u32, Vec<Command>, Timestamp),
    /// What an assistant has begun of which no hook was heard.
    Unheard(Vec<Event>),
    /// All known assistants that run in panes, other than those that were told last.
    Present(Vec<(Server, Found)>),
    /// A witness wants a listing of the server on this socket.
    Locate(String),
    /// An assistant's changes or tasks are others than before.
    Work(changes::Report),
    /// An assistant shares files with others, or does not any more.
    Conflicts(conflicts::Report),
    /// Something does not work (or, with `None`, works again), by what it is about.
    Trouble(String, Option<String>),
    /// It is over.
    Stop,
}

/// What came of asking one server.
#[derive(Debug)]
pub(super) enum Answer {
    /// All its panes.
    Panes(Listing),
    /// There is no server.
    Gone,
    /// It is not believed, and was not asked.
    NotBelieved(&'static str),
    /// That is not known; says why.
    Unknown(String),
}
