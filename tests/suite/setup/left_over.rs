//! What a killed `setup` leaves in the folder for temporary files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::{for_tmux, run, with_programs};
use crate::common::{TestEnv, wait_until, write_program};

/// The folders in which tmux is asked.
fn folders(env: &TestEnv) -> Vec<PathBuf> {
    let entries = fs::read_dir(env.path("tmp")).expect("it is there");
    let paths = entries.flatten().map(|entry| entry.path());
    let is_ours = |path: &PathBuf| path.to_string_lossy().contains("/pane-patrol");
    paths.filter(is_ours).collect()
}

/// Kills a `setup` while tmux looks at a file.
fn kill_one(env: &TestEnv) {
    let asked = env.path("asked");
    let slow = "#!/bin/sh\ncase \"$*\" in *source-file*) : > ASKED; exec sleep 60;; esac\nexec /usr/bin/tmux \"$@\"\n";
    let slow = slow.replace("ASKED", &format!("'{}'", asked.display()));
    write_program(&env.path("bin/tmux"), &slow);
    let mut command = env.pane_patrol();
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    command.args(["setup", "--yes", "--skip", "assistants,notices"]);
    let mut child = command.env("PATH", path).spawn().expect("it starts");
    // Not as soon as the folder is there: a child that has not become tmux yet holds the folder's lock, too.
    wait_until("a file is looked at", || asked.exists());
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    fs::remove_file(env.path("bin/tmux")).expect("it is there");
    fs::remove_file(asked).expect("it is there");
    for folder in folders(env) {
        let mode = folder.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    }
    assert_eq!(folders(env).len(), 1);
}

#[test]
fn the_next_setup_or_uninstall_takes_it_away() {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    kill_one(&env);
    assert!(for_tmux(&env, &[]).status.success());
    assert!(folders(&env).is_empty(), "{:?}", folders(&env));
    kill_one(&env);
    assert!(run(&env, &["uninstall"]).status.success());
    assert!(folders(&env).is_empty(), "{:?}", folders(&env));
}
