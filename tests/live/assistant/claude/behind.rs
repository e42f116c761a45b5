//! A session that no pane shows: it asks, is attached to, goes on, is left, finishes and is ended.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::super::drive::{Drive, Step};
use super::super::super::model;
use super::super::super::situation::Situation as S;
use super::super::super::watch::{BEHIND, NO_ROW};

/// How long it may take until its file says something.
const PATIENCE: Duration = Duration::from_secs(60);

/// Its number is no other prompt's.
const NUMBER: u32 = 880;

pub(super) fn through(drive: &mut Drive<'_>) -> Step {
    end_all(drive)?;
    let folder = drive.stage.env.path("proj");
    let prompt = model::prompt(NUMBER, "shell touch za; sleep 4; touch zb");
    let begin =
        format!("sh -c 'claude --permission-mode default --bg \"$0\"; exec sleep 1000' '{prompt}'");
    drive.open_as(&folder, &begin, "claude attach")?;
    let (job, seen) = says(drive, "waiting")?;
    drive.check_at(S::Background, BEHIND, "waiting_approval", seen);

    let attach = format!("claude attach {job}");
    let seen = drive.open_as(&folder, &attach, drive.manners.dialog)?;
    drive.check(S::Background, "waiting_approval", seen);
    drive.check_at(S::Background, BEHIND, "no row", seen);
    drive.pane().press(drive.manners.approve);
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::Background, "running", seen);

    drive.pane().press(&["C-z"]);
    let left = drive.pane().id().to_owned();
    drive.let_go();
    drive.check_at(S::Background, BEHIND, "running", Instant::now());
    let shown = drive.shown(&left);
    let what = format!("{shown} of the terminal that it left");
    drive.claim(S::Background, shown == NO_ROW, &what);
    let (_, seen) = says(drive, "idle")?;
    drive.check_at(S::Background, BEHIND, "completed", seen);
    end_all(drive)?;
    drive.check_at(S::Background, BEHIND, "no row", Instant::now());
    Ok(())
}

/// The session in the background whose file has this status, and when it had.
fn says(drive: &Drive<'_>, status: &str) -> Result<(String, Instant), String> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let jobs = jobs(drive).into_iter();
        let mut found = jobs.filter(|(_, session)| session["status"] == status);
        if let Some((job, _)) = found.next() {
            return Ok((job, Instant::now()));
        }
        thread::sleep(Duration::from_millis(15));
    }
    Err(format!("a session in the background that is {status}"))
}

/// Ends all of them, in Claude's own way.
fn end_all(drive: &Drive<'_>) -> Step {
    for (job, _) in jobs(drive) {
        let stop = format!("claude stop {job}");
        let line = drive.manners.line_of(drive.stage, &stop);
        drive.stage.pane(&drive.stage.env.home(), &line);
    }
    let start = Instant::now();
    while !jobs(drive).is_empty() {
        if start.elapsed() > PATIENCE {
            return Err("the end of all sessions in the background".to_owned());
        }
        thread::sleep(Duration::from_millis(15));
    }
    Ok(())
}

/// Each by its id, and what its file says.
fn jobs(drive: &Drive<'_>) -> Vec<(String, Value)> {
    let folder = drive.stage.env.path("home/.claude/sessions");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    // The keys beside them are nobody's business.
    let files = files.filter(|file: &PathBuf| file.extension().is_some_and(|it| it == "json"));
    let sessions = files.filter_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        let session: Value = serde_json::from_str(&text).ok()?;
        Some((session["jobId"].as_str()?.to_owned(), session))
    });
    sessions.collect()
}
