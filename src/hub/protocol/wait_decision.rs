//! `wait_decision`: a hook that may answer a permission request.

use pane_patrol_hooks::approval::CompleteRequest;
use pane_patrol_hooks::event::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Payload of `wait_decision`: the event that the hook has just sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaitDecision {
    /// It opens the request that is waited for: an event of version 1.
    event: Value,
    /// The complete input, for the rules; without it the person is asked.
    #[serde(default)]
    #[cfg_attr(
        test,
        schemars(with = "Option<crate::hub::protocol::words::CompleteRequestShape>")
    )]
    pub asked: Option<CompleteRequest>,
}

impl WaitDecision {
    /// The event; the error says why it is none.
    pub fn event(&self) -> Result<Event, String> {
        Event::parse(self.event.to_string().as_bytes()).map_err(|error| error.to_string())
    }
}
