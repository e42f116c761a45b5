//! The program's own terminal, and who leads its session.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;

use rustix::fs::fstat;
use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::pty::{OpenptFlags, grantpt, openpt, unlockpt};

use super::Program;
use super::between::{Word, hear};
use super::leader::LEADER;
use crate::sys::child::persons;
use crate::sys::terminal;

/// A terminal in which the program can be started.
#[derive(Debug)]
pub(super) struct Inner {
    /// Our side of it; does not wait.
    pub(super) terminal: OwnedFd,
    /// The line to the leader.
    pub(super) line: UnixStream,
}

impl Inner {
    /// Makes one that is as ours is, with a leader who waits for the word to start the program.
    ///
    /// # Errors
    /// The system gives no terminal or no process; nothing is left then.
    pub(super) fn start(program: Program<'_>) -> io::Result<Self> {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | CLOSED_FOR_OTHERS)?;
        fcntl_setfd(&terminal, FdFlags::CLOEXEC)?;
        grantpt(&terminal)?;
        unlockpt(&terminal)?;
        let side = terminal::other_side(&terminal)?;
        ioctl_fionbio(&terminal, true)?;
        let (line, its_line) = UnixStream::pair()?;
        let mut leader = persons(own_program()?);
        leader.arg0("pane-patrol").arg(LEADER).args(program.words);
        program.place(&mut leader);
        leader.stdin(OwnedFd::from(its_line));
        if is_same(&io::stderr(), &io::stdout()) {
            leader.stderr(side.try_clone()?);
        }
        leader.stdout(side).spawn()?;
        // What holds its ends is dropped with it: of them only the leader has any now.
        drop(leader);
        match hear(&line)? {
            Word::Ready => Ok(Self { terminal, line }),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(target_os = "linux")]
const CLOSED_FOR_OTHERS: OpenptFlags = OpenptFlags::CLOEXEC;

/// There it cannot be said when it is opened, only afterwards.
#[cfg(not(target_os = "linux"))]
const CLOSED_FOR_OTHERS: OpenptFlags = OpenptFlags::empty();

/// Also when another file stands in its place by now: both sides must be of one version.
#[cfg(target_os = "linux")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may not be known")]
fn own_program() -> io::Result<OsString> {
    Ok("/proc/self/exe".into())
}

#[cfg(not(target_os = "linux"))]
fn own_program() -> io::Result<OsString> {
    Ok(std::env::current_exe()?.into_os_string())
}

/// Whether both lead to one device.
fn is_same(one: &impl AsFd, other: &impl AsFd) -> bool {
    let device = |file: &dyn AsFd| fstat(file.as_fd()).map(|found| found.st_rdev);
    match (device(one), device(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
