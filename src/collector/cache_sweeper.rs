//! Clears the runtime folder of what hooks remember about panes that are gone, and of what those have left who were
//! killed while they started something.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use pane_patrol_hooks::pane_cache::{self, Facts};
use pane_patrol_hooks::target::PaneId;

use crate::actor::started;
use crate::state::Listing;
use crate::sys::process::is_alive;

/// How often that is done, while panes are listed at all.
const PAUSE: Duration = Duration::from_secs(600);

/// Does it now and then.
#[derive(Debug)]
pub(super) struct Sweeper {
    folder: PathBuf,
    uid: u32,
    last: Option<Instant>,
}

impl Sweeper {
    pub(super) fn new(folder: PathBuf, uid: u32) -> Self {
        Self {
            folder,
            uid,
            last: None,
        }
    }

    /// Clears up by a listing that has just come, if it is time; in a thread of its own, because a
    /// folder may hold many files.
    pub(super) fn by(&mut self, listing: &Listing) {
        let is_recent = |last: Instant| last.elapsed() < PAUSE;
        if self.last.is_some_and(is_recent) {
            return;
        }
        self.last = Some(Instant::now());
        let (folder, uid, server) = (self.folder.clone(), self.uid, listing.server.clone());
        let panes: BTreeSet<PaneId> = listing.panes.iter().map(|pane| pane.pane).collect();
        let work = move || {
            let facts = Facts {
                uid,
                server: &server,
                has_pane: &|pane| panes.contains(&pane),
                asked: SystemTime::now(),
                is_alive: &is_alive,
            };
            pane_cache::sweep(&folder, &facts);
            started::sweep(&folder);
        };
        // Without a thread it is done another time.
        let _ = std::thread::Builder::new().name("tidy".into()).spawn(work);
    }
}
