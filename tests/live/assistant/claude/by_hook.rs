//! What is answered through its own hook, after `install --approvals`: by the person, by a rule, by trust.

use std::thread;
use std::time::{Duration, Instant};

use super::super::super::drive::{Drive, Step};
use super::super::super::situation::Situation as S;

/// `mkdir` is allowed, `rmdir` is not.
pub(super) const RULES: &str = "[[rules]]\nthen = \"allow\"\ncommand = \"mkdir *\"\n\n\
    [[rules]]\nthen = \"deny\"\ncommand = \"rmdir *\"\nmessage = \"leave folders where they are\"\n";

/// A bit longer than the shortest trust.
const MINUTE: Duration = Duration::from_secs(62);

pub(super) fn approve(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch a{n}; sleep 4; touch b{n}");
    asked(drive, S::HookApproved)?;
    act(drive, &["approve", "--yes"])?;
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::HookApproved, "running", seen);
    by_hook(drive, S::HookApproved);
    drive.see_file(&format!("proj/b{number}"))?;
    let seen = drive.see_answer(number)?;
    drive.check(S::HookApproved, "completed", seen);
    Ok(())
}

pub(super) fn deny(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch c{n}; sleep 1; touch d{n}");
    asked(drive, S::HookDenied)?;
    act(drive, &["deny"])?;
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::HookDenied, "idle", seen);
    by_hook(drive, S::HookDenied);
    not_done(drive, S::HookDenied, &format!("c{number}"));
    drive.clear();
    Ok(())
}

/// The assistant is told, and goes on.
pub(super) fn deny_with_words(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell touch e{n}; sleep 1; touch f{n}");
    asked(drive, S::HookDeniedWithWords)?;
    act(drive, &["deny", "--message", "write it to a file instead"])?;
    let seen = drive.see_answer(number)?;
    drive.check(S::HookDeniedWithWords, "completed", seen);
    by_hook(drive, S::HookDeniedWithWords);
    not_done(drive, S::HookDeniedWithWords, &format!("e{number}"));
    told(drive, S::HookDeniedWithWords, "write it to a file instead");
    Ok(())
}

/// Nobody is asked.
pub(super) fn allow_rule(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell mkdir g{n}");
    drive.see_file(&format!("proj/g{number}"))?;
    let seen = drive.see_answer(number)?;
    asked_nobody(drive, S::AllowRule);
    drive.check(S::AllowRule, "completed", seen);
    Ok(())
}

/// Nobody is asked, and the assistant is told the rule's words.
pub(super) fn deny_rule(drive: &mut Drive<'_>) -> Step {
    let number = drive.ask("shell rmdir no-{n}");
    let seen = drive.see_answer(number)?;
    asked_nobody(drive, S::DenyRule);
    drive.check(S::DenyRule, "completed", seen);
    told(drive, S::DenyRule, "leave folders where they are");
    Ok(())
}

/// Nobody is asked for a minute, and then again.
pub(super) fn trust_ends(drive: &mut Drive<'_>) -> Step {
    let trusted = Instant::now();
    act(drive, &["trust", "--for", "1"])?;
    let number = drive.ask("shell touch h{n}");
    drive.see_file(&format!("proj/h{number}"))?;
    let seen = drive.see_answer(number)?;
    asked_nobody(drive, S::TrustEnds);
    drive.check(S::TrustEnds, "completed", seen);
    thread::sleep(MINUTE.saturating_sub(trusted.elapsed()));
    // A minute after its turn Claude says itself that it waits for the person.
    drive.forget();
    drive.ask("shell touch i{n}");
    asked(drive, S::TrustEnds)?;
    act(drive, &["deny"])?;
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::TrustEnds, "idle", seen);
    drive.clear();
    Ok(())
}

/// Its dialog stands until the hook has answered, and so long the row may say that it asks.
fn asked_nobody(drive: &mut Drive<'_>, situation: S) {
    let asked = drive.longest("waiting_approval");
    let holds = asked < Duration::from_secs(1);
    let what = format!("asked for {} ms", asked.as_millis());
    drive.claim(situation, holds, &what);
    drive.forget();
}

fn asked(drive: &mut Drive<'_>, situation: S) -> Step {
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(situation, "waiting_approval", seen);
    Ok(())
}

/// Runs a command about the driven pane, which must succeed.
fn act(drive: &Drive<'_>, words: &[&str]) -> Step {
    let pane = drive.pane().id();
    let (done, said) = drive
        .stage
        .pane_patrol(&[&words[..1], &[pane], &words[1..]].concat());
    done.then_some(())
        .ok_or(format!("`{}`: {said}", words.join(" ")))
}

/// The last decision went through the hook, not by keys.
fn by_hook(drive: &mut Drive<'_>, situation: S) {
    let file = drive.stage.env.path("state/pane-patrol/decisions.jsonl");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let last = text.lines().last().unwrap_or_default();
    let holds = last.contains("\"hook\"");
    drive.claim(
        situation,
        holds,
        &format!("not answered through the hook: {last}"),
    );
}

fn not_done(drive: &mut Drive<'_>, situation: S, file: &str) {
    let is_there = drive.stage.env.path("proj").join(file).exists();
    drive.claim(situation, !is_there, "what was denied was done");
}

/// The model has heard `words`.
fn told(drive: &mut Drive<'_>, situation: S, words: &str) {
    let log = drive
        .stage
        .evidence
        .join(format!("{}-model.jsonl", drive.manners.file()));
    let heard = std::fs::read_to_string(log).is_ok_and(|text| text.contains(words));
    drive.claim(
        situation,
        heard,
        &format!("the model was not told `{words}`"),
    );
}
