//! Whose word is believed: what tells a server of one kind from whatever else listens where somebody says
//! that one is.
//!
//! A place and a process are two words of whoever names them. What an implementation says here it has
//! from the system, by what the kernel tells of processes, files and listeners; no server is told
//! anything, and none is taken at its word.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use pane_patrol_hooks::target::Server;
use thiserror::Error;

/// Why a server is not talked to, in the words of its multiplexer, said of the server that somebody has
/// named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Disbelief {
    /// Nobody listens there; nothing bad is known of it.
    #[error("{0}")]
    Absent(&'static str),
    /// Who listens there cannot be told just now; nothing bad is known of it either.
    #[error("{0}")]
    Unreadable(&'static str),
    /// It is no server of ours.
    #[error("{0}")]
    Refuted(&'static str),
}

impl Disbelief {
    /// The words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Absent(words) | Self::Unreadable(words) | Self::Refuted(words) => words,
        }
    }
}

/// The file of a socket, by device and inode: as long as it is the same, what was proved of it holds.
pub(crate) type File = (u64, u64);

/// How often the system has let a server run, and which file its socket was.
pub(crate) type Trace = (u64, Option<(u64, i64)>);

/// What the system says of the servers of one multiplexer.
///
/// [`Server::socket`] is the name that rows and events know a server by. It need not be where that listens
/// now: an implementation whose servers move looks that up by the process.
pub trait Proof: Send + Sync {
    /// Whether the server of that name may be talked to now.
    ///
    /// # Errors
    /// Says why not.
    fn judge(&self, socket: &Path) -> Result<(), Disbelief>;

    /// What listens there as a file; `None` where there is none.
    fn file(&self, socket: &Path) -> Option<File> {
        let found = socket.symlink_metadata().ok()?;
        Some((found.dev(), found.ino()))
    }

    /// The process that listens there, if that may be talked to and the system tells.
    fn listener(&self, socket: &Path) -> Option<u32>;

    /// What is the same for as long as the server has done nothing at all, and so has nothing new to tell;
    /// `None` where that cannot be told.
    fn trace(&self, _: &Server) -> Option<Trace> {
        None
    }

    /// Whether nothing at all has changed while the trace is the same; else what panes show and are called may
    /// have, and who looks at them.
    fn traces_all(&self) -> bool {
        true
    }

    /// Where a person has any number of servers: what is the same as long as none begins or ends. `None`: there is
    /// one, which is found by its socket.
    fn census(&self) -> Option<u64> {
        None
    }

    /// All those that run and may be talked to; nobody is connected to.
    fn servers(&self) -> Vec<Server> {
        Vec::new()
    }

    /// Whether the process lives and is a server of this kind, as far as the system tells.
    fn is_one(&self, pid: u32) -> bool;

    /// Whether the process certainly runs the program that we would start, as we do, where we do; nothing
    /// is said of any socket.
    fn is_ours(&self, pid: u32) -> bool;

    /// Whether the process lives, is a server, and that name is its own. Only this makes a server of the
    /// two. Nobody is connected to.
    fn is_its_socket(&self, server: &Server) -> bool;

    /// The words for it where the process is certainly a living server of another name. Nobody is
    /// connected to.
    fn is_of_another(&self, server: &Server) -> Option<&'static str>;

    /// Whether the server lives and nobody can talk to it by its name. Nobody is connected to under a name
    /// that never was its own.
    fn has_lost_its_socket(&self, server: &Server) -> bool;

    /// What has a server that has lost its socket listen again.
    fn remedy(&self, server: &Server) -> String;
}

/// Of what has no servers.
pub(super) struct NoServers;

impl Proof for NoServers {
    fn judge(&self, _: &Path) -> Result<(), Disbelief> {
        Err(Disbelief::Refuted("it has no servers"))
    }

    fn listener(&self, _: &Path) -> Option<u32> {
        None
    }

    fn is_one(&self, _: u32) -> bool {
        false
    }

    fn is_ours(&self, _: u32) -> bool {
        false
    }

    fn is_its_socket(&self, _: &Server) -> bool {
        false
    }

    fn is_of_another(&self, _: &Server) -> Option<&'static str> {
        None
    }

    fn has_lost_its_socket(&self, _: &Server) -> bool {
        false
    }

    fn remedy(&self, _: &Server) -> String {
        String::new()
    }
}
