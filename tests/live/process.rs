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

/// Kills every process whose arguments or environment name `folder`, which must be a folder of this run
/// alone: servers and background sessions outlive their panes.
pub(super) fn kill_naming(folder: &Path) {
    let folder = folder.to_string_lossy();
    let lines = list("pid=,args=");
    for line in lines.lines() {
        let pid = line.split_whitespace().next();
        let Some(pid) = pid.and_then(|pid| pid.parse().ok()) else {
            continue;
        };
        if line.contains(&*folder) || environment(pid).contains(&*folder) {
            kill(pid);
        }
    }
}

/// Empty where the system does not tell it in `/proc`.
fn environment(pid: u32) -> String {
    let bytes = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Kills one process with SIGKILL.
pub(super) fn kill(pid: u32) {
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
