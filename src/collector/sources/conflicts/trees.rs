//! In which working tree a file is, and which trees are of one repository: asked of git once for each
//! tree that somebody writes in.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::git::{Git, Tree, top_of};

/// How many trees are known at most; beyond that all are learnt anew.
const MAX_TREES: usize = 256;

/// What could not be found out is asked again after this long.
const RETRY: Duration = Duration::from_secs(60);

/// A file, by what it is compared with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The working tree that it is in; `None`: in none that git tells of.
    pub(super) tree: Option<Arc<Tree>>,
    /// Its path below the top of that tree, else from `/` on.
    pub(super) path: Arc<Path>,
}

impl Place {
    /// What files of the same path have in common that may be the same file: one of these.
    pub(super) fn names(&self) -> impl Iterator<Item = &Path> {
        let tree = self.tree.as_deref();
        let common = tree.map_or(Path::new(""), |tree| &tree.common);
        let remote = tree.and_then(|tree| tree.remote.as_deref());
        std::iter::once(common).chain(remote)
    }
}

/// What stands for a file of which nothing but its name is to be known: another one is another file.
type Stamp = Option<(u64, u64, i64, i64)>;

#[derive(Debug)]
struct Known {
    /// Of the `.git` at its top, and of the settings.
    stamps: [Stamp; 2],
    tree: Option<Arc<Tree>>,
    asked: Instant,
}

/// What is known of working trees.
#[derive(Debug, Default)]
pub(super) struct Trees {
    /// By the folders that look like their tops.
    known: HashMap<PathBuf, Known>,
    /// The first commits of each repository, by where it keeps what its worktrees share.
    first_commits: HashMap<PathBuf, BTreeSet<String>>,
}

impl Trees {
    /// Where this file is. What is written through a symbolic link is its target.
    pub(super) fn place(&mut self, git: &Git, file: &Path, now: Instant) -> Place {
        let real = fs::canonicalize(file).ok().or_else(|| {
            let folder = fs::canonicalize(file.parent()?).ok()?;
            Some(folder.join(file.file_name()?))
        });
        let real = real.unwrap_or_else(|| file.to_owned());
        let top = real.parent().and_then(top_of);
        let tree = top.and_then(|top| self.tree(git, top, now));
        let below = tree.and_then(|tree| {
            let path = real.strip_prefix(&tree.root).ok()?.into();
            Some((tree, path))
        });
        match below {
            Some((tree, path)) => Place {
                tree: Some(tree),
                path,
            },
            None => Place {
                tree: None,
                path: real.into(),
            },
        }
    }

    fn tree(&mut self, git: &Git, top: &Path, now: Instant) -> Option<Arc<Tree>> {
        if let Some(known) = self.known.get(top)
            && known.stamps == stamps(top, known.tree.as_deref())
            && (known.tree.is_some() || now < known.asked + RETRY)
        {
            return known.tree.clone();
        }
        let tree = git.tree(top).ok().map(Arc::new);
        if self.known.len() >= MAX_TREES {
            self.known.clear();
            self.first_commits.clear();
        }
        if let Some(tree) = &tree {
            self.first_commits.remove(&tree.common);
        }
        let known = Known {
            stamps: stamps(top, tree.as_deref()),
            tree: tree.clone(),
            asked: now,
        };
        self.known.insert(top.to_owned(), known);
        tree
    }

    /// Whether two trees are of one repository: worktrees of it, or clones with the same beginning and the same remote.
    pub(super) fn are_one(&mut self, git: &Git, a: &Tree, b: &Tree) -> bool {
        if a.common == b.common {
            return true;
        }
        let are_clones = a.remote.is_some() && a.remote == b.remote
            || a.remote.as_ref() == Some(&b.common)
            || b.remote.as_ref() == Some(&a.common);
        are_clones && {
            let first = self.first_commits(git, a);
            !first.is_disjoint(&self.first_commits(git, b))
        }
    }

    fn first_commits(&mut self, git: &Git, tree: &Tree) -> BTreeSet<String> {
        if let Some(known) = self.first_commits.get(&tree.common) {
            return known.clone();
        }
        let told = git.first_commits(&tree.root).unwrap_or_default();
        // Without any there may be one soon.
        if !told.is_empty() {
            self.first_commits.insert(tree.common.clone(), told.clone());
        }
        told
    }
}

/// See [`Known::stamps`]: of the first only which one it is, since it changes with every commit.
fn stamps(top: &Path, tree: Option<&Tree>) -> [Stamp; 2] {
    let git = fs::symlink_metadata(top.join(".git")).ok();
    let settings = tree.and_then(|tree| fs::metadata(tree.common.join("config")).ok());
    [
        git.map(|about| (about.dev(), about.ino(), 0, 0)),
        settings.map(|about| (about.dev(), about.ino(), about.mtime(), about.mtime_nsec())),
    ]
}
