//! What is answered at Codex's own server: approved, denied, a question's option. No key is pressed for any of it.

use std::time::Duration;

use super::super::super::drive::{Drive, Step};
use super::super::super::script;
use super::super::super::situation::Situation as S;

/// Every answer by an id leaves this in the audit.
const BY_ID: &str = "\"way\":\"id\"";

pub(super) fn answers(drive: &mut Drive<'_>) -> Step {
    script::answer(drive)?;
    let number = drive.ask("shell touch 'i  {n}'; sleep 4; touch j{n}");
    asked(drive, drive.manners.dialog, "waiting_approval")?;
    tell(drive, &["approve", "--yes"])?;
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::ById, "running", seen);
    by_id(drive, "it was approved");
    drive.see_file(&format!("proj/j{number}"))?;
    let seen = drive.see_answer(number)?;
    drive.check(S::ById, "completed", seen);

    let number = drive.ask("shell touch k{n}; sleep 1; touch l{n}");
    asked(drive, drive.manners.dialog, "waiting_approval")?;
    tell(drive, &["deny"])?;
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::ById, "idle", seen);
    by_id(drive, "it was denied");
    let is_done = drive.stage.env.path(format!("proj/k{number}")).exists();
    drive.claim(S::ById, !is_done, "what was denied was done");
    drive.clear();

    drive.pane().press(drive.manners.before_question);
    let number = drive.ask(drive.manners.ask);
    asked(drive, drive.manners.question, "waiting_input")?;
    tell(drive, &["answer", "2"])?;
    let seen = drive.see_answer(number)?;
    drive.check(S::ById, "completed", seen);
    by_id(drive, "it was answered");
    drive.pane().press(drive.manners.after_question);
    Ok(())
}

fn asked(drive: &mut Drive<'_>, shown: &str, state: &str) -> Step {
    let seen = drive.see(&[shown])?;
    drive.check(S::ById, state, seen);
    Ok(())
}

fn by_id(drive: &mut Drive<'_>, what: &str) {
    let audit = drive.stage.env.path("state/pane-patrol/decisions.jsonl");
    let audit = std::fs::read_to_string(audit).unwrap_or_default();
    let is_it = audit
        .lines()
        .last()
        .is_some_and(|line| line.contains(BY_ID));
    drive.claim(S::ById, is_it, &format!("{what} otherwise than by its id"));
}

/// Runs a command about the driven pane, which must succeed.
fn tell(drive: &Drive<'_>, words: &[&str]) -> Step {
    let line = [&words[..1], &[drive.pane().id()], &words[1..]].concat();
    let (done, said) = drive.stage.pane_patrol(&line);
    let failed = || format!("`{}`: {said}", words.join(" "));
    done.then_some(()).ok_or_else(failed)
}
