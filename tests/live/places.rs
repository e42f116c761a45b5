//! What is true of a place alone: of Zellij, that a jump from another session arrives and that what is started there is
//! a row like any other; of a plain terminal, that nothing of ours runs there unless it was asked for.

use std::thread;
use std::time::{Duration, Instant};

use super::assistant::quoted;
use super::common::write_program;
use super::drive::{Drive, Step};
use super::pane::Pane;
use super::situation::Situation as S;
use super::watch::NO_ROW;

/// How long something of ours may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody alone in a session of their own goes to the one that asks: their terminal shows what it asks.
pub(super) fn jump(drive: &mut Drive<'_>) -> Step {
    drive.ask("shell touch j{n}; sleep 1; touch k{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Jumped, "waiting_approval", seen);
    let words = format!("jump {}", quoted(drive.pane().id()));
    let person = ours(drive, &words);
    let arrived = person.wait_for(&[drive.manners.dialog], PATIENCE);
    person.close();
    arrived.map_err(|screen| format!("the other session's person there: {screen}"))?;
    drive.check(S::Jumped, "waiting_approval", Instant::now());
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::Jumped, "idle", seen);
    drive.clear();
    Ok(())
}

/// From a pane of a session, which is closed then; the new one works, asks and finishes like any other.
pub(super) fn launch(drive: &mut Drive<'_>) -> Step {
    let line = drive.manners.line(drive.stage);
    let command = serde_json::to_string(&line).map_err(|error| error.to_string())?;
    let launcher = format!("\n[[launcher]]\nname = \"live\"\ncommand = {command}\n");
    let settings = drive.stage.env.path(super::SETTINGS);
    let before = std::fs::read_to_string(&settings).unwrap_or_default();
    super::append(&settings, &launcher);
    let begun = begin(drive);
    std::fs::write(&settings, before).map_err(|error| error.to_string())?;
    begun?;
    let number = drive.ask("shell touch u{n}; sleep 4; touch v{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Launched, "waiting_approval", seen);
    drive.pane().press(drive.manners.approve);
    let seen = drive.see_gone(&[drive.manners.dialog], Duration::from_secs(3))?;
    drive.check(S::Launched, "running", seen);
    let seen = drive.see_answer(number)?;
    drive.check(S::Launched, "completed", seen);
    let number = drive.ask("slow 20");
    let seen = drive.see(&[&format!("word-{number}-")])?;
    drive.check(S::Launched, "running", seen);
    let seen = drive.interrupt()?;
    let stopped = drive.manners.unknowable(S::Interrupted);
    let stopped = stopped.map_or("idle", |(shown, _)| shown[0]);
    drive.check(S::Launched, stopped, seen);
    drive.pane().say(drive.manners.quit);
    let start = Instant::now();
    while drive.shown(drive.pane().id()) != NO_ROW && start.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    let left = drive.shown(drive.pane().id());
    drive.claim(
        S::Launched,
        left == NO_ROW,
        &format!("{left} after its end"),
    );
    Ok(())
}

fn begin(drive: &mut Drive<'_>) -> Step {
    let starter = ours(drive, "start live");
    let said = starter.wait_for(&["Started live in"], PATIENCE);
    said.map_err(|screen| format!("the start: {screen}"))?;
    let screen = starter.screen();
    let number = screen
        .split_once("Started live in")
        .and_then(|(_, rest)| rest.split_once(".t"))
        .and_then(|(_, rest)| rest.split_once('.'))
        .map(|(number, _)| number.to_owned())
        .ok_or(format!("the number of the pane: {screen}"))?;
    let started = starter.leave_for(&number).ok_or("a pane of Zellij's")?;
    drive.begin_in(started)?;
    // Some say nothing before they are asked.
    if drive.manners.unknowable(S::Started).is_none() {
        drive.check(S::Launched, "idle", Instant::now());
    }
    Ok(())
}

/// Installed without it, hooks start nothing in a plain terminal and there is no row; with it, they do and there is.
pub(super) fn unasked(drive: &mut Drive<'_>) -> Step {
    let noted = drive.stage.env.home().join("was-run");
    for (is_asked, more) in [(false, &[][..]), (true, drive.stage.way.install())] {
        drive.close();
        drive.stage.install(drive.manners, more);
        // Whoever collects asks for it once.
        drive.collect_anew();
        let registered = note_runs(drive)?;
        let folder = drive.stage.env.path("proj");
        drive.open(&folder)?;
        drive.forget();
        let number = drive.ask("say");
        let seen = drive.see_answer(number)?;
        let wanted = if is_asked { "completed" } else { NO_ROW };
        drive.check(S::Unasked, wanted, seen);
        let was_run = noted.exists();
        let what = format!("asked for: {is_asked}, and its program was run: {was_run}");
        drive.claim(S::Unasked, was_run == is_asked, &what);
        drive.close();
        std::fs::write(settings(drive), registered).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Has the hooks of the assistant run a program that leaves a mark and goes on as ours; what was registered before.
fn note_runs(drive: &Drive<'_>) -> Result<String, String> {
    let home = drive.stage.env.home();
    let noting = home.join("noting");
    let program = program(drive);
    let text = format!("#!/bin/sh\necho \"$@\" >> ~/was-run\nexec '{program}' \"$@\"\n");
    write_program(&noting, &text);
    let registered = std::fs::read_to_string(settings(drive)).map_err(|error| error.to_string())?;
    let noted = registered.replace(&program, &noting.to_string_lossy());
    if noted == registered {
        return Err(format!("our program in {registered}"));
    }
    std::fs::write(settings(drive), noted).map_err(|error| error.to_string())?;
    Ok(registered)
}

/// Ours, by its path.
fn program(drive: &Drive<'_>) -> String {
    let ours = drive.stage.env.pane_patrol();
    ours.get_program().to_string_lossy().into_owned()
}

fn settings(drive: &Drive<'_>) -> std::path::PathBuf {
    drive.stage.env.path("home/.claude/settings.json")
}

/// A pane of a session of its own in which our program runs.
fn ours<'a>(drive: &Drive<'a>, words: &str) -> Pane<'a> {
    let line = format!(
        "PATH={} {} {words}",
        quoted(&drive.stage.path()),
        program(drive)
    );
    drive.stage.pane(&drive.stage.env.path("proj"), &line)
}
