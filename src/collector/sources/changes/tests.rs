use std::fs;
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::event::Assistant;

use super::*;
use crate::git::DiffState;
use crate::test_program::write_program;

/// Longer than a loaded machine takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_git_that_fails_once_does_not_end_the_watch() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (root, fails) = (folder.path().join("r"), folder.path().join("fails"));
    let made = Command::new("git").args(["init", "-q"]).arg(&root).status();
    assert!(made.expect("there is a git").success());
    let script = "#!/bin/sh\nif [ -e '{}' ]; then exit 128; fi\nexec git \"$@\"\n";
    let git = folder.path().join("git");
    write_program(&git, &script.replace("{}", &fails.to_string_lossy()));
    let (reports, heard) = mpsc::channel();
    let keeper = start_keeper(
        Git::default().program(git),
        Homes::all_in(folder.path()),
        Pace::SHOWN,
        move |report| reports.send(report).is_ok(),
    )
    .expect("a thread can be started");
    let until = |told: &dyn Fn(&DiffSummary) -> bool| loop {
        let report = heard.recv_timeout(PATIENCE).expect("it is told");
        if matches!(&report, Report::Diff(_, summary) if told(summary)) {
            break;
        }
    };
    let assistant = Assistant::known("anybody");
    let owner = Owner::new(&assistant, None, None, &root.to_string_lossy());
    keeper.order(Order::Follow("a".to_owned(), owner));
    until(&|summary| summary.state == DiffState::Ok);

    fs::write(&fails, "").expect("a file can be written");
    fs::write(root.join("one"), "1\n").expect("a file can be written");
    until(&|summary| summary.state == DiffState::Error);
    fs::remove_file(&fails).expect("a file can be removed");
    until(&|summary| summary.file_count == 1);
    fs::write(root.join("two"), "2\n").expect("a file can be written");
    until(&|summary| summary.file_count == 2);
}
