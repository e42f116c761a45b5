//! What the hub says: that something was refused, or that somebody wants a patch.

use super::Line;
use crate::diagnostics::{self, Part};
use crate::hub::client::Link;
use crate::hub::protocol::{Envelope, RequestPatch, code};

impl Line {
    pub(super) fn hear(&mut self) {
        let Some(messages) = self.link.as_mut().and_then(Link::hear) else {
            return self.lose();
        };
        for message in messages {
            match message.kind.as_str() {
                "error" => self.hear_error(&message),
                "diff_patch_request" => self.hear_request(message),
                _ => {}
            }
        }
    }

    fn hear_error(&mut self, message: &Envelope) {
        let code = message.payload["code"].as_str().unwrap_or_default();
        diagnostics::warn(Part::Wrap, || format!("the hub refused something: {code}"));
        if code == code::WRONG_SESSION && message.session_id != self.voice.session_id {
            // The hub's own word for its name.
            self.voice.session_id.clone_from(&message.session_id);
            self.introduce();
        } else if code == code::AGENT_TAKEN && self.taken + 1 < self.setup.agents.len() {
            // By which name it speaks is said in a hello alone.
            self.taken += 1;
            self.lose();
            self.connect();
        }
    }

    /// Somebody wants to see a file's changes.
    fn hear_request(&mut self, message: Envelope) {
        let Ok(mut wanted) = serde_json::from_value::<RequestPatch>(message.payload) else {
            return;
        };
        wanted.request_id = message.request_id.or(wanted.request_id);
        if wanted.agent_id == self.agent()
            && let Some(work) = &self.work
        {
            work.make_patch(wanted);
        }
    }
}
