//! A session of Claude Code (2.1.332): its transcript, its session file, its tasks, its sub-agents.

mod sheets;
mod transcript;

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::desk::{Desk, joined, millis};
use super::{Answer, Call, Choice, Mood, Puppet, View};
use crate::demo::story::{Errand, Progress, Tool};
use sheets::AGENT;

/// Said to the model when the person wants nothing of it.
const REJECTED: &str =
    "The user doesn't want to proceed with this tool use. The tool use was rejected.";

/// See the module.
pub(super) struct Claude {
    desk: Desk,
    /// The calls that have sent sub-agents, by their names.
    sent: Vec<(String, Call)>,
    is_planning: bool,
}

impl Claude {
    pub(super) fn at(desk: Desk) -> Self {
        Self {
            desk,
            sent: Vec::new(),
            is_planning: false,
        }
    }

    fn payload(&self, event: &str, agent: Option<&str>, own: Value) -> Value {
        let desk = &self.desk;
        let mut common = json!({
            "session_id": desk.session,
            "transcript_path": desk.config.join(self.transcript(None)),
            "cwd": desk.cwd,
            "prompt_id": desk.turn_id(),
            "permission_mode": if self.is_planning { "plan" } else { "default" },
            "hook_event_name": event,
        });
        if let Some(agent) = agent {
            common["agent_id"] = json!(agent);
            common["agent_type"] = json!(AGENT);
        }
        joined(common, own)
    }

    fn report(&self, event: &str, agent: Option<&str>, own: Value) -> io::Result<()> {
        self.desk.report(None, &self.payload(event, agent, own))
    }

    /// The name of the tool, and what it is given.
    fn given(&self, tool: &Tool) -> (&'static str, Value) {
        let whole = |file: &str| self.desk.cwd.join(file);
        match *tool {
            Tool::Command(command, why) => {
                ("Bash", json!({"command": command, "description": why}))
            }
            Tool::Edit(file, old, new) => (
                "Edit",
                json!({"file_path": whole(file), "old_string": old, "new_string": new}),
            ),
            Tool::Read(file) => ("Read", json!({"file_path": whole(file)})),
            Tool::Search(pattern) => ("Grep", json!({"pattern": pattern})),
            Tool::Question(header, question, options) => {
                let option =
                    |(label, means): &(&str, &str)| json!({"label": label, "description": means});
                let options: Vec<Value> = options.iter().map(option).collect();
                let asked = json!({"question": question, "header": header, "multiSelect": false,
                    "options": options});
                ("AskUserQuestion", json!({"questions": [asked]}))
            }
            Tool::Plan(plan) => (
                "ExitPlanMode",
                json!({"plan": plan, "planFilePath": self.desk.config.join(sheets::PLAN_FILE)}),
            ),
        }
    }

    fn about(&self, call: &Call) -> Value {
        let (name, input) = self.given(&call.tool);
        json!({"tool_name": name, "tool_input": input, "tool_use_id": call.id})
    }

    fn batch(&self, call: &Call, said: &str) -> io::Result<()> {
        let one = joined(self.about(call), json!({"tool_response": said}));
        let agent = call.agent.as_deref();
        self.report("PostToolBatch", agent, json!({"tool_calls": [one]}))
    }

    fn session_file(&self) -> PathBuf {
        PathBuf::from(format!("sessions/{}.json", self.desk.pid))
    }
}

impl Puppet for Claude {
    fn banner(&self) -> &'static str {
        " ▐▛███▛█   Claude Code, from a script"
    }

    fn sign(&self) -> &'static str {
        "❯ "
    }

    fn begin(&mut self) -> io::Result<()> {
        self.report("SessionStart", None, json!({"source": "startup"}))
    }

    fn leave(&mut self) -> io::Result<()> {
        let why = json!({"reason": "prompt_input_exit"});
        self.report("SessionEnd", None, why)?;
        std::fs::remove_file(self.desk.config.join(self.session_file()))
    }

    fn feel(&mut self, mood: Mood) -> io::Result<Option<String>> {
        let now = millis();
        let desk = &self.desk;
        let mut says = json!({
            "pid": desk.pid,
            "sessionId": desk.session,
            "cwd": desk.cwd,
            "startedAt": now,
            "kind": "interactive",
            "entrypoint": "cli",
            "status": match mood {
                Mood::Idle => "idle",
                Mood::Works => "busy",
                Mood::Asks(_) => "waiting",
            },
            "updatedAt": now,
            "statusUpdatedAt": now,
        });
        if let Mood::Asks(is_question) = mood {
            let what = if is_question {
                "input needed"
            } else {
                "permission prompt"
            };
            says["waitingFor"] = json!(what);
        }
        desk.write(&self.session_file(), &says)?;
        Ok(None)
    }

    fn prompt(&mut self, words: &str) -> io::Result<()> {
        self.desk.turn += 1;
        self.say(None, "user", &json!(words))?;
        self.report("UserPromptSubmit", None, json!({"prompt": words}))
    }

    fn note(&mut self, tasks: &[(&str, Progress)]) -> io::Result<()> {
        for (at, (subject, progress)) in tasks.iter().enumerate() {
            let id = (at + 1).to_string();
            let status = match progress {
                Progress::Done => "completed",
                Progress::Now => "in_progress",
                Progress::Later => "pending",
            };
            let file = format!("tasks/{}/{id}.json", self.desk.session);
            let task = json!({"id": id, "subject": subject, "status": status, "blockedBy": []});
            self.desk.write(&PathBuf::from(file), &task)?;
        }
        Ok(())
    }

    fn start(&mut self, call: &Call, _asks: bool) -> io::Result<()> {
        self.is_planning = matches!(call.tool, Tool::Plan(_));
        let (name, input) = self.given(&call.tool);
        let used = json!([{"type": "tool_use", "id": call.id, "name": name, "input": input}]);
        let agent = call.agent.as_deref();
        self.say(agent, "assistant", &used)?;
        self.report("PreToolUse", agent, self.about(call))
    }

    fn ask(&mut self, call: &Call) -> io::Result<Option<Answer>> {
        if call.is_question() {
            return Ok(None);
        }
        let mut asked = self.about(call);
        if let Some(fields) = asked.as_object_mut() {
            fields.remove("tool_use_id");
        }
        let payload = self.payload("PermissionRequest", call.agent.as_deref(), asked);
        let said = self.desk.consult(&payload)?;
        let said = said.map(|mut said| said["hookSpecificOutput"]["decision"].take());
        Ok(
            said.and_then(|decision| match decision["behavior"].as_str()? {
                "allow" => Some(Answer::Yes),
                "deny" if decision["interrupt"] == true => Some(Answer::No),
                "deny" => {
                    let words = decision["message"].as_str().unwrap_or_default();
                    Some(Answer::Instead(words.to_owned()))
                }
                _ => None,
            }),
        )
    }

    fn hear(&mut self, call: &Call, answer: &Answer) -> io::Result<()> {
        self.is_planning = false;
        match answer {
            Answer::Yes | Answer::Option(_) => Ok(()),
            Answer::No => self.result(call, REJECTED, true),
            Answer::Instead(words) => {
                let said = format!("{REJECTED} The user said: {words}");
                self.result(call, &said, true)?;
                self.batch(call, &said)
            }
        }
    }

    fn end(&mut self, call: &Call, answer: &Answer) -> io::Result<()> {
        let said = match (answer, call.tool) {
            (Answer::Option(at), Tool::Question(_, _, options)) => {
                let chosen = options.get(*at).map_or("", |(label, _)| *label);
                format!("The user has chosen {chosen}.")
            }
            _ => "Done.".to_owned(),
        };
        self.result(call, &said, false)?;
        let ended = joined(self.about(call), json!({"tool_response": {"stdout": said}}));
        self.report("PostToolUse", call.agent.as_deref(), ended)?;
        self.batch(call, &said)
    }

    fn dispatch(&mut self, errand: &Errand) -> io::Result<Option<String>> {
        let agent = self.desk.name("a");
        let call = Call {
            id: self.desk.name("toolu_"),
            agent: None,
            tool: Tool::Search(""),
        };
        let input =
            json!({"description": errand.task, "prompt": errand.task, "subagent_type": AGENT});
        let used = json!([{"type": "tool_use", "id": call.id, "name": "Agent", "input": input}]);
        let about = json!({"tool_name": "Agent", "tool_input": input, "tool_use_id": call.id});
        self.say(None, "assistant", &used)?;
        self.report("PreToolUse", None, about.clone())?;
        self.meta(&agent, &call.id, false)?;
        self.say(Some(&agent), "user", &json!(errand.task))?;
        self.report("SubagentStart", Some(&agent), json!({}))?;
        self.result(&call, "Async agent launched.", false)?;
        let launched = json!({"isAsync": true, "status": "async_launched", "agentId": agent});
        let launched = joined(about, json!({"tool_response": launched}));
        self.report("PostToolUse", None, launched)?;
        self.sent.push((agent.clone(), call));
        Ok(Some(agent))
    }

    fn back(&mut self, agent: &str, errand: &Errand) -> io::Result<()> {
        let sent = self.sent.iter().find(|(name, _)| name == agent);
        let call = sent.map(|(_, call)| call.id.clone()).unwrap_or_default();
        self.say(
            Some(agent),
            "assistant",
            &json!([{"type": "text", "text": errand.reports}]),
        )?;
        self.meta(agent, &call, true)?;
        let over = json!({"last_assistant_message": errand.reports, "background_tasks": []});
        self.report("SubagentStop", Some(agent), over)
    }

    fn finish(&mut self, words: &str) -> io::Result<()> {
        self.say(None, "assistant", &json!([{"type": "text", "text": words}]))?;
        let over = json!({"last_assistant_message": words, "background_tasks": []});
        self.report("Stop", None, over)
    }

    fn fail(&mut self, why: &str) -> io::Result<()> {
        let failed = json!({"error": "server_error", "error_details": why});
        self.report("StopFailure", None, failed)
    }

    fn choices(&self, call: &Call) -> Vec<Choice> {
        sheets::choices(call, &self.desk.cwd)
    }

    fn dialog(&self, call: &Call, view: View<'_>) -> Vec<String> {
        sheets::dialog(call, &self.choices(call), &self.desk.cwd, view)
    }

    fn takes_words(&self, call: &Call) -> bool {
        matches!(call.tool, Tool::Command(..) | Tool::Edit(..))
    }
}
