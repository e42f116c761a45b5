//! Where the server of a config folder listens, and whether whoever listens there is that server.
//!
//! Whatever stands in the folder is followed only where nobody else can have put it there, and what is connected to
//! has to be Codex's server of just this folder, run by this user, as the system has it. What the server says of
//! itself afterwards is compared, too.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::codex::pane::is_server;
use pane_patrol_hooks::process::cheap_arguments;

use crate::assistants::codex::Codex;
use crate::assistants::facets::Facets as _;
use crate::assistants::facets::running::is_of;
use crate::sys::own_socket;
use crate::sys::process::variable;

/// The socket's folder, in the config folder.
const FOLDER: &str = "app-server-control";

/// A link to it, in that.
const SOCKET: &str = "app-server-control.sock";

/// Rights of others and of the group.
const OTHERS: u32 = 0o077;

/// Whether a process is the server of a config folder.
pub(super) type IsServer = dyn Fn(u32, &Path) -> bool;

/// Connects to the server of the config folder `home`; `None` where none listens that `is_server` says is its.
pub(super) fn reach(home: &Path, is_server: &IsServer) -> Option<UnixStream> {
    let folder = home.join(FOLDER);
    let socket = fs::canonicalize(folder.join(SOCKET)).ok()?;
    let is_private = is_private_folder(&folder) && is_private_folder(socket.parent()?);
    let is_its = |pid| is_server(pid, home);
    is_private.then(|| own_socket::connect_if(&socket, &is_its).ok())?
}

/// Whether there is one, of whomever.
pub(super) fn has_socket(home: &Path) -> bool {
    home.join(FOLDER).join(SOCKET).exists()
}

fn is_private_folder(path: &Path) -> bool {
    let ours = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(path)
        .is_ok_and(|about| about.is_dir() && about.uid() == ours && about.mode() & OTHERS == 0)
}

/// Whether the process is Codex's server for the config folder `home`, by what it was started with.
pub(super) fn is_server_of(pid: u32, home: &Path) -> bool {
    if !is_codex(pid) || !is_server(&cheap_arguments(pid)) {
        return false;
    }
    let its = Codex.home(&|name| variable(pid, name).map(PathBuf::from));
    its.is_some_and(|its| is_same(&its, home))
}

/// Whether the process runs Codex.
pub(super) fn is_codex(pid: u32) -> bool {
    is_of(Codex.row().program, &cheap_arguments(pid))
}

/// Whether both are the same folder.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let found = fs::canonicalize(one).ok();
    found.is_some() && found == fs::canonicalize(other).ok()
}
