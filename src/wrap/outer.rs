//! The person's terminal while the program has one of its own: raw, so that every byte comes through, and put back
//! whatever ends us.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::process::getpgrp;
use rustix::termios::{
    OptionalActions, Termios, Winsize, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};

use crate::sys::terminal;

/// The terminal of this process, opened once more: only what we do with it does not wait.
#[derive(Debug)]
pub(super) struct Outer {
    terminal: OwnedFd,
    /// What it was before it was raw for the first time.
    modes: Option<Termios>,
    is_raw: bool,
}

impl Outer {
    /// `None`: stdin and stdout are not both the terminal of this process, or the system cannot wait for it by the name
    /// that every process has for its own, as macOS cannot.
    pub(super) fn open() -> Option<Self> {
        if cfg!(target_vendor = "apple") {
            return None;
        }
        // Only of their own terminal is a process told which group is in front.
        tcgetpgrp(io::stdin()).ok()?;
        tcgetpgrp(io::stdout()).ok()?;
        Some(Self {
            terminal: terminal::own().ok()?,
            modes: None,
            is_raw: false,
        })
    }

    /// Whether keys that are pressed are ours to read.
    pub(super) fn is_ours(&self) -> bool {
        tcgetpgrp(&self.terminal) == Ok(getpgrp())
    }

    /// Whether there is nobody behind it any more.
    pub(super) fn is_gone(&self) -> bool {
        tcgetattr(&self.terminal).is_err()
    }

    /// Has every byte come through as it is.
    pub(super) fn make_raw(&mut self) -> io::Result<()> {
        if !self.is_raw {
            let found = tcgetattr(&self.terminal)?;
            let modes = self.modes.get_or_insert(found);
            tcsetattr(&self.terminal, OptionalActions::Now, &raw(modes))?;
            self.is_raw = true;
        }
        Ok(())
    }

    /// Makes it what it was. Who is behind may not do that, and has no need to.
    pub(super) fn put_back(&mut self) {
        if std::mem::take(&mut self.is_raw)
            && self.is_ours()
            && let Some(modes) = &self.modes
        {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, modes);
        }
    }

    /// What it is now.
    pub(super) fn modes(&self) -> io::Result<Termios> {
        Ok(tcgetattr(&self.terminal)?)
    }

    pub(super) fn size(&self) -> io::Result<Winsize> {
        Ok(tcgetwinsize(&self.terminal)?)
    }
}

impl AsFd for Outer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.terminal.as_fd()
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        self.put_back();
    }
}

fn raw(modes: &Termios) -> Termios {
    let mut raw = modes.clone();
    raw.make_raw();
    raw
}

/// Whether a terminal is what one with these modes becomes when it is made raw.
pub(super) fn is_raw(now: &Termios, before: &Termios) -> bool {
    are_same(now, &raw(before))
}

/// Whether both do the same with what is typed and written.
pub(super) fn are_same(one: &Termios, other: &Termios) -> bool {
    one.input_modes == other.input_modes
        && one.output_modes == other.output_modes
        && one.control_modes == other.control_modes
        && one.local_modes == other.local_modes
}
