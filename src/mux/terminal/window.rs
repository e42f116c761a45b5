//! The window of a terminal program that can be told to show one: kitty and WezTerm.
//!
//! Which one it is, the environment of the assistant's process says, which is other people's text. So the program is
//! looked for among the ancestors of that process, its socket is believed only where this very program listens there,
//! and a number is a number. What it is said to have done is looked at.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::{has_control, one_line};
use rustix::io::Errno;
use rustix::net::{SocketAddrUnix, SocketType};

use crate::diagnostics::{self, Part};
use crate::mux::{Outcome, Undone};
use crate::sys::child::{ANSWER, Group};
use crate::sys::unix_socket::{peer, unix_socket};

/// Most of what a program complains of that is read, in bytes.
const COMPLAINT: usize = 4096;

/// Longest of its words that are passed on, in characters.
const MAX_WORDS: usize = 200;

/// How often it is looked whether a window has come to the front.
const PAUSE: Duration = Duration::from_millis(50);

/// How long it is looked.
const LOOKS_FOR: Duration = Duration::from_millis(1500);

/// Longest path of a socket.
const MAX_SOCKET: usize = 107;

/// A Unix socket: a file, or a name that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Socket {
    File(PathBuf),
    Name(String),
}

impl Socket {
    /// That of a path; `None` for what can be none.
    pub(super) fn at(path: &str) -> Option<Self> {
        let is_fit = path.starts_with('/') && path.len() <= MAX_SOCKET && !has_control(path);
        is_fit.then(|| Self::File(path.into()))
    }

    /// That of a name which is no file.
    pub(super) fn named(name: &str) -> Option<Self> {
        let is_fit = !name.is_empty() && name.len() < MAX_SOCKET && !has_control(name);
        is_fit.then(|| Self::Name(name.to_owned()))
    }

    /// Says why it is not talked to, unless the process that listens there is `program`, and ours.
    pub(super) fn check(&self, program: u32) -> Result<(), String> {
        let own = rustix::process::geteuid().as_raw();
        match self.connect().map(|stream| peer(&stream)) {
            Err(error) => Err(format!("nobody answers at its socket: {error}")),
            Ok(Some((uid, pid))) if (uid, pid) == (own, program) => Ok(()),
            Ok(_) => {
                Err("another process listens at the socket that its environment names".to_owned())
            }
        }
    }

    fn connect(&self) -> io::Result<UnixStream> {
        let stream = UnixStream::from(unix_socket(SocketType::STREAM)?);
        stream.set_nonblocking(true)?;
        let address = match self {
            Self::File(path) => SocketAddrUnix::new(path)?,
            Self::Name(name) => abstract_address(name)?,
        };
        rustix::net::connect(&stream, &address)?;
        Ok(stream)
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> Result<SocketAddrUnix, Errno> {
    SocketAddrUnix::new_abstract_name(name.as_bytes())
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &str) -> Result<SocketAddrUnix, Errno> {
    Err(Errno::OPNOTSUPP)
}

/// Runs a program that tells the one called `name` something, and gives what it prints.
pub(super) fn tell(mut command: Command, name: &str, deadline: Instant) -> Outcome<Vec<u8>> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = command.get_program().to_string_lossy().into_owned();
    diagnostics::timed(
        Part::Mux,
        || program.clone(),
        || {
            let mut child = Group::start(&mut command).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => {
                    format!("there is no `{program}` on PATH to tell {name}")
                }
                _ => format!("`{program}` could not be started: {error}"),
            })?;
            let unreadable = |error: io::Error| Undone::Unknown(format!("{program}: {error}"));
            let read = child
                .outputs((ANSWER, COMPLAINT), deadline)
                .map_err(unreadable)?;
            let status = child.wait(deadline).map_err(unreadable)?;
            let late = || Undone::Unknown(format!("{name} did not answer in time"));
            let status = status.ok_or_else(late)?;
            let said = one_line(&String::from_utf8_lossy(&read.stderr), MAX_WORDS);
            match (status.success(), said.is_empty()) {
                (true, _) => Ok(read.stdout),
                (false, true) => Err(Undone::Refused(format!(
                    "{name}: {program} ended with {status}"
                ))),
                (false, false) => Err(Undone::Refused(format!("{name} says: {said}"))),
            }
        },
    )
}

/// Asks again and again until it is so, or it has been looked for long enough; what was answered last.
pub(super) fn until_so<T>(
    deadline: Instant,
    ask: impl Fn() -> Outcome<T>,
    is_so: impl Fn(&T) -> bool,
) -> Outcome<T> {
    let mut last = ask()?;
    let end = deadline.min(Instant::now() + LOOKS_FOR);
    while !is_so(&last) && Instant::now() + PAUSE < end {
        std::thread::sleep(PAUSE);
        match ask() {
            Ok(answer) => last = answer,
            // The time may have ended in the midst of it.
            Err(undone) if Instant::now() < end => return Err(undone),
            Err(_) => break,
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_socket_is_none() {
        assert_eq!(Socket::at("/run/k"), Some(Socket::File("/run/k".into())));
        for path in ["", "run/k", "/run/\u{7}k", &format!("/{}", "x".repeat(120))] {
            assert_eq!(Socket::at(path), None, "{path:?}");
        }
        assert_eq!(Socket::named(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_is_talked_to_only_where_the_very_program_listens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let socket = Socket::at(path.to_str().unwrap()).unwrap();
        assert!(
            socket
                .check(std::process::id())
                .unwrap_err()
                .contains("nobody answers")
        );
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(socket.check(std::process::id()), Ok(()));
        let why = socket.check(std::process::id() + 1).unwrap_err();
        assert!(why.contains("another process"), "{why}");
    }
}
