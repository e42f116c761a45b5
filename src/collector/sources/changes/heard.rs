//! What the watcher's own thread has heard, and for whom. It is kept as "this may be another one", never as a queue.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind};

use super::plan::Subject;
use super::way::Spot;

/// What is shared with the watcher's own thread.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The folders that are watched; no link is on the way to any of them.
    pub(super) watched: BTreeMap<PathBuf, Watched>,
    told: Told,
}

/// A folder that is watched.
#[derive(Debug)]
pub(super) struct Watched {
    /// Which folder it was that had this path.
    pub(super) identity: Identity,
    /// What is heard there, and for what.
    pub(super) for_whom: BTreeSet<(Spot, Subject)>,
}

/// All that happened since it was asked for last.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What is concerned by it.
    pub(super) touched: BTreeSet<Subject>,
    /// For these something has come or gone on the way to what is watched: they are to be watched anew.
    pub(super) shifted: BTreeSet<Subject>,
    /// These folders may be gone: what is there now, if anything, is another one.
    pub(super) lost: BTreeSet<PathBuf>,
}

/// What tells a folder from another one that has its path later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    /// The number of what is gone may be given out at once. `None` where the file system does not tell.
    born: Option<SystemTime>,
}

impl Identity {
    /// That of what has this path now.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok()?;
        Some(Self {
            device: about.dev(),
            inode: about.ino(),
            born: about.created().ok(),
        })
    }
}

impl Heard {
    /// Takes in an event; whether nothing was touched before and something is now. Reading, which we do
    /// ourselves, is none.
    pub(super) fn note(&mut self, event: &Event) -> bool {
        let is_reading = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => true,
            _ => false,
        };
        let was_quiet = self.told.touched.is_empty();
        if event.need_rescan() {
            // What was not heard may be the end of a folder.
            self.lose_below(Path::new(""));
        } else if !is_reading {
            let may_be_gone = matches!(
                event.kind,
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
            );
            for path in &event.paths {
                self.note_at(path);
                if may_be_gone {
                    self.lose_below(path);
                }
            }
        }
        was_quiet && !self.told.touched.is_empty()
    }

    fn note_at(&mut self, path: &Path) {
        let here = [Some(path), path.parent()].into_iter().flatten();
        let there = here.filter_map(|folder| self.watched.get(folder));
        let all = there.flat_map(|watched| &watched.for_whom);
        for (spot, subject) in all.filter(|(spot, _)| spot.hears(path)) {
            self.told.touched.insert(subject.clone());
            if matches!(spot, Spot::Name(_)) {
                self.told.shifted.insert(subject.clone());
            }
        }
    }

    /// Whatever is watched there and below may be gone.
    pub(super) fn lose_below(&mut self, path: &Path) {
        let below = self.watched.range(path.to_owned()..);
        for (folder, watched) in below.take_while(|(folder, _)| folder.starts_with(path)) {
            self.told.lost.insert(folder.clone());
            for (_, subject) in &watched.for_whom {
                self.told.touched.insert(subject.clone());
                self.told.shifted.insert(subject.clone());
            }
        }
    }

    /// Something may have happened in this folder that nobody has told.
    pub(super) fn touch(&mut self, folder: &Path) {
        let there = self.watched.get(folder);
        for (_, subject) in there.into_iter().flat_map(|there| &there.for_whom) {
            self.told.touched.insert(subject.clone());
        }
    }

    /// The watched folders whose end nobody tells when one above them is moved: that above them is not watched.
    pub(super) fn tops(&self) -> Vec<(PathBuf, Identity)> {
        let is_top = |folder: &Path| {
            let above = folder.parent();
            above.is_none_or(|above| !self.watched.contains_key(above))
        };
        let tops = self.watched.iter().filter(|(folder, _)| is_top(folder));
        tops.map(|(folder, watched)| (folder.clone(), watched.identity))
            .collect()
    }

    /// All that happened since this was called last. What is lost is not watched any more.
    pub(super) fn take(&mut self) -> Told {
        let mut told = std::mem::take(&mut self.told);
        for folder in &told.lost {
            // Also those who have come to be there since it was lost.
            let there = self.watched.remove(folder);
            for (_, subject) in there.into_iter().flat_map(|there| there.for_whom) {
                told.touched.insert(subject.clone());
                told.shifted.insert(subject);
            }
        }
        told
    }
}
