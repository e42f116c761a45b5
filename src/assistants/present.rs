//! Which known assistants run before the person in the panes of a server, by their processes: what
//! runs in the foreground of a pane's terminal and is the assistant's program, or the interpreter that
//! runs it. What another program is told with its arguments says nothing. Only Linux tells.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant as Name;
use pane_patrol_hooks::process::cheap_arguments;
use pane_patrol_installer::Assistant;

use crate::assistants::running::{is_process_of, is_session};
use crate::assistants::{self, Facets};
use crate::sys::process as ancestry;

/// So many processes of a pane are looked at.
const MAX_PROCESSES: usize = 64;

/// No executable that is an assistant has fewer bytes, and no interpreter of one: each carries a whole
/// runtime, of a hundred megabytes and more.
const SMALLEST: u64 = 8 * 1024 * 1024;

/// An assistant in the foreground of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The process that the pane was started with.
    pub(crate) root: u32,
    pub(crate) assistant: Name,
    pub(crate) pid: u32,
    pub(crate) folder: Option<String>,
    /// The session that it was started to show, where it is none itself.
    pub(crate) shows: Option<String>,
}

/// What runs in the panes of the server with this process.
pub(crate) fn present(server: u32) -> Vec<Found> {
    let roots = ancestry::children_of(server).into_iter();
    roots.filter_map(in_front).collect()
}

/// The nearest process to the pane's own, which is `root`, that is an assistant in its foreground, or in that of the
/// terminal which `wrap` has made there.
pub(crate) fn in_front(root: u32) -> Option<Found> {
    // Each with the group that is in front where it is.
    let mut left = vec![(root, ancestry::stat(root)?.foreground)];
    for _ in 0..MAX_PROCESSES {
        let (pid, front) = left.pop()?;
        let Some(stat) = ancestry::stat(pid) else {
            continue;
        };
        let is_in_front = Some(stat.group) == front && !stat.is_stopped;
        if is_in_front {
            match known(pid) {
                Some((assistant, true)) => return Some(Found::of(root, pid, assistant)),
                // What it starts is its own.
                Some((_, false)) => continue,
                None => {}
            }
        }
        let makes_terminals = is_in_front && ancestry::runs_our_program(pid, true);
        let mut below = ancestry::children_of(pid);
        below.reverse();
        left.extend(below.into_iter().map(|child| {
            let own = || ancestry::stat(child).and_then(|stat| stat.foreground);
            (child, if makes_terminals { own() } else { front })
        }));
    }
    None
}

/// Which assistant the process runs, and whether a person sits before it.
fn known(pid: u32) -> Option<(&'static Assistant, bool)> {
    let mut arguments = cheap_arguments(pid);
    let executable = PathBuf::from(format!("/proc/{pid}/exe"));
    let mut all = Assistant::ALL.iter();
    if let Some(assistant) = all.find(|it| is_process_of(it, &arguments)) {
        let is_it = !names_itself(assistant, &arguments) || carries_a_runtime(&executable);
        return is_it.then(|| (*assistant, is_session(assistant, &arguments)));
    }
    // A program may call itself otherwise.
    let file = std::fs::read_link(&executable).ok()?;
    let program = file.file_name()?.to_str()?.to_owned();
    let assistant = Assistant::ALL.iter().find(|it| it.program == program)?;
    if let Some(first) = arguments.first_mut() {
        *first = program;
    }
    carries_a_runtime(&executable).then(|| (*assistant, is_session(assistant, &arguments)))
}

/// Whether the process goes by the assistant's name itself, and not by that of what interprets it.
fn names_itself(assistant: &Assistant, arguments: &[String]) -> bool {
    is_process_of(assistant, &arguments[..arguments.len().min(1)])
}

/// Whether the program is big enough to be an assistant, or the interpreter of one that has changed its
/// name: any other program can be called the same, by a link or as a copy. One that cannot be looked at
/// is believed.
fn carries_a_runtime(executable: &Path) -> bool {
    let length = std::fs::metadata(executable).map(|found| found.len());
    length.map_or(true, |length| length >= SMALLEST)
}

impl Found {
    fn of(root: u32, pid: u32, assistant: &'static Assistant) -> Self {
        let name = assistant.adapter.assistant.clone();
        let folder = pane_patrol_sys::process::folder(pid);
        Self {
            root,
            pid,
            shows: assistants::of(&name)
                .and_then(Facets::session_files)
                .and_then(|files| files.shown_by(pid)),
            assistant: name,
            folder: folder.and_then(|folder| folder.into_os_string().into_string().ok()),
        }
    }
}
