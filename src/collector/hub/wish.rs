//! What a client wants of somebody else than its own connection: the table, a hook that waits, git.

use std::sync::Arc;

use pane_patrol_hooks::event::{Event, Source};
use pane_patrol_hooks::text::has_control;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::flow::Ticket;
use crate::collector::belief::Standing;
use crate::git::{DiffSummary, MAX_FILES};
use crate::protocol::{
    AgentDiff, AgentTasks, Decide, Envelope, LookedAt, RequestPatch, TaskUpdate, Trust,
};
use crate::state::PublisherWord;
use crate::tasks::{MAX_TASKS, TaskSummary};

/// One wish, with the message that made it.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) what: What,
    pub(super) question: Envelope,
}

/// See [`Wish`].
#[derive(Debug)]
pub(super) enum What {
    /// Hand a decision to the hook that waits for it.
    Decide(Box<Decide>),
    /// Have the table trust a row for a while.
    Trust(Trust),
    /// Tell the table that the person looks at a row.
    LookedAt(LookedAt),
    /// Tell the table.
    Publish(Said),
    /// Make a patch.
    Patch(RequestPatch),
}

/// What a publisher says of an agent.
#[derive(Debug)]
pub(in crate::collector) enum Said {
    /// Its state.
    Event(Box<Event>),
    /// What is changed in its folder.
    Diff(Option<String>, Arc<DiffSummary>),
    /// Its tasks.
    Tasks(Option<String>, Arc<TaskSummary>),
    /// One of its tasks.
    Task(TaskUpdate),
    /// How it is with the publisher itself.
    Word(PublisherWord),
}

/// A publisher's message on its way to the writer.
#[derive(Debug)]
pub(in crate::collector) struct Published {
    /// Its name.
    pub(in crate::collector) publisher: String,
    pub(in crate::collector) said: Said,
    /// Where it runs.
    pub(in crate::collector) standing: Standing,
    /// Whom to tell that it was not taken.
    pub(in crate::collector) reply: Option<Reply>,
    /// Held until it was worked on; a word about a publisher needs none.
    pub(super) _ticket: Option<Ticket>,
}

/// Where the answer to one message goes.
#[derive(Clone, Debug)]
pub(in crate::collector) struct Reply {
    /// The serial number of the connection.
    pub(super) client: u64,
    /// As the message had it.
    pub(super) request_id: Option<String>,
}

/// What the message is for; `Ok(None)`: it is of no such type. The error says what is wrong with the payload.
pub(super) fn wish_of(message: &Envelope) -> Result<Option<What>, String> {
    let payload = || message.payload.clone();
    Ok(Some(match message.kind.as_str() {
        "agent_status" => What::Publish(Said::Event(Box::new(event_of(&message.payload)?))),
        "diff_summary" => {
            let AgentDiff { agent_id, diff } = read(payload())?;
            limit(diff.files.len(), MAX_FILES, "files")?;
            What::Publish(Said::Diff(agent_id, diff))
        }
        "task_summary" => {
            let AgentTasks { agent_id, tasks } = read(payload())?;
            limit(tasks.tasks.len(), MAX_TASKS, "tasks")?;
            What::Publish(Said::Tasks(agent_id, tasks))
        }
        "task_update" => What::Publish(Said::Task(read(payload())?)),
        "request_patch" => What::Patch(read(payload())?),
        // What it is about is compared with what the table has, which may hold anything.
        "decide" => What::Decide(Box::new(plain(payload())?)),
        "trust" => What::Trust(plain(payload())?),
        "looked_at" => What::LookedAt(plain(payload())?),
        _ => return Ok(None),
    }))
}

/// A client may say what it likes, but not that a hook or a witness said it.
fn event_of(payload: &Value) -> Result<Event, String> {
    let mut event =
        Event::parse(payload.to_string().as_bytes()).map_err(|error| error.to_string())?;
    event.source = Source::Emit;
    Ok(event)
}

/// A payload whose texts may be drawn.
fn read<T: DeserializeOwned>(payload: Value) -> Result<T, String> {
    if holds_control(&payload) {
        return Err("a control character".to_owned());
    }
    plain(payload)
}

fn plain<T: DeserializeOwned>(payload: Value) -> Result<T, String> {
    serde_json::from_value(payload).map_err(|error| error.to_string())
}

fn holds_control(value: &Value) -> bool {
    match value {
        Value::String(text) => has_control(text),
        Value::Array(values) => values.iter().any(holds_control),
        Value::Object(fields) => fields.values().any(holds_control),
        _ => false,
    }
}

fn limit(count: usize, most: usize, what: &str) -> Result<(), String> {
    if count > most {
        return Err(format!("a list has at most {most} {what}, not {count}"));
    }
    Ok(())
}
