//! Answers against a person at the keyboard. First one against which nobody presses anything: it takes effect, and how
//! long that takes is measured. Then two to requests whose dialogs get a key within that time, approved here and denied
//! there and the other way round: exactly one of the two takes effect, and what is told of ours is true.
//!
//! Each race leaves a line in `NAME-races.jsonl` beside the transcripts.

use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::drive::{Drive, Step};
use super::finding::Finding;
use super::scene::Scene;
use super::situation::Situation as S;

/// For every assistant that takes answers otherwise than by keys.
pub(super) const SCENE: Scene = Scene::new(&[S::Raced], play);

/// Into so many moments the time is parted that ours takes; a key meets it in each of them.
const MOMENTS: u32 = 37;

/// Numbers of scripts that one round takes.
const NUMBERS: u32 = 4;

/// How long a request may take to be shown.
const SHOWN: Duration = Duration::from_secs(10);

/// How long it may take to be at rest after it.
const REST: Duration = Duration::from_secs(15);

/// What we wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ours {
    Approve,
    Deny,
}

impl Ours {
    fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Approve => Self::Deny,
            Self::Deny => Self::Approve,
        }
    }
}

fn play(drive: &mut Drive<'_>) -> Step {
    let round = drive.next_number() / NUMBERS;
    let (first, second) = if round.is_multiple_of(2) {
        (Ours::Approve, Ours::Deny)
    } else {
        (Ours::Deny, Ours::Approve)
    };
    // How long it takes on this machine, with what it has to do else.
    let takes = race(drive, first, None)?;
    race(drive, first, Some(takes))?;
    race(drive, second, Some(takes)).map(drop)
}

/// One request, answered by us, which takes so long; and, where it is raced, by a key within the time that it `takes`.
fn race(drive: &mut Drive<'_>, ours: Ours, takes: Option<Duration>) -> Result<Duration, String> {
    let number = drive.ask("shell touch r{n}; sleep 0.3");
    drive.see(&[drive.manners.dialog])?;
    let digest = digest(drive)?;
    let delay = takes.map(|takes| takes * (number % MOMENTS) / MOMENTS);
    let is_raced = delay.is_some();
    let keys = match ours.other() {
        Ours::Approve => drive.manners.approve,
        Ours::Deny => drive.manners.deny,
    };
    let line = [ours.word(), drive.pane().id(), "--digest", &digest];
    let start = Instant::now();
    let answering = drive.stage.start(&line);
    if let Some(delay) = delay {
        thread::sleep(delay);
        for key in keys {
            drive.pane().press_now(key);
        }
    }
    let (is_done, said) = super::said(answering);
    let took = start.elapsed();
    thread::sleep(Duration::from_millis(500));
    drive.see_rest(REST)?;
    drive.clear();
    let was_run = drive.stage.env.path(format!("proj/r{number}")).exists();
    let took_effect = was_run == (ours == Ours::Approve);
    let told = told(is_done, &said);
    let way = way(drive);
    note(
        drive,
        &json!({"number": number, "wanted": ours.word(), "raced": is_raced, "after_ms": delay.map(|delay| delay.as_millis()), "of_ms": took.as_millis(),
        "told": told, "took_effect": took_effect, "way": way, "said": said.trim()}),
    )?;
    let is_true = match told {
        "done" => took_effect,
        "late" => !took_effect,
        "unknown" => is_raced,
        _ => false,
    };
    let what = format!(
        "{} against {}: {told}, and it {} effect: {}",
        ours.word(),
        if is_raced { "a key" } else { "nobody" },
        if took_effect { "took" } else { "did not take" },
        said.trim()
    );
    drive.claim(S::Raced, is_true && (is_raced || told == "done"), &what);
    // What was on the way here is none of the next one's.
    drive.forget();
    drive.record(S::Raced, Finding::Right(Duration::ZERO));
    Ok(took)
}

/// Of the request that waits.
fn digest(drive: &Drive<'_>) -> Result<String, String> {
    let start = Instant::now();
    loop {
        let words = ["request", drive.pane().id(), "--json"];
        let (_, said) = drive.stage.pane_patrol(&words);
        let asked: Value = serde_json::from_str(&said).unwrap_or_default();
        match asked["digest"].as_str() {
            Some(digest) => return Ok(digest.to_owned()),
            None if start.elapsed() > SHOWN => return Err(said),
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn told(is_done: bool, said: &str) -> &'static str {
    match () {
        () if is_done => "done",
        () if said.contains("came too late") => "late",
        () if said.contains("an answer was sent") => "unknown",
        () => "refused",
    }
}

/// By which way it was answered.
fn way(drive: &Drive<'_>) -> String {
    let audit = drive.stage.env.path("state/pane-patrol/decisions.jsonl");
    let audit = std::fs::read_to_string(audit).unwrap_or_default();
    let last = audit.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).unwrap_or_default();
    last["way"].as_str().unwrap_or_default().to_owned()
}

fn note(drive: &Drive<'_>, race: &Value) -> Step {
    let name = format!("{}-races.jsonl", drive.manners.file());
    let path = drive.stage.evidence.join(name);
    let file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path);
    let written = file.and_then(|mut file| writeln!(file, "{race}"));
    written.map_err(|error| error.to_string())
}
