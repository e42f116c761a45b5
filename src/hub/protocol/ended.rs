//! `ended_sessions`, and `resume` of an act: sessions that are over and can be taken up again.

use pane_patrol_hooks::target::PaneId;
use serde::{Deserialize, Serialize};

use super::{SystemText, is_false};
use crate::state::EndedSession;

/// Payload of `ended_sessions`, hub to subscriber: all that are within reach now, the last one first. They are no
/// agents: none of them needs anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EndedSessions {
    /// The sessions.
    pub sessions: Vec<EndedAgent>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EndedAgent {
    /// What an act of `resume` calls it. While it lived it had another id, that of its pane.
    pub agent_id: String,
    /// How it is called where there is little room: the last name of its folder, else its target.
    pub label: String,
    /// Always true: it is no agent any more.
    pub gone: bool,
    /// The session.
    #[serde(flatten)]
    pub session: EndedSession,
}

impl EndedAgent {
    /// That session, as it is told.
    pub fn of(session: EndedSession) -> Self {
        Self {
            agent_id: session.id(),
            label: session.label(),
            gone: true,
            session,
        }
    }
}

impl EndedSessions {
    /// All of these.
    pub fn of(sessions: &[EndedSession]) -> Self {
        let sessions = sessions.iter().cloned().map(EndedAgent::of);
        Self {
            sessions: sessions.collect(),
        }
    }
}

/// How an ended session is to be taken up again. What runs is said by the hub's own settings, and by what is known of
/// the assistant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Resume {
    /// `PATH` for it; without this, that of the hub. For the hub's owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<SystemText>,
    /// The socket of the multiplexer's server; without this, the hub's own. For the hub's owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<SystemText>,
    /// The session there, for example `$0`; without this, whichever there is, or a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether its window comes to the front of its session at once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_front: bool,
    /// Whether it comes back where it was: to the server, the session and the window of before, which are made if they
    /// are not there. For the hub's owner alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub at_its_place: bool,
    /// With that: the pane before it in its window, which came back already. For the hub's owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub beside: Option<PaneId>,
}
