//! Whether a server rests, as far as the system tells: nobody connects to it and nothing is asked of it, for each
//! question has it begin a thread and wake others.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pane_patrol_hooks::mux::zellij::Session;

use super::line::Line;
use super::socket::Answering;
use crate::mux::proof::{File, Trace};
use crate::sys::process::{children_of, children_of_thread, families_of, stat};

/// As many servers are remembered.
const MOST: usize = 256;

/// What was so of a server when it last answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    path: PathBuf,
    file: File,
    /// Those of its threads that had started what ran in its panes: the others are many.
    parents: Vec<u32>,
}

static KNOWN: Mutex<BTreeMap<Session, Known>> = Mutex::new(BTreeMap::new());

/// Takes down how it is with a server that has just answered.
pub(super) fn note(server: &Answering) {
    let families = families_of(server.session.pid);
    let Some(file) = file_at(&server.path) else {
        return;
    };
    let now = Known {
        path: server.path.clone(),
        file,
        parents: families.into_iter().map(|(thread, _)| thread).collect(),
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(server.session.clone(), now);
}

/// What is the same as long as it has the same processes in its panes and its session is called as it was when it last
/// answered. `None`: it is to be asked, for it has another name, is stopped or gone, or has not been listed.
pub(super) fn trace(session: &Session) -> Option<Trace> {
    let known = as_known(session)?;
    let mut children = children_by(session.pid, &known.parents)?;
    children.sort_unstable();
    let name = hashed(&known.path).cast_signed();
    Some((hashed(&children), Some((known.file.1, name))))
}

/// Where it listens, if all is so that a word to it would be answered.
pub(super) fn place(session: &Session) -> Option<Answering> {
    let known = as_known(session)?;
    Some(Answering {
        session: session.clone(),
        path: known.path,
        line: Line::default(),
    })
}

fn as_known(session: &Session) -> Option<Known> {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get(session).cloned()?;
    let its = stat(session.pid).filter(|its| its.start == session.start && !its.is_stopped);
    let file = its.and_then(|_| file_at(&known.path));
    (file == Some(known.file)).then_some(known)
}

/// What these threads of it have started; where there are none, what all have.
fn children_by(pid: u32, parents: &[u32]) -> Option<Vec<u32>> {
    if parents.is_empty() {
        return Some(children_of(pid));
    }
    let families = parents
        .iter()
        .map(|thread| children_of_thread(pid, *thread));
    let families: Option<Vec<Vec<u32>>> = families.collect();
    Some(families?.concat())
}

fn file_at(path: &Path) -> Option<File> {
    let found = path.symlink_metadata().ok()?;
    Some((found.dev(), found.ino()))
}

fn hashed(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;
    use crate::sys::process::start_of;

    /// A shell that stands for a server, and a file for its socket.
    struct Stand {
        server: Child,
        at: Answering,
        _folder: tempfile::TempDir,
    }

    impl Stand {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("work");
            fs::write(&path, "").expect("it is ours");
            let mut server = Command::new("sh");
            let server = server.stdin(Stdio::piped()).spawn().expect("a shell");
            let session = Session {
                folder: "/tmp/contract_version_1".to_owned(),
                pid: server.id(),
                start: start_of(server.id()).expect("it lives"),
            };
            Self {
                server,
                at: Answering {
                    session,
                    path,
                    line: Line::default(),
                },
                _folder: folder,
            }
        }

        fn told(&mut self, line: &str) {
            let to = self.server.stdin.as_mut().expect("a pipe");
            writeln!(to, "{line}").expect("it reads");
        }

        fn trace(&self) -> Option<Trace> {
            trace(&self.at.session)
        }

        fn signal(&self, signal: Signal) {
            kill_process(Pid::from_child(&self.server), signal).expect("it lives");
        }
    }

    impl Drop for Stand {
        fn drop(&mut self) {
            let children = children_of(self.server.id());
            let _ = self.server.kill();
            for child in children {
                let pid = crate::sys::process::as_pid(child).expect("a process");
                let _ = kill_process(pid, Signal::KILL);
            }
            let _ = self.server.wait();
        }
    }

    fn until(is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "it is not so");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_server_that_has_the_same_panes_and_name_is_left_alone_and_any_other_is_not() {
        let mut stand = Stand::new();
        let pid = stand.server.id();
        assert_eq!(stand.trace(), None, "it has not been listed");
        stand.told("sleep 1000 & sleep 1000 &");
        until(|| children_of(pid).len() == 2);
        note(&stand.at);
        let rests = stand.trace();
        assert!(rests.is_some() && stand.trace() == rests);
        assert!(place(&stand.at.session).is_some());
        stand.told("kill $!; wait $!");
        until(|| stand.trace().is_some_and(|trace| Some(trace) != rests));
        stand.told("sleep 1000 &");
        until(|| children_of(pid).len() == 2);
        assert_ne!(stand.trace(), rests, "it is not the same pane");
        // Neither is connected to for that.
        stand.signal(Signal::STOP);
        until(|| stand.trace().is_none());
        assert!(place(&stand.at.session).is_none(), "it would not answer");
        stand.signal(Signal::CONT);
        until(|| stand.trace().is_some());
        fs::rename(&stand.at.path, stand.at.path.with_file_name("renamed")).unwrap();
        assert_eq!(stand.trace(), None, "it is called otherwise");
        fs::write(&stand.at.path, "").unwrap();
        assert_eq!(stand.trace(), None, "and another one as it was");
    }

    #[test]
    fn a_process_that_only_has_its_number_is_not_it() {
        let stand = Stand::new();
        note(&stand.at);
        assert!(stand.trace().is_some());
        let mut later = stand.at.session.clone();
        later.start += 1;
        let at = Answering {
            session: later.clone(),
            path: stand.at.path.clone(),
            line: Line::default(),
        };
        note(&at);
        assert_eq!(trace(&later), None);
    }
}
