//! Ending what the suite has started, and nothing else.

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
    for pid in found.into_iter().skip(1) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It may have ended with its parent.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Every process and its parent.
fn children() -> Vec<(u32, u32)> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let output = output.expect("ps lists the processes");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    });
    pairs.collect()
}
