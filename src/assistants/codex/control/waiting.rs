//! Which of what a session waits for is the request that is meant, and what it is answered with.
//!
//! It is the one of the same call whose words are the same that were shown; what asks for more than the call itself
//! (a host, a folder for the whole session, keys for a program that runs) is another question, for its dialog.

use serde_json::{Value, json};

use super::words::words;
use crate::state::{Bound, Decision};

/// What asks about a command.
const COMMAND: &str = "item/commandExecution/requestApproval";

/// What asks about a patch.
const PATCH: &str = "item/fileChange/requestApproval";

/// What asks the person something.
const QUESTION: &str = "item/tool/requestUserInput";

/// Fields by which a question about a command is about something else, or more.
const MORE: [&str; 3] = [
    "approvalId",
    "networkApprovalContext",
    "additionalPermissions",
];

/// The request that is meant.
pub(super) struct Meant<'a> {
    /// With all that was shown of it.
    pub(super) bound: &'a Bound,
    pub(super) decision: &'a Decision,
    /// Its session.
    pub(super) thread: &'a str,
    /// The id of its call, by the session's own record.
    pub(super) call: &'a str,
}

/// The same as it waits at the server, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The server's id of it.
    pub(super) id: Value,
    /// The turn in which it is asked.
    pub(super) turn: String,
    /// The id of its call.
    pub(super) call: String,
    /// What the server is answered.
    pub(super) answer: Value,
    /// It is a command that may run for long.
    pub(super) is_command: bool,
}

impl Waiting {
    /// Whether the server tells by that that it is closed, whoever has answered it.
    pub(super) fn is_closed_by(&self, message: &Value, thread: &str) -> bool {
        let params = &message["params"];
        message["method"] == "serverRequest/resolved"
            && params["threadId"] == thread
            && params["requestId"] == self.id
    }
}

impl Meant<'_> {
    /// It among what was `told`; `None` where it is not there, not alone, or cannot be answered so.
    pub(super) fn among(&self, told: &[Value]) -> Option<Waiting> {
        let is_its = |message: &&Value| {
            let params = &message["params"];
            message.get("id").is_some()
                && params["threadId"] == self.thread
                && params["itemId"] == self.call
        };
        let mut its = told.iter().filter(is_its);
        let (message, None) = (its.next()?, its.next()) else {
            return None;
        };
        let params = &message["params"];
        let method = message["method"].as_str()?;
        let answer = match method {
            COMMAND if self.is_its_command(params) => self.verdict(params)?,
            PATCH if self.is_its_patch(params) => self.verdict(params)?,
            QUESTION => self.choice(params)?,
            _ => return None,
        };
        Some(Waiting {
            id: message["id"].clone(),
            turn: params["turnId"].as_str()?.to_owned(),
            call: self.call.to_owned(),
            answer,
            is_command: method == COMMAND,
        })
    }

    fn is_its_command(&self, params: &Value) -> bool {
        let is_more = MORE.iter().any(|field| !params[field].is_null());
        let is_of_command = matches!(params["kind"].as_str(), None | Some("command"));
        let line = params["command"].as_str().and_then(words);
        // What a shell is given to run.
        let asked = line.as_deref().and_then(|line| match line {
            [_, flag, command] if ["-c", "-lc"].contains(&flag.as_str()) => Some(command),
            _ => None,
        });
        let tool = self.bound.request.tool.as_deref();
        tool.is_some_and(|tool| self.bound.assistant.commands_by(tool))
            && !is_more
            && is_of_command
            && asked.is_some()
            && asked == self.bound.command.as_ref()
    }

    /// The server says no more of it than its call, which the record has as it was shown.
    fn is_its_patch(&self, params: &Value) -> bool {
        self.bound.request.tool.as_deref() == Some("apply_patch") && params["grantRoot"].is_null()
    }

    /// As the dialog would answer, which has no other choices than those offered here.
    fn verdict(&self, params: &Value) -> Option<Value> {
        let wanted: &[&str] = match self.decision {
            Decision::Approve => &["accept"],
            Decision::Deny { message: None } => &["cancel", "decline"],
            // As on the screen: the turn ends, and the words are the next prompt.
            Decision::Deny { message: Some(_) } => &["cancel"],
            Decision::Answer(_) => return None,
        };
        let offered = params["availableDecisions"].as_array();
        let is_offered = |word: &&&str| offered.is_none_or(|all| all.iter().any(|it| it == **word));
        let word = wanted.iter().find(is_offered)?;
        Some(json!({"decision": word}))
    }

    /// One option of each question, as they were shown.
    fn choice(&self, params: &Value) -> Option<Value> {
        let Decision::Answer(pick) = self.decision else {
            return None;
        };
        let asked = params["questions"].as_array()?;
        let shown = self.bound.input.as_ref()?["questions"].as_array()?;
        let is_shown = asked.iter().zip(shown).all(|(asked, shown)| {
            let is_same = ["id", "question"]
                .iter()
                .all(|name| asked[name] == shown[name]);
            is_same && labels(asked) == labels(shown) && asked["isSecret"] != true
        });
        if asked.len() != shown.len() || !is_shown {
            return None;
        }
        let all: Option<Vec<Vec<&str>>> = asked.iter().map(labels).collect();
        let chosen = pick.among(&all?)?;
        let answers = asked.iter().zip(chosen).map(|(question, label)| {
            let id = question["id"].as_str()?.to_owned();
            Some((id, json!({"answers": [label]})))
        });
        let answers: serde_json::Map<String, Value> = answers.collect::<Option<_>>()?;
        // Two of one name would be one answer.
        (answers.len() == asked.len()).then(|| json!({ "answers": answers }))
    }
}

/// What can be chosen.
fn labels(question: &Value) -> Option<Vec<&str>> {
    let options = question["options"].as_array()?;
    options
        .iter()
        .map(|option| option["label"].as_str())
        .collect()
}
