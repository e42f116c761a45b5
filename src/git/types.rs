//! What is told of an assistant's work, in the shape that every reader gets it: the hub's
//! messages, `status`, `diff` and `tasks`. Data only; a field that is not known is left out.

use serde::{Deserialize, Serialize};

/// How many files a list holds at most; [`DiffSummary::file_count`] counts all.
pub(crate) const MAX_FILES: usize = 500;

/// Longest text of a [`Patch`], in bytes.
pub(crate) const MAX_PATCH_BYTES: usize = 1024 * 1024;

/// Whether a summary of changes could be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum DiffState {
    /// It was made.
    #[default]
    Ok,
    /// The folder is in no git repository, or in a bare one.
    NotGitRepo,
    /// There is no `git` program.
    GitMissing,
    /// It could not be made; [`DiffSummary::why`] says why.
    Error,
}

/// What is changed in the repository around one folder, compared with its last commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffSummary {
    /// Whether there is anything to tell.
    pub state: DiffState,
    /// Why there is not, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The top folder of the working tree; paths of files are relative to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The branch; none with a detached head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit, in full; none as long as there is none.
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
    /// The name of the worktree, when it is not the main one of its repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<String>,
    /// Lines added in all changed files, staged or not, untracked ones included.
    #[serde(default)]
    pub additions: u64,
    /// Lines deleted in all of them.
    #[serde(default)]
    pub deletions: u64,
    /// How many files are changed, each counted once.
    #[serde(default)]
    pub file_count: u64,
    /// How many of them more than one assistant said to have written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shared_files: u64,
    /// How many changes have neither numbers nor are binary, because there was too much to count: the
    /// sums are without them.
    #[serde(default)]
    pub uncounted_files: u64,
    /// Another text whenever the content of a listed file may be another, also when all numbers are the
    /// same: a patch that was read before is then out of date.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// How much is changed where; a row carries it as little as the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums: Option<Sums>,
    /// The changes, by path; at most [`MAX_FILES`]. A row carries none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChange>,
}

impl DiffSummary {
    /// A summary that only says why there is none.
    pub fn error(why: impl Into<String>) -> Self {
        Self {
            state: DiffState::Error,
            why: Some(why.into()),
            ..Self::default()
        }
    }

    /// The same without the list of files: what a row carries.
    #[must_use]
    pub fn totals(&self) -> Self {
        Self {
            sums: None,
            files: Vec::new(),
            ..self.clone()
        }
    }
}

/// How much of a kind is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changed {
    /// In so many files.
    pub files: u64,
    /// Lines added.
    #[serde(default)]
    pub additions: u64,
    /// Lines deleted.
    #[serde(default)]
    pub deletions: u64,
}

/// How many files git does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Untracked {
    /// So many.
    pub files: u64,
}

/// How much is changed, by where the change lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Sums {
    /// Between the last commit and the index.
    pub staged: Changed,
    /// Between the index and the folder.
    pub unstaged: Changed,
    /// In the folder only.
    pub untracked: Untracked,
}

impl Sums {
    /// Of these changes.
    pub fn of(files: &[FileChange]) -> Self {
        let mut sums = Self::default();
        for file in files {
            let changed = match file.status {
                FileStatus::Staged => &mut sums.staged,
                FileStatus::Unstaged => &mut sums.unstaged,
                FileStatus::Untracked => {
                    sums.untracked.files += 1;
                    continue;
                }
            };
            changed.files += 1;
            changed.additions += file.additions.unwrap_or(0);
            changed.deletions += file.deletions.unwrap_or(0);
        }
        sums
    }

    /// How many files there are at least: one may be counted twice.
    pub fn at_least(&self) -> u64 {
        self.staged.files.max(self.unstaged.files) + self.untracked.files
    }
}

/// Between which two of commit, index and folder a change lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum FileStatus {
    /// Between the last commit and the index.
    Staged,
    /// Between the index and the folder.
    Unstaged,
    /// In the folder only.
    Untracked,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Change {
    /// It is new.
    Added,
    /// Its content or its mode is another.
    Modified,
    /// It is gone.
    Deleted,
    /// It came from another path, which is gone.
    Renamed,
    /// It came from another path, which is still there.
    Copied,
    /// It was a file and is a link, or the like.
    TypeChanged,
    /// A merge left it to the person.
    Unmerged,
}

/// One change of one file. A file with staged and further unstaged changes stands twice in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileChange {
    /// Its path below [`DiffSummary::root`]; bytes that are no UTF-8 are shown as `U+FFFD`.
    pub path: String,
    /// Where the change lies.
    pub status: FileStatus,
    /// What happened.
    pub change: Change,
    /// Lines added; none for a binary file, or when the lines were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additions: Option<u64>,
    /// Lines deleted; none for a binary file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletions: Option<u64>,
    /// Whether git takes it for a binary file.
    #[serde(default)]
    pub binary: bool,
    /// Whether it is a submodule; its own files are not looked at.
    #[serde(default, skip_serializing_if = "is_false")]
    pub submodule: bool,
    /// Its path before, when it was renamed or copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// The ids of the rows whose assistants said that they wrote it, by a tool that names its file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_by: Vec<String>,
}

/// Asks for the patch of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PatchRequest {
    /// The file, as [`FileChange::path`] names it.
    pub path: String,
    /// Which of its changes; all of them together, as against the last commit, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<FileStatus>,
    /// How many unchanged lines stand around each change.
    #[serde(default = "usual_context")]
    pub context: u32,
    /// Whether a file that git does not know is meant, too.
    #[serde(default = "yes")]
    pub with_untracked: bool,
}

/// The unchanged lines around a change when nobody says how many.
pub(crate) const USUAL_CONTEXT: u32 = 3;

fn usual_context() -> u32 {
    USUAL_CONTEXT
}

fn yes() -> bool {
    true
}

/// The change of one file, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Patch {
    /// The file.
    pub path: String,
    /// Which of its changes; none: all of them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<FileStatus>,
    /// Where the change lies that was found first.
    pub is: FileStatus,
    /// What happened to the file.
    pub change: Change,
    /// Its path before, when it was renamed or copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// How many unchanged lines stand around each change.
    pub context: u32,
    /// Whether git takes the file for a binary one: then the text only says so.
    #[serde(default)]
    pub binary: bool,
    /// Whether the text was cut at [`MAX_PATCH_BYTES`].
    #[serde(default)]
    pub truncated: bool,
    /// A unified diff; bytes that are no UTF-8 are shown as `U+FFFD`.
    pub text: String,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_on_the_wire_are_those_of_the_documentation() {
        let words = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        let diff = [
            DiffState::Ok,
            DiffState::NotGitRepo,
            DiffState::GitMissing,
            DiffState::Error,
        ];
        assert_eq!(
            diff.map(|state| words(serde_json::to_value(state).unwrap())),
            ["ok", "not_git_repo", "git_missing", "error"]
        );
    }

    #[test]
    fn a_summary_of_another_program_needs_only_its_state() {
        let diff: DiffSummary = serde_json::from_str(r#"{"state":"not_git_repo"}"#).unwrap();
        assert_eq!((diff.state, diff.file_count), (DiffState::NotGitRepo, 0));
        let request: PatchRequest = serde_json::from_str(r#"{"path":"a"}"#).unwrap();
        assert_eq!((request.status, request.context), (None, USUAL_CONTEXT));
    }
}
