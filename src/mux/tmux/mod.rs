//! Everything that is asked of tmux, on top of one bounded call: a deadline after which the child is
//! killed and reaped, nothing on its stdin, a fixed locale, the server named by its socket. What tmux
//! prints is parsed by pure functions over bytes. Nothing here starts a server, and nothing here
//! reads what is drawn in a pane.

mod ask;
mod audience;
pub(crate) mod belief;
mod buffer;
mod call;
mod command;
pub(crate) mod conf;
mod format;
mod glance;
mod here;
mod jump;
mod lines;
mod listing;
mod lost;
mod moment;
mod opening;
mod panes;
mod pipe;
pub(crate) mod private;
mod proof;
mod restoring;
mod servers;
mod sidebar;
mod signs;
mod split;
mod stirs;

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::tmux::program;
use thiserror::Error;

use super::PaneList;
use crate::sys::child::{ANSWER, Kept, printed};
use ask::Ask;

pub use belief::{Belief, Believed, Disbelief};
pub use command::Call;
pub use format::{Format, LinePattern, coloured};
pub(super) use servers::ENTRY;

/// How long tmux may take for one answer.
const CALL_BUDGET: Duration = super::PATIENCE;

/// One tmux server, named by its socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tmux {
    socket: PathBuf,
    budget: Duration,
}

/// Why tmux gave no answer.
#[derive(Debug, Error)]
pub enum TmuxError {
    /// There is no program of that name.
    #[error("tmux is not installed (no `tmux` on PATH)")]
    NotInstalled,
    /// Nobody listens on the socket: the server has ended.
    #[error("no tmux server runs on {}", socket.display())]
    NoServer {
        /// The socket that was asked.
        socket: PathBuf,
    },
    /// The server or its client hangs; this says nothing about its panes.
    #[error("tmux did not answer within {budget:?}: {command}")]
    TimedOut {
        /// The command line.
        command: String,
        /// How long was waited.
        budget: Duration,
    },
    /// tmux refused.
    #[error("{command}: {stderr}")]
    Failed {
        /// The command line.
        command: String,
        /// What tmux said.
        stderr: String,
    },
    /// The answer is not what was asked for.
    #[error("{command}: cannot make sense of the line `{line}`")]
    Unreadable {
        /// The command line.
        command: String,
        /// The first line that cannot be read.
        line: String,
    },
    /// The answer has no end, or one that is far away.
    #[error("{command}: the answer is too long")]
    TooMuch {
        /// The command line.
        command: String,
    },
    /// The server is not believed: it was not asked.
    #[error("{}: {why}", socket.display())]
    NotBelieved {
        /// The socket that was named.
        socket: PathBuf,
        /// Why not.
        why: Disbelief,
    },
    /// The child could not be started or read.
    #[error("{command}: {source}")]
    Io {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Belief {
    /// The server on `socket`, if that may be talked to.
    ///
    /// # Errors
    /// [`TmuxError::NoServer`] where nobody listens, else [`TmuxError::NotBelieved`].
    pub fn tmux(&self, socket: &Path) -> Result<Tmux, TmuxError> {
        let refused = |why| match why {
            Disbelief::Absent => TmuxError::NoServer {
                socket: socket.to_owned(),
            },
            why => TmuxError::NotBelieved {
                socket: socket.to_owned(),
                why,
            },
        };
        self.server(socket).map(Tmux::at).map_err(refused)
    }
}

impl Tmux {
    /// The server that listens on a socket that is believed.
    pub fn at(server: Believed) -> Self {
        Self {
            socket: server.into_path(),
            budget: CALL_BUDGET,
        }
    }

    /// The same server, asked with less (or more) patience.
    #[must_use]
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// The server's socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Has tmux carry out `call` and gives what it printed, byte for byte.
    pub fn run(&self, call: &Call) -> Result<Vec<u8>, TmuxError> {
        call::run(self, call).map_err(|error| self.explain(error))
    }

    /// Has tmux begin to carry out `call`, which may take as long as it likes; whoever waits for it ends it,
    /// and where the system can, so does the end of the thread that began it.
    fn spawn(&self, call: &Call) -> Result<Child, TmuxError> {
        call::spawn_tied(self, call)
    }

    /// The command that shows `target` (`$1:@2.%3`) to the person on this terminal, as if she had typed
    /// it: with her whole environment, of which the server's settings choose what the session gets. For
    /// servers that are believed to be hers.
    fn attach(&self, target: &str) -> Command {
        call::attach(self, target)
    }

    /// All panes of the server, and which of them a person has in view: one process.
    fn list_panes(&self) -> Result<PaneList, TmuxError> {
        let call = listing::QUERY.call();
        let bytes = self.run(&call)?;
        let list = listing::parse(&bytes).map_err(|line| TmuxError::Unreadable {
            command: call::command_line(self, &call),
            line,
        })?;
        // A server without a session has no pane to show its pid with; for us it is gone.
        list.ok_or_else(|| TmuxError::NoServer {
            socket: self.socket.clone(),
        })
    }

    /// tmux's words for "no server" differ between versions, so the socket itself is asked.
    fn explain(&self, error: TmuxError) -> TmuxError {
        match error {
            TmuxError::Failed { .. } if !self.is_listening() => TmuxError::NoServer {
                socket: self.socket.clone(),
            },
            other => other,
        }
    }

    fn is_listening(&self) -> bool {
        use io::ErrorKind::{ConnectionRefused, NotFound};
        match UnixStream::connect(&self.socket) {
            Err(error) => !matches!(error.kind(), NotFound | ConnectionRefused),
            Ok(_) => true,
        }
    }
}

/// What the tmux on PATH says of its version; `None` where there is none or it does not answer.
fn version(within: Duration) -> Option<String> {
    let mut command = program(Kept::NOTHING);
    command.arg("-V");
    let printed = printed(&mut command, ANSWER, Instant::now() + within)?;
    Some(String::from_utf8_lossy(&printed).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::unix_socket::close;

    #[test]
    fn a_socket_nobody_listens_on_means_no_server() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Tmux::at(Believed::untested(folder.path().join(name)));
        let absent = at("absent");
        assert!(!absent.is_listening());
        let dead = folder.path().join("dead");
        close(std::os::unix::net::UnixListener::bind(dead).unwrap());
        assert!(!at("dead").is_listening());
        let live = folder.path().join("live");
        let _listener = std::os::unix::net::UnixListener::bind(live).unwrap();
        assert!(at("live").is_listening());
    }
}
