//! Servers that live although nobody can talk to them: the file of their socket was taken away, or
//! another program listens under its name by now. What runs in their panes runs on.

use std::path::Path;

use pane_patrol_hooks::target::Server;

use super::belief;
use crate::sys::process::{lives, program_of};

/// Whether the process lives and is a tmux, as far as the system tells.
pub(super) fn is_tmux(pid: u32) -> bool {
    lives(pid) && program_of(pid).is_none_or(|name| name.starts_with("tmux"))
}

/// Whether the process lives, is a tmux, and has made that very socket. A path and a process are two words
/// of whoever names them: only this makes a server of them. Where no system of that kind tells, whoever
/// names them is believed.
pub(super) fn is_its_socket(server: &Server) -> bool {
    let has_made = || belief::has_made(Path::new(&server.socket), server.pid);
    is_tmux(server.pid) && has_made().unwrap_or(cfg!(not(target_os = "linux")))
}

/// Whether the process is certainly a living tmux that has made another socket than that.
pub(super) fn is_of_another(server: &Server) -> bool {
    let has_made = || belief::has_made(Path::new(&server.socket), server.pid);
    is_tmux(server.pid) && has_made() == Some(false)
}

/// Whether the server lives and is not the one that listens on its socket, as far as the system tells.
/// Nobody is connected to on a socket that never was its own.
pub(super) fn has_lost_its_socket(server: &Server) -> bool {
    let socket = Path::new(&server.socket);
    let is_anothers = || {
        let is_there = socket.symlink_metadata().is_ok();
        !is_there || belief::is_anothers(socket, server.pid)
    };
    is_its_socket(server) && is_anothers()
}

/// What is so, and what to do, where the server has lost its socket; `None` where it has not.
pub(super) fn words(server: &Server) -> Option<String> {
    has_lost_its_socket(server)
        .then(|| format!("its tmux server has lost its socket; {}", remedy(server)))
}

/// What has a server listen under its name again.
pub(super) fn remedy(server: &Server) -> String {
    format!("`kill -USR1 {}` has it make the socket again", server.pid)
}
