//! Access control lists and extended attributes: the file that takes the place of the old one has
//! them as the old one had, and at no moment more rights.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use pane_patrol_installer::{ApplyError, Step, apply, apply_with, plan_uninstall};
use proptest::collection::btree_map;
use proptest::prelude::*;
use rustix::fs::{XattrFlags, removexattr, setxattr};

use crate::sandbox::{MINE, MOVED, NEW, OLD, PROGRAM, Sandbox, attributes_of, wanted};

pub(crate) const LIST: &str = "system.posix_acl_access";
const LIST_OF_FOLDER: &str = "system.posix_acl_default";

/// A list as Linux stores it: a user and a group by number may do what `named` says, the file's
/// group what `group` says, and the mask bounds them all.
pub(crate) fn list(group: u16, named: &[(u32, u16)], mask: u16) -> Vec<u8> {
    const NOBODY_BY_NAME: u32 = u32::MAX;
    let mut entries = vec![(0x01, 0o6, NOBODY_BY_NAME)];
    entries.extend(named.iter().map(|(user, rights)| (0x02, *rights, *user)));
    entries.push((0x04, group, NOBODY_BY_NAME));
    entries.push((0x10, mask, NOBODY_BY_NAME));
    entries.push((0x20, 0, NOBODY_BY_NAME));
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (kind, rights, who) in entries {
        bytes.extend(u16::to_le_bytes(kind));
        bytes.extend(u16::to_le_bytes(rights));
        bytes.extend(u32::to_le_bytes(who));
    }
    bytes
}

/// Sets an attribute; says so and gives false where the file system has no such attributes.
pub(crate) fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    match setxattr(path, name, value, XattrFlags::empty()) {
        Ok(()) => true,
        Err(error) => {
            let known = [rustix::io::Errno::NOTSUP, rustix::io::Errno::PERM];
            assert!(known.contains(&error), "{name}: {error}");
            left_out(&format!("{name} on {}: {error}", path.display()));
            false
        }
    }
}

/// Says aloud, past the capture of the test runner, that a part was not tested.
pub(crate) fn left_out(why: &str) {
    use std::io::Write;
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "LEFT OUT {name}: {why}");
}

#[test]
fn the_list_whose_group_entry_gives_nothing_gives_nothing_afterwards() {
    let sandbox = Sandbox::with(MINE);
    let theirs = list(0, &[(1234, 0o6)], 0o6);
    if !set(&sandbox.settings(), LIST, &theirs) {
        return;
    }
    // What `ls` shows as the group's rights is the mask of the list.
    assert_eq!(sandbox.mode(), 0o660);
    let before = sandbox.picture();
    sandbox.install();
    assert_eq!(sandbox.attributes()[LIST], theirs);
    assert_eq!(sandbox.mode(), 0o660);
    sandbox.install_as(&wanted(MOVED, NEW, false));
    assert_eq!(sandbox.attributes()[LIST], theirs);
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn attributes_of_any_length_and_content_are_kept() {
    let sandbox = Sandbox::with(MINE);
    let settings = sandbox.settings();
    let values = [
        ("user.empty", Vec::new()),
        ("user.note", b"mine\0\xff".to_vec()),
        ("user.long", vec![b'x'; 2000]),
        ("user.\u{e9} \u{6f22}", b"name".to_vec()),
    ];
    if !values
        .iter()
        .all(|(name, value)| set(&settings, name, value))
    {
        return;
    }
    // What only root may set is kept where the one who installs may set it, too.
    set(&settings, "trusted.note", b"of root");
    set(&settings, "security.note", b"of a module");
    let before = sandbox.picture();
    sandbox.install();
    for (name, value) in values {
        assert_eq!(sandbox.attributes()[name], value, "{name}");
    }
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn what_the_person_changed_after_the_install_stays() {
    let sandbox = Sandbox::with(MINE);
    let settings = sandbox.settings();
    if !set(&settings, "user.note", b"old") || !set(&settings, LIST, &list(4, &[(7, 6)], 6)) {
        return;
    }
    sandbox.install();
    set(&settings, "user.note", b"new");
    removexattr(&settings, LIST).unwrap();
    sandbox.chmod(0o600);
    let theirs = (sandbox.attributes(), sandbox.mode());
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE);
    assert_eq!((sandbox.attributes(), sandbox.mode()), theirs);
}

#[test]
fn a_list_of_the_folder_adds_nothing_to_the_file() {
    for before in [None, Some(MINE)] {
        let sandbox = Sandbox::empty();
        let folder = sandbox.home().join(".claude");
        fs::create_dir(&folder).unwrap();
        if let Some(text) = before {
            sandbox.write(text);
            sandbox.chmod(0o640);
        }
        if !set(&folder, LIST_OF_FOLDER, &list(6, &[(1234, 6)], 6)) {
            return;
        }
        let picture = sandbox.picture();
        sandbox.install();
        assert!(!sandbox.attributes().contains_key(LIST), "{before:?}");
        let mode = if before.is_some() { 0o640 } else { 0o600 };
        assert_eq!(sandbox.mode(), mode);
        sandbox.uninstall();
        assert_eq!(sandbox.picture(), picture);
    }
}

/// What the list or the mode of a file gives to a user of number 1234, to the group and to others.
fn given(path: &Path) -> [u16; 3] {
    let mode = u16::try_from(fs::metadata(path).unwrap().mode() & 0o777).unwrap();
    let (mask, others) = (mode >> 3 & 7, mode & 7);
    let Some(list) = attributes_of(path).remove(LIST) else {
        return [others, mask, others];
    };
    let entries = list[4..].chunks(8).map(|entry| {
        let number = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        (number(0), number(2))
    });
    let of = |kind| entries.clone().find(|(this, _)| *this == kind);
    let rights = |kind, or: u16| of(kind).map_or(or, |(_, rights)| rights & mask);
    [rights(0x02, others), rights(0x04, mask), others]
}

#[test]
fn at_no_step_has_anybody_more_rights_than_before() {
    let lists = [
        None,
        Some(list(0, &[(1234, 6)], 6)),
        Some(list(6, &[(1234, 0)], 4)),
        Some(list(0, &[(1234, 4)], 4)),
    ];
    for theirs in lists {
        let sandbox = Sandbox::with(MINE);
        sandbox.chmod(0o600);
        let (settings, folder) = (sandbox.settings(), sandbox.home().join(".claude"));
        let wide = list(6, &[(1234, 6)], 6);
        if !set(&folder, LIST_OF_FOLDER, &wide)
            || theirs.iter().any(|list| !set(&settings, LIST, list))
        {
            return;
        }
        let allowed = given(&settings);
        let temporary = folder.join(".settings.json.pane-patrol-new");
        let mut looked = 0;
        let mut look = |step: Step| {
            for path in [&settings, &temporary] {
                if path.exists() {
                    let now = given(path);
                    let more = now.iter().zip(allowed).any(|(now, old)| now & !old != 0);
                    assert!(!more, "{step:?}, {}: {now:?}, {allowed:?}", path.display());
                    looked += 1;
                }
            }
            Ok(())
        };
        apply_with(&sandbox.plan(PROGRAM).unwrap(), &mut look).unwrap();
        apply_with(&plan_uninstall(&sandbox.site()).unwrap(), &mut look).unwrap();
        assert!(looked > 20);
        assert_eq!(given(&settings), allowed);
    }
}

#[test]
fn an_attribute_that_changes_between_plan_and_write_is_a_change() {
    let sandbox = Sandbox::with(MINE);
    let plan = sandbox.plan(PROGRAM).unwrap();
    if !set(&sandbox.settings(), "user.note", b"mine") {
        return;
    }
    let before = sandbox.whole_picture();
    let error = apply(&plan).unwrap_err();
    assert!(matches!(error, ApplyError::Changed { .. }), "{error}");
    assert_eq!(sandbox.whole_picture(), before);
}

#[test]
fn the_manifest_tells_the_attributes_to_a_person_who_undoes_by_hand() {
    let sandbox = Sandbox::with(MINE);
    if !set(&sandbox.settings(), "user.note", b"mine\n") {
        return;
    }
    sandbox.install();
    let manifest = &sandbox.manifests()[0];
    assert_eq!(manifest["attributes"]["user.note"], "0x6d696e650a");
}

#[test]
fn the_file_of_another_user_and_group_written_by_root_stays_theirs() {
    const THEM: u32 = 4321;
    let sandbox = Sandbox::with(MINE);
    let settings = sandbox.settings();
    if chown(&settings, Some(THEM), Some(THEM + 1)).is_err() {
        left_out("only root gives files away");
        return;
    }
    // Root makes no folder of records in another user's home, but works in one that is there.
    fs::create_dir_all(sandbox.installs()).unwrap();
    for path in sandbox.whole_picture().into_keys() {
        let group = if path == settings { THEM + 1 } else { THEM };
        chown(path, Some(THEM), Some(group)).unwrap();
    }
    set(&settings, LIST, &list(0, &[(1234, 6)], 6));
    set(&settings, "user.note", b"mine");
    let before = sandbox.picture();
    sandbox.install();
    let owner = fs::metadata(&settings).unwrap();
    assert_eq!((owner.uid(), owner.gid()), (THEM, THEM + 1));
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
    let owner = fs::metadata(&settings).unwrap();
    assert_eq!((owner.uid(), owner.gid()), (THEM, THEM + 1));
}

#[test]
fn a_file_system_without_attributes_is_no_obstacle() {
    // Where the settings are behind a link, the attributes are those of the file behind it.
    let sandbox = Sandbox::empty();
    let real = sandbox.home().join("real.json");
    File::create(&real).unwrap();
    fs::write(&real, MINE).unwrap();
    sandbox.link("../real.json");
    set(&real, "user.note", b"behind the link");
    let before = sandbox.picture();
    sandbox.install();
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);

    // `/dev/shm` is of another kind than a disk; older ones have no attributes of the person's.
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else {
        left_out("there is no /dev/shm");
        return;
    };
    fs::create_dir_all(folder.path().join("home/.claude")).unwrap();
    let sandbox = Sandbox::at(folder.path().to_owned());
    sandbox.write(MINE);
    set(&sandbox.settings(), "user.note", b"in memory");
    set(&sandbox.settings(), LIST, &list(0, &[(1234, 6)], 6));
    let before = sandbox.picture();
    sandbox.install();
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

fn any_list() -> impl Strategy<Value = Option<Vec<u8>>> {
    let named = btree_map(0_u32..70_000, 0_u16..8, 1..4);
    let parts = (0_u16..8, named, 0_u16..8);
    let list = parts.prop_map(|(group, named, mask)| {
        let named: Vec<_> = named.into_iter().collect();
        list(group, &named, mask)
    });
    prop::option::weighted(0.8, list)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_the_rights_they_are_the_same_after_install_and_uninstall(
        mode in 0_u32..0o200,
        theirs in any_list(),
        of_folder in any_list(),
        notes in btree_map("user\\.[a-z]{1,12}", prop::collection::vec(any::<u8>(), 0..200), 0..4),
        edited: bool,
        update: bool,
    ) {
        let sandbox = Sandbox::with(MINE);
        let settings = sandbox.settings();
        // The owner may read and write; all else is as it comes.
        fs::set_permissions(&settings, Permissions::from_mode(0o600 | mode)).unwrap();
        for (name, value) in &notes {
            prop_assume!(set(&settings, name, value));
        }
        if let Some(list) = &theirs {
            prop_assume!(set(&settings, LIST, list));
        }
        if let Some(list) = &of_folder {
            prop_assume!(set(&sandbox.home().join(".claude"), LIST_OF_FOLDER, list));
        }
        let before = sandbox.picture();
        let rights = (sandbox.attributes(), sandbox.mode());
        sandbox.install_as(&wanted(PROGRAM, if update { OLD } else { NEW }, false));
        prop_assert_eq!((sandbox.attributes(), sandbox.mode()), rights.clone());
        if update {
            sandbox.install_as(&wanted(MOVED, NEW, false));
            prop_assert_eq!((sandbox.attributes(), sandbox.mode()), rights.clone());
        }
        if edited {
            sandbox.write(&sandbox.text().replace("opus", "sonnet"));
        }
        sandbox.uninstall();
        prop_assert_eq!((sandbox.attributes(), sandbox.mode()), rights);
        if !edited {
            prop_assert_eq!(sandbox.picture(), before);
        }
    }
}
