//! `diff_patch_request` and `diff_patch_response`: the patch of one changed file, asked of the hub, or by
//! the hub of the publisher that speaks for the agent.

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FileWord, PAYLOAD_BYTES, Voice, is_false};
use crate::git::{Change, FileStatus, Patch, PatchRequest, USUAL_CONTEXT};

/// The word for a patch that is not given, whatever the reason.
const UNAVAILABLE: &str = "patch_unavailable";

/// The word for one that is longer than is told.
const TOO_LARGE: &str = "too_large";

/// Payload of `diff_patch_request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestPatch {
    /// The agent in whose folder the file is.
    pub agent_id: String,
    /// The file, as `diff_summary` names it.
    pub path: String,
    /// How many unchanged lines stand around each change.
    #[serde(default = "usual_context")]
    pub context_lines: u32,
    /// Whether a file that git does not know is meant, too.
    #[serde(default = "yes")]
    pub include_untracked: bool,
    /// Given back in the answer; the envelope's counts where both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Which of the file's changes; all of them together when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<FileStatus>,
}

fn usual_context() -> u32 {
    USUAL_CONTEXT
}

fn yes() -> bool {
    true
}

impl RequestPatch {
    /// Of that agent.
    pub fn of(agent: &str, request: &PatchRequest, id: &str) -> Self {
        Self {
            agent_id: agent.to_owned(),
            path: request.path.clone(),
            context_lines: request.context,
            include_untracked: request.with_untracked,
            request_id: Some(id.to_owned()),
            change: request.status,
        }
    }

    /// What git is asked.
    pub fn of_git(&self) -> PatchRequest {
        PatchRequest {
            path: self.path.clone(),
            status: self.change,
            context: self.context_lines,
            with_untracked: self.include_untracked,
        }
    }
}

/// Why there is no patch, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PatchError {
    /// `patch_unavailable`.
    pub code: String,
    /// `binary`, `too_large`, or a sentence.
    pub message: String,
}

/// Payload of `diff_patch_response`: the patch, or the next part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentPatch {
    /// The agent that was asked about.
    pub agent_id: String,
    /// The file.
    pub path: String,
    /// What happened to it.
    pub status: FileWord,
    /// Whether git takes it for a binary file.
    pub is_binary: bool,
    /// A unified diff; `null` when there is none, `error` says why.
    pub patch: Option<String>,
    /// As the request had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Why there is no patch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<PatchError>,
    /// Which part of the text this is, from 1, where it comes in several: for clients that said `parts`
    /// among their capabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// How many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u32>,
    /// The file's path before, when it was renamed or copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// How many unchanged lines stand around each change.
    #[serde(default)]
    pub context_lines: u32,
    /// What happened, more exactly, where `status` is the nearest word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Whether the change lies between the last commit and the index.
    #[serde(default, skip_serializing_if = "is_false")]
    pub staged: bool,
}

impl AgentPatch {
    /// What git said; without a text what cannot be told in one.
    pub fn of(agent: &str, patch: &Patch, request_id: Option<&str>) -> Self {
        let status = FileWord::of(patch.is, patch.change);
        let mut message = Self {
            agent_id: agent.to_owned(),
            path: patch.path.clone(),
            status,
            is_binary: patch.binary,
            patch: None,
            request_id: request_id.map(str::to_owned),
            error: None,
            part: None,
            parts: None,
            renamed_from: patch.renamed_from.clone(),
            context_lines: patch.context,
            change: (status.change() != patch.change).then_some(patch.change),
            staged: patch.is == FileStatus::Staged,
        };
        if patch.binary {
            message.without("binary");
        } else if patch.truncated {
            message.without(TOO_LARGE);
        } else {
            message.patch = Some(patch.text.clone());
        }
        message
    }

    /// The same in the words of our own, with the texts of all parts.
    ///
    /// # Errors
    /// There is none; says why.
    pub fn into_patch(self, request: &PatchRequest, text: String) -> Result<Patch, String> {
        let why = self.error.map(|error| error.message);
        let text = match why {
            None => text,
            Some(_) if self.is_binary => "Binary files differ\n".to_owned(),
            Some(why) if why == TOO_LARGE => return Err("it is too long to be told".to_owned()),
            Some(why) => return Err(why),
        };
        Ok(Patch {
            path: self.path,
            status: request.status,
            is: match (self.status, self.staged) {
                (FileWord::Untracked, _) => FileStatus::Untracked,
                (_, true) => FileStatus::Staged,
                (_, false) => FileStatus::Unstaged,
            },
            change: self.change.unwrap_or(self.status.change()),
            renamed_from: self.renamed_from,
            context: self.context_lines,
            binary: self.is_binary,
            truncated: false,
            text,
        })
    }

    /// That there is no patch, and why; of a file of which nothing else is known.
    pub fn unavailable(wanted: &RequestPatch, why: &str) -> Self {
        let mut message = Self {
            agent_id: wanted.agent_id.clone(),
            path: wanted.path.clone(),
            status: FileWord::Modified,
            is_binary: false,
            patch: None,
            request_id: wanted.request_id.clone(),
            error: None,
            part: None,
            parts: None,
            renamed_from: None,
            context_lines: wanted.context_lines,
            change: None,
            staged: false,
        };
        message.without(why);
        message
    }

    fn without(&mut self, why: &str) {
        self.patch = None;
        self.error = Some(PatchError {
            code: UNAVAILABLE.to_owned(),
            message: why.to_owned(),
        });
    }
}

impl Voice {
    /// A patch as one message; with `in_parts` as many as it takes, else one that is too long is not
    /// told.
    pub fn say_patch(&self, mut patch: AgentPatch, in_parts: bool, now: Timestamp) -> Vec<u8> {
        let request_id = patch.request_id.clone();
        let say =
            |patch: &AgentPatch| self.say("diff_patch_response", patch, request_id.as_deref(), now);
        let text = patch.patch.take().filter(|text| {
            let fits = fitting(text, PAYLOAD_BYTES - 8192) == text.len();
            if !fits && !in_parts {
                patch.without(TOO_LARGE);
            }
            fits || in_parts
        });
        let Some(text) = text else {
            return say(&patch);
        };
        let mut texts = Vec::new();
        let mut rest = text.as_str();
        loop {
            let (part, left) = rest.split_at(fitting(rest, PAYLOAD_BYTES - 8192));
            texts.push(part);
            if left.is_empty() {
                break;
            }
            rest = left;
        }
        let count = u32::try_from(texts.len()).ok().filter(|count| *count > 1);
        let mut bytes = Vec::new();
        for (part, text) in (1..).zip(texts) {
            patch.patch = Some(text.to_owned());
            (patch.part, patch.parts) = (count.map(|_| part), count);
            bytes.extend(say(&patch));
        }
        bytes
    }
}

/// How many bytes of `text` take at most `limit` bytes when they are printed as JSON.
fn fitting(text: &str, limit: usize) -> usize {
    let mut printed = 0;
    for (at, character) in text.char_indices() {
        printed += match character {
            '"' | '\\' | '\n' | '\r' | '\t' => 2,
            '\0'..' ' => 6,
            other => other.len_utf8(),
        };
        if printed > limit {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_MESSAGE_BYTES, parse};
    use super::*;

    fn voice() -> Voice {
        Voice {
            session_id: "default".into(),
            sender_id: "collector".into(),
        }
    }

    fn patch(text: &str) -> AgentPatch {
        serde_json::from_value(serde_json::json!({
            "agent_id": "a::%1", "path": "a", "status": "modified", "is_binary": false,
            "patch": text, "request_id": "r",
        }))
        .unwrap()
    }

    fn said(text: &str, in_parts: bool) -> Vec<AgentPatch> {
        let said = voice().say_patch(patch(text), in_parts, Timestamp::default());
        let lines = said.split_inclusive(|byte| *byte == b'\n');
        lines
            .map(|line| {
                assert!(line.len() <= MAX_MESSAGE_BYTES, "{}", line.len());
                let message = parse(line).unwrap();
                assert_eq!(message.request_id.as_deref(), Some("r"));
                serde_json::from_value(message.payload).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_long_patch_comes_in_parts_that_join_to_the_same_text() {
        for text in [
            String::new(),
            "+line é\n".repeat(120_000),
            "\u{1}\"\\".repeat(200_000),
        ] {
            let parts = said(&text, true);
            let joined: String = parts.iter().filter_map(|part| part.patch.clone()).collect();
            assert_eq!(joined, text);
            let count = u32::try_from(parts.len()).unwrap();
            for (number, part) in (1..).zip(&parts) {
                let numbers = (count > 1).then_some(number);
                assert_eq!((part.part, part.parts), (numbers, numbers.map(|_| count)));
            }
        }
    }

    #[test]
    fn who_knows_no_parts_is_told_that_it_is_too_large() {
        let parts = said(&"+line\n".repeat(120_000), false);
        assert_eq!((parts.len(), &parts[0].patch), (1, &None));
        assert_eq!(parts[0].error.as_ref().unwrap().message, "too_large");
        assert_eq!(said("+a\n", false)[0].patch.as_deref(), Some("+a\n"));
    }
}
