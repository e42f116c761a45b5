//! A terminal of the test's own, byte by byte, with a program in its session.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Pid;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use super::{PATIENCE, PROGRAM, TestEnv, wait_until};

/// What sits before the keyboard.
pub struct Pty {
    file: File,
    child: Child,
    /// What has come and was not looked for so far.
    pub seen: Vec<u8>,
}

impl Pty {
    /// Starts a program in a session of its own, whose terminal this is.
    pub fn start(env: &TestEnv, words: &[&str]) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the system has ptys");
        // Else whatever another test starts keeps it open.
        fcntl_setfd(&ours, FdFlags::CLOEXEC).expect("it is ours");
        grantpt(&ours).expect("it is ours");
        unlockpt(&ours).expect("it is ours");
        // Before anybody looks.
        tcsetwinsize(&ours, size(24, 80)).expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let its: OwnedFd = open(name, flags, Mode::empty()).expect("it is ours");
        // Whatever whoever runs the tests ignores.
        let mut command: Command = env.command("env");
        command
            .args(["--default-signal", "setsid", "--ctty", "--wait"])
            .args(words)
            .env("TERM", "xterm");
        let end = || its.try_clone().expect("a descriptor is free");
        command.stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("setsid is there");
        Self {
            file: File::from(ours),
            child,
            seen: Vec::new(),
        }
    }

    /// Starts a script through us. The script `around` it, for which that is `"$0" "$@"`, is what the terminal has.
    pub fn wrapped(env: &TestEnv, around: &str, script: &str) -> Self {
        let us = [PROGRAM, "wrap", "--", "sh", "-c", script];
        Self::start(env, &[&["sh", "-c", around][..], &us].concat())
    }

    pub fn resize(&self, lines: u16, columns: u16) {
        tcsetwinsize(&self.file, size(lines, columns)).expect("it is ours");
    }

    pub fn modes(&self) -> Termios {
        tcgetattr(&self.file).expect("it is ours")
    }

    /// Whether what is typed comes through as it is.
    pub fn is_raw(&self) -> bool {
        use rustix::termios::LocalModes;
        !self.modes().local_modes.contains(LocalModes::ICANON)
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.file.write_all(bytes).expect("somebody is there");
    }

    /// A second handle, for a thread that writes while this one reads.
    pub fn writer(&self) -> File {
        self.file.try_clone().expect("a descriptor is free")
    }

    /// Waits for what comes next. Whether anything can come.
    pub fn read(&mut self, limit: Duration) -> bool {
        let limit = Timespec::try_from(limit).expect("not for ever");
        let mut waiting = [PollFd::new(&self.file, PollFlags::IN)];
        let mut chunk = [0; 16384];
        if poll(&mut waiting, Some(&limit)) == Ok(0) {
            return true;
        }
        match self.file.read(&mut chunk) {
            Ok(count) if count > 0 => {
                self.seen.extend_from_slice(&chunk[..count]);
                true
            }
            // The last one who had it open is gone.
            _ => false,
        }
    }

    /// Everything up to and with the next `bytes`.
    pub fn until(&mut self, bytes: &[u8]) -> Vec<u8> {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = memchr::memmem::find(&self.seen, bytes) {
                return self.seen.drain(..at + bytes.len()).collect();
            }
            let goes_on = self.read(Duration::from_millis(200)) && Instant::now() < patience;
            let seen = String::from_utf8_lossy(&self.seen);
            assert!(
                goes_on,
                "{:?} never came: {seen}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    /// Everything that comes until there is nobody any more.
    pub fn end(mut self) -> Vec<u8> {
        while self.read(PATIENCE) {}
        self.child.wait().expect("it ends");
        self.seen
    }

    /// The number in the next line.
    pub fn process(&mut self) -> Pid {
        let line = self.until(b"\n");
        let number = String::from_utf8_lossy(&line).trim().parse().ok();
        number.and_then(Pid::from_raw).expect("a process")
    }

    /// Closes it, as a terminal's window is closed.
    pub fn close(self) {
        let Self {
            file, mut child, ..
        } = self;
        drop(file);
        wait_until("the session is over", || {
            child.try_wait().is_ok_and(|ended| ended.is_some())
        });
    }
}

fn size(lines: u16, columns: u16) -> Winsize {
    Winsize {
        ws_row: lines,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}
