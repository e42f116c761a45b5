//! No key is lost: what is typed faster than the dashboard can follow, or before it can hear, takes
//! effect key by key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{PROGRAM, Terminal, TestEnv, wait_until};

/// Stands at the top of the help, and nowhere else.
const HELP: &str = "Keys and signs";

/// Lets `pid` run for a moment every now and then, as a machine does that has much else to do: the moments
/// are what is tested.
fn starve(pid: Pid, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        let _ = kill_process(pid, Signal::STOP);
        thread::sleep(Duration::from_micros(1200));
        let _ = kill_process(pid, Signal::CONT);
        thread::sleep(Duration::from_micros(50));
    }
}

/// Does `work` while `pid` hardly gets to run.
fn starving(pid: Pid, work: impl FnOnce()) {
    /// Ends it when `work` panics, too.
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| starve(pid, &is_over));
        let _over = Over(&is_over);
        work();
    });
}

/// Types `keys` in one go, which end with the key that opens or closes the help.
fn toggle_help(terminal: &Terminal<'_>, keys: &[&str], opens: bool) {
    terminal.press(keys);
    wait_until("the last key took effect", || {
        terminal.screen().contains(HELP) == opens
    });
}

#[test]
fn keys_typed_in_one_go_all_count_however_little_the_dashboard_gets_to_run() {
    let env = TestEnv::new();
    let Some(terminal) = Terminal::start(&env, "alone.sock", PROGRAM) else {
        return;
    };
    terminal.wait_for("pane-patrol");
    let pid = terminal.ask("#{pane_pid}").parse().ok();
    let pid = pid.and_then(Pid::from_raw).expect("a pane has a process");
    // What comes before the last key means nothing, and costs little.
    let keys = ["-N", "500", "w", ";", "send-keys", "?"];
    starving(pid, || {
        for round in 0..40 {
            toggle_help(&terminal, &keys, round % 2 == 0);
        }
    });
}

#[test]
fn keys_that_follow_the_one_that_draws_anew_are_not_taken_for_the_terminals_answer() {
    let env = TestEnv::new();
    let Some(terminal) = Terminal::start(&env, "alone.sock", PROGRAM) else {
        return;
    };
    terminal.wait_for("pane-patrol");
    for round in 0..20 {
        toggle_help(&terminal, &["C-l", "j", "C-l", "?"], round % 2 == 0);
    }
}

#[test]
fn keys_typed_before_the_dashboard_has_the_terminal_count() {
    let env = TestEnv::new();
    let Some(terminal) = Terminal::start(&env, "shell.sock", "env PS1='$ ' sh") else {
        return;
    };
    terminal.wait_for("$");
    // The shell is still busy when the rest is typed; Enter ends the filter's line.
    let line = format!("sleep 1; {PROGRAM}");
    terminal.press(&[&line, "Enter", "/", "x", "Enter", "?"]);
    terminal.wait_for(HELP);
}
