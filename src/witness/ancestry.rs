//! What `/proc` tells of a process on Linux: its start, its parent, and the two variables that tmux
//! gave it. Elsewhere nothing is known.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process as sys;

/// Longest chain of parents that is followed.
const MAX_DEPTH: usize = 64;

/// Longest environment that is looked through, in bytes.
const MAX_ENVIRONMENT: u64 = 1024 * 1024;

/// Fields of `/proc/<pid>/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// The parent.
    pub(super) parent: u32,
    /// Its process group.
    pub(super) group: u32,
    /// The process group in the foreground of its terminal, if it has one.
    pub(super) foreground: Option<u32>,
    /// Whether it was stopped, by Ctrl-Z or a signal; not by a debugger.
    pub(super) is_stopped: bool,
    /// When the process started, in clock ticks since the system did.
    pub(super) start: u64,
}

/// Reads `/proc/<pid>/stat`; `None` when no such process lives, or there is no such folder.
pub(super) fn stat(pid: u32) -> Option<Stat> {
    sys::stat(pid).and_then(living)
}

/// A process that nobody has reaped yet is no longer there for us.
fn living(stat: sys::Stat) -> Option<Stat> {
    (!matches!(stat.state, 'Z' | 'X' | 'x')).then_some(Stat {
        parent: stat.parent,
        group: stat.group,
        foreground: stat.front,
        is_stopped: stat.state == 'T',
        start: stat.start,
    })
}

/// The process and its ancestors, nearest first.
pub(super) fn ancestors(pid: u32) -> Vec<u32> {
    sys::chain(pid, MAX_DEPTH, |pid| Some(stat(pid)?.parent))
}

/// The name of the program that the process runs, at most 15 bytes of it.
pub(super) fn program(pid: u32) -> Option<String> {
    let name = std::fs::read(format!("/proc/{pid}/comm")).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// When a process with this start, as `/proc` counts it, came to life; `None` where that cannot be
/// known.
pub fn started_at(start: u64) -> Option<Timestamp> {
    let system = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: i64 = system
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    let ticks = rustix::param::clock_ticks_per_second();
    let millis = start.checked_mul(1000)? / ticks.max(1);
    Some(Timestamp::from_millis(
        boot.checked_mul(1000)?.checked_add_unsigned(millis)?,
    ))
}

/// The pane a process was started in, by its own environment. Nothing else of that is kept: it
/// holds secrets.
pub(super) fn tmux_variables(pid: u32) -> Option<(Server, PaneId)> {
    parse_tmux_variables(&environment(pid)?)
}

/// The folder in which a Claude of this process keeps its files, by its own environment.
pub(super) fn claude_config(pid: u32) -> Option<PathBuf> {
    let environment = environment(pid)?;
    let named = value(&environment, b"CLAUDE_CONFIG_DIR").filter(|named| !named.is_empty());
    let by_home = || value(&environment, b"HOME").map(|home| Path::new(home).join(".claude"));
    named.map(PathBuf::from).or_else(by_home)
}

fn environment(pid: u32) -> Option<Vec<u8>> {
    let mut environment = Vec::new();
    let file = File::open(format!("/proc/{pid}/environ")).ok()?;
    file.take(MAX_ENVIRONMENT)
        .read_to_end(&mut environment)
        .ok()?;
    Some(environment)
}

fn value<'a>(environment: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let entry = environment
        .split(|byte| *byte == 0)
        .find_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="))?;
    std::str::from_utf8(entry).ok()
}

fn parse_tmux_variables(environment: &[u8]) -> Option<(Server, PaneId)> {
    let server = Server::from_tmux_variable(value(environment, b"TMUX")?)?;
    Some((server, value(environment, b"TMUX_PANE")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_stat(line: &[u8]) -> Option<Stat> {
        sys::Stat::parse(line).and_then(living)
    }

    #[test]
    fn the_name_of_a_program_does_not_confuse_its_numbers() {
        let line = b"7 (a) b (x) S 42 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 350097 100 200";
        let stat = parse_stat(line).unwrap();
        assert_eq!(
            stat,
            Stat {
                parent: 42,
                group: 7,
                foreground: None,
                is_stopped: false,
                start: 350_097
            }
        );
        for (state, is_stopped) in [(" T ", true), (" t ", false), (" R ", false)] {
            let line = String::from_utf8_lossy(line).replace(" S ", state);
            assert_eq!(parse_stat(line.as_bytes()).unwrap().is_stopped, is_stopped);
        }
        let zombie = String::from_utf8_lossy(line).replace(" S ", " Z ");
        for line in ["", "7 (x", "7 (x) S", "7 (x) S y", zombie.as_str()] {
            assert_eq!(parse_stat(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn only_the_two_variables_of_tmux_are_looked_for() {
        let environment = b"XTMUX=no\0TMUX_PANE=%4\0SECRET=x\0TMUX=/tmp/t/default,99,0\0TMUX_X=1\0";
        let (server, pane) = parse_tmux_variables(environment).unwrap();
        assert_eq!(server.to_string(), "/tmp/t/default,99");
        assert_eq!(pane, PaneId(4));
        assert_eq!(parse_tmux_variables(b"TMUX_PANE=%4\0"), None);
        assert_eq!(parse_tmux_variables(b"TMUX=x\0TMUX_PANE=4"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_a_parent_and_started_in_the_past() {
        let own = std::process::id();
        let stat = stat(own).unwrap();
        assert_eq!(ancestors(own)[..2], [own, stat.parent]);
        let started = started_at(stat.start).unwrap();
        let age = Timestamp::now().since(started.minus(std::time::Duration::from_secs(2)));
        assert!(age.as_secs() < 3600 && !age.is_zero(), "{age:?}");
    }
}
