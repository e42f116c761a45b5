//! The demo in a private session, from its first screen to each of its ends.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::common::{PROGRAM, Terminal, private_folder, until, wait_until};
use crate::world::{World, signal, terminal};

/// The processes whose environment names that folder, and the words that each was started with.
fn processes_of(folder: &Path) -> Vec<(u32, String)> {
    let entries = fs::read_dir("/proc").expect("it is there").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let words = |pid: u32| {
        let of = |name: &str| fs::read(format!("/proc/{pid}/{name}")).ok();
        let folder = folder.as_os_str().as_bytes();
        let names_it = of("environ")?
            .windows(folder.len())
            .any(|part| part == folder);
        names_it.then_some(())?;
        let words = String::from_utf8_lossy(&of("cmdline")?).replace('\0', " ");
        Some((pid, words))
    };
    pids.filter_map(words).collect()
}

/// The demo on a terminal of its own, which keeps its files below that folder; and their folder.
fn demo<'world>(world: &'world World, name: &str) -> (Terminal<'world>, PathBuf) {
    let scratch = world.env.path(&format!("scratch-{name}"));
    private_folder(&scratch);
    let words = format!(
        "TMPDIR={} sh -c '\"{PROGRAM}\" demo --zellij; echo \"it ended with $?\"; exec sleep 600'",
        scratch.display()
    );
    let terminal = terminal(&world.env, name, &words);
    terminal.wait_for("NEEDS YOU");
    let mut made = fs::read_dir(&scratch).expect("it is there").flatten();
    let folder = made.next().expect("it has a folder").path();
    (terminal, folder)
}

fn nothing_is_left(folder: &Path) {
    wait_until("the folder is gone", || !folder.exists());
    wait_until("no process is left", || processes_of(folder).is_empty());
}

/// The process of it that was started with such words.
fn with_words(folder: &Path, words: &str) -> u32 {
    let found = until("it runs", || {
        let mut all = processes_of(folder).into_iter();
        all.find(|(_, its)| its.contains(words))
    });
    found.0
}

#[test]
fn the_demo_goes_to_a_tab_and_back_and_leaves_nothing_behind() {
    let Some(world) = World::new() else { return };
    let (terminal, folder) = demo(&world, "left");
    terminal.press(&["s"]);
    terminal.wait_for("I types here");
    terminal.press(&["s"]);
    wait_until("it is closed", || {
        !terminal.screen().contains("I types here")
    });
    terminal.press(&["Enter"]);
    wait_until("the assistant is in front", || {
        !terminal.screen().contains("NEEDS YOU")
    });
    terminal.press(&["F1"]);
    terminal.wait_for("NEEDS YOU");
    terminal.press(&["F10"]);
    terminal.wait_for("it ended with 0");
    nothing_is_left(&folder);
}

#[test]
fn nothing_of_the_demo_is_left_when_it_or_its_session_is_killed() {
    let Some(world) = World::new() else { return };
    for (name, words) in [("itself", "demo --zellij"), ("session", "--server")] {
        let (terminal, folder) = demo(&world, name);
        let pid = if name == "itself" {
            let mut all = processes_of(folder.parent().expect("it has one")).into_iter();
            let found = all.find(|(_, its)| its.starts_with(PROGRAM) && its.contains(words));
            found.expect("it runs").0
        } else {
            with_words(&folder, words)
        };
        signal(pid, Signal::KILL);
        nothing_is_left(&folder);
        drop(terminal);
    }
}
