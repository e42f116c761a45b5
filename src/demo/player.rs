//! Plays one scripted assistant in a pane: what a person sees there, the hook payloads that go
//! through the real `hook`, and the session file beside them, as the real assistant would.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEventKind};
use serde_json::{Value, json};

use super::script::{Script, Step};
use crate::assistants::facets::puppet::{Puppet, Scene};
use crate::assistants::{self, Facets};
use crate::sys::child;

/// How fast the demo goes: a second of the script in milliseconds.
const SECOND: u64 = 1000;

/// How long a hook may take before it is ended: a hundred times what it allows itself.
const HOOK_BUDGET: Duration = Duration::from_secs(10);

/// One scripted assistant at work.
pub struct Player<W> {
    script: Script,
    out: W,
    /// The executable whose `hook` is called.
    executable: PathBuf,
    /// The assistant that is played, and how.
    known: &'static dyn Facets,
    puppet: &'static dyn Puppet,
    /// Its config folder, below the demo's own home.
    home: PathBuf,
    cwd: PathBuf,
    session: String,
    turn: u32,
    calls: u32,
    sub_agent_until: Option<Instant>,
}

/// How a dialog ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    First,
    Second,
    Escaped,
}

impl<W: Write> Player<W> {
    /// An assistant that plays `script` in the folder `cwd`, reports through `executable` and keeps
    /// its session file in its folder below the person's `home`. `None` where none can be played.
    pub fn new(
        script: Script,
        out: W,
        executable: PathBuf,
        home: &Path,
        cwd: PathBuf,
    ) -> Option<Self> {
        let (known, puppet) = assistants::played()?;
        let home = config_folder(known, home)?;
        let session = format!("demo-{}-{}", script.name, std::process::id());
        Some(Self {
            script,
            out,
            executable,
            known,
            puppet,
            home,
            cwd,
            session,
            turn: 0,
            calls: 0,
            sub_agent_until: None,
        })
    }

    /// Plays the script again and again, until Ctrl-C.
    ///
    /// # Errors
    /// The terminal or the hook cannot be used.
    pub fn play(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        let outcome = self.play_in_raw_mode();
        self.report("SessionEnd", json!({"reason": "prompt_input_exit"}))?;
        std::fs::remove_file(self.session_file()).ok();
        crossterm::terminal::disable_raw_mode()?;
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    fn play_in_raw_mode(&mut self) -> io::Result<()> {
        self.level("idle", None)?;
        self.report("SessionStart", json!({"source": "startup"}))?;
        self.show(&format!(
            "A scripted assistant in {}. Ctrl-C ends it.",
            self.script.name
        ))?;
        loop {
            for step in self.script.steps {
                if !self.step(*step)? {
                    self.level("idle", None)?;
                    self.show("Interrupted. Press Enter to start again.")?;
                    self.wait(30, true)?;
                    break;
                }
            }
        }
    }

    /// Does one step; false when the person stopped the turn.
    fn step(&mut self, step: Step) -> io::Result<bool> {
        match step {
            Step::Prompt(prompt) => {
                self.turn += 1;
                self.show(&format!("\n> {prompt}"))?;
                self.report("UserPromptSubmit", json!({"prompt": prompt}))?;
                self.level("busy", None)?;
                self.wait(1, false)?;
            }
            Step::Say(text) => self.show(&format!("● {text}"))?,
            Step::Tool(name, key, value, seconds) => self.tool(name, key, value, seconds)?,
            Step::Ask(name, key, value, seconds) => return self.ask(name, key, value, seconds),
            Step::Question(question, options) => return self.question(question, options),
            Step::SubAgent(task, seconds) => {
                self.show(&format!("● Agent({task})"))?;
                self.report(
                    "SubagentStart",
                    json!({"agent_id": "sub-1", "agent_type": "general-purpose"}),
                )?;
                self.sub_agent_until =
                    Some(Instant::now() + Duration::from_millis(seconds * SECOND));
            }
            Step::Finish(text) => {
                self.show(&format!("● {text}"))?;
                self.report(
                    "Stop",
                    json!({"last_assistant_message": text, "background_tasks": []}),
                )?;
                self.level("idle", None)?;
            }
            Step::Fail(error, details) => {
                self.show(&format!("● API error: {details}"))?;
                self.report(
                    "StopFailure",
                    json!({"error": error, "error_details": details}),
                )?;
                self.level("idle", None)?;
            }
            Step::Rest(seconds) => {
                self.show("  (Enter: go on now)")?;
                self.wait(seconds, true)?;
            }
        }
        Ok(true)
    }

    fn tool(&mut self, name: &str, key: &str, value: &str, seconds: u64) -> io::Result<()> {
        let call = self.start_tool(name, &json!({ key: value }))?;
        self.show(&format!("● {name}({value})"))?;
        self.wait(seconds, false)?;
        self.finish_tool(&call, name, &json!({ key: value }))
    }

    fn ask(&mut self, name: &str, key: &str, value: &str, seconds: u64) -> io::Result<bool> {
        let input = json!({ key: value });
        let call = self.start_tool(name, &input)?;
        self.level("waiting", Some("permission prompt"))?;
        self.show(&format!(
            "\n {name}\n   {value}\n Do you want to proceed?\n ❯ 1. Yes\n   2. No     (Esc cancels)"
        ))?;
        if self.answer()? != Answer::First {
            return Ok(false);
        }
        self.level("busy", None)?;
        self.show(&format!("● {name}({value})"))?;
        self.wait(seconds, false)?;
        self.finish_tool(&call, name, &input)?;
        Ok(true)
    }

    fn question(&mut self, question: &str, options: [&str; 2]) -> io::Result<bool> {
        let input = json!({"questions": [{"question": question, "options": [{"label": options[0]}, {"label": options[1]}]}]});
        let call = self.start_tool("AskUserQuestion", &input)?;
        self.level("waiting", Some("input needed"))?;
        self.show(&format!(
            "\n {question}\n ❯ 1. {}\n   2. {}     (Esc cancels)",
            options[0], options[1]
        ))?;
        let answer = self.answer()?;
        if answer == Answer::Escaped {
            return Ok(false);
        }
        self.level("busy", None)?;
        self.finish_tool(&call, "AskUserQuestion", &input)?;
        Ok(true)
    }

    fn start_tool(&mut self, name: &str, input: &Value) -> io::Result<String> {
        self.calls += 1;
        let call = format!("call-{}-{}", std::process::id(), self.calls);
        self.report(
            "PreToolUse",
            json!({"tool_name": name, "tool_input": input, "tool_use_id": call}),
        )?;
        Ok(call)
    }

    fn finish_tool(&mut self, call: &str, name: &str, input: &Value) -> io::Result<()> {
        self.report("PostToolUse", json!({"tool_name": name, "tool_input": input, "tool_use_id": call, "tool_response": {}}))?;
        self.report("PostToolBatch", json!({"tool_calls": []}))
    }

    fn answer(&mut self) -> io::Result<Answer> {
        loop {
            match self.key(Duration::from_secs(3600))? {
                Some(KeyCode::Char('1' | 'y') | KeyCode::Enter) => return Ok(Answer::First),
                Some(KeyCode::Char('2' | 'n')) => return Ok(Answer::Second),
                Some(KeyCode::Esc) => return Ok(Answer::Escaped),
                _ => {}
            }
        }
    }

    /// Lets `seconds` pass; with `until_enter`, Enter ends the wait.
    fn wait(&mut self, seconds: u64, until_enter: bool) -> io::Result<()> {
        let end = Instant::now() + Duration::from_millis(seconds * SECOND);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || (self.key(left)? == Some(KeyCode::Enter) && until_enter) {
                return Ok(());
            }
        }
    }

    /// The next key within `patience`; Ctrl-C is an error of the kind `Interrupted`.
    fn key(&mut self, patience: Duration) -> io::Result<Option<KeyCode>> {
        self.end_sub_agent()?;
        let sub_agent = self
            .sub_agent_until
            .map(|until| until.saturating_duration_since(Instant::now()));
        if !event::poll(sub_agent.map_or(patience, |left| left.min(patience)))? {
            return Ok(None);
        }
        let Event::Key(key) = event::read()? else {
            return Ok(None);
        };
        if key.code == KeyCode::Char('c') && key.modifiers.contains(event::KeyModifiers::CONTROL) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok((key.kind != KeyEventKind::Release).then_some(key.code))
    }

    fn end_sub_agent(&mut self) -> io::Result<()> {
        if self
            .sub_agent_until
            .is_some_and(|until| until <= Instant::now())
        {
            self.sub_agent_until = None;
            self.report(
                "SubagentStop",
                json!({"agent_id": "sub-1", "agent_type": "general-purpose"}),
            )?;
        }
        Ok(())
    }

    /// Sends one payload through the real hook, as the assistant would.
    fn report(&self, event: &str, fields: Value) -> io::Result<()> {
        let mut payload = self.puppet.payload(&self.scene(), event);
        if let (Some(all), Value::Object(own)) = (payload.as_object_mut(), fields) {
            all.extend(own);
        }
        let mut hook = child::ours(&self.executable, child::HOOK);
        let adapter = self.known.row().adapter;
        let pid = std::process::id().to_string();
        hook.args(["hook", adapter.assistant.as_str()])
            .envs(adapter.environment.iter().copied())
            .envs(adapter.process_variable.map(|name| (name, pid)));
        let payload = payload.to_string();
        child::feed(&mut hook, payload.as_bytes(), Instant::now() + HOOK_BUDGET).map(drop)
    }

    /// Publishes what the assistant publishes about itself beside its hooks.
    fn level(&self, status: &str, waiting_for: Option<&str>) -> io::Result<()> {
        let session = self.puppet.status(&self.scene(), status, waiting_for);
        std::fs::write(self.session_file(), session.to_string())
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            home: &self.home,
            session: &self.session,
            cwd: &self.cwd,
            turn: self.turn,
            pid: std::process::id(),
        }
    }

    fn session_file(&self) -> PathBuf {
        self.puppet.status_file(&self.scene())
    }

    fn show(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "{}\r\n", text.replace('\n', "\r\n"))?;
        self.out.flush()
    }
}

/// Where the assistant that is played keeps its files below the person's `home`.
fn config_folder(known: &'static dyn Facets, home: &Path) -> Option<PathBuf> {
    known.home(&|name| (name == "HOME").then(|| home.to_owned()))
}

/// The folders that the assistant that is played needs below the person's `home`.
pub(super) fn folders(home: &Path) -> Vec<PathBuf> {
    let Some((known, puppet)) = assistants::played() else {
        return Vec::new();
    };
    let config = config_folder(known, home);
    let below = |config: PathBuf| puppet.folders().iter().map(move |name| config.join(name));
    config.into_iter().flat_map(below).collect()
}
