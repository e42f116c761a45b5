//! What became of something that was started: looked at until it was seen to run, or to have ended. That a
//! pane was opened says nothing: where a program is missing its pane stays, to be read.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Target;
use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;

use crate::hub::client::random_id;
use crate::hub::protocol::ActOutcome;
use crate::launch::{ENDED, SHELL};
use crate::mux::{Opened, PATIENCE, Reach, Undone};
use crate::sys::process;

/// How long it is looked for.
const LOOKS: Duration = Duration::from_secs(3);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// What the name of a file begins with in which an end is told.
const NOTE: &str = "start-";

/// One of that age was left behind.
const LEFT_AFTER: Duration = Duration::from_secs(60);

/// So many files of the folder are looked at.
const MAX_FILES: usize = 1000;

/// Longest word of how something has ended, in bytes.
const MAX_NOTE: u64 = 16;

/// So many processes of a new pane are looked at.
const MAX_TREE: usize = 64;

/// An empty file of our own, in which it is told how what was started has ended; it goes when this is dropped,
/// for later nobody looks there any more.
#[derive(Debug)]
pub(super) struct Note(PathBuf);

impl Note {
    /// A new one; without one an end is seen in the pane alone.
    pub(super) fn begin(folder: &Path) -> Option<Self> {
        let path = folder.join(format!("{NOTE}{}", random_id()));
        private::write_file(&path, b"").ok()?;
        Some(Self(path))
    }

    /// Where it is.
    pub(super) fn path(note: Option<&Self>) -> Option<&Path> {
        note.map(|note| note.0.as_path())
    }

    fn read(&self) -> Option<String> {
        let opened = Opening::to_read().no_link().regular(&self.0).ok()?;
        std::io::read_to_string(opened.file.take(MAX_NOTE)).ok()
    }
}

/// Removes from the runtime folder what those have left there who were killed while they looked.
pub(crate) fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten();
    for entry in entries.take(MAX_FILES).filter_map(Result::ok) {
        let name = entry.file_name();
        let is_note = name.to_str().is_some_and(|name| name.starts_with(NOTE));
        let modified = entry.metadata().and_then(|about| about.modified());
        let age = modified.map(|then| then.elapsed().unwrap_or_default());
        if is_note && age.is_ok_and(|age| age > LEFT_AFTER) {
            // Somebody else may have removed it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // Nothing is lost with it.
        let _ = fs::remove_file(&self.0);
    }
}

/// What was seen of something that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It runs.
    Runs,
    /// It has ended, and its pane with it.
    Ended,
    /// It has ended with this status, and its pane says so.
    Failed(i32),
    /// Nothing yet.
    Nothing,
}

impl Seen {
    /// What came of a start in the pane of that address, for whoever wanted it.
    pub(super) fn told(self, target: &str) -> (ActOutcome, Option<String>) {
        match self {
            Self::Runs => (ActOutcome::Done, None),
            Self::Ended => {
                let why = ENDED.trim_start_matches(", ");
                (ActOutcome::Done, Some(why.to_owned()))
            }
            Self::Failed(status) => {
                let what = match status {
                    127 => "its program was not found".to_owned(),
                    126 => "its program cannot be run".to_owned(),
                    _ => format!("it ended at once with status {status}"),
                };
                let why = format!("{what}; its pane {target} stays to be read");
                (ActOutcome::Refused, Some(why))
            }
            Self::Nothing => {
                let why = format!("nothing was seen to run in {target} so far; look there");
                (ActOutcome::Unknown, Some(why))
            }
        }
    }
}

/// Looks what became of what was opened on the person's own server.
pub(super) fn look_again(reach: &Reach, opened: &Opened, note: Option<&Note>) -> Seen {
    if !opened.is_there {
        return Seen::Ended;
    }
    let Ok(pane) = opened.pane.parse() else {
        return Seen::Nothing;
    };
    let place = reach.place(None, Target::Pane(pane));
    let root = match reach.own().process(&place, PATIENCE) {
        Ok(root) => root,
        Err(Undone::Gone(_)) => return Seen::Ended,
        Err(_) => return Seen::Nothing,
    };
    let until = Instant::now() + LOOKS;
    let wait = || {
        std::thread::sleep(PAUSE);
        Instant::now() < until
    };
    let sights = Sights {
        lives: &process::lives,
        program: &process::program,
        children: &process::children_of,
        note: &|| note.and_then(Note::read).unwrap_or_default(),
        wait: &wait,
    };
    looked(root, &sights)
}

/// The system, as far as a look at what was started needs it.
struct Sights<'a> {
    /// Whether a process lives.
    lives: &'a dyn Fn(u32) -> bool,
    /// The name of the program that a process runs; `None` where the system does not tell.
    program: &'a dyn Fn(u32) -> Option<String>,
    /// The processes that a process has started and that live.
    children: &'a dyn Fn(u32) -> Vec<u32>,
    /// What stands in the file in which it is told how it ended.
    note: &'a dyn Fn() -> String,
    /// Waits a moment; false when it was looked for long enough.
    wait: &'a dyn Fn() -> bool,
}

/// Looks what became of what was started in a pane whose first process is `root`, the shell around it: until it
/// has failed or ended, or another program was there twice, one moment after the other.
fn looked(root: u32, sights: &Sights<'_>) -> Seen {
    let mut before = Vec::new();
    loop {
        if let Ok(status) = (sights.note)().parse() {
            return Seen::Failed(status);
        }
        if !(sights.lives)(root) {
            return Seen::Ended;
        }
        let tree = descendants(root, sights.children);
        let is_program = |pid: &u32| (sights.program)(*pid).is_some_and(|name| name != SHELL);
        let programs: Vec<u32> = tree.iter().copied().filter(is_program).collect();
        if programs.iter().any(|pid| before.contains(pid)) {
            return Seen::Runs;
        }
        before = programs;
        if !(sights.wait)() {
            // A command of the shell itself has no other name, but a process of its own.
            let is_untold = (sights.program)(root).is_none();
            return if is_untold || tree.len() > 1 {
                Seen::Runs
            } else {
                Seen::Nothing
            };
        }
    }
}

/// The process and those that descend from it.
fn descendants(root: u32, children: &dyn Fn(u32) -> Vec<u32>) -> Vec<u32> {
    let mut tree = vec![root];
    let mut at = 0;
    while at < tree.len() && tree.len() < MAX_TREE {
        let next = children(tree[at]);
        tree.extend(next.into_iter().take(MAX_TREE));
        at += 1;
    }
    tree
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// What is seen of a pane whose processes are these at each look, and of what stands in the note then.
    fn seen(looks: &[(&[(u32, &str)], &str)]) -> Seen {
        let at = RefCell::new(0);
        let now = || looks[*at.borrow()];
        let named = |pid: u32| {
            let (processes, _) = now();
            processes.iter().find(|(own, _)| *own == pid)
        };
        let wait = || {
            let next = *at.borrow() + 1;
            *at.borrow_mut() = next.min(looks.len() - 1);
            next < looks.len()
        };
        let children = |pid| match pid {
            1 => now()
                .0
                .iter()
                .map(|(pid, _)| *pid)
                .filter(|pid| *pid != 1)
                .collect(),
            _ => Vec::new(),
        };
        let sights = Sights {
            lives: &|pid| named(pid).is_some(),
            program: &|pid| named(pid).map(|(_, name)| (*name).to_owned()),
            children: &children,
            note: &|| now().1.to_owned(),
            wait: &wait,
        };
        looked(1, &sights)
    }

    #[test]
    fn what_a_killed_one_has_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(61);
        for (name, is_old) in [("start-old", true), ("start-new", false), ("lock", true)] {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            if is_old {
                file.set_modified(long_ago).unwrap();
            }
        }
        sweep(folder.path());
        let left = ["start-old", "start-new", "lock"].map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, true, true]);
    }

    #[test]
    fn what_was_started_runs_only_once_it_was_seen_and_what_has_failed_says_how() {
        let shell: &[(u32, &str)] = &[(1, "sh")];
        let forked: &[(u32, &str)] = &[(1, "sh"), (2, "sh")];
        let runs: &[(u32, &str)] = &[(1, "sh"), (2, "claude")];
        let other: &[(u32, &str)] = &[(1, "sh"), (3, "sleep")];
        for (looks, expected) in [
            (
                &[(shell, ""), (forked, ""), (runs, ""), (runs, "")][..],
                Seen::Runs,
            ),
            // There for a moment only.
            (
                &[(runs, ""), (other, ""), (shell, "127")],
                Seen::Failed(127),
            ),
            (&[(forked, ""), (shell, "127")], Seen::Failed(127)),
            (&[(runs, ""), (&[], "")], Seen::Ended),
            (&[(forked, ""), (shell, "")], Seen::Nothing),
            // A loop of the shell's own.
            (&[(forked, ""), (forked, "")], Seen::Runs),
        ] {
            assert_eq!(seen(looks), expected, "{looks:?}");
        }
    }
}
