//! The split in windows that are not plain: zoomed, with borders, seen by several clients, with keys
//! for all panes, with panes that stay when they are dead; and with a tmux that refuses.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::{Desk, steps, swap_along};
use crate::common::{
    PROGRAM, Terminal, TestEnv, finish, private_folder, wait_until, write_program,
};

/// Some swaps over all panes, so that each kind of window is met.
fn swap_through(desk: &Desk<'_>, rows: usize) {
    swap_along(desk, (1..rows).chain(steps(4, rows)), rows);
}

fn quit(desk: &Desk<'_>) {
    desk.client.press(&["q"]);
    desk.wait("the dashboard has ended", || {
        desk.server.ask("#{pane_current_command}") == "sh"
    });
}

/// Swaps and quits, then swaps, is killed and healed: everything is as it was.
fn assert_all_goes_back(desk: &Desk<'_>) {
    let panes = desk.report_all();
    let before = desk.everything();
    swap_through(desk, panes.len());
    assert_ne!(desk.everything(), before);
    quit(desk);
    assert_eq!(desk.everything(), before);
    desk.start("");
    desk.report_all();
    swap_through(desk, panes.len());
    let killed = Pid::from_raw(desk.dashboard_pid()).expect("a process has a number");
    kill_process(killed, Signal::KILL).expect("it runs");
    desk.client.wait_for("Killed");
    desk.start("");
    desk.wait("everything is as it was", || desk.everything() == before);
}

#[test]
fn zoomed_windows_and_other_numbers_and_borders_are_as_they_were() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    for option in [
        ["pane-border-status", "top"],
        ["pane-base-index", "1"],
        ["base-index", "1"],
    ] {
        desk.server.run(&["set-option", "-g", option[0], option[1]]);
    }
    desk.server.run(&["resize-pane", "-Z", "-t", "api:0"]);
    desk.server.run(&["resize-pane", "-Z", "-t", "work:1"]);
    assert_all_goes_back(&desk);
}

#[test]
fn a_dashboard_that_is_zoomed_among_other_panes_is_so_again() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.server
        .run(&["split-window", "-d", "-v", "-l", "6", "-t", "%0", "cat"]);
    desk.server.run(&["resize-pane", "-Z", "-t", "%0"]);
    assert_all_goes_back(&desk);
}

#[test]
fn a_zoomed_dashboard_without_room_for_both_is_not_split() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.server
        .run(&["split-window", "-d", "-h", "-l", "40", "-t", "%0", "cat"]);
    desk.server.run(&["resize-pane", "-Z", "-t", "%0"]);
    let before = desk.everything();
    desk.client.press(&["s"]);
    desk.client.wait_for("too narrow to split");
    assert_eq!(desk.everything(), before);
}

#[test]
fn another_client_may_look_at_every_window_meanwhile() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let Some(other) = Terminal::client_of(&env, "other.sock", &desk.server, "api") else {
        return;
    };
    let Some(same) = Terminal::client_of(&env, "same.sock", &desk.server, "work") else {
        return;
    };
    assert_all_goes_back(&desk);
    other.wait_for("[api]");
    same.wait_for("pane-patrol  ");
}

#[test]
fn a_window_that_shares_its_keys_is_not_split() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.report_all();
    desk.server.run(&[
        "set-option",
        "-w",
        "-t",
        "work:0",
        "synchronize-panes",
        "on",
    ]);
    let before = desk.everything();
    desk.client.press(&["s"]);
    desk.client.wait_for("synchronize-panes");
    assert_eq!(desk.everything(), before);
}

#[test]
fn a_pane_that_stays_when_it_is_dead_goes_back_dead() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.server
        .run(&["set-option", "-g", "remain-on-exit", "on"]);
    let pane = desk.server.window("web:7", "cat");
    desk.report_at(&pane, "web:7.0");
    let before = desk.everything();
    desk.client.press(&["s"]);
    desk.wait("it is beside the dashboard", || {
        desk.beside().as_ref() == Some(&pane)
    });
    desk.server.run(&["send-keys", "-t", &pane, "C-d"]);
    let dead = ["display-message", "-p", "-t", &pane, "#{pane_dead}"];
    desk.wait("it is dead", || desk.server.run(&dead) == "1");
    desk.client.wait_for("No assistant reports");
    assert_eq!(desk.beside().as_ref(), Some(&pane), "the place stays");
    quit(&desk);
    assert_eq!(desk.everything(), before);
    assert_eq!(desk.server.run(&dead), "1");
}

/// Everything that has to be as before but in the dashboard's own window.
fn elsewhere(desk: &Desk<'_>) -> Vec<String> {
    let all = desk.everything();
    let lines = all.lines().filter(|line| !line.starts_with("work:0."));
    lines.map(str::to_owned).collect()
}

/// A folder with a `tmux` that does `first` before it is the real one.
fn tmux_that(env: &TestEnv, first: &str) -> std::path::PathBuf {
    let programs = env.path("programs");
    private_folder(&programs);
    let real = finish(env.command("sh").args(["-c", "command -v tmux"])).stdout;
    let script = format!("#!/bin/sh\n{first}\nexec {} \"$@\"\n", real.trim());
    write_program(&programs.join("tmux"), &script);
    programs
}

#[test]
fn a_dashboard_whose_own_pane_is_closed_puts_everything_back() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    // Else its window goes, and another one comes to the front.
    desk.server
        .run(&["split-window", "-d", "-v", "-l", "6", "-t", "%0", "cat"]);
    let panes = desk.report_all();
    let before = elsewhere(&desk);
    swap_through(&desk, panes.len());
    desk.server.run(&["kill-pane", "-t", "%0"]);
    desk.wait("everything is where it was", || {
        elsewhere(&desk) == before && desk.beside().is_none()
    });
}

#[test]
fn a_hang_up_that_ends_the_first_tmux_call_of_a_dying_dashboard_is_not_the_last_word() {
    let env = TestEnv::new();
    // As the kernel's signal does that meets the child before it has left the group of the terminal.
    let hang_up = "rm \"$HOME/hang-up\" 2>/dev/null && kill -HUP $$";
    let programs = tmux_that(&env, hang_up);
    let Some(desk) = Desk::new(&env) else { return };
    quit(&desk);
    let path = format!("PATH={}:$PATH; hash -r", programs.display());
    desk.server.run(&["send-keys", "-t", "%0", &path, "C-j"]);
    desk.server
        .run(&["split-window", "-d", "-v", "-l", "6", "-t", "%0", "cat"]);
    desk.start("");
    let panes = desk.report_all();
    let before = elsewhere(&desk);
    swap_through(&desk, panes.len());
    fs::write(env.home().join("hang-up"), "").expect("home is ours");
    desk.server.run(&["kill-pane", "-t", "%0"]);
    desk.wait("everything is where it was", || {
        elsewhere(&desk) == before && desk.beside().is_none()
    });
}

#[test]
fn when_tmux_refuses_the_dashboard_says_so_and_goes_on() {
    let env = TestEnv::new();
    let refuse = "[ -e \"$HOME/broken\" ] && { echo 'no more today' >&2; exit 1; }";
    let programs = tmux_that(&env, refuse);
    let Some(desk) = Desk::new(&env) else { return };
    quit(&desk);
    let broken = env.home().join("broken");
    let path = format!("PATH={}:$PATH; hash -r", programs.display());
    desk.server.run(&["send-keys", "-t", "%0", &path, "C-j"]);
    desk.start("");
    let panes = desk.report_all();
    let before = desk.everything();
    fs::write(&broken, "").expect("home is ours");
    desk.client.press(&["g", "s"]);
    desk.client.wait_for("no more today");
    assert_eq!(desk.everything(), before);
    fs::remove_file(&broken).expect("it is there");
    swap_through(&desk, panes.len());

    // It cannot put anything back; the next one does.
    fs::write(&broken, "").expect("home is ours");
    desk.swap(panes.len() - 1);
    desk.client.wait_for("no more today");
    quit(&desk);
    assert_ne!(desk.everything(), before);
    fs::remove_file(&broken).expect("it is there");
    desk.start("");
    desk.wait("everything is as it was", || desk.everything() == before);
}

#[test]
fn outside_tmux_the_key_hands_the_terminal_over_like_enter() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    quit(&desk);
    let Some(terminal) = Terminal::start(&env, "outside.sock", PROGRAM) else {
        return;
    };
    terminal.wait_for("pane-patrol  ");
    wait_until("it listens", || env.places().hub_socket.exists());
    let pane = desk
        .server
        .run(&["display-message", "-p", "-t", "web:5", "#{pane_id}"]);
    wait_until("the assistant is on the list", || {
        if !desk.is_listed(&pane) {
            desk.report(&pane);
        }
        terminal.screen().contains("web:5.0")
    });
    let before = desk.panes();
    terminal.press(&["s"]);
    wait_until("it is a client of that session", || {
        !desk.server.run(&["list-clients", "-t", "web"]).is_empty()
    });
    assert_eq!(desk.panes(), before, "no pane was added");
}
