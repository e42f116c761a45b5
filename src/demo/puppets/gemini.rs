//! A session of Gemini CLI (0.61.0): its hooks, and its window's title.

use std::io;

use serde_json::{Value, json};

use super::desk::{Desk, joined, now};
use super::{Answer, Call, Choice, Mood, Puppet, View};
use crate::demo::rows::{cut, framed, hung, wrapped};
use crate::demo::story::{Progress, Tool};

/// See the module.
pub(super) struct Gemini {
    desk: Desk,
    prompted: String,
}

impl Gemini {
    pub(super) fn at(desk: Desk) -> Self {
        Self {
            desk,
            prompted: String::new(),
        }
    }

    fn report(&self, event: &str, own: Value) -> io::Result<()> {
        let desk = &self.desk;
        let chat = format!("tmp/chats/session-{}.jsonl", desk.session);
        let common = json!({
            "session_id": desk.session,
            "transcript_path": desk.config.join(chat),
            "cwd": desk.cwd,
            "hook_event_name": event,
            "timestamp": now(),
        });
        desk.report(None, &joined(common, own))
    }
}

fn given(tool: &Tool) -> (&'static str, Value) {
    match *tool {
        Tool::Command(command, why) => (
            "run_shell_command",
            json!({"command": command, "description": why}),
        ),
        Tool::Read(file) => ("read_file", json!({"file_path": file})),
        Tool::Search(text) => ("search_file_content", json!({"pattern": text})),
        Tool::Edit(file, ..) => ("replace", json!({"file_path": file})),
        Tool::Question(..) | Tool::Plan(_) => ("ask_user", json!({})),
    }
}

fn command(call: &Call) -> &'static str {
    match call.tool {
        Tool::Command(command, _) => command,
        _ => "",
    }
}

impl Puppet for Gemini {
    fn banner(&self) -> &'static str {
        " ✦ Gemini CLI, from a script"
    }

    fn sign(&self) -> &'static str {
        " > "
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
            Mood::Idle => format!("◇  Ready ({name})"),
            Mood::Works => format!("✦  Working… ({name})"),
            Mood::Asks(_) => format!("✋  Action Required ({name})"),
        }))
    }

    fn prompt(&mut self, words: &str) -> io::Result<()> {
        self.desk.turn += 1;
        words.clone_into(&mut self.prompted);
        self.report("BeforeAgent", json!({"prompt": words}))
    }

    fn note(&mut self, _tasks: &[(&str, Progress)]) -> io::Result<()> {
        Ok(())
    }

    fn start(&mut self, _call: &Call, _asks: bool) -> io::Result<()> {
        Ok(())
    }

    fn ask(&mut self, call: &Call) -> io::Result<Option<Answer>> {
        let command = command(call);
        let root = command.split(' ').next().unwrap_or_default();
        let details = json!({"type": "exec", "title": "Confirm Shell Command",
            "command": command, "rootCommand": root});
        let notice = json!({"notification_type": "ToolPermission",
            "message": "Tool Confirm Shell Command requires execution", "details": details});
        self.report("Notification", notice)?;
        Ok(None)
    }

    fn hear(&mut self, _call: &Call, _answer: &Answer) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, call: &Call, _answer: &Answer) -> io::Result<()> {
        let (name, input) = given(&call.tool);
        let ended = json!({"tool_name": name, "tool_input": input, "tool_response": {}});
        self.report("AfterTool", ended)
    }

    fn finish(&mut self, words: &str) -> io::Result<()> {
        let over = json!({"prompt": self.prompted, "prompt_response": words,
            "stop_hook_active": false});
        self.report("AfterAgent", over)
    }

    fn fail(&mut self, _why: &str) -> io::Result<()> {
        let over = json!({"prompt": self.prompted, "prompt_response": "[no response text]"});
        self.report("AfterAgent", over)
    }

    fn choices(&self, _call: &Call) -> Vec<Choice> {
        vec![
            Choice::of("Allow once", Answer::Yes),
            Choice::of("Allow for this session", Answer::Yes),
            Choice::of("No, suggest changes (esc)", Answer::No),
        ]
    }

    fn dialog(&self, call: &Call, view: View<'_>) -> Vec<String> {
        let View { width, at, .. } = view;
        let command = command(call);
        let inside = width.saturating_sub(4);
        let mut rows = vec![cut(&format!("? Shell  {command}"), inside)];
        rows.extend(framed(&wrapped(command, inside.saturating_sub(4)), inside));
        rows.push("Allow execution of [Shell]?".to_owned());
        rows.push(String::new());
        for (number, choice) in self.choices(call).iter().enumerate() {
            let cursor = if number == at { '●' } else { ' ' };
            rows.extend(hung(
                &format!("{cursor} {}. ", number + 1),
                &choice.label,
                inside,
            ));
        }
        framed(&rows, width)
    }
}
