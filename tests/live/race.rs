//! Answers against a person at the keyboard: one of ours to a request whose dialog gets a key in the same moments,
//! approved here and denied there or the other way round. Exactly one of the two takes effect, and what is told of ours
//! is true. Then one against which nobody presses anything, which takes effect.
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

/// By so much later than our command each key is pressed than the one before, to meet it in every stage.
const STEP: Duration = Duration::from_millis(23);

/// So many steps, then from the beginning.
const STEPS: u32 = 41;

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
    race(drive, Ours::Approve, true)?;
    race(drive, Ours::Deny, true)?;
    let round = drive.next_number() / NUMBERS;
    let ours = if round.is_multiple_of(2) {
        Ours::Approve
    } else {
        Ours::Deny
    };
    race(drive, ours, false)
}

/// One request, answered by us, and by a key where `is_raced`.
fn race(drive: &mut Drive<'_>, ours: Ours, is_raced: bool) -> Step {
    let number = drive.ask("shell touch r{n}; sleep 0.3");
    drive.see(&[drive.manners.dialog])?;
    let digest = digest(drive)?;
    let delay = STEP * (number % STEPS);
    let keys = match ours.other() {
        Ours::Approve => drive.manners.approve,
        Ours::Deny => drive.manners.deny,
    };
    let line = [ours.word(), drive.pane().id(), "--digest", &digest];
    let answering = drive.stage.start(&line);
    if is_raced {
        thread::sleep(delay);
        for key in keys {
            drive.pane().press_now(key);
        }
    }
    let (is_done, said) = super::said(answering);
    thread::sleep(Duration::from_millis(500));
    drive.see_rest(REST)?;
    drive.clear();
    let was_run = drive.stage.env.path(format!("proj/r{number}")).exists();
    let took_effect = was_run == (ours == Ours::Approve);
    let told = told(is_done, &said);
    let way = way(drive);
    note(
        drive,
        &json!({"number": number, "wanted": ours.word(), "raced": is_raced, "after_ms": delay.as_millis(),
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
    Ok(())
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
