//! The order of things: how every assistant is brought into the situations, one after the other.

use std::time::Duration;

use super::drive::{Drive, Step};
use super::situation::{Finding, Situation};
use Situation as S;

/// Several situations that follow from each other.
struct Scene {
    covers: &'static [Situation],
    play: fn(&mut Drive<'_>) -> Step,
    /// Whether the assistant is gone afterwards.
    ends: bool,
}

const SCENES: &[Scene] = &[
    Scene {
        covers: &[S::Started],
        play: |_| Ok(()),
        ends: false,
    },
    Scene {
        covers: &[S::Running, S::Finished],
        play: answer,
        ends: false,
    },
    Scene {
        covers: &[S::Approval, S::Approved],
        play: approve,
        ends: false,
    },
    Scene {
        covers: &[S::Denied],
        play: deny,
        ends: false,
    },
    Scene {
        covers: &[S::Question],
        play: question,
        ends: false,
    },
    Scene {
        covers: &[S::Dismissed],
        play: dismiss,
        ends: false,
    },
    Scene {
        covers: &[S::Interrupted],
        play: interrupt,
        ends: false,
    },
    Scene {
        covers: &[S::Stopped],
        play: stop,
        ends: false,
    },
    Scene {
        covers: &[S::SubAgent],
        play: sub_agent,
        ends: false,
    },
    Scene {
        covers: &[S::Failed],
        play: fail,
        ends: false,
    },
    Scene {
        covers: &[S::Quit],
        play: quit,
        ends: true,
    },
    Scene {
        covers: &[S::Killed],
        play: kill,
        ends: true,
    },
    Scene {
        covers: &[S::Closed],
        play: close,
        ends: true,
    },
];

/// Plays every scene that covers a wanted situation.
pub(super) fn play(drive: &mut Drive<'_>, is_wanted: &dyn Fn(Situation) -> bool) {
    let mut is_open = false;
    for scene in SCENES {
        let covers = scene.covers.iter().copied();
        let covers: Vec<_> = covers.filter(|it| drive.manners.can(*it)).collect();
        if !covers.iter().any(|it| is_wanted(*it)) {
            continue;
        }
        let played = if is_open { Ok(()) } else { open(drive) };
        let played = played.and_then(|()| (scene.play)(drive));
        is_open = played.is_ok() && !scene.ends;
        if let Err(what) = played {
            let missing = |it: &&Situation| !drive.findings.contains_key(it);
            let missing = covers.iter().find(missing).or(covers.last()).copied();
            drive.record(missing.unwrap_or(S::Started), Finding::Stuck(what));
        }
        // What went wrong once shall not spoil what comes after it.
        is_open &= !covers
            .iter()
            .any(|it| drive.findings.get(it).is_some_and(Finding::is_failure));
        if !is_open {
            drive.close();
        }
    }
    if let Some((situation, play)) = drive.manners.special
        && is_wanted(situation)
        && let Err(what) = play(drive)
    {
        drive.record(situation, Finding::Stuck(what));
    }
    drive.close();
}

fn open(drive: &mut Drive<'_>) -> Step {
    let folder = drive.world.env.path("proj");
    let ready = drive.open(&folder)?;
    drive.check(S::Started, "idle", ready);
    Ok(())
}

fn answer(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("slow 3");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Running, "running", seen);
    let seen = drive.see_answer(number)?;
    drive.check(S::Finished, "completed", seen);
    Ok(())
}

fn approve(drive: &mut Drive<'_>) -> Step {
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
    let patience = Duration::from_secs(10);
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
