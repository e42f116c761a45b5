//! Whose turn it is to answer: one at a time in each pane and in each session, in whatever process.
//!
//! The second one must see what the first one did, so it waits; nobody waits for who answers elsewhere. Several panes
//! may show one session, so whoever answers has the turn in both. A text that is sent is an answer in this, too: what has
//! the turn stands in its file, so that who waits in vain is told. It is had until it is known what became of it, which may
//! take some seconds longer than anything is to be seen.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_installer::sha256;
use pane_patrol_sys::open::Opening;
use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

use crate::state::{Bound, Row};

/// Another answer may take this long to be given before one is refused for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait between two tries to be the one that answers.
const PAUSE: Duration = Duration::from_millis(20);

/// So many letters of a digest tell one pane from all others.
const LETTERS: usize = 32;

/// What is done in one's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A request is answered.
    Answer,
    /// A text is sent.
    Text,
}

impl Doing {
    const ALL: [Self; 2] = [Self::Answer, Self::Text];

    /// In the file.
    fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Text => "text",
        }
    }

    /// What the file of that lock says.
    fn in_file(path: &Path) -> Option<Self> {
        let opening = Opening::to_read().no_link().may_wait();
        let mut file = opening.anything(path).ok()?;
        let mut word = String::new();
        io::Read::take(&mut file, 16)
            .read_to_string(&mut word)
            .ok()?;
        Self::ALL.into_iter().find(|doing| doing.word() == word)
    }
}

/// Why nobody may answer now.
#[derive(Debug, Error)]
pub enum NoTurn {
    /// Another one does.
    #[error(
        "another answer is just being given there, and what becomes of it is not known yet: try again in some seconds"
    )]
    Answering,
    /// Somebody sends a text there.
    #[error(
        "another text is just being sent there, and what becomes of it is not known yet: try again in some seconds"
    )]
    Sending,
    /// The system refused.
    #[error("could not lock {}: {source}", path.display())]
    Io {
        /// The lock.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The turn; it ends with this.
#[derive(Debug)]
pub struct Turn {
    _locks: Vec<Lock>,
}

impl Turn {
    /// Takes it for the pane and the session of `bound`, by files in `folder`; waits up to two seconds for whoever
    /// has it.
    ///
    /// # Errors
    /// Another one has it all the while, or the files cannot be locked.
    pub fn take(folder: &Path, bound: &Bound) -> Result<Self, NoTurn> {
        let pane = bound.server.as_ref().zip(bound.pane);
        let whose = (&bound.assistant, bound.instance_id.as_deref());
        Self::take_all(folder, names(whose, pane, &bound.row), Doing::Answer)
    }

    /// The same to send a text, for the pane and the session of a row, as far as it has them.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub(super) fn take_of(folder: &Path, row: &Row) -> Result<Self, NoTurn> {
        let pane = row.server.as_ref().zip(row.pane);
        let whose = (&row.assistant, row.instance_id.as_deref());
        Self::take_all(folder, names(whose, pane, &row.id), Doing::Text)
    }

    fn take_all(folder: &Path, names: BTreeSet<String>, doing: Doing) -> Result<Self, NoTurn> {
        let until = Instant::now() + PATIENCE;
        // All take them in this order, so that no two wait for each other.
        let locks = names
            .into_iter()
            .map(|name| Lock::take(folder.join(name), doing, until));
        let locks = locks.collect::<Result<_, _>>()?;
        Ok(Self { _locks: locks })
    }
}

/// What the locks of a pane, else of a row, and of its session are called.
fn names(
    (assistant, session): (&Assistant, Option<&str>),
    pane: Option<(&Server, PaneId)>,
    row: &str,
) -> BTreeSet<String> {
    let place = pane.map_or_else(
        || format!("row\n{row}"),
        |(server, pane)| format!("pane\n{server}\n{pane}"),
    );
    let session = session.map(|session| format!("session\n{assistant}\n{session}"));
    let name = |what: String| format!("act-{}.lock", &sha256(what.as_bytes())[..LETTERS]);
    [place].into_iter().chain(session).map(name).collect()
}

/// A locked file, which goes with the lock.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(path: PathBuf, doing: Doing, until: Instant) -> Result<Self, NoTurn> {
        loop {
            match try_to_lock(&path) {
                Ok(Some(mut file)) => {
                    // Without it another one is told less.
                    let _ = file
                        .set_len(0)
                        .and_then(|()| file.write_all(doing.word().as_bytes()));
                    return Ok(Self { path, _file: file });
                }
                Ok(None) if Instant::now() >= until => {
                    return Err(match Doing::in_file(&path) {
                        Some(Doing::Text) => NoTurn::Sending,
                        Some(Doing::Answer) | None => NoTurn::Answering,
                    });
                }
                Ok(None) => std::thread::sleep(PAUSE),
                Err(source) => return Err(NoTurn::Io { path, source }),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // As long as it is locked nobody else's is of that name. One that stays is locked the next time.
        let _ = fs::remove_file(&self.path);
    }
}

/// The locked file; `None` while it is another one's.
fn try_to_lock(path: &Path) -> io::Result<Option<File>> {
    let opening = Opening::to_update().no_link().may_wait().or_make_private();
    let file = opening.anything(path)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    // Whoever had it may have taken the file away since it was opened: then this is no lock any more.
    let is_there = fs::symlink_metadata(path).is_ok_and(|there| {
        file.metadata()
            .is_ok_and(|own| (own.dev(), own.ino()) == (there.dev(), there.ino()))
    });
    Ok(is_there.then_some(file))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use super::*;
    use crate::state::fixture::{With as _, row};
    use pane_patrol_hooks::event::State;

    fn bound(pane: u32, session: &str) -> Bound {
        let row = row(pane, "claude", State::WaitingApproval, "a:0.0", 5);
        let mut row = row.asks("Bash", "touch f");
        row.instance_id = Some(session.to_owned());
        row.pane = Some(PaneId(pane));
        row.server = Some(Server {
            socket: "/tmp/tmux".to_owned(),
            pid: 1,
        });
        Bound::to(&row).unwrap()
    }

    #[test]
    fn nobody_answers_beside_another_one_in_its_pane_or_session_and_everybody_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let take = |bound: &Bound| Turn::take(folder.path(), bound);
        let first = take(&bound(1, "s")).unwrap();
        let elsewhere = take(&bound(2, "t")).unwrap();
        for taken in [take(&bound(1, "u")), take(&bound(3, "s"))] {
            let why = taken.unwrap_err().to_string();
            assert!(
                why.starts_with("another answer is just being given there"),
                "{why}"
            );
        }
        let other_server = Bound {
            server: Some(Server {
                socket: "/tmp/other".to_owned(),
                pid: 2,
            }),
            ..bound(1, "v")
        };
        drop(take(&other_server).unwrap());
        drop(first);
        drop(take(&bound(1, "s")).unwrap());
        drop(elsewhere);
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "no file stays");
    }

    #[test]
    fn who_waits_in_vain_is_told_what_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let asking = bound(1, "s");
        let mut its = row(1, "claude", State::Running, "a:0.0", 5);
        (its.pane, its.server) = (asking.pane, asking.server.clone());
        let text = Turn::take_of(folder.path(), &its).unwrap();
        let why = Turn::take(folder.path(), &asking).unwrap_err().to_string();
        assert!(
            why.starts_with("another text is just being sent there"),
            "{why}"
        );
        drop(text);
        let _answer = Turn::take(folder.path(), &asking).unwrap();
        let why = Turn::take_of(folder.path(), &its).unwrap_err().to_string();
        assert!(
            why.starts_with("another answer is just being given there"),
            "{why}"
        );
    }

    #[test]
    fn however_many_want_the_turn_one_has_it() {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let (inside, turns) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let answer = |pane: u32| {
            let (folder, inside, turns) = (folder.clone(), inside.clone(), turns.clone());
            thread::spawn(move || {
                for _ in 0..20 {
                    if let Ok(_turn) = Turn::take(folder.path(), &bound(pane, "s")) {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "alone");
                        turns.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                }
            })
        };
        let answering: Vec<_> = (0..4).map(|number| answer(number % 2)).collect();
        for one in answering {
            one.join().unwrap();
        }
        assert!(turns.load(Ordering::SeqCst) > 0);
    }
}
