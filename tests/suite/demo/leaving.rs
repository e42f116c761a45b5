//! However the demo ends, nothing of it is left.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use super::{Demo, SCRATCH};
use crate::common::{PROGRAM, TestEnv, Tmux, finish, private_folder, wait_until};

/// The processes whose environment names that folder.
#[cfg(target_os = "linux")]
fn processes_of(folder: &Path) -> Vec<String> {
    use std::os::unix::ffi::OsStrExt;
    let entries = std::fs::read_dir("/proc").expect("it is there").flatten();
    let is_of = |text: &[u8]| {
        let folder = folder.as_os_str().as_bytes();
        text.windows(folder.len()).any(|part| part == folder)
    };
    let found = entries.filter(|entry| {
        let environment = std::fs::read(entry.path().join("environ"));
        environment.is_ok_and(|text| is_of(&text))
    });
    found
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn processes_of(_folder: &Path) -> Vec<String> {
    Vec::new()
}

/// Waits until the demo's folder is gone, and every process that was started with it.
fn nothing_is_left(demo: &Demo<'_>, folder: &Path) {
    wait_until("the folder is gone", || demo.folders().is_empty());
    wait_until("no process is left", || processes_of(folder).is_empty());
}

fn folder_of(demo: &Demo<'_>) -> std::path::PathBuf {
    let folders = demo.folders();
    assert_eq!(folders.len(), 1, "{folders:?}");
    assert!(!processes_of(&folders[0]).is_empty() || !cfg!(target_os = "linux"));
    folders[0].clone()
}

fn kill(pid: &str) {
    let pid = pid.trim().parse().ok().and_then(Pid::from_raw);
    let pid = pid.expect("it is a process");
    kill_process(pid, Signal::KILL).expect("it runs");
}

#[test]
fn nothing_is_left_when_the_person_leaves() {
    let env = TestEnv::new();
    let Some(demo) = Demo::start(&env, (80, 24), "") else {
        return;
    };
    let folder = folder_of(&demo);
    demo.press(&["F10"]);
    demo.until_shown("it ended with 0");
    nothing_is_left(&demo, &folder);
}

#[test]
fn nothing_is_left_when_its_server_is_killed() {
    let env = TestEnv::new();
    let Some(demo) = Demo::start(&env, (80, 24), "") else {
        return;
    };
    let folder = folder_of(&demo);
    kill(&demo.inside(&["display-message", "-p", "#{pid}"]));
    demo.until_shown("it ended with");
    nothing_is_left(&demo, &folder);
}

#[test]
fn nothing_is_left_when_it_is_killed_itself() {
    let env = TestEnv::new();
    let Some(demo) = Demo::start(&env, (80, 24), "") else {
        return;
    };
    let folder = folder_of(&demo);
    let shell = demo.outer.process_of("%0");
    let mut children = env.command("pgrep");
    let children = finish(children.args(["-P", &shell])).stdout;
    kill(children.lines().next().expect("the demo runs"));
    nothing_is_left(&demo, &folder);
}

#[test]
fn what_another_one_has_left_goes_with_the_next_one() {
    let env = TestEnv::new();
    private_folder(&env.path(SCRATCH));
    let left = env.path(SCRATCH).join("pane-patrol-demo-left");
    private_folder(&left);
    std::fs::write(left.join("owner"), "").expect("it can be written");
    let Some(demo) = Demo::start(&env, (80, 24), "") else {
        return;
    };
    assert!(!left.exists());
    let folder = folder_of(&demo);
    // One that is held stays: a second demo beside it takes nothing of it away.
    let mut print = env.pane_patrol();
    print.env("TMPDIR", env.path(SCRATCH));
    let printed = finish(print.args(["demo", "--print"]));
    assert!(printed.status.success(), "{printed:?}");
    assert!(printed.stdout.contains("need you"), "{printed:?}");
    assert_eq!(demo.folders(), std::slice::from_ref(&folder));
    demo.press(&["F10"]);
    nothing_is_left(&demo, &folder);
}

#[test]
fn it_fits_40_columns_and_does_without_colours() {
    let env = TestEnv::new();
    let Some(demo) = Demo::start(&env, (40, 24), "NO_COLOR=1") else {
        return;
    };
    for way in ["F1 dashboard", "F9 prefix", "F10 leave"] {
        demo.until_shown(way);
    }
    demo.select("api");
    demo.until_shown("8080");
    demo.press_until("2", "api:0.0: answered");
    // The plan that follows pushes the answer itself off so small a screen.
    demo.until_it_says("api", "Then I know all I need");
    let styled = demo.outer.run(&["capture-pane", "-e", "-p", "-t", "%0"]);
    let colours = styled
        .split("\u{1b}[")
        .filter_map(|part| part.split_once('m'));
    for (code, _) in colours {
        let is_colour = |code: &str| {
            code.len() == 2
                && matches!(code.as_bytes()[0], b'3' | b'4' | b'9')
                && code.as_bytes()[1] != b'9'
        };
        assert!(!code.split(';').any(is_colour), "{code}");
    }
    assert_eq!(
        demo.inside(&["show-options", "-sv", "escape-time"]).trim(),
        "10"
    );
}

#[test]
fn a_terminal_that_tmux_cannot_use_is_a_failure_that_says_why() {
    let env = TestEnv::new();
    private_folder(&env.path(SCRATCH));
    let command = format!(
        "TMPDIR='{}' TERM=dumb '{PROGRAM}' demo; echo \"it ended with $?\"; exec sleep 600",
        env.path(SCRATCH).display()
    );
    let Some(outer) = Tmux::start_on(&env, "outer.sock", "person", (80, 24), &command) else {
        return;
    };
    wait_until("it has ended", || {
        outer.screen_of("%0").contains("it ended with")
    });
    let screen = outer.screen_of("%0");
    assert!(screen.contains("it ended with 1"), "{screen}");
    assert!(screen.contains("open terminal failed"), "{screen}");
    assert!(screen.contains("demo --print"), "{screen}");
}
