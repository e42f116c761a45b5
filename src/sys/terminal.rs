//! Terminals: those that another program names, opened only when they are terminals and this user's; our own; and the
//! other side of one that we make.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
#[cfg(target_os = "linux")]
use rustix::pty::OpenptFlags;
use thiserror::Error;

/// By this name every process has its own.
const OWN: &str = "/dev/tty";

/// Why nothing was written to a terminal.
#[derive(Debug, Error)]
pub(crate) enum TerminalError {
    /// It is a file, a pipe, a link or another device.
    #[error("it is no terminal")]
    NoTerminal,
    /// It belongs to somebody else.
    #[error("it is another user's terminal")]
    NotOurs,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes to the terminal at `path` without ever waiting for it or becoming its owner.
pub(crate) fn write_to(path: &Path, bytes: &[u8]) -> Result<(), TerminalError> {
    Ok(open(path)?.write_all(bytes)?)
}

/// The terminal of this process, opened once more: reading and writing it there does not wait.
///
/// # Errors
/// It has none, or the system refuses.
pub(crate) fn own() -> io::Result<OwnedFd> {
    // Also where it is another user's, who has handed it on.
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(OWN, flags, Mode::empty())?)
}

/// The side of a pseudo terminal that a program has, of whoever has made it; nobody's own terminal by that.
///
/// # Errors
/// It is no such terminal, or the system refuses.
#[cfg(target_os = "linux")]
pub(crate) fn other_side(made: &OwnedFd) -> io::Result<OwnedFd> {
    // Without a name, which could be another terminal's in a container.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    Ok(rustix::pty::ioctl_tiocgptpeer(made, flags)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn other_side(made: &OwnedFd) -> io::Result<OwnedFd> {
    let name = rustix::pty::ptsname(made, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(name, flags, Mode::empty())?)
}

fn open(path: &Path) -> Result<File, TerminalError> {
    // Before: opening alone does things to some devices and pipes.
    check(&path.symlink_metadata()?)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    let mut options = OpenOptions::new();
    options.write(true).custom_flags(flags.bits().cast_signed());
    let file = options.open(path)?;
    // And after: it may have been another one by then.
    check(&file.metadata()?)?;
    if rustix::termios::isatty(&file) {
        Ok(file)
    } else {
        Err(TerminalError::NoTerminal)
    }
}

fn check(found: &Metadata) -> Result<(), TerminalError> {
    if !found.file_type().is_char_device() || !is_terminal(found.rdev()) {
        return Err(TerminalError::NoTerminal);
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(TerminalError::NotOurs);
    }
    Ok(())
}

/// The devices of Linux's pseudo terminals, in which all panes are.
#[cfg(target_os = "linux")]
fn is_terminal(device: u64) -> bool {
    matches!(rustix::fs::major(device), 3 | 136..=143)
}

/// Elsewhere only the opened device tells.
#[cfg(not(target_os = "linux"))]
fn is_terminal(_: u64) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    /// The terminal of a pane of a private server, as long as its handle is kept.
    struct Pane(tempfile::TempDir);

    impl Pane {
        fn new() -> Option<(Self, String)> {
            let pane = Self(tempfile::tempdir().unwrap());
            let start = ["new-session", "-d", "cat"];
            pane.tmux(&start)?;
            let tty = pane.tmux(&["display-message", "-p", "#{pane_tty}"])?;
            Some((pane, tty.trim_end().to_owned()))
        }

        fn tmux(&self, arguments: &[&str]) -> Option<String> {
            let mut command = Command::new("tmux");
            command
                .args(["-f", "/dev/null", "-S"])
                .arg(self.0.path().join("sock"));
            command
                .args(arguments)
                .env("TERM", "xterm")
                .env_remove("TMUX");
            let output = command.output().ok()?;
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
    }

    impl Drop for Pane {
        fn drop(&mut self) {
            self.tmux(&["kill-server"]);
        }
    }

    #[test]
    fn a_terminal_of_ours_is_written_to() {
        let Some((pane, tty)) = Pane::new() else {
            return;
        };
        write_to(Path::new(&tty), b"hello").unwrap();
        let start = std::time::Instant::now();
        while !pane
            .tmux(&["capture-pane", "-p"])
            .unwrap()
            .contains("hello")
        {
            assert!(start.elapsed().as_secs() < 10, "never drawn");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let link = pane.0.path().join("link");
        symlink(&tty, &link).unwrap();
        let refused = write_to(&link, b"x").unwrap_err().to_string();
        assert_eq!(refused, "it is no terminal", "a link");
    }

    #[test]
    fn nothing_else_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, pipe) = (folder.path().join("file"), folder.path().join("pipe"));
        std::fs::write(&file, "mine").unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        // Somebody reads from it, so that it could be opened.
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let mut options = OpenOptions::new();
        let reader = options.read(true).custom_flags(flags).open(&pipe).unwrap();
        for path in [
            &*file,
            &*pipe,
            Path::new("/dev/null"),
            Path::new("/dev/full"),
            folder.path(),
        ] {
            let refused = write_to(path, b"x").unwrap_err();
            assert!(
                matches!(refused, TerminalError::NoTerminal),
                "{}",
                path.display()
            );
        }
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
        let mut heard = [PollFd::new(&reader, PollFlags::IN)];
        let opened = poll(&mut heard, Some(&Timespec::default())).unwrap();
        assert_eq!(opened, 0, "not even opened and closed");
        let absent = write_to(Path::new("/nowhere/tty"), b"x").unwrap_err();
        assert!(matches!(absent, TerminalError::Io(_)));
    }
}
