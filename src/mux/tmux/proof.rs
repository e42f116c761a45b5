//! What the system says of tmux servers, for whoever does not know that they are tmux.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use pane_patrol_hooks::target::Server;
use pane_patrol_sys::process::text_of;

use super::{Belief, Disbelief, lost};
use crate::mux::proof::Trace;
use crate::mux::{self, Proof};

impl From<Disbelief> for mux::Disbelief {
    fn from(why: Disbelief) -> Self {
        let words = why.reason();
        match why {
            Disbelief::Absent => Self::Absent(words),
            Disbelief::Unreadable => Self::Unreadable(words),
            Disbelief::NoPath
            | Disbelief::InRuntime
            | Disbelief::NoSocket
            | Disbelief::NotOurs
            | Disbelief::Elsewhere
            | Disbelief::NotTmux
            | Disbelief::OfAnother => Self::Refuted(words),
        }
    }
}

/// How often the system has let a process run; `None` where it does not tell.
fn times_run(pid: u32) -> Option<u64> {
    let text = text_of(pid, "schedstat", 4096)?;
    let times = text.split_ascii_whitespace().nth(2)?.parse().ok()?;
    Some(times).filter(|times| *times > 0)
}

/// The file of a socket: another server may have put its own there.
fn file_of(socket: &str) -> Option<(u64, i64)> {
    let found = Path::new(socket).symlink_metadata().ok()?;
    Some((found.ino(), found.ctime_nsec()))
}

impl Proof for Belief {
    fn judge(&self, socket: &Path) -> Result<(), mux::Disbelief> {
        self.server(socket).map(drop).map_err(Into::into)
    }

    fn listener(&self, socket: &Path) -> Option<u32> {
        self.listener(socket)
    }

    /// It has one thread: what has not run has not changed.
    fn trace(&self, server: &Server) -> Option<Trace> {
        Some((times_run(server.pid)?, file_of(&server.socket)))
    }

    fn is_one(&self, pid: u32) -> bool {
        lost::is_tmux(pid)
    }

    fn is_ours(&self, pid: u32) -> bool {
        self.is_our_tmux(pid)
    }

    fn is_its_socket(&self, server: &Server) -> bool {
        lost::is_its_socket(server)
    }

    fn is_of_another(&self, server: &Server) -> Option<&'static str> {
        lost::is_of_another(server).then(|| Disbelief::OfAnother.reason())
    }

    fn has_lost_its_socket(&self, server: &Server) -> bool {
        lost::has_lost_its_socket(server)
    }

    fn remedy(&self, server: &Server) -> String {
        lost::remedy(server)
    }
}
