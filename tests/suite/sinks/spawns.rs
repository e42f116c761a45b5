//! Where programs are started: every place is on a list, with the reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a line holds that makes a command, or starts a program.
const WORDS: &[&str] = &[
    "Command::new(",
    "Command as ",
    "pre_exec(",
    ".spawn()",
    ".output()",
    ".status()",
    ".exec()",
    "fork(",
    "execv",
    "execl",
    "posix_spawn",
    "system(",
    "popen(",
    "\"pipe-pane",
];

/// Where that may be, how often, and why.
const ALLOWED: &[(&str, &str, usize, &str)] = &[
    (
        "sys/src/child/mod.rs",
        "Command::new(",
        2,
        "the only constructors: ours cleared, the person's whole",
    ),
    (
        "sys/src/child/bounded.rs",
        ".spawn()",
        2,
        "what has to end by a deadline: tmux of the hook, `--version`, `ps`; and what is fed: notices,\
         hooks of doctor and demo",
    ),
    (
        "sys/src/child/tied.rs",
        ".exec()",
        1,
        "becomes the tmux that waits, or what lists for a launcher, once it is tied to who started it",
    ),
    ("src/mux/tmux/call.rs", ".spawn()", 1, "a call of tmux"),
    (
        "sys/src/child/group.rs",
        ".spawn()",
        1,
        "what ends with us, with all that it starts: a call of git, and the program of the settings that lists what a \
         launcher starts, and what tells a terminal's program which window to show",
    ),
    (
        "src/wrap/plain.rs",
        ".spawn()",
        1,
        "`wrap`: the program that the person named",
    ),
    (
        "src/wrap/leader.rs",
        ".spawn()",
        1,
        "the same, in a terminal of its own",
    ),
    (
        "src/wrap/inner.rs",
        ".spawn()",
        1,
        "this program once more, which leads the session there",
    ),
    (
        "src/tui/mod.rs",
        ".spawn()",
        1,
        "the person's own tmux client, started from the dashboard",
    ),
    (
        "src/commands/jump.rs",
        ".spawn()",
        1,
        "the person's own tmux client, started by `jump`",
    ),
    (
        "src/mux/tmux/private.rs",
        ".output()",
        2,
        "the demo's own tmux server, and the client on it",
    ),
    (
        "src/mux/zellij/private.rs",
        ".output()",
        1,
        "the client of the demo's own session of Zellij",
    ),
    (
        "src/demo/puppets/desk.rs",
        ".spawn()",
        1,
        "a hook of the demo that may answer",
    ),
    (
        "src/demo/project.rs",
        ".status()",
        1,
        "the demo's own repositories",
    ),
    (
        "src/git/patch.rs",
        ".status()",
        1,
        "asks for git's list of changes, by its call",
    ),
    ("src/git/summary.rs", ".status()", 1, "the same"),
    (
        "src/mux/tmux/pipe.rs",
        "\"pipe-pane",
        2,
        "tmux starts ourselves to read a pane's pipe, by `sh`, and closes that pipe",
    ),
];

#[test]
fn programs_are_started_only_where_it_is_known_why() {
    let found = found(WORDS, &["src", "hooks/src", "installer/src", "sys/src"]);
    let allowed = ALLOWED
        .iter()
        .map(|(file, word, count, _)| (((*file).to_owned(), *word), *count));
    assert_eq!(found, allowed.collect(), "found, and what may be");
}

#[test]
fn a_place_is_found_and_tests_are_left_out() {
    let text = "fn a() { Command::new(\"x\").spawn() }\n// fork(\n#[cfg(test)]\nmod tests {\n.output()\n}\n";
    let found: Vec<_> = counted(WORDS, shipped(text)).collect();
    assert_eq!(found, [("Command::new(", 1), (".spawn()", 1)]);
    let feature = format!("#[cfg(any(test, feature = {FEATURE}))]");
    for attributes in ["#[cfg(test)]", &feature, "#[cfg(test)]\n#[path = \"x.rs\"]"] {
        let after = format!("{attributes}\nmod tests;\n\nfn a() {{ fork() }}\n");
        let found: Vec<_> = counted(WORDS, shipped(&after)).collect();
        assert_eq!(found, [("fork(", 1)]);
    }
}

/// How often each source below these folders holds each of the words.
pub(super) fn found(
    words: &[&'static str],
    folders: &[&str],
) -> BTreeMap<(String, &'static str), usize> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for file in folders
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
    {
        let text = fs::read_to_string(&file).expect("a source is text");
        let name = file.strip_prefix(root).expect("it is below the root");
        for (word, count) in counted(words, shipped(&text)) {
            let key = (name.to_string_lossy().into_owned(), word);
            *found.entry(key).or_default() += count;
        }
    }
    found
}

fn counted(words: &[&'static str], text: String) -> impl Iterator<Item = (&'static str, usize)> {
    words.iter().filter_map(move |word| {
        let count = text.matches(word).count();
        (count > 0).then_some((*word, count))
    })
}

/// The lines that are no remark and not for tests alone.
pub(super) fn shipped(text: &str) -> String {
    let mut shipped = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let attribute = line.trim_start();
        if is_for_tests(attribute) {
            // What is for tests is one item: a line, or up to the bracket below its beginning.
            let end = line.replace(attribute, "}");
            let mut lines = lines
                .by_ref()
                .skip_while(|line| line.trim_start().starts_with("#["));
            if lines.next().is_some_and(|item| item.ends_with('{')) {
                lines.find(|line| **line == end);
            }
        } else if !line.trim_start().starts_with("//") {
            shipped.push_str(line);
            shipped.push('\n');
        }
    }
    shipped
}

/// Whether the attribute of an item keeps it out of what is shipped.
fn is_for_tests(attribute: &str) -> bool {
    attribute == "#[cfg(test)]"
        || attribute.starts_with("#[cfg(all(test,")
        || attribute.starts_with("#[cfg(") && attribute.contains(FEATURE)
}

/// The feature that is for tests only.
const FEATURE: &str = "\"assistant-for-tests\"";

/// The sources below a folder, without those that are declared for tests.
pub(super) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    collect(folder, &mut all);
    let of_tests: Vec<PathBuf> = all.iter().flat_map(|file| of_tests(file)).collect();
    let is_shipped = |file: &PathBuf| {
        !of_tests
            .iter()
            .any(|module| file.starts_with(module) || *file == module.with_extension("rs"))
    };
    all.retain(is_shipped);
    assert!(!all.is_empty(), "{} holds sources", folder.display());
    all
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The modules of a source that are there for tests, without their ending.
fn of_tests(file: &Path) -> Vec<PathBuf> {
    let is_root = ["mod.rs", "lib.rs", "main.rs"]
        .iter()
        .any(|root| file.ends_with(root));
    let below = if is_root {
        file.parent().expect("it lies in a folder").to_owned()
    } else {
        file.with_extension("")
    };
    let text = fs::read_to_string(file).expect("a source is text");
    let lines = text.lines().map(str::trim_start);
    let pairs = lines.clone().zip(lines.skip(1));
    let declared = pairs.filter_map(|(attribute, line)| {
        let line = line.strip_suffix(';').filter(|_| is_for_tests(attribute))?;
        line.split_once("mod ").map(|(_, name)| name.to_owned())
    });
    declared.map(|name| below.join(name)).collect()
}
