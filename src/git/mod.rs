//! What git says is changed in a folder, asked of the `git` program. Looking changes nothing: no
//! lock, no byte below `.git`, and no program runs but git itself; see `call` for how.
//!
//! May import: `sys`, and the hooks' words.

mod call;
mod filter;
mod kin;
mod parse;
mod patch;
mod summary;
#[cfg(test)]
mod tests;
pub(crate) mod types;
mod untracked;
pub(crate) mod words;

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use self::kin::{Standing, Tree};
pub(crate) use self::types::{
    Change, DiffState, DiffSummary, FileChange, FileStatus, MAX_FILES, Patch, PatchRequest, Sums,
    USUAL_CONTEXT,
};
use crate::diagnostics::{self, Part};
use call::{Bounds, Output};

/// How long all questions about one repository may take together.
const BUDGET: Duration = Duration::from_secs(10);

/// Longest answer to one of them, in bytes: some hundred thousand paths.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// The `git` program, and how long it may take.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    program: OsString,
    budget: Duration,
}

/// Why git gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("git is not installed")]
    Missing,
    /// The folder is in no repository, or in one without a working tree.
    #[error("not in a git repository")]
    NotRepository,
    /// The budget was spent; what was started is killed.
    #[error("git did not end in time")]
    TimedOut,
    /// The answer was longer than anything that can be shown.
    #[error("git's answer was longer than {} MB", MAX_OUTPUT / 1024 / 1024)]
    TooLong,
    /// Git said no, in these words.
    #[error("git: {0}")]
    Failed(String),
    /// The file is not among the changed ones.
    #[error("{0} is not among the changed files")]
    NotChanged(String),
}

impl GitError {
    fn io(error: &io::Error) -> Self {
        Self::Failed(format!("could not be run: {error}"))
    }

    /// Whether asking again tells the same until somebody installs something or makes a repository.
    fn is_lasting(&self) -> bool {
        matches!(self, Self::Missing | Self::NotRepository)
    }
}

impl Default for Git {
    fn default() -> Self {
        Self {
            program: "git".into(),
            budget: BUDGET,
        }
    }
}

impl Git {
    /// The same with another program in its place.
    #[must_use]
    #[cfg(test)]
    pub(crate) fn program(self, program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            ..self
        }
    }

    /// The same with another limit for all questions about one repository.
    #[must_use]
    pub(crate) fn budget(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    /// The repository around `folder`.
    ///
    /// # Errors
    /// There is none, or it cannot be asked.
    fn open(&self, folder: &Path) -> Result<Repository<'_>, GitError> {
        let mut repository = Repository {
            git: self,
            root: folder.to_owned(),
            settings: Vec::new(),
            deadline: Instant::now() + self.budget,
        };
        let mut root = repository.ask(["rev-parse", "--show-toplevel"])?;
        root.pop_if(|last| *last == b'\n');
        repository.root = PathBuf::from(OsString::from_vec(root));
        let filters = ["config", "-z", "--show-scope", "--get-regexp", r"^filter\."];
        // Without any it ends with 1.
        let listing = repository.run(filters, MAX_OUTPUT, &[0, 1])?;
        repository.settings = filter::overrides(&listing.stdout)?;
        Ok(repository)
    }

    /// What `error` means to somebody who wanted a summary.
    fn degraded(&self, error: &GitError) -> DiffSummary {
        match error {
            GitError::Missing => DiffSummary {
                state: DiffState::GitMissing,
                ..DiffSummary::default()
            },
            GitError::NotRepository => DiffSummary {
                state: DiffState::NotGitRepo,
                ..DiffSummary::default()
            },
            GitError::TimedOut => {
                DiffSummary::error(format!("took longer than {} s", self.budget.as_secs_f32()))
            }
            other => DiffSummary::error(other.to_string()),
        }
    }
}

/// A repository that is being asked, within one budget for everything.
#[derive(Debug)]
struct Repository<'a> {
    git: &'a Git,
    /// The top folder of the working tree.
    root: PathBuf,
    /// Settings that keep the repository's own filters from running.
    settings: Vec<OsString>,
    deadline: Instant,
}

impl Repository<'_> {
    /// Git's whole answer to a question that ends with 0.
    fn ask<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Vec<u8>, GitError> {
        let output = self.run(arguments, MAX_OUTPUT, &[0])?;
        if output.is_cut {
            return Err(GitError::TooLong);
        }
        Ok(output.stdout)
    }

    /// At most `room` bytes of git's answer; `good` are the exit statuses that are no failure.
    fn run<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        room: usize,
        good: &[i32],
    ) -> Result<Output, GitError> {
        let bounds = Bounds {
            deadline: self.deadline,
            output: room,
        };
        let arguments: Vec<OsString> = arguments
            .into_iter()
            .map(|word| word.as_ref().to_owned())
            .collect();
        let output = diagnostics::timed(
            Part::Git,
            || {
                let words = arguments.first().map(|word| word.to_string_lossy());
                format!(
                    "git {} in {}",
                    words.unwrap_or_default(),
                    self.root.display()
                )
            },
            || {
                call::run(
                    &self.git.program,
                    &self.root,
                    &self.settings,
                    &arguments,
                    bounds,
                )
            },
        )?;
        if output.is_cut || output.ended_with(good) {
            return Ok(output);
        }
        Err(output.failure())
    }
}

/// The nearest folder from `folder` upwards that looks like the top of a repository, found without starting git.
pub(crate) fn top_of(folder: &Path) -> Option<&Path> {
    let mut above = folder.ancestors();
    above.find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// A path of git's as it is shown.
fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// A path of git's below `root`.
fn below(root: &Path, path: &[u8]) -> PathBuf {
    root.join(std::ffi::OsStr::from_bytes(path))
}
