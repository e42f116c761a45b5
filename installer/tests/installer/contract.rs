//! What an install does, and that it does it once.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_installer::CLAUDE;
use pane_patrol_installer::status::{Status, status};
use pane_patrol_installer::{
    ApplyError, Location, PlanError, Step, apply, apply_with, plan_uninstall, sha256,
};

use crate::sandbox::{MINE, MOVED, NEW, OLD, PROGRAM, Sandbox, count_ours, wanted};

#[test]
fn a_plan_changes_nothing_and_says_what_it_would_change() {
    let sandbox = Sandbox::with(MINE);
    let before = sandbox.whole_picture();
    let plan = sandbox.plan(PROGRAM).unwrap();
    let diff = plan.diff();
    assert_eq!(sandbox.whole_picture(), before);
    assert!(!plan.is_empty());
    let path = sandbox.settings();
    assert!(diff.starts_with(&format!("--- {0}\n+++ {0}\n@@ ", path.display())));
    let added = diff.lines().filter(|line| line.starts_with('+'));
    assert!(added.clone().any(|line| line.contains("SessionStart")));
    assert_eq!(plan.edits()[0].path(), path);
}

#[test]
fn install_adds_the_entries_just_once() {
    let sandbox = Sandbox::with(MINE);
    let report = sandbox.install();
    let installed = sandbox.text();
    assert_eq!(count_ours(&installed), 16);
    assert_eq!(report.changes.len(), 1);
    let backup = report.changes[0].backup.as_ref().unwrap();
    assert_eq!(fs::read_to_string(backup).unwrap(), MINE);

    let state = sandbox.whole_picture();
    let again = sandbox.plan(PROGRAM).unwrap();
    assert!(again.is_empty());
    assert_eq!(again.diff(), "");
    assert!(apply(&again).unwrap().changes.is_empty());
    assert_eq!(sandbox.whole_picture(), state);
}

#[test]
fn only_events_that_the_version_knows_are_registered() {
    let events = |version, approvals| {
        let sandbox = Sandbox::empty();
        sandbox.install_as(&wanted(PROGRAM, version, approvals));
        count_ours(&sandbox.text())
    };
    assert_eq!(events(OLD, false), 9);
    assert_eq!(events(None, false), 9);
    assert_eq!(events(NEW, false), 16);
    assert_eq!(events(NEW, true), 17);

    let sandbox = Sandbox::empty();
    sandbox.install_as(&wanted(PROGRAM, NEW, true));
    let text = sandbox.text();
    assert!(text.contains("hook claude --decide; exit 0\",\n            \"timeout\": 3600\n"));
    assert!(!text.contains("MessageDisplay") && !text.contains("WorktreeCreate"));
}

#[test]
fn another_program_version_or_choice_replaces_our_entries_and_keeps_the_original() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install_as(&wanted(PROGRAM, OLD, true));
    sandbox.install_as(&wanted(MOVED, NEW, false));
    let text = sandbox.text();
    assert_eq!(count_ours(&text), 16);
    assert!(!text.contains(PROGRAM) && !text.contains("PermissionRequest"));
    assert!(text.contains("say done"));
    sandbox.install_as(&wanted(MOVED, OLD, false));
    assert_eq!(count_ours(&sandbox.text()), 9);
    assert_eq!(sandbox.manifests().len(), 1);
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE);
}

#[test]
fn mode_and_link_stay_and_no_file_stands_beside() {
    for mode in [0o600, 0o644, 0o664, 0o755] {
        let sandbox = Sandbox::with(MINE);
        sandbox.chmod(mode);
        sandbox.install();
        assert_eq!(sandbox.mode(), mode);
        assert_eq!(
            fs::read_dir(sandbox.home().join(".claude"))
                .unwrap()
                .count(),
            1
        );
        sandbox.uninstall();
        assert_eq!((sandbox.mode(), sandbox.text()), (mode, MINE.to_owned()));
    }
}

#[test]
fn a_chain_of_relative_links_is_followed_from_each_links_own_folder() {
    let sandbox = Sandbox::empty();
    let dotfiles = sandbox.home().join("dotfiles/claude");
    fs::create_dir_all(&dotfiles).unwrap();
    fs::write(dotfiles.join("real.json"), MINE).unwrap();
    std::os::unix::fs::symlink("claude/real.json", sandbox.home().join("dotfiles/first")).unwrap();
    sandbox.link("../dotfiles/first");
    let before = sandbox.picture();
    let report = sandbox.install();
    assert!(sandbox.settings().is_symlink());
    let real = fs::read_to_string(dotfiles.join("real.json")).unwrap();
    assert_eq!(count_ours(&real), 16);
    let manifest = &sandbox.manifests()[0];
    assert_eq!(manifest["link_target"], "../dotfiles/first");
    assert_eq!(report.changes[0].path, sandbox.settings());
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn a_link_to_nothing_is_given_its_file_and_loses_it_again() {
    let sandbox = Sandbox::empty();
    sandbox.link("../dotfiles/claude/settings.json");
    let before = sandbox.picture();
    sandbox.install();
    assert!(
        sandbox
            .home()
            .join("dotfiles/claude/settings.json")
            .is_file()
    );
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn a_linked_config_folder_is_edited_where_it_leads() {
    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.home().join("dot")).unwrap();
    fs::write(sandbox.home().join("dot/settings.json"), MINE).unwrap();
    std::os::unix::fs::symlink("dot", sandbox.home().join(".claude")).unwrap();
    let before = sandbox.picture();
    sandbox.install();
    assert_eq!(count_ours(&sandbox.text()), 16);
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn without_a_file_one_is_made_for_the_user_alone() {
    let sandbox = Sandbox::empty();
    let before = sandbox.picture();
    let report = sandbox.install();
    assert_eq!(report.changes[0].backup, None);
    assert_eq!(sandbox.mode(), 0o600);
    let folder = fs::metadata(sandbox.home().join(".claude")).unwrap();
    assert_eq!(folder.mode() & 0o777, 0o700);
    let report = sandbox.uninstall();
    assert!(report.changes[0].removed);
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn backups_are_for_the_user_alone() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    for (path, (content, mode)) in sandbox.whole_picture() {
        if path.starts_with(sandbox.installs()) {
            let expected = if content == "folder" { 0o700 } else { 0o600 };
            assert_eq!(mode & 0o777, expected, "{}", path.display());
        }
    }
}

#[test]
fn a_file_that_changes_between_plan_and_write_is_left_alone() {
    let sandbox = Sandbox::with(MINE);
    let plan = sandbox.plan(PROGRAM).unwrap();
    sandbox.write("{\"other\": 1}");
    let before = sandbox.whole_picture();
    let error = apply(&plan).unwrap_err();
    assert!(matches!(error, ApplyError::Changed { .. }) && !error.changed());
    assert_eq!(sandbox.whole_picture(), before);

    // At the last moment too.
    let plan = sandbox.plan(PROGRAM).unwrap();
    let mut meddle = |step| {
        if step == Step::TemporaryDressed {
            sandbox.write("{\"other\": 2}");
        }
        Ok(())
    };
    let error = apply_with(&plan, &mut meddle).unwrap_err();
    assert!(matches!(error, ApplyError::Changed { .. }), "{error}");
    assert_eq!(sandbox.text(), "{\"other\": 2}");
    assert!(!sandbox.installs().exists());
}

#[test]
fn two_installers_do_not_interleave() {
    let sandbox = Sandbox::with(MINE);
    let (first, second) = (
        sandbox.plan(PROGRAM).unwrap(),
        sandbox.plan(PROGRAM).unwrap(),
    );
    let mut busy = 0;
    let mut try_second = |_| {
        match apply(&second) {
            Err(ApplyError::Busy { .. }) => busy += 1,
            other => panic!("{other:?}"),
        }
        Ok(())
    };
    apply_with(&first, &mut try_second).unwrap();
    assert!(busy > 5);
    // The same plan, now that it has been carried out, is nothing to do.
    let state = sandbox.whole_picture();
    assert!(apply(&second).unwrap().changes.is_empty());
    assert_eq!(sandbox.whole_picture(), state);
}

#[test]
fn the_record_says_what_was_done_and_can_be_checked_by_hand() {
    let sandbox = Sandbox::with(MINE);
    sandbox.chmod(0o640);
    sandbox.install();
    let manifest = &sandbox.manifests()[0];
    assert_eq!(manifest["assistant"], "claude");
    assert_eq!(manifest["file"], sandbox.settings().to_str().unwrap());
    assert_eq!(manifest["mode"], "0640");
    let write = &manifest["writes"][0];
    assert_eq!(write["registered"]["executable"], PROGRAM);
    assert_eq!(write["registered"]["assistant_version"], "2.1.329");
    let sum = std::process::Command::new("sha256sum")
        .arg(sandbox.settings())
        .output();
    if let Ok(sum) = sum {
        let sum = String::from_utf8(sum.stdout).unwrap();
        assert_eq!(write["sha256_after"], sum.split(' ').next().unwrap());
    }
    assert_eq!(manifest["ended"], serde_json::Value::Null);
    sandbox.uninstall();
    assert_eq!(
        sandbox.manifests()[0]["ended"],
        "2026-02-27T10:00:00.000000Z"
    );
}

#[test]
fn old_records_go_and_the_newest_stay() {
    let sandbox = Sandbox::with(MINE);
    for _ in 0..8 {
        sandbox.install();
        sandbox.uninstall();
    }
    assert_eq!(sandbox.manifests().len(), 5);
    sandbox.install();
    assert_eq!(sandbox.manifests().len(), 6);
}

#[test]
fn the_status_is_what_the_file_says() {
    let sandbox = Sandbox::with(MINE);
    let now = || status(&CLAUDE, &sandbox.site().location, NEW);
    assert!(matches!(now(), Status::NotInstalled));
    sandbox.install_as(&wanted(PROGRAM, OLD, false));
    let Status::Partly(registered) = now() else {
        panic!("{:?}", now())
    };
    assert_eq!(registered.missing.len(), 7);
    assert!(matches!(
        status(&CLAUDE, &sandbox.site().location, OLD),
        Status::Installed(_)
    ));
    sandbox.install_as(&wanted(MOVED, NEW, true));
    let Status::Installed(registered) = now() else {
        panic!("{:?}", now())
    };
    assert_eq!(registered.executables, [PathBuf::from(MOVED)]);
    assert!(registered.approvals && !registered.switched_off);
    let text = sandbox.text();
    sandbox.write(&text.replacen('{', "{\"disableAllHooks\": true,", 1));
    assert!(matches!(now(), Status::Installed(registered) if registered.switched_off));
    sandbox.write(&text.replacen(MOVED, PROGRAM, 2));
    assert!(matches!(now(), Status::Partly(registered) if registered.executables.len() == 2));
    sandbox.write("{\n  \"a\": 1,\n}");
    let Status::Unreadable(error) = now() else {
        panic!("{:?}", now())
    };
    assert!(
        error
            .to_string()
            .ends_with("line 2, column 9: a trailing comma")
    );
    let nowhere = Location {
        settings: Path::new("/nowhere/settings.json").into(),
        home: None,
    };
    assert!(matches!(
        status(&CLAUDE, &nowhere, None),
        Status::NotInstalled
    ));
}

#[test]
fn settings_of_another_config_folder_have_a_record_of_their_own() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    let other = sandbox.root().join("other");
    let mut site = sandbox.site();
    site.location = CLAUDE
        .locate(&|name| (name == "CLAUDE_CONFIG_DIR").then(|| other.clone()))
        .unwrap();
    let plan = pane_patrol_installer::plan_install(&site, &wanted(PROGRAM, NEW, false)).unwrap();
    apply(&plan).unwrap();
    let files = pane_patrol_installer::recorded_files(&sandbox.installs()).unwrap();
    assert_eq!(files, [sandbox.settings(), other.join("settings.json")]);
    apply(&plan_uninstall(&site).unwrap()).unwrap();
    assert!(!other.exists());
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE);
}

#[test]
fn a_file_with_a_second_name_is_pointed_out() {
    let sandbox = Sandbox::with(MINE);
    fs::hard_link(sandbox.settings(), sandbox.home().join("second")).unwrap();
    let plan = sandbox.plan(PROGRAM).unwrap();
    assert!(plan.notes()[0].contains("hard link"), "{:?}", plan.notes());
    apply(&plan).unwrap();
    let second = fs::read_to_string(sandbox.home().join("second")).unwrap();
    assert_eq!(second, MINE);
}

/// Makes everything that an install has written look as an older version would have: its test for a
/// pane in the file, and the bytes of that in the record.
fn as_of_before(sandbox: &Sandbox) {
    let new = "${TMUX_PANE:+x}${ZELLIJ_PANE_ID:+x}${CLAUDE_JOB_DIR:+x}${PANE_PATROL_TARGET:+x}";
    let now = sandbox.text();
    let then = now.replace(new, "$TMUX_PANE$PANE_PATROL_TARGET");
    assert_ne!(then, now);
    sandbox.write(&then);
    for folder in fs::read_dir(sandbox.installs()).unwrap().flatten() {
        let record = folder.path().join("manifest.json");
        let text = fs::read_to_string(&record).unwrap();
        let text = text.replace(&sha256(now.as_bytes()), &sha256(then.as_bytes()));
        fs::write(&record, text).unwrap();
    }
}

#[test]
fn entries_of_before_are_known_updated_in_place_and_taken_out() {
    for before in [
        "{}\n",
        "{\n  \"hooks\": {\n    \"Stop\": [ ]\n  }\n}",
        r#"{"hooks":null,"model":"x"}"#,
        r#"{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}],"_comment":"x"}}"#,
    ] {
        for update in [true, false] {
            let sandbox = Sandbox::with(before);
            let picture = sandbox.picture();
            sandbox.install();
            let fresh = sandbox.text();
            as_of_before(&sandbox);
            let status = status(&CLAUDE, &sandbox.site().location, NEW);
            assert!(
                matches!(&status, Status::Installed(ours) if ours.outdated),
                "{status:?}"
            );
            if update {
                sandbox.install();
                assert_eq!(sandbox.text(), fresh, "nothing but the command changes");
            }
            sandbox.uninstall();
            assert_eq!(sandbox.picture(), picture, "{before}, update: {update}");
        }
    }
}

#[test]
fn a_file_that_the_assistant_drops_is_refused_with_its_field_and_left_alone() {
    for (text, field, line) in [
        (
            "{\n  \"permissions\": {\n    \"allow\": \"Bash\"\n  }\n}",
            "permissions.allow",
            3,
        ),
        ("{\"disableAllHooks\": \"true\"}", "disableAllHooks", 1),
        (
            "{\"hooks\": {\"PreToolUse\": [\n{\"matcher\": {\"x\": 1}, \"hooks\": []}]}}",
            "hooks.PreToolUse[0].matcher",
            2,
        ),
        ("\n{\"env\": []}", "env", 2),
    ] {
        let sandbox = Sandbox::with(text);
        let picture = sandbox.whole_picture();
        let error = sandbox.plan(PROGRAM).unwrap_err();
        let said = format!("{error}; {}", error.hints().join("; "));
        for word in [
            field,
            &format!("line {line},"),
            "settings.json",
            "nothing was changed",
        ] {
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(sandbox.whole_picture(), picture);
        let status = status(&CLAUDE, &sandbox.site().location, NEW);
        assert!(
            matches!(status, Status::Unreadable(PlanError::Dropped { .. })),
            "{status:?}"
        );
    }
}
