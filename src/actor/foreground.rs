//! Whether the pane's foreground is the row's own assistant.
//!
//! A file that looks like a dialog can be shown by anything: `cat`, a pager, the shell that has suspended
//! the assistant. What is in front says which process the pane's keys go to.

use pane_patrol_sys::process::{Stat, command_line, stat};

/// Longest command line that is looked at, in bytes.
const MAX_LINE: u64 = 16 * 1024;

/// Programs that stand for an assistant in another place.
const CARRIERS: &[&str] = &[
    "docker",
    "podman",
    "nerdctl",
    "kubectl",
    "distrobox",
    "toolbox",
    "lxc",
    "incus",
    "devcontainer",
    "ssh",
    "mosh",
    "mosh-client",
    "et",
    "sudo",
    "su",
    "doas",
    "nsenter",
    "chroot",
    "bwrap",
    "pane-patrol",
];

/// Programs that run an assistant which is a script.
const RUNTIMES: &[&str] = &["node", "bun", "deno", "python", "python3"];

/// Said when something else is in front.
const OTHER: &str = "another program is in front of the assistant in its pane; go there";

/// Said when the shell is in front.
const SUSPENDED: &str = "the assistant is suspended; go there";

/// What is known of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    /// Its group.
    group: u32,
    /// Its terminal, as the system counts them; 0: none.
    terminal: u64,
    /// The group in front on that terminal.
    front: u32,
    parent: u32,
    is_stopped: bool,
}

/// Why the keys of the pane, whose first process is `pane_pid`, do not go to the assistant `pid`; `None`
/// when they do, or when the system does not tell.
pub(super) fn objection(pane_pid: u32, pid: Option<u32>, assistant: &str) -> Option<&'static str> {
    let shell = process(pane_pid)?;
    let own = pid.and_then(|pid| Some((pid, process(pid)?)));
    match own {
        Some((_, own)) if own.terminal == shell.terminal => {
            if own.is_stopped {
                Some(SUSPENDED)
            } else {
                (own.group != shell.front).then_some(OTHER)
            }
        }
        // Behind a terminal of its own: it must be in front there, and whoever made that one here.
        Some((_, own)) if own.is_stopped => Some(SUSPENDED),
        Some((_, own)) if own.group != own.front => Some(OTHER),
        Some((pid, _)) => match nearest_on(shell.terminal, pid) {
            Some(carrier) => (carrier.group != shell.front).then_some(OTHER),
            None => unless_it_stands_for(shell.front, assistant),
        },
        None => unless_it_stands_for(shell.front, assistant),
    }
}

/// The nearest ancestor on that terminal.
fn nearest_on(terminal: u64, pid: u32) -> Option<Process> {
    const MAX_DEPTH: usize = 64;
    let mut at = process(pid)?;
    for _ in 0..MAX_DEPTH {
        at = process(at.parent)?;
        if at.terminal == terminal {
            return Some(at);
        }
    }
    None
}

/// Where the assistant's process cannot be seen, one must be in front that is named like it, or that
/// leads to where it is.
fn unless_it_stands_for(front: u32, assistant: &str) -> Option<&'static str> {
    let arguments = command_line(front, MAX_LINE)?;
    let mut names = arguments.split(|byte| *byte == 0).map(|argument| {
        let argument = String::from_utf8_lossy(argument);
        argument.rsplit('/').next().unwrap_or_default().to_owned()
    });
    let program = names.next().unwrap_or_default();
    let script = names.next().unwrap_or_default();
    let is_named = |name: &str| name.to_ascii_lowercase().contains(assistant);
    let stands = CARRIERS.contains(&&*program)
        || RUNTIMES.contains(&&*program)
        || is_named(&program)
        || is_named(&script);
    (!stands).then_some(OTHER)
}

/// Reads `/proc/<pid>/stat`; `None` when no such process lives, or there is no such folder.
fn process(pid: u32) -> Option<Process> {
    seen(stat(pid)?)
}

/// One without a terminal has nobody in front of it.
fn seen(stat: Stat) -> Option<Process> {
    Some(Process {
        group: stat.group,
        terminal: stat.terminal?,
        front: stat.front?,
        parent: stat.parent,
        is_stopped: matches!(stat.state, 'T' | 't'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name_is() {
        let line = b"7 (a) b) T 3 7 5 34816 9 4194304 1 2 3 4 5 6 7 8 20 0 1 0 350097 100 200";
        let parse = |line| Stat::parse(line).and_then(seen);
        let read = parse(line).unwrap();
        assert_eq!((read.group, read.front, read.parent), (7, 9, 3));
        assert!(read.is_stopped);
        assert_eq!(parse(b"7 (a"), None);
        let without = b"7 (a) S 3 7 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 350097 100 200";
        assert_eq!(parse(without), None);
    }
}
