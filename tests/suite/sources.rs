//! What the sources of the tests may not hold.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source in which a test may stand; `tests/live` has a process of its own for each run.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["src", "tests", "hooks", "installer", "sys", "bare"]
        .map(|folder| root.join(folder))
        .into();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of ours") {
            let path = entry.expect("a folder of ours").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|name| name == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                let name = path.strip_prefix(root).expect("it is below");
                sources.push((name.to_owned(), text));
            }
        }
    }
    sources
}

/// Copies of what nobody runs.
const COPIES: &[(&str, &str)] = &[
    ("hooks/src/pane_cache/mod.rs", "a memory of the hook"),
    ("installer/tests/installer/cases.rs", "settings"),
    ("installer/tests/installer/crash.rs", "settings"),
    ("src/assistants/request/tests.rs", "a recording"),
    ("tests/live/main.rs", "an event log"),
    ("tests/suite/packaging.rs", "licences and the plugin"),
    ("tests/suite/plugin.rs", "a recording"),
    ("tests/suite/removed.rs", "the plugin, which is read"),
];

/// Rights to be run for what nobody runs.
const RIGHTS: &[(&str, &str)] = &[
    ("installer/tests/installer/rights.rs", "a folder"),
    (
        "src/git/tests/summaries.rs",
        "a file whose change of rights git shows",
    ),
    (
        "src/demo/mod.rs",
        "a scripted assistant, which the demo's own tmux runs later",
    ),
    (
        "tests/suite/devices/neighbour.rs",
        "folders, which another user may enter",
    ),
    ("tests/suite/messages/typed.rs", "what is no program"),
    ("tests/suite/mirror/obstacles.rs", "folders"),
];

/// Scripts that are written with the helper by another file.
const SCRIPTS: &[(&str, &str)] = &[
    (
        "src/demo/mod.rs",
        "a scripted assistant, which the demo's own tmux runs later",
    ),
    (
        "src/git/tests/bounds.rs",
        "by `World::script` in src/git/tests/mod.rs",
    ),
    (
        "tests/suite/packaging.rs",
        "packed, and run when it was unpacked",
    ),
];

/// A program that the test process has open for writing cannot be run, and may be held open by the
/// child that another thread is starting: see `tests/common/program.rs`.
#[test]
fn programs_are_made_by_the_one_helper() {
    let is_listed =
        |list: &[(&str, &str)], path: &Path| list.iter().any(|(at, _)| path == Path::new(at));
    let this = Path::new("tests/suite/sources.rs");
    let helper = Path::new("tests/common/program.rs");
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if path == this || path == helper {
            continue;
        }
        let copies = text.contains("fs::copy(") && !is_listed(COPIES, &path);
        let runs = [
            "from_mode(0o755)",
            "from_mode(0o775)",
            "from_mode(0o555)",
            ".mode(0o755)",
        ];
        let rights = runs.iter().any(|right| text.contains(right)) && !is_listed(RIGHTS, &path);
        let is_written = text.contains("write_program(") || is_listed(SCRIPTS, &path);
        let script = text.contains("#!/") && !is_written;
        if copies || rights || script {
            wrong.push(path);
        }
    }
    let why =
        "programs are written with `write_program` and `copy_program`; what is none is listed here";
    assert!(wrong.is_empty(), "{wrong:?}: {why}");
}
