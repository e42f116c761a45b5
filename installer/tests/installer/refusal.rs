//! What is refused: one error that says what, where and what to do, and nothing has changed.

use std::fs;
use std::os::unix::fs::symlink;

use pane_patrol_installer::{PlanError, Site, plan_install, plan_uninstall};

use crate::sandbox::{MINE, NEW, PROGRAM, Sandbox, wanted};

/// The error's text, after checking that everything is as it was.
fn refused(sandbox: &Sandbox) -> String {
    refused_at(sandbox, &sandbox.site(), PROGRAM)
}

fn refused_at(sandbox: &Sandbox, site: &Site, program: &str) -> String {
    let before = sandbox.whole_picture();
    let error = plan_install(site, &wanted(program, NEW, false)).unwrap_err();
    assert_eq!(sandbox.whole_picture(), before);
    let hints = error.hints();
    assert_eq!(hints[0], "nothing was changed");
    assert!(hints.len() > 1, "no advice: {error}");
    let home = sandbox.home().display().to_string();
    error.to_string().replace(&home, "~")
}

/// Claude bears these, and runs the other hooks of the file.
#[test]
fn a_file_without_room_for_our_hooks_is_refused_with_the_field() {
    for (text, place, field, expected) in [
        (r#"{"hooks": 1}"#, "column 2", "hooks", "an object"),
        (r#"{"hooks": "x"}"#, "column 2", "hooks", "an object"),
        (r#"{"hooks": []}"#, "column 2", "hooks", "an object"),
        (
            r#"{"hooks": {"Stop": {}}}"#,
            "column 12",
            "hooks.Stop",
            "a list",
        ),
        (
            r#"{"hooks": {"Stop": "x"}}"#,
            "column 12",
            "hooks.Stop",
            "a list",
        ),
        (
            r#"{"hooks": {"Notification": true}}"#,
            "column 12",
            "hooks.Notification",
            "a list",
        ),
        (
            r#"{"hooks": {"SessionEnd": 5, "x": 1}}"#,
            "column 12",
            "hooks.SessionEnd",
            "a list",
        ),
    ] {
        let sandbox = Sandbox::with(text);
        let seen = refused(&sandbox);
        let told = format!(
            "~/.claude/settings.json: line 1, {place}: there is no room for our hooks, because \
             `{field}` is not {expected}"
        );
        assert_eq!(seen, told);
    }
}

#[test]
fn a_file_that_the_assistant_could_not_read_is_refused_with_its_place() {
    let file = "could not read ~/.claude/settings.json: ";
    for (text, reason) in [
        (
            "{\n  // mine\n}",
            "line 2, column 3: a comment, which strict JSON does not allow",
        ),
        ("{\n  \"é\": 1,\n}", "line 2, column 9: a trailing comma"),
        (
            "{\n  \"hooks\": {\n    \"Stop\": [\n",
            "line 4, column 1: the file ends too early here",
        ),
        (
            "\u{feff}{\"a\" 1}",
            "line 1, column 6: expected a colon after the key",
        ),
        ("[]", "line 1, column 1: expected an object"),
        (
            "{\"hooks\": {}, \"hooks\": {}}",
            "line 1, column 15: the key `hooks` is there twice",
        ),
        (
            "{\"hooks\": {\"Stop\": [],\n\"Stop\": []}}",
            "line 2, column 1: the key `Stop` is there twice",
        ),
    ] {
        assert_eq!(refused(&Sandbox::with(text)), format!("{file}{reason}"));
    }
    let latin1 = Sandbox::with(b"{\"a\": 1,\n \"\xe9\": 2}");
    assert_eq!(
        refused(&latin1),
        format!("{file}line 2, column 3: bytes that are not UTF-8")
    );
}

#[test]
fn uninstall_refuses_a_file_that_it_cannot_read_but_not_one_that_holds_nothing_of_ours() {
    let sandbox = Sandbox::with(MINE);
    sandbox.install();
    sandbox.write("{\"hooks\": {");
    let before = sandbox.whole_picture();
    assert!(matches!(
        plan_uninstall(&sandbox.site()),
        Err(PlanError::Syntax { .. })
    ));
    assert_eq!(sandbox.whole_picture(), before);

    let sandbox = Sandbox::with("{\"hooks\": {\"Stop\": 5}}");
    sandbox.chmod(0o444);
    assert!(plan_uninstall(&sandbox.site()).unwrap().is_empty());
}

#[test]
fn a_read_only_file_is_refused_for_install_and_uninstall() {
    let sandbox = Sandbox::with(MINE);
    sandbox.chmod(0o444);
    assert_eq!(refused(&sandbox), "~/.claude/settings.json is read-only");
    sandbox.chmod(0o644);
    sandbox.install();
    sandbox.chmod(0o464);
    let before = sandbox.whole_picture();
    assert!(matches!(
        plan_uninstall(&sandbox.site()),
        Err(PlanError::ReadOnly { .. })
    ));
    assert_eq!(sandbox.whole_picture(), before);
}

#[test]
fn something_that_is_no_file_is_refused() {
    let sandbox = Sandbox::empty();
    fs::create_dir_all(sandbox.settings()).unwrap();
    assert_eq!(
        refused(&sandbox),
        "~/.claude/settings.json is a folder, not a file"
    );

    let sandbox = Sandbox::empty();
    fs::write(sandbox.home().join(".claude"), "").unwrap();
    assert!(refused_io(&sandbox).starts_with("could not read ~/.claude/settings.json: Not a dir"));

    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.home().join(".claude")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.settings())
        .status();
    assert!(made.unwrap().success());
    assert_eq!(
        refused(&sandbox),
        "~/.claude/settings.json is a named pipe, not a file"
    );

    let sandbox = Sandbox::empty();
    sandbox.link("loop");
    symlink("settings.json", sandbox.home().join(".claude/loop")).unwrap();
    assert_eq!(
        refused(&sandbox),
        "~/.claude/settings.json leads through too many symbolic links"
    );
}

fn refused_io(sandbox: &Sandbox) -> String {
    let error = sandbox.plan(PROGRAM).unwrap_err();
    let home = sandbox.home().display().to_string();
    error.to_string().replace(&home, "~")
}

#[test]
fn a_home_of_somebody_else_is_refused() {
    let sandbox = Sandbox::with(MINE);
    let mut site = sandbox.site();
    let owner = site.uid;
    site.uid = 4242;
    let text = refused_at(&sandbox, &site, PROGRAM);
    if owner == 0 {
        // Root's home may be anybody's in a container, but not the file.
        let expected = "~/.claude/settings.json belongs to user 0, and you are user 4242";
        assert_eq!(text, expected);
        std::os::unix::fs::chown(sandbox.home(), Some(4242), None).unwrap();
        let text = refused_at(&sandbox, &sandbox.site(), PROGRAM);
        assert_eq!(text, "~ belongs to user 4242, and you are user 0");
    } else {
        assert_eq!(
            text,
            format!("~ belongs to user {owner}, and you are user 4242")
        );
    }
}

#[test]
fn a_program_that_cannot_be_quoted_is_refused() {
    let sandbox = Sandbox::with(MINE);
    let site = sandbox.site();
    for (program, reason) in [
        ("pane-patrol", "its path is not absolute"),
        ("/it's/pane-patrol", "its path contains a single quote"),
        ("/a\nb", "its path contains a control character"),
    ] {
        let text = refused_at(&sandbox, &site, program);
        assert_eq!(text, format!("`{program}` cannot be registered: {reason}"));
    }
}
