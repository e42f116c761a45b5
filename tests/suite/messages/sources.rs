//! What the sources can say, so that no message is left out of the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::seen::Seen;

/// What says something to a person.
const SAYS: [&str; 2] = ["CommandError::new(", "messages::warning("];

/// What no test brings about, and why.
const UNSAID: &[(&str, &str)] = &[
    (
        "{}, line {}, names our file for tmux and stays: {}",
        "`setup/stays.rs` has it: it needs a setup whose line was changed",
    ),
    (
        "could not wait for signals",
        "the system would have to refuse",
    ),
    (
        "could not start a thread",
        "the system would have to refuse",
    ),
    (
        "could not use the terminal",
        "the terminal would have to go at that moment",
    ),
    ("the collector ended unexpectedly", "it does not"),
    (
        "could not find this program",
        "the system would have to refuse",
    ),
    (
        "could not find out by which path this program is called",
        "the system would have to refuse",
    ),
    ("could not print the answer", "every answer can be printed"),
    (
        "could not write the manual page",
        "every page can be written",
    ),
    (
        "there is no command to run",
        "the command line wants one before",
    ),
    (
        "that folder has no path",
        "the working folder would have to be taken away",
    ),
    (
        "the demo broke off",
        "somebody would have to take its server away",
    ),
    (
        "the scripted assistant broke off",
        "the demo alone starts it",
    ),
    (
        "another `pane-patrol resume` is at work for a minute",
        "it would have to be at work for a minute",
    ),
    (
        "the answer could not be read",
        "the terminal would have to go at that moment",
    ),
    (
        "you did not say yes",
        "`restored.rs` has it: it needs a terminal",
    ),
    (
        "there can be no sidebar here",
        "`zellij.rs` has it: it needs a pane of Zellij",
    ),
    ("there is no script `{name}`", "the demo alone starts it"),
    ("no assistant can be played", "the demo alone starts it"),
    (
        "the settings would not be understood",
        "what `setup` writes into settings that are understood is understood",
    ),
    (
        "tmux can have no keys for this program",
        "its path would have to hold what no shell takes as it is",
    ),
    (
        "could not send the event",
        "every event that can be typed can be sent",
    ),
];

/// Each file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every text that stands in a call of what says something.
fn sayable() -> BTreeSet<String> {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let mut texts = BTreeSet::new();
    for file in found {
        let text = fs::read_to_string(&file).expect("it is text");
        let text = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        for call in SAYS {
            for rest in text.split(call).skip(1) {
                texts.extend(first_text(rest));
            }
        }
    }
    texts
}

/// The first string literal among the arguments, where the first argument has one.
fn first_text(rest: &str) -> Option<String> {
    let start = rest.find('"')?;
    let before = rest[..start].trim();
    if !["", "&format!(", "format!("].contains(&before) {
        return None;
    }
    let (mut text, mut letters) = (String::new(), rest[start + 1..].chars());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(text),
            '\\' => match letters.next()? {
                // The text goes on in the next line.
                '\n' => {
                    let rest = letters.as_str().trim_start();
                    letters = rest.chars();
                }
                escaped => text.push(escaped),
            },
            letter => text.push(letter),
        }
    }
    None
}

/// The parts of a text between its values.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in text.split('{') {
        parts.push(part.split_once('}').map_or(part, |(_, after)| after));
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// What can be said was said, but for what is told above to be out of reach.
pub(super) fn assert_all_are_among(seen: &Seen) {
    let sayable = sayable();
    assert!(sayable.len() > 40, "only {} were found", sayable.len());
    let is_unsaid = |text: &String| UNSAID.iter().any(|(unsaid, _)| unsaid == text);
    let missing: Vec<&String> = sayable
        .iter()
        .filter(|text| !seen.holds(&parts(text)) && !is_unsaid(text))
        .collect();
    assert!(missing.is_empty(), "no trial has: {missing:#?}");
    for (unsaid, why) in UNSAID {
        assert!(
            sayable.contains(*unsaid),
            "{unsaid} ({why}): nothing says that"
        );
        assert!(
            !seen.holds(&parts(unsaid)),
            "{unsaid} was said: not because {why}"
        );
    }
}
