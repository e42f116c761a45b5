//! Where files are opened and read, made and replaced, and folders are listed: in `sys`, and in the
//! places on a list, each with the reason. A name that is not ours may be a pipe without an end by the
//! time it is opened, whatever was seen there before.

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
    "File::open(",
    "fs::read(",
    "fs::read_to_string(",
    "{pid}/stat\"",
    "{pid}/cmdline\"",
    "{pid}/environ\"",
];

/// Where that may be, how often, and why.
const ALLOWED: &[(&str, &str, usize, &str)] = &[
    (
        "src/sys/terminal.rs",
        "OFlags",
        11,
        "terminals alone are opened there, which `sys::open` refuses; also our own, and the other side of one that we make",
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
        1,
        "the demo's own temporary folder, which is private",
    ),
    ("src/demo/mod.rs", "fs::write(", 2, "the same"),
    ("src/demo/leftovers.rs", "fs::rename(", 1, "the same"),
    (
        "src/mux/zellij/private.rs",
        "fs::write(",
        2,
        "the demo's own temporary folder, which is private",
    ),
    (
        "src/mux/tmux/conf/scratch.rs",
        "fs::rename(",
        1,
        "a temporary folder, which is private",
    ),
    ("src/demo/project.rs", "fs::write(", 3, "the same"),
    ("src/demo/puppets/desk.rs", "fs::write(", 1, "the same"),
    (
        "src/commands/dashboard/actions/kept.rs",
        "fs::rename(",
        1,
        "what makes no sense is set aside in its own folder; one that was aside already goes",
    ),
    (
        "src/diagnostics/file.rs",
        "fs::rename(",
        1,
        "the maintainer's log becomes the old one",
    ),
    (
        "src/sys/random.rs",
        "File::open(",
        1,
        "the system's random numbers",
    ),
    (
        "src/tasks/taskmaster/lock.rs",
        "File::open(",
        1,
        "a lock is a folder of ours, which is opened to be held",
    ),
    (
        "src/tui/input.rs",
        "File::open(",
        1,
        "our own terminal, which is waited for",
    ),
];

/// Who lists the names in a folder. That waits for nobody: in a pipe's place the system refuses it. What
/// the names lead to is opened as everything is.
const LISTING: &[&str] = &[
    "hooks/src/pane_cache/sweep.rs",
    "hooks/src/process.rs",
    "installer/src/apply/housekeeping.rs",
    "installer/src/store.rs",
    "src/actor/started.rs",
    "src/assistants/claude/follower/mod.rs",
    "src/assistants/claude/session_file/mod.rs",
    "src/assistants/claude/switches/layers.rs",
    "src/assistants/claude/tasks.rs",
    "src/assistants/claude/transcript.rs",
    "src/assistants/claude/turns.rs",
    "src/assistants/claude/viewer.rs",
    "src/assistants/codex/rollout.rs",
    "src/assistants/codex/tasks.rs",
    "src/assistants/facets/facts.rs",
    "src/assistants/kimi/log.rs",
    "src/commands/sidebar/keeper.rs",
    "src/demo/leftovers.rs",
    "src/git/summary.rs",
    "src/hub/websocket/post.rs",
    "src/log/files.rs",
    "src/mux/tmux/conf/glob.rs",
    "src/mux/tmux/conf/scratch.rs",
    "src/mux/zellij/alone.rs",
    "src/mux/zellij/census.rs",
    "src/mux/zellij/private.rs",
    "src/mux/zellij/socket.rs",
    "src/sys/process.rs",
    "src/sys/unix_socket.rs",
];

#[test]
fn files_are_opened_and_made_only_where_it_is_known_how() {
    let found = found(WORDS, &["src", "hooks/src", "installer/src"]);
    let allowed = ALLOWED
        .iter()
        .map(|(file, word, count, _)| (((*file).to_owned(), *word), *count));
    assert_eq!(found, allowed.collect(), "found, and what may be");
}

#[test]
fn folders_are_listed_only_where_it_is_known() {
    let found = found(&["read_dir("], &["src", "hooks/src", "installer/src"]);
    let files: Vec<String> = found.into_keys().map(|(file, _)| file).collect();
    assert_eq!(files, LISTING, "found, and what may be");
}
