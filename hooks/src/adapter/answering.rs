//! The hook that waits for an answer: what the assistant asks by it, and how it is told.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::json_scanner::BYTE_ORDER_MARK;

/// A longer input than this is not passed on, in bytes: no rule can judge it, and the person is asked.
const MAX_ASKED_BYTES: usize = 128 * 1024;

/// How an assistant asks and is answered by its hook.
#[derive(Clone, Copy, Debug)]
pub struct Answering {
    /// Reads a whole payload; the project's folder is told elsewhere.
    pub read: fn(&[u8]) -> Option<CompleteRequest>,
    /// What it reads from its hook, which was asked that: a line; `None` where it cannot be told so.
    pub print: fn(&Verdict, Option<&CompleteRequest>) -> Option<String>,
    /// What rules have to know of the tools that it asks about.
    pub tools: Ruled,
}

/// What rules have to know of tools, by their names. Of a tool that stands nowhere here nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct Ruled {
    /// The one that runs a shell.
    pub shell: &'static str,
    /// What only the person can answer: questions and plans.
    pub for_the_person: &'static [&'static str],
    /// Those that touch one file or folder, and the input that names it.
    pub paths: &'static [(&'static str, &'static str)],
    /// Those that look below the folder they are given, or the present one.
    pub searching: &'static [&'static str],
    /// Those of them that take patterns of paths; where an input is named, only with that one.
    pub filtering: &'static [(&'static str, Option<&'static str>)],
}

/// What was decided about one permission request, as the hub tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "behavior")]
pub enum Verdict {
    /// Yes, this once.
    Allow,
    /// No.
    Deny {
        /// What the assistant is told.
        message: String,
        /// The turn ends with it.
        #[serde(default, skip_serializing_if = "is_false")]
        interrupt: bool,
    },
    /// Of questions: with the options of these words, one for each in their order.
    Answer {
        /// The words.
        answers: Vec<String>,
    },
}

/// What is asked for, complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteRequest {
    /// The tool.
    pub tool: String,
    /// All that it is given.
    pub input: serde_json::Value,
    /// The folder it would run in.
    pub cwd: Option<PathBuf>,
    /// The project's folder, which stays the same when the assistant changes its folder.
    pub project: Option<PathBuf>,
}

impl Answering {
    /// What a payload asks, `project` being what the environment says; `None` when it is not whole, or
    /// too long to be passed on.
    pub fn asked(&self, payload: &[u8], project: Option<OsString>) -> Option<CompleteRequest> {
        if payload.len() > MAX_ASKED_BYTES {
            return None;
        }
        let text = payload.strip_prefix(BYTE_ORDER_MARK).unwrap_or(payload);
        let asked = (self.read)(text)?;
        Some(CompleteRequest {
            cwd: asked.cwd.filter(|cwd| cwd.is_absolute()),
            project: project
                .map(PathBuf::from)
                .filter(|project| project.is_absolute() && project.to_str().is_some()),
            ..asked
        })
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}
