//! What the system says of tmux servers, for whoever does not know that they are tmux.

use std::path::Path;

use pane_patrol_hooks::target::Server;

use super::{Belief, Disbelief, lost};
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

impl Proof for Belief {
    fn judge(&self, socket: &Path) -> Result<(), mux::Disbelief> {
        self.server(socket).map(drop).map_err(Into::into)
    }

    fn listener(&self, socket: &Path) -> Option<u32> {
        self.listener(socket)
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
