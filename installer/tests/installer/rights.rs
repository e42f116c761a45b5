//! What the system forbids. Root may do everything, so a test that runs as root does this part as
//! another user, through this test program started again.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use pane_patrol_installer::{apply, plan_install};

use crate::attributes::{left_out, set};
use crate::program::copy_program;
use crate::sandbox::{MINE, NEW, PROGRAM, Sandbox, wanted};

const ROOT: &str = "PANE_PATROL_TEST_ROOT";
const NOBODY: u32 = 65534;
const OF_ROOT: &str = "security.pane-patrol-test";

/// An attribute that only root can give to a new file.
fn attribute_of_root(sandbox: &Sandbox) {
    if !sandbox.attributes().contains_key(OF_ROOT) {
        return;
    }
    let before = sandbox.whole_picture();
    let error = apply(&sandbox.plan(PROGRAM).unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("could not give the new ") && text.contains(OF_ROOT),
        "{text}"
    );
    let hints = error.hints();
    assert_eq!(hints[0], "nothing was changed");
    assert!(hints[1].contains(OF_ROOT), "{hints:?}");
    assert_eq!(sandbox.whole_picture(), before);
    // The person takes it off, and it goes on.
    fs::write(sandbox.root().join("refused"), "").unwrap();
    let fresh = sandbox.home().join(".claude/fresh");
    fs::write(&fresh, MINE).unwrap();
    fs::rename(fresh, sandbox.settings()).unwrap();
}

/// Not a test by itself: what the user without rights does.
#[test]
#[ignore = "started by the other test"]
fn child() {
    let Some(root) = env::var_os(ROOT) else {
        return;
    };
    let sandbox = Sandbox::at(PathBuf::from(root));
    let folder = sandbox.home().join(".claude");
    let chmod = |path: &PathBuf, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };

    attribute_of_root(&sandbox);

    // The folder takes no new file.
    chmod(&folder, 0o555);
    let before = sandbox.whole_picture();
    let error = apply(&sandbox.plan(PROGRAM).unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("could not write "), "{error}");
    let expected = [
        "nothing was changed",
        "the file and its folder must be yours to read and write",
    ];
    assert_eq!(error.hints(), expected);
    assert_eq!(sandbox.whole_picture(), before);

    // The file cannot be read.
    chmod(&folder, 0o755);
    sandbox.chmod(0o200);
    let error = sandbox.plan(PROGRAM).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("settings.json: Permission denied"),
        "{error}"
    );
    sandbox.chmod(0o644);

    // The state folder cannot be made.
    let state = sandbox.root().to_owned();
    chmod(&state, 0o555);
    let before = sandbox.whole_picture();
    let error = apply(&sandbox.plan(PROGRAM).unwrap()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("could not create the folder "),
        "{error}"
    );
    assert_eq!(sandbox.whole_picture(), before);
    chmod(&state, 0o755);

    // With its rights back, everything works.
    let site = sandbox.site();
    apply(&plan_install(&site, &wanted(PROGRAM, NEW, false)).unwrap()).unwrap();
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE);
}

#[test]
fn missing_rights_are_one_clear_error_and_nothing_is_left() {
    // A world that every user may enter.
    let place = tempfile::Builder::new().tempdir_in("/tmp").unwrap();
    let root = place.path().join("world");
    fs::create_dir_all(root.join("home/.claude")).unwrap();
    let sandbox = Sandbox::at(root.clone());
    sandbox.write(MINE);
    sandbox.chmod(0o644);
    let program = place.path().join("tests");
    copy_program(&env::current_exe().unwrap(), &program);
    let mut command = Command::new(&program);
    if sandbox.site().uid == 0 {
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for path in sandbox.whole_picture().keys() {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    } else {
        left_out("an attribute of root's, which only root can set");
    }
    let refuses = sandbox.site().uid == NOBODY && set(&sandbox.settings(), OF_ROOT, b"1");
    let output = command
        .args(["rights::child", "--exact", "--ignored"])
        .env(ROOT, &root)
        .current_dir("/")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    assert_eq!(root.join("refused").exists(), refuses, "{said}");
}
