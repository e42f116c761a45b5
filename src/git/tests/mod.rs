//! Against the real git: in repositories made here, what we tell is what `git status` and `git diff
//! --numstat` tell, and nothing below `.git` is another than before.

mod bounds;
mod kin;
mod patches;
mod summaries;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::types::{Change, FileChange, FileStatus, MAX_FILES, MAX_PATCH_BYTES, PatchRequest};
use super::*;
use crate::test_program::write_program;

/// A repository with a home of its own.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self::bare();
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { folder };
        fs::create_dir(repository.root()).unwrap();
        fs::create_dir(repository.folder.path().join("home")).unwrap();
        let home = repository.folder.path().join("home");
        let script = format!(
            "#!/bin/sh\nHOME='{0}' XDG_CONFIG_HOME='{0}' GIT_CONFIG_NOSYSTEM=1 exec git \"$@\"\n",
            home.display()
        );
        repository.script("git", &script);
        fs::write(
            home.join(".gitconfig"),
            "[user]\nname = A\nemail = a@example.org\n[protocol \"file\"]\nallow = always\n",
        )
        .unwrap();
        repository
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        write_program(&path, text);
        path
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("r")
    }

    fn ours(&self) -> Git {
        Git::default().program(self.folder.path().join("git"))
    }

    /// What a person would type.
    fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Vec<u8> {
        self.git_in(&self.root(), arguments)
    }

    fn git_in<S: AsRef<OsStr>>(&self, folder: &Path, arguments: &[S]) -> Vec<u8> {
        let output = Command::new(self.folder.path().join("git"))
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        output.stdout
    }

    fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn commit_all(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    fn summary(&self) -> DiffSummary {
        self.ours().summarize(&self.root())
    }

    /// The summary, after it was compared with git's own words and the listing of `.git`.
    fn checked(&self) -> DiffSummary {
        let before = listing(&self.root().join(".git"));
        let summary = self.summary();
        assert_eq!(before, listing(&self.root().join(".git")));
        assert_eq!(summary.state, DiffState::Ok, "{summary:?}");
        assert_eq!(told_by_us(&summary), self.told_by_git());
        summary
    }

    /// Path, place and numbers of each change, by git itself.
    fn told_by_git(&self) -> BTreeSet<ReadChange> {
        let mut told = BTreeSet::new();
        for (place, question) in [
            (
                FileStatus::Staged,
                &["diff", "--cached", "--numstat", "-z"][..],
            ),
            (FileStatus::Unstaged, &["diff", "--numstat", "-z"]),
        ] {
            let numbers = self.git(question);
            let mut records = numbers.split(|byte| *byte == 0).map(<[u8]>::to_vec);
            while let Some(record) = records.next() {
                let fields: Vec<&[u8]> = record.splitn(3, |byte| *byte == b'\t').collect();
                let [added, deleted, path] = fields[..] else {
                    continue;
                };
                let (origin, path) = if path.is_empty() {
                    (records.next(), records.next().unwrap())
                } else {
                    (None, path.to_vec())
                };
                let number = |digits: &[u8]| str::from_utf8(digits).unwrap().parse().ok();
                told.insert((path, place, number(added), number(deleted), origin));
            }
        }
        for path in self.untracked() {
            let question: [&OsStr; 6] = ["diff", "--no-index", "--numstat", "--", "/dev/null"]
                .map(OsStr::new)
                .into_iter()
                .chain([OsStr::from_bytes(&path)])
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            let numbers = String::from_utf8_lossy(&self.git(&question)).into_owned();
            // An empty file is no difference to git.
            let mut fields = numbers.split('\t');
            let added = fields
                .next()
                .filter(|digits| !digits.is_empty())
                .unwrap_or("0");
            let deleted = fields.next().unwrap_or("0");
            let numbers = (added.parse().ok(), deleted.parse().ok());
            told.insert((path, FileStatus::Untracked, numbers.0, numbers.1, None));
        }
        told
    }

    fn untracked(&self) -> Vec<Vec<u8>> {
        let list = self.git(&["ls-files", "--others", "--exclude-standard", "-z"]);
        let paths = list
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty());
        paths.map(<[u8]>::to_vec).collect()
    }

    fn patch(&self, path: &str, status: Option<FileStatus>) -> Result<Patch, GitError> {
        let request = PatchRequest {
            path: path.to_owned(),
            status,
            context: 1,
            with_untracked: true,
        };
        self.ours().patch(&self.root(), &request)
    }
}

type ReadChange = (
    Vec<u8>,
    FileStatus,
    Option<u64>,
    Option<u64>,
    Option<Vec<u8>>,
);

fn told_by_us(summary: &DiffSummary) -> BTreeSet<ReadChange> {
    let told = |file: &FileChange| {
        (
            file.path.clone().into_bytes(),
            file.status,
            file.additions,
            file.deletions,
            file.renamed_from.clone().map(String::into_bytes),
        )
    };
    summary.files.iter().map(told).collect()
}

/// Every path below `folder` with its times and content.
fn listing(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut listed = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let about = entry.metadata().unwrap();
            let content = if about.is_file() {
                fs::read(entry.path()).unwrap()
            } else {
                Vec::new()
            };
            if about.is_dir() {
                folders.push(entry.path());
            }
            listed.insert(entry.path(), (about.modified().unwrap(), content));
        }
    }
    listed
}

fn lines(count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|n| format!("line {n} of many\n")).collect();
    lines.concat()
}

/// One step of a made-up history.
#[derive(Clone, Debug)]
enum Step {
    Write(usize, Vec<u8>),
    Append(usize),
    Remove(usize),
    Move(usize, usize),
    Stage(usize),
    Unstage(usize),
    Intend(usize),
    Commit,
}

const NAMES: [&str; 6] = [
    "a",
    "b c",
    "d/é\u{1f980}",
    "d/new\nline",
    "-x",
    "d/e/\"f\"\t",
];

fn step() -> impl Strategy<Value = Step> {
    let name = 0..NAMES.len();
    let content = prop_oneof![
        "([a-d]\n){0,12}[a-d]?".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    prop_oneof![
        4 => (name.clone(), content).prop_map(|(name, content)| Step::Write(name, content)),
        2 => name.clone().prop_map(Step::Append),
        1 => name.clone().prop_map(Step::Remove),
        2 => (name.clone(), name.clone()).prop_map(|(from, to)| Step::Move(from, to)),
        3 => name.clone().prop_map(Step::Stage),
        1 => name.clone().prop_map(Step::Unstage),
        1 => name.prop_map(Step::Intend),
        2 => Just(Step::Commit),
    ]
}

fn take(repository: &Repository, step: &Step) {
    let path = |name: &usize| repository.root().join(NAMES[*name]);
    match step {
        Step::Write(name, content) => repository.write(NAMES[*name], content),
        Step::Append(name) => {
            let mut content = fs::read(path(name)).unwrap_or_default();
            content.extend(b"more\n");
            repository.write(NAMES[*name], content);
        }
        Step::Remove(name) => drop(fs::remove_file(path(name))),
        Step::Move(from, to) => {
            fs::create_dir_all(path(to).parent().unwrap()).unwrap();
            repository.git(&["mv", "-f", "--", NAMES[*from], NAMES[*to]]);
        }
        Step::Stage(name) => drop(repository.git(&["add", "-A", "--", NAMES[*name]])),
        Step::Unstage(name) => drop(repository.git(&["rm", "-q", "--cached", "--", NAMES[*name]])),
        Step::Intend(name) => drop(repository.git(&["add", "-N", "--", NAMES[*name]])),
        Step::Commit => drop(repository.git(&["commit", "-q", "--allow-empty", "-m", "x"])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happened_in_a_repository_we_tell_what_git_tells(steps in proptest::collection::vec(step(), 1..24)) {
        let repository = Repository::new();
        for step in &steps {
            take(&repository, step);
        }
        let summary = repository.checked();
        for file in &summary.files {
            let patch = repository.patch(&file.path, Some(file.status)).unwrap();
            let count = |sign| patch.text.lines().skip_while(|line| !line.starts_with("@@"))
                .filter(|line| line.starts_with(sign)).count() as u64;
            if let (Some(added), Some(deleted)) = (file.additions, file.deletions) {
                prop_assert_eq!((count('+'), count('-')), (added, deleted), "{:?} {}", file, patch.text);
            }
        }
    }
}
