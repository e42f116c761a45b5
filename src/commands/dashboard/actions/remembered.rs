//! What the person has written to assistants, as the next dashboard has it: a file in the state folder that nobody
//! else may read, and none where the settings keep messages out of files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_sys::open::{Opening, read_text};
use pane_patrol_sys::private::make_folders;
use pane_patrol_sys::replace::replace;
use rustix::fs::{FlockOperation, flock};

use crate::commands::Context;
use crate::hub::protocol::MAX_PROMPT_BYTES;
use crate::tui::{MOST_REMEMBERED, remember};

/// The file is no longer, in bytes: as many texts as are remembered, each as long as may be and spelt out.
const MAX_BYTES: u64 = 2 * (MOST_REMEMBERED * MAX_PROMPT_BYTES) as u64;

/// Another dashboard may write for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait between two tries to be the one that writes.
const PAUSE: Duration = Duration::from_millis(20);

/// Where it is; `None` where nothing is written down.
pub(super) struct Remembered(Option<PathBuf>);

impl Remembered {
    /// As the settings have it.
    pub(super) fn of(context: &Context) -> Self {
        let config = context.config().ok();
        let is_kept = config.map(|config| config.mirror.limits().messages);
        let decisions = context.places().decisions();
        let place = decisions.map(|path| path.with_file_name("prompts.json"));
        if let Some(place) = place.as_deref().filter(|_| is_kept == Some(false)) {
            // What was kept before the settings said otherwise. It is not there, usually.
            let _ = fs::remove_file(place);
        }
        Self(place.filter(|_| is_kept == Some(true)))
    }

    /// All of it, the oldest first.
    pub(super) fn read(&self) -> Vec<String> {
        self.0.as_deref().map(read).unwrap_or_default()
    }

    /// All of it with that text at its end, and written down. What cannot be written is remembered by the dashboard alone.
    pub(super) fn with(&self, text: &str) -> Vec<String> {
        self.0
            .as_deref()
            .and_then(|place| add(place, text))
            .unwrap_or_default()
    }
}

fn read(place: &Path) -> Vec<String> {
    let text = read_text(place, MAX_BYTES).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn add(place: &Path, text: &str) -> Option<Vec<String>> {
    let _lock = lock(place)?;
    let mut all = read(place);
    remember(&mut all, text);
    let bytes = serde_json::to_vec(&all).ok()?;
    replace(place, &place.with_extension("new"), &bytes).ok()?;
    Some(all)
}

/// Makes the folder of a file and has it to ourselves for as long as what is returned is there.
pub(super) fn lock(place: &Path) -> Option<File> {
    make_folders(place.parent()?).ok()?;
    let lock = Opening::to_append().no_link().or_make_private();
    let lock = lock.anything(&place.with_extension("lock")).ok()?;
    let until = Instant::now() + PATIENCE;
    while flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        if Instant::now() >= until {
            return None;
        }
        thread::sleep(PAUSE);
    }
    Some(lock)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn texts_are_kept_for_their_owner_alone_and_the_last_ones_only() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("state").join("prompts.json");
        let kept = Remembered(Some(place.clone()));
        for number in 0..60 {
            kept.with(&format!("text {number}\nwith \"lines\" 漢字"));
        }
        let all = kept.read();
        assert_eq!(all.len(), MOST_REMEMBERED);
        assert_eq!(all[49], "text 59\nwith \"lines\" 漢字");
        let mode = fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(Remembered(None).with("text"), Vec::<String>::new());
    }
}
