//! The sessions of an assistant that run in panes, and since when.
//!
//! Only those that use the same settings as we do count: another home or config folder has hooks of its
//! own, and whether those are right is not asked here. Where the system does not tell of a process's start
//! and environment (everywhere but on Linux) no session is found, and nothing is said of any.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pane_patrol_hooks::process::{Processes, processes};
use pane_patrol_installer::{Assistant, Location};

pub(crate) use super::facets::running::is_of;
pub(crate) use super::facets::running::{REPORTS_TO, Running, Session, Variables};
use super::{Facets, named};
use crate::sys::process::started_at;

/// How long the system may take to tell of its processes.
const BUDGET: Duration = Duration::from_secs(2);

/// What runs of `assistant` with the settings at `location`.
pub(crate) fn running(assistant: &Assistant, location: &Location) -> Running {
    look(assistant, location, &processes(Instant::now() + BUDGET))
}

fn look(assistant: &Assistant, location: &Location, processes: &impl Processes) -> Running {
    let mut running = Running::default();
    let Some(known) = named(assistant.name) else {
        return running;
    };
    for pid in processes.all() {
        let arguments = processes.arguments(pid);
        if !is_process_of(assistant, &arguments) || !uses(assistant, location, pid, processes) {
            continue;
        }
        let Some(start) = processes.start(pid).and_then(started_at) else {
            continue;
        };
        if known.is_server(&arguments) {
            running.servers.push(start);
        } else if let Some((pane, server)) = processes
            .pane(pid)
            .filter(|_| !known.is_headless(&arguments))
        {
            let folder = processes.folder(pid);
            let value = |name| {
                processes
                    .variable(pid, name)
                    .filter(|value| !value.is_empty())
            };
            let set = |name| Some((name, value(name)?));
            let options = arguments.split(|argument| argument == "--").next();
            let options = options.unwrap_or_default();
            let switch = |name: &&'static str| match name.strip_suffix('=') {
                _ if !name.starts_with("--") => set(name),
                Some(name) => Some((name, value_of(name, options)?)),
                None => options
                    .iter()
                    .any(|own| own == name)
                    .then(|| (*name, String::new())),
            };
            running.add(Session {
                pane,
                server,
                start,
                folder,
                reports_to: REPORTS_TO.into_iter().filter_map(set).collect(),
                switches: known.switches().iter().filter_map(switch).collect(),
            });
        }
    }
    running
}

/// What stands last behind the option of that name, which may be the next word.
fn value_of(name: &str, options: &[String]) -> Option<String> {
    let after = options.iter().skip(1).map(Some).chain([None]);
    let given = options.iter().zip(after).filter_map(|(own, after)| {
        let rest = own.strip_prefix(name)?;
        match rest.strip_prefix('=') {
            Some(value) => Some(value),
            None => after.filter(|_| rest.is_empty()).map(String::as_str),
        }
    });
    given.last().map(str::to_owned)
}

/// Whether a process finds its settings where we look for them, by its own environment.
fn uses(assistant: &Assistant, location: &Location, pid: u32, processes: &impl Processes) -> bool {
    let get = |name: &str| processes.variable(pid, name).map(PathBuf::from);
    let found = assistant.locate(&get);
    found.is_ok_and(|found| found.settings == location.settings)
}

/// Whether these are the arguments of a session of `assistant` that a person sits before.
pub(crate) fn is_session(assistant: &Assistant, arguments: &[String]) -> bool {
    let known = named(assistant.name);
    let is_other = known.is_some_and(|it| it.is_headless(arguments) || it.is_server(arguments));
    is_process_of(assistant, arguments) && !is_other
}

/// Whether these are the arguments of a process of `assistant`, by its program or by what it calls itself.
pub(crate) fn is_process_of(assistant: &Assistant, arguments: &[String]) -> bool {
    let own = named(assistant.name).and_then(Facets::calls_itself);
    let is_own = |name: &str| arguments.first().is_some_and(|first| first == name);
    is_of(assistant.program, arguments) || own.is_some_and(is_own)
}

#[cfg(all(test, target_os = "linux"))]
mod linux_tests {
    use std::collections::BTreeMap;

    use pane_patrol_hooks::target::{PaneId, Server};
    use pane_patrol_installer::{CLAUDE, QWEN};

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
            match name {
                "HOME" => Some(home.to_owned()),
                "CLAUDE_CODE_SIMPLE" => Some(pid.to_string()),
                _ => None,
            }
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

    #[test]
    fn what_may_keep_hooks_from_running_is_found_in_environment_and_arguments() {
        let processes = Fake(BTreeMap::from([
            (1, ("claude --bare", Some(4), "/home/you")),
            (2, ("claude --model x -- --bare", Some(5), "/home/you")),
            (
                3,
                ("sh claude --settings a --settings={}", Some(6), "/home/you"),
            ),
            (4, ("claude --safe-mode", Some(6), "/home/you")),
        ]));
        let get = |name: &str| (name == "HOME").then(|| PathBuf::from("/home/you"));
        let location = CLAUDE.locate(&get).expect("it has a home");
        let found = look(&CLAUDE, &location, &processes).sessions.into_iter();
        let switches = found.map(|session| session.switches.into_iter().collect::<Vec<_>>());
        let expected = [
            vec![("--bare", ""), ("CLAUDE_CODE_SIMPLE", "1")],
            vec![("CLAUDE_CODE_SIMPLE", "2")],
            vec![
                ("--safe-mode", ""),
                ("--settings", "{}"),
                ("CLAUDE_CODE_SIMPLE", "4"),
            ],
        ];
        let owned = |(name, value): (&'static str, &str)| (name, value.to_owned());
        let expected = expected.map(|all| all.into_iter().map(owned).collect::<Vec<_>>());
        assert_eq!(switches.collect::<Vec<_>>(), expected);
    }
}
