//! Against the real git: in repositories made here, what we tell is what `git status` and `git diff
//! --numstat` tell, and nothing below `.git` is another than before.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::test_program::write_program;
use crate::work::types::{
    Change, FileChange, FileStatus, MAX_FILES, MAX_PATCH_BYTES, PatchRequest,
};

/// A repository with a home of its own.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self::bare();
        world.git(&["init", "-q", "-b", "main"]);
        world
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self { folder };
        fs::create_dir(world.root()).unwrap();
        fs::create_dir(world.folder.path().join("home")).unwrap();
        let home = world.folder.path().join("home");
        let script = format!(
            "#!/bin/sh\nHOME='{0}' XDG_CONFIG_HOME='{0}' GIT_CONFIG_NOSYSTEM=1 exec git \"$@\"\n",
            home.display()
        );
        world.script("git", &script);
        fs::write(
            home.join(".gitconfig"),
            "[user]\nname = A\nemail = a@example.org\n[protocol \"file\"]\nallow = always\n",
        )
        .unwrap();
        world
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
    fn told_by_git(&self) -> BTreeSet<Told> {
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

    fn patch(
        &self,
        path: &str,
        status: Option<FileStatus>,
    ) -> Result<crate::work::Patch, GitError> {
        let request = PatchRequest {
            path: path.to_owned(),
            status,
            context: 1,
        };
        self.ours().patch(&self.root(), &request)
    }
}

type Told = (
    Vec<u8>,
    FileStatus,
    Option<u64>,
    Option<u64>,
    Option<Vec<u8>>,
);

fn told_by_us(summary: &DiffSummary) -> BTreeSet<Told> {
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

#[test]
fn a_repository_with_every_kind_of_change_is_told_like_git_tells_it() {
    let world = World::new();
    for name in [
        "a b",
        "ünï",
        "new\nline",
        "tab\tname",
        "gone",
        "moved",
        "-dash",
        "\"quoted\"",
    ] {
        world.write(name, lines(20));
    }
    world.write("picture", b"\0\x01\x02");
    world.write("mode", "x\n");
    world.commit_all();
    for name in [
        "a b",
        "ünï",
        "new\nline",
        "tab\tname",
        "-dash",
        "\"quoted\"",
    ] {
        world.write(name, lines(17) + "more\nand more");
    }
    world.write("picture", b"\0\x01\x03");
    fs::remove_file(world.root().join("gone")).unwrap();
    world.git(&["mv", "moved", "moved here"]);
    world.git(&["add", "--", "a b"]);
    world.write("a b", lines(3));
    world.write("left/over", "one\ntwo");
    world.write("left/nothing", "");
    world.write("left/picture", b"a\0b");
    symlink("a b", world.root().join("link")).unwrap();
    fs::set_permissions(world.root().join("mode"), fs::Permissions::from_mode(0o755)).unwrap();
    let summary = world.checked();
    assert_eq!(summary.branch.as_deref(), Some("main"));
    assert_eq!((summary.file_count, summary.uncounted_files), (14, 0));
    let moved = summary
        .files
        .iter()
        .find(|file| file.path == "moved here")
        .unwrap();
    assert_eq!(moved.renamed_from.as_deref(), Some("moved"));
    assert_eq!(moved.change, Change::Renamed);
}

#[test]
fn a_file_touched_but_not_changed_is_no_change_and_the_index_stays_as_it_is() {
    let world = World::new();
    world.write("a", "x\n");
    world.write("b", "x\n");
    world.commit_all();
    let later = SystemTime::now() + Duration::from_secs(90);
    let file = fs::File::options()
        .write(true)
        .open(world.root().join("a"))
        .unwrap();
    file.set_modified(later).unwrap();
    world.write("b", "y\n");
    let before = listing(&world.root().join(".git"));
    let summary = world.summary();
    let patch = world.patch("b", None).unwrap();
    assert_eq!(before, listing(&world.root().join(".git")));
    assert_eq!(summary.file_count, 1, "{summary:?}");
    assert!(patch.text.contains("-x\n+y\n"), "{patch:?}");
}

#[test]
fn an_empty_repository_and_a_detached_head_have_changes_but_no_branch_or_commit() {
    let world = World::new();
    world.write("staged", "a\nb\n");
    world.git(&["add", "staged"]);
    world.write("left", "a\n");
    let summary = world.checked();
    assert_eq!(
        (summary.commit, summary.branch.as_deref()),
        (None, Some("main"))
    );
    assert_eq!((summary.additions, summary.file_count), (3, 2));
    let patch = world.patch("staged", None).unwrap();
    assert!(
        patch.text.ends_with("@@ -0,0 +1,2 @@\n+a\n+b\n"),
        "{patch:?}"
    );

    world.commit_all();
    world.git(&["checkout", "-q", "--detach"]);
    let summary = world.checked();
    assert_eq!((summary.branch.as_deref(), summary.file_count), (None, 0));
    assert_eq!(summary.commit.map(|commit| commit.len()), Some(40));
}

#[test]
fn a_worktree_and_the_distance_to_the_upstream_branch_are_told() {
    let world = World::new();
    world.write("a", "1\n");
    world.commit_all();
    world.git(&["branch", "up"]);
    world.git(&["checkout", "-q", "-b", "side", "--track", "up"]);
    world.commit_all();
    world.commit_all();
    let summary = world.checked();
    assert_eq!(
        (summary.upstream.as_deref(), summary.ahead, summary.behind),
        (Some("up"), Some(2), Some(0))
    );
    assert_eq!(summary.worktree, None);
    world.git(&["worktree", "add", "-q", "-b", "other", "../the tree"]);
    let tree = world.folder.path().join("the tree");
    fs::write(tree.join("new"), "x\n").unwrap();
    let before = listing(&world.root().join(".git"));
    let summary = world.ours().summarize(&tree);
    assert_eq!(before, listing(&world.root().join(".git")));
    assert_eq!(summary.worktree.as_deref(), Some("the-tree"));
    assert_eq!(
        (summary.branch.as_deref(), summary.file_count),
        (Some("other"), 1)
    );
}

#[test]
fn a_submodule_on_another_commit_is_one_change() {
    let world = World::new();
    let inner = world.folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    world.git_in(&inner, &["init", "-q"]);
    world.git_in(&inner, &["commit", "-q", "--allow-empty", "-m", "1"]);
    world.git(&[
        "submodule",
        "--quiet",
        "add",
        inner.to_str().unwrap(),
        "sub",
    ]);
    world.commit_all();
    let sub = world.root().join("sub");
    world.git_in(&sub, &["commit", "-q", "--allow-empty", "-m", "2"]);
    let summary = world.checked();
    assert!(
        summary.files[0].submodule && summary.files.len() == 1,
        "{summary:?}"
    );
    let patch = world.patch("sub", None).unwrap();
    assert!(patch.text.contains("+Subproject commit"), "{patch:?}");
}

#[test]
fn a_list_of_twenty_thousand_files_is_cut_and_its_sums_are_not() {
    let world = World::new();
    for n in 0..20_000 {
        let path = world.root().join(format!("d{}", n % 50));
        if n < 50 {
            fs::create_dir(&path).unwrap();
        }
        fs::write(path.join(n.to_string()), "a\nb\n").unwrap();
    }
    let summary = world.summary();
    assert_eq!(
        (summary.file_count, summary.files.len()),
        (20_000, MAX_FILES)
    );
    assert_eq!((summary.additions, summary.uncounted_files), (40_000, 0));
    world.commit_all();
    for n in 0..5000 {
        world.write(format!("d{}/{n}", n % 50), "a\nc\nd\n");
    }
    let summary = world.summary();
    assert_eq!(
        (summary.file_count, summary.additions, summary.deletions),
        (5000, 10_000, 5000)
    );
}

#[test]
fn where_git_has_nothing_to_say_the_summary_says_why() {
    let world = World::bare();
    let state = |git: Git| {
        let summary = git.summarize(&world.root());
        (summary.state, summary.why)
    };
    assert_eq!(state(world.ours()), (DiffState::NotGitRepo, None));
    let missing = world.ours().program("/nowhere/git");
    assert_eq!(state(missing), (DiffState::GitMissing, None));
    world.git(&["init", "-q", "--bare"]);
    assert_eq!(state(world.ours()), (DiffState::NotGitRepo, None));
    let gone = world.ours().summarize(&world.folder.path().join("gone"));
    assert_eq!(gone.state, DiffState::Error);
    assert!(gone.why.unwrap().contains("No such file or directory"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_git_that_hangs_is_killed_with_all_it_started() {
    let world = World::new();
    let pids = world.folder.path().join("pids");
    let script = format!(
        "#!/bin/sh\nsleep 600 & echo $! $$ > '{}'\nwait\n",
        pids.display()
    );
    let program = world.script("hang", &script);
    // A busy machine may need more than the first of these to come to the point where it hangs.
    for seconds in [0.5, 4.5, 60.5] {
        let hanging = Git::default()
            .program(&program)
            .budget(Duration::from_secs_f64(seconds));
        let summary = hanging.summarize(&world.root());
        assert_eq!(summary.state, DiffState::Error);
        let why = format!("took longer than {seconds:.1} s");
        assert_eq!(summary.why.as_deref(), Some(why.as_str()));
        if fs::read_to_string(&pids).is_ok_and(|pids| pids.ends_with('\n')) {
            break;
        }
    }
    let pids = fs::read_to_string(pids).unwrap();
    assert_eq!(pids.split_whitespace().count(), 2);
    let patience = Instant::now() + Duration::from_secs(60);
    // Whoever takes over an orphan may need a moment to see its end.
    while pids.split_whitespace().any(lives) {
        assert!(Instant::now() < patience, "{pids} still live");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(target_os = "linux")]
fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn nothing_that_a_repository_brings_is_run() {
    let world = World::new();
    let proof = world.folder.path().join("proof");
    let evil = world.script(
        "evil",
        &format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\ncat\n", proof.display()),
    );
    let evil = evil.to_str().unwrap();
    world.write("a.x", "1\n");
    world.write("b.y", "1\n");
    world.commit_all();
    world.write(
        ".gitattributes",
        "*.x filter=evil diff=evil\n*.y filter=long diff=evil\n",
    );
    for (name, value) in [
        ("filter.evil.clean", evil),
        ("filter.evil.smudge", evil),
        ("filter.evil.required", "true"),
        ("filter.long.process", evil),
        ("core.fsmonitor", evil),
        ("core.pager", evil),
        ("core.sshCommand", evil),
        ("diff.external", evil),
        ("diff.evil.textconv", evil),
        ("diff.evil.command", evil),
        ("core.hooksPath", world.folder.path().to_str().unwrap()),
    ] {
        world.git(&["config", name, value]);
    }
    world.script(
        "post-index-change",
        &format!("#!/bin/sh\nexec '{evil}' hook\n"),
    );
    world.write("a.x", "2\n");
    world.write("b.y", "2\n");
    world.write("c.x", "2\n");
    let before = listing(&world.root().join(".git"));
    let summary = world.summary();
    for path in ["a.x", "b.y", "c.x"] {
        let patch = world.patch(path, None).unwrap();
        assert!(patch.text.contains("+2\n"), "{patch:?}");
    }
    assert!(!proof.exists(), "{}", fs::read_to_string(&proof).unwrap());
    assert_eq!(before, listing(&world.root().join(".git")));
    assert_eq!(
        (summary.state, summary.file_count),
        (DiffState::Ok, 4),
        "{summary:?}"
    );
    // What was tried does run something when git is started as usual.
    world.git(&["diff"]);
    assert!(proof.exists());
}

#[test]
fn objects_left_out_of_a_clone_are_not_fetched() {
    let world = World::new();
    let proof = world.folder.path().join("proof");
    world.write("a", "1\n");
    world.commit_all();
    let object = String::from_utf8(world.git(&["rev-parse", "HEAD:a"])).unwrap();
    let (folder, file) = object.trim().split_at(2);
    fs::remove_file(world.root().join(".git/objects").join(folder).join(file)).unwrap();
    let evil = world.script(
        "evil",
        &format!("#!/bin/sh\necho ran > '{}'\n", proof.display()),
    );
    let evil = format!("ext::{}", evil.display());
    for (name, value) in [
        ("remote.origin.url", evil.as_str()),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
        ("protocol.ext.allow", "always"),
    ] {
        world.git(&["config", name, value]);
    }
    world.write("a", "2\n");
    let summary = world.summary();
    assert!(!proof.exists());
    assert_eq!(summary.state, DiffState::Error, "{summary:?}");
    world.git(&["diff", "--numstat"]);
    assert!(proof.exists());
}

#[test]
fn a_patch_is_given_for_untracked_binary_deleted_and_renamed_files() {
    let world = World::new();
    world.write("gone", "a\nb\n");
    world.write("old name", lines(20));
    world.write("picture", b"\0a");
    world.write("both", lines(9));
    world.commit_all();
    fs::remove_file(world.root().join("gone")).unwrap();
    world.git(&["mv", "old name", "new name"]);
    world.write("new name", lines(21));
    world.write("picture", b"\0b");
    world.write("left", "x\n");
    world.write("-", "dash\n");
    world.write("both", lines(10));
    world.git(&["add", "both"]);
    world.write("both", lines(11));
    let text = |path: &str, status| world.patch(path, status).unwrap().text;
    assert!(text("gone", None).contains("deleted file mode 100644"));
    let renamed = world.patch("new name", None).unwrap();
    assert!(
        renamed
            .text
            .contains("rename from old name\nrename to new name"),
        "{renamed:?}"
    );
    assert_eq!(renamed.renamed_from.as_deref(), Some("old name"));
    assert!(
        renamed.text.contains("@@ -20 +20,2 @@"),
        "one line of context: {renamed:?}"
    );
    assert!(world.patch("picture", None).unwrap().binary);
    assert!(text("left", None).ends_with("--- /dev/null\n+++ b/left\n@@ -0,0 +1 @@\n+x\n"));
    assert!(text("-", None).ends_with("+dash\n"));
    let added = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with("+line"))
            .count()
    };
    assert_eq!(added(&text("both", None)), 2);
    assert_eq!(added(&text("both", Some(FileStatus::Staged))), 1);
    assert_eq!(added(&text("both", Some(FileStatus::Unstaged))), 1);
}

#[test]
fn a_patch_is_given_of_changed_files_only_and_only_of_this_repository() {
    let world = World::new();
    world.write("same", "x\n");
    world.commit_all();
    fs::write(world.folder.path().join("secret"), "s").unwrap();
    symlink("../secret", world.root().join("link")).unwrap();
    for path in [
        "same",
        "../secret",
        "/etc/passwd",
        "nowhere",
        ":/",
        "*",
        ".git/config",
    ] {
        assert_eq!(
            world.patch(path, None).unwrap_err(),
            GitError::NotChanged(path.to_owned())
        );
    }
    assert!(
        world
            .patch("link", None)
            .unwrap()
            .text
            .contains("+../secret")
    );
}

#[test]
fn a_long_patch_is_cut_at_a_line_and_says_so() {
    let world = World::new();
    world.write("long", lines(100_000));
    let patch = world.patch("long", None).unwrap();
    assert!(patch.truncated && patch.text.len() <= MAX_PATCH_BYTES);
    assert!(patch.text.ends_with("of many\n"));
}

#[test]
fn a_name_that_is_no_utf_8_is_shown_and_found_by_what_is_shown() {
    let world = World::new();
    world.write(OsString::from_vec(b"a\xffb".to_vec()), "x\n");
    let summary = world.summary();
    assert_eq!(summary.files[0].path, "a\u{fffd}b");
    assert_eq!(summary.additions, 1);
    assert!(
        world
            .patch("a\u{fffd}b", None)
            .unwrap()
            .text
            .ends_with("+x\n")
    );
}

#[test]
fn a_merge_that_was_left_to_the_person_is_told() {
    let world = World::new();
    world.write("a", "1\n");
    world.commit_all();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.write("a", "2\n");
    world.commit_all();
    world.git(&["checkout", "-q", "main"]);
    world.write("a", "3\n");
    world.commit_all();
    world.git(&["merge", "-q", "side"]);
    let summary = world.summary();
    assert_eq!(summary.files.len(), 1, "{summary:?}");
    assert_eq!(summary.files[0].change, Change::Unmerged);
    assert!(world.patch("a", None).unwrap().text.contains("<<<<<<<"));
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

fn take(world: &World, step: &Step) {
    let path = |name: &usize| world.root().join(NAMES[*name]);
    match step {
        Step::Write(name, content) => world.write(NAMES[*name], content),
        Step::Append(name) => {
            let mut content = fs::read(path(name)).unwrap_or_default();
            content.extend(b"more\n");
            world.write(NAMES[*name], content);
        }
        Step::Remove(name) => drop(fs::remove_file(path(name))),
        Step::Move(from, to) => {
            fs::create_dir_all(path(to).parent().unwrap()).unwrap();
            world.git(&["mv", "-f", "--", NAMES[*from], NAMES[*to]]);
        }
        Step::Stage(name) => drop(world.git(&["add", "-A", "--", NAMES[*name]])),
        Step::Unstage(name) => drop(world.git(&["rm", "-q", "--cached", "--", NAMES[*name]])),
        Step::Intend(name) => drop(world.git(&["add", "-N", "--", NAMES[*name]])),
        Step::Commit => drop(world.git(&["commit", "-q", "--allow-empty", "-m", "x"])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happened_in_a_repository_we_tell_what_git_tells(steps in proptest::collection::vec(step(), 1..24)) {
        let world = World::new();
        for step in &steps {
            take(&world, step);
        }
        let summary = world.checked();
        for file in &summary.files {
            let patch = world.patch(&file.path, Some(file.status)).unwrap();
            let count = |sign| patch.text.lines().skip_while(|line| !line.starts_with("@@"))
                .filter(|line| line.starts_with(sign)).count() as u64;
            if let (Some(added), Some(deleted)) = (file.additions, file.deletions) {
                prop_assert_eq!((count('+'), count('-')), (added, deleted), "{:?} {}", file, patch.text);
            }
        }
    }
}
