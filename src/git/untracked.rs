//! Lines of files that git does not track yet, counted as `git diff --numstat` would: git itself
//! would have to be started once for each.

use std::fs;
use std::path::Path;
use std::time::Instant;

use pane_patrol_sys::open::Opening;

use super::parse::Lines;

/// How much of all untracked files of a repository is read, in bytes.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Where git looks for a zero byte, the sign of a binary file.
const SIGN_BYTES: usize = 8000;

/// Counts until its time or its bytes are used up.
#[derive(Debug)]
pub(super) struct Counter {
    bytes_left: u64,
    deadline: Instant,
}

impl Counter {
    /// Counts files until `deadline`.
    pub(super) fn until(deadline: Instant) -> Self {
        Self {
            bytes_left: MAX_BYTES,
            deadline,
        }
    }

    /// The lines of one file; `None` when they are not counted.
    pub(super) fn count(&mut self, path: &Path) -> Option<Lines> {
        let about = fs::symlink_metadata(path).ok()?;
        if about.is_symlink() {
            // Its content is one line, the path it leads to.
            return Some(Some((1, 0)));
        }
        if !about.is_file() || about.len() > self.bytes_left || Instant::now() >= self.deadline {
            return None;
        }
        self.bytes_left -= about.len();
        // It may be another one by now.
        let opened = Opening::to_read().no_link().regular(path).ok()?;
        let content = opened.read(about.len()).ok()?;
        Some(lines_of(&content))
    }
}

fn lines_of(content: &[u8]) -> Lines {
    let start = &content[..content.len().min(SIGN_BYTES)];
    if memchr::memchr(0, start).is_some() {
        return None;
    }
    let ends = memchr::memchr_iter(b'\n', content).count() as u64;
    let unended = u64::from(content.last().is_some_and(|last| *last != b'\n'));
    Some((ends + unended, 0))
}
