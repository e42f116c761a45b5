//! The file watch on the folders of session files. Where the folder is not there yet, the
//! nearest one above it that exists is watched until it appears; nothing is polled. A folder *above*
//! a watched one that is renamed away is not noticed: the price of not hearing everything else
//! that happens there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Order;

/// All watches of one collector.
pub(super) struct Watches {
    watcher: Result<RecommendedWatcher, String>,
    /// For each folder the one that is watched for it now.
    armed: BTreeMap<PathBuf, Option<PathBuf>>,
    /// Paths that are no session files but whose coming and going matters.
    awaited: Awaited,
}

type Awaited = Arc<Mutex<BTreeSet<PathBuf>>>;

/// What came of looking at one folder again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Armed {
    pub(super) folder: PathBuf,
    /// It is watched, and was not before.
    pub(super) is_new: bool,
    /// Why it is not watched as it should be.
    pub(super) trouble: Option<String>,
}

impl Watches {
    /// No watches yet; what happens to files that are what matters is sent to `output`.
    pub(super) fn new(output: Sender<Order>, matters: fn(&Path) -> bool) -> Self {
        let awaited = Awaited::default();
        let known = Arc::clone(&awaited);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            forward(event, &known, &output, matters);
        });
        Self {
            watcher: watcher.map_err(|error| error.to_string()),
            armed: BTreeMap::new(),
            awaited,
        }
    }

    /// Adds a folder; whether it is a new one. It is watched after the next [`Watches::rearm`].
    pub(super) fn add(&mut self, folder: &Path) -> bool {
        let is_new = !self.armed.contains_key(folder);
        self.armed.entry(folder.to_owned()).or_default();
        is_new
    }

    /// Every folder.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.armed.keys().cloned().collect()
    }

    /// The watched folder at `path` was removed or renamed: what is there now, if anything, is
    /// another one.
    pub(super) fn lose(&mut self, path: &Path) {
        let mut was_watched = false;
        for armed in self.armed.values_mut() {
            was_watched |= armed.take_if(|armed| armed == path).is_some();
        }
        if was_watched && let Ok(watcher) = &mut self.watcher {
            // The system may have ended the watch already.
            let _ = watcher.unwatch(path);
        }
    }

    /// Watches for each folder what is there of it now; tells of those where that has changed.
    pub(super) fn rearm(&mut self) -> Vec<Armed> {
        let folders = self.folders();
        folders
            .iter()
            .filter_map(|folder| self.arm(folder))
            .collect()
    }

    fn arm(&mut self, wanted: &Path) -> Option<Armed> {
        let mut result = None;
        // What appears while the watch is being set is found in the next round.
        loop {
            let nearest = nearest_folder(wanted);
            if nearest == *self.armed.get(wanted)? {
                return result;
            }
            self.disarm(wanted);
            let trouble = nearest.as_ref().and_then(|folder| self.watch(folder).err());
            let armed = nearest.filter(|_| trouble.is_none());
            let is_over = trouble.is_some();
            result = Some(Armed {
                folder: wanted.to_owned(),
                is_new: armed.as_deref() == Some(wanted),
                trouble,
            });
            self.armed.insert(wanted.to_owned(), armed);
            self.await_changes();
            if is_over {
                return result;
            }
        }
    }

    fn watch(&mut self, folder: &Path) -> Result<(), String> {
        if self.is_watched(folder) {
            return Ok(());
        }
        let watcher = self.watcher.as_mut().map_err(|error| error.clone())?;
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(|error| format!("cannot watch {}: {error}", folder.display()))
    }

    fn disarm(&mut self, wanted: &Path) {
        let Some(folder) = self.armed.get_mut(wanted).and_then(Option::take) else {
            return;
        };
        if !self.is_watched(&folder)
            && let Ok(watcher) = &mut self.watcher
        {
            // The system may have ended the watch already.
            let _ = watcher.unwatch(&folder);
        }
    }

    fn is_watched(&self, folder: &Path) -> bool {
        self.armed.values().flatten().any(|armed| armed == folder)
    }

    /// Notes what matters beside session files: the watched folders themselves, and what is missing
    /// below them on the way to the files.
    fn await_changes(&self) {
        let mut paths = BTreeSet::new();
        for (wanted, armed) in &self.armed {
            let Some(folder) = armed else { continue };
            let below = wanted.ancestors().take_while(|path| path != folder).last();
            paths.extend(below.map(Path::to_owned));
            paths.insert(folder.clone());
        }
        *self.awaited.lock().unwrap_or_else(PoisonError::into_inner) = paths;
    }
}

fn nearest_folder(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_owned)
}

/// Passes on what concerns us; opening and reading a file, which we do ourselves, does not.
fn forward(
    event: notify::Result<Event>,
    awaited: &Awaited,
    output: &Sender<Order>,
    matters: fn(&Path) -> bool,
) {
    let Ok(event) = event else { return };
    if event.need_rescan() {
        let _ = output.send(Order::Overrun);
    }
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
        EventKind::Access(_) => return,
        _ => {}
    }
    let is_move = !matches!(
        event.kind,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_))
    );
    for path in event.paths {
        if matters(&path) {
            let _ = output.send(Order::Touched(path));
        } else if is_move
            && awaited
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&path)
        {
            let _ = output.send(Order::Moved(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::{self, Receiver};
    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn is_json(path: &Path) -> bool {
        path.extension().is_some_and(|end| end == "json")
    }

    /// Does what the witness does until file `name` of `folder` is reported.
    fn hear(watches: &mut Watches, inbox: &Receiver<Order>, folder: &Path, name: &str) {
        loop {
            match inbox.recv_timeout(PATIENCE).expect("an event should come") {
                Order::Touched(path) if path == folder.join(name) => return,
                Order::Moved(path) => {
                    watches.lose(&path);
                    let armed = watches.rearm();
                    let new = armed.iter().any(|armed| armed.is_new);
                    if new && folder.join(name).exists() {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_folder_is_watched_as_soon_as_it_appears_and_when_it_comes_back() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("config/home");
        let sessions = home.join("sessions");
        let (sender, inbox) = mpsc::channel();
        let mut watches = Watches::new(sender, is_json);
        assert!(watches.add(&sessions) && !watches.add(&sessions));
        let armed = watches.rearm();
        assert!(!armed[0].is_new && armed[0].trouble.is_none(), "{armed:?}");
        assert_eq!(watches.rearm(), []);

        fs::create_dir_all(&sessions).unwrap();
        fs::write(sessions.join("1.json"), "a").unwrap();
        hear(&mut watches, &inbox, &sessions, "1.json");
        fs::write(sessions.join("2.json"), "a").unwrap();
        hear(&mut watches, &inbox, &sessions, "2.json");

        fs::remove_dir_all(&sessions).unwrap();
        fs::create_dir_all(&sessions).unwrap();
        fs::write(sessions.join("3.json"), "a").unwrap();
        hear(&mut watches, &inbox, &sessions, "3.json");

        fs::rename(&sessions, home.join("old")).unwrap();
        fs::create_dir_all(&sessions).unwrap();
        fs::write(sessions.join("4.json.tmp"), "a").unwrap();
        fs::rename(sessions.join("4.json.tmp"), sessions.join("4.json")).unwrap();
        hear(&mut watches, &inbox, &sessions, "4.json");
        fs::remove_file(sessions.join("4.json")).unwrap();
        hear(&mut watches, &inbox, &sessions, "4.json");
    }

    #[test]
    fn keys_and_the_reading_of_files_are_not_reported() {
        let root = tempfile::tempdir().unwrap();
        let sessions = root.path().join("sessions");
        fs::create_dir(&sessions).unwrap();
        fs::write(sessions.join("1.json"), "a").unwrap();
        let (sender, inbox) = mpsc::channel();
        let mut watches = Watches::new(sender, is_json);
        watches.add(&sessions);
        watches.rearm();
        fs::write(sessions.join("1.abc.key"), "secret").unwrap();
        fs::read(sessions.join("1.json")).unwrap();
        fs::write(sessions.join("2.json"), "a").unwrap();
        let Ok(Order::Touched(first)) = inbox.recv_timeout(PATIENCE) else {
            panic!("nothing was reported");
        };
        assert_eq!(first, sessions.join("2.json"));
    }
}
