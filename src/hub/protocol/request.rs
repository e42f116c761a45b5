//! A request in full, as whoever decides about it is told.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Verb, is_false};
use crate::state::Request;

/// A request in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReadRequest {
    /// As `agent_status` has it.
    pub request: Request,
    /// How often the agent has changed.
    pub generation: u64,
    /// Of all that is told here: what an approval gives back.
    pub digest: String,
    /// Whether this is all of it.
    pub whole: bool,
    /// All of it for a person.
    pub text: String,
    /// The same piece by piece, for whoever shows a command, a change and a field each in its own way; empty where
    /// no more than the text is known, or there is no room for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<RequestPart>,
    /// What can be decided about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub can: Vec<Verb>,
    /// A denial can carry words about what to do instead, in its `message`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub takes_words: bool,
    /// Of a question that one option answers: the options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<QuestionOption>,
    /// What the tool is given, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// Why it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One piece of a request, from top to bottom. Every character of it can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum RequestPart {
    /// What the assistant says about it.
    Note {
        /// In its words.
        text: String,
    },
    /// Text of its own lines, as it is: a command, a plan, a question.
    Text {
        /// All of it.
        text: String,
    },
    /// A change of a file.
    Diff {
        /// Lines that begin with `+`, `-`, a space or `@@`.
        lines: Vec<String>,
    },
    /// A field and its value; of a question the number of an option and its words.
    Field {
        /// Its name.
        name: String,
        /// What it holds.
        value: String,
    },
}

/// One of a question's options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct QuestionOption {
    /// What `option` of an answer names.
    pub number: usize,
    /// Its words.
    pub label: String,
    /// What more is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;
    use crate::hub::protocol::{ActOutcome, ActResult, MAX_MESSAGE_BYTES, Voice, parse};
    use crate::state::fixture::{With as _, row};

    /// What is told of a request whose text has so many bytes.
    fn told(bytes: usize) -> ActResult {
        use pane_patrol_hooks::event::State;
        let row = row(1, "claude", State::WaitingApproval, "a:0.0", 5).asks("Bash", "x");
        let text = "x".repeat(bytes);
        let mut result = ActResult::of("read", ActOutcome::Done, None);
        result.request = Some(ReadRequest {
            request: row.waiting[0].clone(),
            generation: 1,
            digest: "0".repeat(64),
            whole: true,
            parts: vec![RequestPart::Text { text: text.clone() }],
            text,
            can: vec![Verb::Approve, Verb::Deny],
            takes_words: false,
            options: Vec::new(),
            input: None,
            reason: None,
        });
        let voice = Voice {
            session_id: "default".to_owned(),
            sender_id: "collector".to_owned(),
        };
        let line = voice.say_result(&result, None, Timestamp::default());
        assert!(line.len() <= MAX_MESSAGE_BYTES);
        serde_json::from_value(parse(&line).unwrap().payload).unwrap()
    }

    #[test]
    fn a_request_without_room_for_its_pieces_is_told_as_a_text_and_one_without_room_for_that_not_at_all()
     {
        let whole = |bytes| told(bytes).request.unwrap();
        assert_eq!(whole(100_000).parts.len(), 1);
        let plain = whole(200_000);
        assert_eq!((plain.parts.len(), plain.text.len()), (0, 200_000));
        let cut = told(300_000);
        assert_eq!((cut.outcome, cut.request), (ActOutcome::Refused, None));
    }
}
