//! `diff_summary`: what is changed in an agent's folder, in the shape that every client knows and with
//! what more is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SAID_BYTES, Voice, is_false, is_zero};
use crate::git::{Change, DiffState, DiffSummary, FileChange, FileStatus, Sums};

/// Why there are no numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum NoGit {
    /// The folder is in no repository.
    NotGitRepo,
    /// There is no `git` program.
    GitMissing,
    /// It could not be found out; `message` says why.
    Error,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum FileWord {
    /// Its content or its mode is another.
    Modified,
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// It came from another path.
    Renamed,
    /// Git does not know it.
    Untracked,
}

impl FileWord {
    /// What that change is called.
    pub fn of(status: FileStatus, change: Change) -> Self {
        match (status, change) {
            (FileStatus::Untracked, _) => Self::Untracked,
            (_, Change::Added | Change::Copied) => Self::Added,
            (_, Change::Deleted) => Self::Deleted,
            (_, Change::Renamed) => Self::Renamed,
            (_, Change::Modified | Change::TypeChanged | Change::Unmerged) => Self::Modified,
        }
    }

    /// The change that it names; `modified` may be another one.
    pub fn change(self) -> Change {
        match self {
            Self::Modified => Change::Modified,
            Self::Added | Self::Untracked => Change::Added,
            Self::Deleted => Change::Deleted,
            Self::Renamed => Change::Renamed,
        }
    }
}

/// One change of one file.
#[allow(clippy::struct_excessive_bools, reason = "each is a field on the wire")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangedFile {
    /// Its path below the repository's folder.
    pub path: String,
    /// What happened.
    pub status: FileWord,
    /// Lines added; 0 where they were not counted.
    pub additions: u64,
    /// Lines deleted; 0 where they were not counted.
    pub deletions: u64,
    /// Whether the change lies between the last commit and the index.
    pub staged: bool,
    /// Whether git does not know the file.
    pub untracked: bool,
    /// What happened, more exactly, where `status` is the nearest word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Nobody has counted the lines, or there are none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub uncounted: bool,
    /// Whether git takes it for a binary file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub binary: bool,
    /// Whether it is a submodule.
    #[serde(default, skip_serializing_if = "is_false")]
    pub submodule: bool,
    /// Its path before, when it was renamed or copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// The agents that said that they wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_by: Vec<String>,
}

impl From<&FileChange> for ChangedFile {
    fn from(file: &FileChange) -> Self {
        let status = FileWord::of(file.status, file.change);
        Self {
            path: file.path.clone(),
            status,
            additions: file.additions.unwrap_or(0),
            deletions: file.deletions.unwrap_or(0),
            staged: file.status == FileStatus::Staged,
            untracked: file.status == FileStatus::Untracked,
            change: (status.change() != file.change).then_some(file.change),
            uncounted: file.additions.is_none() && file.deletions.is_none(),
            binary: file.binary,
            submodule: file.submodule,
            renamed_from: file.renamed_from.clone(),
            changed_by: file.changed_by.clone(),
        }
    }
}

impl From<ChangedFile> for FileChange {
    fn from(file: ChangedFile) -> Self {
        let is_untracked = file.untracked || file.status == FileWord::Untracked;
        Self {
            status: match (is_untracked, file.staged) {
                (true, _) => FileStatus::Untracked,
                (false, true) => FileStatus::Staged,
                (false, false) => FileStatus::Unstaged,
            },
            change: file.change.unwrap_or(file.status.change()),
            additions: (!file.uncounted).then_some(file.additions),
            deletions: (!file.uncounted).then_some(file.deletions),
            path: file.path,
            binary: file.binary,
            submodule: file.submodule,
            renamed_from: file.renamed_from,
            changed_by: file.changed_by,
        }
    }
}

/// Payload of `diff_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentDiff {
    /// The agent.
    pub agent_id: String,
    /// The top folder of the working tree; empty where there is none.
    pub repo_root: String,
    /// Whether there are numbers.
    pub git_available: bool,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoGit>,
    /// The sums of all changed files, listed or not.
    pub summary: Sums,
    /// The changes, by path; at most `git::MAX_FILES`.
    pub files: Vec<ChangedFile>,
    /// The same as `reason`, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The branch; none with a detached head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit, in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// Commits that the upstream branch has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u64>,
    /// Commits that only the upstream branch has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
    /// The name of the worktree, when it is not the main one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<String>,
    /// How many files are changed, each counted once, however many of them are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub file_count: u64,
    /// How many of them more than one agent said to have written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shared_files: u64,
    /// How many changes have no numbers because there was too much to count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uncounted_files: u64,
    /// Lines added in all of them, untracked ones included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub additions: u64,
    /// Lines deleted in all of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deletions: u64,
    /// Another text whenever the content of a listed file may be another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub revision: String,
}

impl AgentDiff {
    /// What is told of that agent's folder.
    pub fn of(agent: &str, diff: &DiffSummary) -> Self {
        Self {
            agent_id: agent.to_owned(),
            repo_root: diff.root.clone().unwrap_or_default(),
            git_available: diff.state == DiffState::Ok,
            reason: match diff.state {
                DiffState::Ok => None,
                DiffState::NotGitRepo => Some(NoGit::NotGitRepo),
                DiffState::GitMissing => Some(NoGit::GitMissing),
                DiffState::Error => Some(NoGit::Error),
            },
            summary: diff.sums.unwrap_or_else(|| Sums::of(&diff.files)),
            files: diff.files.iter().map(ChangedFile::from).collect(),
            message: diff.why.clone(),
            branch: diff.branch.clone(),
            commit: diff.commit.clone(),
            upstream: diff.upstream.clone(),
            ahead: diff.ahead,
            behind: diff.behind,
            worktree: diff.worktree.clone(),
            file_count: diff.file_count,
            shared_files: diff.shared_files,
            uncounted_files: diff.uncounted_files,
            additions: diff.additions,
            deletions: diff.deletions,
            revision: diff.revision.clone(),
        }
    }

    /// The same in the words of our own; of a client that knows no more than it must, completed.
    pub fn into_summary(self) -> DiffSummary {
        let Sums {
            staged, unstaged, ..
        } = self.summary;
        let paths: BTreeSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        let listed = paths.len() as u64;
        let told = |own: u64, sum: u64| if own == 0 { sum } else { own };
        DiffSummary {
            state: match (self.git_available, self.reason) {
                (true, _) => DiffState::Ok,
                (false, Some(NoGit::NotGitRepo)) => DiffState::NotGitRepo,
                (false, Some(NoGit::GitMissing)) => DiffState::GitMissing,
                (false, Some(NoGit::Error) | None) => DiffState::Error,
            },
            why: self.message,
            root: Some(self.repo_root).filter(|root| !root.is_empty()),
            additions: told(self.additions, staged.additions + unstaged.additions),
            deletions: told(self.deletions, staged.deletions + unstaged.deletions),
            file_count: told(self.file_count, listed.max(self.summary.at_least())),
            sums: Some(self.summary),
            branch: self.branch,
            commit: self.commit,
            upstream: self.upstream,
            ahead: self.ahead,
            behind: self.behind,
            worktree: self.worktree,
            shared_files: self.shared_files,
            uncounted_files: self.uncounted_files,
            revision: self.revision,
            files: self.files.into_iter().map(FileChange::from).collect(),
        }
    }
}

impl Voice {
    /// All changed files of one agent's folder; of a list too long for a message its beginning.
    pub fn say_diff(&self, agent: &str, diff: &Arc<DiffSummary>, now: Timestamp) -> Vec<u8> {
        let mut message = AgentDiff::of(agent, diff);
        loop {
            let said = self.print("diff_summary", &message, None, now);
            if said.len() <= SAID_BYTES {
                return said;
            }
            if message.files.is_empty() {
                return self.say("diff_summary", &message, None, now);
            }
            message.files.truncate(message.files.len() / 2);
        }
    }
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
