//! Ending what the suite has started, and nothing else.

use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// Kills every process below `root` with SIGKILL, the deepest last.
pub(super) fn kill_below(root: u32) {
    let all = children();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            all.iter()
                .filter(|(_, above)| *above == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    found.into_iter().skip(1).for_each(kill);
}

/// Kills every process whose arguments name `folder`, which must be a folder of this run alone.
pub(super) fn kill_naming(folder: &Path) {
    let folder = folder.to_string_lossy();
    let lines = list("pid=,args=");
    let named = lines.lines().filter(|line| line.contains(&*folder));
    let pids = named.filter_map(|line| line.split_whitespace().next()?.parse().ok());
    pids.for_each(kill);
}

fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended with its parent.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Every process and its parent.
fn children() -> Vec<(u32, u32)> {
    let text = list("pid=,ppid=");
    let pairs = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    });
    pairs.collect()
}

/// What `ps` says of every process, a line each.
fn list(columns: &str) -> String {
    let output = Command::new("ps")
        .args(["-A", "-ww", "-o", columns])
        .output();
    let output = output.expect("ps lists the processes");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
