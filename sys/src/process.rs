//! What the system tells of one process, where there is a `/proc`. Elsewhere nothing is known.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longest environment that is looked through, in bytes.
const MAX_ENVIRONMENT: u64 = 1024 * 1024;

/// Longest line of numbers that is read, in bytes; real ones have some 300.
const MAX_STAT: u64 = 4096;

/// What `/proc/<pid>/stat` says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// One letter: `R` it runs, `S` and `D` it sleeps, `T` it was stopped, `t` a debugger has stopped
    /// it, `Z` and `X` it has ended and nobody has reaped it.
    pub state: char,
    /// The parent; 0: none that can be seen from here.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// The leader of its session; 0: one that cannot be seen from here.
    pub session: u32,
    /// Its terminal, as the system counts them; 0: none. Not known where the number has no sense.
    pub terminal: Option<u64>,
    /// The process group in front on that terminal, if it has one.
    pub front: Option<u32>,
    /// When it started, in clock ticks since the system did: with its number it is this process, and
    /// no later one.
    pub start: u64,
}

/// The folder in which a process works now; `None` when there is none of that number, it is another
/// user's, or there is no such folder as `/proc`.
pub fn folder(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// Whether a process reads from a terminal and writes to one; `None` when there is none of that number, it is
/// another user's, or there is no such folder as `/proc`.
pub fn has_terminal(pid: u32) -> Option<bool> {
    const TERMINALS: [&str; 3] = ["/dev/pts/", "/dev/tty", "/dev/console"];
    let is_terminal = |descriptor: u32| {
        let device = std::fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).ok()?;
        let device = device.to_str()?.to_owned();
        Some(TERMINALS.iter().any(|known| device.starts_with(known)))
    };
    Some(is_terminal(0)? && is_terminal(1)?)
}

/// At most the first `max` bytes of what `/proc/<name>` says; `None` when there is none.
pub fn told(name: &str, max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(Path::new("/proc").join(name)).ok()?;
    file.take(max).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The same of one process.
pub fn told_of(pid: u32, name: &str, max: u64) -> Option<Vec<u8>> {
    told(&format!("{pid}/{name}"), max)
}

/// The same of a text; what is no UTF-8 in it is replaced.
pub fn text_of(pid: u32, name: &str, max: u64) -> Option<String> {
    let told = told_of(pid, name, max)?;
    Some(String::from_utf8_lossy(&told).into_owned())
}

/// What the process was started with, its name first, each ended by a zero byte: at most `max` bytes.
pub fn command_line(pid: u32, max: u64) -> Option<Vec<u8>> {
    told_of(pid, "cmdline", max)
}

/// What these variables were set to when the process was started. Nothing else of its environment is
/// kept, for it holds secrets.
pub fn variables<const N: usize>(pid: u32, names: [&str; N]) -> Option<[Option<String>; N]> {
    let environment = told_of(pid, "environ", MAX_ENVIRONMENT)?;
    Some(names.map(|name| value(&environment, name)))
}

fn value(environment: &[u8], name: &str) -> Option<String> {
    let entry = environment
        .split(|byte| *byte == 0)
        .find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    std::str::from_utf8(entry).ok().map(str::to_owned)
}

/// Reads it now; `None` when there is no such process, or there is no such folder.
pub fn stat(pid: u32) -> Option<Stat> {
    let file = File::open(format!("/proc/{pid}/stat")).ok()?;
    // Its size is not told; with room for a usual one there is one read and the look for more.
    let mut line = Vec::with_capacity(512);
    file.take(MAX_STAT).read_to_end(&mut line).ok()?;
    Stat::parse(&line)
}

impl Stat {
    /// Reads such a line.
    pub fn parse(line: &[u8]) -> Option<Self> {
        // The second field is the program's name in parentheses and may hold anything, also `)`.
        let line = String::from_utf8_lossy(line);
        let rest = &line[line.rfind(')')? + 1..];
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let session = fields.next()?.parse().ok()?;
        let terminal = fields.next()?.parse().ok();
        // Without a terminal it is -1.
        let front = fields.next()?.parse().ok();
        let start = fields.nth(13)?.parse().ok()?;
        Some(Self {
            state,
            parent,
            group,
            session,
            terminal,
            front,
            start,
        })
    }
}

/// The process and its ancestors, nearest first, at most `depth` of them.
pub fn chain(pid: u32, depth: usize, parent: impl Fn(u32) -> Option<u32>) -> Vec<u32> {
    let mut chain = vec![pid];
    while let Some(parent) = chain.last().and_then(|last| parent(*last))
        && parent > 0
        && chain.len() < depth
    {
        chain.push(parent);
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "7 (a) b (x) S 42 7 5 34816 9 4194304 1 2 3 4 5 6 7 8 20 0 1 0 350097 100 200";

    #[test]
    fn the_name_of_a_program_does_not_confuse_its_numbers() {
        let expected = Stat {
            state: 'S',
            parent: 42,
            group: 7,
            session: 5,
            terminal: Some(34816),
            front: Some(9),
            start: 350_097,
        };
        assert_eq!(Stat::parse(LINE.as_bytes()), Some(expected));
        let without = LINE.replace(" 34816 9 ", " 0 -1 ");
        let read = Stat::parse(without.as_bytes()).unwrap();
        assert_eq!(
            (read.terminal, read.front, read.start),
            (Some(0), None, 350_097)
        );
        let odd = [&b"7 (\xff\xfe) "[..], &LINE.as_bytes()[12..]].concat();
        assert_eq!(Stat::parse(&odd), Some(expected));
    }

    #[test]
    fn what_is_no_such_line_is_nothing() {
        for line in ["", "7 (x", "7 (x)", "7 (x) S", "7 (x) S y", &LINE[..60]] {
            assert_eq!(Stat::parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_variable_is_found_by_its_whole_name() {
        let environment = b"XTMUX=no\0TMUX_PANE=%4\0SECRET=x\0TMUX=a=b\0ODD=\xff\0EMPTY=\0";
        let value = |name| value(environment, name);
        assert_eq!(value("TMUX").as_deref(), Some("a=b"));
        assert_eq!(value("TMUX_PANE").as_deref(), Some("%4"));
        assert_eq!(value("EMPTY").as_deref(), Some(""));
        for absent in ["MUX", "TMU", "ODD", "no"] {
            assert_eq!(value(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_chain_ends_at_the_first_one_or_where_it_is_cut() {
        let parent = |pid: u32| (pid < 100).then(|| pid - 1);
        assert_eq!(chain(3, 64, parent), [3, 2, 1]);
        assert_eq!(chain(50, 4, parent), [50, 49, 48, 47]);
        assert_eq!(chain(100, 64, parent), [100], "nothing is known");
        assert_eq!(chain(9, 5, Some), [9; 5], "its own parent");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_what_it_is_and_an_ended_one_is_not_there() {
        let own = stat(std::process::id()).unwrap();
        assert_eq!(own.parent, std::os::unix::process::parent_id());
        assert!(matches!(own.state, 'R' | 'S'), "{own:?}");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        let start = std::time::Instant::now();
        while stat(pid).is_some_and(|found| found.state != 'Z') {
            assert!(start.elapsed().as_secs() < 20, "it never ended");
            std::thread::yield_now();
        }
        assert!(stat(pid).is_some_and(|found| found.start >= own.start));
        child.wait().unwrap();
        assert_eq!(stat(pid), None);
        assert_eq!(stat(u32::MAX), None);
    }
}
