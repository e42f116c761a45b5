//! A session that goes on in its pane after its window was left or killed while it worked; and what
//! Codex does not tell.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::super::drive::{Drive, Step};
use super::super::super::script;
use super::super::super::situation::Situation as S;

/// What the pane says between the two.
const LEFT: &str = "it has left";

/// Left with Ctrl-C and "Run in background", resumed by its id.
pub(super) fn in_background(drive: &mut Drive<'_>) -> Step {
    let number = begin(drive, "codex resume $(cat ~/session)")?;
    drive.pane().press(&["C-c"]);
    drive.see(&["Run in background"])?;
    drive.pane().press(&["2"]);
    drive.see(&[LEFT])?;
    let sessions = drive.stage.env.path("home/.codex/sessions");
    let session = newest(&sessions).ok_or("the session's file")?;
    std::fs::write(drive.stage.env.path("home/session"), session)
        .map_err(|error| error.to_string())?;
    resume(drive, S::Resumed, number)
}

/// Killed with SIGKILL, the last one resumed.
pub(super) fn killed(drive: &mut Drive<'_>) -> Step {
    let number = begin(drive, "codex resume --last")?;
    drive.kill();
    drive.see(&[LEFT])?;
    resume(drive, S::KilledResumed, number)
}

/// Codex works in a pane in which `again` comes after it.
fn begin(drive: &mut Drive<'_>, again: &str) -> Result<u32, String> {
    let folder = drive.stage.env.path("proj");
    let again = drive.manners.line_of(drive.stage, again);
    let both = format!(
        "{}; stty sane; clear; echo {LEFT}; read go; {again}",
        drive.manners.program
    );
    drive.open(&folder)?;
    drive.open_as(&folder, &both, drive.manners.ready)?;
    let number = drive.ask("slow 30");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    Ok(number)
}

/// Starts the second one. It works on, or is asked again: its row is there within a second.
fn resume(drive: &mut Drive<'_>, situation: S, number: u32) -> Step {
    drive.settle();
    drive.pane().press(&["Enter"]);
    drive.see(&[drive.manners.ready, drive.manners.working])?;
    // What its server goes on with the window shows a moment later than itself.
    let working = [drive.manners.working];
    if let Ok(seen) = drive.pane().wait_for(&working, Duration::from_secs(2)) {
        drive.check(situation, "running", seen);
        let seen = drive.see_answer(number)?;
        drive.check(situation, "completed", seen);
        return Ok(());
    }
    let number = drive.ask("slow 3");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(situation, "running", seen);
    let seen = drive.see_answer(number)?;
    drive.check(situation, "completed", seen);
    Ok(())
}

/// The id of the session that was written to last: the end of the name of its file.
fn newest(folder: &Path) -> Option<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(time) = entry.metadata().and_then(|it| it.modified()) {
                files.push((time, path));
            }
        }
    }
    let (_, path) = files.into_iter().max()?;
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let start = stem.len().checked_sub(36)?;
    Some(stem[start..].to_owned())
}

/// It asks whether its plan is to be carried out.
pub(super) fn plan(drive: &mut Drive<'_>) -> Step {
    drive.pane().press(&["BTab"]);
    drive.ask("plan");
    let seen = drive.see(&["Implement this plan?"])?;
    drive.check(S::Plan, "waiting_input", seen);
    drive.pane().press(&["Escape"]);
    drive.see_gone(&["Implement this plan?"], Duration::from_secs(5))?;
    drive.pane().press(&["BTab"]);
    Ok(())
}

/// A command that the person typed with `!`.
pub(in super::super) fn own_command(drive: &mut Drive<'_>) -> Step {
    script::answer(drive)?;
    drive.pane().press(&["!"]);
    drive.pane().say("sleep 5; echo own-command-$((40 + 2))");
    drive.check(S::OwnCommand, "running", Instant::now());
    drive.see(&["own-command-42"])?;
    let seen = drive.see_rest(Duration::from_secs(10))?;
    drive.check(S::OwnCommand, "completed", seen);
    Ok(())
}
