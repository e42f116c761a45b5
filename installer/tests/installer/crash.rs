//! A process that dies, or a step that fails, between any two steps. The process is a real one: this
//! test program, started again, which kills itself at the wanted moment.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use pane_patrol_installer::{Plan, Step, apply, apply_with, plan_install, plan_uninstall};

use crate::attributes::{LIST, list, set};
use crate::beside::Desk;
use crate::sandbox::{MINE, MOVED, NEW, OLD, PROGRAM, Sandbox, attributes_of, count_ours, wanted};

const ROOT: &str = "PANE_PATROL_TEST_ROOT";
const ACTION: &str = "PANE_PATROL_TEST_ACTION";
const KILL_AT: &str = "PANE_PATROL_TEST_KILL_AT";

/// Where an action starts, and which action it is.
struct Scenario {
    name: &'static str,
    action: &'static str,
    prepare: fn() -> Sandbox,
    /// The settings without any entry of ours; `None`: no file.
    plain: Option<String>,
}

fn scenarios() -> Vec<Scenario> {
    let edited = || MINE.replace("opus", "sonnet");
    vec![
        Scenario {
            name: "install over a file",
            action: "install",
            prepare: || Sandbox::with(MINE),
            plain: Some(MINE.into()),
        },
        Scenario {
            name: "install over a file with an ACL",
            action: "install",
            prepare: guarded,
            plain: Some(MINE.into()),
        },
        Scenario {
            name: "uninstall of a file with an ACL",
            action: "uninstall",
            prepare: || installed(guarded()),
            plain: Some(MINE.into()),
        },
        Scenario {
            name: "install where there is nothing",
            action: "install",
            prepare: Sandbox::empty,
            plain: None,
        },
        Scenario {
            name: "update",
            action: "update",
            prepare: || installed(Sandbox::with(MINE)),
            plain: Some(MINE.into()),
        },
        Scenario {
            name: "uninstall by restoring",
            action: "uninstall",
            prepare: || installed(Sandbox::with(MINE)),
            plain: Some(MINE.into()),
        },
        Scenario {
            name: "uninstall by removing entries",
            action: "uninstall",
            prepare: || {
                let sandbox = installed(Sandbox::with(MINE));
                sandbox.write(&sandbox.text().replace("opus", "sonnet"));
                sandbox
            },
            plain: Some(edited()),
        },
        Scenario {
            name: "uninstall of a created file",
            action: "uninstall",
            prepare: || installed(Sandbox::empty()),
            plain: None,
        },
        Scenario {
            name: "install after our entries were taken out by hand",
            action: "install",
            prepare: || {
                let sandbox = installed(Sandbox::empty());
                sandbox.write("{}");
                sandbox
            },
            plain: Some("{}".into()),
        },
    ]
}

/// A file with an access list and an attribute of the person's, as far as the file system has them.
fn guarded() -> Sandbox {
    let sandbox = Sandbox::with(MINE);
    set(&sandbox.settings(), LIST, &list(0, &[(1234, 6)], 6));
    set(&sandbox.settings(), "user.note", b"mine");
    sandbox
}

fn installed(sandbox: Sandbox) -> Sandbox {
    sandbox.install_as(&wanted(PROGRAM, OLD, true));
    sandbox
}

fn plan(sandbox: &Sandbox, action: &str) -> Plan {
    let site = sandbox.site();
    match action {
        "install" => plan_install(&site, &wanted(PROGRAM, NEW, false)).unwrap(),
        "update" => plan_install(&site, &wanted(MOVED, NEW, false)).unwrap(),
        _ => plan_uninstall(&site).unwrap(),
    }
}

/// Not a test by itself: the process that dies.
#[test]
#[ignore = "started by the other tests"]
fn child() {
    let Some(root) = env::var_os(ROOT) else {
        return;
    };
    let action = env::var(ACTION).unwrap();
    let kill_at: usize = env::var(KILL_AT).unwrap().parse().unwrap();
    let root = PathBuf::from(root);
    let plan = match action.strip_prefix("beside: ") {
        Some(action) => Desk::at(root).plan(action),
        None => plan(&Sandbox::at(root), &action),
    };
    let mut step = 0;
    let mut observe = |_| {
        if step == kill_at {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL)?;
        }
        step += 1;
        Ok(())
    };
    let result = apply_with(&plan, &mut observe);
    if let Err(error) = result {
        let code = 3 + i32::from(error.changed());
        fs::write(
            PathBuf::from(env::var_os(ROOT).unwrap()).join("error"),
            error.to_string(),
        )
        .ok();
        std::process::exit(code);
    }
}

fn run_child(mut command: Command, sandbox: &Sandbox, action: &str, kill_at: usize) -> ExitStatus {
    command
        .args(["crash::child", "--exact", "--ignored", "--quiet"])
        .env(ROOT, sandbox.root())
        .env(ACTION, action)
        .env(KILL_AT, kill_at.to_string());
    command.output().unwrap().status
}

/// Starts this test program again, which dies at that step of `action`.
pub(crate) fn run_again(sandbox: &Sandbox, action: &str, kill_at: usize) -> ExitStatus {
    run_child(this_program(), sandbox, action, kill_at)
}

fn this_program() -> Command {
    Command::new(env::current_exe().unwrap())
}

fn read(sandbox: &Sandbox) -> Option<String> {
    fs::read_to_string(sandbox.settings()).ok()
}

/// The mode and the attributes of the settings.
fn rights(sandbox: &Sandbox) -> Option<(u32, BTreeMap<String, Vec<u8>>)> {
    let there = sandbox.settings().exists();
    there.then(|| (sandbox.mode(), sandbox.attributes()))
}

/// Nothing of ours beside the settings, and nothing in a record that its manifest does not name.
fn assert_no_leftovers(sandbox: &Sandbox, context: &str) {
    for path in sandbox.whole_picture().keys() {
        let name = path.file_name().unwrap().to_string_lossy();
        let record = path.parent().unwrap();
        let known = if record.parent() == Some(&sandbox.installs()) {
            let manifest = fs::read_to_string(record.join("manifest.json")).unwrap();
            name == "manifest.json" || manifest.contains(&format!("\"saved\": \"{name}\""))
        } else {
            !name.contains("pane-patrol-new")
        };
        assert!(known, "{context}: {}", path.display());
    }
}

#[test]
fn killed_at_any_step_the_file_is_old_or_new_and_the_next_run_heals() {
    for scenario in scenarios() {
        let mut deaths = 0;
        for kill_at in 0.. {
            let context = format!("{}, killed at step {kill_at}", scenario.name);
            let sandbox = (scenario.prepare)();
            let old = read(&sandbox);
            let rights = rights(&sandbox);
            let plan = plan(&sandbox, scenario.action);
            let new = plan.edits()[0]
                .after()
                .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
            let status = run_child(this_program(), &sandbox, scenario.action, kill_at);
            if status.success() {
                break;
            }
            assert_eq!(status.signal(), Some(9), "{context}");
            deaths += 1;
            let now = read(&sandbox);
            assert!(now == old || now == new, "{context}: {now:?}");
            let same_rights = |sandbox: &Sandbox| {
                let now = self::rights(sandbox);
                now.is_none() || rights.is_none() || now == rights
            };
            assert!(same_rights(&sandbox), "{context}");

            // Half of the runs are healed by installing, half by uninstalling at once.
            for install_first in [true, false] {
                let twin = copy(&sandbox);
                if install_first {
                    apply(&self::plan(&twin, "install")).unwrap();
                    assert_eq!(count_ours(&read(&twin).unwrap()), 16, "{context}");
                    assert_no_leftovers(&twin, &context);
                }
                apply(&self::plan(&twin, "uninstall")).unwrap();
                assert_eq!(read(&twin), scenario.plain, "{context}, {install_first}");
                assert!(same_rights(&twin), "{context}, {install_first}");
                assert_no_leftovers(&twin, &context);
                let folder = twin.home().join(".claude");
                assert_eq!(
                    folder.exists(),
                    scenario.plain.is_some(),
                    "{context}, {install_first}"
                );
                let standing = twin.manifests();
                let ended = standing.iter().all(|manifest| !manifest["ended"].is_null());
                assert!(ended, "{context}: a record still stands");
            }
        }
        assert!(deaths >= 9, "{}: only {deaths} steps", scenario.name);
    }
}

/// The same files in a world of its own. Records hold absolute paths, so the copy takes the place of
/// the original and the original is set aside.
fn copy(sandbox: &Sandbox) -> Sandbox {
    let twin = Sandbox::empty();
    let (from, to) = (
        sandbox.root().display().to_string(),
        twin.root().display().to_string(),
    );
    for (path, (_, mode)) in sandbox.whole_picture() {
        let target = twin.root().join(path.strip_prefix(sandbox.root()).unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else if path.file_name().unwrap() == "manifest.json" {
            fs::write(
                &target,
                fs::read_to_string(&path).unwrap().replace(&from, &to),
            )
            .unwrap();
        } else {
            fs::copy(&path, &target).unwrap();
        }
        for (name, value) in attributes_of(&path) {
            set(&target, &name, &value);
        }
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode & 0o7777);
        fs::set_permissions(&target, mode).unwrap();
    }
    twin
}

#[test]
fn a_step_that_fails_before_the_change_leaves_everything_as_it_was() {
    for scenario in scenarios() {
        if scenario.name.contains("by hand") {
            continue;
        }
        for fail_at in 0.. {
            let sandbox = (scenario.prepare)();
            let before = sandbox.whole_picture();
            let plan = plan(&sandbox, scenario.action);
            let (step, changed) = (Cell::new(0), Cell::new(false));
            let mut observe = |at: Step| {
                changed.set(changed.get() || at == Step::Changed);
                step.set(step.get() + 1);
                if step.get() > fail_at {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                Ok(())
            };
            let Err(error) = apply_with(&plan, &mut observe) else {
                assert!(fail_at >= 9);
                break;
            };
            let context = format!("{}, failed at step {fail_at}: {error}", scenario.name);
            assert_eq!(error.changed(), changed.get(), "{context}");
            if error.changed() {
                assert!(!error.hints().contains(&"nothing was changed".to_owned()));
                continue;
            }
            assert_eq!(sandbox.whole_picture(), before, "{context}");
            assert!(error.hints()[1].starts_with("free some space"), "{context}");
        }
    }
}

#[test]
fn a_disk_that_takes_no_more_leaves_everything_as_it_was() {
    // The limit on the size of a file stops writes in the middle, as a full disk does.
    let limited = |blocks: u32| {
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command
            .arg("-c")
            .arg(script)
            .arg(env::current_exe().unwrap());
        command
    };
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1024 * 1024 - 100));
    for (settings, blocks, failed) in [
        (MINE.to_owned() + &" ".repeat(2000), 1, "backup"),
        (large, 2048, ".settings.json.pane-patrol-new"),
    ] {
        let sandbox = Sandbox::with(settings);
        let before = sandbox.whole_picture();
        let status = run_child(limited(blocks), &sandbox, "install", usize::MAX);
        assert_eq!(status.code(), Some(3));
        let error = fs::read_to_string(sandbox.root().join("error")).unwrap();
        assert!(error.contains(failed), "{error}");
        fs::remove_file(sandbox.root().join("error")).unwrap();
        assert_eq!(sandbox.whole_picture(), before);
    }
}

#[test]
fn a_folder_of_the_user_among_the_records_stays() {
    let sandbox = Sandbox::with(MINE);
    let kept = sandbox.installs().join("mine/notes.txt");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "mine").unwrap();
    sandbox.install();
    sandbox.uninstall();
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
}
