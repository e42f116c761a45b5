//! What the system tells of processes: parents, arguments, folders. From `/proc` where there is one,
//! a few small reads; elsewhere from one bounded call of `ps`.

use std::time::Instant;

use pane_patrol_sys::process::chain;

use crate::target::{PaneId, Server};

/// Longest chain of parents that is followed.
const MAX_DEPTH: usize = 64;

/// The processes of this machine.
pub trait Processes {
    /// The parent of a process.
    fn parent(&self, pid: u32) -> Option<u32>;
    /// The arguments of a process, its own name first.
    fn arguments(&self, pid: u32) -> Vec<String>;
    /// Its folder, where that can be known.
    fn folder(&self, pid: u32) -> Option<String>;
    /// When it started, in a unit that only serves to tell two processes of one number apart.
    fn start(&self, pid: u32) -> Option<u64>;
    /// The pane it was started in, by its own environment, where that can be known.
    fn pane(&self, pid: u32) -> Option<(PaneId, Server)>;
    /// A variable of the environment it was started with, where that can be known.
    fn variable(&self, pid: u32, name: &str) -> Option<String> {
        let _ = (pid, name);
        None
    }
    /// All processes of this user.
    fn all(&self) -> Vec<u32>;

    /// The process and its ancestors, nearest first.
    fn ancestors(&self, pid: u32) -> Vec<u32> {
        chain(pid, MAX_DEPTH, |pid| self.parent(pid))
    }
}

/// The processes as they are now; where they have to be asked for, the answer comes before `deadline`.
pub fn processes(deadline: Instant) -> impl Processes {
    system::processes(deadline)
}

/// The arguments of a process, where they cost no more than one small read; else none.
pub fn cheap_arguments(pid: u32) -> Vec<String> {
    system::cheap_arguments(pid)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::time::Instant;

    use pane_patrol_sys::process::{command_line, folder, stat, variables};
    use rustix::process::geteuid;

    use super::Processes;
    use crate::target::{PaneId, Server};

    /// Longest command line that is read, in bytes.
    const MAX_ARGUMENTS: u64 = 16 * 1024;
    pub(super) fn processes(_: Instant) -> impl Processes {
        Proc
    }

    pub(super) fn cheap_arguments(pid: u32) -> Vec<String> {
        Proc.arguments(pid)
    }

    struct Proc;

    impl Processes for Proc {
        fn parent(&self, pid: u32) -> Option<u32> {
            Some(stat(pid)?.parent)
        }

        fn arguments(&self, pid: u32) -> Vec<String> {
            let line = command_line(pid, MAX_ARGUMENTS).unwrap_or_default();
            let arguments = line.split(|byte| *byte == 0);
            let mut arguments: Vec<String> = arguments
                .map(|argument| String::from_utf8_lossy(argument).into_owned())
                .collect();
            arguments.pop();
            arguments
        }

        fn folder(&self, pid: u32) -> Option<String> {
            folder(pid)?.into_os_string().into_string().ok()
        }

        fn start(&self, pid: u32) -> Option<u64> {
            Some(stat(pid)?.start)
        }

        fn pane(&self, pid: u32) -> Option<(PaneId, Server)> {
            crate::mux::pane_of(pid)
        }

        fn variable(&self, pid: u32, name: &str) -> Option<String> {
            let [value] = variables(pid, [name])?;
            value
        }

        fn all(&self) -> Vec<u32> {
            let uid = geteuid().as_raw();
            let Ok(entries) = fs::read_dir("/proc") else {
                return Vec::new();
            };
            entries
                .flatten()
                .filter_map(|entry| {
                    let pid = entry.file_name().to_str()?.parse().ok()?;
                    (entry.metadata().ok()?.uid() == uid).then_some(pid)
                })
                .collect()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn this_process_is_what_it_is() {
            let own = std::process::id();
            assert!(Proc.all().contains(&own));
            assert_eq!(Proc.parent(own), Some(std::os::unix::process::parent_id()));
            let chain = Proc.ancestors(own);
            assert_eq!(chain[..2], [own, std::os::unix::process::parent_id()]);
            assert_eq!(Proc.arguments(own), std::env::args().collect::<Vec<_>>());
            let folder = std::env::current_dir().unwrap();
            assert_eq!(Proc.folder(own).as_deref(), folder.to_str());
            assert!(Proc.start(own).is_some_and(|start| start > 0));
            assert_eq!(Proc.variable(own, "PATH"), std::env::var("PATH").ok());
            assert_eq!(Proc.variable(own, "PAT"), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Instant;

    use pane_patrol_sys::child::{ANSWER, Kept, ours, printed};

    use super::{Processes, PsTable};

    pub(super) fn processes(deadline: Instant) -> impl Processes {
        let mut command = ours("ps", Kept::PS);
        command.args(["-x", "-o", "pid=,ppid=,command="]);
        let answer = printed(&mut command, ANSWER, deadline);
        PsTable::parse(&String::from_utf8_lossy(&answer.unwrap_or_default()))
    }

    pub(super) fn cheap_arguments(_: u32) -> Vec<String> {
        Vec::new()
    }
}

/// What `ps -o pid=,ppid=,command=` has printed: parents and arguments, and nothing else.
#[cfg(any(test, not(target_os = "linux")))]
#[derive(Debug, Default)]
struct PsTable(std::collections::BTreeMap<u32, (u32, Vec<String>)>);

#[cfg(any(test, not(target_os = "linux")))]
impl PsTable {
    fn parse(text: &str) -> Self {
        let rows = text.lines().filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            Some((pid, (parent, words.map(str::to_owned).collect())))
        });
        Self(rows.collect())
    }
}

#[cfg(any(test, not(target_os = "linux")))]
impl Processes for PsTable {
    fn parent(&self, pid: u32) -> Option<u32> {
        self.0.get(&pid).map(|(parent, _)| *parent)
    }

    fn arguments(&self, pid: u32) -> Vec<String> {
        self.0
            .get(&pid)
            .map_or_else(Vec::new, |(_, words)| words.clone())
    }

    fn folder(&self, _: u32) -> Option<String> {
        None
    }

    /// Its number is all there is to tell it by, as long as it lives.
    fn start(&self, pid: u32) -> Option<u64> {
        self.0.get(&pid).map(|_| 0)
    }

    fn pane(&self, _: u32) -> Option<(PaneId, Server)> {
        None
    }

    fn all(&self) -> Vec<u32> {
        self.0.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_ps_tells_parents_and_arguments() {
        let table = PsTable::parse(
            "    1     0 /sbin/launchd\n  42 1 /bin/codex app-server --listen\n7 42 -zsh\nx\n",
        );
        assert_eq!(table.ancestors(7), [7, 42, 1]);
        assert_eq!(
            table.arguments(42),
            ["/bin/codex", "app-server", "--listen"]
        );
        assert_eq!(table.all(), [1, 7, 42]);
        assert_eq!((table.start(7), table.start(8)), (Some(0), None));
        assert_eq!((table.folder(7), table.pane(7)), (None, None));
    }
}
