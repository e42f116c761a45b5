//! A session of Codex (0.169.0): its rollout, and its window's title.

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::desk::{Desk, joined, now};
use super::{Answer, Call, Choice, Mood, Puppet, View};
use crate::demo::rows::hung;
use crate::demo::story::{Progress, Tool};

/// See the module.
pub(super) struct Codex {
    desk: Desk,
    rollout: PathBuf,
}

impl Codex {
    pub(super) fn at(desk: Desk) -> Self {
        let moment = now();
        let moment = moment.as_str().unwrap_or_default();
        let (day, time) = moment.split_once('T').unwrap_or_default();
        let time = time.split('.').next().unwrap_or_default();
        let file = format!(
            "rollout-{day}T{}-{}.jsonl",
            time.replace(':', "-"),
            desk.session
        );
        let rollout = PathBuf::from("sessions")
            .join(day.replace('-', "/"))
            .join(file);
        Self { desk, rollout }
    }

    fn log(&self, kind: &str, payload: &Value) -> io::Result<()> {
        let line = json!({"timestamp": now(), "type": kind, "payload": payload});
        self.desk.append(&self.rollout, &line)
    }

    fn report(&self, event: &str, own: Value) -> io::Result<()> {
        let desk = &self.desk;
        let common = json!({
            "session_id": desk.session,
            "turn_id": desk.turn_id(),
            "transcript_path": desk.config.join(&self.rollout),
            "cwd": desk.cwd,
            "hook_event_name": event,
            "model": "gpt",
            "permission_mode": "default",
        });
        desk.report(None, &joined(common, own))
    }

    /// The model is asked, and has answered.
    fn round(&self) -> io::Result<()> {
        self.report("PreModelRequest", json!({}))?;
        self.report(
            "PostModelRequest",
            json!({"status": "completed", "error": null}),
        )
    }

    fn called(&self, id: &str, name: &str, arguments: &Value) -> io::Result<()> {
        let call = json!({"type": "function_call", "status": "completed", "name": name,
            "arguments": arguments.to_string(), "call_id": id});
        self.log("response_item", &call)
    }

    fn returned(&self, id: &str, output: &str) -> io::Result<()> {
        let result = json!({"type": "function_call_output", "call_id": id, "output": output});
        self.log("response_item", &result)
    }
}

/// The command of a call, and why it is wanted: all that Codex does is one.
fn command(call: &Call) -> (String, &'static str) {
    match call.tool {
        Tool::Command(command, why) => (command.to_owned(), why),
        Tool::Read(file) => (format!("cat {file}"), ""),
        Tool::Search(text) => (format!("rg {text}"), ""),
        Tool::Edit(file, ..) => (format!("$EDITOR {file}"), ""),
        Tool::Question(..) | Tool::Plan(_) => (String::new(), ""),
    }
}

impl Puppet for Codex {
    fn banner(&self) -> &'static str {
        " >_ Codex, from a script"
    }

    fn sign(&self) -> &'static str {
        "› "
    }

    fn begin(&mut self) -> io::Result<()> {
        self.report("SessionStart", json!({"source": "startup"}))
    }

    fn leave(&mut self) -> io::Result<()> {
        self.report("SessionEnd", json!({"reason": "exit"}))
    }

    fn feel(&mut self, mood: Mood) -> io::Result<Option<String>> {
        let name = self.desk.project();
        Ok(Some(match mood {
            Mood::Idle => name,
            Mood::Works => format!("⠋ {name}"),
            Mood::Asks(_) => format!("[ ! ] Action Required | {name}"),
        }))
    }

    fn prompt(&mut self, words: &str) -> io::Result<()> {
        self.desk.turn += 1;
        let context = json!({"turn_id": self.desk.turn_id(), "cwd": self.desk.cwd,
            "approval_policy": "on-request"});
        self.log("turn_context", &context)?;
        self.report("UserPromptSubmit", json!({"prompt": words}))?;
        self.round()
    }

    fn note(&mut self, tasks: &[(&str, Progress)]) -> io::Result<()> {
        let step = |(step, progress): &(&str, Progress)| {
            let status = match progress {
                Progress::Done => "completed",
                Progress::Now => "in_progress",
                Progress::Later => "pending",
            };
            json!({"step": step, "status": status})
        };
        let steps: Vec<Value> = tasks.iter().map(step).collect();
        let id = self.desk.name("call_");
        self.called(&id, "update_plan", &json!({"plan": steps}))?;
        self.returned(&id, "Plan updated")
    }

    fn start(&mut self, call: &Call, asks: bool) -> io::Result<()> {
        let (command, why) = command(call);
        let mut given = json!({"cmd": command});
        if asks {
            given["sandbox_permissions"] = json!("require_escalated");
            given["justification"] = json!(why);
        }
        self.called(&call.id, "exec_command", &given)?;
        let used = json!({"tool_name": "Bash", "tool_input": {"command": command},
            "tool_use_id": call.id});
        self.report("PreToolUse", used)
    }

    fn ask(&mut self, call: &Call) -> io::Result<Option<Answer>> {
        let (command, why) = command(call);
        let input = json!({"command": command, "description": why});
        let asked = json!({"tool_name": "Bash", "tool_input": input});
        self.report("PermissionRequest", asked)?;
        Ok(None)
    }

    fn hear(&mut self, call: &Call, answer: &Answer) -> io::Result<()> {
        if *answer == Answer::Yes {
            return Ok(());
        }
        self.returned(&call.id, "aborted by user")?;
        self.report("Interrupt", json!({}))
    }

    fn end(&mut self, call: &Call, _answer: &Answer) -> io::Result<()> {
        self.returned(&call.id, "Process exited with code 0")?;
        let used = json!({"tool_name": "Bash", "tool_input": {"command": command(call).0},
            "tool_use_id": call.id, "tool_response": ""});
        self.report("PostToolUse", used)?;
        self.round()
    }

    fn finish(&mut self, words: &str) -> io::Result<()> {
        let over = json!({"stop_hook_active": false, "last_assistant_message": words});
        self.report("Stop", over)
    }

    fn fail(&mut self, why: &str) -> io::Result<()> {
        self.report("PreModelRequest", json!({}))?;
        let failed = json!({"status": "failed", "error": why});
        self.report("PostModelRequest", failed)
    }

    fn choices(&self, call: &Call) -> Vec<Choice> {
        let (command, _) = command(call);
        let always =
            format!("Yes, and don't ask again for commands that start with `{command}` (p)");
        let no = "No, and tell Codex what to do differently (esc)";
        vec![
            Choice::of("Yes, proceed (y)", Answer::Yes),
            Choice::of(always, Answer::Yes),
            Choice::of(no, Answer::No),
        ]
    }

    fn dialog(&self, call: &Call, view: View<'_>) -> Vec<String> {
        let View { width, at, .. } = view;
        let (command, why) = command(call);
        let sunk = |text: &str| hung("  ", text, width.saturating_sub(2));
        let mut rows = sunk("Would you like to run the following command?");
        rows.push(String::new());
        rows.extend(sunk("Environment: local"));
        rows.push(String::new());
        rows.extend(sunk(&format!("Reason: {why}")));
        rows.push(String::new());
        rows.extend(sunk(&format!("$ {command}")));
        rows.extend([String::new(), String::new()]);
        for (number, choice) in self.choices(call).iter().enumerate() {
            let cursor = if number == at { '›' } else { ' ' };
            rows.extend(hung(
                &format!("{cursor} {}. ", number + 1),
                &choice.label,
                width,
            ));
        }
        rows.push(String::new());
        let footer = "Press enter to confirm or esc to cancel";
        let indent = width.saturating_sub(footer.len()).min(2);
        rows.push(" ".repeat(indent) + footer);
        rows
    }
}
