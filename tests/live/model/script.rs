//! What the model answers: the last line of the conversation that holds a script says it.
//!
//! `SCRIPT 7 shell touch a`: number 7, which is repeated in every answer so that a screen can be
//! searched for it, wants the shell tool, and ends with "answer 7" once the tool has ended.

use std::time::Duration;

use super::{Answer, Question, Said, tool};

const MARK: &str = "SCRIPT ";

/// The pause between two words of a slow answer.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// The text that a person types to have `what` happen; see the module's words.
pub(in super::super) fn prompt(number: u32, what: &str) -> String {
    format!("{MARK}{number} {what}")
}

/// What to answer.
pub(super) fn answer(question: &Question) -> Answer {
    let mut scripted = question.said.iter().enumerate().rev();
    let found = scripted.find_map(|(at, said)| Some((at, script_of(said)?)));
    let Some((at, script)) = found else {
        return text("nothing was asked");
    };
    let (number, what) = script.split_once(' ').unwrap_or((script, "say"));
    // The name of the session, a summary, a guess about what comes next.
    if question.tools.is_empty() {
        return text("a scripted session");
    }
    let later = &question.said[at + 1..];
    if later.iter().any(|said| matches!(said, Said::ToolResult)) {
        return text(&format!("answer {number}"));
    }
    let before = &question.said[..at];
    first_answer(number, what, before, question)
}

fn first_answer(number: &str, what: &str, before: &[Said], question: &Question) -> Answer {
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    match verb {
        "slow" => slow(number, rest.parse().unwrap_or(4)),
        "fail" => Answer::Fail(
            rest.parse().unwrap_or(400),
            format!("refused by script {number}"),
        ),
        // As Codex marks one.
        "plan" => text(&format!(
            "<proposed_plan>\n1. answer {number}\n</proposed_plan>\n"
        )),
        "recall" => text(&recall(number, rest, before)),
        "say" => text(&format!("answer {number}")),
        _ => tool::calls(verb, rest, number, &question.tools).map_or_else(
            || text(&format!("there is no tool to {verb}")),
            Answer::Calls,
        ),
    }
}

/// Whether the script of that number is part of the conversation that is sent.
fn recall(number: &str, earlier: &str, before: &[Said]) -> String {
    let is_it = |script: &str| script.split(' ').next() == Some(earlier);
    let mut scripts = before.iter().filter_map(script_of);
    if scripts.any(is_it) {
        format!("recalled {earlier} in {number}")
    } else {
        format!("forgot {earlier} in {number}")
    }
}

fn text(text: &str) -> Answer {
    Answer::Text {
        words: vec![text.to_owned()],
        is_slow: false,
    }
}

fn slow(number: &str, seconds: u32) -> Answer {
    // A line each: some show nothing but whole lines.
    let count = seconds * 4;
    let words = (0..count).map(|word| format!("word-{number}-{word}\n"));
    Answer::Text {
        words: words.chain([format!("answer {number}")]).collect(),
        is_slow: true,
    }
}

/// The last script of a text that was said in the person's name. A script may hold another one, for
/// a sub-agent: it begins with the first mark of its line.
fn script_of(said: &Said) -> Option<&str> {
    let Said::User(text) = said else { return None };
    let line = text.lines().rev().find(|line| line.contains(MARK))?;
    let script = line.split_once(MARK)?.1;
    let is_numbered = script.starts_with(|first: char| first.is_ascii_digit());
    // Some put the prompt in quotes or tags.
    let end = script.find(['<', '"']).unwrap_or(script.len());
    is_numbered.then(|| script[..end].trim())
}
