//! Taking it back, after whatever happened in between.

use std::fs;

use pane_patrol_installer::{apply, plan_uninstall};
use serde_json::Value;

use crate::sandbox::{MINE, MOVED, NEW, PROGRAM, Sandbox, count_ours, wanted};

/// As Claude Code rewrites the file.
fn rewrite(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

#[test]
fn a_change_of_the_user_stays_and_only_ours_leaves() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    let edited = sandbox.text().replace("\"opus\"", "\"sonnet\"  ");
    sandbox.write(&edited);
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE.replace("\"opus\"", "\"sonnet\"  "));
    assert_eq!(
        fs::read_dir(sandbox.home().join(".claude"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_change_before_an_update_is_not_undone_by_uninstall() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    sandbox.write(&sandbox.text().replace("\"opus\"", "\"sonnet\""));
    sandbox.install_as(&wanted(MOVED, NEW, false));
    sandbox.uninstall();
    assert_eq!(sandbox.text(), MINE.replace("\"opus\"", "\"sonnet\""));
}

#[test]
fn a_mode_that_the_user_changed_stays() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    sandbox.chmod(0o600);
    sandbox.uninstall();
    assert_eq!((sandbox.text(), sandbox.mode()), (MINE.to_owned(), 0o600));
}

#[test]
fn a_created_file_goes_even_after_the_assistant_rewrote_it() {
    let sandbox = Sandbox::empty();
    let before = sandbox.picture();
    sandbox.install();
    sandbox.write(&rewrite(&sandbox.text()));
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn a_created_file_stays_when_the_user_put_something_into_it() {
    let sandbox = Sandbox::empty();
    sandbox.install();
    let text = sandbox.text().replacen('{', "{\n  \"model\": \"opus\",", 1);
    sandbox.write(&text);
    sandbox.uninstall();
    assert_eq!(sandbox.text(), "{\n  \"model\": \"opus\"\n}\n");
}

#[test]
fn a_created_folder_stays_when_somebody_else_uses_it() {
    let sandbox = Sandbox::empty();
    sandbox.install();
    fs::write(sandbox.home().join(".claude/theirs"), "").unwrap();
    sandbox.uninstall();
    assert!(!sandbox.settings().exists());
    assert!(sandbox.home().join(".claude/theirs").exists());
}

#[test]
fn a_blank_file_becomes_blank_again() {
    for blank in ["", "\n", " \r\n\t", "\u{feff}", "\u{feff}\n"] {
        let sandbox = Sandbox::with(blank);
        sandbox.install();
        assert_eq!(count_ours(&sandbox.text()), 16);
        sandbox.uninstall();
        assert_eq!(sandbox.text(), blank);

        sandbox.install();
        sandbox.write(&rewrite(sandbox.text().trim_start_matches('\u{feff}')));
        sandbox.uninstall();
        assert_eq!(sandbox.text(), blank, "after a rewrite");
    }
}

#[test]
fn without_a_record_ours_is_known_by_its_command() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install_as(&wanted(PROGRAM, NEW, true));
    fs::remove_dir_all(sandbox.installs()).unwrap();
    let plan = plan_uninstall(&sandbox.site()).unwrap();
    assert!(plan.notes()[0].starts_with("no record of the install"));
    let report = apply(&plan).unwrap();
    // The user's empty list cannot be told from one that we made.
    assert_eq!(
        sandbox.text(),
        MINE.replace(",\n        \"PreToolUse\": []", "")
    );
    let backup = report.changes[0].backup.as_ref().unwrap();
    assert_eq!(count_ours(&fs::read_to_string(backup).unwrap()), 17);
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let sandbox = Sandbox::with(MINE);
    let report = sandbox.install();
    fs::write(report.changes[0].backup.as_ref().unwrap(), "{}").unwrap();
    let plan = plan_uninstall(&sandbox.site()).unwrap();
    assert!(plan.notes()[0].contains("backup is damaged"));
    apply(&plan).unwrap();
    assert_eq!(sandbox.text(), MINE);
}

#[test]
fn a_damaged_manifest_is_a_lost_one() {
    let sandbox = Sandbox::with(MINE);
    let report = sandbox.install();
    fs::write(report.changes[0].record.join("manifest.json"), "{").unwrap();
    sandbox.uninstall();
    assert_eq!(count_ours(&sandbox.text()), 0);
    assert!(sandbox.text().contains("say done"));
}

#[test]
fn entries_that_the_user_took_out_by_hand_are_gone_for_good() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    sandbox.write("{\"fresh\": true}");
    sandbox.install();
    sandbox.uninstall();
    assert_eq!(sandbox.text(), "{\"fresh\": true}");
    assert!(
        sandbox
            .manifests()
            .iter()
            .all(|manifest| manifest["ended"] != Value::Null)
    );
}

#[test]
fn a_file_that_the_user_removed_takes_our_folder_with_it() {
    let sandbox = Sandbox::empty();
    let before = sandbox.picture();
    sandbox.install();
    fs::remove_file(sandbox.settings()).unwrap();
    sandbox.uninstall();
    assert_eq!(sandbox.picture(), before);
    assert!(sandbox.manifests().is_empty());
}

#[test]
fn our_entry_in_a_group_of_the_user_leaves_the_users_own_there() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    let text = sandbox.text();
    let ours = text.find("\"[ -n").unwrap();
    let at = text[..ours].rfind('{').unwrap();
    sandbox.write(&format!(
        "{}{{\"command\":\"mine\"}}, {}",
        &text[..at],
        &text[at..]
    ));
    sandbox.uninstall();
    let kept = sandbox.text();
    assert_eq!(count_ours(&kept), 0);
    assert!(kept.contains("{\"command\":\"mine\"}"), "{kept}");
    serde_json::from_str::<Value>(&kept).unwrap();
}

#[test]
fn uninstall_without_an_install_does_nothing_and_leaves_nothing() {
    for sandbox in [Sandbox::empty(), Sandbox::with(MINE), Sandbox::with("")] {
        let before = sandbox.whole_picture();
        let plan = plan_uninstall(&sandbox.site()).unwrap();
        assert!(plan.is_empty());
        assert!(apply(&plan).unwrap().changes.is_empty());
        assert_eq!(sandbox.whole_picture(), before);
    }
}

#[test]
fn a_link_that_was_replaced_by_a_file_is_cleaned_without_touching_the_link_target() {
    let sandbox = Sandbox::empty();
    let real = sandbox.home().join("real.json");
    fs::write(&real, MINE).unwrap();
    sandbox.link("../real.json");
    sandbox.install();
    let installed = sandbox.text();
    fs::remove_file(sandbox.settings()).unwrap();
    sandbox.write(&installed);
    let plan = plan_uninstall(&sandbox.site()).unwrap();
    assert!(plan.notes()[0].contains("real.json, to which the settings were a link"));
    apply(&plan).unwrap();
    assert_eq!(sandbox.text(), MINE);
    assert_eq!(fs::read_to_string(real).unwrap(), installed);
}
