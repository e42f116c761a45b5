//! What the person looks at: its list of sessions, a session of the background, menus.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::super::drive::{Drive, Step};
use super::super::super::finding::Finding;
use super::super::super::script;
use super::super::super::situation::Situation as S;

/// On the screen while it shows a session and takes a prompt.
const PROMPT: &str = "manual mode on";

/// On the screen while it lists its sessions.
const LIST: &str = "describe a task for a new session";

/// How long a menu stays open.
const LOOK: Duration = Duration::from_millis(1500);

/// The list of sessions moves this one to the background; what it asks afterwards is shown at once, and
/// can be answered, or it is said why not.
pub(super) fn agents_view(drive: &mut Drive<'_>) -> Step {
    let folder = drive.stage.env.path("proj");
    drive.open(&folder)?;
    let seen = there_and_back(drive)?;
    drive.check(S::AgentsView, "idle", seen);
    let number = drive.ask("shell touch v{n}; sleep 4; touch w{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::AgentsView, "waiting_approval", seen);
    let pane = drive.pane().id().to_owned();
    let (done, said) = drive.stage.pane_patrol(&["approve", &pane, "--yes"]);
    if !done {
        drive.claim(S::AgentsView, said.len() > 40, &format!("approve: {said}"));
        drive.pane().press(drive.manners.approve);
    }
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::AgentsView, "running", seen);
    drive.see_file(&format!("proj/w{number}"))?;
    let seen = drive.see_answer(number)?;
    drive.check(S::AgentsView, "completed", seen);
    Ok(())
}

/// To the list and back to the session, which may still be starting in the background.
fn there_and_back(drive: &Drive<'_>) -> Result<Instant, String> {
    drive.pane().press(&["Left"]);
    drive.see(&[LIST])?;
    for _ in 0..20 {
        drive.pane().press(&["Escape"]);
        if let Ok(seen) = drive.pane().wait_for(&[PROMPT], LOOK) {
            // It may lose the first key after it has come back.
            thread::sleep(LOOK);
            drive.pane().press(&["Space", "BSpace"]);
            return Ok(seen);
        }
    }
    Err(format!("`{PROMPT}` after the list"))
}

/// `claude attach` in a pane is a row like any other.
pub(super) fn attach(drive: &mut Drive<'_>) -> Step {
    let folder = drive.stage.env.path("proj");
    drive.open(&folder)?;
    there_and_back(drive)?;
    let job = job(drive).ok_or("a session file with a job")?;
    let seen = drive.open_as(&folder, &format!("claude attach {job}"), PROMPT)?;
    drive.check(S::Attached, "idle", seen);
    drive.ask("shell touch x{n}; sleep 1; touch y{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Attached, "waiting_approval", seen);
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::Attached, "idle", seen);
    Ok(())
}

/// The job that the pane's session became.
fn job(drive: &Drive<'_>) -> Option<String> {
    let folder = drive.stage.env.path("home/.claude/sessions");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        for file in std::fs::read_dir(&folder).ok()?.flatten() {
            // The keys beside them are nobody's business.
            if file.path().extension().is_none_or(|it| it != "json") {
                continue;
            }
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            let session: Value = serde_json::from_str(&text).unwrap_or_default();
            if let Some(job) = session["parkedJobId"].as_str() {
                return Some(job.to_owned());
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    None
}

/// What opens a menu, and the keys that close it.
const MENUS: &[&str] = &[
    "/model",
    "/help",
    "/config",
    "/permissions",
    "/status",
    "/memory",
    "/cost",
    "/hooks",
    "/resume",
];

/// A menu that the person opened asks for nothing: the row shows what it showed.
pub(super) fn menus(drive: &mut Drive<'_>) -> Step {
    script::answer(drive)?;
    for menu in MENUS {
        drive.pane().say(menu);
        look(drive, menu)?;
    }
    drive.pane().press(&["Escape", "Escape"]);
    look(drive, "rewind")
}

fn look(drive: &mut Drive<'_>, menu: &str) -> Step {
    drive.check(S::Menus, "completed", Instant::now());
    thread::sleep(LOOK);
    let shown = drive.shown(drive.pane().id());
    if shown != "completed" {
        drive.record(S::Menus, Finding::Wrong(format!("{menu}: {shown}")));
    }
    for _ in 0..4 {
        if drive.pane().wait_for(&[drive.manners.ready], LOOK).is_ok() {
            drive.forget();
            return Ok(());
        }
        drive.pane().press(&["Escape"]);
    }
    Err(format!("the prompt after {menu}"))
}
