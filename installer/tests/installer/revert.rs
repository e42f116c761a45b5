//! Taking it back, after whatever happened in between.

use std::fs;

use pane_patrol_installer::{apply, plan_uninstall};
use serde_json::Value;

use crate::sandbox::{MINE, MOVED, NEW, PROGRAM, World, count_ours, wanted};

/// As Claude Code rewrites the file.
fn rewrite(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

#[test]
fn a_change_of_the_user_stays_and_only_ours_leaves() {
    let world = World::with(MINE);
    world.install();
    let edited = world.text().replace("\"opus\"", "\"sonnet\"  ");
    world.write(&edited);
    world.uninstall();
    assert_eq!(world.text(), MINE.replace("\"opus\"", "\"sonnet\"  "));
    assert_eq!(
        fs::read_dir(world.home().join(".claude")).unwrap().count(),
        1
    );
}

#[test]
fn a_change_before_an_update_is_not_undone_by_uninstall() {
    let world = World::with(MINE);
    world.install();
    world.write(&world.text().replace("\"opus\"", "\"sonnet\""));
    world.install_as(&wanted(MOVED, NEW, false));
    world.uninstall();
    assert_eq!(world.text(), MINE.replace("\"opus\"", "\"sonnet\""));
}

#[test]
fn a_mode_that_the_user_changed_stays() {
    let world = World::with(MINE);
    world.install();
    world.chmod(0o600);
    world.uninstall();
    assert_eq!((world.text(), world.mode()), (MINE.to_owned(), 0o600));
}

#[test]
fn a_created_file_goes_even_after_the_assistant_rewrote_it() {
    let world = World::empty();
    let before = world.picture();
    world.install();
    world.write(&rewrite(&world.text()));
    world.uninstall();
    assert_eq!(world.picture(), before);
}

#[test]
fn a_created_file_stays_when_the_user_put_something_into_it() {
    let world = World::empty();
    world.install();
    let text = world.text().replacen('{', "{\n  \"model\": \"opus\",", 1);
    world.write(&text);
    world.uninstall();
    assert_eq!(world.text(), "{\n  \"model\": \"opus\"\n}\n");
}

#[test]
fn a_created_folder_stays_when_somebody_else_uses_it() {
    let world = World::empty();
    world.install();
    fs::write(world.home().join(".claude/theirs"), "").unwrap();
    world.uninstall();
    assert!(!world.settings().exists());
    assert!(world.home().join(".claude/theirs").exists());
}

#[test]
fn a_blank_file_becomes_blank_again() {
    for blank in ["", "\n", " \r\n\t", "\u{feff}", "\u{feff}\n"] {
        let world = World::with(blank);
        world.install();
        assert_eq!(count_ours(&world.text()), 16);
        world.uninstall();
        assert_eq!(world.text(), blank);

        world.install();
        world.write(&rewrite(world.text().trim_start_matches('\u{feff}')));
        world.uninstall();
        assert_eq!(world.text(), blank, "after a rewrite");
    }
}

#[test]
fn without_a_record_ours_is_known_by_its_command() {
    let world = World::with(MINE);
    world.install_as(&wanted(PROGRAM, NEW, true));
    fs::remove_dir_all(world.installs()).unwrap();
    let plan = plan_uninstall(&world.site()).unwrap();
    assert!(plan.notes()[0].starts_with("no record of the install"));
    let report = apply(&plan).unwrap();
    // The user's empty list cannot be told from one that we made.
    assert_eq!(
        world.text(),
        MINE.replace(",\n        \"PreToolUse\": []", "")
    );
    let backup = report.changes[0].backup.as_ref().unwrap();
    assert_eq!(count_ours(&fs::read_to_string(backup).unwrap()), 17);
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let world = World::with(MINE);
    let report = world.install();
    fs::write(report.changes[0].backup.as_ref().unwrap(), "{}").unwrap();
    let plan = plan_uninstall(&world.site()).unwrap();
    assert!(plan.notes()[0].contains("backup is damaged"));
    apply(&plan).unwrap();
    assert_eq!(world.text(), MINE);
}

#[test]
fn a_damaged_manifest_is_a_lost_one() {
    let world = World::with(MINE);
    let report = world.install();
    fs::write(report.changes[0].record.join("manifest.json"), "{").unwrap();
    world.uninstall();
    assert_eq!(count_ours(&world.text()), 0);
    assert!(world.text().contains("say done"));
}

#[test]
fn entries_that_the_user_took_out_by_hand_are_gone_for_good() {
    let world = World::with(MINE);
    world.install();
    world.write("{\"fresh\": true}");
    world.install();
    world.uninstall();
    assert_eq!(world.text(), "{\"fresh\": true}");
    assert!(
        world
            .manifests()
            .iter()
            .all(|manifest| manifest["ended"] != Value::Null)
    );
}

#[test]
fn a_file_that_the_user_removed_takes_our_folder_with_it() {
    let world = World::empty();
    let before = world.picture();
    world.install();
    fs::remove_file(world.settings()).unwrap();
    world.uninstall();
    assert_eq!(world.picture(), before);
    assert!(world.manifests().is_empty());
}

#[test]
fn our_entry_in_a_group_of_the_user_leaves_the_users_own_there() {
    let world = World::with(MINE);
    world.install();
    let text = world.text();
    let ours = text.find("\"[ -n").unwrap();
    let at = text[..ours].rfind('{').unwrap();
    world.write(&format!(
        "{}{{\"command\":\"mine\"}}, {}",
        &text[..at],
        &text[at..]
    ));
    world.uninstall();
    let kept = world.text();
    assert_eq!(count_ours(&kept), 0);
    assert!(kept.contains("{\"command\":\"mine\"}"), "{kept}");
    serde_json::from_str::<Value>(&kept).unwrap();
}

#[test]
fn uninstall_without_an_install_does_nothing_and_leaves_nothing() {
    for world in [World::empty(), World::with(MINE), World::with("")] {
        let before = world.whole_picture();
        let plan = plan_uninstall(&world.site()).unwrap();
        assert!(plan.is_empty());
        assert!(apply(&plan).unwrap().changes.is_empty());
        assert_eq!(world.whole_picture(), before);
    }
}

#[test]
fn a_link_that_was_replaced_by_a_file_is_cleaned_without_touching_the_link_target() {
    let world = World::empty();
    let real = world.home().join("real.json");
    fs::write(&real, MINE).unwrap();
    world.link("../real.json");
    world.install();
    let installed = world.text();
    fs::remove_file(world.settings()).unwrap();
    world.write(&installed);
    let plan = plan_uninstall(&world.site()).unwrap();
    assert!(plan.notes()[0].contains("real.json, to which the settings were a link"));
    apply(&plan).unwrap();
    assert_eq!(world.text(), MINE);
    assert_eq!(fs::read_to_string(real).unwrap(), installed);
}
