//! Making a Unix socket that no child inherits, on every system, and, on Linux, which ones a process has
//! made.

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
#[cfg(target_os = "linux")]
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
#[cfg(target_os = "linux")]
use std::path::PathBuf;

#[cfg(target_os = "linux")]
use pane_patrol_sys::process::told_of;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

/// Longest table of sockets that is read, in bytes.
#[cfg(target_os = "linux")]
const MAX_TABLE: u64 = 64 << 20;

/// An unbound socket.
pub(crate) fn unix_socket(kind: SocketType) -> io::Result<OwnedFd> {
    #[cfg(target_os = "linux")]
    let flags = SocketFlags::CLOEXEC;
    #[cfg(not(target_os = "linux"))]
    let flags = SocketFlags::empty();
    let socket = socket_with(AddressFamily::UNIX, kind, flags, None)?;
    #[cfg(not(target_os = "linux"))]
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

/// The user and the process at the other end, as they were when it connected; 0 for a process that has no
/// number here, being outside of the container that we are in.
#[cfg(target_os = "linux")]
pub(crate) fn peer(stream: &UnixStream) -> Option<(u32, u32)> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    let peer = getsockopt(stream, PeerCredentials).ok()?;
    Some((peer.uid(), u32::try_from(peer.pid()).unwrap_or(0)))
}

/// Elsewhere the rights of the folder are the check.
#[cfg(not(target_os = "linux"))]
pub(crate) fn peer(_: &UnixStream) -> Option<(u32, u32)> {
    None
}

/// The names that the process has given to Unix sockets it holds, as it wrote them, whether or not a file
/// of that name is there still.
#[cfg(target_os = "linux")]
pub(crate) fn made_by(pid: u32) -> Vec<PathBuf> {
    let held = held_by(pid);
    let Some(table) = told_of(pid, "net/unix", MAX_TABLE) else {
        return Vec::new();
    };
    let lines: Vec<_> = table
        .split(|byte| *byte == b'\n')
        .filter_map(line)
        .collect();
    let mut names = Vec::new();
    for inode in held {
        let mut its = lines.iter().filter(|(of, _)| *of == inode);
        // A name with a line break in it makes a line that looks like another socket's.
        if let (Some((_, name)), None) = (its.next(), its.next())
            && name.starts_with(b"/")
        {
            names.push(PathBuf::from(OsStr::from_bytes(name)));
        }
    }
    names
}

/// The sockets among what a process has open, by their inodes.
#[cfg(target_os = "linux")]
pub(super) fn held_by(pid: u32) -> BTreeSet<u64> {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let links = open.into_iter().flatten().flatten();
    let inode = |link: PathBuf| {
        let name = link.to_str()?.strip_prefix("socket:[")?;
        name.strip_suffix(']')?.parse().ok()
    };
    links
        .filter_map(|link| inode(std::fs::read_link(link.path()).ok()?))
        .collect()
}

/// The inode and the name, if it has one, of a line of the kernel's table.
#[cfg(target_os = "linux")]
fn line(line: &[u8]) -> Option<(u64, &[u8])> {
    /// Address, references, protocol, flags, type and state come before the inode.
    const BEFORE: usize = 6;
    let mut rest = line;
    let mut word = || {
        rest = rest.trim_ascii_start();
        let end = rest.iter().position(u8::is_ascii_whitespace);
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        word
    };
    for _ in 0..BEFORE {
        word();
    }
    let inode = std::str::from_utf8(word()).ok()?.parse().ok()?;
    Some((inode, rest.strip_prefix(b" ").unwrap_or_default()))
}

/// Closes it at once for everybody: another test that starts a program at that moment leaves a copy of it in
/// there until the program runs.
#[cfg(test)]
pub(crate) fn close(listener: std::os::unix::net::UnixListener) {
    let _ = rustix::net::shutdown(&listener, rustix::net::Shutdown::Both);
    drop(listener);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_a_process_has_made_is_known_by_its_name_also_when_the_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let of_this = || made_by(std::process::id());
        for name in ["plain", "with blanks  in it ", "not-utf-\u{fffd}"] {
            let path = folder.path().join(name);
            assert!(!of_this().contains(&path), "{name}");
            let listener = UnixListener::bind(&path).unwrap();
            assert!(of_this().contains(&path), "{name}");
            std::fs::rename(&path, folder.path().join("moved")).unwrap();
            assert!(of_this().contains(&path), "{name}: moved");
            std::fs::remove_file(folder.path().join("moved")).unwrap();
            assert!(of_this().contains(&path), "{name}: gone");
            drop(listener);
            assert!(!of_this().contains(&path), "{name}: closed");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_line_gives_no_socket_another_name() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let path = folder.path().join("real");
        let _real = UnixListener::bind(&path).unwrap();
        let inode = held_by(std::process::id()).into_iter().find(|inode| {
            let table = std::fs::read_to_string("/proc/self/net/unix").unwrap();
            let line = format!("{inode} {}", path.display());
            table.lines().any(|it| it.ends_with(&line))
        });
        let forged = format!("a\n0: 2 0 0 1 1 {} ", inode.unwrap());
        std::fs::create_dir(folder.path().join(&forged)).unwrap();
        let _forged = UnixListener::bind(folder.path().join(&forged).join("x")).unwrap();
        let made = made_by(std::process::id());
        assert!(!made.contains(&PathBuf::from("/x")), "{made:?}");
    }
}
