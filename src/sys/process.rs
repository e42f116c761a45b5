//! Whether a process lives, and what `/proc` tells of it on Linux: its start, its parents and children,
//! and single variables that it was given. Elsewhere only the first is known.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process as sys;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// Longest chain of parents that is followed.
const MAX_DEPTH: usize = 64;

/// The start of a process is known to this much, by clocks that may drift apart.
const START_SLACK: Duration = Duration::from_secs(2);

/// What the system adds to the path of a program's file that is there no more.
const GONE: &str = " (deleted)";

/// Longest of what the system lists that is read, in bytes.
const MAX_LIST: u64 = 1024 * 1024;

/// Fields of `/proc/<pid>/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The parent.
    pub(crate) parent: u32,
    /// Its process group.
    pub(crate) group: u32,
    /// The process group in the foreground of its terminal, if it has one.
    pub(crate) foreground: Option<u32>,
    /// Whether it was stopped, by Ctrl-Z or a signal; not by a debugger.
    pub(crate) is_stopped: bool,
    /// When the process started, in clock ticks since the system did.
    pub(crate) start: u64,
}

/// Reads `/proc/<pid>/stat`; `None` when no such process lives, or there is no such folder.
pub(crate) fn stat(pid: u32) -> Option<Stat> {
    sys::stat(pid).and_then(living)
}

/// Whether its first thread, which reads the keys, sleeps until something comes; `None` where nothing tells.
pub(crate) fn waits(pid: u32) -> Option<bool> {
    Some(sys::stat(pid)?.state == 'S')
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
pub(crate) fn ancestors(pid: u32) -> Vec<u32> {
    sys::chain(pid, MAX_DEPTH, |pid| Some(stat(pid)?.parent))
}

/// The name of the program that the process runs, at most 15 bytes of it.
pub(crate) fn program(pid: u32) -> Option<String> {
    let name = sys::text_of(pid, "comm", MAX_LIST)?;
    Some(name.trim_end().to_owned())
}

/// Whether the process runs our own program: the same file, or, where `by_path`, one that has been put in
/// its place since. False where the system does not tell.
pub(crate) fn runs_our_program(pid: u32, by_path: bool) -> bool {
    let program = |process: &str| {
        let link = format!("/proc/{process}/exe");
        let file = fs::metadata(&link).ok()?;
        let path = fs::read_link(&link).ok()?.into_os_string().into_string();
        Some(((file.dev(), file.ino()), path.ok()))
    };
    let (Some((own, own_path)), Some((its, path))) = (program("self"), program(&pid.to_string()))
    else {
        return false;
    };
    let is_replaced = || {
        let path_of = |path: Option<String>| path.map(|it| it.trim_end_matches(GONE).to_owned());
        own_path.is_some() && path_of(own_path) == path_of(path)
    };
    own == its || by_path && is_replaced()
}

/// When a process with this start, as `/proc` counts it, came to life; `None` where that cannot be
/// known.
pub(crate) fn started_at(start: u64) -> Option<Timestamp> {
    let system = sys::told("stat", MAX_LIST)?;
    let boot: i64 = String::from_utf8_lossy(&system)
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

/// The processes that this one has started and that live, on Linux.
pub(crate) fn children_of(pid: u32) -> Vec<u32> {
    let families = families_of(pid).into_iter();
    families.flat_map(|(_, children)| children).collect()
}

/// The same by the thread of it that has started them.
pub(crate) fn families_of(pid: u32) -> Vec<(u32, Vec<u32>)> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let families = threads.filter_map(|thread| {
        let thread = thread.file_name().to_str()?.parse().ok()?;
        Some((thread, children_of_thread(pid, thread)?))
    });
    families
        .filter(|(_, children)| !children.is_empty())
        .collect()
}

/// The same of one thread; `None` where that has ended.
pub(crate) fn children_of_thread(pid: u32, thread: u32) -> Option<Vec<u32>> {
    let list = sys::text_of(pid, &format!("task/{thread}/children"), MAX_LIST)?;
    let words = list.split_ascii_whitespace();
    Some(words.filter_map(|word| word.parse().ok()).collect())
}

/// Whether the process that has this number now began after `moment`, so that it is another one than
/// was known by it then. False where the system does not tell.
pub(crate) fn started_after(pid: u32, moment: Timestamp) -> bool {
    stat(pid)
        .and_then(|stat| started_at(stat.start))
        .is_some_and(|started| started > moment.plus(START_SLACK))
}

/// Whether there is such a process, whoever it belongs to.
pub(crate) fn is_alive(pid: u32) -> bool {
    as_pid(pid).is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}

/// As the system takes it.
pub(crate) fn as_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// The process and its ancestors, nearest first, and when it started; `None` where that is not told,
/// or it has ended.
pub(crate) fn lineage(pid: u32) -> Option<(Vec<u32>, u64)> {
    let start = stat(pid)?.start;
    Some((ancestors(pid), start))
}

/// The name of the program that the process runs, as far as the system tells.
pub(crate) fn program_of(pid: u32) -> Option<String> {
    program(pid)
}

/// Whether the process `pid` is `from` or descends from it; `None` where that cannot be told.
pub(crate) fn descends(pid: u32, from: u32) -> Option<bool> {
    stat(pid)?;
    Some(ancestors(pid).contains(&from))
}

/// When the process started, in the system's own unit; 0 where that is not told, `None` when it is gone.
pub(crate) fn start_of(pid: u32) -> Option<u64> {
    match stat(pid) {
        Some(stat) => Some(stat.start),
        None => (!cfg!(target_os = "linux") && is_alive(pid)).then_some(0),
    }
}

/// Whether the process runs; one that has ended and only waits to be noticed does not.
pub(crate) fn lives(pid: u32) -> bool {
    let is_linux = cfg!(target_os = "linux");
    is_alive(pid) && (!is_linux || stat(pid).is_some())
}

/// What the variable `name` was set to when the process was started.
pub(crate) fn variable(pid: u32, name: &str) -> Option<String> {
    let [value] = sys::variables(pid, [name])?;
    value
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

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_a_parent_and_started_in_the_past() {
        let own = std::process::id();
        let stat = stat(own).unwrap();
        assert_eq!(ancestors(own)[..2], [own, stat.parent]);
        let started = started_at(stat.start).unwrap();
        let age = Timestamp::now().since(started.minus(Duration::from_secs(2)));
        assert!(age.as_secs() < 3600 && !age.is_zero(), "{age:?}");
    }
}
