//! Which servers there are, whether or not anything was heard from their panes: by the system's word, so that nobody
//! is connected to.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Instant;

use pane_patrol_hooks::mux::zellij::Session;
use pane_patrol_hooks::process::{Processes, processes};

use crate::mux::PATIENCE;

/// What the folders of sockets are called, but for their version.
const FOLDER: &str = "contract_version_";

/// What is the same as long as no session with its socket below this folder begins, ends or is called otherwise.
pub(super) fn stamp(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of_sockets = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name.starts_with(FOLDER))
    });
    let written =
        |found: fs::Metadata| (found.dev(), found.ino(), found.mtime(), found.mtime_nsec());
    let mut all: Vec<_> = of_sockets
        .filter_map(|entry| entry.metadata().ok().map(written))
        .collect();
    all.sort_unstable();
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

/// The sessions with their sockets below this folder, by this user's processes.
pub(super) fn sessions_in(folder: &Path) -> Vec<Session> {
    let all = processes(Instant::now() + PATIENCE).all().into_iter();
    let is_there = |session: &Session| Path::new(&session.folder).parent() == Some(folder);
    all.filter_map(Session::served_by)
        .filter(is_there)
        .collect()
}
