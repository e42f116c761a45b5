//! What runs of an assistant, and how it is told by its arguments.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

/// Arguments by which an assistant runs a task without a person before it: such a run has no row.
const HEADLESS: &[&str] = &[
    "exec",
    "e",
    "review",
    "mcp",
    "mcp-server",
    "run",
    "serve",
    "web",
    "acp",
    "-p",
    "--print",
    "--prompt",
];

/// What runs the scripts that assistants are.
const INTERPRETERS: &[&str] = &["node", "bun", "deno", "sh", "bash", "dash"];

/// A session in a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Its pane.
    pub pane: PaneId,
    /// The server of that.
    pub server: Server,
    /// When its first process came to life.
    pub start: Timestamp,
    /// The folder it was started in.
    pub folder: Option<String>,
    /// Of its environment what says where its hooks report to.
    pub reports_to: Variables,
    /// Of its environment and its arguments what may keep its hooks from running.
    pub switches: Variables,
}

/// The variables of an environment that say where a hook reports to, those of [`REPORTS_TO`] that are set.
pub(crate) type Variables = BTreeMap<&'static str, String>;

/// By these a hook knows where to report to.
pub(crate) const REPORTS_TO: [&str; 3] = [
    "XDG_RUNTIME_DIR",
    "PANE_PATROL_SESSION",
    "PANE_PATROL_EVENT_SOCKET",
];

/// What runs of an assistant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Running {
    /// Its sessions, one a pane. Those of which pane or start cannot be known are left out.
    pub sessions: Vec<Session>,
    /// When servers began that run the hooks of several sessions.
    pub servers: Vec<Timestamp>,
}

impl Running {
    /// A wrapper and what it starts are one session.
    pub(crate) fn add(&mut self, session: Session) {
        let same =
            |known: &&mut Session| known.pane == session.pane && known.server == session.server;
        match self.sessions.iter_mut().find(same) {
            Some(known) => {
                known.start = known.start.min(session.start);
                known.switches.extend(session.switches);
            }
            None => self.sessions.push(session),
        }
    }
}

/// Whether an assistant with these arguments runs a task without a person before it.
pub(crate) fn is_headless(arguments: &[String]) -> bool {
    let mut words = arguments.iter().skip(1);
    words.any(|word| HEADLESS.contains(&word.as_str()))
}

/// Whether these are the arguments of `program`, or of an interpreter that runs it.
pub(crate) fn is_of(program: &str, arguments: &[String]) -> bool {
    let Some(first) = arguments.first() else {
        return false;
    };
    let first = name(first);
    let runs = |path: &String| name(path) == program;
    first == program
        || (INTERPRETERS.contains(&first.as_str()) && script(&first, arguments).is_some_and(runs))
}

/// The file that `interpreter` was started with; none where it was given code, whose last word says
/// nothing of what has been started, and with which environment.
fn script<'a>(interpreter: &str, arguments: &'a [String]) -> Option<&'a String> {
    let takes_code = |option: &str| match interpreter {
        "node" | "bun" | "deno" => ["-e", "-p", "-pe", "--eval", "--print"].contains(&option),
        _ => !option.starts_with("--") && option.contains('c'),
    };
    for argument in arguments.iter().skip(1) {
        if !argument.starts_with('-') {
            return Some(argument);
        }
        if takes_code(argument) {
            return None;
        }
    }
    None
}

/// A program's name: its file's, without what a script's may end in.
fn name(path: &str) -> String {
    let path = Path::new(path);
    let is_script = |extension: &OsStr| ["js", "mjs", "cjs"].iter().any(|it| extension == *it);
    let script = path.extension().is_some_and(is_script);
    let name = if script {
        path.file_stem()
    } else {
        path.file_name()
    };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_program_is_known_behind_its_interpreter_too() {
        let is_of = |line: &[&str]| is_of("qwen", &words(line));
        assert!(is_of(&["qwen"]) && is_of(&["node", "/usr/bin/qwen", "-c"]));
        assert!(is_of(&["node", "--no-warnings=X", "/x/qwen.js"]));
        assert!(!is_of(&["vim", "notes", "qwen"]) && !is_of(&["qwenx"]) && !is_of(&[]));
        assert!(!is_of(&["node", "x.js", "qwen"]));
        assert!(is_of(&["/bin/sh", "-e", "/x/qwen"]) && is_of(&["bash", "--norc", "/x/qwen"]));
    }

    #[test]
    fn code_that_ends_in_a_program_is_not_that_program() {
        let is_of = |line: &[&str]| is_of("qwen", &words(line));
        assert!(!is_of(&["sh", "-c", "HOME=/elsewhere /x/qwen"]));
        assert!(!is_of(&["bash", "-lc", "cd /src && exec /x/qwen"]));
        assert!(!is_of(&["dash", "-ec", "/x/qwen"]));
        assert!(!is_of(&["node", "-e", "require('/x/qwen"]));
    }
}
