//! The settings that count for a session, and which of them is nearer to it: those of who manages the
//! machine before what it was started with, those of the project then, and the person's own last.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::CLAUDE;
use pane_patrol_installer::status::{is_left_out, is_object};
use pane_patrol_sys::open::read_whole;
use serde_json::Value;

/// From this version on the local settings at the root of the repository count below it, too, before
/// all others of the project (tried; 2.1.197 reads only those of the folder it is started in).
pub(super) const READS_ROOT: Version = Version(2, 1, 332);

/// No settings file is longer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Whose settings a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Managers,
    Started,
    Local,
    Project,
    Own,
}

impl fmt::Display for Whose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Managers => "the managed settings",
            Self::Started => "the settings it was started with",
            Self::Local => "the project's local settings",
            Self::Project => "the project's settings",
            Self::Own => "your own settings",
        })
    }
}

/// Where settings stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    File(PathBuf),
    /// In the arguments themselves.
    Argument,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(formatter),
            Self::Argument => formatter.write_str("what stands behind `--settings`"),
        }
    }
}

/// Settings that count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    pub(super) from: Origin,
    pub(super) whose: Whose,
    pub(super) value: Value,
}

/// What the manager of the machine has set, the nearest first, and the files of it that hold no object.
pub(super) fn managed(folder: &Path) -> (Vec<Layer>, Vec<PathBuf>) {
    let (mut layers, mut faulty) = (Vec::new(), Vec::new());
    for file in managed_files(folder) {
        let Some(text) = read(&file) else {
            continue;
        };
        if !is_object(&CLAUDE, &text) {
            faulty.push(file);
        } else if let Some(value) = parse(&text) {
            let (from, whose) = (Origin::File(file), Whose::Managers);
            layers.push(Layer { from, whose, value });
        }
    }
    (layers, faulty)
}

/// The file of the last name wins, and the main one comes after all of the folder beside it.
fn managed_files(folder: &Path) -> Vec<PathBuf> {
    let more = fs::read_dir(folder.join("managed-settings.d"));
    let mut files: Vec<PathBuf> = more
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect();
    let name = |file: &PathBuf| {
        file.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    files.retain(|file| {
        let is_shown = name(file).is_some_and(|name| !name.starts_with('.'));
        is_shown && file.extension().is_some_and(|end| end == "json")
    });
    files.sort_by(|one, other| other.cmp(one));
    files.push(folder.join("managed-settings.json"));
    files
}

/// What the person has set for herself.
pub(super) fn own(settings: &Path, version: Option<Version>) -> Option<Layer> {
    counting(settings.to_owned(), Whose::Own, version)
}

/// What a session in `folder` was given as its settings: JSON, or the name of a file of that.
pub(super) fn started_with(
    given: &str,
    folder: Option<&Path>,
    version: Option<Version>,
) -> Option<Layer> {
    if given.trim_start().starts_with('{') {
        return heeded(Origin::Argument, Whose::Started, given, version);
    }
    let file = folder.unwrap_or(Path::new("")).join(given);
    counting(file, Whose::Started, version)
}

/// Whether a session reads settings of that kind which was told to read only these `sources`.
pub(super) fn reads(sources: Option<&str>, kind: &str) -> bool {
    sources.is_none_or(|sources| sources.split(',').any(|source| source.trim() == kind))
}

/// What counts in a session that was started in `folder`, the nearest first, but for the person's own at
/// `settings`; `sources`: those that it was told to read, if it was.
pub(super) fn of_project(
    folder: &Path,
    settings: &Path,
    sources: Option<&str>,
    version: Option<Version>,
) -> Vec<Layer> {
    let (own, local) = (folder.join(".claude"), ".claude/settings.local.json");
    let root = folder.ancestors().find(|above| above.join(".git").exists());
    let root = root.filter(|root| *root != folder && version >= Some(READS_ROOT));
    let root = root.map(|root| (root.join(local), Whose::Local));
    let here = [
        (folder.join(local), Whose::Local),
        (own.join("settings.json"), Whose::Project),
    ];
    let files = root.into_iter().chain(here);
    files
        .filter(|(file, _)| file != settings)
        .filter(|(_, whose)| {
            let kind = match whose {
                Whose::Local => "local",
                _ => "project",
            };
            reads(sources, kind)
        })
        .filter_map(|(file, whose)| counting(file, whose, version))
        .collect()
}

/// One that Claude does not leave out as a whole.
fn counting(file: PathBuf, whose: Whose, version: Option<Version>) -> Option<Layer> {
    let text = read(&file)?;
    heeded(Origin::File(file), whose, &text, version)
}

fn heeded(from: Origin, whose: Whose, text: &str, version: Option<Version>) -> Option<Layer> {
    let value = parse(text).filter(|_| !is_left_out(&CLAUDE, text, version))?;
    Some(Layer { from, whose, value })
}

/// The text of a file that can be settings.
fn read(file: &Path) -> Option<String> {
    let bytes = read_whole(file, MAX_BYTES).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// One with a fault counts for nothing.
pub(super) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}
