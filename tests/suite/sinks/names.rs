//! What is known of one assistant stands in its folder, its adapter and its row of the installer's
//! table. Nothing else names one, so that one more is added there alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::ADAPTERS;

use super::spawns::{shipped, sources};

/// Where assistants may be named.
const PLACES: &[&str] = &[
    "src/assistants/",
    "hooks/src/adapter/",
    "installer/src/assistant.rs",
    "installer/src/assistant/",
    // The demo plays some of them.
    "src/demo/",
];

/// Sources that name one all the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// What a tool of theirs does is known by its name: that stands with the adapter.
#[test]
fn only_its_own_places_name_a_tool_of_an_assistant() {
    let lists = ADAPTERS.iter().flat_map(|adapter| {
        let tools = adapter.tools;
        let lists = [
            tools.reading,
            tools.writing,
            tools.writing_several,
            tools.asking,
            tools.planning,
            tools.delegating,
        ];
        lists.into_iter().flatten().copied().chain(tools.shell)
    });
    let ruled = ADAPTERS.iter().filter_map(|adapter| adapter.answering);
    let ruled = ruled.flat_map(|answering| {
        let personal = answering.tools.for_the_person.iter().copied();
        personal.chain(answering.tools.paths.iter().map(|(tool, _)| *tool))
    });
    let lists = lists.chain(ruled);
    // One small word may mean anything.
    let is_a_name = |name: &&str| name.contains(|c: char| c == '_' || c.is_ascii_uppercase());
    let words: BTreeSet<String> = lists
        .filter(is_a_name)
        .map(|name| format!("\"{name}\""))
        .collect();
    assert!(words.len() > 20, "{words:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut naming = Vec::new();
    for file in ["src", "hooks/src", "installer/src", "sys/src"]
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
    {
        let name = file.strip_prefix(root).expect("it is below the root");
        let name = name.to_string_lossy().into_owned();
        if PLACES.iter().any(|place| name.starts_with(place)) && !is_shared(&name) {
            continue;
        }
        let said = shipped(&fs::read_to_string(&file).expect("a source is text"));
        if words.iter().any(|word| said.contains(word)) {
            naming.push(name);
        }
    }
    assert!(naming.is_empty(), "{naming:?}");
}

/// Whether it stands beside the assistants' own files and folders, for all of them.
fn is_shared(name: &str) -> bool {
    const HOMES: &[&str] = &["src/assistants/", "hooks/src/adapter/"];
    let own = |rest: &str| {
        let first = rest.split(['/', '.']).next();
        let known = ADAPTERS.iter().map(|adapter| adapter.assistant.as_str());
        known.chain(["fixture"]).any(|known| Some(known) == first)
    };
    let rest = HOMES.iter().find_map(|home| name.strip_prefix(home));
    rest.is_some_and(|rest| !own(rest))
}

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

/// The lists of all assistants, and how many of their lines name the one that is for the tests.
const LISTS: &[(&str, usize)] = &[
    ("hooks/src/adapter/mod.rs", 2),
    ("installer/src/assistant.rs", 3),
    ("src/assistants/mod.rs", 1),
    ("tests/live/assistant/mod.rs", 3),
];

/// Where it may be named: its folder, this test, and what leaves modules out that are called so.
const OWN: &[&str] = &[
    "src/assistants/fixture/",
    "tests/suite/sinks/names.rs",
    "tests/suite/floors/house.rs",
];

/// All of one more assistant stands in its folder, what drives it included.
#[test]
fn nothing_but_the_lists_names_the_tests_own_assistant() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["Makefile", ".ci/run", "Cargo.toml", "hooks/Cargo.toml"];
    let mut files: Vec<PathBuf> = files.iter().map(|file| root.join(file)).collect();
    for folder in [
        "src",
        "hooks/src",
        "installer",
        "sys/src",
        "bench",
        "scripts",
        "tests",
    ] {
        all_below(&root.join(folder), &mut files);
    }
    let mut naming = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(root).expect("it is below the root");
        let name = name.to_string_lossy().into_owned();
        let is_own = OWN.iter().any(|own| name.starts_with(own));
        let text = fs::read(&file).expect("it can be read");
        let text = String::from_utf8_lossy(&text);
        let count = text
            .lines()
            .filter(|line| names_the_tests_own(line))
            .count();
        if count > 0 && !is_own {
            naming.insert(name, count);
        }
    }
    let lists = LISTS
        .iter()
        .map(|(list, count)| ((*list).to_owned(), *count));
    assert_eq!(naming, lists.collect());
}

/// Whether a line names it, or takes something from its folder. Modules of rows for tests have its name, too.
fn names_the_tests_own(line: &str) -> bool {
    let words = [
        "assistants/fixture",
        "\"fixture\"",
        "\".fixture",
        "/.fixture",
        "hook fixture",
    ];
    let taken = line.split("fixture::").skip(1);
    let mut taken = taken.filter(|rest| rest.starts_with(char::is_uppercase));
    let is_taken = taken.any(|rest| !rest.starts_with("With"));
    let is_driver = line.contains("fixture::started");
    let is_variable = line.contains("FIXTURE_");
    words.iter().any(|word| line.contains(word)) || is_taken || is_driver || is_variable
}

fn all_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            all_below(&path, found);
        } else {
            found.push(path);
        }
    }
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
