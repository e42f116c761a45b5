//! `status_record`: what a program says of itself to its terminal, as whoever reads that terminal hands it on.

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::in_utc;
use crate::status_record::{Kind, Record, Word};

/// Payload of `status_record`, publisher to hub. It is about the publisher's own agent (`agent_id`), or about
/// whatever runs in front in a pane (`server` and `pane`); a publisher with an agent in a pane names both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StatusRecord {
    /// The publisher's own agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The server of the pane: its socket and its process, `/tmp/tmux-1000/default,4242`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub server: Option<Server>,
    /// The pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub pane: Option<PaneId>,
    /// The program that was started there by whoever reads its terminal: what says the record is that one or
    /// below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The program's name of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// What it does.
    pub state: Word,
    /// What it is blocked by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The part of it that is meant, such as a sub-agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What that part is called, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, asks, or how it failed, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When the record was written to the terminal, in UTC.
    #[serde(deserialize_with = "in_utc")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub written: Timestamp,
}

impl StatusRecord {
    /// What `record` says, of nobody yet: whoever read it adds where that was.
    pub(crate) fn of(record: &Record, written: Timestamp) -> Self {
        Self {
            agent_id: None,
            server: None,
            pane: None,
            pid: None,
            app: record.app.clone(),
            state: record.state,
            kind: record.kind,
            id: record.id.clone(),
            title: record.title.clone(),
            message: record.message.clone(),
            written,
        }
    }
}
