//! Says when a file, or one beside it whose name begins like its own, has changed, so that whoever follows them
//! sleeps until then: the event log with its older parts, the devices.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// How long to sleep at most where the system does not say what changes.
const BLIND_PAUSE: Duration = Duration::from_millis(250);

/// A watch on the file's folder, or while there is none on the nearest one above it.
#[derive(Debug)]
pub(crate) struct Watch {
    folder: PathBuf,
    watched: Option<PathBuf>,
    watcher: Option<RecommendedWatcher>,
    changes: Receiver<()>,
}

/// Wakes who waits for a [`Watch`], from another thread.
#[derive(Clone, Debug)]
pub(crate) struct Waker(SyncSender<()>);

impl Waker {
    /// Wakes it, also when it begins to wait only later.
    pub(crate) fn wake(&self) {
        // Full: it will wake anyway.
        let _ = self.0.try_send(());
    }

    /// Whether somebody may still be waiting.
    pub(crate) fn is_wanted(&self) -> bool {
        !matches!(self.0.try_send(()), Err(TrySendError::Disconnected(())))
    }
}

impl Watch {
    /// Watches the folder of `file`.
    pub(crate) fn of(file: &Path) -> (Self, Waker) {
        let (sender, changes) = sync_channel(1);
        let waker = Waker(sender);
        let (bell, name) = (waker.clone(), file.to_owned());
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if concerns(&event, &name) {
                bell.wake();
            }
        });
        let mut watch = Self {
            folder: file.parent().unwrap_or(Path::new("/")).to_owned(),
            watched: None,
            watcher: watcher.ok(),
            changes,
        };
        watch.arm();
        (watch, waker)
    }

    /// Sleeps until something may have changed, at most for `longest`.
    pub(crate) fn wait(&mut self, longest: Option<Duration>) {
        let is_blind = self.watched.is_none();
        let longest = match longest {
            Some(longest) if is_blind => Some(longest.min(BLIND_PAUSE)),
            None if is_blind => Some(BLIND_PAUSE),
            longest => longest,
        };
        let woken = match longest {
            Some(longest) => self.changes.recv_timeout(longest),
            None => self.changes.recv().map_err(RecvTimeoutError::from),
        };
        if woken == Err(RecvTimeoutError::Disconnected) {
            // Nobody is left who could wake us: the watcher could not be made.
            std::thread::sleep(longest.unwrap_or(BLIND_PAUSE).min(BLIND_PAUSE));
        }
        self.arm();
    }

    /// Watches what is there now of the way to the file.
    fn arm(&mut self) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        // What appears while a watch is being set is found in the next round.
        loop {
            let nearest = self.folder.ancestors().find(|folder| folder.is_dir());
            if nearest == self.watched.as_deref() {
                return;
            }
            if let Some(old) = self.watched.take() {
                // The system has ended the watch already when the folder is gone.
                let _ = watcher.unwatch(&old);
            }
            let Some(folder) = nearest else { return };
            if watcher.watch(folder, RecursiveMode::NonRecursive).is_err() && folder.is_dir() {
                return;
            }
            self.watched = Some(folder.to_owned());
        }
    }
}

/// Whether the file, or a folder on the way to it, has changed; that somebody reads it is no change.
fn concerns(event: &notify::Result<Event>, file: &Path) -> bool {
    let Ok(event) = event else { return true };
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let name = file.as_os_str().as_encoded_bytes();
    event.need_rescan()
        || event.paths.iter().any(|path| {
            file.starts_with(path) || path.as_os_str().as_encoded_bytes().starts_with(name)
        })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_log_that_appears_with_its_folder_is_noticed_and_so_is_each_line() {
        let root = tempfile::tempdir().unwrap();
        let log = root.path().join("state/pane-patrol/session-events.jsonl");
        let (mut watch, _waker) = Watch::of(&log);
        fs::create_dir_all(log.parent().unwrap()).unwrap();
        fs::write(&log, "").unwrap();
        let start = Instant::now();
        while watch.watched.as_deref() != log.parent() {
            watch.wait(Some(PATIENCE));
        }
        while watch.changes.try_recv().is_ok() {}
        fs::write(&log, "line\n").unwrap();
        watch.wait(Some(PATIENCE));
        assert!(start.elapsed() < PATIENCE, "it slept through the changes");
    }

    #[test]
    fn who_waits_can_be_woken() {
        let root = tempfile::tempdir().unwrap();
        let (mut watch, waker) = Watch::of(&root.path().join("e.jsonl"));
        let other = std::thread::spawn(move || waker.wake());
        watch.wait(None);
        other.join().unwrap();
    }
}
