//! The file watch on what makes a summary: whole folders, or single names in them, whether anything has that
//! name or not. A bounded number of folders, none of them with all below it: what a build writes into ignored
//! folders is not heard at all. What is heard is kept as "this may be another one", never as a queue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::plan::Subject;

/// How many folders are watched for all rows together.
const MAX_WATCHES: usize = 2000;

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// Everything in this folder.
    Folder(PathBuf),
    /// What comes, changes and goes by this name.
    Name(PathBuf),
}

impl Spot {
    /// The folder in which it is heard.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Name(name) => name.parent(),
        }
    }

    /// Whether something that happens at `path`, in its folder or to that itself, is about it.
    fn hears(&self, path: &Path) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Name(name) => name.starts_with(path),
        }
    }
}

/// All watches.
pub(super) struct Watches {
    watcher: Option<RecommendedWatcher>,
    /// For what which spots are watched, or would be if their folders were there.
    of_subject: BTreeMap<Subject, BTreeSet<Spot>>,
    heard: Arc<Mutex<Heard>>,
}

/// What is shared with the watcher's own thread. It is never held while the watcher is asked for anything: that
/// waits for this thread.
#[derive(Debug, Default)]
struct Heard {
    /// The folders that are watched, and for what.
    watched: BTreeMap<PathBuf, BTreeSet<(Spot, Subject)>>,
    /// What is concerned by all that happened since it was asked for last.
    touched: BTreeSet<Subject>,
    /// These folders may be gone: what is there now, if anything, is another one.
    lost: BTreeSet<PathBuf>,
}

impl Watches {
    /// No watches yet. `ring` is called when something happened after nothing had.
    pub(super) fn new(ring: impl Fn() + Send + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let noted = Arc::clone(&heard);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| lock(&noted).note(&event)) {
                ring();
            }
        });
        Self {
            watcher: watcher.ok(),
            of_subject: BTreeMap::new(),
            heard,
        }
    }

    /// Watches these spots for `subject`, and no others for it; whether one was not watched before.
    pub(super) fn set(&mut self, subject: &Subject, spots: BTreeSet<Spot>) -> bool {
        for spot in self.of_subject.remove(subject).unwrap_or_default() {
            if !spots.contains(&spot) {
                self.leave(subject, &spot);
            }
        }
        self.add(subject, spots)
    }

    /// Watches these spots for `subject`, too; whether one was not watched before. Those whose folder is not
    /// there are none: they are to be added again when it may be.
    pub(super) fn add(&mut self, subject: &Subject, spots: BTreeSet<Spot>) -> bool {
        let added = spots.iter().filter(|spot| self.watch(subject, spot));
        let has_added = added.count() > 0;
        if !spots.is_empty() {
            let known = self.of_subject.entry(subject.clone()).or_default();
            known.extend(spots);
        }
        has_added
    }

    fn leave(&mut self, subject: &Subject, spot: &Spot) {
        let Some(folder) = spot.folder() else { return };
        let is_last = {
            let mut heard = lock(&self.heard);
            let Some(there) = heard.watched.get_mut(folder) else {
                return;
            };
            there.remove(&(spot.clone(), subject.clone()));
            there.is_empty() && heard.watched.remove(folder).is_some()
        };
        if is_last {
            self.unwatch(folder);
        }
    }

    fn watch(&mut self, subject: &Subject, spot: &Spot) -> bool {
        let (Some(folder), Some(watcher)) = (spot.folder(), &mut self.watcher) else {
            return false;
        };
        let heard = (spot.clone(), subject.clone());
        {
            let mut known = lock(&self.heard);
            if let Some(there) = known.watched.get_mut(folder) {
                return there.insert(heard);
            }
            // Without a watch the ends of tools and turns still tell.
            if known.watched.len() >= MAX_WATCHES {
                return false;
            }
            // Before it is watched: nothing is heard that nobody is there for.
            let there = BTreeSet::from([heard]);
            known.watched.insert(folder.to_owned(), there);
        }
        let is_watched = watcher.watch(folder, RecursiveMode::NonRecursive).is_ok();
        if !is_watched {
            lock(&self.heard).watched.remove(folder);
        }
        is_watched
    }

    fn unwatch(&mut self, folder: &Path) {
        if let Some(watcher) = &mut self.watcher {
            // The system may have ended the watch already.
            let _ = watcher.unwatch(folder);
        }
    }

    /// What is concerned by all that happened since this was called last.
    pub(super) fn take_touched(&mut self) -> BTreeSet<Subject> {
        let (touched, gone) = lock(&self.heard).take();
        for folder in gone {
            self.unwatch(&folder);
        }
        touched
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heard {
    /// Takes in an event; whether nothing was touched before and something is now. Reading, which we do
    /// ourselves, is none.
    fn note(&mut self, event: &Event) -> bool {
        let is_reading = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => true,
            _ => false,
        };
        let was_quiet = self.touched.is_empty();
        if event.need_rescan() {
            // What was lost may be the end of a folder: all are watched anew.
            self.lost.extend(self.watched.keys().cloned());
            let all = self.watched.values().flatten();
            self.touched.extend(all.map(|(_, subject)| subject.clone()));
        } else if !is_reading {
            let may_be_gone = matches!(
                event.kind,
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
            );
            for path in &event.paths {
                self.note_at(path, may_be_gone);
            }
        }
        was_quiet && !self.touched.is_empty()
    }

    fn note_at(&mut self, path: &Path, may_be_gone: bool) {
        let here = [Some(path), path.parent()].into_iter().flatten();
        let there = here.filter_map(|folder| self.watched.get(folder)).flatten();
        let hear = there.filter(|(spot, _)| spot.hears(path));
        self.touched
            .extend(hear.map(|(_, subject)| subject.clone()));
        if may_be_gone {
            let below = self.watched.range(path.to_owned()..);
            let below = below.take_while(|(folder, _)| folder.starts_with(path));
            self.lost.extend(below.map(|(folder, _)| folder.clone()));
        }
    }

    /// What was touched, and the folders that are not watched any more.
    fn take(&mut self) -> (BTreeSet<Subject>, BTreeSet<PathBuf>) {
        let gone = std::mem::take(&mut self.lost);
        self.watched.retain(|folder, _| !gone.contains(folder));
        (std::mem::take(&mut self.touched), gone)
    }
}
