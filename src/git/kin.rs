//! Whether two working trees are of one repository, and how a file stands in one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::parse::parse_status;
use super::{Git, GitError, Repository};

/// Longest answer about which commits are the first ones, in bytes: more of them than any history has.
const MAX_FIRST_COMMITS: usize = 16 * 1024;

/// Longest answer about remotes, in bytes.
const MAX_REMOTES: usize = 64 * 1024;

/// A working tree, and what others of the same repository are known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Its top folder, without symbolic links.
    pub(crate) root: PathBuf,
    /// Where the repository keeps what all its worktrees share, likewise.
    pub(crate) common: PathBuf,
    /// Where it came from: `host/path` for one of another machine, else the folder where that keeps the same.
    pub(crate) remote: Option<PathBuf>,
}

/// How a file stands in a working tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It is not tracked, and rules of the repository or the person say that it is not to be.
    pub(crate) ignored: bool,
    /// The repository says that a program makes it (`linguist-generated`).
    pub(crate) generated: bool,
    /// It is another one than in the last commit.
    pub(crate) changed: bool,
    /// The name of its content in the last commit; `None`: it is not in there.
    pub(crate) committed: Option<String>,
}

impl Git {
    /// The working tree around `folder`.
    ///
    /// # Errors
    /// There is none, or it cannot be asked.
    pub(crate) fn tree(&self, folder: &Path) -> Result<Tree, GitError> {
        let repository = self.open(folder)?;
        let root = repository.root.clone();
        let common = path_of(repository.ask(["rev-parse", "--git-common-dir"])?);
        let common = fs::canonicalize(root.join(common)).map_err(|error| GitError::io(&error))?;
        let remote = repository.remote()?;
        Ok(Tree {
            remote: remote.map(|address| place_of(&address, &root)),
            root,
            common,
        })
    }

    /// The commits without a parent that the last commit of the tree at `root` came from; none as long as there is no
    /// commit, and of a clone that has only the end of its history.
    ///
    /// # Errors
    /// It cannot be asked.
    pub(crate) fn first_commits(&self, root: &Path) -> Result<BTreeSet<String>, GitError> {
        let repository = self.open(root)?;
        let shallow = repository.ask(["rev-parse", "--is-shallow-repository"])?;
        if shallow.trim_ascii() != b"false" {
            return Ok(BTreeSet::new());
        }
        let question = ["rev-list", "--max-parents=0", "HEAD"];
        // Without a commit it ends with 128.
        let answer = repository.run(question, MAX_FIRST_COMMITS, &[0, 128])?;
        if answer.is_cut {
            return Ok(BTreeSet::new());
        }
        let lines = String::from_utf8_lossy(&answer.stdout);
        Ok(lines.lines().map(str::to_owned).collect())
    }

    /// How files stand in the tree at `root`, in the same order. `paths`: below it, and no folders.
    ///
    /// # Errors
    /// It cannot be asked.
    pub(crate) fn stand(&self, root: &Path, paths: &[&Path]) -> Result<Vec<Standing>, GitError> {
        let repository = self.open(root)?;
        let about = |question: &[&'static str]| {
            let question = question.iter().map(OsStr::new);
            let all = question.chain([OsStr::new("--")]);
            let all = all.chain(paths.iter().map(|path| path.as_os_str()));
            all.map(OsStr::to_owned).collect::<Vec<OsString>>()
        };
        let told = repository.ask(about(&STATUS))?;
        let attributes = repository.ask(about(&["check-attr", "-z", GENERATED]))?;
        let generated = generated(&attributes);
        // Without a commit it ends with 128.
        let listing = repository.run(
            about(&["ls-tree", "-z", "HEAD"]),
            super::MAX_OUTPUT,
            &[0, 128],
        )?;
        let committed = committed(&listing.stdout);
        let changed = parse_status(&told).found;
        let ignored = ignored(&told);
        let standing = |path: &&Path| {
            let path = path.as_os_str().as_bytes();
            Standing {
                ignored: ignored.iter().any(|name| is_in(path, name)),
                generated: generated.contains(path),
                changed: changed.iter().any(|found| is_in(path, &found.path)),
                committed: committed.get(path).cloned(),
            }
        };
        Ok(paths.iter().map(standing).collect())
    }
}

/// What is asked of files. Submodules are not looked into.
const STATUS: [&str; 7] = [
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=all",
    "--ignored=matching",
    "--no-renames",
    "--ignore-submodules=dirty",
];

/// The attribute of files that a program makes.
const GENERATED: &str = "linguist-generated";

impl Repository<'_> {
    /// The address of `origin`, or of the only remote.
    fn remote(&self) -> Result<Option<String>, GitError> {
        let question = ["config", "-z", "--get-regexp", r"^remote\..*\.url$"];
        // Without any it ends with 1.
        let answer = self.run(question, MAX_REMOTES, &[0, 1])?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let remotes: BTreeMap<&str, &str> = text
            .split('\0')
            .filter_map(|setting| setting.split_once('\n'))
            .collect();
        let only = remotes.values().next().filter(|_| remotes.len() == 1);
        let remote = remotes.get("remote.origin.url").or(only);
        Ok(remote.map(|address| (*address).to_owned()))
    }
}

/// One name for all spellings of an address: neither the protocol nor who asks makes it another place.
fn place_of(address: &str, root: &Path) -> PathBuf {
    let elsewhere = |host: &str, path: &str| {
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let usual = [":22", ":80", ":443"];
        let port = usual.iter().find_map(|port| host.strip_suffix(port));
        let host = port.unwrap_or(host).to_ascii_lowercase();
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        PathBuf::from(format!("{host}/{path}"))
    };
    let here = |path: &str| {
        let path = root.join(path);
        let path = fs::canonicalize(&path).unwrap_or(path);
        let inner = path.join(".git");
        if inner.is_dir() { inner } else { path }
    };
    match address.split_once("://") {
        Some(("file", path)) => here(path),
        Some((_, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            elsewhere(host, path)
        }
        None => match address.split_once(':') {
            Some((host, path)) if !host.contains('/') => elsewhere(host, path),
            _ => here(address),
        },
    }
}

fn path_of(mut line: Vec<u8>) -> PathBuf {
    line.pop_if(|last| *last == b'\n');
    PathBuf::from(OsString::from_vec(line))
}

/// What git names that it ignores; a folder ends with `/`.
fn ignored(status: &[u8]) -> Vec<&[u8]> {
    let records = status.split(|byte| *byte == 0);
    records
        .filter_map(|record| record.strip_prefix(b"! "))
        .collect()
}

/// Whether git means `path` by that name, or a folder that it is in.
fn is_in(path: &[u8], name: &[u8]) -> bool {
    path == name || name.ends_with(b"/") && path.starts_with(name)
}

/// The files of which `check-attr -z` says that they are generated.
fn generated(answer: &[u8]) -> BTreeSet<&[u8]> {
    let fields: Vec<&[u8]> = answer.split(|byte| *byte == 0).collect();
    let (records, _) = fields.as_chunks::<3>();
    records
        .iter()
        .filter(|[_, _, value]| [&b"set"[..], b"true"].contains(value))
        .map(|[path, _, _]| *path)
        .collect()
}

/// The contents that `ls-tree -z` names, by their paths.
fn committed(listing: &[u8]) -> BTreeMap<&[u8], String> {
    let records = listing.split(|byte| *byte == 0);
    let file = |record: &'_ [u8]| {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let about = String::from_utf8_lossy(&record[..tab]);
        let name = about.split(' ').nth(2)?.to_owned();
        Some((tab + 1, name))
    };
    records
        .filter_map(|record| file(record).map(|(at, name)| (&record[at..], name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_place_however_it_is_spelt() {
        let place = |address: &str| place_of(address, Path::new("/nowhere/r"));
        let same = Path::new("example.org/o/r");
        for address in [
            "https://example.org/o/r",
            "https://me:secret@Example.org:443/o/r.git",
            "ssh://git@example.org:22/o/r.git/",
            "git@example.org:o/r.git",
            "example.org:/o/r",
        ] {
            assert_eq!(place(address), same, "{address}");
        }
        for address in [
            "https://example.org/fork/r",
            "https://example.org:8443/o/r",
            "/example.org/o/r",
            "",
            "://",
            ":",
        ] {
            assert_ne!(place(address), same, "{address}");
        }
        assert_eq!(place("../o"), Path::new("/nowhere/r/../o"));
        assert_eq!(place("file:///nowhere/o"), Path::new("/nowhere/o"));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        assert!(committed(b"\0\0x\x00100644 blob\ta\0").is_empty());
        assert!(generated(b"a\0linguist-generated\0").is_empty());
        assert!(ignored(b"!\0!!\0? x\0").is_empty());
        assert!(is_in(b"d/e", b"d/") && !is_in(b"d/e", b"d") && !is_in(b"de", b"d"));
    }
}
