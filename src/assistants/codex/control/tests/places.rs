//! Whose socket is talked to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use super::server::link;
use super::*;
use crate::assistants::codex::control::place::{self, is_server_of};

fn set_rights(path: &Path, rights: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(rights)).unwrap();
}

#[test]
fn a_folder_that_others_may_enter_is_not_followed() {
    for name in ["home/app-server-control", "daemon"] {
        let stage = Stage::asking();
        for rights in [0o755, 0o710, 0o702] {
            set_rights(&stage.folder.path().join(name), rights);
            stage.assert_keys_are_left(name);
        }
        set_rights(&stage.folder.path().join(name), 0o700);
        assert_eq!(stage.approve(), Given::Done);
    }
}

#[test]
fn a_link_in_the_place_of_the_folder_is_not_followed() {
    let stage = Stage::asking();
    let folder = stage.home().join("app-server-control");
    let elsewhere = stage.folder.path().join("elsewhere");
    fs::rename(&folder, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    stage.assert_keys_are_left("it is a link");
}

#[test]
fn what_leads_nowhere_or_to_no_socket_is_nothing() {
    let stage = Stage::asking();
    let file = stage.folder.path().join("daemon/file");
    fs::write(&file, "").unwrap();
    let dead = stage.folder.path().join("daemon/dead");
    drop(UnixListener::bind(&dead).unwrap());
    for path in [file, dead, stage.folder.path().join("daemon/none")] {
        link(&stage.home(), &path);
        stage.assert_keys_are_left(&path.display().to_string());
    }
}

#[test]
fn only_codexs_server_of_that_folder_is_talked_to() {
    let stage = Stage::asking();
    let bound = stage.bound("Bash", COMMAND);
    let open = |is_server: &place::IsServer| {
        Open::find(&bound, &Decision::Approve, &stage.home(), is_server)
    };
    let own = std::process::id();
    assert!(
        open(&move |pid, _| pid != own).is_none(),
        "this process listens"
    );
    assert!(
        open(&is_server_of).is_none(),
        "which is no server of Codex's"
    );
    assert!(stage.server.heard(Some("initialize")).is_empty());
    let home = stage.home();
    assert!(open(&move |pid, of| pid == own && of == home).is_some());
}

#[test]
fn a_server_that_says_that_it_is_of_another_folder_is_not_asked() {
    let stage = Stage::asking();
    for home in ["/", "/none", ""] {
        stage.server.say_home(home);
        stage.assert_keys_are_left(home);
    }
    assert!(stage.server.heard(Some("thread/read")).is_empty());
}
