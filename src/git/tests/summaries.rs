//! What a repository tells of itself is what git tells.

use super::*;

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
