//! Which rows keep quiet, and until when: one small file in the runtime folder, because the dashboard
//! in which a key was pressed need not be the one that collects.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::read_text;
use pane_patrol_sys::replace::replace;

/// The file is no longer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Rows by id, and the moment from which they may be told of again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snoozes(BTreeMap<String, Timestamp>);

impl Snoozes {
    /// Where they are kept.
    pub fn place(places: &Places) -> PathBuf {
        places.runtime.join("snoozes")
    }

    /// Reads the file; one that is not there or makes no sense holds none.
    pub fn read(path: &Path) -> Self {
        let text = read_text(path, MAX_BYTES).unwrap_or_default();
        let line = |line: &str| {
            let (until, id) = line.split_once(' ')?;
            Some((id.to_owned(), Timestamp::parse(until)?))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// When the row may be told of again; `None` when it may be now.
    pub fn until(&self, id: &str, now: Timestamp) -> Option<Timestamp> {
        self.0.get(id).copied().filter(|until| *until > now)
    }

    /// The same with this row snoozed, or, with `None`, not any more; those that are over are dropped.
    #[must_use]
    pub fn with(mut self, id: &str, until: Option<Timestamp>, now: Timestamp) -> Self {
        self.0.retain(|_, until| *until > now);
        match until {
            Some(until) => self.0.insert(id.to_owned(), until),
            None => self.0.remove(id),
        };
        self
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// The folder is not there or cannot be written to.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for (id, until) in &self.0 {
            let _ = writeln!(text, "{until} {id}");
        }
        let beside = path.with_extension(std::process::id().to_string());
        replace(path, &beside, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_what_is_over_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("snoozes");
        assert_eq!(Snoozes::read(&path), Snoozes::default());
        let at = Timestamp::from_millis;
        let both = Snoozes::default()
            .with("/tmp/a b,7::%1", Some(at(5_000)), at(0))
            .with("/tmp/c,7::%2", Some(at(9_000)), at(0));
        both.write(&path).unwrap();
        let read = Snoozes::read(&path);
        assert_eq!(read, both);
        assert_eq!(read.until("/tmp/a b,7::%1", at(4_000)), Some(at(5_000)));
        assert_eq!(read.until("/tmp/a b,7::%1", at(5_000)), None);
        let left = read.with("/tmp/c,7::%2", None, at(6_000));
        assert_eq!(left, Snoozes::default());
    }
}
