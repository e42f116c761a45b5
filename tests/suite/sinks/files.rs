//! Where files are opened with flags, made and replaced, and the line of a process is read: in `sys`,
//! and in the places on a list, each with the reason.

use super::spawns::found;

/// What a line holds that opens, makes or replaces a file in a way of its own.
const WORDS: &[&str] = &[
    "OFlags",
    "custom_flags(",
    "openat(",
    "OpenOptions",
    "File::options(",
    "File::create",
    "fs::write(",
    "DirBuilder",
    "create_dir",
    "mkdir",
    "fs::rename(",
    "renameat",
    ".persist(",
    "{pid}/stat\"",
];

/// Where that may be, how often, and why.
const ALLOWED: &[(&str, &str, usize, &str)] = &[
    (
        "src/sys/terminal.rs",
        "OFlags",
        4,
        "terminals alone are opened there, which `sys::open` refuses",
    ),
    ("src/sys/terminal.rs", "OpenOptions", 3, "the same"),
    ("src/sys/terminal.rs", "custom_flags(", 1, "the same"),
    (
        "hooks/src/event_log/rotate.rs",
        "fs::rename(",
        1,
        "older files get the next number; nothing is replaced",
    ),
    (
        "src/demo/mod.rs",
        "create_dir",
        3,
        "the demo's own temporary folder, which is private",
    ),
    ("src/demo/mod.rs", "fs::write(", 1, "the same"),
    ("src/demo/player.rs", "fs::write(", 1, "the same"),
];

#[test]
fn files_are_opened_and_made_only_where_it_is_known_how() {
    let found = found(WORDS, &["src", "hooks/src", "installer/src"]);
    let allowed = ALLOWED
        .iter()
        .map(|(file, word, count, _)| (((*file).to_owned(), *word), *count));
    assert_eq!(found, allowed.collect(), "found, and what may be");
}
