//! What an adapter makes of a payload: an event that does not know yet where and when it happened.

use std::time::Duration;

use crate::event::{Assistant, Event, Kind, State};
use crate::locate::Location;
use crate::text::has_control;
use crate::timestamp::Timestamp;

/// Longest id, tool or event name that is passed on, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// A sender's own time counts when it is no older than this: it was sent at once.
const OLDEST_TIME: Duration = Duration::from_secs(10);

/// An event without assistant, place and time. Fields as in [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the assistant is doing now.
    pub state: State,
    /// Why the event was sent.
    pub kind: Kind,
    /// The assistant's process.
    pub pid: Option<u32>,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The sub-agent.
    pub agent_id: Option<String>,
    /// The turn or prompt.
    pub turn_id: Option<String>,
    /// The tool call or permission request.
    pub request_id: Option<String>,
    /// The assistant's own name of the event.
    pub event: Option<String>,
    /// The tool it is about.
    pub tool: Option<String>,
    /// One line for the person.
    pub message: Option<String>,
    /// The assistant's folder.
    pub cwd: Option<String>,
    /// False for a headless run.
    pub attended: bool,
    /// The assistant's config folder, when it is not the default one.
    pub home: Option<String>,
    /// When it happened, where the sender says so; else the hook was started at that moment.
    pub happened: Option<Timestamp>,
}

impl Report {
    /// A report that says nothing but what the assistant does and why.
    pub fn new(state: State, kind: Kind) -> Self {
        Self {
            state,
            kind,
            pid: None,
            instance_id: None,
            agent_id: None,
            turn_id: None,
            request_id: None,
            event: None,
            tool: None,
            message: None,
            cwd: None,
            attended: true,
            home: None,
            happened: None,
        }
    }

    /// The event: this report, of `assistant`, at `location`; the hook was started at `ts`.
    ///
    /// Where the target was given by hand, as in a container, the process is left out:
    /// its number means nothing to a collector outside.
    pub fn at(self, assistant: Assistant, location: Location, ts: Timestamp) -> Event {
        let is_here = location.pane.is_some() || location.target.process().is_some();
        let pid = self.pid.filter(|_| is_here);
        let is_plausible = |told: &Timestamp| *told <= ts && ts.since(*told) <= OLDEST_TIME;
        let ts = self.happened.filter(is_plausible).unwrap_or(ts);
        Event {
            kind: Some(self.kind),
            pane: location.pane,
            server: location.server,
            pid,
            instance_id: self.instance_id,
            agent_id: self.agent_id,
            turn_id: self.turn_id,
            request_id: self.request_id,
            event: self.event,
            tool: self.tool,
            message: self.message,
            cwd: self.cwd,
            attended: self.attended,
            home: self.home,
            ..Event::new(assistant, self.state, location.target, ts)
        }
    }
}

/// `text` if it can stand in an event as it is: not empty, no control character.
pub(super) fn clean(text: &str) -> Option<String> {
    (!text.is_empty() && !has_control(text)).then(|| text.to_owned())
}

/// A [`clean`] text that is no longer than a name.
pub(super) fn name(text: &str) -> Option<String> {
    clean(text).filter(|text| text.len() <= MAX_NAME_BYTES)
}
