//! A session of Copilot CLI (1.0.102): its hooks, and its session log.

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::desk::{Desk, joined, millis, now};
use super::{Answer, Call, Choice, Mood, Puppet, View};
use crate::demo::rows::{framed, hung, wrapped};
use crate::demo::story::{Progress, Tool};

/// See the module.
pub(super) struct Copilot {
    desk: Desk,
}

impl Copilot {
    pub(super) fn at(desk: Desk) -> Self {
        Self { desk }
    }

    fn log(&self, kind: &str, data: &Value) -> io::Result<()> {
        let line = json!({"type": kind, "data": data, "timestamp": now()});
        self.desk.append(&self.file(), &line)
    }

    fn file(&self) -> PathBuf {
        let folder = PathBuf::from("session-state").join(&self.desk.session);
        folder.join("events.jsonl")
    }

    fn report(&self, event: &str, own: Value) -> io::Result<()> {
        let desk = &self.desk;
        let common = json!({"sessionId": desk.session, "timestamp": millis(), "cwd": desk.cwd});
        desk.report(Some(event), &joined(common, own))
    }

    fn end_round(&self) -> io::Result<()> {
        self.log(
            "assistant.turn_end",
            &json!({"turnId": self.desk.turn_id()}),
        )
    }
}

fn given(tool: &Tool) -> (&'static str, Value) {
    match *tool {
        Tool::Command(command, why) => ("bash", json!({"command": command, "description": why})),
        Tool::Read(file) => ("view", json!({"path": file})),
        Tool::Search(text) => ("grep", json!({"pattern": text})),
        Tool::Edit(file, ..) => ("edit", json!({"path": file})),
        Tool::Question(..) | Tool::Plan(_) => ("ask_user", json!({})),
    }
}

fn command(call: &Call) -> (&'static str, &'static str) {
    match call.tool {
        Tool::Command(command, why) => (command, why),
        _ => ("", ""),
    }
}

impl Puppet for Copilot {
    fn banner(&self) -> &'static str {
        " ● GitHub Copilot, from a script"
    }

    fn sign(&self) -> &'static str {
        " ❯ "
    }

    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self) -> io::Result<()> {
        self.report("sessionEnd", json!({"reason": "user_exit"}))
    }

    fn feel(&mut self, _mood: Mood) -> io::Result<Option<String>> {
        Ok(None)
    }

    fn prompt(&mut self, words: &str) -> io::Result<()> {
        self.desk.turn += 1;
        if self.desk.turn == 1 {
            let new = json!({"source": "new", "initialPrompt": words});
            self.report("sessionStart", new)?;
        }
        self.log("user.message", &json!({"content": words}))?;
        self.log(
            "assistant.turn_start",
            &json!({"turnId": self.desk.turn_id()}),
        )?;
        self.report("userPromptSubmitted", json!({"prompt": words}))
    }

    fn note(&mut self, _tasks: &[(&str, Progress)]) -> io::Result<()> {
        Ok(())
    }

    fn start(&mut self, call: &Call, _asks: bool) -> io::Result<()> {
        let (name, input) = given(&call.tool);
        let started = json!({"toolCallId": call.id, "toolName": name, "arguments": input});
        self.log("tool.execution_start", &started)
    }

    fn ask(&mut self, call: &Call) -> io::Result<Option<Answer>> {
        let (command, why) = command(call);
        let permission = json!({"kind": "shell", "toolCallId": call.id,
            "fullCommandText": command, "shellType": "bash", "intention": why});
        let requested = json!({"requestId": call.id, "permissionRequest": permission});
        self.log("permission.requested", &requested)?;
        let notice = json!({"message": format!("Run command: {command}"),
            "title": "Permission needed", "hook_event_name": "Notification",
            "notification_type": "permission_prompt"});
        self.report("notification", notice)?;
        Ok(None)
    }

    fn hear(&mut self, call: &Call, answer: &Answer) -> io::Result<()> {
        let is_allowed = *answer == Answer::Yes;
        let kind = if is_allowed { "approved" } else { "cancelled" };
        let completed =
            json!({"requestId": call.id, "toolCallId": call.id, "result": {"kind": kind}});
        self.log("permission.completed", &completed)?;
        if is_allowed {
            return Ok(());
        }
        self.end_round()?;
        self.log("abort", &json!({"reason": "user_abort"}))
    }

    fn end(&mut self, call: &Call, _answer: &Answer) -> io::Result<()> {
        let (name, input) = given(&call.tool);
        let ended = json!({"toolName": name, "toolArgs": input,
            "toolResult": {"resultType": "success"}});
        self.report("postToolUse", ended)
    }

    fn finish(&mut self, _words: &str) -> io::Result<()> {
        self.end_round()?;
        let log = self.desk.config.join(self.file());
        let over = json!({"transcriptPath": log, "stopReason": "end_turn"});
        self.report("agentStop", over)
    }

    fn fail(&mut self, why: &str) -> io::Result<()> {
        let error = json!({"message": why, "name": "Error"});
        self.report(
            "errorOccurred",
            json!({"recoverable": true, "error": error}),
        )
    }

    fn choices(&self, call: &Call) -> Vec<Choice> {
        let (command, _) = command(call);
        let program = command.split(' ').next().unwrap_or_default();
        let always = format!("Yes, and don't ask again for `{program}` in this directory");
        let no = "No, and tell Copilot what to do differently (Esc to stop)";
        vec![
            Choice::of("Yes", Answer::Yes),
            Choice::of(always, Answer::Yes),
            Choice::of(no, Answer::No),
        ]
    }

    fn dialog(&self, call: &Call, view: View<'_>) -> Vec<String> {
        let View { width, at, .. } = view;
        let (command, why) = command(call);
        let inside = width.saturating_sub(4);
        let mut rows = wrapped(why, inside);
        rows.push("─".repeat(inside));
        rows.extend(framed(&wrapped(command, inside.saturating_sub(4)), inside));
        rows.push(String::new());
        rows.push("Do you want to run this command?".to_owned());
        rows.push(String::new());
        for (number, choice) in self.choices(call).iter().enumerate() {
            let cursor = if number == at { '❯' } else { ' ' };
            rows.extend(hung(
                &format!("{cursor} {}. ", number + 1),
                &choice.label,
                inside,
            ));
        }
        rows.push(String::new());
        let footer = "↑/↓ to navigate · enter to select · esc to cancel";
        rows.extend(wrapped(footer, inside));
        framed(&rows, width)
    }
}
