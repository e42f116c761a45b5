//! A text is sent by `pane-patrol send`: once and whole, also while a turn runs, and not while it asks something.

use serde_json::Value;

use super::drive::{Drive, Step};
use super::model;
use super::scene::Scene;
use super::situation::Situation as S;

/// For every assistant whose prompt is known.
pub(super) const SCENE: Scene = Scene::new(&[S::Sent], play);

/// How many lines a text has, the last of which is for the model.
const LINES: usize = 20;

fn play(drive: &mut Drive<'_>) -> Step {
    // Some keep a text back after a turn that was interrupted, and say so.
    let number = drive.ask("say");
    drive.see_answer(number)?;
    let (number, text) = lines(drive);
    let sent = send(drive, &text)?;
    drive.claim(
        S::Sent,
        sent["queued"] == false,
        &format!("sent at once: {sent}"),
    );
    let seen = drive.see_answer(number)?;
    drive.check(S::Sent, "completed", seen);
    is_whole(drive, number)?;
    let first = drive.ask("slow 4");
    drive.see(&[&format!("word-{first}-")])?;
    let (number, text) = lines(drive);
    let sent = send(drive, &text)?;
    drive.claim(
        S::Sent,
        sent["queued"] == true,
        &format!("queued while a turn runs: {sent}"),
    );
    let seen = drive.see_answer(number)?;
    drive.check(S::Sent, "completed", seen);
    is_whole(drive, number)?;
    drive.ask("shell touch s{n}; sleep 1; touch t{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Sent, "waiting_approval", seen);
    let refused = send(drive, "1").err().unwrap_or_default();
    let is_refused = refused.contains("nothing was sent") && !refused.contains("it is not known");
    drive.claim(
        S::Sent,
        is_refused,
        &format!("refused while it asks: {refused}"),
    );
    drive.see(&[drive.manners.dialog])?;
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(std::time::Duration::from_secs(5))?;
    let denied = drive.manners.unknowable(S::Denied);
    let expected = denied.and_then(|(shown, _)| shown.first().copied());
    drive.check(S::Sent, expected.unwrap_or("idle"), seen);
    drive.clear();
    Ok(())
}

/// A text with a script for the model at its end, and the script's number.
fn lines(drive: &mut Drive<'_>) -> (u32, String) {
    let number = drive.next_number();
    let line = |line| {
        format!(
            "{}: grün – 漢字 é 👍 #{{pid}} $(id) `id` \\ ' \" ;",
            mark(line, number)
        )
    };
    let mut lines: Vec<String> = (1..LINES).map(line).collect();
    lines.push(model::prompt(number, "say"));
    (number, lines.join("\n"))
}

fn mark(line: usize, number: u32) -> String {
    format!("line {line} of text {number}")
}

/// How it came there; the error says why it did not.
fn send(drive: &Drive<'_>, text: &str) -> Result<Value, String> {
    let (done, said) = drive
        .stage
        .pane_patrol(&["send", drive.pane().id(), "--json", text]);
    if !done {
        return Err(said);
    }
    let told: Value = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
    Ok(told["sent"].clone())
}

/// Whether the model was told each line once, in their order.
fn is_whole(drive: &mut Drive<'_>, number: u32) -> Step {
    let name = format!("{}-model.jsonl", drive.manners.file());
    let log = std::fs::read_to_string(drive.stage.evidence.join(name));
    let log = log.map_err(|error| error.to_string())?;
    let script = model::prompt(number, "say");
    let mut asked = log.lines().rev();
    let asked = asked.find(|line| line.contains(&script) && line.contains("\"tools\""));
    let asked = asked.ok_or("the model was asked")?;
    let places: Vec<Vec<usize>> = (1..LINES)
        .map(|line| {
            asked
                .match_indices(&format!("{}:", mark(line, number)))
                .map(|(at, _)| at)
                .collect()
        })
        .collect();
    let is_once = places.iter().all(|places| places.len() == 1);
    let what = format!("each line once and in order: {places:?}");
    drive.claim(S::Sent, is_once && places.is_sorted(), &what);
    Ok(())
}
