//! A tmux server says by itself when its panes are moved, renamed or looked at: hooks of its own let go a
//! waiting tmux.
//!
//! The hooks have an index of their own beside the person's and only end the wait for a channel: where
//! nobody waits any more they do nothing. Each names the channel of its collector, which names the collector's process. So whoever collects
//! later knows those that a killed one has left, and takes them away.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Call;
use crate::sys::process;

/// What changes where a pane is, or which one is in front. All of them together tell of nearly
/// everything; of what none tells, the next listing does.
const HOOKS: [&str; 8] = [
    "session-renamed",
    "client-session-changed",
    "client-attached",
    "session-window-changed",
    "window-linked",
    "window-unlinked",
    "window-pane-changed",
    "window-layout-changed",
];

/// How the channels of all collectors begin.
const PREFIX: &str = "pane-patrol-";

/// What tells the hooks of one collector from those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    /// Of its runtime folder, which only one collects in.
    index: u32,
    collector: Process,
}

/// A process of this machine, for as long as the machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    /// Where its number means something; 0 where there are no such places.
    namespace: u64,
    pid: u32,
    /// 0 where that is not told.
    start: u64,
}

impl Process {
    fn own() -> Self {
        let pid = std::process::id();
        let namespace = Path::new("/proc/self/ns/pid").metadata();
        Self {
            namespace: namespace.map_or(0, |found| found.ino()),
            pid,
            start: start_of(pid),
        }
    }

    /// Whether it has certainly ended, by what `own` can see.
    fn has_ended(self, own: Self) -> bool {
        let is_here = self.namespace == own.namespace;
        let lives = || process::lives(self.pid) && start_of(self.pid) == self.start;
        is_here && !lives()
    }
}

fn start_of(pid: u32) -> u64 {
    process::lineage(pid).map_or(0, |(_, start)| start)
}

impl Mark {
    /// Of this process, collecting in that folder.
    pub(super) fn of(runtime: &Path) -> Self {
        let bytes = runtime.as_os_str().as_encoded_bytes();
        let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        Self {
            // Far behind every index that a person would use.
            index: 1_000_000 + hash % 1_000_000_000,
            collector: Process::own(),
        }
    }

    /// What is waited for.
    fn channel(self) -> String {
        let Process {
            namespace,
            pid,
            start,
        } = self.collector;
        format!("{PREFIX}{}-{namespace}-{pid}-{start}", self.index)
    }

    fn of_channel(channel: &str) -> Option<Self> {
        let mut parts = channel.strip_prefix(PREFIX)?.split('-');
        let mark = Self {
            index: parts.next()?.parse().ok()?,
            collector: Process {
                namespace: parts.next()?.parse().ok()?,
                pid: parts.next()?.parse().ok()?,
                start: parts.next()?.parse().ok()?,
            },
        };
        (parts.next().is_none() && mark.channel() == channel).then_some(mark)
    }

    /// Waits until something moves.
    pub(super) fn wait(self) -> Call {
        Call::new("wait-for").operand(self.channel())
    }

    /// All in one call: who listens on a socket is looked at before each.
    pub(super) fn hooks(self) -> Option<Call> {
        let command = format!("wait-for -S {}", self.channel());
        let set = move |hook: &str| {
            let set = Call::new("set-hook").flag("-g");
            let set = set.operand(format!("{hook}[{}]", self.index));
            set.operand(&command)
        };
        HOOKS.into_iter().map(set).reduce(Call::then)
    }

    /// Takes them away.
    pub(super) fn farewell(self) -> Option<Call> {
        let forget = |hook: &str| forget(hook, self.index);
        HOOKS.into_iter().map(forget).reduce(Call::then)
    }

    /// Prints all hooks of the server.
    pub(super) fn question() -> Call {
        let of_sessions = Call::new("show-hooks").flag("-g");
        of_sessions.then(Call::new("show-hooks").flag("-g").flag("-w"))
    }

    /// Takes away the hooks that collectors have left which do not live any more, and ends the waits
    /// for them; `printed`: the answer to the question. `None`: there are none.
    pub(super) fn tidying(self, printed: &str) -> Option<Call> {
        let own = self.collector;
        let left = printed.lines().filter_map(hook_of);
        let left = left.filter(|(_, mark)| mark.collector.has_ended(own));
        let left: Vec<_> = left.collect();
        let waits: BTreeSet<Self> = left.iter().map(|(_, mark)| *mark).collect();
        let forget = left.iter().map(|(hook, mark)| forget(hook, mark.index));
        let let_go = waits
            .iter()
            .map(|mark| Call::new("wait-for").flag("-S").operand(mark.channel()));
        forget.chain(let_go).reduce(Call::then)
    }
}

fn forget(hook: &str, index: u32) -> Call {
    let forget = Call::new("set-hook").flag("-g").flag("-u");
    forget.operand(format!("{hook}[{index}]"))
}

/// A hook of one of ours, from a line like `session-renamed[7] wait-for -S pane-patrol-7-1-2-3`.
fn hook_of(line: &str) -> Option<(&'static str, Mark)> {
    let (name, rest) = line.split_once('[')?;
    let (index, command) = rest.split_once("] ")?;
    let hook = HOOKS.into_iter().find(|hook| *hook == name)?;
    let mark = Mark::of_channel(command.strip_prefix("wait-for -S ")?)?;
    (index == mark.index.to_string()).then_some((hook, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runtime_folder_has_hooks_of_its_own() {
        let one = Mark::of(Path::new("/run/user/1000/pane-patrol"));
        let other = Mark::of(Path::new("/tmp/pane-patrol-1000"));
        assert_ne!(one, other);
        let told = one.hooks().unwrap().to_string();
        let (index, channel) = (one.index, one.channel());
        let first = format!("set-hook -g -- session-renamed[{index}] wait-for -S {channel} ; ");
        assert!(told.starts_with(&first), "{told}");
        assert_eq!(told.matches(" ; ").count() + 1, HOOKS.len());
        let farewell = one.farewell().unwrap().to_string();
        let first = format!("set-hook -g -u -- session-renamed[{index}] ; ");
        assert!(farewell.starts_with(&first), "{farewell}");
    }

    #[test]
    fn only_what_collectors_have_left_that_are_dead_is_taken_away() {
        let own = Mark::of(Path::new("/run/user/1000/pane-patrol"));
        let like = |change: &dyn Fn(&mut Mark)| {
            let mut mark = own;
            change(&mut mark);
            mark.channel()
        };
        let living = own.channel();
        let other_place = like(&|mark| {
            mark.collector.namespace += 1;
            mark.collector.pid = 4_000_000;
        });
        let dead = like(&|mark| (mark.index, mark.collector.pid) = (1_000_007, 4_000_000));
        let (index, reused) = (own.index, like(&|mark| mark.collector.start += 1));
        let printed = format!(
            "session-renamed[0] display-message hello\n\
             session-renamed[{index}] wait-for -S {living}\n\
             window-linked[{index}] wait-for -S {other_place}\n\
             window-linked[1000007] wait-for -S {dead}\n\
             alert-bell[1000007] wait-for -S {dead}\n\
             window-unlinked[7] wait-for -S {dead}\n\
             window-unlinked[1000007] wait-for -S {dead} ; kill-server\n\
             window-layout-changed[1000007] wait-for -S {dead}\n\
             client-attached[1000007] wait-for -S pane-patrol-1000007\n\
             client-attached\n"
        );
        let told = own.tidying(&printed).unwrap().to_string();
        let expected = format!(
            "set-hook -g -u -- window-linked[1000007] ; \
             set-hook -g -u -- window-layout-changed[1000007] ; wait-for -S -- {dead}"
        );
        assert_eq!(told, expected);
        // Another process has its number by now, as far as the system tells when each began.
        let printed = format!("client-attached[{index}] wait-for -S {reused}\n");
        let is_told = cfg!(target_os = "linux");
        assert_eq!(own.tidying(&printed).is_some(), is_told);
        assert_eq!(own.tidying("session-renamed[0] x\n"), None);
    }
}
