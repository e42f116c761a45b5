//! What is known of one assistant stands in its folder, its adapter and its row of the installer's
//! table. Nothing else names one, so that one more is added there alone.

use std::fs;
use std::path::Path;

use pane_patrol_hooks::adapter::ADAPTERS;

use super::spawns::{shipped, sources};

/// Where assistants may be named.
const PLACES: &[&str] = &[
    "src/assistants/",
    "hooks/src/adapter/",
    "installer/src/assistant.rs",
    "installer/src/assistant/",
];

/// Sources that name one all the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn only_its_own_places_name_an_assistant() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut naming = Vec::new();
    for file in ["src", "hooks/src", "installer/src", "sys/src"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
    {
        let name = file.strip_prefix(root).expect("it is below the root");
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a source is text");
        if PLACES.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let said = if name == "src/cli.rs" {
            // What stands in its remarks is printed as help.
            text.clone()
        } else {
            shipped(&text)
        };
        let lines = said.lines().filter(|line| names_one(line));
        naming.extend(lines.map(|line| (name.clone(), line.trim().to_owned())));
    }
    let is_known = |(file, _): &(String, String)| {
        let mut known = EXCEPTIONS.iter();
        known.any(|(known, _)| known == file)
    };
    let unknown: Vec<_> = naming.iter().filter(|line| !is_known(line)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let is_needed = |file: &str| naming.iter().any(|(naming, _)| naming == file);
    let over = EXCEPTIONS.iter().filter(|(file, _)| !is_needed(file));
    assert_eq!(over.count(), 0, "the list only shrinks");
}

#[test]
fn a_name_is_found_in_whatever_form() {
    for line in [
        "home.join(\".claude\")",
        "pub codex_home: PathBuf",
        "Assistant::QWEN",
        "\"OpenCode keeps it\"",
        "struct GeminiDialog",
        "name == \"kilo\"",
        "let kilo_home = x;",
    ] {
        assert!(names_one(line), "{line}");
    }
    for line in ["kilobytes", "let scope = x;", "Copied::new(x)"] {
        assert!(!names_one(line), "{line}");
    }
}

/// Whether a line names an assistant, in whatever form. A short name is one only where no letter
/// stands beside it.
fn names_one(line: &str) -> bool {
    const SHORT: usize = 4;
    let line = line.to_ascii_lowercase();
    ADAPTERS.iter().any(|adapter| {
        let name = adapter.assistant.as_str();
        line.match_indices(name).any(|(at, _)| {
            let is_letter = |c: char| c.is_ascii_alphabetic();
            let beside =
                line[..at].ends_with(is_letter) || line[at + name.len()..].starts_with(is_letter);
            name.len() > SHORT || name == "qwen" || !beside
        })
    })
}
