//! How a request was answered that is open no longer, by what its session shows of the call that had asked for it.

use std::time::Duration;

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::{Server, is_id};
use crate::assistants::facets::Verdict;
use crate::state::Bound;

/// Of so many sessions, those that were at work last: its own and its sub-agents'.
const SESSIONS: usize = 3;

/// A call begins before it is asked about: long before that, where much is to be asked before it.
const BEGUN_BEFORE: Duration = Duration::from_secs(60);

/// How the error begins of what was denied.
const DENIED: [&str; 2] = [
    "The user rejected permission to use this specific tool call",
    "The user dismissed this question",
];

/// What became of `bound` at the server of its process; `None` where none listens, or it does not tell.
pub(in crate::assistants::opencode) fn verdict(bound: &Bound) -> Option<Verdict> {
    Server::of(bound.pid?)?.verdict(bound)
}

impl Server {
    pub(super) fn verdict(self, bound: &Bound) -> Option<Verdict> {
        let sessions = self.get("/session").ok()?;
        let mut sessions: Vec<&Value> = sessions.as_array()?.iter().collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session["time"]["updated"].as_i64()));
        let ids = sessions.into_iter().filter_map(|it| it["id"].as_str());
        let mut ids = ids.filter(|id| is_id("ses_", id)).take(SESSIONS);
        ids.find_map(|id| self.verdict_in(id, bound))
    }

    fn verdict_in(self, session: &str, bound: &Bound) -> Option<Verdict> {
        let last = self
            .get(&format!("/session/{session}/message?limit=4"))
            .ok()?;
        let messages = last.as_array()?.iter().rev();
        let mut parts =
            messages.flat_map(|message| message["parts"].as_array().into_iter().flatten().rev());
        let call = parts.find(|part| is_its(part, bound))?;
        judge(&call["state"])
    }
}

fn is_its(part: &Value, bound: &Bound) -> bool {
    let (Some(tool), state) = (part["tool"].as_str(), &part["state"]) else {
        return false;
    };
    let began = state["time"]["start"].as_i64().map(Timestamp::from_millis);
    let cwd = bound.cwd.as_deref().unwrap_or_default();
    bound.request.tool.as_deref() == Some(tool)
        && began.is_some_and(|began| began >= bound.request.since.minus(BEGUN_BEFORE))
        && summary_of(tool, &state["input"], cwd) == bound.request.message
}

/// What a call's state says; one that has not ended may run, or be asked about.
fn judge(state: &Value) -> Option<Verdict> {
    match state["status"].as_str()? {
        "completed" => Some(Verdict::Approved),
        "error" => {
            let why = state["error"].as_str()?;
            let is_denied = DENIED.iter().any(|begins| why.starts_with(begins));
            Some(if is_denied {
                Verdict::Denied
            } else {
                Verdict::Failed(why.to_owned())
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Assistant, State};
    use serde_json::json;

    use super::super::scripted::Scripted;
    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn what_became_of_a_call_says_how_it_was_answered() {
        let asked = row(
            1,
            Assistant::OPENCODE.as_str(),
            State::WaitingApproval,
            "a:0.0",
            5,
        );
        let bound = Bound::to(&asked.asks("bash", "touch f1")).unwrap();
        let since = bound.request.since.as_micros() / 1000;
        let told = |command: &str, start: i64, status: &str, error: &str| {
            let state = json!({"status": status, "input": {"command": command}, "time": {"start": start}, "error": error});
            let messages = json!([{"parts": [{"type": "text"}, {"type": "tool", "tool": "bash", "state": state}]}]);
            let sessions = json!([{"id": "ses_0", "time": {"updated": 1}}, {"id": "ses_1", "time": {"updated": 2}}]);
            let scripted = Scripted::start(vec![
                ("GET /session/ses_1/message", 200, messages.to_string()),
                ("GET /session/ses_0/message", 200, "[]".to_owned()),
                ("GET /session ", 200, sessions.to_string()),
            ]);
            scripted.server.verdict(&bound)
        };
        let rejected = "The user rejected permission to use this specific tool call.";
        assert_eq!(
            told("touch f1", since, "completed", ""),
            Some(Verdict::Approved)
        );
        assert_eq!(
            told("touch f1", since, "error", rejected),
            Some(Verdict::Denied)
        );
        assert_eq!(told("touch f1", since, "running", ""), None);
        assert_eq!(
            told("touch f2", since, "completed", ""),
            None,
            "another command"
        );
        let long_ago = since - 3_600_000;
        assert_eq!(
            told("touch f1", long_ago, "completed", ""),
            None,
            "an earlier one"
        );
    }
}
