//! The one way in which git is started: as a reader that waits for nobody, takes no lock, writes
//! nothing and runs nothing that a repository's own settings name.
//!
//! A repository that was fetched from somewhere may bring settings that start programs. Git obeys
//! `core.fsmonitor`, hooks, `diff.external`, text converters, `filter.*.clean`, and, for objects that
//! were left out of a clone, whatever its remote is configured to run. All of that is switched off
//! here; the filters of the person's own settings stay, see [`super::filter`].

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use super::GitError;
use crate::sys::child::{self, Ended, Group};

/// Settings that would let a repository start programs, or git write. What is given on the command
/// line counts more than any file.
const SETTINGS: [&str; 7] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "diff.autoRefreshIndex=false",
    // A folder in a clone that looks like a repository without a working tree is none.
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// More than anybody reads of what git says of a failure, in bytes.
const MAX_COMPLAINT: usize = 64 * 1024;

/// What one call may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// When it has to be over.
    pub(super) deadline: Instant,
    /// How much it may print, in bytes.
    pub(super) output: usize,
}

/// What git printed.
#[derive(Debug)]
pub(super) struct Output {
    /// All of it, or as much as the bounds allow.
    pub(super) stdout: Vec<u8>,
    /// Whether there was more.
    pub(super) is_cut: bool,
    /// The exit status; none when it was stopped because it printed too much.
    pub(super) status: Option<ExitStatus>,
    stderr: Vec<u8>,
}

impl Output {
    /// Whether git ended with one of these exit statuses.
    pub(super) fn ended_with(&self, statuses: &[i32]) -> bool {
        let code = self.status.and_then(|status| status.code());
        code.is_some_and(|code| statuses.contains(&code))
    }

    /// What git says of its failure.
    pub(super) fn failure(&self) -> GitError {
        let said = String::from_utf8_lossy(&self.stderr);
        let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
        let fatal = lines().find_map(|line| line.strip_prefix("fatal: "));
        let words = fatal.or_else(|| lines().next()).unwrap_or("git failed");
        let is_elsewhere = [
            "not a git repository",
            "must be run in a work tree",
            "cannot use bare repository",
        ];
        if is_elsewhere.iter().any(|sign| words.contains(sign)) {
            return GitError::NotRepository;
        }
        GitError::Failed(words.chars().filter(|char| !char.is_control()).collect())
    }
}

/// Runs git in `folder`. It and all it has started are gone when this returns, or this program ends. Only where that
/// is killed outright git goes on until it has its answer, which it has nobody to tell then: to be tied to us each
/// call would start this program first, and there are many.
pub(super) fn run<I, S>(
    program: &OsStr,
    folder: &Path,
    settings: &[OsString],
    arguments: I,
    bounds: Bounds,
) -> Result<Output, GitError>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = command(program, folder, settings);
    command.args(arguments);
    let mut child = Group::start(&mut command).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => GitError::Missing,
        _ => GitError::io(&error),
    })?;
    let output = collect(&mut child, bounds).map_err(|error| GitError::io(&error))?;
    output.ok_or(GitError::TimedOut)
}

fn command(program: &OsStr, folder: &Path, settings: &[OsString]) -> Command {
    let mut command = child::ours(program, child::GIT);
    command
        .args(["--no-optional-locks", "--no-pager", "--literal-pathspecs"])
        .arg("-C")
        .arg(folder);
    let settings = settings.iter().map(OsString::as_os_str);
    for setting in SETTINGS.into_iter().map(OsStr::new).chain(settings) {
        command.arg("-c").arg(setting);
    }
    command
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        // For versions that know no such thing: no way to fetch is allowed.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Reads what the child prints and waits for its end; `None` when the deadline comes first.
fn collect(child: &mut Group, bounds: Bounds) -> io::Result<Option<Output>> {
    let read = child.outputs((bounds.output, MAX_COMPLAINT), bounds.deadline)?;
    let is_cut = read.ended == Ended::Full;
    let status = match read.ended {
        Ended::Closed => child.wait(bounds.deadline)?,
        Ended::Full | Ended::Late => None,
    };
    if !is_cut && status.is_none() {
        return Ok(None);
    }
    Ok(Some(Output {
        stdout: read.stdout,
        is_cut,
        status,
        stderr: read.stderr,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Some stand for one another (no fetch without a way to fetch), so what a repository can do
    // shows only that one of them is there.
    #[test]
    fn git_is_given_every_precaution() {
        let command = command(OsStr::new("git"), Path::new("/srv"), &[]);
        let arguments: Vec<&str> = command.get_args().filter_map(OsStr::to_str).collect();
        for setting in [
            "core.fsmonitor=false",
            "core.hooksPath=/dev/null",
            "core.pager=cat",
            "diff.autoRefreshIndex=false",
            "safe.bareRepository=explicit",
            "gc.auto=0",
            "maintenance.auto=false",
        ] {
            assert!(
                arguments.windows(2).any(|two| two == ["-c", setting]),
                "{setting}"
            );
        }
        for option in ["--no-optional-locks", "--no-pager", "--literal-pathspecs"] {
            assert!(arguments.contains(&option), "{option}");
        }
        for (name, value) in [
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ] {
            let given = (OsStr::new(name), Some(OsStr::new(value)));
            assert!(
                command.get_envs().any(|variable| variable == given),
                "{name}"
            );
        }
    }
}
