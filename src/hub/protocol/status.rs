//! `agent_status`: how it is with one agent, as the hub tells it and as a publisher does.

use std::path::Path;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::is_false;
use crate::mux;
use crate::state::Row;

/// The four words that every client knows; `state` says it more exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Status {
    /// Nothing goes on.
    Idle,
    /// A turn goes on, be it that it waits for the person in the middle of it.
    Running,
    /// The last turn failed.
    Error,
    /// Whoever speaks for it has gone or is silent, or it is gone itself.
    Offline,
}

impl Status {
    /// What a row comes to.
    pub fn of(row: &Row) -> Self {
        match row.state {
            _ if row.offline => Self::Offline,
            State::Running | State::WaitingApproval => Self::Running,
            State::WaitingInput if row.kind != Some(Kind::PromptIdle) => Self::Running,
            State::Error => Self::Error,
            State::WaitingInput | State::Completed | State::Idle => Self::Idle,
        }
    }

    /// The state that a publisher means by it; `None` for one that says it is going.
    pub fn state(self) -> Option<State> {
        match self {
            Self::Idle => Some(State::Idle),
            Self::Running => Some(State::Running),
            Self::Error => Some(State::Error),
            Self::Offline => None,
        }
    }
}

/// Payload of `agent_status`, hub to subscriber: one agent as it is now. Beside the fields of every
/// client's protocol those of the row, which `status --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentStatus {
    /// The agent.
    pub agent_id: String,
    /// How it is with it.
    pub status: Status,
    /// Its pane's id in its multiplexer, for example `%3`; else its target.
    pub pane_id: String,
    /// The top folder of its repository, else its own; empty where nobody has told.
    pub project_root: String,
    /// Which kind of multiplexer it runs in; `none` outside of all.
    pub mux: String,
    /// How it is called where there is little room: as a person calls it (`called`), else the last name of its
    /// folder, else its target.
    pub label: String,
    /// How many requests are open.
    pub requests: usize,
    /// The row.
    #[serde(flatten)]
    pub row: Row,
}

impl AgentStatus {
    /// Of that row.
    pub fn of(row: Row) -> Self {
        let root = row.diff.as_ref().and_then(|diff| diff.root.clone());
        let root = root.or_else(|| row.cwd.clone()).unwrap_or_default();
        let name = root.rsplit('/').find(|name| !name.is_empty());
        let target = row.target.to_string();
        Self {
            agent_id: row.id.clone(),
            status: Status::of(&row),
            pane_id: row.pane.map_or(target.clone(), |pane| pane.to_string()),
            mux: match &row.server {
                Some(server) => mux::kind_at(Path::new(&server.socket)).to_string(),
                None => "none".to_owned(),
            },
            label: match (&row.called, name) {
                (Some(called), _) => called.clone(),
                (None, Some(name)) => name.to_owned(),
                (None, None) => target,
            },
            project_root: root,
            requests: row.waiting.len(),
            row,
        }
    }
}

/// Payload of `agent_status`, hub to subscriber, for an agent that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gone {
    /// The agent.
    pub agent_id: String,
    /// `offline`.
    pub status: Status,
    /// Empty: it has none any more.
    pub pane_id: String,
    /// Empty.
    pub project_root: String,
    /// Always true.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gone: bool,
}

impl Gone {
    /// The agent with this id is gone.
    pub fn of(id: &str) -> Self {
        Self {
            agent_id: id.to_owned(),
            status: Status::Offline,
            pane_id: String::new(),
            project_root: String::new(),
            gone: true,
        }
    }
}

/// Payload of `agent_status`, publisher to hub, by the fields that every client knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PublishedStatus {
    /// The agent, by a name of the publisher's own.
    pub agent_id: String,
    /// How it is with it.
    pub status: Status,
    /// Its pane: `%3` is tmux's. A number alone is nobody's.
    pub pane_id: String,
    /// Its project.
    pub project_root: String,
    /// Its folder.
    #[serde(default)]
    pub cwd: Option<String>,
    /// One line: what it does, or said last.
    #[serde(default)]
    pub message: Option<String>,
}

/// What a publisher says of an agent.
#[derive(Clone, Debug)]
pub enum Report {
    /// By the fields that every client knows.
    Status(PublishedStatus),
    /// A whole event; of the agent that the publisher is, where its hello has named one.
    Event(Box<Event>),
}

impl Report {
    /// Reads a publisher's payload; the error says what is wrong with it.
    pub fn read(payload: &Value) -> Result<Self, String> {
        if payload.get("state").is_none() {
            let status = serde_json::from_value(payload.clone());
            return status.map(Self::Status).map_err(|error| error.to_string());
        }
        let mut event =
            Event::parse(payload.to_string().as_bytes()).map_err(|error| error.to_string())?;
        // A client may say what it likes, but not that a hook or a witness said it.
        event.source = Source::Emit;
        Ok(Self::Event(Box::new(event)))
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::mux::fake::Fake;

    #[test]
    fn a_row_says_of_which_kind_its_server_is() {
        let fake = Fake::new();
        fake.pane(1, 40);
        let mut row = fake.row(1, "claude", State::Running);
        assert_eq!(AgentStatus::of(row.clone()).mux, "fake");
        row.server = None;
        assert_eq!(AgentStatus::of(row.clone()).mux, "none");
        row.server = "/tmp/t/default,7".parse().ok();
        assert_eq!(AgentStatus::of(row).mux, "tmux");
    }
}
