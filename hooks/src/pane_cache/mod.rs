//! What was found out about a pane, remembered in a small file, so that the usual event starts no process.

mod sweep;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pane_patrol_sys::open::{Opening, is_at};
use pane_patrol_sys::replace::finish;
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Resource, getrlimit};

use crate::target::{PaneId, Server, Target};
use crate::text::one_line;

pub use sweep::{Facts, sweep};

/// How long an answer is good for. Windows move, sessions are renamed; the dashboard lists panes anyway.
const FRESH: Duration = Duration::from_secs(30);
/// Longest file that is read, in bytes: two lines of 512.
const MAX_BYTES: u64 = 1100;
/// Longest key of a session, in characters.
const MAX_KEY_CHARS: usize = 100;

/// One thing that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    path: PathBuf,
    /// What it is about, which stands in the file too: two may share a hash.
    key: String,
    uid: u32,
}

impl CacheEntry {
    /// The address of `pane` of `server`, kept in `folder`, which belongs to `uid`.
    pub fn of(folder: &Path, server: Option<&Server>, pane: PaneId, uid: u32) -> Self {
        let server = server.map(Server::to_string).unwrap_or_default();
        Self::named(folder, "pane", format!("{server},{pane}"), uid)
    }

    /// The pane of an assistant's session, kept in `folder`, which belongs to `uid`.
    pub fn of_session(folder: &Path, session: &str, uid: u32) -> Self {
        Self::named(folder, "session", one_line(session, MAX_KEY_CHARS), uid)
    }

    fn named(folder: &Path, kind: &str, key: String, uid: u32) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let path = folder.join(format!("{kind}-{:016x}", hasher.finish()));
        Self { path, key, uid }
    }

    /// The address that is remembered, and whether it is still fresh at `now`. A link, another user's
    /// file and what is no entry of this pane count as nothing.
    pub fn recall(&self, now: SystemTime) -> Option<(Target, bool)> {
        let (target, kept) = self.recall_line()?;
        let age = now.duration_since(kept);
        Some((target.parse().ok()?, age.is_ok_and(|age| age < FRESH)))
    }

    /// The line that is remembered, and since when.
    pub(crate) fn recall_line(&self) -> Option<(String, SystemTime)> {
        let opened = Opening::to_read().no_link().regular(&self.path).ok()?;
        let kept = opened.about.modified().ok();
        if opened.about.uid() != self.uid {
            return None;
        }
        let text = String::from_utf8(opened.read(MAX_BYTES).ok()?).ok()?;
        let (key, line) = text.strip_suffix('\n')?.split_once('\n')?;
        let is_ours = key == self.key && !line.contains('\n');
        is_ours.then(|| Some((line.to_owned(), kept?)))?
    }

    /// Remembers `target`. Readers see the old entry or the new one, whole; a failure is none.
    pub fn keep(&self, target: &Target) {
        self.keep_line(&target.to_string());
    }

    /// Remembers a line, like [`CacheEntry::keep`].
    pub(crate) fn keep_line(&self, line: &str) {
        // One name for all of them: a hook ends wherever it is when its time is up, and what such
        // ones leave behind is taken up by the next instead of adding up.
        let temporary = self.path.with_extension("new");
        // Whoever writes it just now has found out the same.
        let Ok(file) = take_up(&temporary) else {
            return;
        };
        let text = format!("{}\n{line}\n", self.key);
        // Nobody could be told that it failed.
        let _ = finish(write(&file, &text), &temporary, &self.path);
    }

    /// Remembers nothing any more.
    pub fn forget(&self) {
        // Not there is as good as gone.
        let _ = fs::remove_file(&self.path);
    }
}

/// The file of that name for us alone, made if it is not there.
fn take_up(path: &Path) -> io::Result<File> {
    let opening = Opening::to_write().no_link().may_wait().or_make_private();
    let file = opening.anything(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    if !is_at(path, &file) {
        // Finished by another one meanwhile: it has its real name now, and readers.
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(file)
}

fn write(mut file: &File, text: &str) -> io::Result<()> {
    // A write beyond the limit on file sizes is answered with a signal that kills.
    let limit = getrlimit(Resource::Fsize).current;
    if limit.is_some_and(|limit| limit < MAX_BYTES) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::mux::tmux::server_of;

    struct CacheFolder {
        folder: tempfile::TempDir,
        uid: u32,
    }

    impl CacheFolder {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                uid: rustix::process::geteuid().as_raw(),
            }
        }

        fn entry(&self, pane: u32) -> CacheEntry {
            let server = server_of("/tmp/t/default,12,0");
            CacheEntry::of(self.folder.path(), server.as_ref(), PaneId(pane), self.uid)
        }
    }

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_kept_is_recalled_until_it_is_old() {
        let cache = CacheFolder::new();
        let entry = cache.entry(3);
        assert_eq!(entry.recall(SystemTime::now()), None);
        entry.keep(&target("日本 [x]:1.2"));
        entry.keep(&target("main:0.1"));
        let now = SystemTime::now();
        assert_eq!(entry.recall(now), Some((target("main:0.1"), true)));
        assert_eq!(entry.recall(now + FRESH), Some((target("main:0.1"), false)));
        assert_eq!(entry.recall(now - FRESH), Some((target("main:0.1"), false)));
        assert_eq!(fs::read_dir(cache.folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_hook_left_unfinished_is_taken_up_by_the_next_one() {
        let cache = CacheFolder::new();
        let entry = cache.entry(3);
        let unfinished = entry.path.with_extension("new");
        let writing = take_up(&unfinished).unwrap();
        write(&writing, "as far as it ca").unwrap();
        entry.keep(&target("main:0.1"));
        assert_eq!(entry.recall(SystemTime::now()), None, "it is being written");
        drop(writing);
        entry.keep(&target("main:0.1"));
        let (target, _) = entry.recall(SystemTime::now()).unwrap();
        assert_eq!(target.to_string(), "main:0.1");
        assert_eq!(fs::read_dir(cache.folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn each_pane_of_each_server_has_its_own_memory() {
        let cache = CacheFolder::new();
        cache.entry(3).keep(&target("main:0.1"));
        assert_eq!(cache.entry(4).recall(SystemTime::now()), None);
        let other = CacheEntry::of(cache.folder.path(), None, PaneId(3), cache.uid);
        assert_eq!(other.recall(SystemTime::now()), None);
        fs::copy(cache.entry(3).path, cache.entry(4).path).unwrap();
        assert_eq!(cache.entry(4).recall(SystemTime::now()), None);
    }

    #[test]
    fn a_planted_memory_is_not_believed() {
        let cache = CacheFolder::new();
        let entry = cache.entry(3);
        entry.keep(&target("main:0.1"));
        let real = cache.folder.path().join("real");
        fs::rename(&entry.path, &real).unwrap();
        symlink(&real, &entry.path).unwrap();
        assert_eq!(entry.recall(SystemTime::now()), None, "a link");

        fs::remove_file(&entry.path).unwrap();
        fs::rename(&real, &entry.path).unwrap();
        let stranger = CacheEntry {
            uid: cache.uid + 1,
            ..entry.clone()
        };
        assert_eq!(stranger.recall(SystemTime::now()), None, "another owner");

        fs::remove_file(&entry.path).unwrap();
        fs::create_dir(&entry.path).unwrap();
        assert_eq!(entry.recall(SystemTime::now()), None, "a folder");
        entry.keep(&target("main:0.1"));
        assert_eq!(fs::read_dir(cache.folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_torn_memory_is_none() {
        let cache = CacheFolder::new();
        let entry = cache.entry(3);
        for text in ["", "\n", "main:0.1\n", &format!("{}\nmain:0.1", entry.key)] {
            fs::write(&entry.path, text).unwrap();
            assert_eq!(entry.recall(SystemTime::now()), None, "{text:?}");
        }
    }
}
