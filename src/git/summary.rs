//! The summary of one repository: what `git status` names, with the numbers of `git diff`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::{Opening, read_text};

use super::parse::{Found, Lines, Status, parse_numstat, parse_status};
use super::types::{DiffSummary, FileChange, FileStatus, MAX_FILES, Sums};
use super::untracked::Counter;
use super::{Git, GitError, Repository, below, shown};

/// A repository with files in more folders than this is not watched file by file.
const MAX_FOLDERS: usize = 500;

/// Of how many remotes the branches are watched.
const MAX_REMOTES: usize = 8;

/// Longest `.git` file that is read, in bytes.
const MAX_LINK: u64 = 4096;

impl Git {
    /// What is changed in the repository around `folder`. Never fails: what cannot be told is a state
    /// of the summary.
    pub(crate) fn summarize(&self, folder: &Path) -> DiffSummary {
        let summary = self
            .open(folder)
            .and_then(|repository| repository.summarize());
        summary.unwrap_or_else(|error| self.degraded(&error))
    }
}

/// A summary, and where a change of it would show.
#[derive(Debug)]
pub(crate) struct Survey {
    /// What is changed.
    pub(crate) summary: DiffSummary,
    /// The folders in which something happens when that changes; not what is below them. `None`: git could
    /// not tell this time, as when a file is written while it reads it.
    pub(crate) folders: Option<BTreeSet<PathBuf>>,
}

impl Git {
    /// The summary of the repository around `folder` with the folders that should be watched.
    pub(crate) fn survey(&self, folder: &Path) -> Survey {
        let survey = self.open(folder).and_then(|repository| {
            let folders = repository.folders().ok();
            let summary = repository.summarize()?;
            Ok(Survey { summary, folders })
        });
        survey.unwrap_or_else(|error| Survey {
            summary: self.degraded(&error),
            folders: error.is_lasting().then(BTreeSet::new),
        })
    }
}

impl Repository<'_> {
    /// Where git keeps what it compares with, and the folders of all files that it tracks or would
    /// track; of a large repository only the former.
    fn folders(&self) -> Result<BTreeSet<PathBuf>, GitError> {
        let mut folders = BTreeSet::new();
        let mut names = vec![self.ask(["ls-files", "-z"])?];
        names.push(self.ask(["ls-files", "-z", "--others", "--exclude-standard"])?);
        let paths = names
            .iter()
            .flat_map(|names| names.split(|byte| *byte == 0));
        for path in paths {
            let parent = below(&self.root, path).parent().map(Path::to_owned);
            folders.extend(parent.filter(|parent| parent.starts_with(&self.root)));
            if folders.len() > MAX_FOLDERS {
                folders.clear();
                break;
            }
        }
        let mut git = self.ask(["rev-parse", "--absolute-git-dir"])?;
        git.pop_if(|last| *last == b'\n');
        folders.extend(places_of_refs(&below(&self.root, &git)));
        Ok(folders)
    }
}

/// The folders of `HEAD`, the index and the branches.
fn places_of_refs(git: &Path) -> Vec<PathBuf> {
    let common = read_text(&git.join("commondir"), MAX_LINK);
    let common = common.map_or(git.to_owned(), |told| git.join(told.trim_end()));
    let refs = common.join("refs");
    let remotes = fs::read_dir(refs.join("remotes")).into_iter().flatten();
    let remotes = remotes
        .flatten()
        .map(|remote| remote.path())
        .take(MAX_REMOTES);
    let fixed = [git.to_owned(), common.clone(), refs.join("heads")];
    let all = fixed.into_iter().chain(remotes);
    all.filter(|folder| folder.is_dir()).collect()
}

impl Repository<'_> {
    fn summarize(&self) -> Result<DiffSummary, GitError> {
        let status = self.status()?;
        let numbers = self.numbers(&status)?;
        let mut counter = Counter::until(self.deadline);
        let mut files: Vec<FileChange> = status
            .found
            .iter()
            .map(|found| {
                describe(found, &numbers, |path| {
                    counter.count(&below(&self.root, path))
                })
            })
            .collect();
        files.sort_by(|a, b| (&a.path, a.status).cmp(&(&b.path, b.status)));
        let paths: BTreeSet<&[u8]> = status.found.iter().map(|found| &*found.path).collect();
        let uncounted = |file: &&FileChange| file.additions.is_none() && !file.binary;
        Ok(DiffSummary {
            root: Some(self.root.to_string_lossy().into_owned()),
            worktree: worktree_name(&self.root),
            additions: files.iter().filter_map(|file| file.additions).sum(),
            deletions: files.iter().filter_map(|file| file.deletions).sum(),
            file_count: paths.len() as u64,
            uncounted_files: files.iter().filter(uncounted).count() as u64,
            revision: revision(&self.root, &status),
            sums: Some(Sums::of(&files)),
            files: {
                files.truncate(MAX_FILES);
                files
            },
            branch: status.branch,
            commit: status.commit,
            upstream: status.upstream,
            ahead: status.ahead,
            behind: status.behind,
            ..DiffSummary::default()
        })
    }

    /// What git names, untracked files one by one. The inside of a submodule is not looked at: git
    /// would start itself there, under that repository's settings.
    pub(super) fn status(&self) -> Result<Status, GitError> {
        let output = self.ask([
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            "--untracked-files=all",
            "--ignore-submodules=dirty",
        ])?;
        Ok(parse_status(&output))
    }

    fn numbers(&self, status: &Status) -> Result<BTreeMap<FileStatus, Numbers>, GitError> {
        let mut numbers = BTreeMap::new();
        for (place, extra) in [
            (FileStatus::Staged, &["--cached"][..]),
            (FileStatus::Unstaged, &[]),
        ] {
            if status.found.iter().any(|found| found.status == place) {
                let question = ["diff", "--numstat", "-z"];
                let output = self.ask(question.iter().chain(extra).chain(&HARMLESS))?;
                numbers.insert(place, parse_numstat(&output));
            }
        }
        Ok(numbers)
    }
}

/// Stands for the contents of all changed files that are listed: by what git says of them, and by
/// when and how large they were written.
fn revision(root: &Path, status: &Status) -> String {
    let mut revision = DefaultHasher::new();
    status.digest.hash(&mut revision);
    for found in status.found.iter().take(MAX_FILES) {
        let about = fs::symlink_metadata(below(root, &found.path));
        let written =
            about.map(|about| (about.mtime(), about.mtime_nsec(), about.len(), about.ino()));
        written.ok().hash(&mut revision);
    }
    format!("{:016x}", revision.finish())
}

type Numbers = BTreeMap<Vec<u8>, Lines>;

/// What every `git diff` of ours is told: to start nothing, and to look into no submodule.
pub(super) const HARMLESS: [&str; 5] = [
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--ignore-submodules=dirty",
];

fn describe(
    found: &Found,
    numbers: &BTreeMap<FileStatus, Numbers>,
    mut count: impl FnMut(&[u8]) -> Option<Lines>,
) -> FileChange {
    let lines = match found.status {
        FileStatus::Untracked => count(&found.path),
        place => numbers
            .get(&place)
            .and_then(|numbers| numbers.get(&found.path))
            .copied(),
    };
    let known = lines.flatten();
    FileChange {
        path: shown(&found.path),
        status: found.status,
        change: found.change,
        additions: known.map(|(added, _)| added),
        deletions: known.map(|(_, deleted)| deleted),
        binary: lines == Some(None),
        submodule: found.submodule,
        renamed_from: found.renamed_from.as_deref().map(shown),
        changed_by: Vec::new(),
    }
}

/// The name of a linked worktree: the folder in `.git/worktrees` that its `.git` file points to.
fn worktree_name(root: &Path) -> Option<String> {
    let link = root.join(".git");
    let opened = Opening::to_read().no_link().regular(&link).ok()?;
    let text = String::from_utf8(opened.read(MAX_LINK).ok()?).ok()?;
    let folder = root.join(text.strip_prefix("gitdir:")?.trim());
    // A submodule's folder has none.
    folder.join("commondir").is_file().then_some(())?;
    Some(folder.file_name()?.to_string_lossy().into_owned())
}
