//! What a dashboard is fed with, be it by the collector in its own process or by another one's hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::git::DiffSummary;
use crate::state::{EndedSession, Row, Unmatched};
use crate::tasks::TaskSummary;

/// One message to a dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// All rows, replacing whatever was known.
    Snapshot(Vec<Row>),
    /// One row is new or changed.
    Row(Arc<Row>),
    /// The row with this id is gone.
    Gone(String),
    /// All files that are changed in the repository of the row with this id; the row itself carries
    /// the sums.
    Diff(String, Arc<DiffSummary>),
    /// All tasks of the row with this id; the row itself carries the sums.
    Tasks(String, Arc<TaskSummary>),
    /// All sessions that are over and within reach, the last one first.
    Ended(Arc<[EndedSession]>),
    /// How well the collector hears.
    Health(Health),
    /// Who collects.
    Role(Role),
}

/// Who owns the event socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// This process.
    Collector,
    /// Another instance; this one is its subscriber.
    Subscriber,
    /// Another instance; this one only ever listens to it.
    Follower,
    /// Nobody; this process looks at the machine by itself. Says what the states rest on then.
    Alone(&'static str),
    /// Nobody: neither could we take the socket nor does its owner answer; says why.
    Nobody(String),
}

/// Counters and troubles of a collector, for the dashboard's status line and `doctor`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Health {
    /// Events received and understood.
    pub received: u64,
    /// Datagrams rejected, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Datagrams dropped because another user sent them.
    pub foreign: u64,
    /// Clients of the hub that were refused or dropped, by reason.
    #[serde(default)]
    pub refused: BTreeMap<String, u64>,
    /// Events and readings that fitted no row, by reason.
    pub held_apart: BTreeMap<String, u64>,
    /// The last kinds of those, each with its sender and the pane it was about; the last one first.
    #[serde(default)]
    pub apart: Vec<Unmatched>,
    /// Events that came by the event log alone, because the socket's queue was full or nobody listened.
    #[serde(default, rename = "by_mirror")]
    pub by_log: u64,
    /// Lines of the event log that were no events, by reason.
    #[serde(default)]
    pub unreadable: BTreeMap<String, u64>,
    /// What does not work at the moment, one sentence each, for example that a multiplexer does not answer.
    pub troubles: Vec<String>,
}
