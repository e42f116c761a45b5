//! Which tmux servers we talk to.
//!
//! A tmux client does what its server says, up to running another program, and shows it everything
//! it sends: a socket that somebody names is no server yet. A server is believed in a place that the
//! person has named themself, unless another program has taken that over, or when what listens there is
//! proved to be our tmux. [`Tmux`] is made of
//! nothing else than a [`Believed`] socket, so no call can forget to ask.
//!
//! [`Tmux`]: super::Tmux

use std::ffi::OsString;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

/// A socket that may be talked to: checked just now, for one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed(PathBuf);

impl Believed {
    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its path.
    pub fn into_path(self) -> PathBuf {
        self.0
    }

    /// Any path, for tests of what comes after the check.
    #[cfg(test)]
    pub(crate) fn untested(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

/// Why a socket is not talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{}", self.reason())]
pub enum Disbelief {
    /// Nobody listens there; nothing bad is known of it.
    Absent,
    /// It is no absolute path.
    NoPath,
    /// What is shared with containers lies there.
    InRuntime,
    /// Something else than a socket.
    NoSocket,
    /// The socket, its folder or who listens is another user's.
    NotOurs,
    /// It takes no connection just now.
    Unreadable,
    /// The listener sees other files or processes than we do.
    Elsewhere,
    /// The listener is another program, or another tmux.
    NotTmux,
    /// The tmux of that process is another socket's.
    OfAnother,
}

impl Disbelief {
    /// Says it of the server that somebody has named.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Absent => "no tmux server listens on the socket it names",
            Self::NoPath => "the tmux server it names is no absolute path",
            Self::InRuntime => {
                "the tmux server it names lies in the runtime folder, where none belongs"
            }
            Self::NoSocket => "the tmux server it names is no socket",
            Self::NotOurs => "the tmux server it names is not this user's alone",
            Self::Unreadable => "who listens on the tmux socket it names cannot be told",
            Self::Elsewhere => {
                "what listens on the tmux socket it names runs in another namespace, as in a container"
            }
            Self::NotTmux => {
                "what listens on the tmux socket it names is not our tmux (`[tmux] sockets` names others)"
            }
            Self::OfAnother => {
                "the tmux server whose process it names never listened on the socket it names"
            }
        }
    }
}

/// What the person has said about servers, and what ours look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belief {
    /// The user.
    pub uid: u32,
    /// The socket of `$TMUX`, and those of `[tmux] sockets`.
    pub sockets: Vec<PathBuf>,
    /// Folders in which tmux itself keeps sockets, for example `/tmp/tmux-1000`.
    pub folders: Vec<PathBuf>,
    /// The outermost folder of ours that may be shared with containers, if there is one.
    pub runtime: Option<PathBuf>,
    /// `PATH`: where our tmux is.
    pub path: Option<OsString>,
}

impl Belief {
    /// Whether `socket` may be talked to now.
    ///
    /// # Errors
    /// Says why not.
    pub fn server(&self, socket: &Path) -> Result<Believed, Disbelief> {
        let normal = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if !socket.is_absolute() || !socket.components().all(normal) {
            return Err(Disbelief::NoPath);
        }
        let folder = socket.parent().ok_or(Disbelief::NoPath)?;
        if self.is_in_runtime(folder) {
            return Err(Disbelief::InRuntime);
        }
        let is_known = self.sockets.iter().any(|known| known == socket);
        let is_in_known_folder = self.folders.iter().any(|known| known == folder);
        if is_in_known_folder && !self.is_ours_alone(folder) {
            return Err(Disbelief::NotOurs);
        }
        match socket.symlink_metadata() {
            Ok(found) => self.check_file(&found)?,
            // There is nobody to be deceived by; `start` makes a server there.
            Err(_) if is_known || is_in_known_folder => return Ok(Believed(socket.to_owned())),
            Err(_) => return Err(Disbelief::Absent),
        }
        if is_known || is_in_known_folder {
            doubt(self, socket)?;
        } else {
            prove(self, socket)?;
        }
        Ok(Believed(socket.to_owned()))
    }

    /// Whether the process runs our own tmux, as we do, where we do; nothing is said of any socket.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_our_tmux(&self, pid: u32) -> bool {
        use crate::sys::namespaces::user_of;
        user_of(pid) == Some(self.uid) && check_program(self, pid).is_ok()
    }

    /// Where the kernel does not show programs nothing of that kind is certain.
    #[cfg(not(target_os = "linux"))]
    #[allow(clippy::unused_self, reason = "on Linux it says whose")]
    pub(crate) fn is_our_tmux(&self, _: u32) -> bool {
        false
    }

    /// The process that listens on a believed socket, where the kernel tells.
    pub fn listener(&self, socket: &Path) -> Option<u32> {
        self.server(socket).ok()?;
        listener_of(socket)
    }

    fn check_file(&self, found: &Metadata) -> Result<(), Disbelief> {
        if !found.file_type().is_socket() {
            return Err(Disbelief::NoSocket);
        }
        // By another name it may lie in any folder, also in one that is shared.
        if found.uid() != self.uid || found.nlink() != 1 {
            return Err(Disbelief::NotOurs);
        }
        Ok(())
    }

    /// By what the folders are and not by their names: they may be there under several.
    fn is_in_runtime(&self, folder: &Path) -> bool {
        let Some(runtime) = &self.runtime else {
            return false;
        };
        let Some(runtime) = identity(runtime) else {
            return folder.starts_with(runtime);
        };
        let real = folder.canonicalize();
        let real = real.as_deref().unwrap_or(folder);
        real.ancestors()
            .any(|above| identity(above) == Some(runtime))
    }

    /// tmux refuses a folder of its own that others made or may change; told a socket it does not look.
    fn is_ours_alone(&self, folder: &Path) -> bool {
        match folder.symlink_metadata() {
            Ok(found) => found.is_dir() && found.uid() == self.uid && found.mode() & 0o022 == 0,
            Err(_) => true,
        }
    }
}

/// Device and inode.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let found = path.metadata().ok()?;
    Some((found.dev(), found.ino()))
}

/// Proves that our own tmux listens: the kernel says which process does, by a connection on which
/// nothing is written, and that process runs the program that we would, as we do, where we do.
#[cfg(target_os = "linux")]
fn prove(belief: &Belief, socket: &Path) -> Result<(), Disbelief> {
    let listener = linux::listener(socket)?;
    if listener.uid() != belief.uid {
        return Err(Disbelief::NotOurs);
    }
    check_program(belief, u32::try_from(listener.pid()).unwrap_or(0))
}

#[cfg(target_os = "linux")]
fn check_program(belief: &Belief, pid: u32) -> Result<(), Disbelief> {
    use crate::sys::namespaces::{Side, world_of};
    // Nobody of this number is to be seen from here.
    if pid == 0 {
        return Err(Disbelief::Elsewhere);
    }
    match world_of(pid) {
        Side::Ours => {}
        Side::Other => return Err(Disbelief::Elsewhere),
        Side::Unknown => return Err(Disbelief::Unreadable),
    }
    if linux::runs_own_tmux(belief, pid) {
        Ok(())
    } else {
        Err(Disbelief::NotTmux)
    }
}

/// Refuses what certainly is no tmux of this user although it listens in a place that the person has
/// named: another program may have taken it over. A tmux of another make or age is hers to choose.
#[cfg(target_os = "linux")]
fn doubt(belief: &Belief, socket: &Path) -> Result<(), Disbelief> {
    // Where nobody can be asked who listens nobody can be talked to either.
    let Ok(listener) = linux::listener(socket) else {
        return Ok(());
    };
    if listener.uid() != belief.uid {
        return Err(Disbelief::NotOurs);
    }
    let pid = u32::try_from(listener.pid()).unwrap_or(0);
    let is_tmux = pid == 0 || linux::calls_itself_tmux(pid) || manages(pid);
    if is_tmux || linux::runs_own_tmux(belief, pid) {
        Ok(())
    } else {
        Err(Disbelief::NotTmux)
    }
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "on Linux there is doubt")]
fn doubt(_: &Belief, _: &Path) -> Result<(), Disbelief> {
    Ok(())
}

/// Whether the process is a manager that listens for a server and starts it when somebody calls.
#[cfg(target_os = "linux")]
fn manages(pid: u32) -> bool {
    crate::sys::process::program_of(pid).is_some_and(|name| name == "systemd")
}

/// Whether it is certain that another process than `pid` listens, or nobody at all. A manager that
/// listens for a server and starts it when somebody calls is none.
#[cfg(target_os = "linux")]
pub(super) fn is_anothers(socket: &Path, pid: u32) -> bool {
    match linux::listener(socket).map(|listener| u32::try_from(listener.pid()).unwrap_or(0)) {
        Ok(listener) => listener != pid && !manages(listener),
        Err(why) => why == Disbelief::Absent,
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_anothers(_: &Path, _: u32) -> bool {
    false
}

/// Whether the process has made the socket of that name, by the kernel's word, which stays when the file
/// is moved or gone; nobody is connected to. `None` where the kernel does not tell.
#[cfg(target_os = "linux")]
pub(super) fn has_made(socket: &Path, pid: u32) -> Option<bool> {
    use crate::sys::namespaces::{Side, files_of};
    use crate::sys::unix_socket::made_by;
    if files_of(pid) != Side::Ours {
        return None;
    }
    let made = made_by(pid);
    let file = identity(socket);
    let is_it = |name: &PathBuf| name == socket || (file.is_some() && identity(name) == file);
    (!made.is_empty()).then(|| made.iter().any(is_it))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn has_made(_: &Path, _: u32) -> Option<bool> {
    None
}

#[cfg(target_os = "linux")]
fn listener_of(socket: &Path) -> Option<u32> {
    let pid = linux::listener(socket).ok()?.pid();
    u32::try_from(pid).ok().filter(|pid| *pid > 0)
}

#[cfg(not(target_os = "linux"))]
fn listener_of(_: &Path) -> Option<u32> {
    None
}

/// Where there are no namespaces and the kernel does not show programs, the file's owner is the proof.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "on Linux more is asked")]
fn prove(_: &Belief, _: &Path) -> Result<(), Disbelief> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;
    use std::path::Path;

    use nix::sys::socket::{UnixCredentials, getsockopt, sockopt::PeerCredentials};
    use rustix::io::Errno;
    use rustix::net::{SocketAddrUnix, SocketType};

    use super::{Belief, Disbelief, identity};
    use crate::sys::unix_socket::unix_socket;

    /// Who listens, by the kernel's word. Does not wait.
    pub(super) fn listener(socket: &Path) -> Result<UnixCredentials, Disbelief> {
        let unreadable = |_| Disbelief::Unreadable;
        let stream = UnixStream::from(unix_socket(SocketType::STREAM).map_err(unreadable)?);
        stream.set_nonblocking(true).map_err(unreadable)?;
        let address = SocketAddrUnix::new(socket).map_err(|_| Disbelief::NoPath)?;
        rustix::net::connect(&stream, &address).map_err(|error| match error {
            Errno::NOENT | Errno::CONNREFUSED => Disbelief::Absent,
            _ => Disbelief::Unreadable,
        })?;
        getsockopt(&stream, PeerCredentials).map_err(|_| Disbelief::Unreadable)
    }

    /// Whether the process or its program has such a name, or none that can be read.
    pub(super) fn calls_itself_tmux(pid: u32) -> bool {
        let is_its = |name: &str| name.contains("tmux");
        let program = std::fs::read_link(format!("/proc/{pid}/exe"));
        let program = program
            .ok()
            .and_then(|path| Some(is_its(path.file_name()?.to_str()?)));
        program == Some(true)
            || crate::sys::process::program_of(pid).is_none_or(|name| is_its(&name))
    }

    /// Whether the process runs the tmux that we would start.
    pub(super) fn runs_own_tmux(belief: &Belief, pid: u32) -> bool {
        let own = belief.path.as_deref().and_then(own_tmux);
        let its = identity(Path::new(&format!("/proc/{pid}/exe")));
        its.is_some() && its == own
    }

    /// The tmux that is started when we start one.
    fn own_tmux(path: &OsStr) -> Option<(u64, u64)> {
        let is_program = |file: &Path| {
            let found = file.metadata();
            found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        };
        let files = std::env::split_paths(path).map(|folder| folder.join("tmux"));
        files
            .into_iter()
            .find(|file| is_program(file))
            .and_then(|file| identity(&file))
    }
}

#[cfg(test)]
mod tests;
