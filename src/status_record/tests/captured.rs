//! Every record that was captured from a real program.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/status-records");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Bytes as Python writes them.
fn bytes(escaped: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = escaped;
    while let Some(next) = rest.chars().next() {
        let (byte, length) = match rest.get(..2) {
            Some(r"\x") => (u8::from_str_radix(&rest[2..4], 16).unwrap(), 4),
            Some(r"\n") => (b'\n', 2),
            Some(r"\r") => (b'\r', 2),
            Some(r"\t") => (b'\t', 2),
            Some(two) if two.starts_with('\\') => (two.as_bytes()[1], 2),
            _ => (u8::try_from(next).unwrap(), 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    bytes
}

/// The words of a file's name: program, state, and what of it.
fn named(stem: &str) -> (Option<&str>, Word, Option<Kind>, bool) {
    let mut words = stem.split('-');
    let app = match words.next().unwrap() {
        "claude" => "claude-code",
        other => other,
    };
    let state = match words.next().unwrap() {
        "idle" => Word::Idle,
        "working" => Word::Working,
        "blocked" => Word::Blocked,
        "done" => Word::Done,
        "error" => Word::Error,
        "clear" => Word::Clear,
        other => panic!("{other} is a state"),
    };
    let rest = words.next();
    let kind = match rest {
        Some("permission") => Some(Kind::Permission),
        Some("question") => Some(Kind::Question),
        _ => None,
    };
    (
        (state != Word::Clear).then_some(app),
        state,
        kind,
        rest == Some("sub"),
    )
}

#[test]
fn each_captured_record_is_read_in_the_midst_of_its_screen() {
    let mut seen = 0;
    for path in files()
        .iter()
        .filter(|path| !stem(path).contains("sequence"))
    {
        let stem = stem(path);
        let (app, state, kind, is_part) = named(&stem);
        for line in fs::read_to_string(path).unwrap().lines() {
            let escaped = line.split_once("  ").unwrap().1.trim_start();
            let escaped =
                escaped.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
            let records = records(&bytes(&escaped[2..]));
            let is_it = |record: &Record| {
                record.state == state
                    && record.app.as_deref() == app
                    && record.kind == kind
                    && record.id.is_some() == is_part
            };
            assert!(
                records.iter().flatten().any(is_it),
                "{stem}: {line}: {records:?}"
            );
            assert!(records.iter().all(Option::is_some), "{stem}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 400, "{seen}");
}

#[test]
fn each_captured_sequence_is_read_whole_with_its_texts() {
    let mut seen = 0;
    for path in files()
        .iter()
        .filter(|path| stem(path).contains("sequence"))
    {
        for line in fs::read_to_string(path).unwrap().lines() {
            let (escaped, text) = line.split_once("   # ").unwrap_or((line, ""));
            let start = escaped.find(r"\x1b]").unwrap();
            let records = records(&bytes(&escaped[start..]));
            let [Some(record)] = &records[..] else {
                panic!("{}: {line}: {records:?}", stem(path));
            };
            let read = match (&record.message, &record.title) {
                (Some(message), _) => format!("msg: {message}"),
                (None, Some(title)) => format!("title: {title}"),
                (None, None) => String::new(),
            };
            assert_eq!(read, text, "{line}");
            seen += 1;
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn the_question_at_a_start_is_found_and_goes_back_as_it_came() {
    let path = files()
        .into_iter()
        .find(|path| stem(path) == "claude-idle")
        .unwrap();
    let text = fs::read_to_string(path).unwrap();
    let asked = pieces([&bytes(&text)[..]]);
    let questions = asked
        .iter()
        .filter(|piece| matches!(piece, Owned::Query(raw) if raw == b"\x1b]7501;?\x07"));
    assert!(questions.count() > 0);
}
