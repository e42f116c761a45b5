//! The sessions of an assistant that run in panes, and since when.
//!
//! Only those that use the same settings as we do count: another home or config folder has hooks of its
//! own, and whether those are right is not asked here. Where the system does not tell of a process's start
//! and environment (everywhere but on Linux) no session is found, and nothing is said of any.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::adapter::shared_pane::is_server;
use pane_patrol_hooks::process::{Processes, processes};
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::{Assistant, Location};

use crate::sys::process::started_at;

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

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
pub struct Session {
    /// Its pane.
    pub pane: PaneId,
    /// The tmux server of that.
    pub server: Server,
    /// When its first process came to life.
    pub start: Timestamp,
    /// The folder it was started in.
    pub folder: Option<String>,
    /// Of its environment what says where its hooks report to.
    pub world: World,
}

/// The variables of an environment that say where a hook reports to, those of [`WORLD`] that are set.
pub type World = BTreeMap<&'static str, String>;

/// By these a hook knows where to report to.
pub const WORLD: [&str; 3] = [
    "XDG_RUNTIME_DIR",
    "PANE_PATROL_SESSION",
    "PANE_PATROL_EVENT_SOCKET",
];

/// What runs of an assistant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Its sessions, one a pane. Those of which pane or start cannot be known are left out.
    pub sessions: Vec<Session>,
    /// When servers began that run the hooks of several sessions.
    pub servers: Vec<Timestamp>,
}

/// What runs of `assistant` with the settings at `location`.
pub fn running(assistant: &Assistant, location: &Location) -> Running {
    look(assistant, location, &processes(Instant::now() + BUDGET))
}

fn look(assistant: &Assistant, location: &Location, processes: &impl Processes) -> Running {
    let mut running = Running::default();
    for pid in processes.all() {
        let arguments = processes.arguments(pid);
        if !is_of(assistant.program, &arguments) || !uses(assistant, location, pid, processes) {
            continue;
        }
        let Some(start) = processes.start(pid).and_then(started_at) else {
            continue;
        };
        if is_server(&arguments) {
            running.servers.push(start);
        } else if let Some((pane, server)) =
            processes.pane(pid).filter(|_| !is_headless(&arguments))
        {
            let folder = processes.folder(pid);
            let value = |name| {
                processes
                    .variable(pid, name)
                    .filter(|value| !value.is_empty())
            };
            let set = |name| Some((name, value(name)?));
            running.add(Session {
                pane,
                server,
                start,
                folder,
                world: WORLD.into_iter().filter_map(set).collect(),
            });
        }
    }
    running
}

impl Running {
    /// A wrapper and what it starts are one session.
    fn add(&mut self, session: Session) {
        let same =
            |known: &&mut Session| known.pane == session.pane && known.server == session.server;
        match self.sessions.iter_mut().find(same) {
            Some(known) => known.start = known.start.min(session.start),
            None => self.sessions.push(session),
        }
    }
}

/// Whether a process finds its settings where we look for them, by its own environment.
fn uses(assistant: &Assistant, location: &Location, pid: u32, processes: &impl Processes) -> bool {
    let get = |name: &str| processes.variable(pid, name).map(PathBuf::from);
    let found = assistant.locate(&get);
    found.is_ok_and(|found| found.settings == location.settings)
}

/// Whether these are the arguments of a session of `program` that a person sits before.
pub(crate) fn is_session(program: &str, arguments: &[String]) -> bool {
    is_of(program, arguments) && !is_headless(arguments) && !is_server(arguments)
}

fn is_headless(arguments: &[String]) -> bool {
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

#[cfg(all(test, target_os = "linux"))]
mod linux_tests {
    use std::collections::BTreeMap;

    use pane_patrol_installer::QWEN;

    use super::*;

    /// Processes by number: arguments, pane and HOME; each starts 100 ticks after the one before.
    struct Fake(BTreeMap<u32, (&'static str, Option<u32>, &'static str)>);

    impl Processes for Fake {
        fn parent(&self, _: u32) -> Option<u32> {
            None
        }
        fn arguments(&self, pid: u32) -> Vec<String> {
            let line = self.0.get(&pid).map_or("", |process| process.0);
            line.split(' ').map(str::to_owned).collect()
        }
        fn folder(&self, _: u32) -> Option<String> {
            Some("/src".to_owned())
        }
        fn start(&self, pid: u32) -> Option<u64> {
            Some(u64::from(pid) * 100)
        }
        fn pane(&self, pid: u32) -> Option<(PaneId, Server)> {
            Some((PaneId(self.0.get(&pid)?.1?), "/tmp/t,9".parse().ok()?))
        }
        fn variable(&self, pid: u32, name: &str) -> Option<String> {
            let home = self.0.get(&pid)?.2;
            (name == "HOME").then(|| home.to_owned())
        }
        fn all(&self) -> Vec<u32> {
            self.0.keys().copied().collect()
        }
    }

    #[test]
    fn each_pane_counts_once_and_nobody_of_another_home_or_without_a_person() {
        let processes = Fake(BTreeMap::from([
            (1, ("node /bin/qwen", Some(4), "/home/you")),
            (2, ("/lib/qwen", Some(4), "/home/you")),
            (3, ("qwen", Some(5), "/home/other")),
            (4, ("qwen -p hello", Some(6), "/home/you")),
            (5, ("qwen", None, "/home/you")),
            (6, ("vim qwen", Some(7), "/home/you")),
        ]));
        let get = |name: &str| (name == "HOME").then(|| PathBuf::from("/home/you"));
        let location = QWEN.locate(&get).expect("it has a home");
        let found = look(&QWEN, &location, &processes);
        let panes: Vec<_> = found.sessions.iter().map(|session| session.pane).collect();
        assert_eq!(panes, [PaneId(4)]);
        assert_eq!(Some(found.sessions[0].start), started_at(100));
    }
}
