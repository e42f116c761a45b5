//! A request in full: what an assistant wants to do, whole, for the person who is to decide about it.
//!
//! An event carries one line of a request, and its beginning alone must not be approved. The rest is
//! kept by the assistants themselves:
//!
//! | part | does |
//! | --- | --- |
//! | [`parts`] | what a tool's input is made of, to be read: a command, a diff, questions, a plan |
//! | `claude`, `codex`, `copilot` | their transcripts, rollouts, session logs |
//! | `record` | what a transcript tells of a session whose hooks reach nobody |
//! | `tail` | the end of a file of JSON lines |
//!
//! All of it is read when somebody looks and kept nowhere: no event, log or mirror ever holds it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::text::visible;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use super::claude::transcript as claude;
use super::codex::rollout as codex;
use super::copilot::request as copilot;
pub use super::facets::request::parts::{self, Part};
use crate::state::{Bound, Request};

/// How long a new request is looked for: Claude Code 2.1.197 writes it up to a second after it has
/// asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A request with its whole input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    /// The tool, by its assistant's name for it.
    pub tool: String,
    /// What it is given.
    pub input: Value,
    /// What it is given, to be read.
    pub parts: Vec<Part>,
    /// What the assistant may do unasked, in its own word: `default`, `plan`.
    pub mode: Option<String>,
}

impl Full {
    /// The whole command or plan, if it is one.
    pub fn command(&self) -> Option<String> {
        command_in(&self.tool, &self.input)
    }
}

/// The whole command or plan that `tool` is given, if it is one.
pub(crate) fn command_in(tool: &str, input: &Value) -> Option<String> {
    let names: &[&str] = match tool {
        "ExitPlanMode" => &["plan"],
        _ => &["command", "cmd"],
    };
    let command = names.iter().find_map(|name| input.get(*name));
    command.and_then(Value::as_str).map(str::to_owned)
}

/// How much is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Whole(Box<Full>),
    /// What the row says is all there is.
    Said,
    /// No more than the row says, which is not all of it; says why.
    Beginning(String),
}

impl Known {
    /// Whether the person can see all of what they decide about.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Beginning(_))
    }

    /// The request in full, if it was found.
    pub fn full(&self) -> Option<&Full> {
        match self {
            Self::Whole(full) => Some(full),
            Self::Said | Self::Beginning(_) => None,
        }
    }
}

/// A call of a tool that has no result yet, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The sub-agent whose call it is; `None`: the main agent's.
    pub agent_id: Option<String>,
    /// The call's own id.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// The command, the file, the question.
    pub message: Option<String>,
    /// When it was written down.
    pub at: Timestamp,
}

/// The calls of Claude's `session` that began after `since` and have no result, else the newest without
/// one; `None` where it has no transcript. `config`: Claude's config folder.
pub fn begun_calls(config: &Path, session: &str, since: Timestamp) -> Option<Vec<Open>> {
    claude::begun_calls(config, session, since)
}

/// Where assistants keep what they ask.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Claude's config folder when a row names no other.
    pub claude_home: Option<PathBuf>,
    /// Codex's.
    pub codex_home: Option<PathBuf>,
    /// Copilot's.
    pub copilot_home: Option<PathBuf>,
}

/// Why all of a request is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It may be written down in a moment.
    NotYet(&'static str),
    /// There is nothing to wait for.
    Never(&'static str),
}

/// `bound` with all that its assistant's own record holds of it at this moment.
pub fn with_command(bound: &Bound, sources: &Sources) -> Bound {
    with_full(bound, find(bound, sources).ok().as_ref(), sources)
}

/// `bound` with what was found of it.
pub fn with_full(bound: &Bound, found: Option<&Full>, sources: &Sources) -> Bound {
    let (call, folder) = call(bound, sources).unzip();
    Bound {
        command: found.and_then(Full::command),
        input: found.map(|full| full.input.clone()),
        call,
        folder,
        ..bound.clone()
    }
}

/// Every call of the assistant's session that its own record holds without a result, whether anybody
/// has heard of it or not: each may be what its pane asks. Empty where the record does not tell.
pub fn open_calls(bound: &Bound, sources: &Sources) -> Vec<Bound> {
    match bound.assistant.as_str() {
        "claude" => claude::open_calls(bound, sources.claude_home.as_deref()),
        _ => Vec::new(),
    }
}

/// Whether sub-agents of the session have been at work lately: what one of them asks may be on the
/// screen before it is written down.
pub fn has_company(bound: &Bound, sources: &Sources) -> bool {
    match bound.assistant.as_str() {
        "claude" => claude::has_company(bound, sources.claude_home.as_deref()),
        _ => false,
    }
}

/// Looks for all of a request; waits a moment for one that is only just being asked, unless its one
/// line is all of it. `wait` lets time pass.
pub fn look(bound: &Bound, sources: &Sources, age: Duration, wait: &dyn Fn(Duration)) -> Known {
    if says_all(&bound.request) {
        return find(bound, sources).map_or(Known::Said, |full| Known::Whole(Box::new(full)));
    }
    look_longer(bound, sources, age, wait)
}

/// The id under which the assistant's own record holds the request, and the folder that it names.
fn call(bound: &Bound, sources: &Sources) -> Option<(String, String)> {
    match bound.assistant.as_str() {
        "claude" => claude::call(bound, sources.claude_home.as_deref()),
        _ => None,
    }
}

/// Whether the assistant's own record holds a result of the request; `None` where it does not tell.
/// A command that still runs has none yet.
pub fn has_result(bound: &Bound, sources: &Sources) -> Option<bool> {
    match bound.assistant.as_str() {
        "claude" => claude::has_result(bound, sources.claude_home.as_deref()),
        _ => None,
    }
}

/// The same, but waits also for what stands beside a line that is all of the command: its description,
/// its other options.
pub fn look_longer(
    bound: &Bound,
    sources: &Sources,
    age: Duration,
    wait: &dyn Fn(Duration),
) -> Known {
    let mut waited = age;
    loop {
        let missing = match find(bound, sources) {
            Ok(full) => return Known::Whole(Box::new(full)),
            Err(missing) => missing,
        };
        match missing {
            Missing::NotYet(_) if waited < PATIENCE => {}
            _ if says_all(&bound.request) => return Known::Said,
            Missing::NotYet(why) | Missing::Never(why) => return Known::Beginning(why.to_owned()),
        }
        wait(PAUSE);
        waited += PAUSE;
    }
}

/// All that is known of a request, as a person reads it: what they decide about.
pub fn text(request: &Request, known: &Known) -> String {
    let said = || visible(request.message.as_deref().unwrap_or_default());
    match known {
        Known::Whole(full) if full.parts.is_empty() => "(nothing more)\n".to_owned(),
        Known::Whole(full) => parts::text(&full.parts),
        Known::Said | Known::Beginning(_) => format!("{}\n", said()),
    }
}

fn find(bound: &Bound, sources: &Sources) -> Result<Full, Missing> {
    match bound.assistant.as_str() {
        "claude" => claude::find(bound, sources.claude_home.as_deref()),
        "codex" => codex::find(bound, sources.codex_home.as_deref()),
        "copilot" => copilot::find(bound, sources.copilot_home.as_deref()),
        "opencode" => Err(Missing::Never(
            "OpenCode keeps the rest in a database of its own",
        )),
        _ => Err(Missing::Never(
            "this assistant writes the rest down only when it is answered",
        )),
    }
}

/// A name that cannot lead out of its folder.
pub(crate) fn plain(name: Option<&str>) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.filter(|name| !name.is_empty() && name.bytes().all(is_plain))
}

/// Whether the request's one line is all of it: a command that was not cut.
pub fn says_all(request: &Request) -> bool {
    const COMMANDS: [&str; 5] = ["Bash", "bash", "shell", "run_shell_command", "exec_command"];
    let is_command = request
        .tool
        .as_deref()
        .is_some_and(|tool| COMMANDS.contains(&tool));
    let is_cut = |message: &str| message.ends_with('…');
    is_command
        && request
            .message
            .as_deref()
            .is_some_and(|message| !is_cut(message))
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
