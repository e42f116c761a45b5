//! Stop hooks of the person's own: a turn is over when they let it be.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::super::super::common::write_program;
use super::super::super::drive::{Drive, Step};
use super::super::super::situation::Situation as S;

/// The person's Stop hook of every world: it runs this program when it is there.
pub(super) const HOOK: &str = "[ -x ~/stop-hook ] && exec ~/stop-hook; exit 0";

/// `wait`, until it comes back: whether the hook had let the turn end by then.
type Waiting = JoinHandle<bool>;

/// It takes 4 s.
pub(super) fn slow(drive: &mut Drive<'_>) -> Step {
    let waiting = begin(drive, "sleep 4\ntouch ~/accepted\n");
    let number = drive.ask("say");
    let seen = drive.see(&[&format!("answer {number}")])?;
    drive.check(S::SlowStopHook, "running", seen);
    finish(drive, S::SlowStopHook, waiting)
}

/// It refuses the end once, and what it says is work for three more seconds.
pub(super) fn refusing(drive: &mut Drive<'_>) -> Step {
    let words = "mkdir ~/refused 2>/dev/null || { touch ~/accepted; exit 0; }\n\
                 echo 'SCRIPT 7001 slow 3' >&2\nexit 2\n";
    let waiting = begin(drive, words);
    drive.ask("say");
    let seen = drive.see(&["word-7001-"])?;
    drive.check(S::RefusingStopHook, "running", seen);
    drive.see(&["answer 7001"])?;
    finish(drive, S::RefusingStopHook, waiting)
}

/// Writes the hook; `wait` waits for the end from now on.
fn begin(drive: &mut Drive<'_>, words: &str) -> Waiting {
    let home = drive.stage.env.home();
    // What an earlier round may have left.
    let _ = std::fs::remove_dir(home.join("refused"));
    let _ = std::fs::remove_file(home.join("accepted"));
    write_program(&home.join("stop-hook"), &format!("#!/bin/sh\n{words}"));
    // It would come back at once where the turn before is still shown as complete.
    let number = drive.ask("slow 20");
    let _ = drive.see(&[&format!("word-{number}-")]);
    drive.interrupt().ok();
    drive.clear();
    drive.settle();
    let _ = std::fs::remove_file(home.join("accepted"));
    let _ = std::fs::remove_dir(home.join("refused"));
    let mut wait = drive.stage.env.pane_patrol();
    wait.args([
        "wait",
        "--target",
        drive.pane().id(),
        "--state",
        "completed",
    ]);
    wait.args(["--timeout", "90s"]).stdout(Stdio::null());
    let waiting = wait.spawn().expect("the executable can be started");
    let accepted = home.join("accepted");
    thread::spawn(move || waited(waiting, &accepted))
}

/// It comes to rest: the row says so, and `wait` came back after the hook had let it end.
fn finish(drive: &mut Drive<'_>, situation: S, waiting: Waiting) -> Step {
    let seen = drive.see_rest(Duration::from_secs(20))?;
    drive.check(situation, "completed", seen);
    let is_late = waiting.join().unwrap_or(false);
    drive.claim(
        situation,
        is_late,
        "`wait --state completed` came back in the middle of it",
    );
    let hook = drive.stage.env.home().join("stop-hook");
    std::fs::remove_file(hook).map_err(|error| error.to_string())
}

fn waited(mut waiting: Child, accepted: &Path) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(100) {
        if let Ok(Some(status)) = waiting.try_wait() {
            return status.success() && accepted.exists();
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}
