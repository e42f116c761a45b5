//! Flags that `lsattr` shows: the file that takes the place of the old one has those that a person set.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::path::Path;

use pane_patrol_installer::{ApplyError, apply};
use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

use crate::attributes::left_out;
use crate::sandbox::{MINE, MOVED, NEW, PROGRAM, Sandbox, wanted};

fn flags(path: &Path) -> Option<IFlags> {
    ioctl_getflags(File::open(path).unwrap()).ok()
}

/// Sets these on a file or folder beside those it has; says so and gives false where that cannot be.
fn set(path: &Path, more: IFlags) -> bool {
    let file = File::open(path).unwrap();
    let done = ioctl_getflags(&file).and_then(|there| ioctl_setflags(&file, there | more));
    if let Err(error) = done {
        left_out(&format!("{more:?} on {}: {error}", path.display()));
    }
    done.is_ok()
}

fn unset(path: &Path, which: IFlags) {
    let file = File::open(path).unwrap();
    let there = ioctl_getflags(&file).unwrap();
    ioctl_setflags(&file, there - which).unwrap();
}

#[test]
fn flags_that_a_person_set_are_there_after_install_update_and_uninstall() {
    for which in [
        IFlags::NODUMP,
        IFlags::NOATIME,
        IFlags::SYNC,
        IFlags::NODUMP | IFlags::NOATIME | IFlags::SECURE_REMOVAL | IFlags::UNRM,
    ] {
        let sandbox = Sandbox::with(MINE);
        let settings = sandbox.settings();
        if !set(&settings, which) {
            continue;
        }
        let before = flags(&settings);
        sandbox.install();
        assert_eq!(flags(&settings), before, "{which:?}");
        sandbox.install_as(&wanted(MOVED, NEW, false));
        assert_eq!(flags(&settings), before, "{which:?}");
        sandbox.uninstall();
        assert_eq!(flags(&settings), before, "{which:?}");
        assert_eq!(sandbox.text(), MINE);
    }
}

#[test]
fn a_flag_that_new_files_get_from_their_folder_is_not_given_to_one_that_had_none() {
    let sandbox = Sandbox::with(MINE);
    let settings = sandbox.settings();
    let before = flags(&settings);
    if !set(settings.parent().unwrap(), IFlags::NODUMP) {
        return;
    }
    sandbox.install();
    assert_eq!(flags(&settings), before);
}

#[test]
fn a_file_that_may_not_be_replaced_is_refused_and_stays() {
    for which in [IFlags::IMMUTABLE, IFlags::APPEND] {
        let sandbox = Sandbox::with(MINE);
        let settings = sandbox.settings();
        if !set(&settings, which) {
            continue;
        }
        let before = sandbox.whole_picture();
        let refused = apply(&sandbox.plan(PROGRAM).unwrap());
        let after = sandbox.whole_picture();
        unset(&settings, which);
        let error = refused.unwrap_err();
        assert!(matches!(&error, ApplyError::Io { path, .. } if *path == settings));
        let hints = error.hints();
        assert_eq!(hints[0], "nothing was changed");
        assert!(hints[1].contains("`chattr -ia`"), "{hints:?}");
        assert_eq!(after, before, "{which:?}");
    }
}
