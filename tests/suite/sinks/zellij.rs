//! Where Zellij is known: what it is told and what it prints stand below one folder, and how a hook knows its
//! panes in another.

use super::spawns::found;

/// What a line holds that tells Zellij something, or reads what it says.
const WORDS: &[&str] = &[
    "\"close-pane",
    "\"dump-screen",
    "\"focus-pane-id",
    "\"go-to-tab",
    "\"list-tabs",
    "\"new-pane",
    "\"new-tab",
    "\"paste\"",
    "\"rename-tab",
    "\"stack-panes",
    "\"switch-session",
    "\"write-chars",
    "ZELLIJ_SOCKET_DIR",
];

/// Its own.
const FOLDERS: &[&str] = &["src/mux/zellij/", "hooks/src/mux/zellij/"];

/// Where else it is named at all, and why.
const NAMED: &[(&str, &str)] = &[
    (
        "hooks/src/mux/mod.rs",
        "the hook's list of all, and the command that assistants keep",
    ),
    (
        "hooks/src/mux/notation.rs",
        "whose way to write an id it is",
    ),
    ("src/cli.rs", "the demo in it, and its keys in `setup`"),
    ("src/commands/context.rs", "the settings' word"),
    ("src/commands/demo.rs", "the demo in it"),
    (
        "src/commands/setup/back.rs",
        "takes back what `setup` has put into its settings",
    ),
    ("src/commands/setup/mod.rs", "a step of `setup` is about it"),
    (
        "src/commands/setup/spots.rs",
        "where the person's settings of it are",
    ),
    ("src/commands/setup/zellij.rs", "that step"),
    ("src/config/known/list.rs", "what is said of settings"),
    ("src/config/mod.rs", "the settings' word"),
    (
        "src/demo/leftovers.rs",
        "ends what a killed demo in it has left",
    ),
    ("src/demo/mod.rs", "the demo in it"),
    ("src/mux/mod.rs", "the list of all"),
    (
        "src/sys/child.rs",
        "a variable that a hook of ours is given, as an assistant gives it",
    ),
];

#[test]
fn zellij_is_told_and_read_in_its_folders() {
    let mut found = found(WORDS, &["src", "hooks/src", "installer/src", "sys/src"]);
    let is_its = |file: &str| FOLDERS.iter().any(|folder| file.starts_with(folder));
    assert!(found.keys().any(|(file, _)| is_its(file)));
    found.retain(|(file, _), _| !is_its(file));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_tab_is_never_made_and_no_layout_changed() {
    let words = ["\"new-tab", "\"stack-panes", "\"rename-tab", "\"--create"];
    let found = found(&words, &["src/mux/zellij"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_names_zellij_without_a_reason() {
    let forms = ["zellij", "Zellij", "ZELLIJ"];
    let named = found(&forms, &["src", "hooks/src", "installer/src", "sys/src"]);
    let named = named.into_keys().map(|(file, _)| file);
    let mut named: Vec<String> = named
        .filter(|file| !FOLDERS.iter().any(|folder| file.starts_with(folder)))
        .collect();
    named.dedup();
    let allowed: Vec<&str> = NAMED.iter().map(|(file, _)| *file).collect();
    assert_eq!(named, allowed, "found, and what may be");
}
