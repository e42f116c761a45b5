//! Hooks as assistants start them, and what Claude tells them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{TestEnv, fixture};

impl TestEnv {
    /// A hook with these words behind `hook`, in a place told by hand: `work:1.2`.
    pub fn hook(&self, words: &[&str]) -> Command {
        let mut command = self.pane_patrol();
        command.arg("hook").args(words);
        command.env("PANE_PATROL_TARGET", "work:1.2");
        command
    }

    /// The hook as Claude starts it, in the same place.
    pub fn claude_hook(&self) -> Command {
        let mut command = self.hook(&["claude"]);
        command.envs([("CLAUDECODE", "1"), ("CLAUDE_CODE_ENTRYPOINT", "cli")]);
        command
    }

    /// The transcript of the session that the payloads in `tests/fixtures` tell of.
    pub fn transcript(&self) -> PathBuf {
        let folder = self.home().join(".claude/projects/-home-user-proj");
        folder.join("00000000-0000-4000-8000-000000000001.jsonl")
    }

    /// Writes it anew: calls of Bash with these inputs, none of which has a result.
    pub fn write_transcript(&self, inputs: &[Value]) {
        self.write_transcript_of("Bash", inputs);
    }

    /// The same of another tool.
    pub fn write_transcript_of(&self, tool: &str, inputs: &[Value]) {
        let block = |(index, input): (usize, &Value)| json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": tool, "input": input});
        let blocks: Vec<Value> = inputs.iter().enumerate().map(block).collect();
        let line = json!({"cwd": "/home/user/proj", "message": {"content": blocks}});
        let path = self.transcript();
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, format!("{line}\n")).expect("it can be written");
    }

    /// Writes there that the first of these calls was denied, in these words.
    pub fn write_denial(&self, words: &str) {
        let result = json!({"type": "tool_result", "tool_use_id": "toolu_0", "is_error": true, "content": words});
        let line = json!({"type": "user", "message": {"role": "user", "content": [result]}});
        let mut said = std::fs::read_to_string(self.transcript()).expect("it is there");
        said = format!("{said}{line}\n");
        std::fs::write(self.transcript(), said).expect("it can be written");
    }
}

/// The payload by that name in `tests/fixtures`, about a tool that runs `command`.
pub fn payload_about(name: &str, command: &str) -> Value {
    let mut payload: Value = serde_json::from_str(&fixture(name)).expect("a payload is JSON");
    payload["tool_input"]["command"] = command.into();
    payload
}
