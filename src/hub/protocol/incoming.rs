//! What the hub's messages mean to a subscriber.

use std::sync::Arc;

use super::{AgentDiff, AgentStatus, AgentTasks, EndedSessions, Envelope, Gone};
use crate::state::update::{Health, Update};

/// What a hub's message means to a subscriber; `Ok(None)` for types that do not concern it.
///
/// What comes before the `snapshot` is told at once there: see [`crate::hub::client`].
pub fn update_of(message: Envelope) -> Result<Option<Update>, serde_json::Error> {
    Ok(match message.kind.as_str() {
        "agent_status" if message.payload.get("gone").is_some() => {
            let gone: Gone = serde_json::from_value(message.payload)?;
            Some(Update::Gone(gone.agent_id))
        }
        "agent_status" => {
            let status: AgentStatus = serde_json::from_value(message.payload)?;
            Some(Update::Row(Arc::new(status.row)))
        }
        "diff_summary" => {
            let diff: AgentDiff = serde_json::from_value(message.payload)?;
            let id = diff.agent_id.clone();
            Some(Update::Diff(id, Arc::new(diff.into_summary())))
        }
        "task_summary" => {
            let tasks: AgentTasks = serde_json::from_value(message.payload)?;
            let id = tasks.agent_id.clone();
            Some(Update::Tasks(id, Arc::new(tasks.into_summary())))
        }
        "ended_sessions" => {
            let ended: EndedSessions = serde_json::from_value(message.payload)?;
            let sessions = ended.sessions.into_iter().map(|agent| agent.session);
            Some(Update::Ended(sessions.collect()))
        }
        "health" => {
            let health: Health = serde_json::from_value(message.payload)?;
            Some(Update::Health(health))
        }
        _ => None,
    })
}
