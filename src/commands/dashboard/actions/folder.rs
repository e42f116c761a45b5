//! The folder in which something is started for a row: where its assistant works.

use std::ffi::OsString;
use std::path::PathBuf;

use pane_patrol_hooks::text::one_line;
use pane_patrol_sys::process::folder;

use crate::state::Row;

/// Longest folder that is named in what is said, in characters.
const MAX_FOLDER_CHARS: usize = 100;

/// Where the row's assistant works, if that is there. An event tells no folder whose name holds a control
/// character; its process shows it all the same.
pub(super) fn folder_of(row: &Row) -> Option<OsString> {
    let told = row.cwd.as_ref().map(PathBuf::from);
    let is_there = |folder: &PathBuf| folder.is_dir();
    let found = told.filter(is_there);
    let found = found.or_else(|| folder(row.pid?).filter(is_there));
    found.map(OsString::from)
}

/// Said of what was started where we are, because nobody knows where the row's assistant works.
pub(super) fn in_our_folder() -> String {
    let ours = std::env::current_dir().unwrap_or_default();
    let ours = one_line(&ours.to_string_lossy(), MAX_FOLDER_CHARS);
    format!(", but in {ours}: the folder of this row is not known or gone")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    #[test]
    fn a_folder_that_no_event_can_name_is_the_processes() {
        let root = tempfile::tempdir().unwrap();
        let mut row = row(1, "claude", State::Running, "a:0.0", 5);
        assert_eq!(folder_of(&row), None);
        for name in ["line\nbreak", "tab\t", "esc\u{1b}[31m", "ends\n"] {
            let folder = root.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            let mut process = Command::new("sleep");
            let mut process = process.arg("60").current_dir(&folder).spawn().unwrap();
            row.pid = Some(process.id());
            assert_eq!(folder_of(&row), Some(folder.into_os_string()), "{name:?}");
            process.kill().unwrap();
            process.wait().unwrap();
        }
        let told = root.path().to_str().map(str::to_owned);
        row.cwd.clone_from(&told);
        assert_eq!(folder_of(&row), told.map(OsString::from));
        row.cwd = Some("/nothing/of/that/name".to_owned());
        assert_eq!(folder_of(&row), None, "its process has ended, too");
    }
}
