//! Processes that show a background job of Claude's in their pane: `claude attach ID`. They have no
//! session file; what they show they were told with their arguments. Only Linux tells.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_installer::CLAUDE;
use pane_patrol_sys::process::command_line;

use crate::sys::process::{stat, variable};

/// Longest command line that is looked at, in bytes.
const MAX_LINE: u64 = 4096;

/// The job that process `pid` was started to show.
pub(crate) fn attached_to(pid: u32) -> Option<String> {
    job_of(&command_line(pid, MAX_LINE)?)
}

/// Every process that was started to show `job` of the Claude whose files are below `config`: another
/// one's jobs may have the same ids. A child has the same line until it runs a program of its own, and is
/// none.
pub(crate) fn viewers_of(job: &str, config: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let found: Vec<u32> = pids
        .filter(|pid| attached_to(*pid).as_deref() == Some(job))
        .collect();
    let is_first = |pid: &u32| stat(*pid).is_some_and(|stat| !found.contains(&stat.parent));
    let viewers = found.iter().copied().filter(is_first);
    viewers.filter(|pid| keeps_files_in(*pid, config)).collect()
}

/// Whether a Claude that this process is keeps its files below `config`.
pub(crate) fn keeps_files_in(pid: u32, config: &Path) -> bool {
    let own = claude_config(pid);
    own.is_some_and(|own| own == config || is_same_folder(&own, config))
}

/// The folder in which a Claude of this process keeps its files, by its own environment.
fn claude_config(pid: u32) -> Option<PathBuf> {
    let set = |name: &str| variable(pid, name).map(PathBuf::from);
    let location = CLAUDE.locate(&set).ok()?;
    Some(CLAUDE.folder(&location).to_owned())
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| path.metadata().map(|found| (found.dev(), found.ino())).ok();
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// Whether a job may have this id: it becomes an argument of the assistant's own program.
pub(crate) fn is_id(job: &str) -> bool {
    !job.is_empty() && job.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The job that a command line names, whose arguments end with a zero byte each: `claude attach ID`,
/// also by way of its runtime.
fn job_of(line: &[u8]) -> Option<String> {
    let arguments: Vec<&str> = line
        .split(|byte| *byte == 0)
        .map(|argument| std::str::from_utf8(argument).unwrap_or_default())
        .collect();
    let is_claude = |argument: &&str| {
        let name = Path::new(argument)
            .file_name()
            .and_then(|name| name.to_str());
        name.is_some_and(|name| name == "claude" || name.starts_with("claude."))
    };
    let program = arguments.iter().take(2).position(is_claude)?;
    let job = match arguments.get(program + 1..)? {
        ["attach", job, ..] => *job,
        _ => return None,
    };
    is_id(job).then(|| job.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_is_what_attach_is_told() {
        let job = |arguments: &[&str]| {
            let line = arguments.join("\0") + "\0";
            job_of(line.as_bytes())
        };
        let is = |id: &str| Some(id.to_owned());
        assert_eq!(job(&["claude", "attach", "005e8235"]), is("005e8235"));
        assert_eq!(
            job(&["/opt/x/claude", "attach", "0ade4f56"]),
            is("0ade4f56")
        );
        assert_eq!(job(&["node", "/opt/claude.mjs", "attach", "a1"]), is("a1"));
        for other in [
            &["claude", "attach"][..],
            &["claude", "attach", "--help"],
            &["claude", "agents"],
            &["claude", "-p", "attach", "a1"],
            &["tmux", "attach", "a1"],
            &["sh", "-c", "claude attach a1"],
            &["claude", "attach", "../x"],
            &[],
        ] {
            assert_eq!(job(other), None, "{other:?}");
        }
    }
}
