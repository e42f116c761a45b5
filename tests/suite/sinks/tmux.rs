//! Where tmux is known: what it is told and what it prints stand below one folder, and in the hook's own
//! two questions.

use super::spawns::found;

/// What a line holds that tells tmux something, or reads what it says.
const WORDS: &[&str] = &[
    "#{",
    "#[fg",
    "Call::new(",
    "Format::own(",
    "LinePattern::",
    ".list_panes(",
    "\"attach-session",
    "\"bind-key",
    "\"break-pane",
    "\"capture-pane",
    "\"display-message",
    "\"display-popup",
    "\"has-session",
    "\"if-shell",
    "\"join-pane",
    "\"kill-pane",
    "\"kill-server",
    "\"list-clients",
    "\"list-panes",
    "\"list-sessions",
    "\"list-windows",
    "\"new-session",
    "\"new-window",
    "\"pipe-pane",
    "\"respawn-pane",
    "\"run-shell",
    "\"select-pane",
    "\"select-window",
    "\"send-keys",
    "\"set-hook",
    "\"set-option",
    "\"show-options",
    "\"split-window",
    "\"swap-pane",
    "\"switch-client",
    "\"wait-for",
];

/// Its own.
const FOLDERS: &[&str] = &["src/mux/tmux/", "hooks/src/mux/tmux/"];

/// Where else, how often, and why.
const ALLOWED: &[(&str, &str, usize, &str)] = &[
    (
        "src/config/known/list.rs",
        "#{",
        1,
        "what a person writes into her own borders",
    ),
    (
        "hooks/src/mux/tmux/mod.rs",
        "#{",
        4,
        "the hook's own two questions, where this pane is and which one holds a session: it has no time \
         for more",
    ),
    (
        "hooks/src/mux/tmux/mod.rs",
        "\"display-message",
        1,
        "the same",
    ),
    ("hooks/src/mux/tmux/mod.rs", "\"list-panes", 1, "the same"),
    (
        "src/mux/terminal/wezterm.rs",
        "\"list-clients",
        1,
        "a word that another program has, too",
    ),
];

/// Where else it is named at all, and why.
const NAMED: &[(&str, &str)] = &[
    ("hooks/src/mux/mod.rs", "the hook's list of all"),
    (
        "hooks/src/mux/notation.rs",
        "whose way to write an id it is",
    ),
    (
        "installer/src/command.rs",
        "the bytes of a command of before",
    ),
    (
        "src/assistants/witness.rs",
        "what a setting says of where it holds",
    ),
    ("src/cli.rs", "the person's word for a status line"),
    ("src/commands/context.rs", "the settings' word"),
    ("src/commands/demo.rs", "the demo needs it"),
    (
        "src/commands/setup/back.rs",
        "what of ours stands in its files",
    ),
    ("src/commands/setup/confs.rs", "what it makes of its files"),
    ("src/commands/setup/keys.rs", "which keys are free there"),
    ("src/commands/setup/mod.rs", "its step"),
    ("src/commands/setup/notices.rs", "where its step failed"),
    ("src/commands/setup/spots.rs", "where its files are"),
    ("src/commands/setup/tmux.rs", "where ours goes there"),
    (
        "src/commands/setup/zellij.rs",
        "what is the same in the step of tmux",
    ),
    (
        "src/commands/sidebar/mod.rs",
        "what is said to whoever is in none",
    ),
    ("src/commands/status.rs", "the colours of its status line"),
    ("src/config/known/list.rs", "what is said of settings"),
    ("src/config/mod.rs", "the settings' word"),
    ("src/demo/leftovers.rs", "a server that is left over"),
    ("src/demo/mod.rs", "a server of its own"),
    (
        "src/messages/usage.rs",
        "what somebody may type who means `keys`",
    ),
    ("src/mux/mod.rs", "the list of all"),
    ("src/notify/setting.rs", "the settings' word"),
    (
        "src/rules/shell/conservative/mod.rs",
        "a program that runs what it is told",
    ),
    (
        "src/sys/child.rs",
        "variables that a hook of ours is given, as an assistant gives them",
    ),
];

#[test]
fn tmux_is_told_and_read_in_one_folder() {
    let mut found = found(WORDS, &["src", "hooks/src", "installer/src", "sys/src"]);
    assert!(
        found
            .keys()
            .any(|(file, _)| file.starts_with("src/mux/tmux/"))
    );
    // The other one has some words in common with it, and a folder of its own.
    found.retain(|(file, _), _| {
        !file.starts_with("src/mux/tmux/") && !file.starts_with("src/mux/zellij/")
    });
    let allowed = ALLOWED
        .iter()
        .map(|(file, word, count, _)| (((*file).to_owned(), *word), *count));
    assert_eq!(found, allowed.collect(), "found, and what may be");
}

#[test]
fn nothing_names_tmux_without_a_reason() {
    let forms = ["tmux", "Tmux", "TMUX"];
    let named = found(&forms, &["src", "hooks/src", "installer/src", "sys/src"]);
    let named = named.into_keys().map(|(file, _)| file);
    let mut named: Vec<String> = named
        .filter(|file| !FOLDERS.iter().any(|folder| file.starts_with(folder)))
        .collect();
    named.dedup();
    let allowed: Vec<&str> = NAMED.iter().map(|(file, _)| *file).collect();
    assert_eq!(named, allowed, "found, and what may be");
}

#[test]
fn multiplexers_import_nothing_that_stands_on_them() {
    let above = [
        "act",
        "asked",
        "assistants",
        "cli",
        "collector",
        "commands",
        "config",
        "demo",
        "doctor",
        "error",
        "feed",
        "hub",
        "launch",
        "log",
        "messages",
        "notice",
        "rules",
        "tui",
        "witness",
        "work",
        "wrap",
    ];
    let above: Vec<&'static str> = above
        .iter()
        .map(|name| &*format!("crate::{name}").leak())
        .collect();
    let found = found(&above, &["src/mux"]);
    assert!(found.is_empty(), "{found:?}");
}
