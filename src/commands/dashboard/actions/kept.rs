//! How the person has arranged the list, as the next dashboard has it: a file in the state folder that nobody else may
//! read. Each change is put into what is there then, so that two dashboards do not undo each other's. A file that does
//! not parse is set aside.

use std::fs;
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::read_text;
use pane_patrol_sys::replace::replace;

use super::remembered::lock;
use crate::commands::Context;
use crate::tui::{Change, Kept, Unchanged};

/// The file is no longer, in bytes: room for as many rows and groups as are remembered, each with a long name.
const MAX_BYTES: u64 = 4 << 20;

/// Where it is; `None` where nothing can be written down.
pub(in crate::commands) struct KeptFile(Option<PathBuf>);

impl KeptFile {
    pub(in crate::commands) fn of(context: &Context) -> Self {
        let decisions = context.places().decisions();
        Self(decisions.map(|path| path.with_file_name("dashboard.json")))
    }

    /// All of it; the error says why it makes no sense, and where it is now.
    pub(in crate::commands) fn read(&self) -> Result<Kept, String> {
        self.0.as_deref().map_or_else(|| Ok(Kept::default()), read)
    }

    /// Puts these changes into it.
    pub(super) fn keep(&self, changes: &[Change]) -> Result<(), Unchanged> {
        let refused = |why: &str| Unchanged::Refused(why.to_owned());
        let place = self.0.as_deref();
        let place = place.ok_or_else(|| refused("there is no state folder"))?;
        let _lock = lock(place).ok_or_else(|| refused("the state folder cannot be written to"))?;
        let mut kept = read(place).unwrap_or_default();
        kept.apply(changes);
        let written = serde_json::to_vec(&kept).map_err(std::io::Error::from);
        let written =
            written.and_then(|bytes| replace(place, &place.with_extension("new"), &bytes));
        written.map_err(|error| refused(&error.to_string()))
    }
}

fn read(place: &Path) -> Result<Kept, String> {
    if fs::symlink_metadata(place).is_err() {
        return Ok(Kept::default());
    }
    let text = read_text(place, MAX_BYTES).map_err(|error| error.to_string());
    let kept = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    kept.map_err(|why| {
        let aside = place.with_extension("broken");
        match fs::rename(place, &aside) {
            Ok(()) => format!("{why}; what there was is in {}", aside.display()),
            Err(error) => format!("{why}; and it could not be set aside: {error}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::Sorting;
    use crate::tui::Flags;

    fn pins(name: &str) -> Change {
        let flags = Flags {
            pinned: true,
            ..Flags::default()
        };
        Change::Rows(vec![(name.to_owned(), flags)])
    }

    #[test]
    fn two_dashboards_keep_each_others_changes_and_nobody_else_may_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("state").join("dashboard.json");
        let [one, other] = [(), ()].map(|()| KeptFile(Some(place.clone())));
        assert_eq!(one.read(), Ok(Kept::default()));
        one.keep(&[pins("a"), Change::Sort(Sorting::Age)]).unwrap();
        other.keep(&[pins("b")]).unwrap();
        one.keep(&[Change::Fold("project shop".to_owned(), true)])
            .unwrap();
        let kept = other.read().unwrap();
        let names: Vec<&str> = kept.rows.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(
            (kept.sort, &*kept.folds),
            (Some(Sorting::Age), &["project shop".to_owned()][..])
        );
        let mode = fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let left = fs::read_dir(place.parent().unwrap()).unwrap().count();
        assert_eq!(left, 2, "the file and its lock");
    }

    #[test]
    fn what_makes_no_sense_is_set_aside_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("dashboard.json");
        let kept = KeptFile(Some(place.clone()));
        let texts: [&[u8]; 4] = [b"", b"{\"sort\": \"colour\"}", b"\xff\xfe", b"{\"rows\": 1"];
        for text in texts {
            fs::write(&place, text).unwrap();
            let why = kept.read().unwrap_err();
            assert!(why.contains("dashboard.broken"), "{why}");
            assert_eq!(fs::read(place.with_extension("broken")).unwrap(), text);
            assert_eq!(kept.read(), Ok(Kept::default()));
        }
        fs::write(&place, "[]").unwrap();
        kept.keep(&[pins("a")]).unwrap();
        assert_eq!(kept.read().unwrap().rows.len(), 1);
    }

    #[test]
    fn a_newer_file_with_more_in_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("dashboard.json");
        fs::write(&place, "{\"sort\": \"name\", \"zoom\": 3}").unwrap();
        assert_eq!(
            KeptFile(Some(place)).read().unwrap().sort,
            Some(Sorting::Name)
        );
        assert!(KeptFile(None).keep(&[]).is_err());
    }
}
