//! The file watch on what makes a summary: whole folders, or single names in them, whether anything has that
//! name or not. A bounded number of folders, none of them with all below it: what a build writes into ignored
//! folders is not heard at all.
//!
//! What is not there is waited for, and links are followed, as `way` says. A folder above all that is watched can be
//! moved away without a word of the system's: for that alone it is looked every now and then whether what is watched
//! still has its path.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::heard::{Heard, Identity, Watched};
use super::plan::Subject;
use super::way::{Spot, heard_at};

/// How many folders are watched for all rows together.
const MAX_WATCHES: usize = 2000;

/// Between two looks whether what is watched still has its path.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// So often watches are set anew where things come and go meanwhile.
const MOST_ROUNDS: usize = 20;

/// All watches.
pub(super) struct Watches {
    watcher: Option<RecommendedWatcher>,
    of_subject: BTreeMap<Subject, Wanted>,
    /// It is never held while the watcher is asked for anything: that waits for the thread that notes what it hears.
    heard: Arc<Mutex<Heard>>,
    looked: Instant,
    /// What was lost, and when. The watcher goes by paths: where one has something else by then, it may take the end
    /// of the first for that of the second, and watch neither.
    doubted: BTreeMap<PathBuf, Instant>,
}

/// What is watched for one subject.
#[derive(Debug, Default)]
struct Wanted {
    spots: BTreeSet<Spot>,
    /// Where they are heard.
    at: BTreeSet<Spot>,
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
            looked: Instant::now(),
            doubted: BTreeMap::new(),
        }
    }

    /// Watches these spots for `subject`, and no others for it; whether something was not watched before.
    pub(super) fn set(&mut self, subject: &Subject, spots: BTreeSet<Spot>) -> bool {
        let mut wanted = self.of_subject.remove(subject).unwrap_or_default();
        wanted.spots = spots;
        let is_new = self.arm(subject, &mut wanted);
        if !wanted.spots.is_empty() {
            self.of_subject.insert(subject.clone(), wanted);
        }
        is_new
    }

    /// Watches these spots for `subject`, too; whether something was not watched before.
    pub(super) fn add(&mut self, subject: &Subject, spots: impl IntoIterator<Item = Spot>) -> bool {
        let wanted = self.of_subject.get(subject);
        let known = wanted.map(|wanted| wanted.spots.clone());
        let all = known.into_iter().flatten().chain(spots);
        self.set(subject, all.collect())
    }

    /// Watches where the wanted spots are heard now; whether something was not watched before.
    fn arm(&mut self, subject: &Subject, wanted: &mut Wanted) -> bool {
        let (mut is_new, mut was_whole) = (false, true);
        // What comes or goes while watches are set is found in the next round.
        for _ in 0..MOST_ROUNDS {
            let now = heard_at(&wanted.spots);
            for spot in wanted.at.difference(&now) {
                self.leave(subject, spot);
            }
            let added = now.iter().filter(|spot| self.watch(subject, spot));
            let has_added = added.count() > 0;
            is_new |= has_added;
            let before = std::mem::replace(&mut wanted.at, now);
            // What could not be watched may be gone.
            let is_whole = wanted.at.iter().all(|spot| self.is_watched(spot));
            if !has_added && before == wanted.at && (is_whole || !was_whole) {
                break;
            }
            was_whole = is_whole;
        }
        is_new
    }

    fn is_watched(&self, spot: &Spot) -> bool {
        let heard = lock(&self.heard);
        spot.folder()
            .is_some_and(|folder| heard.watched.contains_key(folder))
    }

    fn leave(&mut self, subject: &Subject, spot: &Spot) {
        let Some(folder) = spot.folder() else { return };
        let is_last = {
            let mut heard = lock(&self.heard);
            let Some(there) = heard.watched.get_mut(folder) else {
                return;
            };
            there.for_whom.remove(&(spot.clone(), subject.clone()));
            there.for_whom.is_empty() && heard.watched.remove(folder).is_some()
        };
        if is_last {
            self.unwatch(folder);
        }
    }

    /// Whether that is watched now, and was not before.
    fn watch(&mut self, subject: &Subject, spot: &Spot) -> bool {
        let (Some(folder), Some(watcher)) = (spot.folder(), &mut self.watcher) else {
            return false;
        };
        let for_whom = (spot.clone(), subject.clone());
        {
            let mut known = lock(&self.heard);
            if let Some(there) = known.watched.get_mut(folder) {
                return there.for_whom.insert(for_whom);
            }
            // Without a watch the ends of tools and turns still tell.
            if known.watched.len() >= MAX_WATCHES {
                return false;
            }
        }
        let Some(identity) = Identity::of(folder) else {
            return false;
        };
        let there = Watched {
            identity,
            for_whom: BTreeSet::from([for_whom]),
        };
        // Before it is watched: nothing is heard that nobody is there for.
        lock(&self.heard).watched.insert(folder.to_owned(), there);
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

    /// When it is to be looked whether what is watched still has its path.
    pub(super) fn next_look(&self) -> Option<Instant> {
        (!self.of_subject.is_empty()).then(|| self.looked + LOOK_EVERY)
    }

    /// Looks at that, where it is time; whether something has another path now, or none. That counts as touched.
    pub(super) fn look(&mut self, now: Instant) -> bool {
        if self.next_look().is_none_or(|due| now < due) {
            return false;
        }
        self.looked = now;
        let tops = lock(&self.heard).tops();
        // Not while it is held: a file system may take its time.
        let is_another =
            |(folder, identity): &(PathBuf, Identity)| Identity::of(folder) != Some(*identity);
        let others: Vec<(PathBuf, Identity)> = tops.into_iter().filter(is_another).collect();
        for (folder, _) in &others {
            lock(&self.heard).lose_below(folder);
        }
        let is_anew = self.watch_doubted(now);
        !others.is_empty() || is_anew
    }

    /// Watches once more what has come where something was lost, once the watcher has heard all of that; whether there
    /// was anything. That counts as touched: what happened to it in between nobody has told.
    fn watch_doubted(&mut self, now: Instant) -> bool {
        let is_due = |lost: &Instant| now.duration_since(*lost) >= LOOK_EVERY;
        let due = self.doubted.iter().filter(|(_, lost)| is_due(lost));
        let due: Vec<PathBuf> = due.map(|(folder, _)| folder.clone()).collect();
        self.doubted.retain(|_, lost| !is_due(lost));
        let mut is_any = false;
        for folder in due {
            if !lock(&self.heard).watched.contains_key(&folder) {
                continue;
            }
            is_any = true;
            self.unwatch(&folder);
            let watcher = self.watcher.as_mut();
            let is_watched = watcher
                .is_some_and(|watcher| watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok());
            let mut heard = lock(&self.heard);
            if is_watched {
                heard.touch(&folder);
            } else {
                heard.lose_below(&folder);
            }
        }
        is_any
    }

    /// What is concerned by all that happened since this was called last. What has come meanwhile is watched.
    pub(super) fn take_touched(&mut self) -> BTreeSet<Subject> {
        let told = lock(&self.heard).take();
        let now = Instant::now();
        for folder in told.lost {
            self.unwatch(&folder);
            self.doubted.insert(folder, now);
        }
        for subject in &told.shifted {
            if let Some(mut wanted) = self.of_subject.remove(subject) {
                self.arm(subject, &mut wanted);
                self.of_subject.insert(subject.clone(), wanted);
            }
        }
        told.touched
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
