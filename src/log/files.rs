//! Which files make up the event log: the one that is written and the rotated ones, each known by what
//! it is and not by its name, because names move on while one looks.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pane_patrol_hooks::event_log;
use pane_patrol_sys::open::Opening;

/// How often the list is read again because a rotation came in between.
const ATTEMPTS: u32 = 20;

/// What a file is, whatever its name: the number of a file that is gone is given out again, so its
/// birth belongs to it where the file system knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    born: Option<SystemTime>,
}

impl Identity {
    /// The identity in what the system says of a file.
    pub(crate) fn of(found: &fs::Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            born: found.created().ok(),
        }
    }

    /// The identity of what stands at `path`, if it is a regular file.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let found = fs::symlink_metadata(path).ok()?;
        found.is_file().then(|| Self::of(&found))
    }
}

/// A file of the log, open for reading.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The name it had when it was opened.
    pub path: PathBuf,
    /// What it is.
    pub identity: Identity,
    /// The file.
    pub file: File,
}

impl Opened {
    fn open(path: &Path) -> Option<Self> {
        let file = event_log::open_regular(Opening::to_read(), path)?;
        let identity = Identity::of(&file.metadata().ok()?);
        Some(Self {
            path: path.to_owned(),
            identity,
            file,
        })
    }

    /// How many bytes it has now.
    pub(crate) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |found| found.len())
    }
}

/// The event log's files at one moment.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The rotated ones, oldest first.
    pub rotated: Vec<Opened>,
    /// The one that is written.
    pub live: Option<Opened>,
    /// Every one that was there, the known ones too.
    pub seen: Vec<Identity>,
}

impl Files {
    /// Opens all files of `log` that are not `known`, each once, none left out.
    ///
    /// Files only move from a smaller number to the next while a rotation is going on, so looking
    /// from 1 upwards meets them all; and when the event log is still the same file afterwards, none
    /// came in at the bottom.
    pub(crate) fn open(log: &Path, known: &dyn Fn(&Identity) -> bool) -> Self {
        let mut files = Self::default();
        for _ in 0..ATTEMPTS {
            files = Self::open_once(log, known);
            let live = files.live.as_ref().map(|live| live.identity);
            if live.is_none() || live == Identity::at(log) {
                break;
            }
        }
        files
    }

    fn open_once(log: &Path, known: &dyn Fn(&Identity) -> bool) -> Self {
        let live = Opened::open(log);
        let mut seen: Vec<Identity> = live.iter().map(|live| live.identity).collect();
        let mut rotated: Vec<Opened> = Vec::new();
        for number in 1..=last_number(log) + 1 {
            let path = event_log::rotated(log, number);
            let Some(identity) = Identity::at(&path) else {
                continue;
            };
            if seen.contains(&identity) {
                continue;
            }
            if known(&identity) {
                seen.push(identity);
                continue;
            }
            // The name may have moved on since; what was opened counts.
            if let Some(opened) = Opened::open(&path)
                && !seen.contains(&opened.identity)
            {
                seen.push(opened.identity);
                if !known(&opened.identity) {
                    rotated.push(opened);
                }
            }
        }
        rotated.reverse();
        Self {
            rotated,
            live,
            seen,
        }
    }

    /// All of them, oldest first.
    pub(crate) fn into_oldest_first(self) -> impl Iterator<Item = Opened> {
        self.rotated.into_iter().chain(self.live)
    }
}

fn last_number(log: &Path) -> u32 {
    let (Some(folder), Some(name)) = (log.parent(), log.file_name()) else {
        return 0;
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let number = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.ok()?.file_name();
        let rest = entry.to_str()?.strip_prefix(name.to_str()?)?;
        rest.strip_prefix('.')?
            .parse()
            .ok()
            .filter(|number| *number < 100_000)
    };
    entries.filter_map(number).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_oldest_first_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.jsonl");
        for (name, text) in [
            ("e.jsonl", "d"),
            ("e.jsonl.3", "a"),
            ("e.jsonl.2", "b"),
            ("e.jsonl.x", "x"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::hard_link(&path, folder.path().join("e.jsonl.1")).unwrap();
        let files = Files::open(&path, &|_| false);
        let texts: Vec<String> = files
            .into_oldest_first()
            .map(|opened| io::read_to_string(opened.file).unwrap())
            .collect();
        assert_eq!(texts, ["a", "b", "d"]);
    }
}
