//! Where a server listens now, and whether it answers.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::Session;
use rustix::io::Errno;
use rustix::net::{SocketAddrUnix, SocketType};
use rustix::time::ClockId;

use super::line::Line;
use super::protocol::{Heard, hear};
use super::quoted;
use crate::mux::proof::File;
use crate::mux::{Gone, Outcome, Undone};
use crate::sys::own_socket::{NotConnected, connect_if};
use crate::sys::process::start_of;
#[cfg(target_os = "linux")]
use crate::sys::unix_socket::made_by;
use crate::sys::unix_socket::unix_socket;

/// As many sockets of a folder are looked at.
const MOST: usize = 256;

/// How long a server may take to answer: some three hundred times what it needs.
const ANSWERS_WITHIN: Duration = Duration::from_millis(300);

/// As often may a server say nothing.
const TRIES: usize = 2;

/// As often is it called.
const MOST_CALLS: usize = 8;

/// How long a server may take from its socket to its first pane.
const BEGINS_WITHIN: Duration = Duration::from_secs(5);

/// "Is anybody there?" in the server's own protocol: the length of a message, and the message.
const GREETING: [u8; 6] = [2, 0, 0, 0, 0x6a, 0];

/// Every answer begins with its length.
const LENGTH: usize = 4;

/// Which process listens on a socket, by its file: whoever is stopped is not called again and again only to be
/// told from another.
static LISTENERS: Mutex<BTreeMap<File, u32>> = Mutex::new(BTreeMap::new());

/// A server that has just answered.
#[derive(Debug)]
pub(super) struct Answering {
    /// Which one.
    pub(super) session: Session,
    /// Where it listens.
    pub(super) path: PathBuf,
    /// How it is asked.
    pub(super) line: Line,
}

impl Answering {
    /// The same, to be asked over a connection of its own.
    pub(super) fn again(&self) -> Self {
        Self {
            session: self.session.clone(),
            path: self.path.clone(),
            line: Line::default(),
        }
    }

    /// Talks to it, see [`Line::over`].
    pub(super) fn over<T>(&self, talk: impl FnOnce(&UnixStream) -> io::Result<T>) -> io::Result<T> {
        let connect = || connected(&self.session).map(|(_, stream)| stream);
        self.line.over(connect, talk)
    }

    /// What the session is called now.
    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// Whether the process is still that server's.
pub(super) fn lives(session: &Session) -> bool {
    start_of(session.pid) == Some(session.start)
}

/// The server, if it answers.
pub(super) fn answering(session: &Session) -> Outcome<Answering> {
    if !lives(session) {
        return Err(Undone::Gone(Gone::Server));
    }
    let silent = |path: &Path| {
        let name = quoted(&name_of(path));
        Undone::Unknown(format!(
            "Zellij's session {name} does not answer; its server may be stopped"
        ))
    };
    let line = Line::default();
    let mut called = PathBuf::new();
    let mut silences = 0;
    // To be struck off again and again is no sign of anybody.
    for _ in 0..MOST_CALLS {
        let (path, stream) = match connect(session) {
            Reached::It(path, stream) => (path, stream),
            Reached::Full(path) => return Err(silent(&path)),
            Reached::Nobody => {
                let words = words_of_lost(session);
                return Err(Undone::Gone(Gone::OutOfReach(words)));
            }
        };
        let heard = answer(session, &stream);
        line.take_up(stream, heard == Heard::Understood);
        match heard {
            Heard::Understood | Heard::Something => {
                return Ok(Answering {
                    session: session.clone(),
                    path,
                    line,
                });
            }
            Heard::StruckOff => {}
            Heard::Nothing => silences += 1,
        }
        called = path;
        if silences == TRIES {
            break;
        }
    }
    Err(silent(&called))
}

/// A connection to it, on which nothing has been said, and where it listens.
pub(super) fn connected(session: &Session) -> Option<(PathBuf, UnixStream)> {
    match connect(session) {
        Reached::It(path, stream) => Some((path, stream)),
        Reached::Full(_) | Reached::Nobody => None,
    }
}

/// Whether it has a socket still. One that is stopped is not called for that as long as its file has the name that it
/// was given: a server can be called only so often before it answers.
pub(super) fn has_socket(session: &Session) -> bool {
    let is_there = |path: &PathBuf| {
        let found = path.symlink_metadata();
        found.is_ok_and(|found| found.file_type().is_socket())
    };
    own(session).iter().any(is_there) || !matches!(connect(session), Reached::Nobody)
}

/// What is so of a server that nobody can talk to, and what to do.
pub(super) fn words_of_lost(session: &Session) -> String {
    format!(
        "its Zellij server has lost its socket; {}",
        remedy(session.pid)
    )
}

/// See [`words_of_lost`].
pub(super) fn remedy(pid: u32) -> String {
    format!("it makes no other one: bring what runs there to an end, then `kill {pid}`")
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Elsewhere nothing is known of its processes anyway.
#[cfg(not(target_os = "linux"))]
fn made_by(_: u32) -> Vec<PathBuf> {
    Vec::new()
}

/// What came of a call.
enum Reached {
    /// It is connected to.
    It(PathBuf, UnixStream),
    /// Somebody listens there who takes nobody else: who is stopped is soon called too often. It may be it.
    Full(PathBuf),
    /// It listens nowhere.
    Nobody,
}

/// Connects to the socket of the folder on which this process listens: that which it has made, else any, because it may
/// be called otherwise by now. So those of others are called for it as seldom as can be.
fn connect(session: &Session) -> Reached {
    let mut full = None;
    let entries = fs::read_dir(&session.folder).into_iter().flatten();
    let any = entries.flatten().take(MOST).map(|entry| entry.path());
    for path in own(session).into_iter().chain(any) {
        match call(&path, session) {
            Reached::Full(path) => full = full.or(Some(path)),
            Reached::Nobody => {}
            it @ Reached::It(..) => return it,
        }
    }
    full.map_or(Reached::Nobody, Reached::Full)
}

/// The sockets of the folder that the process has made, as it has called them.
fn own(session: &Session) -> Vec<PathBuf> {
    let mut made = made_by(session.pid);
    made.retain(|path| path.parent() == Some(Path::new(&session.folder)));
    made
}

/// Connects to that socket if this session's process listens there, or nobody knows who does. A server that is only just
/// beginning does not survive that, so a socket that is young is not asked about a server that is not.
fn call(path: &Path, session: &Session) -> Reached {
    let pid = session.pid;
    let Ok(found) = path.symlink_metadata() else {
        return Reached::Nobody;
    };
    let file = (found.dev(), found.ino());
    let known = listener(file);
    if !found.file_type().is_socket() || known.is_some_and(|known| known != pid) {
        return Reached::Nobody;
    }
    if known.is_none() && is_young(&found) && !has_begun_lately(session) {
        return Reached::Nobody;
    }
    let listening = Cell::new(None);
    let is_its = |its| {
        listening.set(Some(its));
        its == pid
    };
    let connected = connect_if(path, &is_its);
    if let Some(its) = listening.get() {
        remember(file, its);
    }
    match connected {
        Ok(stream) => Reached::It(path.to_owned(), stream),
        Err(NotConnected::Nobody) if takes_nobody_else(path) => Reached::Full(path.to_owned()),
        Err(_) => Reached::Nobody,
    }
}

fn is_young(found: &fs::Metadata) -> bool {
    let age = found.modified().ok().and_then(|made| made.elapsed().ok());
    age.is_none_or(|age| age < BEGINS_WITHIN)
}

fn has_begun_lately(session: &Session) -> bool {
    let now = rustix::time::clock_gettime(ClockId::Boottime).tv_sec;
    let began = session.start / rustix::param::clock_ticks_per_second();
    let age = u64::try_from(now).unwrap_or(0).saturating_sub(began);
    age < 2 * BEGINS_WITHIN.as_secs()
}

/// Whether somebody listens there, and has been called too often since.
fn takes_nobody_else(path: &Path) -> bool {
    let Ok(socket) = unix_socket(SocketType::STREAM) else {
        return false;
    };
    let called = || {
        rustix::io::ioctl_fionbio(&socket, true)?;
        rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)
    };
    called() == Err(Errno::AGAIN)
}

fn listener(file: File) -> Option<u32> {
    let known = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let pid = known.get(&file).copied()?;
    // The file's number is given out again.
    crate::sys::process::lives(pid).then_some(pid)
}

fn remember(file: File, pid: u32) {
    let mut known = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(file, pid);
}

/// What it answers: to a question, or, where that is not known to be one, to a greeting, which is another one's
/// end now and then (see [`super::direct`]).
fn answer(session: &Session, stream: &UnixStream) -> Heard {
    let heard = hear(session, stream, Instant::now() + ANSWERS_WITHIN);
    heard.unwrap_or_else(|| {
        if greet(stream) {
            Heard::Something
        } else {
            Heard::Nothing
        }
    })
}

/// Whether it answers. A stopped server is connected to all the same, by the system.
fn greet(mut stream: &UnixStream) -> bool {
    let is_set = stream.set_read_timeout(Some(ANSWERS_WITHIN)).is_ok()
        && stream.set_write_timeout(Some(ANSWERS_WITHIN)).is_ok();
    let mut answer = [0; LENGTH];
    is_set && stream.write_all(&GREETING).is_ok() && stream.read_exact(&mut answer).is_ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    /// A session whose server is this process, with a contract of its own.
    fn session(folder: &Path) -> Session {
        let folder = folder.join("contract_version_9");
        fs::create_dir_all(&folder).expect("it is ours");
        let pid = std::process::id();
        Session {
            folder: folder.to_string_lossy().into_owned(),
            pid,
            start: start_of(pid).expect("it lives"),
        }
    }

    /// As if it had been made some time ago, as a server's is that is looked for.
    fn age(at: &Path) {
        let long_ago = std::time::SystemTime::now() - BEGINS_WITHIN;
        let since = long_ago
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        let times = rustix::fs::Timestamps {
            last_access: rustix::fs::Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            },
            last_modification: rustix::fs::Timespec {
                tv_sec: i64::try_from(since.as_secs()).expect("for long") - 1,
                tv_nsec: 0,
            },
        };
        let flags = rustix::fs::AtFlags::SYMLINK_NOFOLLOW;
        rustix::fs::utimensat(rustix::fs::CWD, at, &times, flags).expect("it is ours");
    }

    #[test]
    fn a_server_is_found_by_its_process_under_whatever_name_and_greeted() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let session = session(folder.path());
        let at = |name: &str| Path::new(&session.folder).join(name);
        fs::write(at("a file"), "").unwrap();
        let listener = UnixListener::bind(at("zuerst")).unwrap();
        fs::rename(at("zuerst"), at("my work")).unwrap();
        age(&at("my work"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut greeting = [0; GREETING.len()];
            stream.read_exact(&mut greeting).unwrap();
            assert_eq!(greeting, GREETING);
            stream.write_all(&[2, 0, 0, 0, 0x22, 0]).unwrap();
        });
        assert_eq!(answering(&session).unwrap().name(), "my work");
        server.join().unwrap();
    }

    #[test]
    fn a_server_that_is_only_just_beginning_is_not_called_to_be_told_from_another() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let session = session(folder.path());
        let at = Path::new(&session.folder).join("another");
        let listener = UnixListener::bind(&at).unwrap();
        listener.set_nonblocking(true).unwrap();
        let other = Session {
            pid: std::os::unix::process::parent_id(),
            start: 0,
            ..session
        };
        let is_called = || {
            assert!(matches!(connect(&other), Reached::Nobody));
            listener.accept().is_ok()
        };
        assert!(!is_called());
        age(&at);
        assert!(is_called(), "an older one is asked who it is");
    }

    #[test]
    fn one_that_is_stopped_is_unknown_and_one_that_is_no_more_is_gone() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let session = session(folder.path());
        let lost = answering(&session).unwrap_err();
        assert!(matches!(lost, Undone::Gone(Gone::OutOfReach(_))), "{lost}");
        let at = Path::new(&session.folder).join("b`");
        let _listener = UnixListener::bind(&at).unwrap();
        age(&at);
        let stopped = answering(&session).unwrap_err();
        let words = "Zellij's session `b'` does not answer; its server may be stopped";
        assert_eq!(stopped, Undone::Unknown(words.to_owned()));
        assert!(has_socket(&session));
        // Called so often that it takes nobody else, it is there all the same.
        let mut calls = 0;
        while matches!(connect(&session), Reached::It(..)) && calls < 10_000 {
            calls += 1;
        }
        assert_eq!(answering(&session).unwrap_err(), stopped);
        assert!(has_socket(&session));
        let later = Session {
            start: session.start + 1,
            ..session
        };
        assert_eq!(answering(&later).unwrap_err(), Undone::Gone(Gone::Server));
    }
}
