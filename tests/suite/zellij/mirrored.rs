//! The split view in Zellij: what the selected row's pane shows, drawn by the dashboard beside its list.

use std::fs;
use std::path::Path;

use super::{WORKS, assistant, at_work, collect, has, says};
use crate::common::{Collector, PROGRAM, Terminal, TestEnv, Zellij, until, wait_until};

/// A dashboard in a pane of that session, on a terminal that can be looked at.
fn dashboard_in<'env>(env: &'env TestEnv, zellij: &Zellij<'_>) -> Option<Terminal<'env>> {
    let named = env.home().join("tty");
    let words = format!(
        "sh -c 'tty > \"{0}.new\"; mv \"{0}.new\" \"{0}\"; exec sleep 1000'",
        named.display()
    );
    let terminal = Terminal::start(env, "seen.sock", &words)?;
    let tty = until("its terminal", || fs::read_to_string(&named).ok());
    let tty = tty.trim();
    let script = format!(
        "PATH='{}':$PATH TERM=tmux-256color exec '{PROGRAM}' < {tty} > {tty} 2> '{}'",
        env.path("zellij-bin").display(),
        env.home().join("complaints").display(),
    );
    zellij.pane(&["sh", "-c", &script]);
    terminal.wait_for("? help");
    Some(terminal)
}

/// What the pane shows from now on.
fn shows(zellij: &Zellij<'_>, pane: u32, text: &str) {
    zellij.ask(&["x-set", &pane.to_string(), "text", text]);
}

/// A session with an assistant at work in a pane, and a dashboard in another one.
fn stage<'env>(
    env: &'env TestEnv,
    collector: &Collector<'_>,
) -> Option<(Zellij<'env>, u32, Terminal<'env>)> {
    let (zellij, pane) = at_work(env, collector, "one", "work")?;
    let terminal = dashboard_in(env, &zellij)?;
    Some((zellij, pane, terminal))
}

/// The processes that tell what a pane shows.
fn tellers(env: &TestEnv) -> Vec<u32> {
    let program = env.path("zellij-bin/zellij").display().to_string();
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let is_one = |pid: &u32| {
        let words = fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline"));
        let words = String::from_utf8_lossy(&words.unwrap_or_default()).replace('\0', " ");
        words.contains(&program) && words.contains(" subscribe ")
    };
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(is_one).collect()
}

/// Folders of ours that lie beside Zellij's own.
fn folders(env: &TestEnv) -> usize {
    let entries = fs::read_dir(env.path("run/zellij")).expect("it is there");
    let is_ours = |name: &str| name.starts_with(".pane-patrol-");
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .count()
}

#[test]
fn the_selected_assistants_screen_is_drawn_beside_the_list_as_it_changes() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane, terminal)) = stage(&env, &collector) else {
        return;
    };
    shows(
        &zellij,
        pane,
        "\u{1b}[31mred\u{1b}[m and \u{1b}]0;a title\u{7}\u{1b}[2Jplain",
    );
    terminal.press(&["s"]);
    let screen = terminal.wait_for("red and plain");
    assert!(
        screen.contains("I types here, Enter goes there"),
        "{screen}"
    );
    let coloured = terminal.coloured_screen();
    let (before, _) = coloured.split_once("red").expect("it is there");
    let style = before.rsplit('│').next().expect("it has a style");
    assert!(
        style.contains("[31m") || style.contains("[38;5;1m"),
        "{coloured:?}"
    );
    assert_ne!(terminal.ask("#{pane_title}"), "a title");
    shows(&zellij, pane, "another picture");
    let screen = terminal.wait_for("another picture");
    assert!(!screen.contains("red and plain"), "{screen}");
    let many = (1..200).map(|line| format!("line {line} {}", "x".repeat(300)));
    let many = many.collect::<Vec<_>>().join("\n");
    shows(&zellij, pane, &many);
    let screen = terminal.wait_for("line 199");
    assert!(screen.contains("not shown:"), "{screen}");
    assert!(
        screen.contains("WORKING"),
        "the dashboard keeps its own: {screen}"
    );
    // Nothing was moved, and nothing typed.
    assert_eq!(zellij.ask(&["x-tell", &pane.to_string(), "typed"]), "");
    terminal.press(&["s"]);
    wait_until("nobody tells it any more", || tellers(&env).is_empty());
    wait_until("no folder is left", || folders(&env) == 0);
    terminal.press(&["s"]);
    terminal.wait_for("line 199");
    terminal.press(&["q"]);
    wait_until("nobody tells it any more", || tellers(&env).is_empty());
    wait_until("no folder is left", || folders(&env) == 0);
}

#[test]
fn it_follows_the_selection_and_enter_goes_to_the_real_one() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane, terminal)) = stage(&env, &collector) else {
        return;
    };
    let other = zellij.pane(&["sh", &assistant(&env), "two"]);
    says(&env, &collector, ("two", WORKS), |rows| {
        has(rows, &zellij.row(other), "running")
    });
    shows(&zellij, pane, "the first one");
    shows(&zellij, other, "the second one");
    let client = zellij.client();
    zellij.ask(&["x-key", &client]);
    terminal.press(&["s", "g"]);
    let screen = until("one of them", || {
        let screen = terminal.screen();
        let is_there = screen.contains("the first one") || screen.contains("the second one");
        is_there.then_some(screen)
    });
    let (next, there) = if screen.contains("the first one") {
        ("the second one", other)
    } else {
        ("the first one", pane)
    };
    terminal.press(&["j"]);
    terminal.wait_for(next);
    wait_until("one is told of at a time", || tellers(&env).len() == 1);
    terminal.press(&["Enter"]);
    wait_until("the client is there", || {
        zellij
            .ask(&["list-clients"])
            .contains(&format!("terminal_{there} "))
    });
}

#[test]
fn a_server_that_dies_is_said_and_leaves_nothing_that_spins() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((mut there, pane)) = at_work(&env, &collector, "one", "there") else {
        return;
    };
    let Some(here) = Zellij::start(&env, "here") else {
        return;
    };
    let Some(terminal) = dashboard_in(&env, &here) else {
        return;
    };
    there.rename("my work");
    shows(&there, pane, "a picture");
    terminal.press(&["s"]);
    terminal.wait_for("a picture");
    // It would go on for ever.
    fs::write(env.home().join("x-spins"), "1").expect("our folder");
    drop(there);
    terminal.wait_for("its Zellij session has ended");
    wait_until("nobody tells it any more", || tellers(&env).is_empty());
    wait_until("no folder is left", || folders(&env) == 0);
    let screen = terminal.screen();
    assert!(!screen.contains("a picture"), "{screen}");
}

#[test]
fn a_pane_that_is_closed_is_said() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane, terminal)) = stage(&env, &collector) else {
        return;
    };
    shows(&zellij, pane, "a picture");
    terminal.press(&["s"]);
    terminal.wait_for("a picture");
    zellij.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
    terminal.wait_for("its pane is closed");
    wait_until("nobody tells it any more", || tellers(&env).is_empty());
}

#[test]
fn a_killed_dashboard_takes_with_it_who_tells_it() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane, terminal)) = stage(&env, &collector) else {
        return;
    };
    shows(&zellij, pane, "a picture");
    terminal.press(&["s"]);
    terminal.wait_for("a picture");
    let tellers_before = tellers(&env);
    let [teller] = tellers_before[..] else {
        panic!("one tells it: {tellers_before:?}");
    };
    let status = fs::read_to_string(format!("/proc/{teller}/status")).expect("it lives");
    let parent = status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .expect("a line of it");
    let dashboard = rustix::process::Pid::from_raw(parent.trim().parse().expect("a number"));
    let dashboard = dashboard.expect("a process");
    rustix::process::kill_process(dashboard, rustix::process::Signal::KILL).expect("it is ours");
    wait_until("it has gone, too", || tellers(&env).is_empty());
}

#[test]
fn a_zellij_that_cannot_tell_it_and_one_that_does_not_are_said_in_the_place_itself() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, _, terminal)) = stage(&env, &collector) else {
        return;
    };
    fs::write(env.home().join("x-old"), "1").expect("our folder");
    terminal.press(&["s"]);
    terminal.wait_for("this Zellij cannot tell what a pane shows");
    terminal.press(&["s"]);
    fs::remove_file(env.home().join("x-old")).expect("our file");
    zellij.ask(&["x-lies", "subscribe", "1"]);
    terminal.press(&["s"]);
    terminal.wait_for("its Zellij session does not answer");
    wait_until("nobody is left waiting", || tellers(&env).is_empty());
}

#[test]
fn what_is_in_a_tab_that_nobody_has_before_them_is_drawn_as_it_changes_and_typed_into() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane, terminal)) = stage(&env, &collector) else {
        return;
    };
    zellij.ask(&["x-tab", &pane.to_string()]);
    let client = zellij.client();
    zellij.ask(&["x-on", &client, "0"]);
    shows(&zellij, pane, "first");
    terminal.press(&["s"]);
    terminal.wait_for("first");
    for text in ["second", "third"] {
        shows(&zellij, pane, text);
        terminal.wait_for(text);
    }
    terminal.press(&["I"]);
    terminal.wait_for("keys go to");
    terminal.press(&["a", "ü", "Escape"]);
    let heard = || zellij.ask(&["x-tell", &pane.to_string(), "typed"]);
    wait_until("it has come", || heard().contains('\u{1b}'));
    // What was pressed meanwhile goes together.
    let typed = heard().replace("write ", "").replace('\n', "");
    assert_eq!(typed, "aü\u{1b}");
    shows(&zellij, pane, "answered");
    terminal.wait_for("answered");
}
