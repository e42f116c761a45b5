//! What a repository tells of itself is what git tells.

use super::*;

#[test]
fn a_repository_with_every_kind_of_change_is_told_like_git_tells_it() {
    let repository = Repository::new();
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
        repository.write(name, lines(20));
    }
    repository.write("picture", b"\0\x01\x02");
    repository.write("mode", "x\n");
    repository.commit_all();
    for name in [
        "a b",
        "ünï",
        "new\nline",
        "tab\tname",
        "-dash",
        "\"quoted\"",
    ] {
        repository.write(name, lines(17) + "more\nand more");
    }
    repository.write("picture", b"\0\x01\x03");
    fs::remove_file(repository.root().join("gone")).unwrap();
    repository.git(&["mv", "moved", "moved here"]);
    repository.git(&["add", "--", "a b"]);
    repository.write("a b", lines(3));
    repository.write("left/over", "one\ntwo");
    repository.write("left/nothing", "");
    repository.write("left/picture", b"a\0b");
    symlink("a b", repository.root().join("link")).unwrap();
    fs::set_permissions(
        repository.root().join("mode"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    let summary = repository.checked();
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
    let repository = Repository::new();
    repository.write("a", "x\n");
    repository.write("b", "x\n");
    repository.commit_all();
    let later = SystemTime::now() + Duration::from_secs(90);
    let file = fs::File::options()
        .write(true)
        .open(repository.root().join("a"))
        .unwrap();
    file.set_modified(later).unwrap();
    repository.write("b", "y\n");
    let before = listing(&repository.root().join(".git"));
    let summary = repository.summary();
    let patch = repository.patch("b", None).unwrap();
    assert_eq!(before, listing(&repository.root().join(".git")));
    assert_eq!(summary.file_count, 1, "{summary:?}");
    assert!(patch.text.contains("-x\n+y\n"), "{patch:?}");
}

#[test]
fn an_empty_repository_and_a_detached_head_have_changes_but_no_branch_or_commit() {
    let repository = Repository::new();
    repository.write("staged", "a\nb\n");
    repository.git(&["add", "staged"]);
    repository.write("left", "a\n");
    let summary = repository.checked();
    assert_eq!(
        (summary.commit, summary.branch.as_deref()),
        (None, Some("main"))
    );
    assert_eq!((summary.additions, summary.file_count), (3, 2));
    let patch = repository.patch("staged", None).unwrap();
    assert!(
        patch.text.ends_with("@@ -0,0 +1,2 @@\n+a\n+b\n"),
        "{patch:?}"
    );

    repository.commit_all();
    repository.git(&["checkout", "-q", "--detach"]);
    let summary = repository.checked();
    assert_eq!((summary.branch.as_deref(), summary.file_count), (None, 0));
    assert_eq!(summary.commit.map(|commit| commit.len()), Some(40));
}

#[test]
fn a_worktree_and_the_distance_to_the_upstream_branch_are_told() {
    let repository = Repository::new();
    repository.write("a", "1\n");
    repository.commit_all();
    repository.git(&["branch", "up"]);
    repository.git(&["checkout", "-q", "-b", "side", "--track", "up"]);
    repository.commit_all();
    repository.commit_all();
    let summary = repository.checked();
    assert_eq!(
        (summary.upstream.as_deref(), summary.ahead, summary.behind),
        (Some("up"), Some(2), Some(0))
    );
    assert_eq!(summary.worktree, None);
    repository.git(&["worktree", "add", "-q", "-b", "other", "../the tree"]);
    let tree = repository.folder.path().join("the tree");
    fs::write(tree.join("new"), "x\n").unwrap();
    let before = listing(&repository.root().join(".git"));
    let summary = repository.ours().summarize(&tree);
    assert_eq!(before, listing(&repository.root().join(".git")));
    assert_eq!(summary.worktree.as_deref(), Some("the-tree"));
    assert_eq!(
        (summary.branch.as_deref(), summary.file_count),
        (Some("other"), 1)
    );
}

#[test]
fn a_submodule_on_another_commit_is_one_change() {
    let repository = Repository::new();
    let inner = repository.folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    repository.git_in(&inner, &["init", "-q"]);
    repository.git_in(&inner, &["commit", "-q", "--allow-empty", "-m", "1"]);
    repository.git(&[
        "submodule",
        "--quiet",
        "add",
        inner.to_str().unwrap(),
        "sub",
    ]);
    repository.commit_all();
    let sub = repository.root().join("sub");
    repository.git_in(&sub, &["commit", "-q", "--allow-empty", "-m", "2"]);
    let summary = repository.checked();
    assert!(
        summary.files[0].submodule && summary.files.len() == 1,
        "{summary:?}"
    );
    let patch = repository.patch("sub", None).unwrap();
    assert!(patch.text.contains("+Subproject commit"), "{patch:?}");
}

#[test]
fn a_list_of_twenty_thousand_files_is_cut_and_its_sums_are_not() {
    let repository = Repository::new();
    for n in 0..20_000 {
        let path = repository.root().join(format!("d{}", n % 50));
        if n < 50 {
            fs::create_dir(&path).unwrap();
        }
        fs::write(path.join(n.to_string()), "a\nb\n").unwrap();
    }
    let summary = repository.summary();
    assert_eq!(
        (summary.file_count, summary.files.len()),
        (20_000, MAX_FILES)
    );
    assert_eq!((summary.additions, summary.uncounted_files), (40_000, 0));
    repository.commit_all();
    for n in 0..5000 {
        repository.write(format!("d{}/{n}", n % 50), "a\nc\nd\n");
    }
    let summary = repository.summary();
    assert_eq!(
        (summary.file_count, summary.additions, summary.deletions),
        (5000, 10_000, 5000)
    );
}

#[test]
fn where_git_has_nothing_to_say_the_summary_says_why() {
    let repository = Repository::bare();
    let state = |git: Git| {
        let summary = git.summarize(&repository.root());
        (summary.state, summary.why)
    };
    assert_eq!(state(repository.ours()), (DiffState::NotGitRepo, None));
    let missing = repository.ours().program("/nowhere/git");
    assert_eq!(state(missing), (DiffState::GitMissing, None));
    repository.git(&["init", "-q", "--bare"]);
    assert_eq!(state(repository.ours()), (DiffState::NotGitRepo, None));
    let gone = repository
        .ours()
        .summarize(&repository.folder.path().join("gone"));
    assert_eq!(gone.state, DiffState::Error);
    assert!(gone.why.unwrap().contains("No such file or directory"));
}

#[test]
fn a_merge_that_was_left_to_the_person_is_told() {
    let repository = Repository::new();
    repository.write("a", "1\n");
    repository.commit_all();
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("a", "2\n");
    repository.commit_all();
    repository.git(&["checkout", "-q", "main"]);
    repository.write("a", "3\n");
    repository.commit_all();
    repository.git(&["merge", "-q", "side"]);
    let summary = repository.summary();
    assert_eq!(summary.files.len(), 1, "{summary:?}");
    assert_eq!(summary.files[0].change, Change::Unmerged);
    assert!(
        repository
            .patch("a", None)
            .unwrap()
            .text
            .contains("<<<<<<<")
    );
}
