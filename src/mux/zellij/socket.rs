//! Where a server listens now, and whether it answers.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pane_patrol_hooks::mux::zellij::Session;

use super::quoted;
use crate::mux::proof::File;
use crate::mux::{Gone, Outcome, Undone};
use crate::sys::own_socket::connect_if;
use crate::sys::process::start_of;

/// As many sockets of a folder are looked at.
const MOST: usize = 256;

/// How long a server may take to answer a greeting: some three hundred times what it needs.
const ANSWERS_WITHIN: Duration = Duration::from_millis(300);

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
}

impl Answering {
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
    let lost = || Undone::Gone(Gone::OutOfReach(words_of_lost(session)));
    let (path, stream) = connect(session).ok_or_else(lost)?;
    if !greet(stream) {
        let name = quoted(&name_of(&path));
        let words = format!("Zellij's session {name} does not answer; its server may be stopped");
        return Err(Undone::Unknown(words));
    }
    Ok(Answering {
        session: session.clone(),
        path,
    })
}

/// Where it listens, whether it answers or not.
pub(super) fn path_of(session: &Session) -> Option<PathBuf> {
    connect(session).map(|(path, _)| path)
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

/// The socket of the folder on which this process listens, connected to.
fn connect(session: &Session) -> Option<(PathBuf, UnixStream)> {
    let entries = fs::read_dir(&session.folder).ok()?;
    let mut entries = entries.flatten().take(MOST);
    entries.find_map(|entry| {
        let path = entry.path();
        let found = path.symlink_metadata().ok()?;
        let file = (found.dev(), found.ino());
        let is_possible = found.file_type().is_socket()
            && listener(file).is_none_or(|known| known == session.pid);
        let listening = Cell::new(None);
        let is_its = |pid| {
            listening.set(Some(pid));
            pid == session.pid
        };
        let stream = is_possible.then(|| connect_if(&path, &is_its).ok())?;
        if let Some(pid) = listening.get() {
            remember(file, pid);
        }
        Some((path, stream?))
    })
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

/// Whether it answers. A stopped server is connected to all the same, by the system.
fn greet(mut stream: UnixStream) -> bool {
    let is_set = stream.set_read_timeout(Some(ANSWERS_WITHIN)).is_ok()
        && stream.set_write_timeout(Some(ANSWERS_WITHIN)).is_ok();
    let mut answer = [0; LENGTH];
    is_set && stream.write_all(&GREETING).is_ok() && stream.read_exact(&mut answer).is_ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    /// A session whose server is this process.
    fn session(folder: &Path) -> Session {
        let folder = folder.join("contract_version_1");
        fs::create_dir_all(&folder).unwrap();
        let pid = std::process::id();
        Session {
            folder: folder.to_string_lossy().into_owned(),
            pid,
            start: start_of(pid).unwrap(),
        }
    }

    #[test]
    fn a_server_is_found_by_its_process_under_whatever_name_and_greeted() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let session = session(folder.path());
        let at = |name: &str| Path::new(&session.folder).join(name);
        fs::write(at("a file"), "").unwrap();
        let listener = UnixListener::bind(at("zuerst")).unwrap();
        fs::rename(at("zuerst"), at("my work")).unwrap();
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
    fn one_that_is_stopped_is_unknown_and_one_that_is_no_more_is_gone() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let session = session(folder.path());
        let lost = answering(&session).unwrap_err();
        assert!(matches!(lost, Undone::Gone(Gone::OutOfReach(_))), "{lost}");
        let _listener = UnixListener::bind(Path::new(&session.folder).join("b`")).unwrap();
        let stopped = answering(&session).unwrap_err();
        let words = "Zellij's session `b'` does not answer; its server may be stopped";
        assert_eq!(stopped, Undone::Unknown(words.to_owned()));
        let later = Session {
            start: session.start + 1,
            ..session
        };
        assert_eq!(answering(&later).unwrap_err(), Undone::Gone(Gone::Server));
    }
}
