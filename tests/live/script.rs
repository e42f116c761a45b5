//! How every assistant is brought into the situations that all have, one after the other.

use std::time::Duration;

use super::again;
use super::drive::{Drive, Step};
use super::places;
use super::scene::Scene;
use super::situation::Situation as S;

/// What every assistant is brought to.
pub(super) const SCENES: &[Scene] = &[
    Scene::new(&[S::Started], |_| Ok(())),
    Scene::new(&[S::Running, S::Finished], answer),
    Scene::new(&[S::Approval, S::Approved], approve),
    Scene::new(&[S::Denied], deny),
    Scene::new(&[S::Question], question),
    Scene::new(&[S::Dismissed], dismiss),
    Scene::new(&[S::Interrupted], interrupt),
    Scene::new(&[S::Stopped], stop),
    Scene::new(&[S::SubAgent], sub_agent),
    Scene::new(&[S::Failed], fail),
    Scene::new(&[S::Jumped], places::jump),
    Scene::new(&[S::Launched], places::launch).opens_it(),
    Scene::new(&[S::Quit], quit).ends(),
    Scene::new(&[S::ResumedHere], again::by_enter).ends(),
    Scene::new(&[S::Killed], kill).ends(),
    // What ends with its pane may still say that it does.
    Scene::new(&[S::Closed], close)
        .ends()
        .holds_apart(&["its session is over"]),
];

/// Opens it in its first folder; its row is idle.
pub(super) fn open(drive: &mut Drive<'_>) -> Step {
    let folder = drive.stage.env.path("proj");
    let ready = drive.open(&folder)?;
    drive.check(S::Started, "idle", ready);
    Ok(())
}

/// It answers, and is done.
pub(super) fn answer(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("slow 3");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    let seen = drive.see_answer(number)?;
    drive.check(S::Finished, "completed", seen);
    Ok(())
}

/// It asks, and goes on when it may.
pub(super) fn approve(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch a{n}; sleep 4; touch b{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Approval, "waiting_approval", seen);
    drive.pane().press(drive.manners.approve);
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::Approved, "running", seen);
    let seen = drive.see_answer(number)?;
    drive.check(S::Finished, "completed", seen);
    Ok(())
}

fn deny(drive: &mut Drive<'_>) -> Step {
    drive.ask("shell touch c{n}; sleep 1; touch d{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Approval, "waiting_approval", seen);
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::Denied, "idle", seen);
    drive.clear();
    Ok(())
}

fn question(drive: &mut Drive<'_>) -> Step {
    drive.pane().press(drive.manners.before_question);
    let number = drive.ask(drive.manners.ask);
    let seen = drive.see(&[drive.manners.question])?;
    drive.check(S::Question, "waiting_input", seen);
    drive.pane().press(drive.manners.answer);
    let seen = drive.see_answer(number)?;
    drive.check(S::Question, "completed", seen);
    drive.pane().press(drive.manners.after_question);
    Ok(())
}

fn dismiss(drive: &mut Drive<'_>) -> Step {
    drive.pane().press(drive.manners.before_question);
    let number = drive.ask(drive.manners.ask);
    let seen = drive.see(&[drive.manners.question])?;
    drive.check(S::Question, "waiting_input", seen);
    drive.pane().press(drive.manners.dismiss);
    if drive.manners.goes_on {
        let seen = drive.see_answer(number)?;
        drive.check(S::Dismissed, "completed", seen);
    } else {
        let seen = drive.see_rest(Duration::from_secs(5))?;
        drive.check(S::Dismissed, "idle", seen);
    }
    drive.clear();
    drive.pane().press(drive.manners.after_question);
    Ok(())
}

fn interrupt(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("slow 20");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    let seen = drive.interrupt()?;
    drive.check(S::Interrupted, "idle", seen);
    drive.clear();
    Ok(())
}

fn stop(drive: &mut Drive<'_>) -> Step {
    drive.ask("shell touch e{n}; sleep 30; touch f{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Approval, "waiting_approval", seen);
    drive.pane().press(drive.manners.approve);
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::Approved, "running", seen);
    let seen = drive.interrupt()?;
    drive.check(S::Stopped, "idle", seen);
    drive.clear();
    Ok(())
}

fn sub_agent(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("agent SCRIPT 9{n} shell touch g{n}; sleep 1; touch h{n}");
    if let Some(dialog) = drive.manners.part_dialog {
        drive.see(&[dialog])?;
        drive.pane().press(drive.manners.approve);
    }
    let request = drive.manners.part_request.unwrap_or(drive.manners.dialog);
    let seen = drive.see(&[request])?;
    drive.check(S::SubAgent, "waiting_approval", seen);
    drive.pane().press(drive.manners.approve);
    drive.see_file(&format!("proj/h{number}"))?;
    if let Some(over) = drive.manners.part_over {
        drive.see(&[over])?;
    }
    let seen = drive.see_answer(number)?;
    drive.check(S::SubAgent, "completed", seen);
    Ok(())
}

fn fail(drive: &mut Drive<'_>) -> Step {
    drive.ask("fail 400");
    let seen = drive.see(&[drive.manners.failed])?;
    drive.check(S::Failed, "error", seen);
    drive.clear();
    // The next answer ends it.
    answer(drive)
}

fn quit(drive: &mut Drive<'_>) -> Step {
    drive.pane().say(drive.manners.quit);
    let patience = Duration::from_secs(10) * drive.stage.slack;
    let ended = "the assistant has ended";
    let seen = drive.pane().wait_for(&[ended], patience);
    let seen = seen.map_err(|_| format!("the end after {}", drive.manners.quit))?;
    drive.check(S::Quit, "no row", seen);
    Ok(())
}

fn kill(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("slow 20");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    let killed = drive.kill();
    drive.check(S::Killed, "no row", killed);
    Ok(())
}

fn close(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("slow 20");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    let closed = drive.pane().close();
    drive.check(S::Closed, "no row", closed);
    drive.let_go();
    Ok(())
}
