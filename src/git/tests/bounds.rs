//! A git that hangs is ended, and nothing that a repository brings is run or fetched.

use super::*;

#[cfg(target_os = "linux")]
#[test]
fn a_git_that_hangs_is_killed_with_all_it_started() {
    let repository = Repository::new();
    let pids = repository.folder.path().join("pids");
    let script = format!(
        "#!/bin/sh\nsleep 600 & echo $! $$ > '{}'\nwait\n",
        pids.display()
    );
    let program = repository.script("hang", &script);
    // A busy machine may need more than the first of these to come to the point where it hangs.
    for seconds in [0.5, 4.5, 60.5] {
        let hanging = Git::default()
            .program(&program)
            .budget(Duration::from_secs_f64(seconds));
        let summary = hanging.summarize(&repository.root());
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
    let repository = Repository::new();
    let proof = repository.folder.path().join("proof");
    let evil = repository.script(
        "evil",
        &format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\ncat\n", proof.display()),
    );
    let evil = evil.to_str().unwrap();
    repository.write("a.x", "1\n");
    repository.write("b.y", "1\n");
    repository.commit_all();
    repository.write(
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
        ("core.hooksPath", repository.folder.path().to_str().unwrap()),
    ] {
        repository.git(&["config", name, value]);
    }
    repository.script(
        "post-index-change",
        &format!("#!/bin/sh\nexec '{evil}' hook\n"),
    );
    repository.write("a.x", "2\n");
    repository.write("b.y", "2\n");
    repository.write("c.x", "2\n");
    let before = listing(&repository.root().join(".git"));
    let summary = repository.summary();
    for path in ["a.x", "b.y", "c.x"] {
        let patch = repository.patch(path, None).unwrap();
        assert!(patch.text.contains("+2\n"), "{patch:?}");
    }
    let git = repository.ours();
    git.tree(&repository.root()).unwrap();
    git.first_commits(&repository.root()).unwrap();
    let all = ["a.x", "b.y", "c.x"].map(Path::new);
    let standings = git.stand(&repository.root(), &all).unwrap();
    assert!(standings.iter().all(|standing| standing.changed));
    assert!(!proof.exists(), "{}", fs::read_to_string(&proof).unwrap());
    assert_eq!(before, listing(&repository.root().join(".git")));
    assert_eq!(
        (summary.state, summary.file_count),
        (DiffState::Ok, 4),
        "{summary:?}"
    );
    // What was tried does run something when git is started as usual.
    repository.git(&["diff"]);
    assert!(proof.exists());
}

#[test]
fn objects_left_out_of_a_clone_are_not_fetched() {
    let repository = Repository::new();
    let proof = repository.folder.path().join("proof");
    repository.write("a", "1\n");
    repository.commit_all();
    let object = String::from_utf8(repository.git(&["rev-parse", "HEAD:a"])).unwrap();
    let (folder, file) = object.trim().split_at(2);
    fs::remove_file(
        repository
            .root()
            .join(".git/objects")
            .join(folder)
            .join(file),
    )
    .unwrap();
    let evil = repository.script(
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
        repository.git(&["config", name, value]);
    }
    repository.write("a", "2\n");
    let summary = repository.summary();
    assert!(!proof.exists());
    assert_eq!(summary.state, DiffState::Error, "{summary:?}");
    repository.git(&["diff", "--numstat"]);
    assert!(proof.exists());
}
