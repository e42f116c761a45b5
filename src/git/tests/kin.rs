//! Which trees are of one repository, and how files stand in them, by the real git.

use super::*;

impl Repository {
    fn tree(&self, folder: &Path) -> Result<Tree, GitError> {
        self.ours().tree(folder)
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn one_standing(&self, path: &str) -> Standing {
        let told = self.ours().stand(&self.root(), &[Path::new(path)]);
        told.unwrap().pop().unwrap()
    }
}

#[test]
fn worktrees_share_what_is_common_and_clones_their_beginning_and_where_they_came_from() {
    let repository = Repository::new();
    repository.write("a", "1\n");
    repository.commit_all();
    repository.git(&["worktree", "add", "-q", "../w"]);
    let main = repository.tree(&repository.root()).unwrap();
    let side = repository.tree(&repository.beside("w")).unwrap();
    assert_eq!(main.common, side.common);
    assert_ne!(main.root, side.root);
    assert_eq!(main.remote, None);
    for name in ["c1", "c2"] {
        let folder = repository.beside(name);
        repository.git(&["clone", "-q", "../r", folder.to_str().unwrap()]);
    }
    let [c1, c2] = ["c1", "c2"].map(|name| repository.tree(&repository.beside(name)).unwrap());
    assert_ne!(c1.common, c2.common);
    assert_eq!(c1.remote, c2.remote);
    assert_eq!(c1.remote, Some(main.common), "they came from there");
    let first = |root: &Path| repository.ours().first_commits(root).unwrap();
    assert_eq!(first(&c1.root).len(), 1);
    assert_eq!(first(&c1.root), first(&main.root));
    let shallow = repository.beside("c3");
    let from = format!("file://{}", repository.root().display());
    repository.commit_all();
    repository.git(&["clone", "-q", "--depth=1", &from, shallow.to_str().unwrap()]);
    assert!(first(&shallow).is_empty(), "its beginning is not there");
    let c2 = repository.beside("c2");
    repository.git_in(&c2, &["remote", "rename", "origin", "up"]);
    assert!(
        repository.tree(&c2).unwrap().remote.is_some(),
        "the only one"
    );
    repository.git_in(&c2, &["remote", "add", "down", "https://example.org/x"]);
    assert_eq!(
        repository.tree(&c2).unwrap().remote,
        None,
        "nobody says which"
    );
}

#[test]
fn a_folder_without_a_working_tree_is_in_none() {
    let repository = Repository::bare();
    let outside = repository.tree(&repository.root());
    assert_eq!(outside, Err(GitError::NotRepository));
    repository.git(&["init", "-q", "--bare", "."]);
    assert_eq!(
        repository.tree(&repository.root()),
        Err(GitError::NotRepository)
    );
    // A link that points to nothing, to itself, and to what is no repository.
    for told in [
        "gitdir: /nowhere\n",
        "gitdir: .git\n",
        "gitdir: /etc\n",
        "\0",
    ] {
        let folder = repository.beside("linked");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(".git"), told).unwrap();
        assert!(repository.tree(&folder).is_err(), "{told}");
    }
}

#[test]
fn a_file_stands_as_git_says() {
    let repository = Repository::new();
    repository.write("new", "1\n");
    let stands = |path: &str| {
        let Standing {
            ignored,
            generated,
            changed,
            committed,
        } = repository.one_standing(path);
        (ignored, generated, changed, committed.is_some())
    };
    assert_eq!(
        stands("new"),
        (false, false, true, false),
        "nothing is committed"
    );
    let weird = "d/a\tb\n\"ü*";
    repository.write(weird, "1\n");
    repository.write("made.rs", "1\n");
    repository.write("tracked.log", "1\n");
    repository.write(
        ".gitattributes",
        "made.* linguist-generated\nby-hand.rs -linguist-generated\n",
    );
    repository.git(&["add", "-A"]);
    repository.write(".gitignore", "*.log\n/target/\n");
    repository.commit_all();
    assert_eq!(stands("new"), (false, false, false, true));
    assert_eq!(stands(weird), (false, false, false, true));
    let first = repository.one_standing(weird).committed;
    repository.write(weird, "2\n");
    repository.write("made.rs", "2\n");
    repository.write("made.lock", "2\n");
    repository.write("by-hand.rs", "2\n");
    repository.write("other.log", "2\n");
    repository.write("tracked.log", "2\n");
    repository.write("target/deep/x", "2\n");
    repository.write("fresh/deep/x", "2\n");
    assert_eq!(stands(weird), (false, false, true, true));
    assert_eq!(stands("made.rs"), (false, true, true, true));
    assert_eq!(stands("made.lock"), (false, true, true, false));
    assert_eq!(stands("by-hand.rs"), (false, false, true, false));
    assert_eq!(stands("other.log"), (true, false, false, false));
    assert_eq!(
        stands("tracked.log"),
        (false, false, true, true),
        "it is tracked"
    );
    assert_eq!(stands("target/deep/x"), (true, false, false, false));
    assert_eq!(stands("fresh/deep/x"), (false, false, true, false));
    assert_eq!(stands("nowhere"), (false, false, false, false));
    let all = [
        Path::new("made.rs"),
        Path::new(weird),
        Path::new("other.log"),
    ];
    let together = repository.ours().stand(&repository.root(), &all).unwrap();
    assert_eq!(
        together,
        ["made.rs", weird, "other.log"].map(|path| repository.one_standing(path))
    );
    repository.commit_all();
    assert_ne!(repository.one_standing(weird).committed, first);
    assert_eq!(stands(weird), (false, false, false, true));
}
