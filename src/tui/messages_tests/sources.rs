//! What the sources can say, so that no message is left out of the page.

use std::fs;
use std::path::{Path, PathBuf};

use super::Said;

/// Every literal of these that holds a blank is said to a person.
const FOLDERS: &[&str] = &["src/tui/update", "src/tui/undone.rs"];

fn files(path: PathBuf, found: &mut Vec<PathBuf>) {
    match fs::read_dir(&path) {
        Ok(entries) => entries
            .flatten()
            .for_each(|entry| files(entry.path(), found)),
        Err(_) => found.push(path),
    }
}

/// The string literals of a source, with what a backslash at a line's end joins.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let code = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let mut rest = code.as_str();
    while let Some(start) = rest.find('"') {
        let (mut literal, mut letters) = (String::new(), rest[start + 1..].chars());
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => match letters.next() {
                    Some('\n') => letters = letters.as_str().trim_start().chars(),
                    Some(escaped) => literal.push(escaped),
                    None => break,
                },
                letter => literal.push(letter),
            }
        }
        rest = letters.as_str();
        found.push(literal);
    }
    found
}

pub(super) fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The parts of a text between its values.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in text.split('{') {
        parts.push(part.split_once('}').map_or(part, |(_, after)| after));
    }
    parts.retain(|part| part.trim().len() > 2);
    parts
}

pub(super) fn assert_all_are_among(said: &Said) {
    let mut found = Vec::new();
    for folder in FOLDERS {
        files(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut found,
        );
    }
    let mut texts = Vec::new();
    for file in found {
        let text = fs::read_to_string(&file).expect("it is text");
        texts.extend(literals(&text));
    }
    // What begins with a semicolon is taken out of a message.
    texts.retain(|text| text.trim().contains(' ') && !text.starts_with(';'));
    assert!(texts.len() > 30, "only {} were found", texts.len());
    let holds = |text: &String| {
        let has_all = |cell: &String| {
            let mut rest = cell.as_str();
            parts(text)
                .iter()
                .all(|part| match rest.split_once(part.trim()) {
                    Some((_, after)) => {
                        rest = after;
                        true
                    }
                    None => false,
                })
        };
        said.0.iter().flatten().any(has_all)
    };
    let missing: Vec<&String> = texts.iter().filter(|text| !holds(text)).collect();
    assert!(missing.is_empty(), "no trial has: {missing:#?}");
}
