//! Patches of single files.

use super::*;

#[test]
fn a_patch_is_given_for_untracked_binary_deleted_and_renamed_files() {
    let repository = Repository::new();
    repository.write("gone", "a\nb\n");
    repository.write("old name", lines(20));
    repository.write("picture", b"\0a");
    repository.write("both", lines(9));
    repository.commit_all();
    fs::remove_file(repository.root().join("gone")).unwrap();
    repository.git(&["mv", "old name", "new name"]);
    repository.write("new name", lines(21));
    repository.write("picture", b"\0b");
    repository.write("left", "x\n");
    repository.write("-", "dash\n");
    repository.write("both", lines(10));
    repository.git(&["add", "both"]);
    repository.write("both", lines(11));
    let text = |path: &str, status| repository.patch(path, status).unwrap().text;
    assert!(text("gone", None).contains("deleted file mode 100644"));
    let renamed = repository.patch("new name", None).unwrap();
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
    assert!(repository.patch("picture", None).unwrap().binary);
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
    let repository = Repository::new();
    repository.write("same", "x\n");
    repository.commit_all();
    fs::write(repository.folder.path().join("secret"), "s").unwrap();
    symlink("../secret", repository.root().join("link")).unwrap();
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
            repository.patch(path, None).unwrap_err(),
            GitError::NotChanged(path.to_owned())
        );
    }
    assert!(
        repository
            .patch("link", None)
            .unwrap()
            .text
            .contains("+../secret")
    );
}

#[test]
fn a_long_patch_is_cut_at_a_line_and_says_so() {
    let repository = Repository::new();
    repository.write("long", lines(100_000));
    let patch = repository.patch("long", None).unwrap();
    assert!(patch.truncated && patch.text.len() <= MAX_PATCH_BYTES);
    assert!(patch.text.ends_with("of many\n"));
}

#[test]
fn a_name_that_is_no_utf_8_is_shown_and_found_by_what_is_shown() {
    let repository = Repository::new();
    repository.write(OsString::from_vec(b"a\xffb".to_vec()), "x\n");
    let summary = repository.summary();
    assert_eq!(summary.files[0].path, "a\u{fffd}b");
    assert_eq!(summary.additions, 1);
    assert!(
        repository
            .patch("a\u{fffd}b", None)
            .unwrap()
            .text
            .ends_with("+x\n")
    );
}
