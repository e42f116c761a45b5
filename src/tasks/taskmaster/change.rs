//! Writes a change into Taskmaster's files while Taskmaster, an assistant or an editor writes them, too.
//!
//! 1. Taskmaster's own lock is held while we read and write, for a few milliseconds.
//! 2. What was read is edited, and changes names with the file as it stands ([`Original::replace`]): where that
//!    is not what was read any more, it is read and edited again. A file that cannot be understood may be one
//!    that somebody is writing; it is never written.
//! 3. Taskmaster reads a list *before* it takes its lock, and writes all of it: whoever had read the list before
//!    us and writes it after us takes our change back without knowing it. So it is looked after for a moment,
//!    and made again where that has happened.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pane_patrol_installer::{ApplyError, Original};
use pane_patrol_sys::private;

use super::edit::{Edited, edit};
use super::list::Unfit;
use super::lock::Lock;
use super::not_changed::NotChanged;
use super::places::setting_of;
use super::trace::{Fate, Trace};
use super::{MAX_BYTES, TaskChange};
use crate::tasks::read_text;

/// For so long after the last write of anybody a change is looked after. From Taskmaster's reading to its writing
/// it takes some hundredths of a second, a few tenths where it has to wait for the lock.
const SETTLING: Duration = Duration::from_secs(1);

/// And no longer than that, however much is written.
const LONGEST: Duration = Duration::from_secs(5);

/// Between two looks meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// So often a change is made anew before it is given up.
const TRIES: u32 = 20;

/// And for no longer than that: somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// For so long a file that is gone, or cannot be understood, is taken for one that somebody is writing.
const HALF_WRITTEN: Duration = Duration::from_secs(1);

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The task, also one that is new.
    pub(crate) id: Option<String>,
    /// The tag of its list, or the current one now.
    pub(crate) tag: Option<String>,
    /// Whether it was so already.
    pub(crate) was_so: bool,
}

/// Carries out `wanted` on the list at `list`, for the user `uid`.
///
/// # Errors
/// It is not in the file, for that reason; of what others wrote nothing is lost.
pub(crate) fn change(list: &Path, uid: u32, wanted: &TaskChange) -> Result<Changed, NotChanged> {
    if let Some(why) = wanted.objection() {
        return Err(NotChanged::Meaningless(why));
    }
    let setting = setting_of(list).unwrap_or_default();
    let is_switch = matches!(wanted, TaskChange::Tag { .. });
    let writer = Writer {
        file: if is_switch { &setting } else { list },
        setting: &setting,
        list,
        uid,
        wanted,
    };
    writer.run()
}

struct Writer<'a> {
    list: &'a Path,
    /// Names the current tag.
    setting: &'a Path,
    /// The one of the two that is written.
    file: &'a Path,
    uid: u32,
    wanted: &'a TaskChange,
}

/// What came of one try.
enum Tried {
    /// It was so already.
    So(Trace),
    /// It was written.
    Written(Trace),
    /// Somebody else has written meanwhile.
    Overtaken,
    /// Somebody may be writing; why nothing can be done otherwise.
    HalfWritten(NotChanged),
}

impl Writer<'_> {
    fn run(&self) -> Result<Changed, NotChanged> {
        let start = Instant::now();
        let mut half_written_since = None;
        let mut tries = 0;
        while tries < TRIES && start.elapsed() < PATIENCE {
            match self.try_once()? {
                Tried::So(trace) => return Ok(Changed::of(trace, tries == 0)),
                Tried::Written(trace) if self.settles(&trace) => {
                    return Ok(Changed::of(trace, false));
                }
                Tried::HalfWritten(why) => {
                    let since = half_written_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > HALF_WRITTEN {
                        return Err(why);
                    }
                    sleep(PAUSE);
                    continue;
                }
                Tried::Written(_) | Tried::Overtaken => {}
            }
            half_written_since = None;
            tries += 1;
        }
        Err(NotChanged::Contended {
            path: self.file.to_owned(),
        })
    }

    fn try_once(&self) -> Result<Tried, NotChanged> {
        let _lock = Lock::take(self.file)?;
        let original = Original::read(self.file)?;
        let text = original
            .as_ref()
            .map(|original| self.text(original.bytes()))
            .transpose()?;
        let edited = match self.edited(text) {
            Ok(edited) => edited,
            Err(NotChanged::Unfit {
                path,
                why: why @ Unfit::Malformed(_),
            }) => return Ok(Tried::HalfWritten(NotChanged::Unfit { path, why })),
            Err(why @ NotChanged::Gone { .. }) => return Ok(Tried::HalfWritten(why)),
            Err(why) => return Err(why),
        };
        let Edited { text, trace } = edited;
        let Some(text) = text else {
            return Ok(Tried::So(trace));
        };
        let Some(original) = original else {
            return self.begin(&text, trace);
        };
        original.check_rights(self.uid)?;
        match original.replace(text.as_bytes()) {
            Ok(()) => Ok(Tried::Written(trace)),
            Err(ApplyError::Changed { .. }) => Ok(Tried::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    /// `now` is the content of the file that is to be written.
    fn edited(&self, now: Option<&str>) -> Result<Edited, NotChanged> {
        let unfit = |path: &Path| {
            let path = path.to_owned();
            |why| NotChanged::Unfit { path, why }
        };
        if self.file == self.list {
            let list = now.ok_or_else(|| self.gone())?;
            // One that cannot be read names no tag.
            let setting = read_text(self.setting, MAX_BYTES).ok();
            return edit(list, setting.as_deref(), self.wanted).map_err(unfit(self.list));
        }
        let list = read_text(self.list, MAX_BYTES).map_err(|why| NotChanged::NotRead {
            path: self.list.to_owned(),
            why,
        })?;
        // Whether there is such a tag is the list's to say.
        edit(&list, None, self.wanted).map_err(unfit(self.list))?;
        edit(&list, now, self.wanted).map_err(unfit(self.setting))
    }

    fn text<'t>(&self, bytes: &'t [u8]) -> Result<&'t str, NotChanged> {
        std::str::from_utf8(bytes).map_err(|error| NotChanged::NotRead {
            path: self.file.to_owned(),
            why: format!("is not UTF-8 at byte {}", error.valid_up_to()),
        })
    }

    fn gone(&self) -> NotChanged {
        NotChanged::Gone {
            path: self.file.to_owned(),
        }
    }

    /// Makes the file that names the current tag.
    fn begin(&self, text: &str, trace: Trace) -> Result<Tried, NotChanged> {
        match private::write_file(self.file, text.as_bytes()) {
            Ok(_) => Ok(Tried::Written(trace)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Tried::Overtaken),
            Err(source) => Err(NotChanged::NotMade {
                path: self.file.to_owned(),
                source,
            }),
        }
    }

    /// Looks after a change for a while; false when somebody has taken it back who did not know of it.
    fn settles(&self, trace: &Trace) -> bool {
        let end = Instant::now() + LONGEST;
        let mut until = Instant::now() + SETTLING;
        // What was written since the lock was given back is looked at, too.
        let mut seen = None;
        while Instant::now() < until.min(end) {
            sleep(PAUSE);
            let now = stamp(self.file);
            if now == seen {
                continue;
            }
            let text = read_text(self.file, MAX_BYTES).ok();
            match text.map(|text| trace.fate(&text)) {
                Some(Ok(Fate::Holds)) => seen = now,
                Some(Ok(Fate::Undone)) => return false,
                Some(Ok(Fate::Changed)) => return true,
                // Somebody is writing: it is looked at again.
                Some(Err(_)) | None => {}
            }
            until = Instant::now() + SETTLING;
        }
        true
    }
}

/// Another one than before when the file was written.
fn stamp(file: &Path) -> Option<(u64, i64, i64, u64)> {
    let now = fs::metadata(file).ok()?;
    Some((now.ino(), now.mtime(), now.mtime_nsec(), now.len()))
}

impl Changed {
    fn of(trace: Trace, was_so: bool) -> Self {
        Self {
            id: trace.id,
            tag: trace.tag,
            was_so,
        }
    }
}

#[cfg(test)]
mod tests;
