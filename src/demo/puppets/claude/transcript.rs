//! What Claude Code writes down of a session: its own lines, and those of its sub-agents beside them.

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Claude;
use super::sheets::AGENT;
use crate::demo::puppets::Call;
use crate::demo::puppets::desk::{millis, now};

impl Claude {
    pub(super) fn transcript(&self, agent: Option<&str>) -> PathBuf {
        let folder = self.desk.cwd.to_string_lossy();
        let folder: String = folder
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let folder = PathBuf::from("projects").join(folder);
        match agent {
            None => folder.join(format!("{}.jsonl", self.desk.session)),
            Some(agent) => folder
                .join(&self.desk.session)
                .join(format!("subagents/agent-{agent}.jsonl")),
        }
    }

    /// One line of the transcript: who speaks, and what.
    pub(super) fn say(&self, agent: Option<&str>, role: &str, content: &Value) -> io::Result<()> {
        let mut line = json!({
            "parentUuid": null,
            "isSidechain": agent.is_some(),
            "type": role,
            "message": {"role": role, "content": content},
            "uuid": format!("{}-{}", self.desk.session, millis()),
            "timestamp": now(),
            "userType": "external",
            "entrypoint": "cli",
            "cwd": self.desk.cwd,
            "sessionId": self.desk.session,
            "version": "2.1.332",
            "gitBranch": "HEAD",
        });
        if let Some(agent) = agent {
            line["agentId"] = json!(agent);
        }
        self.desk.append(&self.transcript(agent), &line)
    }

    pub(super) fn result(&self, call: &Call, words: &str, is_error: bool) -> io::Result<()> {
        let result = json!([{
            "tool_use_id": call.id, "type": "tool_result", "content": words, "is_error": is_error,
        }]);
        self.say(call.agent.as_deref(), "user", &result)
    }

    pub(super) fn meta(&self, agent: &str, call: &str, is_over: bool) -> io::Result<()> {
        let file = self.transcript(Some(agent)).with_extension("meta.json");
        let meta = json!({"agentType": AGENT, "toolUseId": call, "finished": is_over});
        self.desk.write(&file, &meta)
    }
}
