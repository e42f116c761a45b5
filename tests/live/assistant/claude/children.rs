//! Another assistant that its commands run: the row of the pane stays Claude's.

use std::thread;
use std::time::{Duration, Instant};

use super::super::super::drive::{Drive, Step};
use super::super::super::situation::Situation as S;

/// In the foreground, while Claude's command runs.
pub(super) fn foreground(drive: &mut Drive<'_>) -> Step {
    let number =
        drive.ask("shell gemini -m pro 'SCRIPT 3{n} slow 4' > gemini-{n}; sleep 3; touch r{n}");
    allow(drive, S::Child)?;
    let seen = Instant::now();
    drive.check(S::Child, "running", seen);
    said(drive, number)?;
    drive.check(S::Child, "running", seen);
    drive.see_file(&format!("proj/r{number}"))?;
    let seen = drive.see_answer(number)?;
    drive.check(S::Child, "completed", seen);
    Ok(())
}

/// With `&`, while Claude asks for something else.
pub(super) fn background(drive: &mut Drive<'_>) -> Step {
    let start = "shell gemini -m pro 'SCRIPT 3{n} slow 8' > gemini-{n} 2>&1 &";
    beside(drive, S::BackgroundChild, start)
}

/// The same with `nohup`, which outlives its shell.
pub(super) fn nohup(drive: &mut Drive<'_>) -> Step {
    let start = "shell nohup gemini -m pro 'SCRIPT 3{n} slow 8' > gemini-{n} 2>&1 &";
    beside(drive, S::NohupChild, start)
}

fn beside(drive: &mut Drive<'_>, situation: S, start: &str) -> Step {
    let child = drive.ask(start);
    allow(drive, situation)?;
    let seen = drive.see_answer(child)?;
    drive.check(situation, "completed", seen);
    drive.ask("shell touch s{n}; sleep 1; touch t{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(situation, "waiting_approval", seen);
    said(drive, child)?;
    // Its last hooks come after its last word.
    thread::sleep(Duration::from_secs(2));
    drive.check(situation, "waiting_approval", seen);
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(situation, "idle", seen);
    drive.clear();
    Ok(())
}

fn allow(drive: &mut Drive<'_>, situation: S) -> Step {
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(situation, "waiting_approval", seen);
    drive.pane().press(drive.manners.approve);
    drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    Ok(())
}

/// Waits until the other assistant has given its answer.
fn said(drive: &Drive<'_>, number: u32) -> Step {
    let file = drive.stage.env.path(format!("proj/gemini-{number}"));
    let answer = format!("answer 3{number}");
    let start = Instant::now();
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains(&answer)) {
        if start.elapsed() > Duration::from_secs(60) {
            let said = std::fs::read_to_string(&file).unwrap_or_default();
            return Err(format!(
                "`{answer}` in {}, which has {said:?}",
                file.display()
            ));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
