//! Which servers are talked to: processes of this user that see what we see, were started as a server of Zellij,
//! and lie where Zellij puts them, or run the very program that we would start.

use std::ffi::OsString;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::mux::zellij::Session;
use pane_patrol_hooks::target::Server;

use super::census;
use super::here::{folder, folders};
use super::rest;
use super::socket::{has_socket, lives, remedy};
use crate::mux::proof::{File, Trace};
use crate::mux::{Disbelief, Proof, Reach};
use crate::sys::namespaces::{Side, user_of, world_of};
use crate::sys::process::program_of;

/// The name that every make of it has in its own.
const NAME: &str = "zellij";

const ABSENT: Disbelief = Disbelief::Absent("no Zellij server of that process runs");
const UNREADABLE: Disbelief = Disbelief::Unreadable("its process cannot be read now");
const ELSEWHERE: Disbelief = Disbelief::Refuted("it is in another container or namespace");
const NOT_OURS: Disbelief = Disbelief::Refuted("it belongs to another user");
const NOT_ZELLIJ: Disbelief = Disbelief::Refuted("it is no Zellij that you would start");
const NO_NAME: Disbelief = Disbelief::Refuted("it is no name of a Zellij server");

/// What is known of the person, as far as it is about Zellij.
#[derive(Clone, Debug)]
pub(super) struct Belief {
    uid: u32,
    /// Where sockets are believed.
    folders: Vec<PathBuf>,
    /// Where those are of the servers that she begins.
    usual: PathBuf,
    /// Servers that she is on, or has named.
    named: Vec<PathBuf>,
    path: Option<OsString>,
}

impl Belief {
    pub(super) fn of(reach: &Reach) -> Self {
        Self {
            uid: reach.uid,
            folders: folders(&reach.variables, reach.uid),
            usual: folder(&reach.variables, reach.uid),
            named: reach.named.clone(),
            path: reach.path.clone(),
        }
    }

    /// The server of that name, if it may be talked to.
    pub(super) fn session(&self, name: &str) -> Result<Session, Disbelief> {
        let session = Session::named(name).ok_or(NO_NAME)?;
        // As it was started, and not as somebody says.
        let served = Session::served_by(session.pid).ok_or(ABSENT)?;
        if served != session || !lives(&session) {
            return Err(ABSENT);
        }
        match world_of(session.pid) {
            Side::Ours => {}
            Side::Other => return Err(ELSEWHERE),
            Side::Unknown => return Err(UNREADABLE),
        }
        if user_of(session.pid) != Some(self.uid) {
            return Err(NOT_OURS);
        }
        let around = Path::new(&session.folder).parent();
        let is_known = self.named.iter().any(|known| *known == Path::new(name))
            || self.folders.iter().any(|known| Some(&**known) == around);
        if is_known && calls_itself_zellij(session.pid) || self.runs_ours(session.pid) {
            Ok(session)
        } else {
            Err(NOT_ZELLIJ)
        }
    }

    /// Whether there is such a program at all.
    pub(super) fn has_program(&self) -> bool {
        self.program().is_some()
    }

    /// The file that is started.
    pub(super) fn program(&self) -> Option<Metadata> {
        let is_program = |found: &Metadata| found.is_file() && found.mode() & 0o111 != 0;
        let files = std::env::split_paths(self.path.as_deref()?);
        let mut found = files.filter_map(|folder| folder.join(NAME).metadata().ok());
        found.find(is_program)
    }

    fn runs_ours(&self, pid: u32) -> bool {
        let its = Path::new(&format!("/proc/{pid}/exe")).metadata().ok();
        let file = |found: Metadata| (found.dev(), found.ino());
        its.is_some_and(|its| Some(file(its)) == self.program().map(file))
    }
}

fn calls_itself_zellij(pid: u32) -> bool {
    program_of(pid).is_some_and(|name| name.contains(NAME))
}

/// Whether the name is the server's own, and its process lives.
fn is_its(server: &Server) -> bool {
    Session::named(&server.socket).is_some_and(|session| {
        session.pid == server.pid && Session::served_by(session.pid).as_ref() == Some(&session)
    })
}

impl Proof for Belief {
    fn judge(&self, socket: &Path) -> Result<(), Disbelief> {
        self.session(&socket.to_string_lossy()).map(drop)
    }

    /// The process itself: its socket has a new file with each link to it.
    fn file(&self, socket: &Path) -> Option<File> {
        let session = Session::named(&socket.to_string_lossy())?;
        lives(&session).then_some((u64::from(session.pid), session.start))
    }

    fn listener(&self, socket: &Path) -> Option<u32> {
        let session = self.session(&socket.to_string_lossy());
        session.ok().map(|session| session.pid)
    }

    /// What it shows changes without that, but not which panes there are: it has the same processes in its panes, and
    /// its session is called as it was. What it runs itself tells nothing: it has many threads, and some of them wake by
    /// the clock.
    fn trace(&self, server: &Server) -> Option<Trace> {
        rest::trace(&Session::named(&server.socket)?)
    }

    fn traces_all(&self) -> bool {
        false
    }

    fn census(&self) -> Option<u64> {
        cfg!(target_os = "linux").then(|| census::stamp(&self.usual))
    }

    fn servers(&self) -> Vec<Server> {
        let all = census::sessions_in(&self.usual).into_iter();
        let believed = all.filter(|session| self.session(&session.to_string()).is_ok());
        believed.map(|session| session.server()).collect()
    }

    fn is_one(&self, pid: u32) -> bool {
        Session::served_by(pid).is_some()
    }

    fn is_ours(&self, pid: u32) -> bool {
        let session = Session::served_by(pid);
        session.is_some_and(|session| self.session(&session.to_string()).is_ok())
    }

    fn is_its_socket(&self, server: &Server) -> bool {
        is_its(server)
    }

    fn is_of_another(&self, server: &Server) -> Option<&'static str> {
        let session = Session::named(&server.socket)?;
        let is_other = session.pid != server.pid;
        is_other.then_some("its process is not the one that its name has")
    }

    fn has_lost_its_socket(&self, server: &Server) -> bool {
        let session = Session::named(&server.socket);
        is_its(server) && session.is_some_and(|session| !has_socket(&session))
    }

    fn remedy(&self, server: &Server) -> String {
        remedy(server.pid)
    }
}
