//! `backups-example/` is one real install, made here again: it cannot go stale.
//! `PANE_PATROL_ACCEPT=1` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::CLAUDE;

use crate::sandbox::{NEW, Sandbox, wanted};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../backups-example")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_example_is_what_an_install_makes() {
    let example = example();
    let original = read(&example.join("before/settings.json"));
    let sandbox = Sandbox::with(&original);
    let mut site = sandbox.site();
    site.location = CLAUDE
        .locate(&|name| (name == "HOME").then(|| sandbox.home()))
        .unwrap();
    site.now = Timestamp::parse("2026-02-27T10:00:00Z").unwrap();
    let report = sandbox.install_as(&wanted("/home/you/.cargo/bin/pane-patrol", NEW, false));

    let record = &report.changes[0].record;
    let home = sandbox.home().display().to_string();
    let manifest = read(&record.join("manifest.json")).replace(&home, "/home/you");
    let mut made = vec![
        ("after/settings.json".to_owned(), sandbox.text()),
        (file_name(record) + "/manifest.json", manifest),
        (
            file_name(record) + "/1-settings.json",
            read(report.changes[0].backup.as_ref().unwrap()),
        ),
    ];
    if std::env::var_os("PANE_PATROL_ACCEPT").is_some() {
        for (name, text) in &made {
            let path = example.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    for (name, text) in &made {
        assert_eq!(&read(&example.join(name)), text, "{name}");
    }
    made.push(("before/settings.json".into(), String::new()));
    made.push(("README.md".into(), String::new()));
    let mut known: Vec<_> = made.into_iter().map(|(name, _)| name).collect();
    known.sort();
    assert_eq!(files(&example), known);
}

/// The README's words are kept to: the folder, the hash and the undoing by hand.
#[test]
fn the_examples_readme_tells_the_truth() {
    let readme = read(&example().join("README.md"));
    let manifest = read(&example().join("2026-02-27T10-00-00Z/manifest.json"));
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let hash = manifest["writes"][0]["sha256_after"].as_str().unwrap();
    assert!(readme.contains(hash));

    let sandbox = Sandbox::with(read(&example().join("before/settings.json")));
    sandbox.install();
    let record = format!("{}/2026-02-27T10-00-00Z", sandbox.installs().display());
    let command = "cp ~/.local/state/pane-patrol/installs/claude/2026-02-27T10-00-00Z/1-settings.json ~/.claude/settings.json";
    assert!(readme.contains(command));
    let command = command
        .replace(
            "~/.local/state/pane-patrol/installs/claude/2026-02-27T10-00-00Z",
            &record,
        )
        .replace('~', sandbox.home().to_str().unwrap());
    let status = std::process::Command::new("sh")
        .args(["-c", &command])
        .status();
    assert!(status.unwrap().success());
    assert_eq!(
        sandbox.text(),
        read(&example().join("before/settings.json"))
    );
    // And pane-patrol understands that it has been undone.
    sandbox.uninstall();
    assert!(sandbox.manifests().is_empty());
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(path) = todo.pop() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                files.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    files.sort();
    files
}
