//! The file watch on the folders whose files make a summary. A bounded number of folders, none of
//! them with all below it: what a build writes into ignored folders is not heard at all. Events are
//! kept as "something happened here", never as a queue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::plan::Subject;

/// How many folders are watched for all rows together.
const MAX_WATCHES: usize = 2000;

/// When more places than this are noted, everything is looked at instead.
const MAX_NOTED: usize = 10_000;

/// What happened since it was asked for last.
#[derive(Debug, Default)]
struct Happened {
    /// In these folders.
    folders: BTreeSet<PathBuf>,
    /// These may be gone: what is there now, if anything, is another one.
    lost: BTreeSet<PathBuf>,
    /// Events were lost.
    overrun: bool,
}

/// All watches.
pub(super) struct Watches {
    watcher: Option<RecommendedWatcher>,
    /// The folders that are watched, and for what.
    watched: BTreeMap<PathBuf, BTreeSet<Subject>>,
    /// For what which folders are to be watched.
    of_subject: BTreeMap<Subject, BTreeSet<PathBuf>>,
    happened: Arc<Mutex<Happened>>,
}

impl Watches {
    /// No watches yet. `ring` is called when something happened after nothing had.
    pub(super) fn new(ring: impl Fn() + Send + 'static) -> Self {
        let happened = Arc::new(Mutex::new(Happened::default()));
        let noted = Arc::clone(&happened);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if note(event, &noted) {
                ring();
            }
        });
        Self {
            watcher: watcher.ok(),
            watched: BTreeMap::new(),
            of_subject: BTreeMap::new(),
            happened,
        }
    }

    /// Watches these folders for `subject`, and no others for it; whether one was not watched before.
    pub(super) fn set(&mut self, subject: &Subject, folders: &BTreeSet<PathBuf>) -> bool {
        for folder in self.of_subject.remove(subject).unwrap_or_default() {
            if !folders.contains(&folder) {
                self.leave(subject, &folder);
            }
        }
        let added = folders.iter().filter(|folder| self.add(subject, folder));
        let has_added = added.count() > 0;
        if !folders.is_empty() {
            self.of_subject.insert(subject.clone(), folders.clone());
        }
        has_added
    }

    fn leave(&mut self, subject: &Subject, folder: &Path) {
        let Some(subjects) = self.watched.get_mut(folder) else {
            return;
        };
        subjects.remove(subject);
        if subjects.is_empty() {
            self.drop_watch(folder);
        }
    }

    fn add(&mut self, subject: &Subject, folder: &Path) -> bool {
        if let Some(subjects) = self.watched.get_mut(folder) {
            return subjects.insert(subject.clone());
        }
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        // Without a watch the ends of tools and turns still tell.
        let is_watched = self.watched.len() < MAX_WATCHES
            && watcher.watch(folder, RecursiveMode::NonRecursive).is_ok();
        if is_watched {
            let subjects = BTreeSet::from([subject.clone()]);
            self.watched.insert(folder.to_owned(), subjects);
        }
        is_watched
    }

    fn drop_watch(&mut self, folder: &Path) {
        self.watched.remove(folder);
        if let Some(watcher) = &mut self.watcher {
            // The system may have ended the watch already.
            let _ = watcher.unwatch(folder);
        }
    }

    /// What is concerned by all that happened since this was called last.
    pub(super) fn take_touched(&mut self) -> BTreeSet<Subject> {
        let mut happened = {
            let mut happened = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *happened)
        };
        let mut touched = BTreeSet::new();
        for (folder, subjects) in &self.watched {
            if happened.overrun || happened.folders.contains(folder) {
                touched.extend(subjects.iter().cloned());
            }
        }
        if happened.overrun {
            // What was lost may be the end of a folder: all are watched anew.
            happened.lost = self.watched.keys().cloned().collect();
        }
        let gone = happened
            .lost
            .iter()
            .filter(|path| self.watched.contains_key(*path));
        for folder in gone.cloned().collect::<Vec<_>>() {
            self.drop_watch(&folder);
        }
        touched
    }
}

/// Notes an event; whether nothing was noted before. Reading, which we do ourselves, is none.
fn note(event: notify::Result<Event>, noted: &Mutex<Happened>) -> bool {
    let Ok(event) = event else { return false };
    let is_reading = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    if is_reading && !event.need_rescan() {
        return false;
    }
    let mut happened = noted.lock().unwrap_or_else(PoisonError::into_inner);
    let was_quiet = happened.folders.is_empty() && !happened.overrun;
    happened.overrun |= event.need_rescan() || happened.folders.len() > MAX_NOTED;
    if happened.overrun {
        happened.folders.clear();
        happened.lost.clear();
        return was_quiet;
    }
    let may_be_gone = matches!(
        event.kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    for path in event.paths {
        happened.folders.extend(path.parent().map(Path::to_owned));
        if may_be_gone {
            happened.lost.insert(path.clone());
        }
        happened.folders.insert(path);
    }
    was_quiet
}
